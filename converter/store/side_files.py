"""The files of a data folder that nothing makes anew: foreign RDF, authority files, what says its base address.

The archive bears the size and the digest of each, so that one that is missing or damaged is not taken for none.  While
one is replaced it bears those of both, so that a command that is killed leaves nothing that disagrees.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from converter.errors import StoreError
from converter.store.agreement import ARCHIVE
from converter.store.archive import Archive
from converter.store.forgotten import FILE as FORGOTTEN
from converter.store.forgotten import FOLLOWED
from converter.store.sqlite_files import reading

AUTHORITIES = "authorities.sqlite"
"""The authority files of a folder, as one database."""
_BESIDE = "beside "
_BASE = "base"
_MISSING = "-"


def put(folder: Path, name: str, fresh: Path) -> Path:
    """The file `name` of a folder, which is the fresh one from now on."""
    kept = folder / name
    kept.parent.mkdir(exist_ok=True)
    now = _state(fresh)
    _note(folder, name, f"{_state(kept)} {now}")
    fresh.replace(kept)
    _note(folder, name, now)
    return kept


def keep_known(archive: Archive, folder: Path, base: str) -> None:
    """Keep in the archive what it does not know yet of the files beside it: a new one, or one of an earlier version."""
    if archive.note(_BASE) is None:
        archive.keep_note(_BASE, base)
    for path in (*sorted((folder / "foreign").glob("*")), folder / AUTHORITIES):
        name = f"{_BESIDE}{path.relative_to(folder)}"
        if path.is_file() and archive.note(name) is None:
            archive.keep_note(name, _state(path))


def lacking(folder: Path, base: str, *, deep: bool) -> Iterator[tuple[str, str]]:
    """Yield each file that is not what the archive knows of it, with what is wrong; `deep` compares their bytes too.

    Raises sqlite3.Error where the archive cannot be read.
    """
    notes = _notes(folder / ARCHIVE)
    if (known := notes.get(_BASE)) is not None and known != base:
        yield "shelfgraph.json", f"it says that addresses begin with {base}, and those of the archive do with {known}"
    if notes.get(FOLLOWED) and not (folder / FORGOTTEN).exists():
        yield FORGOTTEN, "it is missing, so that nobody knows what is forgotten"
    for note, stated in notes.items():
        if note.startswith(_BESIDE):
            name = note.removeprefix(_BESIDE)
            states, path = stated.split(" "), folder / name
            if not path.is_file():
                if _MISSING not in states:
                    yield name, "it is missing"
            elif deep and _state(path) not in states:
                yield name, "it has not the bytes that it was given with"
            elif str(path.stat().st_size) not in {state.partition(":")[0] for state in states}:
                yield name, "it has not the size that it was given with"


def remedy(name: str) -> str:
    """What brings back a file that nothing makes anew."""
    given = ", or give every authority file again (shelfgraph rebuild --authority FILE)" if name == AUTHORITIES else ""
    return f"bring back a copy of {name} (a backup has one){given}, or shelfgraph restore BACKUP"


def is_known(folder: Path, name: str) -> bool:
    """Whether a file is there, and is what the archive knows of it, should it know something."""
    stated = _notes(folder / ARCHIVE).get(f"{_BESIDE}{name}")
    return (folder / name).is_file() and (stated is None or _state(folder / name) in stated.split(" "))


def refuse_lacking(folder: Path, base: str, *, deep: bool) -> None:
    """Raise StoreError where a file is not what the archive knows of it: nothing is made without what it held."""
    for name, fault in lacking(folder, base, deep=deep):
        raise StoreError(f"{folder / name}: {fault}; {remedy(name)}")


def _state(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return f"{path.stat().st_size}:{hashlib.file_digest(file, 'blake2b').hexdigest()[:32]}"
    except FileNotFoundError:
        return _MISSING


def _notes(path: Path) -> dict[str, str]:
    if not path.is_file() or not path.stat().st_size:
        return {}
    with closing(reading(path)) as database:
        if not database.execute("PRAGMA user_version").fetchone()[0]:
            return {}
        return dict(database.execute("SELECT name, value FROM note"))


def _note(folder: Path, name: str, stated: str) -> None:
    """Keep what is known of a file where there is an archive; one that is made later knows it by `keep_known`."""
    if _notes(folder / ARCHIVE):
        with closing(sqlite3.connect(folder / ARCHIVE, isolation_level=None, timeout=60)) as database:
            database.execute("INSERT OR REPLACE INTO note VALUES (?, ?)", (f"{_BESIDE}{name}", stated))
