"""The authority files of a data folder, kept beside its archive: what makes its links, now and when it is rebuilt."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from converter.mapping.authorities import Authorities
from converter.mapping.engine import Mapper
from converter.store.side_files import AUTHORITIES, is_known, put
from converter.store.sqlite_files import reading


def keep(folder: Path, paths: Iterable[Path]) -> None:
    """Take authority files and decisions into a data folder; its store is made anew by whoever writes next.

    What is damaged there is given up, so that those that are given are all there are.

    Raises SourceError where a file cannot be read.
    """
    folder.mkdir(parents=True, exist_ok=True)
    kept, fresh = folder / AUTHORITIES, folder / f"{AUTHORITIES}.new"
    fresh.unlink(missing_ok=True)
    if is_known(folder, AUTHORITIES):
        shutil.copyfile(kept, fresh)
    with closing(sqlite3.connect(fresh, isolation_level=None)) as database:
        database.execute("PRAGMA synchronous = NORMAL")
        found = Authorities(database)
        for path in paths:
            found.add(path)
    put(folder, AUTHORITIES, fresh)


def authorities(folder: Path) -> Authorities | None:
    """What the files of a data folder know, None where it has none."""
    path = folder / AUTHORITIES
    return Authorities(reading(path)) if path.is_file() else None


def mapper_of(folder: Path, base: str) -> Mapper:
    """The crosswalk at work for a data folder, with its authority files.

    Raises CrosswalkError where the tables name what does not exist.
    """
    return Mapper(base, authorities=authorities(folder))
