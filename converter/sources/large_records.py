"""XML with records that are too large or too deep → the same without them, so that each of them costs itself alone."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import cache
from typing import BinaryIO

from converter.sources.limits import DEEPEST

_CHUNK = 1 << 20
_LONGEST_TEXT = 9_900_000
"""libxml takes no longer text in one piece than ten million bytes."""
_NO_TAG = rb"<!\[CDATA\[.*?\]\]>|<!--.*?-->|<\?.*?\?>|"
_TOKEN = re.compile(_NO_TAG + rb"<(?P<end>/?)(?:[\w.-]+:)?(?P<name>[\w.-]+)[^<>]*>", re.DOTALL)
_IDENTIFIER = re.compile(rb"<(?:[\w.-]+:)?identifier[^<>]*>\s*([^<\s][^<]{0,200})")
_LIMITS = re.compile(r"excessive depth|huge|too long|limit|XML_MAX", re.IGNORECASE)


class TooMuch(Exception):
    """A record is longer than records may be."""


class Metered:
    """A stream that counts what was read since the last record ended.

    `read` raises TooMuch where that is more than a record may have.
    """

    def __init__(self, stream: BinaryIO, largest: int) -> None:
        self._stream, self._largest, self._since = stream, largest, 0

    def read(self, size: int = -1) -> bytes:
        """Some bytes more."""
        data = self._stream.read(size)
        self._since += len(data)
        if self._since > self._largest:
            raise TooMuch
        return data

    def mark(self) -> None:
        """A record ends here."""
        self._since = 0


def exceeds_limit(message: str | None) -> bool:
    """Whether the parser gave up because something is too large or too deep, and not because it is broken."""
    return bool(_LIMITS.search(message or ""))


def without_large(
    stream: BinaryIO, target: BinaryIO, largest: int, names: Collection[bytes]
) -> Iterator[tuple[str, str]]:
    """Write the stream to `target` without the elements of these names that are too large or too deep.

    Yields what each is called, as far as it can be seen, and why it is left out.
    """
    stream.seek(0)
    record = _Record(largest)
    data = b""
    while True:
        chunk = stream.read(_CHUNK)
        data, place = data + chunk, 0
        if chunk and b">" not in chunk and len(data) <= largest:
            # Nothing ends in it.
            continue
        while match := record.pattern.search(data, place):
            record.text(data[place : match.start()], target)
            place = match.end()
            fault = record.token(match, target, names)
            if fault:
                yield fault
        # A tag may go on in the next chunk; what is no tag by then is text.
        cut = data.rfind(b"<", place)
        keep = cut if chunk and cut >= 0 and len(data) - cut <= largest else len(data)
        record.text(data[place:keep], target)
        data = data[keep:]
        if not chunk:
            return


class _Record:
    """The record that the scan is in, if it is in one."""

    def __init__(self, largest: int) -> None:
        self._largest = largest
        self._name = b""
        self._kept: list[bytes] = []
        self._held = 0
        self._size = self._run = self._depth = self._nested = 0
        self._fault = ""

    @property
    def pattern(self) -> re.Pattern[bytes]:
        """What is looked for next; of a record that is left out only its end is."""
        return _tag_of(self._name) if self._fault else _TOKEN

    def text(self, data: bytes, target: BinaryIO) -> None:
        """Take what stands between two tags."""
        self._run += len(data)
        if self._name and self._run > _LONGEST_TEXT:
            self._fault = self._fault or f"a value of more than {_LONGEST_TEXT:,} bytes"
        self._put(data, target)

    def token(self, match: re.Match[bytes], target: BinaryIO, names: Collection[bytes]) -> tuple[str, str] | None:
        """Take a tag, a comment or the like; what a record is called that ends here and is left out, and why."""
        token, name = match[0], match["name"]
        if name is None:
            self.text(token, target)
            return None
        self._run = 0
        is_end, is_empty = bool(match["end"]), token.endswith(b"/>")
        if not self._name and not is_end and not is_empty and name in names:
            self._name, self._depth, self._nested = name, 0, 0
        self._put(token, target)
        if not self._name or is_empty:
            return None
        self._depth += -1 if is_end else 1
        if self._depth > DEEPEST:
            self._fault = self._fault or f"elements more than {DEEPEST} deep"
        if name == self._name:
            self._nested += -1 if is_end else 1
        return self._end(target) if not self._nested else None

    def _put(self, data: bytes, target: BinaryIO) -> None:
        if not self._name:
            target.write(data)
            return
        self._size += len(data)
        if self._size > self._largest:
            self._fault = self._fault or f"a record of more than {self._largest:,} bytes"
        if not self._fault or self._held < _CHUNK:
            self._kept.append(data[:_CHUNK] if self._fault else data)
            self._held += len(data)

    def _end(self, target: BinaryIO) -> tuple[str, str] | None:
        fault, kept = self._fault, self._kept
        self._name, self._kept, self._fault, self._size, self._held = b"", [], "", 0, 0
        if not fault:
            target.write(b"".join(kept))
            return None
        found = _IDENTIFIER.search(b"".join(kept[:4096]))
        return (found[1].decode("utf-8", "replace").strip() if found else "", fault)


@cache
def _tag_of(name: bytes) -> re.Pattern[bytes]:
    """The tags of elements with a name, and what holds no tags."""
    own = rb"<(?P<end>/?)(?:[\w.-]+:)?(?P<name>" + re.escape(name) + rb")(?=[\s/>])[^<>]*>"
    return re.compile(_NO_TAG + own, re.DOTALL)
