"""A part of the rows of a question, by its own LIMIT and OFFSET: in one total order, so that pages never overlap.

SPARQL keeps no order of a subquery (section 18.2.4.5 makes a multiset of it), so that a window stands in the query
itself and not around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple
from urllib.parse import urlencode

import pyoxigraph

from queries import Query
from server.sparql.lexer import Word, tokens

SIZE = 100
"""Rows on a page where nobody says how many."""
LARGEST_SIZE = 10_000
LAST_PAGE = 1_000_000
WINDOW = {"page": LAST_PAGE, "size": LARGEST_SIZE}
"""The parameters of a page, with the largest number that each may be."""

_NUMBER = re.compile(r"(?:limit|offset)\s+(\d+)", re.IGNORECASE)
_DEPTH = {"{": 1, "(": 1, "}": -1, ")": -1}


class Page(NamedTuple):
    """Which rows are wanted: the number of the page, from 1, and the rows that each has."""

    number: int = 1
    size: int = SIZE

    @property
    def skipped(self) -> int:
        """How many rows stand before it."""
        return (self.number - 1) * self.size


class Arranged(NamedTuple):
    """A question as it is written, and its text in one total order: before its LIMIT and OFFSET, and behind them."""

    query: Query
    text: str
    columns: tuple[str, ...]
    behind: str
    limit: int | None
    offset: int

    def whole(self) -> Query:
        """The question for all its rows."""
        return self._with(self.limit, 0)

    def rows(self, skipped: int, most: int) -> Query:
        """The question for at most so many rows, from behind those that are skipped."""
        left = most if self.limit is None else max(0, min(most, self.limit - skipped))
        return self._with(left, skipped)

    def _with(self, limit: int | None, skipped: int) -> Query:
        window = "" if limit is None else f"LIMIT {limit}\n"
        if self.offset + skipped:
            window += f"OFFSET {self.offset + skipped}\n"
        return replace(self.query, text=self.text + window + self.behind)


def arranged(query: Query) -> Arranged:
    """The question with every column behind its own order, so that two rows are never in either order.

    Raises ValueError where it is no SELECT.

    >>> made = arranged(Query("n", "", "", (), "SELECT ?a { ?a ?b ?c } ORDER BY ?b LIMIT 9"))
    >>> print(made.rows(5, 10).text)
    SELECT ?a { ?a ?b ?c } ORDER BY ?b
    ?a
    LIMIT 4
    OFFSET 5
    <BLANKLINE>
    """
    results = pyoxigraph.Store().query(query.text)
    if not isinstance(results, pyoxigraph.QuerySolutions):
        raise ValueError(f"the question {query.name} is no SELECT; write it as one")
    columns = tuple(variable.value for variable in results.variables)
    text = query.text
    places = {word.text.lower(): word.offset for word in _outermost(text)}
    limit, offset = (_number(text, places.get(name)) for name in ("limit", "offset"))
    values = places.get("values", len(text))
    end = min(places.get("limit", values), places.get("offset", values), values)
    order = ("" if "order" in places else "ORDER BY ") + " ".join(f"?{name}" for name in columns)
    return Arranged(query, f"{text[:end].rstrip()}\n{order}\n", columns, text[values:], limit, offset or 0)


def links(address: str, given: Mapping[str, str], page: Page, *, more: bool) -> dict[str, str]:
    """The addresses of other pages: the first, the one before, and the next where there is one.

    >>> links("/q", {"since": "1+1", "page": "2"}, Page(2, 9), more=False)
    {'first': '/q?since=1%2B1&page=1&size=9', 'prev': '/q?since=1%2B1&page=1&size=9'}
    """
    numbers = {"first": 1, "prev": page.number - 1, "next": page.number + 1 if more else 0}
    kept = {name: value for name, value in given.items() if name not in WINDOW}
    return {
        relation: f"{address}?{urlencode({**kept, 'page': number, 'size': page.size})}"
        for relation, number in numbers.items()
        if 0 < number <= LAST_PAGE
    }


def _outermost(text: str) -> Iterator[Word]:
    """Yield the words that stand in no braces and no parentheses."""
    depth = 0
    for token in tokens(text):
        depth += _DEPTH.get(token.text, 0)
        if not depth and token.kind == "word":
            yield token


def _number(text: str, place: int | None) -> int | None:
    if place is None:
        return None
    found = _NUMBER.match(text, place)
    if found is None:
        raise ValueError(f"{text[place : place + 40]!r} names no number of rows; write LIMIT 10 or OFFSET 10")
    return int(found[1])
