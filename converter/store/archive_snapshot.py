"""An archive as it was at one moment, while a writer goes on with it.

SQLite keeps what a read transaction sees for as long as it lasts (https://www.sqlite.org/isolation.html), and only a
connection that began then sees it; so there are several from the beginning, for as many threads at a time.
"""

from __future__ import annotations

import contextlib
import queue
import sqlite3
import threading
from pathlib import Path
from typing import Any

from converter.store.generations import Generation

CONNECTIONS = 8
_TRIES = 5
_STATE = (
    "SELECT (SELECT value FROM note WHERE name = 'identity'), (SELECT value FROM note WHERE name = 'number'),"
    " (SELECT value FROM note WHERE name = 'built'), (SELECT COALESCE(MAX(number), 0) FROM journal)"
)


class SnapshotClosed(Exception):
    """The snapshot has been let go."""


class ArchiveSnapshot:
    """So many connections to the archive at `path` that see the same state of it.

    Raises sqlite3.Error where it cannot be read, or changes too quickly to be seen twice in one state.
    """

    def __init__(self, path: Path, connections: int = CONNECTIONS) -> None:
        self._lock, self._closed, self._asking = threading.Lock(), False, 0
        self._idle: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue()
        for _ in range(_TRIES):
            opened = [_begun(path) for _ in range(connections)]
            states = {state for _, state in opened}
            if len(states) == 1:
                break
            for connection, _ in opened:
                connection.close()
        else:
            raise sqlite3.OperationalError(f"{path} changes all the time")
        for connection, _ in opened:
            self._idle.put(connection)
        identity, number, built, journal = states.pop()
        self._identity, self._number = str(identity or ""), int(number or 0)
        self._built, self._journal = int(built or 0), int(journal)

    def is_of(self, generation: Generation) -> bool:
        """Whether it holds what that generation was made from, and nothing that a later one will show first."""
        if generation.archive and generation.archive != self._identity:
            return False
        return self._journal == generation.journal and (not generation.change or self._built <= generation.change)

    def ask(self, statement: str, values: Any = ()) -> list[Any]:
        """The rows of a statement; it waits for a connection where all are at work.

        Raises SnapshotClosed where it has been let go.
        """
        with self._lock:
            if self._closed:
                raise SnapshotClosed
            self._asking += 1
        connection = self._idle.get()
        try:
            return list(connection.execute(statement, values))
        finally:
            self._idle.put(connection)
            self._answered()

    def close(self) -> None:
        """Let go of the archive, as soon as what is asked now has been answered."""
        with self._lock:
            last = not self._closed and not self._asking
            self._closed = True
        if last:
            self._drop()

    def _answered(self) -> None:
        with self._lock:
            self._asking -= 1
            last = self._closed and not self._asking
        if last:
            self._drop()

    def _drop(self) -> None:
        while not self._idle.empty():
            self._idle.get().close()


def _begun(path: Path) -> tuple[sqlite3.Connection, tuple[Any, ...]]:
    """A connection in a read transaction, and the state of the archive that it sees."""
    connection = sqlite3.connect(
        f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("BEGIN")
        return connection, connection.execute(_STATE).fetchone()
    except BaseException:
        connection.close()
        raise


class Snapshots:
    """Version of the dataset → the archive at `path` as it was when that version was made, for those that are shown.

    A snapshot keeps SQLite from using the space again that changes take beside the archive.  Once they take more than
    the archive itself, and more than `most` bytes, it is let go: the archive is read as it is until the next one.
    """

    def __init__(self, path: Path, most: int = 256 << 20) -> None:
        self._path, self._most = path, most
        self._held: dict[str, ArchiveSnapshot] = {}

    def get(self, version: str) -> ArchiveSnapshot | None:
        """The archive of that version, None where it is not held."""
        return self._held.get(version)

    def take(self, generation: Generation) -> bool:
        """Whether the archive is that of a generation now, and is held from now on."""
        snapshot = self._matching(generation)
        if snapshot:
            before = self._held.get(str(generation.number))
            self._held[str(generation.number)] = snapshot
            if before:
                before.close()
        return snapshot is not None

    def keep(self, generation: Generation) -> None:
        """Hold what is shown, and nothing else; what waits beside the archive is written into it first."""
        for version in [version for version in self._held if version != str(generation.number)]:
            self._held.pop(version).close()
        # Who begins to read when nothing waits keeps no writer from using the space again.
        _checkpoint(self._path, "PASSIVE")
        if self.take(generation):
            _checkpoint(self._path, "TRUNCATE")

    def limit(self) -> None:
        """Hold nothing where what waits beside the archive takes too much."""
        beside = self._path.with_name(f"{self._path.name}-wal")
        with contextlib.suppress(OSError):
            if self._held and beside.stat().st_size > max(self._most, self._path.stat().st_size):
                for version in [*self._held]:
                    self._held.pop(version).close()

    def _matching(self, generation: Generation) -> ArchiveSnapshot | None:
        # Most states that are no match are seen by one connection.
        for connections in (1, CONNECTIONS):
            try:
                snapshot = ArchiveSnapshot(self._path, connections)
            except sqlite3.Error:
                return None
            if connections == CONNECTIONS and snapshot.is_of(generation):
                return snapshot
            snapshot.close()
            if not snapshot.is_of(generation):
                return None
        return None


def _checkpoint(path: Path, mode: str) -> None:
    """Let SQLite write what waits beside an archive into it, as far as it may now."""
    with contextlib.suppress(sqlite3.Error):
        database = sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, timeout=0, isolation_level=None)
        with contextlib.closing(database):
            database.execute(f"PRAGMA wal_checkpoint({mode})").fetchall()
