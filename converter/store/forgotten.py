"""What is forgotten in a data folder: a list of digests, which stays when everything else is made anew.

    <folder>/forgotten.json   what is forgotten, when and why; the first generation that is without it

Whoever opens the folder for writing applies the list: what it names is erased wherever it still is, in an archive that
was brought back from a backup too, and after a `forget` that was killed.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from converter.errors import StoreError
from converter.record import Record
from converter.report import FORGOTTEN

FILE = "forgotten.json"
FOLLOWED = "forgotten"
"""The note of an archive that says which list it follows."""


class Entry(msgspec.Struct, frozen=True):
    """A record or a source that is forgotten: the digests of its names, when that was (UTC), and why."""

    names: tuple[str, ...]
    moment: str
    reason: str = ""

    def __str__(self) -> str:
        return f"{FORGOTTEN}{self.moment[:10]}{f' ({self.reason})' if self.reason else ''}"


class _List(msgspec.Struct, frozen=True):
    before: int = 0
    entries: tuple[Entry, ...] = ()
    sum: str = ""
    """A digest of the others, since no digest of a name says whether it is one."""

    def with_sum(self) -> _List:
        return msgspec.structs.replace(self, sum=self._sum())

    def is_whole(self) -> bool:
        """Whether it is as it was written; an earlier version of the program wrote no sum."""
        return self.sum in {"", self._sum()}

    def _sum(self) -> str:
        return hashlib.blake2b(msgspec.json.encode((self.before, self.entries)), digest_size=16).hexdigest()


def of_source(name: str) -> str:
    """The name by which a source is forgotten."""
    return f"source {name}"


def of_record(name: str) -> str:
    """A name by which a record is forgotten: its address here, or its identifier."""
    return f"record {name}"


def names_of(record: Record, address: str) -> list[str]:
    """The names by which one record is forgotten: its address here, its identifier, what its source calls it."""
    came = record.listed
    return [of_record(address), of_record(record.identifier), f"listed {came.source} {came.identifier}"]


class Forgotten:
    """The list of a data folder.

    Raises StoreError where it cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE
        self._list = self._read()
        self._index()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What is forgotten, in the order in which it was."""
        return self._list.entries

    @property
    def digest(self) -> str:
        """Another one for each list, empty for the empty list."""
        names = sorted(self._known)
        return hashlib.sha256("\n".join(names).encode()).hexdigest() if names else ""

    @property
    def before(self) -> int:
        """The generation before which each may hold what is forgotten."""
        return self._list.before

    def add(self, names: Iterable[str], reason: str) -> None:
        """Put a record or a source on the list, which is on the disk when this returns."""
        moment = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        entry = Entry(tuple(dict.fromkeys(map(_hidden, names))), moment, reason)
        self._keep(msgspec.structs.replace(self._list, entries=(*self._list.entries, entry)))

    def forgive(self, names: Iterable[str]) -> int:
        """The number of entries that were taken off the list because they have one of these names."""
        hidden = set(map(_hidden, names))
        left = tuple(entry for entry in self._list.entries if hidden.isdisjoint(entry.names))
        count = len(self._list.entries) - len(left)
        if count:
            self._keep(msgspec.structs.replace(self._list, entries=left))
        return count

    def entry_named(self, name: str) -> Entry | None:
        """The entry that has a name, None where none has."""
        return self._known.get(_hidden(name)) if self._known else None

    def entry_of(self, record: Record, address: str) -> Entry | None:
        """The entry that names a record or its source, None where none does."""
        if not self._known:
            return None
        names = (*names_of(record, address), of_source(record.source), of_source(record.listed.source))
        return next((entry for name in names if (entry := self.entry_named(name))), None)

    def begin_with(self, generation: int) -> None:
        """Keep that each generation before this one may hold what is forgotten."""
        self._keep(msgspec.structs.replace(self._list, before=max(generation, self._list.before)))

    def take_over(self, other: Path) -> None:
        """Put on the list what the list of another folder has too.

        Raises StoreError where that cannot be read.
        """
        mine = {entry.names for entry in self._list.entries}
        more = tuple(entry for entry in Forgotten(other).entries if entry.names not in mine)
        if more:
            self._keep(msgspec.structs.replace(self._list, entries=(*self._list.entries, *more)))

    def _index(self) -> None:
        self._known = {name: entry for entry in self._list.entries for name in entry.names}

    def _read(self) -> _List:
        try:
            held = msgspec.json.decode(self._file.read_bytes(), type=_List)
            if not held.is_whole():
                raise msgspec.DecodeError("it has not the content that it was written with")
        except FileNotFoundError:
            return _List()
        except (msgspec.DecodeError, OSError) as fault:
            raise StoreError(
                f"{self._file}: cannot be read ({fault}), so that nobody knows what is forgotten; bring back a copy"
                f" of {FILE} (a backup has one), or put an empty list there ({{}}) and forget anew"
            ) from None
        return held

    def _keep(self, content: _List) -> None:
        beside = self._file.with_name(f"{FILE}.new")
        with beside.open("wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(content.with_sum()), indent=1) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._file)
        self._list = content
        self._index()


def _hidden(name: str) -> str:
    return hashlib.blake2b(name.encode(), digest_size=16).hexdigest()
