"""BibTeX and BibLaTeX databases; LaTeX's accents are read as the letters that they mean."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from typing import BinaryIO

from bibtexparser.entrypoint import parse_string
from bibtexparser.library import Library
from bibtexparser.middlewares import BlockMiddleware, LatexDecodingMiddleware
from bibtexparser.middlewares.middleware import Middleware
from bibtexparser.middlewares.names import parse_single_name_into_parts, split_multiple_persons_names
from bibtexparser.middlewares.parsestack import default_parse_stack
from bibtexparser.model import Block, DuplicateBlockKeyBlock, Entry
from bibtexparser.model import Field as Told

from converter.errors import SourceError
from converter.record import Record
from converter.report import Finding
from converter.sources.bibtex_inheritance import Keys, completed
from converter.sources.builder import Draft
from converter.sources.container_fields import series_text
from converter.sources.vocabulary import add_agent
from converter.values.agent_kinds import kind
from converter.values.dates import parse

Note = Callable[[Finding], None]

_BEGINS = re.compile(rb"^\s*@\s*(?!comment|preamble|string)[A-Za-z]+\s*[{(]", re.IGNORECASE | re.MULTILINE)
_WHOLE = frozenset(
    "book mvbook proceedings mvproceedings collection manual booklet thesis phdthesis mastersthesis report"
    " techreport".split()
)
_NAME = re.compile(r"(author|editor|translator)#\d+(?:#\w+)?")
_IN_PARTS = re.compile(r"\s*(?:family|given|prefix|suffix)(?:-i)?\s*=")
_BRACED_LIST = re.compile(r"\{([^{}]*,[^{}]*)\}")
_PAGES = re.compile(r"\s*(?:--+|–|—|-)\s*")
_KEYWORDS = re.compile(r"\s*[;,]\s*")
_FIELDS = {
    "title": "dc.title",
    "subtitle": "dc.title.subtitle",
    "journal": "dc.relation.ispartof",
    "journaltitle": "dc.relation.ispartof",
    "booktitle": "dc.relation.ispartof",
    "series": "dc.relation.ispartofseries",
    "volume": "oaire.citation.volume",
    "edition": "oaire.citation.edition",
    "publisher": "dc.publisher",
    "organization": "dc.publisher",
    "institution": "dc.publisher",
    "school": "thesis.degree.grantor",
    "address": "dc.publisher.place",
    "location": "dc.publisher.place",
    "doi": "dc.identifier.doi",
    "isbn": "dc.identifier.isbn",
    "issn": "dc.identifier.issn",
    "pmid": "dc.identifier.pmid",
    "pmc": "dc.identifier.pmcid",
    "pii": "dc.identifier.pii",
    "url": "dc.identifier.url",
    "abstract": "dc.description.abstract",
    "note": "dc.description",
    "annote": "dc.description",
    "language": "dc.language",
    "langid": "dc.language",
    "copyright": "dc.rights",
    "license": "dc.rights",
    "version": "oaire.version",
    "type": "dc.type",
    "pagetotal": "dc.description.pages",
    "affiliation": "dc.contributor.affiliation",
}
_AGENTS = {
    "author": "dc.contributor.author",
    "editor": "dc.contributor.editor",
    "translator": "dc.contributor.translator",
}
_TECHNICAL = frozenset(
    "groups timestamp bibsource biburl owner readstatus ranking priority file pdf comment crossref qualityassured"
    " date-added date-modified date-created bdsk-url-1 bdsk-url-2 bdsk-file-1 sortkey key unique-id".split()
)


def shows(head: bytes) -> bool:
    """Whether an entry begins in the text."""
    return bool(_BEGINS.search(head))


def records(stream: BinaryIO, name: str, note: Note, source: str = "") -> Iterator[Record]:
    """The entries of the database; one that is broken is an error in the report, and the others go on.

    Raises SourceError where there is none.
    """
    text = stream.read().decode("utf-8-sig", "replace")
    logging.getLogger("pylatexenc").setLevel(logging.CRITICAL)
    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)
    library = parse_string(text, append_middleware=_ours())
    count, keys, entries = 0, Keys(), library.entries_dict
    for block in library.blocks:
        entry = _second(library, block) if isinstance(block, DuplicateBlockKeyBlock) else block
        if isinstance(entry, Entry):
            count += 1
            name_ = keys.name(entry.key.strip(), repr([(field.key, field.value) for field in entry.fields]))
            yield _record(completed(entry, entries), name_, note, source)
        elif block in library.failed_blocks:
            where = f"{name}, line {(block.start_line or 0) + 1}"
            note(Finding("", "error", "", where, "an entry that cannot be read; close its braces and quotes"))
    if not count:
        raise SourceError(f"{name}: no BibTeX entry that can be read; export it again")


class _Names(BlockMiddleware):
    """A field of names becomes a field for each name, while its braces are there to tell where one ends."""

    def transform_entry(self, entry: Entry, *_: object, **__: object) -> Entry:
        fields = []
        for field in entry.fields:
            if field.key.lower() in _AGENTS and isinstance(field.value, str):
                names = _names(field.value)
                fields += [
                    Told(f"{field.key.lower()}#{place}{f'#{type_}' if type_ else ''}", name)
                    for place, (name, type_) in enumerate(names)
                ]
            else:
                fields.append(field)
        entry.fields = fields
        return entry


def _ours() -> list[Middleware]:
    return [_Names(), LatexDecodingMiddleware()]


def _second(library: Library, block: DuplicateBlockKeyBlock) -> Block:
    """The entry of a key that another has, read as that other: two entries of one key are two entries."""
    alone = Library([*library.strings, *filter(None, [block.ignore_error_block])])
    for step in [*default_parse_stack(), *_ours()]:
        alone = step.transform(alone)
    return alone.blocks[-1]


def _names(text: str) -> list[tuple[str, str]]:
    """The names of a field, each with the family name first, and what it is where the braces say so.

    >>> _names("{Barnes and Noble} and Ludwig van Beethoven and Quill, Jr., Ann")
    [('{Barnes and Noble}', 'corporate'), ('van Beethoven, Ludwig', ''), ('Quill, Ann, Jr.', '')]
    >>> _names("family=Holm, given=Alrik, prefix=von, useprefix=false")
    [('von Holm, Alrik', 'personal')]
    """
    # Some programs brace the whole list once more.
    whole = _BRACED_LIST.fullmatch(text.strip())
    if whole and all(kind(name) == "person" for name in split_multiple_persons_names(whole[1])):
        text = whole[1]
    return [_name(name) for name in split_multiple_persons_names(text) if name.strip()]


def _name(name: str) -> tuple[str, str]:
    """The name as catalogues write it; one of a script without capitals, or of an organisation, as it is."""
    if _is_braced(name.strip()):
        return name, "corporate"
    if _IN_PARTS.match(name):
        return _of_parts(name), "personal"
    if name.upper() == name.lower() or kind(name) == "organisation":
        return name, ""
    parts = parse_single_name_into_parts(name, strict=False)
    told = (" ".join([*parts.von, *parts.last]), " ".join(parts.first), " ".join(parts.jr))
    return ", ".join(part for part in told if part), ""


def _is_braced(name: str) -> bool:
    """Whether one pair of braces holds the whole name, and more than a letter with its accent."""
    if not re.match(r"\{[^\\]", name) or not name.endswith("}"):
        return False
    depth = 0
    for place, character in enumerate(name):
        depth += (character == "{") - (character == "}")
        if not depth:
            return place == len(name) - 1
    return False


def _of_parts(name: str) -> str:
    """The name of BibLaTeX's list of parts (manual, section 3.4): family, given, prefix, suffix."""
    pairs = (part.partition("=") for part in re.split(r",\s*(?=[A-Za-z-]+\s*=)", name))
    told = {key.strip().lower(): value.strip().strip('"') for key, _, value in pairs}
    family = " ".join(part for part in (told.get("prefix", ""), told.get("family", "")) if part)
    return ", ".join(part for part in (family, told.get("given", ""), told.get("suffix", "")) if part)


