"""What a command that was killed left behind: files and folders that nobody holds any more go by themselves."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

SORTING, PART = ".sorting-*", ".*.part"
"""Where statements are sorted, and what is written beside a file until it is whole."""
_FRESH = 5.0
"""Seconds in which whoever has just made something may come to hold it."""


@contextlib.contextmanager
def held(path: Path) -> Iterator[None]:
    """Nobody takes the file or folder for a leftover while the block runs; the lock goes with the process."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):
            # Where there are no locks, nothing is removed either.
            fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield
    finally:
        os.close(descriptor)


def sweep(folder: Path, *patterns: str) -> None:
    """Remove what has such a name in a folder, and is held by nobody."""
    for path in [path for pattern in patterns for path in folder.glob(pattern)]:
        # What another process removes at the same time is gone.
        with contextlib.suppress(OSError):
            if abs(time.time() - path.stat().st_mtime) > _FRESH and not _is_held(path):
                shutil.rmtree(path) if path.is_dir() else path.unlink()


def _is_held(path: Path) -> bool:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    else:
        return False
    finally:
        os.close(descriptor)
