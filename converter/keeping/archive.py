"""The archive: every record as it came, a journal of changes, and which records claim which shared statements.

It is the source of truth: the store can be made again from it at any time, without asking the repository.
"""

from __future__ import annotations

import hashlib
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from converter.errors import StoreError
from converter.record import Record

Change = Literal["created", "updated", "deleted"]

_VERSION = 1
_SCHEMA = """
CREATE TABLE record (
  id INTEGER PRIMARY KEY,
  address TEXT NOT NULL UNIQUE,
  deleted INTEGER NOT NULL,
  payload BLOB NOT NULL
);
CREATE TABLE journal (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  address TEXT NOT NULL,
  change TEXT NOT NULL CHECK (change IN ('created', 'updated', 'deleted')),
  moment TEXT NOT NULL
);
CREATE TABLE claim (
  statement BLOB NOT NULL,
  record INTEGER NOT NULL REFERENCES record,
  PRIMARY KEY (statement, record)
) WITHOUT ROWID;
CREATE TABLE note (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


class Entry(NamedTuple):
    """A line of the journal."""

    number: int
    address: str
    change: Change
    moment: str


class Archive:
    """One SQLite file; a batch is one transaction.

    Raises StoreError where the file is of a later version, or no archive.
    """

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            self._database.execute("PRAGMA journal_mode = WAL")
            (version,) = self._database.execute("PRAGMA user_version").fetchone()
            if version == 0:
                self._database.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version = {_VERSION}; COMMIT;")
        except sqlite3.DatabaseError as fault:
            self._database.close()
            raise StoreError(f"{path}: cannot be read as an archive ({fault}); restore it from a copy") from None
        if version > _VERSION:
            self._database.close()
            raise StoreError(f"{path}: version {version}, and this program reads {_VERSION}; use the one that wrote it")

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def begin(self) -> None:
        """Begin a batch."""
        self._database.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Keep the batch."""
        self._database.execute("COMMIT")

    def rollback(self) -> None:
        """Forget the batch, if one is open."""
        if self._database.in_transaction:
            self._database.execute("ROLLBACK")

    def note(self, name: str) -> str | None:
        """A small fact that was kept, None where there is none."""
        row = self._database.execute("SELECT value FROM note WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def keep_note(self, name: str, value: str) -> None:
        """Keep a small fact."""
        self._database.execute("INSERT OR REPLACE INTO note VALUES (?, ?)", (name, value))

    def get(self, address: str) -> Record | None:
        """The record with that address, None where there is none."""
        row = self._database.execute("SELECT payload FROM record WHERE address = ?", (address,)).fetchone()
        return _unpacked(row[0]) if row else None

    def put(self, address: str, record: Record) -> int:
        """The number of the record, which now has this content; the journal says what changed."""
        known = self._database.execute("SELECT id FROM record WHERE address = ?", (address,)).fetchone()
        change: Change = "deleted" if record.deleted else "updated" if known else "created"
        self._database.execute(
            "INSERT INTO record (address, deleted, payload) VALUES (?1, ?2, ?3)"
            " ON CONFLICT (address) DO UPDATE SET deleted = ?2, payload = ?3",
            (address, record.deleted, _packed(record)),
        )
        moment = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        self._database.execute(
            "INSERT INTO journal (address, change, moment) VALUES (?, ?, ?)", (address, change, moment)
        )
        return self.number(address)

    def number(self, address: str) -> int:
        """The number of a record that is kept."""
        (number,) = self._database.execute("SELECT id FROM record WHERE address = ?", (address,)).fetchone()
        return int(number)

    def records(self) -> Iterator[tuple[str, Record]]:
        """Yield every record with its address, in the order in which they came first."""
        for address, payload in self._database.execute("SELECT address, payload FROM record ORDER BY id"):
            yield address, _unpacked(payload)

    def journal(self, after: int = 0) -> list[Entry]:
        """The changes after a number."""
        rows = self._database.execute("SELECT * FROM journal WHERE number > ? ORDER BY number", (after,))
        return [Entry(*row) for row in rows]

    def claim(self, record: int, lines: Iterable[str]) -> None:
        """Let a record claim statements about what it shares with others."""
        self._database.executemany(
            "INSERT OR IGNORE INTO claim VALUES (?, ?)", ((_digest(line), record) for line in lines)
        )

    def release(self, record: int, lines: Iterable[str]) -> list[str]:
        """The statements that nobody claims any more, now that this record does not."""
        alone = []
        for line in lines:
            digest = _digest(line)
            self._database.execute("DELETE FROM claim WHERE statement = ? AND record = ?", (digest, record))
            if not self._database.execute("SELECT 1 FROM claim WHERE statement = ?", (digest,)).fetchone():
                alone.append(line)
        return alone

    def forget_claims(self) -> None:
        """Remove every claim, before the store is made anew."""
        self._database.execute("DELETE FROM claim")


def _digest(line: str) -> bytes:
    return hashlib.blake2b(line.encode(), digest_size=16).digest()


def _packed(record: Record) -> bytes:
    return zlib.compress(msgspec.json.encode(record))


def _unpacked(payload: bytes) -> Record:
    return msgspec.json.decode(zlib.decompress(payload), type=Record)
