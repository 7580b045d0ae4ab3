"""What the archive records of itself: the lines of its journal, and its sources."""

from __future__ import annotations

from typing import Literal, NamedTuple

Change = Literal["created", "updated", "deleted"]


class Entry(NamedTuple):
    """A line of the journal."""

    number: int
    address: str
    change: Change
    moment: str


class Source(NamedTuple):
    """A repository whose records are here: its name, its rank (the lower goes before), how many live records it has."""

    name: str
    rank: int
    records: int
