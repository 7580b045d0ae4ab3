"""The original record beside the statements that were made of it, row by row, with the row of the crosswalk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote

import pyoxigraph

import ontology
from converter import graph
from converter.mapping.engine import Mapper, Outcome
from converter.privacy import masked
from converter.record import Field, Record
from server.http.base_path import root
from server.pages.crosswalk_page import anchor
from server.representations.view import short

OPEN = 5
"""Rows that are shown before the others are unfolded."""
_ROWS, _STATEMENTS, _LONGEST = 200, 6, 140
"""Rows that a page shows, statements of one row, and characters of a value."""


class Line(NamedTuple):
    """A row of the original record: field, value, language, what became of it, and where the crosswalk says so.

    `value` is empty where it is not published; `more` statements are not shown.
    """

    field: str
    value: str
    language: str
    outcome: Outcome
    place: str
    address: str
    statements: tuple[str, ...]
    more: int


class Provenance(NamedTuple):
    """The rows of an original record, and how many there are, used, kept back and left over; the statements."""

    lines: list[Line]
    rows: int
    used: int
    withheld: int
    left: int
    statements: int


def provenance(record: Record, base: str, item: str, stated: Collection[str]) -> Provenance:
    """What each row of a record became; no statement is shown but those that are `stated` in the graph of the item."""
    mapped, known = _mapper(base).map(record), frozenset(stated)
    made: defaultdict[tuple[int, str], list[str]] = defaultdict(list)
    for line, origins in mapped.lines.items():
        for field, row in origins if line in known else ():
            if field is not None and row is not None:
                made[id(field), row.place].append(line)
    counts = mapped.counts
    return Provenance(
        [
            _line(field, row, outcome, made[id(field), row.place], base, item)
            for field, row, outcome in mapped.outcomes[:_ROWS]
        ],
        len(mapped.outcomes),
        counts["mapped"] + counts["fallback"],
        counts["private"] + counts["archived"],
        counts["reported"],
        len({line for lines in made.values() for line in lines}),
    )


@lru_cache(maxsize=2)
def _mapper(base: str) -> Mapper:
    return Mapper(base)


def _line(field: Field, row: ontology.Row, outcome: Outcome, lines: list[str], base: str, item: str) -> Line:
    return Line(
        field.name,
        "" if outcome in {"private", "archived"} else _cut(masked(field.value)),
        field.language or "",
        outcome,
        row.place,
        f"{root(base)}crosswalk?field={quote(row.field, safe='')}#{anchor(row)}",
        tuple(_brief(triple, base, item) for triple in graph.parsed(lines[:_STATEMENTS])),
        max(0, len(lines) - _STATEMENTS),
    )


def _brief(triple: pyoxigraph.Triple, base: str, item: str) -> str:
    """A statement in short names; the item is left out, and its parts are called by their fragments."""

    def name(address: str) -> str:
        return address.removeprefix(item) if address.startswith(f"{item}#") else short(address, base)

    subject, value = str(triple.subject)[1:-1], triple.object
    if isinstance(value, pyoxigraph.Literal):
        text = f'"{_cut(value.value)}"' + (f"@{value.language}" if value.language else "")
    else:
        text = name(str(value)[1:-1])
    return f"{'' if subject == item else f'{name(subject)} '}{short(triple.predicate.value, base)} {text}"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1].rstrip()}…"
