"""Bytes → text: UTF-8 and UTF-16 as they say, else Windows-1252, which is reported."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from typing import BinaryIO

from converter.report import Finding

_CHUNK = 1 << 20


def decoded(raw: bytes, name: str, note: Callable[[Finding], None]) -> str:
    """The text of the bytes; a byte that is no UTF-8 makes it Windows-1252, and the report says so."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        note(Finding("", "warning", "", name, f"not UTF-8 (byte {fault.start}); read as Windows-1252"))
        return raw.decode("cp1252", "replace")


def encoding_of(stream: BinaryIO, name: str, note: Callable[[Finding], None]) -> str:
    """The encoding of a stream that can be sought, told by all of it; the stream is at its beginning again."""
    head = stream.read(2)
    stream.seek(0)
    if head in {b"\xff\xfe", b"\xfe\xff"}:
        return "utf-16"
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while chunk := stream.read(_CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as fault:
        note(Finding("", "warning", "", name, f"not UTF-8 ({fault.reason}); read as Windows-1252"))
        return "cp1252"
    finally:
        stream.seek(0)
    return "utf-8-sig"
