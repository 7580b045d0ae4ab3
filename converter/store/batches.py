"""Many things → so many at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def batches(things: Iterable[T], size: int) -> Iterator[tuple[list[T], bool]]:
    """Yield the things, so many at a time, and whether these are the last."""
    left = iter(things)
    batch = list(islice(left, size))
    while batch:
        following = list(islice(left, size))
        yield batch, not following
        batch = following
