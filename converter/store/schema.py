"""The tables of the archive, version by version; an archive of an earlier version is brought up when it is opened."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from converter.store.catalogue import SCHEMA as CATALOGUE
from converter.store.catalogue import STATED
from converter.store.claims import SCHEMA as CLAIMS
from converter.store.figures import SCHEMA as FIGURES
from converter.store.serialization import digest, unpacked

_FIRST = """
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
  record INTEGER NOT NULL,
  PRIMARY KEY (statement, record)
) WITHOUT ROWID;
CREATE TABLE note (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""

_SECOND = """
CREATE TABLE source (name TEXT PRIMARY KEY, rank INTEGER NOT NULL);
CREATE TABLE held (
  id INTEGER PRIMARY KEY,
  address TEXT NOT NULL UNIQUE,
  source TEXT NOT NULL,
  identifier TEXT NOT NULL,
  datestamp TEXT,
  deleted INTEGER NOT NULL,
  change INTEGER NOT NULL,
  moment TEXT NOT NULL,
  payload BLOB
);
CREATE TABLE member (spec TEXT NOT NULL, record INTEGER NOT NULL, PRIMARY KEY (spec, record)) WITHOUT ROWID;
CREATE TABLE pending (come BLOB NOT NULL, gone BLOB NOT NULL);
CREATE VIRTUAL TABLE search USING fts5 (title, agent, text, content = '', tokenize = 'unicode61 remove_diacritics 2');
CREATE INDEX held_source ON held (source, identifier);
CREATE INDEX held_change ON held (change);
CREATE INDEX member_record ON member (record);
CREATE INDEX journal_address ON journal (address, number);
"""


def _make(database: sqlite3.Connection) -> None:
    _run(database, _FIRST)


def _know_sources(database: sqlite3.Connection) -> None:
    """Keep beside each record what feeds and harvests ask for, and an index of its words.

    The store was made with fewer claims, and has no words yet: it is made anew at the next opening.
    """
    _run(database, _SECOND)
    changes = dict(database.execute("SELECT address, MAX(number) FROM journal GROUP BY address"))
    for number, address, deleted, payload in database.execute("SELECT id, address, deleted, payload FROM record"):
        record = unpacked(payload)
        change = changes.get(address, 0)
        moment = database.execute("SELECT moment FROM journal WHERE number = ?", (change,)).fetchone()
        database.execute(
            "INSERT INTO held VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(number, address, record.source, record.identifier, record.datestamp, deleted, change),
                *(moment[0] if moment else "1970-01-01T00:00:00Z", payload),
            ),
        )
        database.executemany("INSERT OR IGNORE INTO member VALUES (?, ?)", ((spec, number) for spec in record.sets))
    database.execute("INSERT INTO source SELECT source, row_number() OVER (ORDER BY MIN(id)) FROM held GROUP BY source")
    database.execute("DROP TABLE record")
    database.execute("DELETE FROM note WHERE name = 'unfinished batch'")
    database.execute("INSERT OR REPLACE INTO note VALUES ('crosswalk', 'of an earlier version')")


def _find_identifiers(database: sqlite3.Connection) -> None:
    """Find a record by its identifier, and a change by its moment, without looking at all of them."""
    database.execute("CREATE INDEX held_identifier ON held (identifier)")
    database.execute("CREATE INDEX journal_moment ON journal (moment)")


def _know_how_records_came(database: sqlite3.Connection) -> None:
    """Keep what a record is called where it came from beside what it is called itself."""
    database.execute("ALTER TABLE held ADD COLUMN listed TEXT NOT NULL DEFAULT ''")
    database.execute("UPDATE held SET listed = identifier")
    database.execute("DROP INDEX held_source")
    database.execute("CREATE INDEX held_source ON held (source, listed)")


def _know_itself(database: sqlite3.Connection) -> None:
    """Give the archive an identity and the number of its changes, and each record a digest of its bytes."""
    database.execute("INSERT OR REPLACE INTO note VALUES ('identity', lower(hex(randomblob(16))))")
    database.execute("INSERT OR REPLACE INTO note SELECT 'number', COALESCE(MAX(number), 0) FROM journal")
    database.execute("INSERT OR REPLACE INTO note VALUES ('settled', '0')")
    database.execute("ALTER TABLE held ADD COLUMN digest BLOB")
    database.create_function("payload_digest", 1, digest, deterministic=True)
    database.execute("UPDATE held SET digest = payload_digest(payload) WHERE payload IS NOT NULL")