def _record(entry: Entry, name: str, note: Note, source: str) -> Record:
    draft = Draft(note)
    told = {field.key.lower(): str(field.value).strip() for field in entry.fields}
    for field in entry.fields:
        if told[field.key.lower()] != str(field.value).strip():
            draft.unread(f"bibtex.{field.key.lower()}", str(field.value), "a field that stands twice")
    doi = told.get("doi", "")
    draft.identifier = f"https://doi.org/{doi}" if doi.startswith("10.") else name
    draft.add("dc.type", entry.entry_type.lower())
    for key in [key for key in told if _NAME.fullmatch(key)]:
        agent, (role, _, *name_type) = told.pop(key), key.split("#")
        if agent == "others":
            draft.unread(f"bibtex.{role}", agent, "that there are more of them, who are not named")
        elif agent:
            add_agent(draft, _AGENTS[role], agent, name_type="".join(name_type))
    _date(told, draft)
    _place(told, entry.entry_type.lower(), draft)
    for keyword in _KEYWORDS.split(told.pop("keywords", "")):
        if keyword:
            draft.add("dc.subject", keyword)
    for key, value in told.items():
        if key in _TECHNICAL:
            draft.unread(f"bibtex.{key}", value, "a setting of the bibliography's software")
        elif value or key in _FIELDS:
            draft.add(_FIELDS.get(key, f"bibtex.{key}"), value)
    return draft.record(source)


