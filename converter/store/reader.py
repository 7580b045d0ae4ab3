"""The archive as readers see it: what the feeds, the tombstones and the record pages ask of it."""

from __future__ import annotations

import contextlib
import re
import sqlite3
import threading
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from converter.embargo import LATEST, on_day
from converter.errors import StoreError
from converter.mapping.engine import Mapper
from converter.record import Record
from converter.store.archive_snapshot import ArchiveSnapshot, SnapshotClosed
from converter.store.authority_files import mapper_of
from converter.store.catalogue_reader import CatalogueReader
from converter.store.catalogue_search import Search
from converter.store.faults import unreadable
from converter.store.journal import Entry
from converter.store.schema import DIGESTS, EMBARGOES, LISTED, MIGRATIONS, OLDEST_READ
from converter.store.serialization import verified
from converter.store.sqlite_files import is_writable, reading, state


class Held(NamedTuple):
    """A record as a feed lists it: its path below /item/, whose it is, and the last change of it.

    `change` is the number of its last line in the journal, `moment` when that was (UTC, to the second).  Of one that is
    `erased` nothing is left but that it was here.
    """

    address: str
    source: str
    identifier: str
    sets: tuple[str, ...]
    deleted: bool
    change: int
    moment: str
    erased: bool = False


_LISTED = (
    "SELECT address, source, identifier, deleted, change, moment, payload IS NULL,"
    " (SELECT group_concat(spec, char(31)) FROM member WHERE record = id) FROM held"
)
_CHOSEN = (
    " WHERE change > :after AND change <= :upto AND (:since IS NULL OR moment >= :since)"
    " AND (:until IS NULL OR moment <= :until)"
    " AND (:set IS NULL OR id IN (SELECT record FROM member WHERE spec = :set))"
)
_COUNTED = f"SELECT COUNT(*) FROM held {_CHOSEN}"  # noqa: S608 - both are constants; values are bound
_NO_END = 1 << 62
_WORD = re.compile(r"\w+")


