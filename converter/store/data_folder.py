"""The data folder: one writer's store, the generations that readers open, and the lock between writers.

    <folder>/shelfgraph.json      what the folder is: layout version, base address, digest of the crosswalk
    <folder>/lock                 held by the one writer
    <folder>/archive.sqlite       every original record, and the journal of changes
    <folder>/authorities.sqlite   the authority files and decisions that were given
    <folder>/foreign/             RDF files that were loaded as they are
    <folder>/published/           what stores elsewhere were sent
    <folder>/store/               the writer's store, with the identity and the change of its archive
    <folder>/generations/N/       read-only checkpoints; hard links, so that each costs milliseconds
    <folder>/generations/N.json   the archive that it was made from, the last change and line of the journal in it
    <folder>/forgotten.json       what is forgotten and stays away
    <folder>/current              the number of the generation to read, replaced in one step

A reader sees a whole batch or nothing.  The generation number is the version of the dataset and never goes back.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pyoxigraph

from converter.embargo import today
from converter.errors import StoreError
from converter.record import Record
from converter.store.agreement import Stamp, Start, agree, prepared, stamp_of
from converter.store.archive import Archive
from converter.store.folder_writer import Writer
from converter.store.generations import Generation, noted
from converter.store.leftovers import PART, SORTING, sweep
from converter.store.loader import Lines, Loader
from converter.store.side_files import AUTHORITIES, keep_known, refuse_lacking, remedy

_LAYOUT = 1
_IDENTITY = "shelfgraph.json"
_OF_DUMP = re.compile(r"\.?(\d{1,18})(?:-since-\d{1,18})?\.")
_KEPT = 2
"""Generations that stay beside a new one."""
_PAUSE = 0.1


class Identity(NamedTuple):
    """What a data folder was made with."""

    base: str
    crosswalk: str


class DataFolder:
    """A data folder on disk; nothing is made until something is written.  `day_of` returns the present day."""

    def __init__(self, path: Path, day_of: Callable[[], str] = today) -> None:
        self.path, self._day_of = path, day_of

    @property
    def store_path(self) -> Path:
        """The writer's store."""
        return self.path / "store"

    def identity(self) -> Identity | None:
        """What the folder was made with, None where nothing has been written.

        Raises StoreError where the folder is not one of ours, or of a later layout.
        """
        file = self.path / _IDENTITY
        if not file.exists():
            if self.path.exists() and any(inner.name not in {"lock", AUTHORITIES} for inner in self.path.iterdir()):
                raise StoreError(
                    f"{self.path}: not a data folder (it holds no {_IDENTITY}); name another with --data, or"
                    f" {remedy(_IDENTITY)}"
                )
            return None
        try:
            held = json.loads(file.read_text(encoding="utf-8"))
            layout, base, crosswalk = held["layout"], str(held["base"]), str(held["crosswalk"])
        except (ValueError, KeyError, TypeError):
            raise StoreError(f"{file}: cannot be read; {remedy(_IDENTITY)}") from None
        if layout != _LAYOUT:
            raise StoreError(
                f"{file}: layout {layout}, and this version reads {_LAYOUT}; use the version that wrote it"
            )
        return Identity(base, crosswalk)

    def current(self) -> Generation:
        """The generation to read.

        Raises StoreError where nothing has been loaded, or where it is not there.
        """
        self.identity()
        number = self._current()
        if number is None and self._numbers():
            raise StoreError(
                f"{self.path}: nothing says which generation is current; run “shelfgraph rebuild --data {self.path}”"
            )
        if number is None:
            raise StoreError(f"{self.path}: nothing has been loaded; run “shelfgraph load SOURCE --data {self.path}”")
        generation = self._generation(number)
        if not (generation.path / "CURRENT").is_file():
            raise StoreError(
                f"{generation.path}: the generation, or CURRENT in it, is missing; bring it back where it was, or run"
                f" “shelfgraph rebuild --data {self.path}”"
            )
        return generation

    def newest(self) -> Generation | None:
        """What is known of the generation to read, be it there or not; None where none is named."""
        number = self._current()
        return None if number is None else self._generation(number)

    def agreed(self) -> Generation:
        """The generation to read, where the archive is the one that it was made from.

        Raises StoreError where nothing has been loaded, or where the archive is missing, empty, older or another one.
        """
        generation = self.current()
        agree(self.path, [generation.stamp])
        return generation

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """The folder, which is made where it is not, with no other writer; one that cannot be written has none.

        Raises StoreError where another process writes.
        """
        if self.path.is_dir() and not os.access(self.path, os.W_OK):
            yield
            return
        self.path.mkdir(parents=True, exist_ok=True)
        with self._locked():
            yield

    @contextlib.contextmanager
    def writing(self, identity: Identity, triples_of: Lines, start: Start = "as it is") -> Iterator[Writer]:
        """The one writer of the folder, which is made where it is not; `triples_of` is the crosswalk at work.

        `start` says what is done first: nothing; the store made anew `from the archive` that is there, whichever it is;
        or everything given up, so that the folder begins `anew`.

        Raises StoreError where another process writes, where the folder was made for another base address, where the
        archive is not the one that the store was made from, or where one of them cannot be read.
        """
        held, (base, crosswalk) = self.identity(), identity
        if held and held.base != identity.base:
            raise StoreError(
                f"{self.path}: its addresses begin with {held.base}, not {identity.base}; load into another folder"
            )
        self.path.mkdir(parents=True, exist_ok=True)
        with self._locked():
            self._sweep()
            beyond = prepared(self.path, self._stamps(start), start)
            refuse_lacking(self.path, base, deep=beyond is not None or held is None or held.crosswalk != crosswalk)
            self._write("shelfgraph.json", json.dumps({"layout": _LAYOUT, **identity._asdict()}, indent=1) + "\n")
            loader = Loader(self.path, base, crosswalk, triples_of, beyond=beyond, day_of=self._day_of)
            try:
                writer = Writer(self, base, loader)
                writer.apply_forgotten()
                yield writer
                writer.finish()
                keep_known(loader.archive, self.path, base)
            finally:
                loader.close()

    def records(self) -> Iterator[Record]:
        """Yield the archived records.

        Raises StoreError where nothing has been loaded.
        """
        self.agreed()
        archive = Archive(self.path / "archive.sqlite")
        try:
            yield from (record for _, record in archive.records())
        finally:
            archive.close()

    def generations(self) -> list[Generation]:
        """The generations that are kept, the oldest first."""
        return [self._generation(number) for number in self._numbers()]

    def has_generation(self) -> bool:
        """Whether there is something to read."""
        return self._current() is not None

    def publish(
        self, store: pyoxigraph.Store, made: Stamp, describe: Callable[[Path], None] | None = None
    ) -> Generation:
        """A new generation with what the store holds now, and the one that `current` names from now on.

        `made` says what it is made from.

        `describe` adds to it what it says of itself, before anybody reads it.
        """
        numbers = self._numbers()
        # One that was lost was seen: its number is not given to another.
        number = max(*numbers, self._current() or 0, 0) + 1
        path = self._generation_path(number)
        path.parent.mkdir(exist_ok=True)
        store.backup(str(path))
        if describe:
            describe(path)
        held = {"journal": made.journal, "archive": made.archive, "change": made.number}
        self._write(f"generations/{number}.json", json.dumps(held) + "\n")
        self._write("current", f"{number}\n")
        for older in numbers[:-_KEPT]:
            self._removed(older)
        return Generation(number, path, made.journal, made.archive, made.number)

    def _sweep(self) -> None:
        """Remove what commands left behind that were killed."""
        shutil.rmtree(self.path / "store.new", ignore_errors=True)
        for left in self.path.glob("*.new"):
            left.unlink()
        for folder in ("dumps", "published"):
            sweep(self.path / folder, SORTING, PART)
        newest = self.newest()
        for number in self._numbers() if newest else ():
            # It was never shown: whoever made it was killed before.
            if newest and number > newest.number:
                self._removed(number)

    def _generation_path(self, number: int) -> Path:
        return self.path / "generations" / str(number)

    def _generation(self, number: int) -> Generation:
        return noted(number, self._generation_path(number))

    def _stamps(self, start: Start) -> list[Stamp]:
        """What was made from the archive: the store, else the current generation; all, where numbers must go on."""
        store = stamp_of(self.store_path)
        if start == "as it is":
            newest = self.newest()
            return [store] if store else [newest.stamp] if newest else []
        return [one for one in (store, *(generation.stamp for generation in self.generations())) if one]

    def _current(self) -> int | None:
        try:
            return int((self.path / "current").read_text(encoding="ascii"))
        except (OSError, ValueError):
            return None

    def _numbers(self) -> list[int]:
        folder = self.path / "generations"
        return sorted(int(inner.name) for inner in folder.iterdir() if inner.name.isdigit()) if folder.is_dir() else []

    def drop_before(self, number: int, wait: float = 0.0) -> tuple[tuple[Path, ...], tuple[int, ...]]:
        """The dumps that were removed, and the older generations that were not, since somebody reads them.

        Dumps and generations from before that number are removed; readers have `wait` seconds to leave.
        """
        end, read = time.monotonic() + wait, []
        for older in [one for one in self._numbers() if one < number]:
            while not (gone := self._removed(older)) and time.monotonic() < end:
                time.sleep(_PAUSE)
            read += [] if gone else [older]
        dumps = []
        for path in sorted((self.path / "dumps").glob("*")) if number else ():
            match = _OF_DUMP.match(path.name)
            if match and int(match[1]) < number:
                path.unlink(missing_ok=True)
                dumps += [] if path.name.startswith(".") or path.suffix == ".sha256" else [path]
        return tuple(dumps), tuple(read)

    def _removed(self, number: int) -> bool:
        """Whether a generation is gone, which it is unless somebody reads it: readers hold a lock on its folder."""
        path = self._generation_path(number)
        descriptor = os.open(path, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        else:
            shutil.rmtree(path)
            path.with_suffix(".json").unlink(missing_ok=True)
            return True
        finally:
            os.close(descriptor)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        lock = self.path / "lock"
        with lock.open("a+", encoding="ascii") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.seek(0)
                holder = file.read().strip() or "another process"
                raise StoreError(f"{self.path}: process {holder} is writing; wait until it ends") from None
            file.truncate(0)
            file.write(f"{os.getpid()}\n")
            file.flush()
            yield

    def _write(self, name: str, text: str) -> None:
        """Replace a small file in one step."""
        beside = self.path / f"{name}.new"
        with beside.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self.path / name)
