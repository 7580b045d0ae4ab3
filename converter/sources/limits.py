"""How much of a source is read: what it may unpack to, how large a document, a record or a value may be, how deep.

One rule for every format: a record that is larger than any real one costs itself, is named in the report, and no other
record.  Readers ask `excess` of what a record consists of before they make anything of it.

A source is hostile until it is read.  What it may unpack to is a multiple of what it is packed, and no more than the
memory that is free; a person who knows better says so (`--max-size`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from converter.errors import SourceError
from converter.record import Record
from converter.report import Finding

_MIB = 1 << 20
_SMALL, _RATIO = 64 * _MIB, 200
"""What anything may unpack to; the most that a sound source was packed by.  Metadata are packed to a 10th or 30th."""
_ASSUMED = 4 << 30
"""Free memory where the system does not report it."""
LARGEST = 16 * _MIB
"""Bytes of a record, where nobody says otherwise."""
MOST_FIELDS = 100_000
"""Fields and files of one record, whatever anybody says."""
_VALUE, _PART = 4, 64
"""The part of a record that one value may have; the bytes that each part of a record counts as, so that of the smallest
a record has no more than 262,144."""
_LEFT_OUT = "left out (--max-size allows more)"
NONE_SMALL = "no record that is small enough; allow more with --max-size"
DEEPEST = 200
"""Elements, or lists and objects, inside one another."""
_DEEPEST_PAGE = 500
_TAG = re.compile(
    rb"<(/?)(div|span|ul|ol|dl|table|section|article|blockquote|form|fieldset|center|main|nav|aside)\b", re.IGNORECASE
)


class Limits(NamedTuple):
    """The most bytes of a source when it is unpacked, of a document that is read whole, and of a record."""

    unpacked: int
    document: int
    record: int

    def excess(self, lengths: Iterable[int]) -> str:
        """Why a record with parts of these lengths is left out, empty where it is not; no more of them are read.

        >>> limits().excess([5_000_000]), limits().excess([3_000_000] * 6), limits().excess([1] * 300_000)
        ('a value of more than 4,194,304 characters; left out (--max-size allows more)', \
'values of more than 16,777,216 characters in one record; left out (--max-size allows more)', \
'more than 262,144 values in one record; left out (--max-size allows more)')
        """
        size = count = 0
        value, parts = self.record // _VALUE, self.record // _PART
        for length in lengths:
            size, count = size + length, count + 1
            if length > value:
                return f"a value of more than {value:,} characters; {_LEFT_OUT}"
            if size > self.record:
                return f"values of more than {self.record:,} characters in one record; {_LEFT_OUT}"
            if count > parts:
                return f"more than {parts:,} values in one record; {_LEFT_OUT}"
        return ""


def limits(most: int | None = None) -> Limits:
    """The limits of a run: `most` where a person says so, else by the memory that is free."""
    if most:
        return Limits(most, most, max(most // 4, LARGEST))
    free = _free()
    return Limits(free // 2, min(max(free // 128, 32 * _MIB), 256 * _MIB), LARGEST)


def lengths(text: str, sign: str, begin: int = 0, end: int | None = None) -> Iterator[int]:
    """Yield the lengths of what stands between the signs of a text, or of a part of it.

    >>> list(lengths("one||three||", "||"))
    [3, 5, 0]
    """
    end = len(text) if end is None else end
    while (place := text.find(sign, begin, end)) >= 0:
        yield place - begin
        begin = place + len(sign)
    yield end - begin


def bounded(records: Iterable[Record], name: str, note: Callable[[Finding], None], of: Limits) -> Iterator[Record]:
    """Yield the records but those that have more values, or longer ones, than any record; each costs itself alone."""
    for record in records:
        reason = of.excess(len(field.value) for field in record.fields)
        if len(record.fields) + len(record.files) > MOST_FIELDS:
            reason = (
                f"more than {MOST_FIELDS:,} fields and files in one record; left out (no option allows more; split it)"
            )
        if reason:
            note(Finding(record.handle or record.identifier, "error", "", name, reason))
        else:
            yield record


class Budget:
    """What is left of what a source of so many bytes may unpack to, with all that is packed in it."""

    def __init__(self, packed: int, of: Limits, *, is_told: bool = False) -> None:
        self._most = of.unpacked if is_told else min(of.unpacked, max(_SMALL, packed * _RATIO))
        self._left = self._most

    def spend(self, size: int, name: str) -> None:
        """Count bytes that were unpacked.

        Raises SourceError where they are more than are left.
        """
        self._left -= size
        if self._left < 0:
            shown = f"{self._most / _MIB:,.0f} MiB"
            raise SourceError(f"{name}: unpacks to more than {shown}; if it is sound, allow more with --max-size")


def refuse_long(size: int, most_bytes: int, name: str) -> None:
    """Raise SourceError where a document is longer than what is read in one piece."""
    if size > most_bytes:
        shown, most = f"{size / _MIB:,.0f} MiB", f"{most_bytes / _MIB:,.0f} MiB"
        raise SourceError(f"{name}: {shown}, and {most} are read in one piece; split it, or allow more with --max-size")


def is_too_deep(page: bytes) -> bool:
    """Whether a page has more elements inside one another than any page has: parsing takes their square.

    >>> is_too_deep(b"<div>" * 501), is_too_deep(b"<div></div>" * 501)
    (True, False)
    """
    depths: dict[bytes, int] = {}
    for match in _TAG.finditer(page):
        name = match[2].lower()
        depths[name] = max(0, depths.get(name, 0) + (-1 if match[1] else 1))
        if depths[name] > _DEEPEST_PAGE:
            return True
    return False


def _free() -> int:
    try:
        stated = Path("/proc/meminfo").read_text(encoding="ascii")
        return int(stated.split("MemAvailable:")[1].split()[0]) << 10
    except (OSError, IndexError, ValueError):
        return _ASSUMED


USUAL = limits()
"""The limits where nobody says otherwise."""