class ArchiveReader:
    """A data folder's archive, read-only, from any number of threads.

    `upto` is the last change that is shown, or returns it; `snapshot` returns the archive as it was then, where it is
    held, or None: then it is read as it is now.
    Raises StoreError where there is no archive, or one of another version.
    """

    def __init__(
        self,
        path: Path,
        upto: Callable[[], int | None] | int | None = None,
        snapshot: Callable[[], ArchiveSnapshot | None] = lambda: None,
    ) -> None:
        self._path = path
        self._upto, self._snapshot = upto, snapshot
        self._threads = threading.local()
        self._writable = is_writable(path)
        try:
            (version,) = self._ask("PRAGMA user_version")[0]
            self._version = int(version)
        except (sqlite3.DatabaseError, OSError) as fault:
            raise unreadable(path, fault) from None
        if not OLDEST_READ <= version <= len(MIGRATIONS):
            raise StoreError(f"{path}: version {version}, and this program reads {len(MIGRATIONS)}; load it again")

    @cached_property
    def whole(self) -> ArchiveReader:
        """The same with all that is in the archive, be it shown or not."""
        return ArchiveReader(self._path, snapshot=self._snapshot)

    def mapper(self, base: str) -> Mapper:
        """The crosswalk at work for the records of the archive, with the authority files of its folder."""
        return mapper_of(self._path.parent, base)

    @property
    def upto(self) -> int:
        """The number of the last change that is shown, or one beyond all."""
        upto = self._upto() if callable(self._upto) else self._upto
        return _NO_END if upto is None else upto

    def get(self, address: str) -> Record | None:
        """The record as it was published last, None where there is none or it has been erased."""
        kept = "digest" if self._version >= DIGESTS else "NULL"
        day = "(SELECT day FROM withheld WHERE record = id)" if self._version >= EMBARGOES else "NULL"
        rows = self._ask(f"SELECT payload, {kept}, {day} FROM held WHERE address = ?", (address,))  # noqa: S608 - constants
        if not rows or not rows[0][0]:
            return None
        payload, digest, published = rows[0]
        return on_day(verified(payload, digest, address), published or LATEST).record

    def withholds(self, day: str) -> bool:
        """Whether a record withholds something that may be shown from that day on, or from an earlier one."""
        if self._version < EMBARGOES:
            return False
        return bool(self._ask("SELECT 1 FROM withheld WHERE until <= ? LIMIT 1", (day,)))

    def notes(self, beginning: str) -> list[tuple[str, str]]:
        """The small facts that the writer keeps under names that begin so, as they are now, be they shown or not."""
        rows = self._ask_now(
            "SELECT name, value FROM note WHERE substr(name, 1, ?) = ? ORDER BY name", (len(beginning), beginning)
        )
        return [(name, value) for name, value in rows]

    def held(self, address: str) -> Held | None:
        """What a feed lists of a record, None where none has that address."""
        rows = self._ask(f"{_LISTED} WHERE address = ?", (address,))
        return _held(rows[0]) if rows else None

    def identified(self, identifier: str) -> Held | None:
        """What a feed lists of the record with that identifier of the source."""
        rows = self._ask(f"{_LISTED} WHERE identifier = ? ORDER BY change DESC LIMIT 1", (identifier,))
        return _held(rows[0]) if rows else None

    def latest(self) -> int:
        """The number of the last change that is shown, 0 where there is none."""
        return int(self._ask("SELECT COALESCE(MAX(number), 0) FROM journal WHERE number <= ?", (self.upto,))[0][0])

    def latest_moment(self) -> str | None:
        """When the last change was that is shown."""
        rows = self._ask("SELECT moment FROM journal WHERE number <= ? ORDER BY number DESC LIMIT 1", (self.upto,))
        return rows[0][0] if rows else None

    def earliest(self) -> str | None:
        """When the first change was."""
        rows = self._ask("SELECT moment FROM journal ORDER BY number LIMIT 1")
        return rows[0][0] if rows else None

    def listing(
        self,
        *,
        after: int = 0,
        since: str | None = None,
        until: str | None = None,
        set_: str | None = None,
        limit: int = 100,
    ) -> list[Held]:
        """Records in the order of their last changes, from behind the change `after`; both moments are included."""
        chosen = self._chosen(after, since, until, set_)
        return [
            _held(row)
            for row in self._ask(f"{_LISTED}{_CHOSEN} ORDER BY change LIMIT :limit", chosen | {"limit": limit})
        ]

    def count(
        self, *, after: int = 0, since: str | None = None, until: str | None = None, set_: str | None = None
    ) -> int:
        """How many records a listing has in all."""
        chosen = self._chosen(after, since, until, set_)
        return int(self._ask(_COUNTED, chosen)[0][0])

    def sets(self) -> list[tuple[str, int]]:
        """Each set with the number of its records."""
        return [(row[0], row[1]) for row in self._ask("SELECT spec, COUNT(*) FROM member GROUP BY spec ORDER BY spec")]

    def journal(self, after: int = 0, limit: int | None = None) -> list[Entry]:
        """The changes after a number, the first so many."""
        rows = self._ask(
            "SELECT number, address, change, moment FROM journal WHERE number > ? AND number <= ?"
            " ORDER BY number LIMIT ?",
            (after, self.upto, -1 if limit is None else limit),
        )
        return [Entry(*row) for row in rows]

    def history(self, address: str) -> list[Entry]:
        """The changes of one record that are shown, the last first."""
        rows = self._ask(
            "SELECT number, address, change, moment FROM journal WHERE address = ? AND number <= ?"
            " ORDER BY number DESC LIMIT 50",
            (address, self.upto),
        )
        return [Entry(*row) for row in rows]

    def search(self, text: str, limit: int = 20, offset: int = 0) -> list[str]:
        """The addresses of live records that hold all these words, the best first."""
        words = " ".join(f'"{word}"' for word in _WORD.findall(text))
        if not words:
            return []
        rows = self._ask(
            "SELECT address FROM search JOIN held ON held.id = search.rowid WHERE search MATCH ? AND NOT deleted"
            " ORDER BY bm25(search, 8.0, 4.0, 1.0), held.id LIMIT ? OFFSET ?",
            (words, limit, offset),
        )
        return [row[0] for row in rows]

    @cached_property
    def catalogue(self) -> CatalogueReader | None:
        """The catalogue of works; None where there is none.

        An archive of an earlier version has none, nor has one with foreign RDF beside it, whose works would be missing.
        """
        (version,) = self._ask("PRAGMA user_version")[0]
        foreign = (self._path.parent / "foreign").is_dir()
        return CatalogueReader(self._ask) if version >= LISTED and not foreign else None

    @cached_property
    def searches(self) -> Search | None:
        """What searches the catalogue."""
        return Search(self.catalogue) if self.catalogue else None

    def _chosen(self, after: int, since: str | None, until: str | None, set_: str | None) -> dict[str, Any]:
        if since:
            # What is older than the first change in the window need not be looked at.
            (first,) = self._ask("SELECT MIN(number) FROM journal WHERE moment >= ?", (since,))[0]
            after = max(after, _NO_END if first is None else first - 1)
        return {"after": after, "upto": self.upto, "since": since, "until": until, "set": set_}

    def _ask(self, statement: str, values: Any = ()) -> list[Any]:
        while snapshot := self._snapshot():
            # Another one may be shown between two lines.
            with contextlib.suppress(SnapshotClosed):
                return snapshot.ask(statement, values)
        return self._ask_now(statement, values)

    def _ask_now(self, statement: str, values: Any = ()) -> list[Any]:
        database = getattr(self._threads, "database", None)
        seen = None if self._writable else state(self._path)
        if database is None or seen != self._threads.state:
            database = reading(self._path, _Connection)
            self._threads.database, self._threads.state = database, seen
        return list(database.execute(statement, values))


class _Connection(sqlite3.Connection):
    """A connection of one thread, closed with the thread or the reader; from Python 3.13 on, others warn of it."""

    def __del__(self) -> None:
        self.close()


def _held(row: Any) -> Held:
    address, source, identifier, deleted, change, moment, erased, sets = row
    specs = tuple(sets.split("\x1f")) if sets else ()
    return Held(address, source, identifier, specs, bool(deleted), change, moment, bool(erased))
