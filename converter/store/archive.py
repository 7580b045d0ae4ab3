"""The archive: every original record, a journal of changes, and which records claim which shared statements.

It is the source of truth: the store can be made again from it at any time, without asking the repository.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from converter import set_names
from converter.errors import StoreError
from converter.record import Record
from converter.store.agreement import Stamp
from converter.store.catalogue import Catalogue
from converter.store.claims import Claims
from converter.store.faults import unreadable
from converter.store.journal import Change, Entry, Source
from converter.store.schema import MIGRATIONS, bring_up
from converter.store.search_index import Words
from converter.store.serialization import digest, packed, packed_lines, unpacked_lines, verified
from converter.store.sqlite_files import is_writable, reading
from converter.store.withheld import Withheld

_AT_ONCE = 500
_OF_HARVESTS = "harvest "
"""How the names of notes begin that harvests keep."""
_CACHE = 65_536
"""Kilobytes of the archive that are held in memory."""


class Archive:
    """One SQLite file; a batch is one transaction.

    Where the file cannot be written it is read.

    Raises StoreError where the file is of a later version, or no archive.
    """

    def __init__(self, path: Path) -> None:
        writable = not path.exists() or is_writable(path)
        try:
            self._database = (
                sqlite3.connect(path, isolation_level=None, check_same_thread=False) if writable else reading(path)
            )
            if writable:
                self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute("PRAGMA temp_store = FILE")
            (version,) = self._database.execute("PRAGMA user_version").fetchone()
            if version < len(MIGRATIONS) and writable:
                bring_up(self._database)
        except sqlite3.DatabaseError as fault:
            if "_database" in vars(self):
                self._database.close()
            raise unreadable(path, fault) from None
        read = len(MIGRATIONS)
        if version < read and not writable:
            self._database.close()
            raise StoreError(f"{path}: version {version} is brought up to {read} where it can be written; load there")
        if version > read:
            self._database.close()
            raise StoreError(f"{path}: version {version}, and this program reads {read}; use the one that wrote it")
        # Claims come in no order: a small cache would read each page of their index again and again.
        self._database.execute(f"PRAGMA cache_size = -{_CACHE}")
        self.catalogue = Catalogue(self._database, set_names.by_address(self.notes(_OF_HARVESTS)))
        self.claims = Claims(self._database)
        self.withheld = Withheld(self._database)
        self._database.execute("CREATE TEMP TABLE brought (address TEXT PRIMARY KEY) WITHOUT ROWID")

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def begin(self) -> None:
        """Begin a batch."""
        self._database.execute("BEGIN IMMEDIATE")

    def commit(self, *, builds: bool = False) -> None:
        """Keep the batch, which is the next change of the archive; `builds` says that the store changes with it."""
        self.catalogue.apply()
        self._database.execute("UPDATE note SET value = value + 1 WHERE name = 'number'")
        if builds:
            self._database.execute("INSERT OR REPLACE INTO note SELECT 'built', value FROM note WHERE name = 'number'")
        self._database.execute("COMMIT")

    def rollback(self) -> None:
        """Forget the batch, if one is open."""
        self.catalogue.drop()
        self.claims.drop()
        if self._database.in_transaction:
            self._database.execute("ROLLBACK")

    @property
    def stamp(self) -> Stamp:
        """What a store bears that is made from this archive as it is now."""
        return Stamp(self.note("identity") or "", int(self.note("number") or 0), self.latest())

    @property
    def settled(self) -> int:
        """The number of the last change that the store is known to hold; those behind it are pending."""
        return int(self.note("settled") or 0)

    @property
    def built(self) -> int:
        """The number of the last change that changed the store: a generation of it or later shows all there is."""
        return int(self.note("built") or 0)

    def go_on_from(self, number: int, journal: int) -> None:
        """Count changes, and lines of the journal, from behind these at the least: no number has two meanings."""
        self._database.execute("UPDATE note SET value = MAX(value + 0, ?) WHERE name = 'number'", (number,))
        if journal > self.latest():
            self._database.execute("DELETE FROM sqlite_sequence WHERE name = 'journal'")
            self._database.execute("INSERT INTO sqlite_sequence VALUES ('journal', ?)", (journal,))

    def note(self, name: str) -> str | None:
        """A small fact that was kept, None where there is none."""
        row = self._database.execute("SELECT value FROM note WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def keep_note(self, name: str, value: str) -> None:
        """Keep a small fact."""
        self._database.execute("INSERT OR REPLACE INTO note VALUES (?, ?)", (name, value))

    def notes(self, beginning: str) -> list[tuple[str, str]]:
        """The small facts whose names begin so, by name."""
        rows = self._database.execute(
            "SELECT name, value FROM note WHERE substr(name, 1, ?) = ? ORDER BY name", (len(beginning), beginning)
        )
        return [(name, value) for name, value in rows]

    def name_sets(self) -> bool:
        """Whether a collection or set is called otherwise from now on, by the names that harvests keep."""
        return self.catalogue.name(set_names.by_address(self.notes(_OF_HARVESTS)))

    def drop_notes(self, beginning: str) -> None:
        """Drop the small facts whose names begin so."""
        self._database.execute("DELETE FROM note WHERE substr(name, 1, ?) = ?", (len(beginning), beginning))

    def ask(self, query: str, values: Sequence[object] = ()) -> list[tuple[object, ...]]:
        """The rows of a query."""
        return list(self._database.execute(query, values))

    def get(self, address: str) -> Record | None:
        """The record with that address, None where there is none."""
        row = self._database.execute("SELECT payload, digest FROM held WHERE address = ?", (address,)).fetchone()
        return verified(row[0], row[1], address) if row and row[0] else None

    def put(self, address: str, record: Record) -> int:
        """The number of the record, which now has this content; the journal says what changed."""
        known = self._database.execute("SELECT id FROM held WHERE address = ?", (address,)).fetchone()
        change: Change = "deleted" if record.deleted else "updated" if known else "created"
        entry, moment = self._journal(address, change)
        came = record.listed
        self.rank(came.source)
        payload = packed(record)
        (number,) = self._database.execute(
            "INSERT INTO held"
            " (address, source, identifier, datestamp, deleted, change, moment, payload, listed, digest)"
            " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT (address) DO UPDATE SET source = ?2,"
            " identifier = ?3, datestamp = ?4, deleted = ?5, change = ?6, moment = ?7, payload = ?8, listed = ?9,"
            " digest = ?10 RETURNING id",
            (
                *(address, came.source, record.identifier, came.datestamp, record.deleted),
                *(entry, moment, payload, came.identifier, digest(payload)),
            ),
        ).fetchone()
        if known:
            self._database.execute("DELETE FROM member WHERE record = ?", (number,))
        self._database.executemany(
            "INSERT OR IGNORE INTO member VALUES (?, ?)", ((spec, number) for spec in record.sets)
        )
        return int(number)

    def amend(self, address: str, record: Record) -> None:
        """Keep how a record came that has not changed otherwise; the journal says nothing of it."""
        came, payload = record.listed, packed(record)
        self._database.execute(
            "UPDATE held SET payload = ?, digest = ?, datestamp = ?, listed = ? WHERE address = ?",
            (payload, digest(payload), came.datestamp, came.identifier, address),
        )

    def erase(self, address: str) -> None:
        """Remove what a record said; the journal says that it is gone, and nothing else is left of it."""
        entry, moment = self._journal(address, "deleted")
        self.withheld.keep(self.number(address), "", None)
        self._database.execute(
            "UPDATE held SET payload = NULL, digest = NULL, deleted = 1, change = ?, moment = ? WHERE address = ?",
            (entry, moment, address),
        )

    def efface(self, address: str) -> None:
        """Leave of a record that was erased its address alone, and its sets where others are in them."""
        self._database.execute(
            "UPDATE held SET source = '', identifier = '', listed = '', datestamp = NULL WHERE address = ?", (address,)
        )
        self._database.execute(
            "DELETE FROM member WHERE record = ?1 AND spec NOT IN (SELECT spec FROM member JOIN held ON id = record"
            " WHERE payload IS NOT NULL AND spec IN (SELECT spec FROM member WHERE record = ?1))",
            (self.number(address),),
        )

    def scrub(self) -> None:
        """Write the file anew, so that no byte of it holds what was deleted; takes as long as to copy it.

        What waits beside it still does, until `empty_log` has been true.
        """
        self._database.execute("PRAGMA secure_delete = ON")
        for index in ("search", "thing_words"):
            self._database.execute(f"INSERT INTO {index} ({index}) VALUES ('optimize')")  # noqa: S608 - the names are ours
        self._database.execute("VACUUM")

    def empty_log(self) -> bool:
        """Whether nothing waits beside the archive any more; not while somebody reads it as it was."""
        (busy, _, _) = self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy

    def number(self, address: str) -> int:
        """The number of a record that is kept."""
        (number,) = self._database.execute("SELECT id FROM held WHERE address = ?", (address,)).fetchone()
        return int(number)

    def records(self, source: str | None = None) -> Iterator[tuple[str, Record]]:
        """Yield every record, or those of one source, with its address, in the order in which they came first.

        The archive may be changed while they are read.
        """
        last = 0
        while rows := self._database.execute(
            "SELECT id, address, payload, digest FROM held WHERE id > ?1 AND payload IS NOT NULL"
            " AND (?2 IS NULL OR source = ?2) ORDER BY id LIMIT ?3",
            (last, source, _AT_ONCE),
        ).fetchall():
            yield from ((address, verified(payload, kept, address)) for _, address, payload, kept in rows)
            last = rows[-1][0]

    def journal(self, after: int = 0, limit: int | None = None) -> list[Entry]:
        """The changes after a number, the first so many."""
        rows = self._database.execute(
            "SELECT * FROM journal WHERE number > ? ORDER BY number LIMIT ?", (after, -1 if limit is None else limit)
        )
        return [Entry(*row) for row in rows]

    def history(self, address: str) -> list[Entry]:
        """The changes of one record."""
        rows = self._database.execute("SELECT * FROM journal WHERE address = ? ORDER BY number", (address,))
        return [Entry(*row) for row in rows]

    def latest(self) -> int:
        """The number of the last change, 0 where there is none."""
        return int(self._database.execute("SELECT COALESCE(MAX(number), 0) FROM journal").fetchone()[0])

    def addresses(self, named: str) -> list[str]:
        """The addresses of the records that are called so: by address, by identifier, or by OAI identifier."""
        rows = self._database.execute(
            "SELECT address FROM held WHERE address = ?1 OR identifier = ?1 ORDER BY id", (named,)
        )
        return [row[0] for row in rows]

    def listed(self, source: str, identifier: str) -> list[str]:
        """The addresses at which the records stand that a source calls so."""
        rows = self._database.execute(
            "SELECT address FROM held WHERE source = ? AND listed = ? AND payload IS NOT NULL ORDER BY id",
            (source, identifier),
        )
        return [row[0] for row in rows]

    def has_source(self, name: str) -> bool:
        """Whether records came from a source of that name."""
        return self._database.execute("SELECT 1 FROM source WHERE name = ?", (name,)).fetchone() is not None

    def sources(self) -> list[Source]:
        """The sources in their order."""
        rows = self._database.execute(
            "SELECT name, rank, (SELECT COUNT(*) FROM held WHERE source = name AND NOT deleted) FROM source"
            " ORDER BY rank"
        )
        return [Source(*row) for row in rows]

    def counts(self) -> tuple[int, int]:
        """How many works there are, and how many records that were withdrawn."""
        row = self._database.execute("SELECT COUNT(*) FILTER (WHERE NOT deleted), TOTAL(deleted) FROM held").fetchone()
        return int(row[0]), int(row[1])

    def brought(self) -> int:
        """How many different records this run has brought."""
        return int(self._database.execute("SELECT COUNT(*) FROM brought").fetchone()[0])

    def rank(self, source: str) -> int:
        """The rank of a source; one that is new comes last."""
        row = self._database.execute("SELECT rank FROM source WHERE name = ?", (source,)).fetchone()
        if row is None:
            row = self._database.execute(
                "INSERT INTO source SELECT ?, COALESCE(MAX(rank), 0) + 1 FROM source RETURNING rank", (source,)
            ).fetchone()
        return int(row[0])

    def order(self, names: Iterable[str]) -> None:
        """Put these sources before all others, in this order."""
        chosen = list(names)
        rest = [source.name for source in self.sources() if source.name not in chosen]
        self._database.executemany(
            "UPDATE source SET rank = ? WHERE name = ?", ((rank, name) for rank, name in enumerate(chosen + rest, 1))
        )

    def drop_source(self, name: str) -> None:
        """Forget that there was such a source."""
        self._database.execute("DELETE FROM source WHERE name = ?", (name,))

    def of_source(self, source: str) -> Iterator[tuple[str, str | None, bool]]:
        """Yield what a source calls each of its records, when that changed there, and whether it is deleted."""
        last = 0
        while rows := self._database.execute(
            "SELECT id, listed, datestamp, deleted FROM held WHERE source = ? AND id > ? AND payload IS NOT NULL"
            " ORDER BY id LIMIT ?",
            (source, last, _AT_ONCE),
        ).fetchall():
            yield from ((identifier, datestamp, bool(deleted)) for _, identifier, datestamp, deleted in rows)
            last = rows[-1][0]

    def bring(self, address: str) -> bool:
        """Whether a record with that address came in this opening of the archive before."""
        return not self._database.execute("INSERT OR IGNORE INTO brought VALUES (?)", (address,)).rowcount

    def forget_claims(self) -> None:
        """Remove every claim, the index of words and the catalogue, before the store is made anew."""
        self.catalogue.clear()
        self.claims.clear()
        self._database.execute("INSERT INTO search (search) VALUES ('delete-all')")

    def index(self, number: int, words: Words | None, before: Words | None = None) -> None:
        """Let a record be found by these words, and no more by those of before."""
        if words == before:
            return
        if before:
            row = (number, *before)
            self._database.execute(
                "INSERT INTO search (search, rowid, title, agent, text) VALUES ('delete', ?, ?, ?, ?)", row
            )
        if words:
            self._database.execute(
                "INSERT INTO search (rowid, title, agent, text) VALUES (?, ?, ?, ?)", (number, *words)
            )

    def keep_pending(self, come: str, gone: str) -> None:
        """Keep the lines that the store has yet to take in or give up, behind what it had to do before."""
        self._database.execute("INSERT INTO pending VALUES (?, ?)", (packed_lines(come), packed_lines(gone)))

    def pending(self) -> list[tuple[str, str]]:
        """The lines that are to come and to go, batch by batch; none where the store is known to hold everything."""
        rows = self._database.execute("SELECT come, gone FROM pending ORDER BY rowid")
        return [(unpacked_lines(come), unpacked_lines(gone)) for come, gone in rows]

    def settle(self) -> None:
        """Keep that the store is up to the archive."""
        self._database.execute(
            "UPDATE note SET value = (SELECT value FROM note WHERE name = 'number') WHERE name = 'settled'"
        )
        self._database.execute("DELETE FROM pending")

    def _journal(self, address: str, change: Change) -> tuple[int, str]:
        now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        # A clock that is set back must not make what is new look old to those who follow the changes.
        number, moment = self._database.execute(
            "INSERT INTO journal (address, change, moment)"
            " VALUES (?, ?, MAX(?, COALESCE((SELECT moment FROM journal ORDER BY number DESC LIMIT 1), '')))"
            " RETURNING number, moment",
            (address, change, now),
        ).fetchone()
        return int(number), moment
