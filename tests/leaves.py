"""What a source says, counted by `converter.accounting` without the readers, and what of it is in no record."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from converter.accounting.count import Count
from converter.accounting.leaves import Leaf
from converter.mapping.engine import Mapper
from converter.sources.detection import read

_MAPPER = Mapper()


def counted(path: Path) -> Count:
    """The leaves of a file or folder, all of its records read and mapped."""
    count = Count()
    for record in read(str(path), report=count):
        count.record(record, _MAPPER.map(record))
    return count


def unaccounted(path: Path) -> list[Leaf]:
    """The leaves that are in no record and in no line of the report."""
    return [leaf for _, leaf in counted(path).lost]


def outcomes(path: Path) -> Counter[str]:
    """How many leaves became what."""
    return counted(path).outcomes
