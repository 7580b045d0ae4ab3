"""The bytes of an answer as a file, for parsers that read no faster than they need."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any


class AnswerFile(io.RawIOBase):
    """The bytes of an answer as a file."""

    def __init__(self, parts: Iterable[bytes]) -> None:
        self._parts = iter(parts)
        self._left = b""

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer with what there is; 0 at the end."""
        while not self._left:
            part = next(self._parts, None)
            if part is None:
                return 0
            self._left = part
        size = min(len(buffer), len(self._left))
        buffer[:size], self._left = self._left[:size], self._left[size:]
        return size
