"""One version of the dataset on disk, and a reader's hold on it."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from converter.store.agreement import Stamp


class Generation(NamedTuple):
    """One version of the dataset: its number, the folder of its store, the last line of the journal in it.

    `archive` and `change` are the identity of the archive that it was made from, and its last change there.
    """

    number: int
    path: Path
    journal: int = 0
    archive: str = ""
    change: int = 0

    @property
    def stamp(self) -> Stamp:
        """What it was made from."""
        return Stamp(self.archive, self.change, self.journal)


def noted(number: int, path: Path) -> Generation:
    """A generation with what its note says; it says nothing where an earlier version of the program wrote none."""
    return _noted(number, path) or Generation(number, path)


def has_note(path: Path) -> bool:
    """Whether what a generation was made from can be read."""
    return _noted(0, path) is not None


def _noted(number: int, path: Path) -> Generation | None:
    try:
        held = json.loads(path.with_suffix(".json").read_text(encoding="ascii"))
        return Generation(number, path, int(held["journal"]), str(held.get("archive", "")), int(held.get("change", 0)))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


@contextlib.contextmanager
def reading(generation: Generation) -> Iterator[Path]:
    """The folder of a generation, which is not removed while it is read."""
    descriptor = os.open(generation.path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield generation.path
    finally:
        os.close(descriptor)