def _list_works(database: sqlite3.Connection) -> None:
    """Keep a catalogue of works beside the records, and the words of the index by themselves.

    The catalogue is filled at the next opening, when the store is made anew.
    """
    _run(database, CATALOGUE)
    database.execute("CREATE VIRTUAL TABLE search_words USING fts5vocab (search, row)")
    if database.execute("SELECT 1 FROM held LIMIT 1").fetchone():
        database.execute("INSERT OR REPLACE INTO note VALUES ('crosswalk', 'of an earlier version')")


def _know_what_is_one(database: sqlite3.Connection) -> None:
    """Keep labels of shared things and the addresses that are one thing; the store is made anew with them."""
    _run(database, CLAIMS)
    if database.execute("SELECT 1 FROM held LIMIT 1").fetchone():
        database.execute("INSERT OR REPLACE INTO note VALUES ('crosswalk', 'of an earlier version')")


def _keep_figures(database: sqlite3.Connection) -> None:
    """Keep the figures of the dataset, which are counted at the next opening, when the store is made anew."""
    _run(database, FIGURES)
    if database.execute("SELECT 1 FROM held LIMIT 1").fetchone():
        database.execute("INSERT OR REPLACE INTO note VALUES ('crosswalk', 'of an earlier version')")


def _know_embargoes(database: sqlite3.Connection) -> None:
    """Keep beside a record that withholds something on which day it was published so, and from when on more is shown.

    The store was made without: it is made anew at the next opening.
    """
    database.execute(
        "CREATE TABLE withheld (record INTEGER PRIMARY KEY, day TEXT NOT NULL, until TEXT NOT NULL) WITHOUT ROWID"
    )
    database.execute("CREATE INDEX withheld_until ON withheld (until)")
    database.execute("UPDATE note SET value = 'of an earlier version' WHERE name = 'crosswalk'")


def _count_schemes(database: sqlite3.Connection) -> None:
    """Count subjects by their scheme too, and call collections by their handles: the catalogue is made anew for it."""
    database.execute("UPDATE note SET value = 'of an earlier version' WHERE name = 'crosswalk'")


def _count_what_is_stated(database: sqlite3.Connection) -> None:
    """Count how many works state what: the catalogue is made anew for it."""
    _run(database, STATED)
    database.execute("UPDATE note SET value = 'of an earlier version' WHERE name = 'crosswalk'")


def _list_sets(database: sqlite3.Connection) -> None:
    """List the sets of OAI-PMH that works are in: the catalogue is made anew for it."""
    database.execute("UPDATE note SET value = 'of an earlier version' WHERE name = 'crosswalk'")


MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (
    _make,
    _know_sources,
    _find_identifiers,
    _know_how_records_came,
    _know_itself,
    _list_works,
    _know_what_is_one,
    _keep_figures,
    _know_embargoes,
    _count_schemes,
    _count_what_is_stated,
    _list_sets,
)
"""What leads from each version to the next; the version of an archive is how many of them it has seen."""
LISTED = MIGRATIONS.index(_list_works) + 1
"""The version from which on there is a catalogue."""
OLDEST_READ = 3
"""The version from which on readers, who change nothing, find all that they ask for."""
DIGESTS, EMBARGOES = MIGRATIONS.index(_know_itself) + 1, MIGRATIONS.index(_know_embargoes) + 1
"""The versions from which on each record has a digest, and it is known which ones withhold something."""


def bring_up(database: sqlite3.Connection) -> None:
    """Bring an archive to the newest version, in one step."""
    database.execute("BEGIN IMMEDIATE")
    try:
        (version,) = database.execute("PRAGMA user_version").fetchone()
        for migration in MIGRATIONS[version:]:
            migration(database)
        database.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        database.execute("COMMIT")
    except BaseException:
        database.execute("ROLLBACK")
        raise


def _run(database: sqlite3.Connection, script: str) -> None:
    # executescript would end the transaction.
    for statement in script.split(";\n"):
        if statement.strip():
            database.execute(statement)
