"""Kinds of queries, and which of them are long: two queries of a kind differ in values only."""

from __future__ import annotations

import re
from functools import lru_cache

_READ, _REMEMBERED = 4_096, 1_000
"""Characters of a query that tell its kind; kinds that are remembered."""
_IN_A_ROW = 3
"""How many queries of a kind were long, and none was not, where the kind is taken for long."""
# What varies from one query of a kind to the next, and before it what only looks so: IRIs, and names with digits.
# A string that does not end goes to the end of the text, so that no text is read twice.
_VARYING = re.compile(
    r"""
      (?P<kept><[^<>"{}|^`\\\x00-\x20]*> | [^\W\d]\w*)
    | (?P<number>\d+)
    | (?P<space>(?:\s|\#[^\n\r]*)+)
    | '{3}(?:\\.|.)*?(?:'{3}|\Z) | "{3}(?:\\.|.)*?(?:"{3}|\Z)
    | '(?:[^'\\]|\\.)*+'? | "(?:[^"\\]|\\.)*+"?
    """,
    re.VERBOSE | re.DOTALL,
)


@lru_cache(_REMEMBERED)
def kind(query: str) -> str:
    """A query without what only its values tell; a number counts by its digits, since a limit says how much is wanted.

    >>> kind('SELECT ?a1 { ?a1 <urn:b#2> "Lake" } LIMIT 50 # first')
    "SELECT ?a1 { ?a1 <urn:b#2> '' } LIMIT 00"
    """
    return _VARYING.sub(_general, query[:_READ]).strip()


def _general(match: re.Match[str]) -> str:
    match match.lastgroup:
        case "kept":
            return match[0]
        case "number":
            return "0" * len(match[0])
        case "space":
            return " "
    return "''"


class LongKinds:
    """The kinds whose queries are long, by those that were asked last."""

    def __init__(self) -> None:
        self._kinds: dict[str, int] = {}

    def __contains__(self, query: str) -> bool:
        # Where nothing was long, which is most of the time, no query is looked at.
        return bool(self._kinds) and self._kinds.get(kind(query), 0) >= _IN_A_ROW

    def add(self, query: str) -> None:
        """Remember that a query was long, and forget the kind that was so longest ago."""
        told = kind(query)
        self._kinds[told] = self._kinds.pop(told, 0) + 1
        if len(self._kinds) > _REMEMBERED:
            del self._kinds[next(iter(self._kinds))]

    def discard(self, query: str) -> None:
        """Remember that a query was not long."""
        if self._kinds:
            self._kinds.pop(kind(query), None)
