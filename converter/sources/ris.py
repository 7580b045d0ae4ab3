"""RIS, the exchange format of reference managers: lines of a two-letter tag, two spaces, a hyphen, and a value."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

import rispy

from converter.errors import SourceError
from converter.record import Record
from converter.report import Finding
from converter.sources.builder import Draft
from converter.sources.vocabulary import add_agent
from converter.values.check_digits import isbn
from converter.values.dates import parse
from converter.values.serials import issns

Note = Callable[[Finding], None]

_BEGINS = re.compile(rb"^\s*(?:\xef\xbb\xbf)?\s*(?:\d+\.\s*\n)?TY {1,2}-", re.MULTILINE)
_FIELDS = {
    "primary_title": "dc.title",
    "title": "dc.title",
    "short_title": "dc.title.short",
    "translated_title": "dc.title.translated",
    "abstract": "dc.description.abstract",
    "notes_abstract": "dc.description.abstract",
    "notes": "dc.description",
    "note": "dc.description",
    "keywords": "dc.subject",
    "publisher": "dc.publisher",
    "place_published": "dc.publisher.place",
    "volume": "oaire.citation.volume",
    "number": "oaire.citation.issue",
    "start_page": "oaire.citation.startPage",
    "end_page": "oaire.citation.endPage",
    "edition": "oaire.citation.edition",
    "doi": "dc.identifier.doi",
    "issn": "dc.identifier.issn",
    "urls": "dc.identifier.url",
    "language": "dc.language",
    "type_of_work": "dc.type",
    "type_of_reference": "dc.type",
    "secondary_authors": "dc.contributor.editor",
    "tertiary_authors": "dc.contributor.serieseditor",
    "tertiary_title": "dc.relation.ispartofseries",
    "author_address": "dc.contributor.affiliation",
    "section": "ris.SE",
}
_CONTAINERS = ("journal_name", "alternate_title3", "secondary_title", "alternate_title2", "alternate_title1")
_DATES = ("date", "year", "publication_year")
_BOOKS = frozenset({"BOOK", "CHAP", "EBOOK", "EDBOOK", "ECHAP"})


def shows(head: bytes) -> bool:
    """Whether a reference begins in the text."""
    return bool(_BEGINS.search(head))


def records(stream: BinaryIO, name: str, note: Note, source: str = "") -> Iterator[Record]:
    """The references of the file, one at a time; one that is broken is an error in the report, and the others go on.

    Raises SourceError where there is none.
    """
    text = stream.read().decode("utf-8-sig", "replace")
    count = 0
    for place, part in enumerate(_references(text), 1):
        try:
            found = rispy.loads(part, skip_unknown_tags=False)
        except (OSError, ValueError, KeyError) as fault:
            note(Finding("", "error", "", f"{name}, reference {place}", f"cannot be read ({fault}); correct its tags"))
            continue
        for entry in found:
            count += 1
            yield _record(dict(entry), note, source)
    if not count:
        raise SourceError(f"{name}: no RIS reference that can be read; each begins with TY and ends with ER")


def _addresses(told: list[str]) -> list[str]:
    """Addresses that were cut at their semicolons, put together again: only what begins one is one.

    >>> _addresses(["https://www.example.org/a", "jsessionid=12?x=1", "y=2", "http://b.example.org/"])
    ['https://www.example.org/a;jsessionid=12?x=1;y=2', 'http://b.example.org/']
    """
    whole: list[str] = []
    for part in told:
        if whole and not re.match(r"[a-z]+://|www\.|10\.", part, re.IGNORECASE):
            whole[-1] += f";{part}"
        else:
            whole.append(part)
    return whole


def _references(text: str) -> Iterator[str]:
    """Yield each reference as a text of its own, closed where its end is missing."""
    lines: list[str] = []
    for written in text.splitlines():
        # Some programs write "TY -", and nothing before the first reference is one.
        line = re.sub(r"^([A-Z][A-Z0-9]) {0,2}- ?", r"\1  - ", written)
        if line.startswith("TY  -") and lines:
            yield "\n".join([*lines, "ER  - "])
            lines = []
        if lines or line.startswith("TY  -"):
            lines.append(line)
        if line.startswith("ER  -") and lines:
            yield "\n".join(lines)
            lines = []
    if lines:
        yield "\n".join([*lines, "ER  - "])


def _record(entry: dict[str, Any], note: Note, source: str) -> Record:
    draft = Draft(note)
    doi, called = _texts(entry.get("doi")), "".join(_texts(entry.pop("id", "")))
    draft.identifier = f"https://doi.org/{doi[0]}" if doi and doi[0].startswith("10.") else called
    for person in _texts(entry.pop("authors", None)) + _texts(entry.pop("first_authors", None)):
        add_agent(draft, "dc.contributor.author", person)
    for number in _texts(entry.pop("issn", None)):
        # SN holds an ISSN or an ISBN; where it is neither, the kind of work tells which was meant.
        is_isbn = "".join(_texts(entry.get("type_of_reference"))) in _BOOKS or isbn(number) is not None
        draft.add("dc.identifier.issn" if issns(number) or not is_isbn else "dc.identifier.isbn", number)
    _dates(entry, draft)
    containers = list(dict.fromkeys(text for key in _CONTAINERS for text in _texts(entry.pop(key, None))))
    for text in containers[:1]:
        draft.add("dc.relation.ispartof", text)
    for text in containers[1:]:
        draft.unread("ris.container", text, f"another name of {containers[0]}")
    for tag, value in dict(entry.pop("unknown_tag", {})).items():
        for text in _texts(value):
            draft.add(f"ris.{tag}", text)
    _others(entry, draft)
    return draft.record(source)


def _others(entry: dict[str, Any], draft: Draft) -> None:
    titles: set[str] = set()
    for key, value in entry.items():
        name = _FIELDS.get(key, f"ris.{key}")
        for text in _addresses(_texts(value)) if key == "urls" else _texts(value):
            if name == "dc.title" and text in titles:
                continue
            draft.add(name, text)
            titles |= {text} if name == "dc.title" else set()


def _dates(entry: dict[str, Any], draft: Draft) -> None:
    """The fullest of the dates; RIS writes 2013/02/01/other words."""
    told = [text for key in _DATES for text in _texts(entry.pop(key, None))]
    read = [(_date(text), text) for text in told]
    if read:
        best = max(read, key=lambda pair: len(pair[0]))
        draft.add("dc.date.issued", best[0])
        for date, text in read:
            if not best[0].startswith(date) and not best[0].endswith(f" {date}"):
                draft.unread("ris.date", text, "another date; the fullest is that of issue")


def _date(text: str) -> str:
    """The date in the form of ISO 8601 as far as it goes.

    >>> _date("2013/02/01/"), _date("2013///Spring"), _date("1998")
    ('2013-02-01', 'Spring 2013', '1998')
    """
    parts = [part.strip() for part in text.split("/")]
    if not re.fullmatch(r"\d{4}", parts[0]):
        return text
    numbers = parts[:1]
    for part in parts[1:3]:
        if not re.fullmatch(r"\d{1,2}", part):
            break
        numbers.append(part.zfill(2))
    words = parts[3] if len(parts) > 3 else ""
    if len(numbers) == 1 and words and parse(f"{words} {numbers[0]}"):
        return f"{words} {numbers[0]}"
    return "-".join(numbers)


def _texts(value: object) -> list[str]:
    found = value if isinstance(value, list) else [value]
    return [str(one).strip() for one in found if one is not None and str(one).strip()]
