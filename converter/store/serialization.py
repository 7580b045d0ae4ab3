"""Records and lines as the archive holds them: compressed bytes."""

from __future__ import annotations

import hashlib
import zlib

import msgspec

from converter.errors import StoreError
from converter.record import Record

_QUICK = 1
"""Lines are held for the time of one batch only."""
_REMEDY = "“shelfgraph check” names all of them; load its source again, or bring back a copy with “shelfgraph restore”"


def packed(record: Record) -> bytes:
    """The record as bytes."""
    return zlib.compress(msgspec.json.encode(record))


def unpacked(payload: bytes) -> Record:
    """The record that the bytes hold."""
    return msgspec.json.decode(zlib.decompress(payload), type=Record)


def digest(payload: bytes) -> bytes:
    """What the archive keeps beside the bytes of a record, to know that they are still the same."""
    return hashlib.blake2b(payload, digest_size=16).digest()


def verified(payload: bytes, kept: bytes | None, name: str) -> Record:
    """The record that the bytes hold, which are those of the digest; None is the digest of an earlier archive.

    Raises StoreError where they are not.
    """
    if kept is not None and digest(payload) != kept:
        raise StoreError(f"the record {name} is damaged in the archive; {_REMEDY}")
    try:
        return unpacked(payload)
    except (zlib.error, msgspec.DecodeError) as fault:
        raise StoreError(f"the record {name} cannot be read in the archive ({fault}); {_REMEDY}") from None


def packed_lines(lines: str) -> bytes:
    """Lines, which are one text, as bytes."""
    return zlib.compress(lines.encode(), _QUICK)


def unpacked_lines(payload: bytes) -> str:
    """The lines that the bytes hold, as one text."""
    return zlib.decompress(payload).decode()
