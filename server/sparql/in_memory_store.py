"""A generation in the memory of this process: queries are evaluated there in a half of the time.

The statements come through a pipe from a child that reads them from disk, so that this process opens no file of the
store, and the child, which has a lower priority than others, sets the pace.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyoxigraph

from server.processes import child_process

SHARE = 32
"""The part of the memory that is free which the data may take: each of the forks may come to have most of it again."""
FORMAT = pyoxigraph.RdfFormat.N_QUADS
_PIPE, _EVERY = 1 << 20, 64
"""Bytes that the pipe takes; how many writes go by between two looks at how much memory is taken."""
_PART = 2 << 20
"""Bytes that are made own at one time, which takes milliseconds: a huge page."""
_POPULATE_WRITE, _COLLAPSE = 23, 25
_LOWER = 10
_FAILED, _TOO_LARGE = 1, 2
_GROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")


def affordable() -> int:
    """The bytes that data may take in memory here: a part of what is free; 0 where the system does not say."""
    try:
        text = Path("/proc/meminfo").read_text(encoding="ascii")
    except OSError:
        return 0
    return within_group(int(text.split("MemAvailable:")[1].split()[0]) * 1_024) // SHARE


def within_group(memory: int) -> int:
    """The part of so many bytes that the control group leaves to this process (cgroups(7), memory.max)."""
    try:
        limit = _GROUP_LIMIT.read_text(encoding="ascii").strip()
    except OSError:
        limit = "max"
    return min(memory, int(limit) if limit.isdecimal() else memory)


def loaded(generation: str, limit: int) -> pyoxigraph.Store:
    """All statements of a generation, in memory, loaded by a thread that has lower priority.

    The memory that a thread allocates is apart: that of forks stays small and quick, a query takes half the time.
    Raises MemoryError where this process would come to have more than `limit` bytes, OSError where the generation
    cannot be read.
    """
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(_load, generation, limit).result()


def _load(generation: str, limit: int) -> pyoxigraph.Store:
    # This thread alone: forks are those of the one that waits, and as quick as others.
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _LOWER)
    store = pyoxigraph.Store()
    fault: Exception | None = None
    with child_process.start(
        "server.sparql.in_memory_store", generation, str(limit),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, pipesize=_PIPE,
    ) as reading:  # fmt: skip
        try:
            # The engine itself reads, so that no other thread of Python waits for one of lower priority.
            store.bulk_load(path=f"/dev/fd/{reading.stdout.fileno()}", format=FORMAT, lenient=True)  # type: ignore[union-attr] # a pipe
        except (OSError, SyntaxError) as broken:
            fault = broken
    if reading.returncode == _TOO_LARGE:
        raise MemoryError(f"the data take more than {limit:,} bytes of memory")
    if reading.returncode or fault:
        raise OSError(f"{generation} cannot be read into memory")
    return store


def _sent(generation: str, reader: int, limit: int) -> int:
    """Write every statement to the standard output, and say as an exit code how that went."""
    os.nice(_LOWER)
    try:
        pipe = _LimitedPipe(1, reader, limit)
        pyoxigraph.Store.read_only(generation).dump(pipe, FORMAT)  # type: ignore[arg-type] # a file to the engine
    except MemoryError:
        return _TOO_LARGE
    except (OSError, RuntimeError):
        # Its files are damaged, or went with a site that ends; the data are answered from disk.
        return _FAILED
    return 0


class _LimitedPipe:
    """A file in the eyes of the engine, which breaks off where its reader comes to have too much memory."""

    def __init__(self, sink: int, reader: int, limit: int) -> None:
        self._sink, self._reader, self._limit = sink, reader, limit
        self._writes = 0

    def write(self, data: bytes) -> int:
        if self._writes % _EVERY == 0 and resident_bytes(self._reader) > self._limit:
            raise MemoryError
        self._writes += 1
        view = memoryview(data)
        while view:
            view = view[os.write(self._sink, view) :]
        return len(data)

    def flush(self) -> None:
        """Nothing: what is written has gone."""


def own_memory() -> None:
    """Make the memory that a fork shares its own; nothing where the system cannot.

    The engine counts references within the data, so that the first query after a fork would copy them page by page,
    which takes several times as long.  A copy in huge pages is walked faster, above all when nobody has for a while.
    Source: madvise(2), MADV_COLLAPSE (Linux 6.1) and MADV_POPULATE_WRITE (Linux 5.14).
    """
    madvise = getattr(ctypes.CDLL(None), "madvise", None)
    if madvise is None or sys.platform != "linux":
        return
    for begin, end in _private_memory():
        for place in range(begin - begin % _PART, end, _PART):
            start, length = ctypes.c_void_p(max(begin, place)), min(end, place + _PART) - max(begin, place)
            whole = length == _PART and not madvise(start, ctypes.c_size_t(length), _COLLAPSE)
            if not whole and madvise(start, ctypes.c_size_t(length), _POPULATE_WRITE):
                return


def _private_memory() -> list[tuple[int, int]]:
    """Where the memory of this process is that no file is behind, stacks left out."""
    found: list[tuple[int, int]] = []
    for line in Path("/proc/self/maps").read_text(encoding="utf-8", errors="replace").splitlines():
        addresses, rights, _, _, file, *name = line.split(maxsplit=5)
        if rights == "rw-p" and file == "0" and (not name or name[0] == "[heap]"):
            begin, _, end = addresses.partition("-")
            found.append((int(begin, 16), int(end, 16)))
    return found


def address_space() -> int:
    """The bytes of addresses that this process has."""
    return _pages(os.getpid())[0] * os.sysconf("SC_PAGE_SIZE")


def resident_bytes(process: int) -> int:
    """The bytes of memory that a process has."""
    return _pages(process)[1] * os.sysconf("SC_PAGE_SIZE")


def _pages(process: int) -> list[int]:
    return [int(number) for number in Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()]


if __name__ == "__main__":
    # The engine is not asked to close what it has only read.
    os._exit(_sent(sys.argv[1], os.getppid(), int(sys.argv[2])))
