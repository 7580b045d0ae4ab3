"""Tables of metadata: DSpace's batch export, and the tables from which packages for its import are built.

A head is a field with its language (`dc.title[en_US]`); several values of a cell stand between `||`; authority and
confidence follow a value behind `::`.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from typing import BinaryIO, NamedTuple, Self, TextIO

from converter.errors import SourceError
from converter.record import File, Record
from converter.report import Finding
from converter.sources.builder import Draft
from converter.sources.limits import NONE_SMALL, USUAL, Limits, lengths
from converter.sources.remainder import Leaf

Note = Callable[[Finding], None]

_FIELD = re.compile(r"(?P<name>[A-Za-z]\w*\.[A-Za-z]\w*(?:\.[\w-]+)*)\s*(?:\[(?P<language>[^\]]*)\])?")
_AUTHORITY = re.compile(r"(?P<value>.*?)::(?P<authority>(?:virtual::)?[^:].*?)(?:::(?P<confidence>-?\d+))?", re.DOTALL)
_HOLDS_COLONS = re.compile(
    r"(?:\S*/)?10\.[0-9]{4,9}/|(?:resource types|text)::|[^:]+::(?!virtual::)[^:]+::", re.IGNORECASE
)
_OF_DUBLIN_CORE = re.compile(r"\A(dc|dcterms)[.:]([A-Za-z])", re.IGNORECASE)
_FILES = re.compile(r"(?:filename|bitstreams?|bundle:(?P<bundle>\w+))(?:__.*)?", re.IGNORECASE)
_OWN = frozenset({"id", "uuid", "rowid", "handle", "collection"})
_SEP = re.compile(r'\ufeff?"?sep=([^"])"?', re.IGNORECASE)
_DELIMITERS = ",;\t|"
_NAMES, _LONGEST_NAME = frozenset({"id", "uuid", "rowid", "handle"}), 300
"""Columns that name a row, and the characters of a name."""
_CHUNK = 1 << 20


class Head(NamedTuple):
    """A column: the field and language that it names, and its text as it stands."""

    text: str
    name: str | None
    language: str | None


def head(text: str) -> Head:
    """The column that a head names; the terms of Dublin Core may be spelt as on web pages.

    >>> head("DC.Title").name, head("dcterms:dateAccepted").name
    ('dc.title', 'dcterms.dateAccepted')
    >>> head("dc.title[en_US]"), head("collection")
    (Head(text='dc.title[en_US]', name='dc.title', language='en_US'), Head(text='collection', name=None, language=None))
    """
    match = _FIELD.fullmatch(_spelt(text))
    return Head(text.strip(), match["name"], match["language"] or None) if match else Head(text.strip(), None, None)


def _spelt(text: str) -> str:
    """The head with the prefix of a term of Dublin Core as fields have it."""
    return _OF_DUBLIN_CORE.sub(lambda begun: f"{begun[1].lower()}.{begun[2].lower()}", text.strip())


def shows(start: bytes) -> bool:
    """Whether the first line is one of heads, two or more of them names of fields or of DSpace's own columns."""
    lines = start.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace").splitlines() or [""]
    sign = _sep(lines[0])
    line = lines[1] if sign and len(lines) > 1 else lines[0]
    delimiter = sign or _delimiter(line)
    cells = [cell.strip().strip('"') for cell in line.split(delimiter)]
    rows = [other for other in lines[1:] if other.strip()]
    named = [cell for cell in cells if _FIELD.fullmatch(_spelt(cell))]
    if not sign and rows and named == cells[:1] and _FIELD.fullmatch(_spelt(rows[0].split(delimiter)[0])):
        # A field in each line is a page that was copied, without the line of heads above it.
        return False
    own = [cell for cell in cells if cell.lower() in _OWN or _FILES.fullmatch(cell)]
    return len(cells) > 1 and bool(named) and (len(named) + len(own)) * 3 >= len(cells)


def records(stream: BinaryIO, name: str, note: Note, source: str = "", *, of: Limits = USUAL) -> Iterator[Record]:
    """The rows of the table, each a record; one that is too large is an error in the report, and the others go on.

    Raises SourceError where there is no row, or no head names a field.
    """
    csv.field_size_limit(of.record)
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="replace", newline="")
    lines = _Lines(text, of.record)
    try:
        first = text.readline(of.record)
        sign = _sep(first)
        if not sign:
            text.seek(0)
        rows = csv.reader(lines, delimiter=sign or _delimiter(first), strict=False)
        begin = _next(rows, lines) or []
        if reason := of.excess(map(len, begin)):
            raise SourceError(f"{name}: the line of heads has {reason}")
        heads = [head(cell.lstrip("\ufeff")) for cell in begin]
        if not any(one.name for one in heads):
            raise SourceError(f"{name}: no head names a field such as dc.title; export it with its first line")
        count, excess = 0, ""
        while (row := _next(rows, lines)) is not None:
            place = f"{name}, line {lines.number + bool(sign)}"
            reason = lines.excess(of) or of.excess(one for cell in row for one in lengths(cell, "||"))
            if reason:
                excess = NONE_SMALL
                called = next((cell for one, cell in zip(heads, row, strict=False) if one.text.lower() in _NAMES), "")
                note(Finding(called[:_LONGEST_NAME], "error", "", place, reason))
            elif any(cell.strip() for cell in row):
                count += 1
                yield _record(heads, row, place, note, source)
        if not count:
            raise SourceError(f"{name}: {excess or 'a table of heads without a row'}")
    finally:
        # The caller closes the stream.
        text.detach()


