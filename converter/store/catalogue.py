"""The catalogue: what lists, facets, counts and searches are made of, kept with each change of the archive.

It stands in the archive's database, so that a batch changes records, claims and catalogue in one step.  A batch is
gathered first and applied once: what many of its records share is written once.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from converter.store.catalogue_entry import Entry, stated_by
from converter.store.figures import FigureKeeper
from converter.values.lookup import sort_key

ROLES = (
    "author",
    "editor",
    "supervisor",
    "contributor",
    "subject",
    "journal",
    "series",
    "book",
    "publisher",
    "funder",
    "grant",
    "organisation",
    "place",
    "collection",
    "repository",
    "type",
    "language",
    "access",
    "licence",
    "other",
    "set",
)
"""How a work leads to a thing; the place in this list is a bit of `link.roles`, so that new roles come last."""
BIT = {role: 1 << place for place, role in enumerate(ROLES)}
WHOLE = ""
"""The address of the thing to which every work leads: the whole collection."""
UNDATED = 10_000
"""The rank of a work without a year; others have 9,999 less their year, so that the newest come first."""
VERSION = "catalogue"
"""The note that counts the changes of the catalogue."""

SCHEMA = """
CREATE TABLE work (id INTEGER PRIMARY KEY, address TEXT NOT NULL, title TEXT NOT NULL, rank INTEGER NOT NULL,
  row BLOB NOT NULL);
CREATE TABLE thing (id INTEGER PRIMARY KEY, address TEXT NOT NULL UNIQUE, label TEXT NOT NULL, sort TEXT NOT NULL,
  works INTEGER NOT NULL);
CREATE TABLE label (thing INTEGER NOT NULL, text TEXT NOT NULL, works INTEGER NOT NULL, PRIMARY KEY (thing, text))
  WITHOUT ROWID;
CREATE TABLE link (thing INTEGER NOT NULL, rank INTEGER NOT NULL, work INTEGER NOT NULL, roles INTEGER NOT NULL,
  PRIMARY KEY (thing, rank, work)) WITHOUT ROWID;
CREATE TABLE tally (role TEXT NOT NULL, thing INTEGER NOT NULL, works INTEGER NOT NULL, sort TEXT NOT NULL,
  PRIMARY KEY (role, thing)) WITHOUT ROWID;
CREATE TABLE by_year (thing INTEGER NOT NULL, rank INTEGER NOT NULL, works INTEGER NOT NULL,
  PRIMARY KEY (thing, rank)) WITHOUT ROWID;
CREATE TABLE by_type (rank INTEGER NOT NULL, type TEXT NOT NULL, works INTEGER NOT NULL, PRIMARY KEY (rank, type))
  WITHOUT ROWID;
