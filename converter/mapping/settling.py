"""A conversion of many records as one data set: each thing with one address and one preferred label in a language.

Statements that no other record can change are yielded as they come; the others (labels of shared things, and what
speaks of things that may have another address) wait on the disk until all records have been seen.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import groupby

from converter.mapping.shared import Candidate, Join, Resolved, Shared, elected, resolution
from converter.record import Record
from converter.values import iris

_TABLES = """
CREATE TABLE waiting (record INTEGER NOT NULL, line TEXT NOT NULL);
CREATE TABLE vote (slot TEXT NOT NULL, line TEXT NOT NULL, votes INTEGER NOT NULL, first INTEGER NOT NULL,
                   PRIMARY KEY (slot, line)) WITHOUT ROWID;
CREATE TABLE record (number INTEGER PRIMARY KEY, item TEXT NOT NULL);
"""
_AT_ONCE = 2_000
"""Lines that are yielded together at the end."""


def settled(records: Iterable[tuple[Record, Iterable[str]]], base: str) -> Iterator[list[str]]:
    """Yield the lines of the records, batch by batch, as one data set says them."""
    with contextlib.closing(sqlite3.connect("", isolation_level=None)) as database:
        database.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _TABLES)
        yield from _Settling(database, base).batches(records)


class Joins:
    """All joins of a set of records, in memory, and what they say together."""

    def __init__(self) -> None:
        self._joins: dict[str, dict[Join, None]] = defaultdict(dict)
        self._items: dict[str, int] = {}
        self._resolved: dict[str, Resolved] = {}

    def add(self, joins: Iterable[Join], item: str, number: int) -> None:
        """Take what a record says; items are distinguished by the numbers of their records."""
        self._resolved.clear()
        for join in joins:
            self._items.setdefault(item, number)
            for path in (join.one, join.other):
                self._joins[path][join] = None

    def resolve(self, path: str) -> Resolved:
        """The thing that has an address."""
        if path not in self._resolved:
            seen, found, left = {path}, dict[Join, None](), [path]
            while left:
                for join in self._joins.get(left.pop(), ()):
                    found[join] = None
                    left += {join.one, join.other} - seen
                    seen |= {join.one, join.other}
            self._resolved[path] = resolution(found, path, lambda item: self._items.get(item, 0))
        return self._resolved[path]


class _Settling:
    def __init__(self, database: sqlite3.Connection, base: str) -> None:
        self._database = database
        self._shared = Shared(base)
        self._joins = Joins()
        self._joins_of: dict[int, list[Join]] = {}

    def batches(self, records: Iterable[tuple[Record, Iterable[str]]]) -> Iterator[list[str]]:
        last: list[str] = []
        for number, (record, lines) in enumerate(records, 1):
            if number > 1:
                yield last
            last = self._now(number, record, list(lines))
        # A single record is one document.
        for batch in self._later():
            yield last + batch
            last = []
        if last:
            yield last

    def _now(self, number: int, record: Record, lines: list[str]) -> list[str]:
        """The lines that can be said at once; the others wait."""
        item = f"item/{iris.item_path(record.handle, record.identifier)}"
        joins = self._shared.joins(record, lines)
        if joins:
            self._joins_of[number] = joins
            self._joins.add(joins, item, number)
        if any(join.other == item and join.one.startswith("journal/") for join in joins):
            # Another record of the same serial may come, and everything that this one says may change.
            waiting = lines
        else:
            waiting = [line for line in lines if self._shared.has_mention(line) or self._shared.slot(line, item)]
        if waiting:
            self._database.execute("INSERT INTO record VALUES (?, ?)", (number, item))
            self._database.executemany("INSERT INTO waiting VALUES (?, ?)", ((number, line) for line in waiting))
        later = set(waiting)
        return [line for line in lines if line not in later]

    def _later(self) -> Iterator[list[str]]:
        batch: list[str] = []
        rows = self._database.execute(
            "SELECT number, item, line FROM waiting JOIN record ON number = record ORDER BY waiting.rowid"
        )
        for (number, item), group in groupby(rows, lambda row: (row[0], row[1])):
            lines = self._shared.settled(
                (row[2] for row in group), self._joins_of.get(number, []), self._joins.resolve, item
            )
            for line in sorted(lines):
                slot = self._shared.slot(line, item)
                if slot is None:
                    batch.append(line)
                else:
                    self._database.execute(
                        "INSERT INTO vote VALUES (?, ?, 1, ?) ON CONFLICT DO UPDATE SET votes = votes + 1",
                        (slot, line, number),
                    )
            if len(batch) >= _AT_ONCE:
                yield batch
                batch = []
        votes = self._database.execute("SELECT slot, line, votes, first FROM vote ORDER BY slot")
        for _, group in groupby(votes, lambda row: row[0]):
            batch += sorted(elected(Candidate(*row[1:]) for row in group))
            if len(batch) >= _AT_ONCE:
                yield batch
                batch = []
        if batch:
            yield batch