class _Lines:
    """The lines of a table as `csv` asks for them; a row that goes on for too long is cut off and passed over."""

    def __init__(self, text: TextIO, largest: int) -> None:
        self._text, self._largest = text, largest
        self._size = 0
        self._is_open = self._is_cut = False
        self.number = 0
        """The number of the line that was read last."""

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = self._text.readline(self._largest - self._size + 1)
        self._size += len(line)
        if not line:
            raise StopIteration
        if self._size > self._largest:
            self._is_cut = True
            self._pass_over(line)
            raise _TooLong
        self._is_open ^= line.count('"') % 2 == 1
        self.number += 1
        return line

    def begin(self) -> None:
        """Another row begins."""
        self._size, self._is_open, self._is_cut = 0, False, False

    def excess(self, of: Limits) -> str:
        """Why the row is left out, empty where it is not."""
        return of.excess([self._size]) if self._is_cut else ""

    def _pass_over(self, line: str) -> None:
        """Read on to the end of the row: to the end of a line in which no cell stays open."""
        while line:
            self._is_open ^= line.count('"') % 2 == 1
            if line.endswith(("\n", "\r")):
                self.number += 1
                if not self._is_open:
                    return
            line = self._text.readline(_CHUNK)


class _TooLong(Exception):
    """A row is longer than rows may be."""


def _next(rows: Iterator[list[str]], lines: _Lines) -> list[str] | None:
    """The next row, without a cell where it is too long; None behind the last one."""
    lines.begin()
    try:
        return next(rows, None)
    except _TooLong:
        return []


def values(cell: str) -> list[tuple[str, str | None, int | None]]:
    """The values of a cell, each with authority and confidence.

    >>> values("Quill, A::k1::600||Marrow, T")
    [('Quill, A', 'k1', 600), ('Marrow, T', None, None)]
    >>> values("a::b: c")
    [('a::b: c', None, None)]
    >>> values("Resource Types::text::book")
    [('Resource Types::text::book', None, None)]
    >>> values("Rook, Ida::virtual::7")
    [('Rook, Ida', 'virtual::7', None)]
    """
    found: list[tuple[str, str | None, int | None]] = []
    for text in cell.split("||"):
        match = _AUTHORITY.fullmatch(text.strip())
        # An authority has no spaces but in DSpace-CRIS's "will be referenced"; "std::vector explained" is a title.
        # A DOI may hold "::", and so does the path of a controlled vocabulary ("text::book").
        if match and not match["confidence"] and _HOLDS_COLONS.match(text.strip()):
            match = None
        if match and not re.search(r"\s", match["authority"].removeprefix("will be ")):
            found.append(
                (match["value"], match["authority"], int(match["confidence"]) if match["confidence"] else None)
            )
        else:
            found.append((text.strip(), None, None))
    return found


def _record(heads: list[Head], row: list[str], place: str, note: Note, source: str) -> Record:
    draft = Draft(note)
    cells = zip(heads, row, strict=False)
    draft.leaves = [
        Leaf(column.text, one) for column, cell in cells for part in cell.split("||") if (one := part.strip())
    ]
    for number, cell in enumerate(row):
        column = heads[number] if number < len(heads) else Head(f"column {number + 1}", None, None)
        if column.name:
            for value, authority, confidence in values(cell) if cell.strip() else []:
                draft.add(column.name, value, column.language, authority, confidence)
        elif cell.strip():
            _other(column.text, cell.strip(), draft)
    if len(row) != len(heads):
        draft.unread("csv", place, f"{len(row)} cells stand below {len(heads)} heads")
    return draft.record(source)


def _other(text: str, cell: str, draft: Draft) -> None:
    """A column that is no field: what the row is called, where it stands, which files it has."""
    match = _FILES.fullmatch(text)
    if match:
        for path in cell.split("||"):
            name = path.strip().rpartition("/")[2] or path
            is_web = path.strip().lower().startswith(("http://", "https://"))
            address = path.strip() if is_web else None
            draft.files.append(File(name=name, url=address, bundle=match["bundle"] or "ORIGINAL"))
            if not is_web and name != path.strip():
                draft.unread("csv.file", path.strip(), f"where the file {name} lies in its package")
    elif text.lower() in {"id", "uuid", "rowid"}:
        # A plus sign asks DSpace to make a new item.
        draft.identifier = "" if cell == "+" else cell
    elif text.lower() == "handle":
        draft.handle = cell.removeprefix("https://hdl.handle.net/").removeprefix("http://hdl.handle.net/")
    elif text.lower() == "collection":
        draft.sets.extend(part.strip() for part in cell.split("||"))
    else:
        draft.add(f"csv.{re.sub(r'[^A-Za-z0-9_-]+', '_', text).strip('_') or 'column'}", cell)


def _sep(line: str) -> str:
    """What divides the cells, as Excel's own first line says it (`sep=;`); empty where the line is another.

    >>> _sep("sep=;"), _sep('"sep=,"'), _sep("dc.title;dc.date")
    (';', ',', '')
    """
    match = _SEP.fullmatch(line.rstrip("\r\n"))
    return match[1] if match else ""


def _delimiter(line: str) -> str:
    """What divides the heads: the sign that stands between them most often.

    >>> _delimiter("dc.title;dc.date"), _delimiter("id")
    (';', ',')
    """
    bare = re.sub(r'"[^"]*"', "", line)
    return max(_DELIMITERS, key=bare.count)
