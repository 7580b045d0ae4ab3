"""Records and lines as the archive holds them: compressed bytes."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

import msgspec

from converter.record import Record

_QUICK = 1
"""Lines are held for the time of one batch only."""


def packed(record: Record) -> bytes:
    """The record as bytes."""
    return zlib.compress(msgspec.json.encode(record))


def unpacked(payload: bytes) -> Record:
    """The record that the bytes hold."""
    return msgspec.json.decode(zlib.decompress(payload), type=Record)


def packed_lines(lines: Iterable[str]) -> bytes:
    """Lines as bytes."""
    return zlib.compress("\n".join(lines).encode(), _QUICK)


def unpacked_lines(payload: bytes) -> str:
    """The lines that the bytes hold, as one text."""
    return zlib.decompress(payload).decode()
