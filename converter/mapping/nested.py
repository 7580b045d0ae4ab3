"""A conversion of many records as one data set, record by record: what is said of a shared thing stands at each record.

A document of JSON-LD nests what its record speaks of.  So all lines wait on the disk until all records have been seen;
then each record is yielded with the addresses and the labels on which all of them together decide.
"""

from __future__ import annotations

import contextlib
import sqlite3
import zlib
from collections.abc import Iterable, Iterator

from converter.mapping.settling import Joins
from converter.mapping.shared import Candidate, Join, Shared, elected
from converter.record import Record
from converter.values import iris

_TABLES = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE record (number INTEGER PRIMARY KEY, item TEXT NOT NULL, lines BLOB NOT NULL, source BLOB NOT NULL);
CREATE TABLE vote (slot TEXT NOT NULL, line TEXT NOT NULL, votes INTEGER NOT NULL, first INTEGER NOT NULL,
                   PRIMARY KEY (slot, line)) WITHOUT ROWID;
"""


def settled_records(records: Iterable[tuple[Record, Iterable[str]]], base: str) -> Iterator[tuple[str, list[str], str]]:
    """Yield the address of each record's item, what is said there, as one data set says it, and the record's text."""
    with contextlib.closing(sqlite3.connect("", isolation_level=None)) as database:
        database.executescript(_TABLES)
        shared, joins, joins_of = Shared(base), Joins(), dict[int, list[Join]]()
        for number, (record, lines) in enumerate(records, 1):
            item, stated = f"item/{iris.item_path(record.handle, record.identifier)}", list(lines)
            if found := shared.joins(record, stated):
                joins_of[number] = found
                joins.add(found, item, number)
            packed, source = (zlib.compress(text.encode(), 1) for text in ("\n".join(stated), record.text))
            database.execute("INSERT INTO record VALUES (?, ?, ?, ?)", (number, item, packed, source))

        def settled() -> Iterator[tuple[int, str, list[str], bytes]]:
            for number, item, packed, source in database.execute("SELECT * FROM record ORDER BY number"):
                lines = zlib.decompress(packed).decode().split("\n")
                yield number, item, sorted(shared.settled(lines, joins_of.get(number, []), joins.resolve, item)), source

        for number, item, lines, _ in settled():
            votes = ((slot, line, number) for line in lines if (slot := shared.slot(line, item)) is not None)
            database.executemany(
                "INSERT INTO vote VALUES (?, ?, 1, ?) ON CONFLICT DO UPDATE SET votes = votes + 1", votes
            )
        for _, item, lines, source in settled():
            slots = {slot for line in lines if (slot := shared.slot(line, item)) is not None}
            said = {line for line in lines if shared.slot(line, item) is None}
            for slot in slots:
                rows = database.execute("SELECT line, votes, first FROM vote WHERE slot = ?", (slot,))
                said |= elected(Candidate(*row) for row in rows)
            yield base + item, sorted(said), zlib.decompress(source).decode()
