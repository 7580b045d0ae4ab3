"""JSON documents and JSON lines: answers of DSpace, DataCite and Crossref, CSL-JSON, and plain fields.

`DIALECTS` says which object is whose; a new one is a table, or one row here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, BinaryIO, NamedTuple

import msgspec

from converter.errors import SourceError
from converter.record import Record
from converter.report import Finding
from converter.sources.builder import Draft
from converter.sources.json_formats import by_table, crossref, datacite, dspace
from converter.sources.json_formats.leaves import Object, leaves, text_of
from converter.sources.json_formats.visibility import hidden
from converter.sources.limits import DEEPEST, NONE_SMALL, USUAL, Limits
from converter.sources.remainder import of_values
from ontology.source_tables import json_formats

Note = Callable[[Finding], None]

_BRACKET = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)
_ESCAPE = re.compile(rb"\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|(u[dD][89a-fA-F]..)|.)", re.DOTALL)
"""An escape in a text of JSON; the group is half of a pair alone."""
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
_NAMES, _LONGEST_NAME = ("DOI", "doi", "handle", "uuid", "id", "@id", "url"), 300
"""Keys under which an object has its name, and the characters of one."""


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
    Dialect("journals of Crossref", crossref.shows_journal, crossref.journal),
    Dialect("Crossref", crossref.shows_loosely, crossref.read),
    Dialect("objects of fields", dspace.shows_fields, dspace.named),
    Dialect("objects with a title", dspace.shows_simple, dspace.simple),
)


def records(stream: BinaryIO, name: str, note: Note, source: str = "", *, of: Limits = USUAL) -> Iterator[Record]:
    """The records of a document, or of lines of JSON; a line may have so many bytes as a document.

    A record that is too large, or a line that is broken, is an error in the report, and the others go on.

    Raises SourceError where there is none.
    """
    count, excess = 0, ""
    reasons: list[str] = []
    for value, place in _values(stream, name, note, of.document):
        found, objects = False, set[int]()
        try:
            for number, inner in enumerate(_objects(value), 1):
                objects.add(id(inner))
                if reason := of.excess(_lengths(inner)):
                    where = f"{name}, line {place}" if place else f"{name}, record {number}"
                    note(Finding(_called(inner), "error", "", where, reason))
                    found, excess = True, NONE_SMALL
                    continue
                record = _record(inner, source, note, name, place)
                if record is not None:
                    count, found = count + 1, True
                    yield record
        except RecursionError:
            note(
                Finding("", "error", "", name, f"lists and objects more than {DEEPEST} deep; what follows is left out")
            )
        if found:
            for path, text in _outside(value, objects, ""):
                note(Finding("", "info", path, text, "stands outside the records that were read"))
        else:
            reasons.append(_reason(value))
            if place:
                note(Finding("", "error", "", f"{name}, line {place}", reasons[-1]))
    if not count:
        raise SourceError(f"{name}: {excess or (reasons[0] if reasons else 'no JSON that can be read')}")


def _values(stream: BinaryIO, name: str, note: Note, largest: int) -> Iterator[tuple[Any, int]]:
    """Each value with its line; 0 where the whole is one document."""
    first = stream.readline(largest)
    second = stream.readline(largest)
    if first.strip() and second.strip() and _line(first, name, lambda _: None) is not None:
        for place, line in enumerate(_lines(first, second, stream, largest), 1):
            where = f"{name}, line {place}"
            value = _line(line, where, note) if line.strip() and len(line) <= largest else None
            if value is not None:
                yield value, place
            elif line.strip():
                reason = "a line that is too long" if len(line) > largest else "broken JSON; this line is left out"
                note(Finding("", "error", "", where, reason))
        return
    data = (first + second + stream.read(largest)).removeprefix(b"\xef\xbb\xbf")
    if len(data) > largest or stream.read(1):
        raise SourceError(f"{name}: a document of more than {largest:,} bytes; split it, or allow more with --max-size")
    try:
        yield _decoded(data, name, note), 0
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise SourceError(f"{name}: broken JSON ({fault}); fetch it again or correct it") from None


def _lines(first: bytes, second: bytes, stream: BinaryIO, largest: int) -> Iterator[bytes]:
    """Yield the lines; of one that is too long a little more than what it may have."""
    yield first
    yield second
    while line := stream.readline(largest + 1):
        yield line
        while len(line) > largest and not line.endswith(b"\n"):
            line = stream.readline(largest + 1)


def _line(line: bytes, where: str, note: Note) -> Any:
    try:
        value = _decoded(line.removeprefix(b"\xef\xbb\xbf"), where, note)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return value if isinstance(value, dict) else None


def _decoded(data: bytes, where: str, note: Note) -> Any:
    """The value that the bytes mean; what is nested too deep in it is left out, and reported."""
    try:
        return msgspec.json.decode(data)
    except msgspec.DecodeError:
        mended = whole_pairs(data)
        if mended == data:
            raise
        note(
            Finding("", "warning", "", where, "escapes that are half a character (\\ud800 to \\udfff); U+FFFD is read")
        )
        return _decoded(mended, where, note)
    except RecursionError:
        note(Finding("", "error", "", where, f"values more than {DEEPEST} lists and objects deep; they are left out"))
        return _decoded(shallow(data), where, note)


def whole_pairs(data: bytes) -> bytes:
    r"""The JSON with U+FFFD in the place of each escape that is half a character: JSON may have one, and no text may.

    Source: RFC 8259 section 8.2.

    >>> print(whole_pairs(rb'["\ud83d\ude00", "a\uD800b", "\\ud800", "\udc00"]').decode())
    ["\ud83d\ude00", "a\ufffdb", "\\ud800", "\ufffd"]
    """
    return _ESCAPE.sub(lambda match: b"\\ufffd" if match[1] else match[0], data)


def shallow(data: bytes) -> bytes:
    """The JSON with null in the place of each list and object that is too deep.

    >>> shallow(b'[{"a": "[["}, ' + b"[" * 300 + b"]" * 300 + b"]").count(b"[")
    202
    """
    kept: list[bytes] = []
    depth = start = 0
    for match in _BRACKET.finditer(data):
        token = match[0]
        if token in b"[{":
            depth += 1
            if depth == DEEPEST + 1:
                kept += (data[start : match.start()], b"null")
        elif token in b"]}":
            if depth == DEEPEST + 1:
                start = match.end()
            depth -= 1
    return b"".join([*kept, data[start:] if depth <= DEEPEST else b""])


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


def _outside(value: Any, objects: set[int], path: str) -> Iterator[tuple[str, str]]:
    """Yield path and text of what stands around the objects that were read."""
    if id(value) in objects:
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _outside(inner, objects, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for inner in value:
            yield from _outside(inner, objects, path)
    else:
        yield from ((path, text) for _, text in leaves(value))


def _lengths(value: Any) -> Iterator[int]:
    """Yield the lengths of all values in a value, and of the longest key of each object in it."""
    left = [value]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            yield max(map(len, one), default=0)
            left += one.values()
        elif isinstance(one, list):
            left += one
        else:
            yield len(one) if isinstance(one, str) else 0


def _called(value: Object) -> str:
    """What an object calls itself, empty where it does not by a short text."""
    return next((text for key in _NAMES if 0 < len(text := text_of(value.get(key))) <= _LONGEST_NAME), "")


def _dialect(value: Object) -> Dialect | None:
    return next((dialect for dialect in DIALECTS if dialect.shows(value)), None)


def _record(value: Object, source: str, note: Note, name: str, place: int) -> Record | None:
    dialect = _dialect(value)
    if dialect is None:
        return None
    draft = Draft(note)
    draft.hidden = hidden(value)
    draft.leaves = of_values(leaves(value))
    try:
        dialect.read(value, draft)
    except (AttributeError, TypeError, ValueError, KeyError, RecursionError) as fault:
        # A value of another kind than its dialect has at that place.
        where = f"{name}, line {place}" if place else name
        note(Finding(draft.identifier, "error", "", where, f"not as {dialect.words} write it ({fault}); left out"))
        return None
    if draft.fault:
        note(Finding(draft.identifier, "warning", "", name, draft.fault))
        return None
    return draft.record(source)


def _reason(value: Any) -> str:
    stated = next((text for one in _candidates(value) if (text := dspace.refused(one))), None)
    words = ", ".join(dict.fromkeys(dialect.words for dialect in DIALECTS))
    return f"{stated or 'JSON without a record'}; {words} are read"


def _candidates(value: Any) -> list[Object]:
    inner = [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
    if not isinstance(value, dict):
        return inner
    embedded = value.get("_embedded")
    inside = embedded.values() if isinstance(embedded, dict) else ()
    lists = [entry for one in inside if isinstance(one, list) for entry in one]
    return [value, *(entry for entry in lists if isinstance(entry, dict))]