CREATE TABLE role (role TEXT PRIMARY KEY, things INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE identifier (value TEXT NOT NULL, address TEXT NOT NULL, work INTEGER NOT NULL,
  PRIMARY KEY (value, address, work)) WITHOUT ROWID;
CREATE VIRTUAL TABLE thing_words USING fts5 (label, content = '', tokenize = 'unicode61 remove_diacritics 2',
  prefix = '2 3');
CREATE INDEX work_title ON work (title, id);
CREATE INDEX work_rank ON work (rank, id);
CREATE INDEX link_work ON link (work, roles);
CREATE INDEX thing_sort ON thing (sort);
CREATE INDEX tally_works ON tally (role, works DESC);
CREATE INDEX tally_sort ON tally (role, sort)
"""
STATED = """
CREATE TABLE stated (type TEXT NOT NULL, field TEXT NOT NULL, works INTEGER NOT NULL, PRIMARY KEY (type, field))
  WITHOUT ROWID
"""
"""How many works of a type state a field that a reader looks for."""
_TABLES = ("work", "thing", "label", "link", "tally", "by_year", "by_type", "role", "identifier", "stated")


class Counts(NamedTuple):
    """What a batch adds to the counters, and takes from them where a number is negative."""

    things: Counter[str]
    labels: Counter[tuple[str, str]]
    roles: Counter[tuple[str, str]]
    years: Counter[tuple[str, int]]
    types: Counter[tuple[int, str]]
    stated: Counter[tuple[str, str]]


class Catalogue:
    """The one writer of the catalogue, over the database of the archive."""

    def __init__(self, database: sqlite3.Connection, given: Mapping[str, str] | None = None) -> None:
        self._database = database
        self._given = dict(given or {})
        """Addresses of things → what their repository calls them, whatever records say."""
        self.figures = FigureKeeper(database)
        self._drop()

    def name(self, given: Mapping[str, str]) -> bool:
        """Whether a thing here is called otherwise from now on: as its repository calls it, else as records do."""
        changed = {address for address in {*self._given, *given} if self._given.get(address) != given.get(address)}
        self._given = dict(given)
        found = [row for address in sorted(changed) if (row := self._thing(address))]
        for address, thing in found:
            self._elect(address, thing)
        if found:
            self._count_change()
        return bool(found)

    def change(self, number: int, address: str, old: Entry | None, new: Entry | None) -> None:
        """Let a record be listed as it is now, and no more as it was."""
        if old == new:
            return
        if old:
            self._count(old, -1)
            self._gone.setdefault(number, old)
        if new:
            self._count(new, 1)
            self._come[number] = (address, new)
        else:
            self._come.pop(number, None)

    def apply(self) -> None:
        """Write what was gathered, in the transaction that is open."""
        self.figures.apply()
        if not self._gone and not self._come:
            return
        ids = self._ids()
        self._unlink()
        self._link(ids)
        self._label(ids)
        self._tally(ids)
        run = self._database.executemany
        run(
            "INSERT INTO by_year VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET works = works + ?3",
            ((ids[address], rank, n) for (address, rank), n in self._counts.years.items() if n),
        )
        run(
            "INSERT INTO by_type VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET works = works + ?3",
            ((rank, name, n) for (rank, name), n in self._counts.types.items() if n),
        )
        run(
            "INSERT INTO stated VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET works = works + ?3",
            ((type_, field, n) for (type_, field), n in self._counts.stated.items() if n),
        )
        run(
            "DELETE FROM stated WHERE type = ? AND field = ? AND works = 0",
            (key for key, n in self._counts.stated.items() if n < 0),
        )
        run(
            "DELETE FROM by_year WHERE thing = ? AND rank = ? AND works = 0",
            ((ids[address], rank) for (address, rank), n in self._counts.years.items() if n < 0),
        )
        run(
            "DELETE FROM by_type WHERE rank = ? AND type = ? AND works = 0",
            (key for key, n in self._counts.types.items() if n < 0),
        )
        self._forget_things(ids)
        self._count_change()
        self._drop()

    def drop(self) -> None:
        """Forget what was gathered and not written."""
        self.figures.drop()
        self._drop()

    def clear(self) -> None:
        """Remove everything, before the catalogue is made anew."""
        self.figures.clear()
        self._drop()
        for name in _TABLES:
            self._database.execute(f"DELETE FROM {name}")  # noqa: S608 - the names are ours
        self._database.execute("INSERT INTO thing_words (thing_words) VALUES ('delete-all')")

    def _drop(self) -> None:
        self._counts = Counts(*(Counter() for _ in Counts._fields))
        self._gone: dict[int, Entry] = {}
        self._come: dict[int, tuple[str, Entry]] = {}

    def _count(self, entry: Entry, sign: int) -> None:
        counts, rank = self._counts, rank_of(entry.year)
        for address in roles_of(entry):
            counts.things[address] += sign
            counts.years[address, rank] += sign
        for address, role, label in entry.links:
            counts.roles[role, address] += sign
            counts.labels[address, label] += sign
            if role == "subject" and (scheme := scheme_of(address)):
                counts.roles[scheme, address] += sign
        counts.types[rank, str(entry.row["type"])] += sign
        for field in stated_by(entry):
            counts.stated[str(entry.row["type"]), field] += sign

    def _ids(self) -> dict[str, int]:
        """The numbers of the things that the batch touches, their counts brought up."""
        ids: dict[str, int] = {}
        for address, change in self._counts.things.items():
            (ids[address],) = self._database.execute(
                "INSERT INTO thing (address, label, sort, works) VALUES (?1, '', '', ?2)"
                " ON CONFLICT (address) DO UPDATE SET works = works + ?2 RETURNING id",
                (address, change),
            ).fetchone()
        return ids

    def _unlink(self) -> None:
        run = self._database.executemany
        run("DELETE FROM link WHERE work = ?", ((number,) for number in self._gone))
        run("DELETE FROM work WHERE id = ?", ((number,) for number in self._gone))
        run(
            "DELETE FROM identifier WHERE value = ? AND address = ? AND work = ?",
            ((*pair, number) for number, entry in self._gone.items() for pair in entry.identifiers),
        )

    def _link(self, ids: dict[str, int]) -> None:
        run = self._database.executemany
        run(
            "INSERT OR REPLACE INTO work VALUES (?, ?, ?, ?, ?)",
            (
                (number, address, sort_key(entry.title), rank_of(entry.year), packed_row(entry.row))
                for number, (address, entry) in self._come.items()
            ),
        )
        run(
            "INSERT OR REPLACE INTO link VALUES (?, ?, ?, ?)",
            sorted(
                (ids[thing], rank_of(entry.year), number, roles)
                for number, (_, entry) in self._come.items()
                for thing, roles in roles_of(entry).items()
            ),
        )
        run(
            "INSERT OR IGNORE INTO identifier VALUES (?, ?, ?)",
            ((*pair, number) for number, (_, entry) in self._come.items() for pair in entry.identifiers),
        )

    def _label(self, ids: dict[str, int]) -> None:
        """Count the names of things; a thing is called by the one that most works give it."""
        changed = {(address, text): n for (address, text), n in self._counts.labels.items() if n}
        self._database.executemany(
            "INSERT INTO label VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET works = works + ?3",
            ((ids[address], text, n) for (address, text), n in changed.items()),
        )
        self._database.executemany(
            "DELETE FROM label WHERE thing = ? AND text = ? AND works = 0",
            ((ids[address], text) for (address, text), n in changed.items() if n < 0),
        )
        for address in {address for address, _ in changed}:
            self._elect(address, ids[address])

    def _elect(self, address: str, thing: int) -> None:
        best = self._database.execute(
            "SELECT text FROM label WHERE thing = ? ORDER BY works DESC, text LIMIT 1", (thing,)
        ).fetchone()
        if best:
            self._call(thing, self._given.get(address) or best[0])

    def _thing(self, address: str) -> tuple[str, int] | None:
        row = self._database.execute("SELECT address, id FROM thing WHERE address = ?", (address,)).fetchone()
        return (row[0], row[1]) if row else None

    def _count_change(self) -> None:
        self._database.execute(
            "INSERT INTO note VALUES (?, '1') ON CONFLICT (name) DO UPDATE SET value = CAST(value AS INTEGER) + 1",
            (VERSION,),
        )

    def _call(self, thing: int, text: str) -> None:
        (before,) = self._database.execute("SELECT label FROM thing WHERE id = ?", (thing,)).fetchone()
        if before == text:
            return
        key = sort_key(text)
        self._database.execute("UPDATE thing SET label = ?, sort = ? WHERE id = ?", (text, key, thing))
        self._database.execute("UPDATE tally SET sort = ?1 WHERE role IN (SELECT role FROM role) AND thing = ?2",
                               (key, thing))  # fmt: skip
        self._index(thing, before, text)

    def _index(self, thing: int, before: str, text: str) -> None:
        if before:
            self._database.execute(
                "INSERT INTO thing_words (thing_words, rowid, label) VALUES ('delete', ?, ?)", (thing, before)
            )
        if text:
            self._database.execute("INSERT INTO thing_words (rowid, label) VALUES (?, ?)", (thing, text))

    def _tally(self, ids: dict[str, int]) -> None:
        fresh: Counter[str] = Counter()
        for (role, address), change in self._counts.roles.items():
            if not change:
                continue
            (works,) = self._database.execute(
                "INSERT INTO tally SELECT ?1, id, ?2, sort FROM thing WHERE id = ?3"
                " ON CONFLICT DO UPDATE SET works = works + ?2 RETURNING works",
                (role, change, ids[address]),
            ).fetchone()
            if works == change and change > 0:
                fresh[role] += 1
            elif works == 0:
                fresh[role] -= 1
                self._database.execute("DELETE FROM tally WHERE role = ? AND thing = ?", (role, ids[address]))
        self._database.executemany(
            "INSERT INTO role VALUES (?1, ?2) ON CONFLICT DO UPDATE SET things = things + ?2",
            ((role, n) for role, n in fresh.items() if n),
        )

    def _forget_things(self, ids: dict[str, int]) -> None:
        for address, change in self._counts.things.items():
            # Zero too: within one batch a work can lead to a thing and then to another that joins it.
            if change <= 0:
                row = self._database.execute(
                    "DELETE FROM thing WHERE id = ? AND works = 0 RETURNING label", (ids[address],)
                ).fetchone()
                if row:
                    self._index(ids[address], row[0], "")


def scheme_of(address: str) -> str:
    """The scheme of a subject, as the role in which its subjects are counted too; empty for what is narrower.

    >>> scheme_of("subject/mesh/light"), scheme_of("subject/mesh/light/adverse-effects"), scheme_of("subject/mesh")
    ('subject/mesh', '', '')
    """
    folder, _, rest = address.partition("/")
    scheme, _, name = rest.partition("/")
    return f"subject/{scheme}" if folder == "subject" and name and "/" not in name else ""


def rank_of(year: int | None) -> int:
    """The place of a year in lists that have the newest first."""
    return UNDATED if year is None else 9_999 - year


def roles_of(entry: Entry) -> dict[str, int]:
    """The addresses of the things that a work leads to → the bits of its roles; the whole collection is one of them."""
    found: dict[str, int] = {WHOLE: 0}
    for address, role, _ in entry.links:
        found[address] = found.get(address, 0) | BIT[role]
    return found


def packed_row(row: dict[str, object]) -> bytes:
    """What a list shows of a work, as bytes."""
    return zlib.compress(json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode(), 1)
