"""An archive opened for reading, where it can be written and where it cannot."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path


def is_writable(path: Path) -> bool:
    """Whether a file, and what SQLite keeps beside it, can be written by this process."""
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def reading(path: Path, factory: type[sqlite3.Connection] = sqlite3.Connection) -> sqlite3.Connection:
    """A connection that changes nothing, usable from any thread.

    On a medium that cannot be written there is no place for what SQLite keeps beside an archive: there it is read as a
    file that nobody changes, unless changes lie beside it.
    """
    beside = path.with_name(f"{path.name}-wal")
    has_changes = beside.exists() and beside.stat().st_size > 0
    never_changes = "" if is_writable(path) or has_changes else "&immutable=1"
    address = f"{path.resolve().as_uri()}?mode=ro{never_changes}"
    return sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False, factory=factory)


def state(path: Path) -> tuple[object, ...]:
    """Another one whenever a file that could not be written may have been changed by somebody else."""
    held = path.stat()
    return held.st_ino, held.st_size, held.st_mtime_ns, path.with_name(f"{path.name}-wal").exists()
