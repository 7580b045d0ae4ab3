"""Records mapped by several processes at one time, and yielded in their order.

Batches of records go to the workers, and no more of them than a few for each: memory is flat, and a reader of the
statements that is slow slows the reading.  The first records are mapped by this process, since most sources end before
a worker would be ready.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing import get_context
from typing import NamedTuple

import msgspec

from converter.errors import ShelfgraphError
from converter.mapping.engine import Mapper
from converter.record import Record
from converter.report import Finding

_FIRST = 400
"""Records that this process maps before it starts others: so many as are mapped while these start."""
_BATCH, _AHEAD = 50, 3
"""Records that go to a worker together, and batches for each worker that are under way."""


class Said(NamedTuple):
    """A record, its statements as lines of N-Triples, and what was found about its values."""

    record: Record
    lines: list[str]
    findings: list[Finding]


class WorkersDied(ShelfgraphError):
    """A process that maps records was killed."""

    exit_code = 1


def processors() -> int:
    """How many processes may run here at one time."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def mapped(records: Iterable[Record], make: Callable[[], Mapper], jobs: int) -> Iterator[Said]:
    """Yield what is said of each record, mapped by `jobs` processes; each of them `make`s its mapper.

    Raises WorkersDied where one of them is killed, and what `make` raises.
    """
    mapper, rest = make(), iter(records)
    for record in islice(rest, None if jobs == 1 else _FIRST):
        yield Said(record, *_of(mapper, record))
    if jobs > 1 and (batch := list(islice(rest, _BATCH))):
        yield from _by_workers(batch, rest, make, jobs)


def _by_workers(batch: list[Record], rest: Iterator[Record], make: Callable[[], Mapper], jobs: int) -> Iterator[Said]:
    under_way: deque[tuple[list[Record], Future[list[tuple[list[str], list[Finding]]]]]] = deque()
    with ProcessPoolExecutor(jobs, get_context("forkserver"), _begin, (make,)) as workers:
        try:
            while batch or under_way:
                if batch:
                    under_way.append((batch, workers.submit(_map, msgspec.msgpack.encode(batch))))
                    batch = list(islice(rest, _BATCH))
                if not batch or len(under_way) > _AHEAD * jobs:
                    sent, made = under_way.popleft()
                    for record, (lines, findings) in zip(sent, made.result(), strict=True):
                        yield Said(record, lines, findings)
        except BrokenProcessPool:
            reason = "a process that maps records was killed, perhaps for want of memory; try again with --jobs 1"
            raise WorkersDied(reason) from None
        finally:
            workers.shutdown(cancel_futures=True)


def _of(mapper: Mapper, record: Record) -> tuple[list[str], list[Finding]]:
    found = mapper.map(record)
    return list(found.lines), found.findings


_mapper: Mapper | None = None
"""The mapper of a worker."""


def _begin(make: Callable[[], Mapper]) -> None:
    """Begin the life of a worker; an interrupt at the terminal is for the process that asks it."""
    global _mapper  # noqa: PLW0603 - a worker has one mapper, and nothing else
    with contextlib.suppress(ValueError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    _mapper = make()


def _map(batch: bytes) -> list[tuple[list[str], list[Finding]]]:
    if _mapper is None:
        raise RuntimeError("a worker maps nothing before it has begun")
    return [_of(_mapper, record) for record in msgspec.msgpack.decode(batch, type=list[Record])]
