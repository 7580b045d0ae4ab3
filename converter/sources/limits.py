"""How much of a source is read: what it may unpack to, how large a document or a record may be, how deep.

A source is hostile until it is read.  What it may unpack to is a multiple of what it is packed, and no more than the
memory that is free; a person who knows better says so (`--max-size`).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from converter.errors import SourceError

_MIB = 1 << 20
_SMALL, _RATIO = 64 * _MIB, 200
"""What anything may unpack to; the most that a sound source was packed by.  Metadata are packed to a 10th or 30th."""
_ASSUMED = 4 << 30
"""Free memory where the system does not report it."""
LARGEST = 16 * _MIB
"""Bytes of a record, where nobody says otherwise."""
MOST_FIELDS = 100_000
"""Values in one record."""
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


def limits(most: int | None = None) -> Limits:
    """The limits of a run: `most` where a person says so, else by the memory that is free."""
    if most:
        return Limits(most, most, max(most // 4, LARGEST))
    free = _free()
    return Limits(free // 2, min(max(free // 128, 32 * _MIB), 256 * _MIB), LARGEST)


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


def refuse_long(size: int, of: Limits, name: str) -> None:
    """Raise SourceError where a document is longer than what is read in one piece."""
    if size > of.document:
        shown, most = f"{size / _MIB:,.0f} MiB", f"{of.document / _MIB:,.0f} MiB"
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
