"""One cap on the memory of the whole site: the query that takes most of it ends before the site takes more.

A limit of each worker would be too little for one query, or too much for all together.  So the memory of all processes
of the site is watched by the one that started them, which has nothing else to do, and the largest workers are killed
when there is nearly as much as there may be.
"""

from __future__ import annotations

import ctypes
import os
import signal
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from server.processes.child_process import between_forks
from server.sparql import fork_server
from server.sparql.in_memory_store import resident_bytes, within_group

LEAST = 512 << 20
"""Bytes below which no site fits."""
_LARGEST_WORKER = 4 << 30
_PART, _LEAST_ROOM = 10, 160 << 20
"""What is left of the limit when a worker is killed, a part of it or so many bytes: more is taken until it has gone."""
_PROCESS_MRELEASE = 448
_RATE = 4 << 30
"""Bytes a second that cannot be taken faster: so long nobody has to look."""
_SHORTEST, _LONGEST, _EXACT = 0.02, 0.5, 1.0
"""Seconds between two looks, and between two exact ones at the least."""
_SHARE = 50
"""How many times as long as an exact look took nothing is looked at so again, unless it is urgent."""


def default_limit() -> int:
    """A half of the memory of this machine, or of what its control group has, in bytes."""
    return max(LEAST, within_group(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")) // 2)


def of_each_worker(limit: int) -> int:
    """The bytes that one worker may address, so that none of them takes all at one stroke; `limit` 0 is no limit."""
    return min(_LARGEST_WORKER, max(LEAST, limit // 2)) if limit else _LARGEST_WORKER


def keep_within(limit: int, root: int) -> None:
    """Kill workers, so that the process `root` and all below it stay within so many bytes; the life of a thread."""
    most = limit - max(limit // _PART, _LEAST_ROOM)
    shared, again = 0, 0.0
    before: dict[int, int] = {}
    while True:
        with between_forks:
            family = _family(root)
            sizes = _resident(family)
            # Pages that several have are counted several times, and taken off; a new process counts for too much.
            taken = sum(sizes.values()) - shared
            # Another look like the last two, and it is more than it may be.
            growing = {process: 2 * max(0, size - before.get(process, size)) for process, size in sizes.items()}
            growth = sum(growing.values())
            if taken + growth > most or time.monotonic() > again:
                begun = time.thread_time()
                forks = {process for process in family if _is_fork(process)}
                workers = [process for process in forks if family[process] in forks]
                with _stopped(workers if taken + growth > most else []):
                    sizes = _resident(family)
                    parts = {process: _proportional(process) for process in family}
                    taken = sum(parts.values())
                    shared = sum(sizes.values()) - taken
                    costs = {worker: parts[worker] + growing.get(worker, 0) for worker in workers}
                    for worker in to_end(costs, taken + growth - most):
                        _end(worker)
                again = time.monotonic() + max(_EXACT, (time.thread_time() - begun) * _SHARE)
            before = sizes
        time.sleep(min(_LONGEST, max(_SHORTEST, (most - taken) / _RATE)))


def to_end(costs: Mapping[int, int], over: int) -> list[int]:
    """The workers without which so many bytes less are taken, by what each takes: the largest, and no more of them.

    >>> to_end({7: 300, 8: 500, 9: 100}, 600), to_end({7: 300, 8: 500}, 1), to_end({7: 300}, 0)
    ([8, 7], [8], [])
    """
    found: list[int] = []
    for worker in sorted(costs, key=lambda worker: -costs[worker]):
        if over <= 0:
            break
        found.append(worker)
        over -= costs[worker]
    return found


def memory(root: int) -> int:
    """The bytes of memory that a process and all below it have, each shared page counted once (proc(5), Pss).

    What one of them gave back while the others were looked at does not count.
    """
    total, read = 0, dict[int, int]()
    for process in _family(root):
        total += _proportional(process)
        read |= _resident([process])
    now = _resident(read)
    return total - sum(max(0, size - now.get(process, 0)) for process, size in read.items())


def _family(root: int) -> dict[int, int]:
    """A process and all below it, each with the one above it."""
    found = {root: 0}
    waiting = [root]
    for process in waiting:
        children = _children(process)
        found.update(dict.fromkeys(children, process))
        waiting += children
    return found


def _children(process: int) -> list[int]:
    found: list[int] = []
    # What ends meanwhile has no children.
    with suppress(OSError):
        for thread in Path(f"/proc/{process}/task").iterdir():
            with suppress(OSError):
                found += map(int, (thread / "children").read_text(encoding="ascii").split())
    return found


def _resident(processes: Iterable[int]) -> dict[int, int]:
    sizes: dict[int, int] = {}
    for process in processes:
        with suppress(OSError):
            sizes[process] = resident_bytes(process)
    return sizes


def _proportional(process: int) -> int:
    try:
        text = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0
    return int(text.partition("\nPss:")[2].split(maxsplit=1)[0]) * 1_024


def _is_fork(process: int) -> bool:
    """Whether a process makes workers, or is one, which is a fork of it."""
    try:
        return fork_server.__name__.encode() in Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return False


@contextmanager
def _stopped(workers: Sequence[int]) -> Iterator[None]:
    """Let workers stand still for the milliseconds of an exact look, in which they would take more."""
    for number in (signal.SIGSTOP, signal.SIGCONT):
        for worker in workers:
            with suppress(OSError):
                os.kill(worker, number)
        if number is signal.SIGSTOP:
            yield


def _end(worker: int) -> None:
    """Kill a worker and free its memory at once: by itself it does so when it has the processor, and it may be lowered.

    Source: process_mrelease(2) (Linux 5.15), which has no other name here.
    """
    with suppress(OSError):
        descriptor = os.pidfd_open(worker)
        try:
            signal.pidfd_send_signal(descriptor, signal.SIGKILL)
            ctypes.CDLL(None).syscall(_PROCESS_MRELEASE, descriptor, 0)
        finally:
            os.close(descriptor)