def _date(told: dict[str, str], draft: Draft) -> None:
    date, year, month, day = (told.pop(name, "") for name in ("date", "year", "month", "day"))
    if date:
        draft.add("dc.date.issued", date)
        if year and year not in date:
            draft.add("dc.date", year)
    elif year:
        issued = _issued(year, month, day)
        draft.add("dc.date.issued", issued or year)
        month, day = ("", "") if issued else (month, day)
    if day:
        draft.unread("bibtex.day", day, "a day that the date of issue does not take")
    if month:
        draft.unread("bibtex.month", month, "a month that the date of issue does not take")


def _issued(year: str, month: str, day: str) -> str:
    """Year, month and days in words that are read as one date, empty where they are none.

    >>> _issued("2019", "23--27 may", ""), _issued("2013", "9--10", ""), _issued("1997", "sept", "3")
    ('23--27 may 2019', '2013-09/2013-10', '3 sept 1997')
    """
    month = re.sub(r'["#{}~]', " ", month).strip()
    numbers = [number for number in _PAGES.split(month.replace("/", "-")) if number.isdecimal()]
    if year.isdecimal() and numbers and not re.search(r"[^\W\d_]", month):
        months = [f"{year}-{int(number):02d}" for number in numbers]
        text = "/".join(months) if len(months) == 2 else f"{months[0]}-{day.zfill(2)}" if day else months[0]
    else:
        text = " ".join(part for part in (day, month, year) if part)
    found = parse(text) if month else None
    return text if found and (found.doubt is None or found.lexical != year) else ""


def _place(told: dict[str, str], kind: str, draft: Draft) -> None:
    """Issue, pages, and the identifier of a preprint."""
    pages = _PAGES.split(told.pop("pages", ""), maxsplit=1)
    if kind in _WHOLE and len(pages) == 1 and pages[0]:
        # A work that stands in no other has no first page but a number of them.
        draft.add("dc.format.extent", pages[0])
        pages = []
    for name, value in zip(("oaire.citation.startPage", "oaire.citation.endPage"), pages, strict=False):
        if value:
            draft.add(name, value)
    series = told.get("series", "")
    if series and kind != "article":
        told["series"] = series_text(series, number=told.pop("number", ""))
    for key in ("number", "issue"):
        value = told.pop(key, "")
        if value:
            draft.add("oaire.citation.issue" if kind == "article" or key == "issue" else "bibtex.number", value)
    eprint = told.pop("eprint", "")
    system = told.pop("archiveprefix", "") or told.pop("eprinttype", "")
    if eprint:
        is_arxiv = system.lower() == "arxiv" or not system
        draft.add("dc.identifier.arxiv" if is_arxiv else "dc.identifier.other", eprint)
    if system:
        draft.unread("bibtex.eprinttype", system, f"where the preprint {eprint} stands")
