"""The files of an export: where a path of the site stands in its folder, and how a file gets there whole."""

from __future__ import annotations

import filecmp
import os
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote

NOTES = ".shelfgraph"
"""The folder of what an export knows of itself; it is none of the site."""
INDEX = "index.html"
"""What a web server sends where a folder is asked for."""


class Files:
    """Writes below a folder, and knows what it has written."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._folders: set[Path] = set()
        self._written: list[str] = []

    def taken(self) -> tuple[str, ...]:
        """The files that were written since this was asked last."""
        written, self._written = tuple(self._written), []
        return written

    def put(self, path: str, body: bytes) -> None:
        """Write a file; one that has these bytes already stays as it is.

        Raises ValueError where it would stand elsewhere.
        """
        target = self._at(path)
        if not _holds(target, body):
            beside = _beside(target)
            try:
                beside.write_bytes(body)
                beside.replace(target)
            finally:
                beside.unlink(missing_ok=True)
        self._note(target)

    def stream(self, path: str, pieces: Iterable[bytes]) -> None:
        """Write a file that is larger than memory may be."""
        target = self._at(path)
        beside = _beside(target)
        try:
            with beside.open("wb") as file:
                file.writelines(pieces)
            if not target.is_file() or not filecmp.cmp(beside, target, shallow=False):
                beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)
        self._note(target)

    def link(self, path: str, other: str) -> None:
        """Let another name lead to a file that was written."""
        file, target = self._at(path), self._at(other)
        if not (target.exists() and target.samefile(file)):
            beside = _beside(target)
            beside.unlink(missing_ok=True)
            beside.hardlink_to(file)
            beside.replace(target)
        self._note(target)

    def _at(self, path: str) -> Path:
        target = self._target.joinpath(*names(path))
        folder = target.parent
        if folder not in self._folders:
            folder.mkdir(parents=True, exist_ok=True)
            self._folders.add(folder)
        return target

    def _note(self, target: Path) -> None:
        self._written.append(target.relative_to(self._target).as_posix())


def names(path: str) -> list[str]:
    """The folders and the file of a path of the site, as a web server finds it.

    Servers take an escaped slash for a slash, and several for one.

    >>> names("item/id/https%3A%2F%2Fexample.org%2F1.html")
    ['item', 'id', 'https:', 'example.org', '1.html']

    Raises ValueError where they would lead elsewhere.
    """
    parts = path.split("/")
    found = [name for part in parts for name in unquote(part, errors="strict").split("/") if name]
    if "" in parts or not found or any(name in {".", ".."} or not name.isprintable() for name in found):
        raise ValueError(f"/{path} cannot be the name of a file")
    return found


def _holds(target: Path, body: bytes) -> bool:
    try:
        return target.stat().st_size == len(body) and target.read_bytes() == body
    except (FileNotFoundError, NotADirectoryError):
        return False


def _beside(target: Path) -> Path:
    return target.with_name(f".{os.getpid()}.part")
