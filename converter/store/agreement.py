"""One identity and one number, which an archive, the store made from it, and every generation bear.

The archive counts its changes.  The store bears the identity of its archive and the number of the last change that it
was given, in a file in its folder; a generation bears both in its description.  The number of the store is written
after the archive has kept the change and before the store takes it in, so it is never larger than that of its archive.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from converter.errors import StoreError
from converter.store.faults import unreadable
from converter.store.sqlite_files import reading

ARCHIVE = "archive.sqlite"
Start = Literal["as it is", "from the archive", "anew"]
"""What a writer does first: nothing; the store anew from the archive that is there; everything given up."""
_FILE = "shelfgraph.json"


class Stamp(NamedTuple):
    """What a store or a generation was made from: the identity of an archive, its change, the line of its journal.

    The identity is empty where an earlier version of the program wrote it.
    """

    archive: str
    number: int
    journal: int = 0


def stamp_of(store: Path) -> Stamp | None:
    """The stamp of a store, None where it has none that can be read."""
    try:
        held = json.loads((store / _FILE).read_text(encoding="ascii"))
        return Stamp(str(held["archive"]), int(held["number"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def put_stamp(store: Path, stamp: Stamp, *, durable: bool) -> None:
    """Replace the stamp of a store in one step; a durable one is on the disk afterwards."""
    beside = store / f"{_FILE}.new"
    with beside.open("w", encoding="ascii") as file:
        file.write(json.dumps({"archive": stamp.archive, "number": stamp.number}) + "\n")
        if durable:
            file.flush()
            os.fsync(file.fileno())
    beside.replace(store / _FILE)


def archive_stamp(path: Path) -> Stamp | None:
    """The stamp of an archive, which is not changed; None where the file is missing, empty, or holds no archive yet.

    Raises StoreError where it cannot be read.
    """
    if not path.exists() or not path.stat().st_size:
        return None
    try:
        database = reading(path)
        try:
            (version,) = database.execute("PRAGMA user_version").fetchone()
            if not version:
                return None
            (journal,) = database.execute("SELECT COALESCE(MAX(number), 0) FROM journal").fetchone()
            notes = dict(database.execute("SELECT name, value FROM note WHERE name IN ('identity', 'number')"))
        finally:
            database.close()
    except sqlite3.DatabaseError as fault:
        raise unreadable(path, fault) from None
    return Stamp(notes.get("identity", ""), int(notes.get("number", 0)), int(journal))


def disagreement(archive: Stamp | None, made: Stamp) -> str:
    """Why an archive is not the one that a store or generation was made from, empty where it may be.

    >>> disagreement(Stamp("a", 5), Stamp("a", 4)), disagreement(None, Stamp("a", 4))
    ('', 'the archive is missing or empty, and what was made from it holds its change 4')
    >>> disagreement(Stamp("a", 3), Stamp("a", 4))
    'the archive is older (it ends with change 3) than what was made from it (change 4)'
    >>> disagreement(Stamp("b", 9), Stamp("a", 4))
    'the archive is another one than that from which the site was made'
    >>> disagreement(Stamp("", 0, 7), Stamp("", 0, 8))
    'the archive is older (its journal ends with 7) than what was made from it (8)'
    """
    if archive is None:
        held = made.number or made.journal
        return f"the archive is missing or empty, and what was made from it holds its change {held}"
    if made.archive and archive.archive and archive.archive != made.archive:
        return "the archive is another one than that from which the site was made"
    if made.archive and archive.number < made.number:
        end, other = f"it ends with change {archive.number}", f"change {made.number}"
        return f"the archive is older ({end}) than what was made from it ({other})"
    if not made.archive and archive.journal < made.journal:
        end, other = f"its journal ends with {archive.journal}", str(made.journal)
        return f"the archive is older ({end}) than what was made from it ({other})"
    return ""


def agree(folder: Path, made: Sequence[Stamp]) -> None:
    """Raise StoreError where the archive of a folder is not the one that these were made from."""
    archive = archive_stamp(folder / ARCHIVE)
    for stamp in made:
        reason = disagreement(archive, stamp)
        if reason:
            raise StoreError(f"{folder}: {reason}; {ways_on(folder, archive)}")


def prepared(folder: Path, made: Sequence[Stamp], start: Start) -> Stamp | None:
    """The numbers that were given before in a folder whose store is to be made anew; None where it goes on as it is.

    `made` are the stamps of the store and of the generations.

    Raises StoreError where it is to go on, and the archive is not its own; where it is to be made from the archive, and
    there is none.
    """
    if start == "as it is":
        agree(folder, made or ([Stamp("", 0)] if (folder / "store").exists() else []))
        return None
    if start == "anew":
        for file in (ARCHIVE, f"{ARCHIVE}-wal", f"{ARCHIVE}-shm"):
            (folder / file).unlink(missing_ok=True)
        # Behind the archive, which says what has to be there.
        shutil.rmtree(folder / "foreign", ignore_errors=True)
    elif archive_stamp(folder / ARCHIVE) is None:
        reason = "the archive is missing or empty, and nothing can be made from it"
        raise StoreError(f"{folder}: {reason}; {ways_on(folder, None)}")
    return Stamp("", max((one.number for one in made), default=0), max((one.journal for one in made), default=0))


def ways_on(folder: Path, archive: Stamp | None) -> str:
    """What a person can do where archive and store do not belong together."""
    back = f"bring back the right one (“shelfgraph restore BACKUP --data {folder}”)"
    made = f", make the site from the one that is there (“shelfgraph rebuild --data {folder}”; what it lacks is gone)"
    new = f"or begin anew (“shelfgraph load --new SOURCE --data {folder}”)"
    return f"{back}{made if archive else ''}, {new}"
