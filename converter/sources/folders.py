"""The files of a folder, none of which lies outside it: a link that leads elsewhere is refused by name."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO

from converter.errors import SourceUnreachable
from converter.sources.unpacking import Member

_FOLLOWED = "put the file itself in its place"


def inside(folder: Path) -> Iterator[Member]:
    """Yield the files of a folder and of the folders in it, in the order of their paths.

    A link is followed where its target lies in the folder too; one that leads elsewhere, or to nothing, is a member
    with a fault.  A hard link is a file like any other: its other names cannot be known.
    """
    root = folder.resolve()
    for path in sorted(_paths(folder)):
        fault = _fault(path, root)
        if fault is not None:
            yield Member(path.relative_to(folder).as_posix(), partial(open_inside, path, root), fault)


def open_inside(path: Path, root: Path) -> BinaryIO:
    """The file, opened where it lies in the folder `root`.

    Raises SourceUnreachable where it cannot be opened, or has become a link that leads elsewhere.
    """
    try:
        real = path.resolve(strict=True)
        if not real.is_relative_to(root):
            raise SourceUnreachable(f"{path}: {_elsewhere(str(real))}")
        return os.fdopen(os.open(real, os.O_RDONLY | os.O_NOFOLLOW), "rb")
    except OSError as fault:
        reason = "a link that leads in a circle" if fault.errno == errno.ELOOP else fault.strerror or str(fault)
        raise SourceUnreachable(f"{path}: {reason}; check the file") from None
    except RuntimeError:
        # Python 3.11 and 3.12 say so of links in a circle.
        raise SourceUnreachable(f"{path}: a link that leads in a circle; {_FOLLOWED}") from None


def _paths(folder: Path) -> Iterator[Path]:
    """Yield every file, and every link whatever it leads to; folders behind links are not entered."""
    for where, folders, files in os.walk(folder):
        yield from (Path(where, name) for name in files)
        yield from (Path(where, name) for name in folders if Path(where, name).is_symlink())


def _fault(path: Path, root: Path) -> str | None:
    """Why a file of a folder is not read, empty where it is; None for a link to a folder that is read where it lies."""
    try:
        real = path.resolve(strict=True)
    except (OSError, RuntimeError):
        return f"a link that leads to nothing; {_FOLLOWED}"
    if not real.is_relative_to(root):
        return _elsewhere(str(real))
    if real.is_dir():
        return None
    if not real.is_file():
        return "no regular file (a pipe, a socket or a device); not read"
    return ""


def _elsewhere(target: str) -> str:
    return f"a link to {target}, outside the folder that was named: refused; {_FOLLOWED}"
