"""A pool of worker processes: queries that take too long, or break their process, cost nobody else anything.

A query runs in a process of its own generation's pool.  When its time is up the process is killed, and a spare that
is warm already takes its place.  Answers stream through a pipe, so that a slow reader slows its own worker only.
"""

from __future__ import annotations

import collections
import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from server.endpoint import QuerySyntax, QueryTimeout, QueueFull, Refused, Request, WorkerDied
from server.endpoint.worker import DATA, END, FAULT, HEAD, LENGTH, READY

HOLD_BACK = 65_536
"""Bytes of a result that are made before its status is sent: a fault within them has a true status."""

_START = 20.0
"""Seconds that a worker may take to open its generation."""
_READERS_SHARE = 10
"""How many times the deadline an answer may take in all, most of it waiting for a slow reader."""


class Worker:
    """One process, and the pipe to it."""

    def __init__(self, store: Path, memory: int, base: str) -> None:
        self.store = store
        self._ready = False
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", "server.endpoint.worker", str(store), str(memory), base],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            start_new_session=True,
        )

    def send(self, request: Request) -> None:
        """Give the worker a query."""
        assert self._process.stdin is not None  # noqa: S101 - PIPE says so
        data = msgspec.msgpack.encode(request)
        try:
            self._process.stdin.write(LENGTH.pack(len(data)) + data)
        except BrokenPipeError:
            raise self._died() from None

    def frame(self, deadline: float) -> tuple[bytes, bytes]:
        """The next frame: its kind and its data.

        Raises QueryTimeout at the deadline (of time.monotonic), WorkerDied where the process ended.
        """
        if not self._ready:
            kind, _ = self._frame(time.monotonic() + _START)
            if kind != READY:
                raise WorkerDied("a worker could not open the store")
            self._ready = True
        return self._frame(deadline)

    def kill(self) -> None:
        """End the process at once."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()

    def _frame(self, deadline: float) -> tuple[bytes, bytes]:
        kind, length = HEAD.unpack(self._read(HEAD.size, deadline))
        return kind, self._read(length, deadline)

    def _read(self, length: int, deadline: float) -> bytes:
        assert self._process.stdout is not None  # noqa: S101 - PIPE says so
        descriptor = self._process.stdout.fileno()
        parts = []
        while length:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([descriptor], [], [], left)[0]:
                raise QueryTimeout("the query took longer than is allowed")
            part = os.read(descriptor, length)
            if not part:
                raise self._died()
            parts.append(part)
            length -= len(part)
        return b"".join(parts)

    def _died(self) -> WorkerDied:
        try:
            code = self._process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            code = 0
        if code == -signal.SIGSEGV:
            return WorkerDied("the query is nested too deep to be evaluated; make it flatter")
        return WorkerDied("the query needs more memory than is allowed, or broke its evaluation; make it smaller")


class Pool:
    """Workers on one generation; `timeout` in seconds, `memory` in bytes for each (0: no limit).

    `size` queries run at one time and `queue` more may wait, no longer than the timeout.
    """

    def __init__(  # noqa: PLR0913 - the limits of a pool, each by its name
        self,
        store: Path,
        *,
        base: str,
        version: str = "1",
        size: int = 2,
        timeout: float = 30.0,
        memory: int = 4 << 30,
        queue: int = 64,
    ) -> None:
        self.timeout = timeout
        self._base, self._memory, self._size, self._queue = base, memory, size, queue
        self._store, self._version = store, version
        self._state = threading.Condition()
        self._busy = 0
        self._waiting = 0
        self._closed = False
        # One more than may work at one time: the spare that replaces a killed one without a wait.
        self._idle = collections.deque(self._new() for _ in range(size + 1))
        self._all: set[Worker] = set(self._idle)

    @property
    def version(self) -> str:
        """The version of the dataset that new queries see."""
        return self._version

    def ask(self, request: Request) -> PoolAnswer:
        """The answer, once `HOLD_BACK` bytes of it or its end are there.

        Raises QuerySyntax, QueryTimeout, QueueFull, WorkerDied or Refused.
        """
        deadline = time.monotonic() + self.timeout
        worker = self._acquire(deadline)
        answer = PoolAnswer(self, worker, deadline)
        try:
            worker.send(request)
            answer.begin()
        except BaseException:
            answer.close()
            raise
        return answer

    def use(self, store: Path, version: str) -> None:
        """Let new queries see another generation; those that run finish on theirs."""
        with self._state:
            self._store, self._version = store, version
            old, self._idle = self._idle, collections.deque(self._new() for _ in range(self._size + 1 - self._busy))
            self._all -= set(old)
            self._all |= set(self._idle)
        for worker in old:
            worker.kill()

    def close(self) -> None:
        """End every process; queries that run end with an error."""
        with self._state:
            self._closed = True
            workers, self._all = self._all, set()
            self._idle.clear()
            self._state.notify_all()
        for worker in workers:
            worker.kill()

    def release(self, worker: Worker, *, whole: bool) -> None:
        """Take a worker back; one that has not finished, or has an old generation, is replaced."""
        keep = whole and worker.store == self._store
        if not keep:
            worker.kill()
        with self._state:
            self._busy -= 1
            self._all.discard(worker)
            if not self._closed:
                fresh = worker if keep else self._new()
                self._all.add(fresh)
                # The warm ones are taken first.
                self._idle.appendleft(fresh) if keep else self._idle.append(fresh)
            self._state.notify()

    def _new(self) -> Worker:
        return Worker(self._store, self._memory, self._base)

    def _acquire(self, deadline: float) -> Worker:
        with self._state:
            if self._busy >= self._size:
                if self._waiting >= self._queue:
                    raise QueueFull(f"{self._waiting} queries are waiting; try again later")
                self._wait(deadline)
            if self._closed:
                raise WorkerDied("the server is stopping")
            self._busy += 1
            return self._idle.popleft()

    def _wait(self, deadline: float) -> None:
        self._waiting += 1
        try:
            while self._busy >= self._size and not self._closed:
                left = deadline - time.monotonic()
                if left <= 0 or not self._state.wait(left):
                    raise QueryTimeout("no worker was free within the time that a query may take")
        finally:
            self._waiting -= 1


class PoolAnswer:
    """The bytes of one result; leaving it before its end kills the worker."""

    def __init__(self, pool: Pool, worker: Worker, deadline: float) -> None:
        self._pool, self._worker = pool, worker
        self._deadline = deadline
        self._last = deadline + pool.timeout * _READERS_SHARE
        self._held: list[bytes] = []
        self._whole = False
        self._released = False

    def begin(self) -> None:
        """Read the beginning, in which a fault still has a true status."""
        length = 0
        while not self._whole and length < HOLD_BACK:
            data = self._next()
            self._held.append(data)
            length += len(data)

    def __iter__(self) -> Iterator[bytes]:
        """Yield the bytes; a fault after the beginning ends the iteration with its exception."""
        held, self._held = self._held, []
        yield from (data for data in held if data)
        while not self._whole:
            # A slow reader does not use up the time of its query.
            self._deadline = min(time.monotonic() + self._pool.timeout, self._last)
            if data := self._next():
                yield data
        self.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the worker back, killed where it has not finished."""
        if not self._released:
            self._released = True
            self._pool.release(self._worker, whole=self._whole)

    def _next(self) -> bytes:
        kind, data = self._worker.frame(self._deadline)
        if kind == DATA:
            return data
        self._whole = True
        if kind == END:
            self.close()
            return b""
        if kind != FAULT:
            raise WorkerDied("a worker answered in a way that is not known")
        self.close()
        told = json.loads(data)
        if told["kind"] == "syntax":
            raise QuerySyntax(told["message"], told["line"], told["column"])
        if "Permission denied" in told["message"] or "SERVICE" in told["message"]:
            raise Refused("the query asks another server, which this endpoint never does")
        raise WorkerDied(told["message"])
