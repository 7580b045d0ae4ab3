"""JSON documents and JSON lines: answers of DSpace, DataCite and Crossref, CSL-JSON, and plain fields.

`DIALECTS` says which object is whose; a new one is a table, or one row here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, BinaryIO, NamedTuple

import msgspec

from converter.errors import SourceError
from converter.record import Record
from converter.report import Finding
from converter.sources.builder import Draft
from converter.sources.json_formats import by_table, crossref, datacite, dspace
from converter.sources.json_formats.leaves import Object
from converter.sources.json_formats.visibility import hidden
from ontology.source_tables import json_formats

Note = Callable[[Finding], None]

_LARGEST = 256 << 20
"""A document is read whole; lines are not."""
_LISTS = (
    "_embedded",
    "searchResult",
    "objects",
    "items",
    "data",
    "message",
    "records",
    "hits",
    "results",
    "indexableObject",
)
"""Keys under which answers put what they list."""


class Dialect(NamedTuple):
    """What an object is in words, how it shows, and what reads it."""

    words: str
    shows: Callable[[Object], bool]
    read: Callable[[Object, Draft], None]


_BY_TABLE = {
    one: Dialect(one.words, partial(by_table.shows, one), partial(by_table.read, one)) for one in json_formats()
}
_OF_CITATIONS = "csl"
DIALECTS = (
    *(dialect for one, dialect in _BY_TABLE.items() if one.name != _OF_CITATIONS),
    Dialect("items of DSpace 7 and later", dspace.shows_seven, dspace.seven),
    Dialect("items of DSpace 5 and 6", dspace.shows_six, dspace.six),
    Dialect("DataCite", datacite.shows, datacite.read),
    Dialect("Crossref", crossref.shows, crossref.read),
    *(dialect for one, dialect in _BY_TABLE.items() if one.name == _OF_CITATIONS),
    Dialect("Crossref", crossref.shows_loosely, crossref.read),
    Dialect("objects of fields", dspace.shows_fields, dspace.named),
    Dialect("objects with a title", dspace.shows_simple, dspace.simple),
)


def shows(head: bytes) -> bool:
    """Whether the beginning is that of JSON."""
    return head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"{", b"["}


def records(stream: BinaryIO, name: str, note: Note, source: str = "") -> Iterator[Record]:
    """The records of a document, or of lines of JSON.

    Raises SourceError where there is none; a line that is broken is an error in the report, and the others go on.
    """
    count = 0
    reasons: list[str] = []
    for value, place in _values(stream, name, note):
        found = False
        for inner in _objects(value):
            record = _record(inner, source, note, name, place)
            if record is not None:
                count, found = count + 1, True
                yield record
        if not found:
            reasons.append(_reason(value))
            if place:
                note(Finding("", "error", "", f"{name}, line {place}", reasons[-1]))
    if not count:
        raise SourceError(f"{name}: {reasons[0] if reasons else 'no JSON that can be read'}")


def _values(stream: BinaryIO, name: str, note: Note) -> Iterator[tuple[Any, int]]:
    """Each value with its line; 0 where the whole is one document."""
    first = stream.readline(_LARGEST)
    second = stream.readline(_LARGEST)
    if first.strip() and second.strip() and _line(first) is not None:
        for place, line in enumerate(_lines(first, second, stream), 1):
            if not line.strip():
                continue
            value = _line(line)
            if value is None:
                note(Finding("", "error", "", f"{name}, line {place}", "broken JSON; this line is left out"))
            else:
                yield value, place
        return
    data = (first + second + stream.read(_LARGEST)).removeprefix(b"\xef\xbb\xbf")
    try:
        yield msgspec.json.decode(data), 0
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise SourceError(f"{name}: broken JSON ({fault}); fetch it again or correct it") from None


def _lines(first: bytes, second: bytes, stream: BinaryIO) -> Iterator[bytes]:
    yield first
    yield second
    yield from stream


def _line(line: bytes) -> Any:
    try:
        value = msgspec.json.decode(line.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return value if isinstance(value, dict) else None


def _objects(value: Any) -> Iterator[Object]:
    """Yield what may be records: the value itself, else what it lists, however deep."""
    if isinstance(value, list):
        for one in value:
            yield from _objects(one)
    elif isinstance(value, dict):
        dialect = _dialect(value)
        inner = [value[key] for key in _LISTS if isinstance(value.get(key), (dict, list))]
        # The simplest dialect sees a title in an answer that lists works.
        if dialect and (dialect is not DIALECTS[-1] or not inner):
            yield value
            return
        for one in inner:
            yield from _objects(one)


def _dialect(value: Object) -> Dialect | None:
    return next((dialect for dialect in DIALECTS if dialect.shows(value)), None)


def _record(value: Object, source: str, note: Note, name: str, place: int) -> Record | None:
    dialect = _dialect(value)
    if dialect is None:
        return None
    draft = Draft(note)
    draft.hidden = hidden(value)
    try:
        dialect.read(value, draft)
    except (AttributeError, TypeError, ValueError, KeyError) as fault:
        # A value of another kind than its dialect has at that place.
        where = f"{name}, line {place}" if place else name
        note(Finding(draft.identifier, "error", "", where, f"not as {dialect.words} write it ({fault}); left out"))
        return None
    if draft.fault:
        note(Finding(draft.identifier, "warning", "", name, draft.fault))
        return None
    return draft.record(source)


def _reason(value: Any) -> str:
    told = next((text for one in _candidates(value) if (text := dspace.refused(one))), None)
    words = ", ".join(dict.fromkeys(dialect.words for dialect in DIALECTS))
    return f"{told or 'JSON without a record'}; {words} are read"


def _candidates(value: Any) -> list[Object]:
    inner = [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
    if not isinstance(value, dict):
        return inner
    embedded = value.get("_embedded")
    inside = embedded.values() if isinstance(embedded, dict) else ()
    lists = [entry for one in inside if isinstance(one, list) for entry in one]
    return [value, *(entry for entry in lists if isinstance(entry, dict))]
