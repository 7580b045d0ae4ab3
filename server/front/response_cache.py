"""Answers that were given before, by what was asked; bounded in bytes, those asked for last stay."""

from __future__ import annotations

from collections import OrderedDict
from typing import NamedTuple

from server.front.plain_request import Asked

_OVERHEAD = 400
"""Bytes that an entry costs beside what it holds."""


class Kept(NamedTuple):
    """The header fields of an answer that do not change, and its body."""

    fields: bytes
    body: bytes


class Memory:
    """At most `limit` bytes of answers."""

    def __init__(self, limit: int) -> None:
        self._limit, self._held = limit, 0
        self._kept: OrderedDict[Asked, Kept] = OrderedDict()

    def get(self, asked: Asked) -> Kept | None:
        """The answer to what is asked."""
        found = self._kept.get(asked)
        if found:
            self._kept.move_to_end(asked)
        return found

    def keep(self, asked: Asked, kept: Kept) -> None:
        """Keep an answer, and let the ones go that were not asked for longest."""
        before = self._kept.pop(asked, None)
        self._held += _size(asked, kept) - (_size(asked, before) if before else 0)
        self._kept[asked] = kept
        while self._held > self._limit:
            self._held -= _size(*self._kept.popitem(last=False))

    def clear(self) -> None:
        """The data are others."""
        self._kept.clear()
        self._held = 0


def _size(asked: Asked, kept: Kept) -> int:
    return len(asked[0].request.query) + len(kept.fields) + len(kept.body) + _OVERHEAD
