"""Work that several processes share, whose results come in the order of the work."""

from __future__ import annotations

import collections
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from typing import Any, TypeVar

from converter.errors import StoreError

T = TypeVar("T")
R = TypeVar("R")

_AHEAD = 4
"""Tasks that may wait for each process: memory is flat in the number of all."""
_FAULTS: list[Exception] = []
"""Why the work of this process could not begin."""


def spread(
    work: Callable[[list[T]], R],
    things: Iterator[T],
    *,
    begin: Callable[..., None],
    stated: tuple[Any, ...],
    processes: int,
    at_once: int,
) -> Iterator[R]:
    """Yield what `work` gives for the things, so many at a time; each process is begun by `begin(*stated)`.

    Raises StoreError where a process is killed, and what `begin` or `work` raises.
    """
    # A process that is started anew, and not forked, shares no lock with the threads of this one.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, context, initializer=_begin, initargs=(begin, stated)) as pool:
        waiting: collections.deque[Future[R]] = collections.deque()
        try:
            while task := [*islice(things, at_once)]:
                waiting.append(pool.submit(_done, work, task))
                if len(waiting) > processes * _AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool:
            raise StoreError(
                "a process was killed while it worked; give it more memory, or take fewer processes"
            ) from None
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _begin(begin: Callable[..., None], stated: tuple[Any, ...]) -> None:
    # An interruption is for the process that shares the work out.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        begin(*stated)
    except Exception as fault:
        # Whatever it is: whoever waits for the work is given it, and would wait in vain otherwise.
        _FAULTS.append(fault)


def _done(work: Callable[[list[T]], R], things: list[T]) -> R:
    """The work of this process, which cannot do any where its beginning failed."""
    if _FAULTS:
        raise _FAULTS[0]
    return work(things)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        os._exit(0)
