"""Which kinds of queries are long."""

from __future__ import annotations

from cachetools import LRUCache

from server.sparql.lexer import kind

_REMEMBERED = 1_000
_IN_A_ROW = 3
"""How many queries of a kind were long, and none was not, where the kind is taken for long."""


class LongKinds:
    """The kinds whose queries are long, by those that were asked last."""

    def __init__(self) -> None:
        self._kinds: LRUCache[str, int] = LRUCache(_REMEMBERED)

    def __contains__(self, query: str) -> bool:
        # Where nothing was long, which is most of the time, no query is looked at.
        return bool(self._kinds) and self._kinds.get(kind(query), 0) >= _IN_A_ROW

    def add(self, query: str) -> None:
        """Remember that a query was long."""
        self._kinds[kind(query)] = self._kinds.get(kind(query), 0) + 1

    def discard(self, query: str) -> None:
        """Remember that a query was not long."""
        if self._kinds:
            self._kinds.pop(kind(query), None)
