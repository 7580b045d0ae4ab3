"""A data folder → a copy of it, while it is served and written; and back.

A backup is a data folder without the writer's store, which is made anew from the archive: it can be served as it is.
Files that never change are linked where both are on one disk, else linked from the backup before where it has them.
"""

from __future__ import annotations

import ctypes
import filecmp
import json
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from converter.errors import StoreError
from converter.store.agreement import ARCHIVE, Stamp
from converter.store.archive import Archive
from converter.store.checking import Fault, faults_of
from converter.store.data_folder import DataFolder
from converter.store.forgotten import Forgotten
from converter.store.generations import Generation, reading
from converter.store.side_files import AUTHORITIES
from converter.store.sqlite_files import reading as read_only

_IDENTITY = "shelfgraph.json"
_NEVER_CHANGES = (".sst", ".blob")
_HERE, _EXCHANGE = -100, 2
"""AT_FDCWD of Linux: paths begin where the process is; RENAME_EXCHANGE."""


def back_up(folder: DataFolder, target: Path) -> Path:
    """The backup, verified; one that is there is replaced in one step when the new one is whole.

    Raises StoreError where the folder holds nothing, or where what was written is not whole.
    """
    generation = folder.agreed()
    if target.exists() and not (target / _IDENTITY).is_file() and any(target.iterdir()):
        raise StoreError(f"{target}: not a backup (it holds no {_IDENTITY}); name an empty or a new folder")
    fresh, old = target.with_name(f"{target.name}.new"), target.with_name(f"{target.name}.old")
    if old.is_dir() and not target.exists():
        # Whoever replaced it was killed between two steps, on a system that cannot exchange two folders.
        old.rename(target)
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    with reading(generation):
        _copy_generation(generation, fresh, generation.number, target)
        # Behind the generation: an archive may be newer than what was made from it, and never older.
        _copy_archive(folder.path / ARCHIVE, fresh / ARCHIVE)
    if (folder.path / "foreign").is_dir():
        shutil.copytree(folder.path / "foreign", fresh / "foreign")
    if (folder.path / AUTHORITIES).is_file():
        shutil.copyfile(folder.path / AUTHORITIES, fresh / AUTHORITIES)
    Forgotten(fresh).take_over(folder.path)
    shutil.copyfile(folder.path / _IDENTITY, fresh / _IDENTITY)
    (fresh / "current").write_text(f"{generation.number}\n", encoding="ascii")
    refuse_broken(fresh)
    shutil.rmtree(old, ignore_errors=True)
    if not target.exists():
        fresh.rename(target)
    elif not exchanged(fresh, target):
        target.rename(old)
        fresh.rename(target)
    for former in (fresh, old):
        shutil.rmtree(former, ignore_errors=True)
    return target


def exchanged(one: Path, other: Path) -> bool:
    """Whether two folders have exchanged their names, in one step; False where the system has none (renameat2(2))."""
    rename = getattr(ctypes.CDLL(None), "renameat2", None)
    return rename is not None and not rename(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE)


def restore(backup: Path, folder: DataFolder) -> Generation:
    """The generation of the backup, in a folder that holds what the backup holds, and nothing else.

    Generations and changes go on counting from what the folder had.  What is forgotten in the folder or in the backup
    stays forgotten: whoever opens the folder for writing next erases it.

    Raises StoreError where the backup is not whole, or another process writes.
    """
    source = DataFolder(backup)
    kept = source.agreed()
    refuse_broken(backup)
    with folder.alone():
        Forgotten(folder.path).take_over(backup)
        numbers = [generation.number for generation in folder.generations()]
        stamps = [generation.stamp for generation in folder.generations()]
        number = max([*numbers, kept.number - 1]) + 1
        shutil.rmtree(folder.path / "store", ignore_errors=True)
        shutil.rmtree(folder.path / "foreign", ignore_errors=True)
        for file in (ARCHIVE, f"{ARCHIVE}-wal", f"{ARCHIVE}-shm"):
            (folder.path / file).unlink(missing_ok=True)
        _copy_archive(backup / ARCHIVE, folder.path / ARCHIVE)
        (folder.path / AUTHORITIES).unlink(missing_ok=True)
        if (backup / AUTHORITIES).is_file():
            shutil.copyfile(backup / AUTHORITIES, folder.path / AUTHORITIES)
        if (backup / "foreign").is_dir():
            shutil.copytree(backup / "foreign", folder.path / "foreign")
        _copy_generation(kept, folder.path, number, backup)
        shutil.copyfile(backup / _IDENTITY, folder.path / _IDENTITY)
        _go_on(folder.path / ARCHIVE, [*stamps, kept.stamp])
        (folder.path / "current.new").write_text(f"{number}\n", encoding="ascii")
        (folder.path / "current.new").replace(folder.path / "current")
    return folder.agreed()


def refuse_broken(folder: Path) -> None:
    """Raise StoreError where a folder is not whole."""
    found: list[Fault] = faults_of(DataFolder(folder), deep=False)
    if found:
        raise StoreError(f"{folder}: {found[0].fault}; the copy is not whole: back up again, or take another")


def _copy_archive(source: Path, target: Path) -> None:
    """A copy of an archive as it is in one moment, whoever writes to it."""
    try:
        with (
            closing(read_only(source)) as old,
            closing(sqlite3.connect(target)) as new,
        ):
            old.backup(new)
    except sqlite3.Error as fault:
        raise StoreError(f"{source}: cannot be copied ({fault}); free space, or run “shelfgraph check”") from None


def _copy_generation(generation: Generation, folder: Path, number: int, before: Path) -> None:
    target = folder / "generations" / str(number)
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    previous = DataFolder(before).generations() if before.is_dir() else []
    for file in generation.path.iterdir():
        if file.is_file():
            _linked(file, target / file.name, [one.path / file.name for one in previous])
    held = {"journal": generation.journal, "archive": generation.archive, "change": generation.change}
    target.with_suffix(".json").write_text(json.dumps(held) + "\n", encoding="ascii")


def _linked(source: Path, target: Path, others: list[Path]) -> None:
    """The file at another place: a link where it never changes and a link is possible, else a copy."""
    if source.suffix in _NEVER_CHANGES:
        same = [one for one in others if one.is_file() and filecmp.cmp(one, source, shallow=False)]
        for one in (source, *same):
            try:
                os.link(one, target)
            except OSError:
                continue
            return
    shutil.copyfile(source, target)


def _go_on(path: Path, stamps: list[Stamp]) -> None:
    archive = Archive(path)
    archive.go_on_from(max(one.number for one in stamps), max(one.journal for one in stamps))
    archive.close()
