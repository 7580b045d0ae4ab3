"""What SQLite, the engine of the store and the system say of broken files and disks, as sentences with a remedy."""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path

import pyoxigraph

from converter.errors import StoreError


def opened(path: Path) -> pyoxigraph.Store:
    """The writer's store at a path.

    Raises StoreError where it is broken.
    """
    try:
        store = pyoxigraph.Store(str(path))
    except (OSError, RuntimeError) as fault:
        raise StoreError(
            f"{path}: the store cannot be opened ({fault}); make it anew from the archive with “shelfgraph rebuild"
            f" --data {path.parent}”"
        ) from None
    # At each opening the engine puts its log aside, and never removes it.
    for old in path.glob("LOG.old.*"):
        old.unlink(missing_ok=True)
    return store


def of_engine(fault: BaseException) -> StoreError | None:
    """What the engine of the store says of damaged files as a fault of ours, None where it is something else.

    >>> str(of_engine(RuntimeError("Corruption: checksum mismatch  The file /d/MANIFEST-1 may be corrupted.")))[:63]
    'the store or a generation is damaged (Corruption: checksum mism'
    >>> of_engine(RuntimeError("something of ours"))
    """
    words = " ".join(str(fault).split())
    if type(fault).__name__ != "PanicException" and not words.startswith(_ENGINE):
        return None
    return StoreError(f"the store or a generation is damaged ({words}); {_of_engine(words)}")


def unreadable(path: Path, fault: sqlite3.Error | OSError) -> StoreError:
    """What is said of an archive that cannot be read: why, and what brings it back."""
    if not path.exists() or not path.stat().st_size:
        return StoreError(f"{path}: the archive is missing or empty; bring back a copy with “shelfgraph restore”")
    if not os.access(path, os.R_OK):
        return StoreError(f"{path}: no right to read it; {_REMEDIES[errno.EACCES]}")
    beside = path.with_name(f"{path.name}-wal")
    if "unable to open" in str(fault) and beside.exists():
        return StoreError(
            f"{path}: changes lie beside it ({beside.name}), and it cannot be written here; open it once where it can"
            " (“shelfgraph log”), and copy it again"
        )
    return StoreError(f"{path}: cannot be read as an archive ({fault}); bring back a copy with “shelfgraph restore”")


_REMEDIES = {
    errno.ENOSPC: "free space, and run the same command again: what was kept before is whole",
    errno.EDQUOT: "free space, and run the same command again: what was kept before is whole",
    errno.EROFS: "the medium is read-only; serve, query, show, check and dump -o FILE work on it, and nothing else",
    errno.EACCES: "give yourself the right to it, or run as who owns it",
    errno.EPERM: "give yourself the right to it, or run as who owns it",
    errno.EMFILE: "allow more open files (ulimit -n)",
    errno.EIO: "the disk is failing: copy what can be read, and bring back a backup (“shelfgraph restore BACKUP”)",
}
_ENGINE = ("Corruption:", "IO error:", "Invalid argument:")
"""How the sentences of RocksDB begin."""
_FULL, _READ_ONLY, _LOCKED = "disk is full", "readonly", "locked"


def sentence(fault: sqlite3.Error | OSError) -> StoreError:
    """A fault of a file or a disk as one of ours: what happened, to what, and what to do.

    >>> str(sentence(OSError(errno.ENOSPC, "No space left on device", "d.nt"))).partition(";")[0]
    'd.nt: No space left on device'
    >>> str(sentence(sqlite3.DatabaseError("database disk image is malformed"))).partition(";")[0]
    'the archive is damaged (database disk image is malformed)'
    """
    if isinstance(fault, OSError):
        place = f"{fault.filename}: " if fault.filename else ""
        remedy = _REMEDIES.get(fault.errno or 0) or _of_engine(str(fault))
        return StoreError(f"{place}{fault.strerror or fault}; {remedy}")
    words = str(fault)
    if _FULL in words:
        return StoreError(f"the archive cannot be written ({words}); {_REMEDIES[errno.ENOSPC]}")
    if _READ_ONLY in words or "unable to open" in words:
        return StoreError(f"the archive cannot be opened for writing ({words}); {_REMEDIES[errno.EACCES]}")
    if _LOCKED in words:
        return StoreError(f"the archive is in use by another program ({words}); end that, and try again")
    return StoreError(
        f"the archive is damaged ({words}); “shelfgraph check” says where, “shelfgraph restore BACKUP” brings it back"
    )


def _of_engine(words: str) -> str:
    if "No space left" in words:
        return _REMEDIES[errno.ENOSPC]
    return "“shelfgraph check” says what is damaged, and “shelfgraph check --repair” makes anew what it can"
