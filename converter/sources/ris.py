"""RIS, the exchange format of reference managers: lines of a two-letter tag, two spaces, a hyphen, and a value."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from string import ascii_uppercase, digits
from typing import Any, BinaryIO

import rispy

from converter.errors import SourceError
from converter.record import Record
from converter.report import Finding
from converter.sources.builder import Draft
from converter.sources.container_fields import series_text
from converter.sources.limits import NONE_SMALL, USUAL, Limits
from converter.sources.pages import add_pages
from converter.sources.remainder import Leaf
from converter.sources.vocabulary import add_agent
from converter.values.agent_kinds import kind
from converter.values.check_digits import isbns
from converter.values.dates import parse
from converter.values.resolvable import doi as doi_of
from converter.values.serials import issns
from ontology import type_labels
from ontology.source_tables import fields

Note = Callable[[Finding], None]

_CONTAINERS = ("JF", "T2", "JO", "BT", "JA", "J2")
"""The full name of a journal before those that may be short forms of it."""
_DATES = ("DA", "PY", "Y1")
_BOOKS = frozenset({"BOOK", "CHAP", "EBOOK", "EDBOOK", "ECHAP"})
_GIVEN_AT = frozenset({"CPAPER", "CONF"})
_AUTHORS = frozenset({"AU", "A1"})
_DAYS = re.compile(r"Conference: (\d{4}(?:-\d\d){0,2})(?: to (\d{4}(?:-\d\d){0,2}))?")
"""How we note the days of a conference, for which RIS has no tag."""
_NAMES, _LONGEST_NAME = ("DO  - ", "ID  - ", "UR  - "), 300
"""How lines begin that name a reference, and the characters of a name."""
_TAG = re.compile(r"[A-Z][A-Z0-9] {2}-")
_LINE = re.compile(r"^([A-Z][A-Z0-9]) {0,2}- ?|^([a-z][a-z0-9])  - ?")
_TAGS = {f"{first}{second}": f"{first}{second}" for first in ascii_uppercase for second in ascii_uppercase + digits}
"""Every tag keeps its name."""
_BETWEEN = re.compile(r" ?[;,|] ?| (?:and|/|&) ")
_ADDRESSES = re.compile(r"(?<!\s)(?:\s*;\s*|\s+)(?=(?:https?|ftp)://)")


def records(stream: BinaryIO, name: str, note: Note, source: str = "", *, of: Limits = USUAL) -> Iterator[Record]:
    """The references of the file, one at a time.

    One that is broken or too large is an error in the report, and the others go on.

    Raises SourceError where there is none.
    """
    text = stream.read().decode("utf-8-sig", "replace")
    count, excess = 0, ""
    for place, reference in enumerate(_references(text, note), 1):
        if reason := of.excess(map(len, itertools.chain.from_iterable(reference))):
            called = next((line[0][6:].strip() for line in reference if line[0].startswith(_NAMES)), "")
            note(Finding(called[:_LONGEST_NAME], "error", "", f"{name}, reference {place}", reason))
            excess = NONE_SMALL
            continue
        part = "\n".join(" ".join(line).rstrip() for line in reference)
        try:
            found = rispy.loads(part, mapping=_TAGS, list_tags=[], delimiter_tags_mapping={}, enforce_list_tags=False)
        except (OSError, ValueError, KeyError) as fault:
            note(Finding("", "error", "", f"{name}, reference {place}", f"cannot be read ({fault}); correct its tags"))
            continue
        for entry in found:
            count += 1
            yield _record(dict(entry), note, source)
    if not count:
        reason = excess or "no RIS reference that can be read; each begins with TY and ends with ER"
        raise SourceError(f"{name}: {reason}")


def _references(text: str, note: Note) -> Iterator[list[list[str]]]:
    """Yield the lines of each reference, closed where its end is missing; those between references are reported.

    A line is a list: what it begins with, and the lines without a tag that go on where it ended.
    """
    lines: list[list[str]] = []
    for written in text.splitlines():
        # Some programs write "TY -", and nothing before the first reference is one.
        line = _LINE.sub(lambda begun: f"{(begun[1] or begun[2]).upper()}  - ", written)
        if line.startswith("TY  -") and lines:
            yield [*lines, ["ER  - "]]
            lines = []
        if lines and not _TAG.match(line):
            if bare := line.strip():
                lines[-1].append(bare)
        elif lines or line.startswith("TY  -"):
            lines.append([line])
        elif line.strip() and not line.startswith("ER  -"):
            note(Finding("", "info", "ris", line.strip(), "stands outside the references"))
        if line.startswith("ER  -") and lines:
            yield lines
            lines = []
    if lines:
        yield [*lines, ["ER  - "]]


def _record(entry: dict[str, Any], note: Note, source: str) -> Record:
    draft, rules = Draft(note), _rules("".join(_texts(entry.get("TY"))))
    draft.leaves = [Leaf(f"ris.{tag}", text) for tag, value in entry.items() for text in _texts(value)]
    doi, called = _texts(entry.get("DO")), "".join(_texts(entry.pop("ID", "")))
    named = doi_of(doi[0]) if doi else None
    draft.identifier = f"https://doi.org/{named.value}" if named else called
    is_book = "".join(_texts(entry.get("TY"))) in _BOOKS
    for text in _texts(entry.pop("SN", None)):
        _numbers(text, draft, rules, is_book=is_book)
    for tag in sorted(_AUTHORS & entry.keys(), key=list(entry).index):
        for name in _texts(entry.pop(tag)):
            add_agent(draft, rules[tag], *_named(name))
    _dates(entry, draft)
    add_pages(draft, ", ".join(_texts(entry.pop("SP", None))), "".join(_texts(entry.pop("EP", None))[:1]))
    if entry.get("TY") in _GIVEN_AT:
        _conference(entry, draft, rules)
    _unpublished(entry, draft)
    _containers(entry, draft, rules)
    if "T3" in entry and (numbers := _texts(entry.pop("SV", None))):
        entry["T3"] = [series_text(title, number=numbers[0]) for title in _texts(entry["T3"])]
    titles: set[str] = set()
    for tag, value in entry.items():
        name = rules.get(tag, f"ris.{tag}")
        if tag == "T2" and "T3" in entry:
            # What has a series besides is not titled after one.
            name = "ris.T2"
        for text in _texts(value):
            for one in _ADDRESSES.split(text) if name.endswith(".url") else [text]:
                if name != "dc.title" or one not in titles:
                    # Some programs write the DOI where others write the kind of work.
                    draft.add(rules["DO"] if tag == "M3" and doi_of(one) else name, one)
            titles |= {text} if name == "dc.title" else set()
    return draft.record(source)


def _named(name: str) -> tuple[str, str]:
    """The name, and what it is the name of where its form says that.

    EndNote ends the name of an organisation in a comma; of one with a comma in it, two stand in the place of the first.
    Two keep whole what may be a person as well, as we write it: of a name that looks like one they say no more.

    >>> _named("World Tide Organization,"), _named("Gull, Ann"), _named("Tide Office,, Section B")
    (('World Tide Organization', 'corporate'), ('Gull, Ann', ''), ('Tide Office, Section B', 'corporate'))
    >>> _named("Kelp,, South")
    ('Kelp, South', 'whole')
    """
    if ",," in name:
        whole = name.replace(",,", ",", 1)
        return whole, "whole" if kind(whole) == "person" else "corporate"
    bare = name.removesuffix(",").strip()
    return (bare, "corporate") if bare != name and "," not in bare else (name, "")


def _conference(entry: dict[str, Any], draft: Draft, rules: Mapping[str, str]) -> None:
    """The conference of a paper: where C3 names the proceedings, T2 names the conference.

    CY is where it was held where C1 is the place of publication, where both are named, or where nobody is said to have
    published the paper.
    """
    if proceedings := _texts(entry.pop("C3", None)):
        for text in _texts(entry.pop("T2", None)):
            draft.add("dc.relation.conference", text)
        entry["T2"] = proceedings
    places = _texts(entry.pop("C1", None))
    if places or proceedings or not entry.get("PB"):
        for text in _texts(entry.pop("CY", None)):
            draft.add("oaire.citation.conferencePlace", text)
    for text in places:
        draft.add(rules["CY"], text)
    notes = _texts(entry.pop("N1", None))
    for days in filter(None, map(_DAYS.fullmatch, notes)):
        draft.add("oaire.citation.conferenceDate", "/".join(filter(None, days.groups())))
        draft.taken.add(days[0])
    if left := [text for text in notes if not _DAYS.fullmatch(text)]:
        entry["N1"] = left


def _unpublished(entry: dict[str, Any], draft: Draft) -> None:
    """Leave the kind of an unpublished work to M3 where that names one: RIS has no kind for preprints."""
    stated = next((text for text in _texts(entry.get("M3")) if text.casefold() in type_labels()), "")
    if entry.get("TY") == "UNPB" and stated:
        draft.unread("ris.TY", entry.pop("TY"), f"an unpublished work, more exactly: {stated}")


def _containers(entry: dict[str, Any], draft: Draft, rules: Mapping[str, str]) -> None:
    """What the work stands in, by the first of its names."""
    held = [tag for tag in _CONTAINERS if tag not in rules]
    containers = list(dict.fromkeys(text for tag in held for text in _texts(entry.pop(tag, None))))
    if entry.get("TY") == "CONF" and containers:
        # Reference managers call a paper so as well as its proceedings; what is titled after another is a paper.
        entry["TY"] = "CPAPER"
        draft.unread("ris.TY", "CONF", f"a paper of {containers[0]}")
    for text in containers[:1]:
        draft.add("dc.relation.ispartof", text)
    for text in containers[1:]:
        draft.unread("ris.container", text, f"another name of {containers[0]}")


@lru_cache(maxsize=100)
def _rules(kind: str) -> Mapping[str, str]:
    """Tag → field in a reference of a kind: a row for the tag in that kind (`T2[BOOK]`) goes before that of the tag."""
    stated = fields("ris")
    own = {path.partition("[")[0]: field for path, field in stated.items() if kind and path.endswith(f"[{kind}]")}
    return {**stated, **own}


def _numbers(text: str, draft: Draft, rules: Mapping[str, str], *, is_book: bool) -> None:
    """Take what SN holds: ISSNs, ISBNs, or both; where it is neither, the kind of work decides which was meant."""
    parts = [text]
    if issns(text) and isbns(text):
        # Each with what stands beside it, where signs part them.
        parts = [part for part in _BETWEEN.split(" ".join(text.split())) if part]
        if any(issns(part) and isbns(part) for part in parts):
            parts = [*(one.value for one in isbns(text)), *(one.value for one in issns(text))]
    for part in parts:
        if isbns(part) or (is_book and not issns(part)):
            draft.add(rules["SN[book]"], part)
        else:
            # A report, a standard or a patent has a number of its own there.
            draft.add(fields("ris")["SN"] if issns(part) else rules["SN"], part)


def _dates(entry: dict[str, Any], draft: Draft) -> None:
    """The fullest of the dates; RIS writes 2013/02/01/other words."""
    stated = [text for tag in _DATES for text in _texts(entry.pop(tag, None))]
    read = [(_date(text), text) for text in stated]
    if read:
        best = max(read, key=lambda pair: len(pair[0]))
        draft.add("dc.date.issued", best[0])
        for date, text in read:
            if not best[0].startswith(date) and not best[0].endswith(f" {date}"):
                draft.unread("ris.date", text, "another date; the fullest is that of issue")


def _date(text: str) -> str:
    """The date in the form of ISO 8601 as far as it goes.

    >>> _date("2013/02/01/"), _date("2013///Spring"), _date("2013/Spring/"), _date("1998"), _date("1980///198X")
    ('2013-02-01', 'Spring 2013', 'Spring 2013', '1998', '198X')
    >>> _date("2011/01//2011-01/2011-02"), _date("2011/05/03/May")
    ('2011-01/2011-02', '2011-05-03')
    """
    parts = [part.strip() for part in text.split("/")]
    if not re.fullmatch(r"\d{4}", parts[0]):
        return text
    numbers = parts[:1]
    for part in parts[1:3]:
        if not re.fullmatch(r"\d{1,2}", part):
            break
        numbers.append(part.zfill(2))
    about = "/".join(part for part in parts[len(numbers) :] if part)
    found = parse(about)
    if found and str(found.year) == numbers[0] and (len(numbers) == 1 or found.datatype == "edtf"):
        return about
    words = next((part for part in parts[len(numbers) :] if re.search(r"[^\W\d_]", part)), "")
    if len(numbers) == 1 and words and parse(f"{words} {numbers[0]}"):
        return f"{words} {numbers[0]}"
    return "-".join(numbers)


def _texts(value: object) -> list[str]:
    found = value if isinstance(value, list) else [value]
    return [str(one).strip() for one in found if one is not None and str(one).strip()]
