"""The authority files of a data folder, kept beside its archive: what makes its links, now and when it is rebuilt."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from converter.mapping.authorities import Authorities
from converter.mapping.engine import Mapper
from converter.store.data_folder import AUTHORITIES
from converter.store.sqlite_files import reading


def keep(folder: Path, paths: Iterable[Path]) -> None:
    """Take authority files and decisions into a data folder; its store is made anew by whoever writes next.

    Raises SourceError where a file cannot be read.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(folder / AUTHORITIES, isolation_level=None)) as database:
        database.execute("PRAGMA synchronous = NORMAL")
        found = Authorities(database)
        for path in paths:
            found.add(path)


def authorities(folder: Path) -> Authorities | None:
    """What the files of a data folder know, None where it has none."""
    path = folder / AUTHORITIES
    return Authorities(reading(path)) if path.is_file() else None


def mapper_of(folder: Path, base: str) -> Mapper:
    """The crosswalk at work for a data folder, with its authority files.

    Raises CrosswalkError where the tables name what does not exist.
    """
    return Mapper(base, authorities=authorities(folder))
