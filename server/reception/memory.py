"""Answers that were given before: request, byte for byte, to answer; bounded in bytes, those asked last stay."""

from __future__ import annotations

from collections import OrderedDict
from typing import NamedTuple

from server.reception.question import Question

_OVERHEAD = 300
"""Bytes that an entry costs beside what it holds."""


class Kept(NamedTuple):
    """The header fields of an answer that do not change, its body, and what was asked."""

    fields: bytes
    body: bytes
    question: Question


class Memory:
    """At most `limit` bytes of answers."""

    def __init__(self, limit: int) -> None:
        self._limit, self._held = limit, 0
        self._kept: OrderedDict[bytes, Kept] = OrderedDict()

    def get(self, raw: bytes) -> Kept | None:
        """The answer to a request."""
        found = self._kept.get(raw)
        if found:
            self._kept.move_to_end(raw)
        return found

    def keep(self, raw: bytes, kept: Kept) -> None:
        """Keep an answer, and let the ones go that were not asked for longest."""
        before = self._kept.pop(raw, None)
        self._held += _size(raw, kept) - (_size(raw, before) if before else 0)
        self._kept[raw] = kept
        while self._held > self._limit:
            self._held -= _size(*self._kept.popitem(last=False))

    def clear(self) -> None:
        """The data are others."""
        self._kept.clear()
        self._held = 0


def _size(raw: bytes, kept: Kept) -> int:
    return 3 * len(raw) + len(kept.fields) + len(kept.body) + _OVERHEAD
