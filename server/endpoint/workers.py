"""A pool of worker processes: queries that take too long, or break their process, cost nobody else anything.

At most `size` queries run in the foreground.  One that has run for a slice makes room as soon as another query waits:
it goes on in the background, where it has only the time that nobody else wants.  The site's own questions have a
foreground of their own.  When the time of a query is up its process is killed, and a warm spare takes its place.
Answers stream through a pipe, so that a slow reader slows its own worker only.
"""

from __future__ import annotations

import collections
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from server.endpoint import QuerySyntax, QueryTimeout, QueueFull, Refused, Request, WorkerDied
from server.endpoint.evaluator import Worker
from server.endpoint.worker import DATA, END, FAULT

HOLD_BACK = 65_536
"""Bytes of a result that are made before its status is sent: a fault within them has a true status."""
SLICE = 0.1
"""Seconds that a query has the foreground for itself when others wait."""

_STARTERS, _SPARES, _PAUSE = 2, 8, 0.5
"""Threads that start workers, workers that stand by warm, seconds between two starts that fail."""
_READERS_SHARE = 10
"""How many times the deadline an answer may take in all, most of it waiting for a slow reader."""


class Pool:
    """Workers on one generation; `timeout` in seconds, `memory` in bytes for each (0: no limit).

    `size` queries run in the foreground, `background` long ones behind them, and `queue` more may wait, no longer than
    the timeout.
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
        queue: int = 128,
        background: int = 24,
    ) -> None:
        self.timeout = timeout
        self._base, self._memory = base, memory
        self._size, self._queue, self._most_behind = size, queue, background
        self._store, self._version = store, version
        self._state = threading.Condition()
        self._foreground: dict[bool, list[PoolAnswer]] = {False: [], True: []}
        self._behind: set[PoolAnswer] = set()
        self._waiting = 0
        self._lines: dict[bool, collections.deque[object]] = {False: collections.deque(), True: collections.deque()}
        self._closed = False
        self._idle: collections.deque[Worker] = collections.deque()
        self._starting = 0
        for _ in range(_STARTERS):
            threading.Thread(target=self._start_workers, daemon=True).start()

    @property
    def version(self) -> str:
        """The version of the dataset that new queries see."""
        return self._version

    def ask(self, request: Request) -> PoolAnswer:
        """The answer, once `HOLD_BACK` bytes of it or its end are there.

        Raises QuerySyntax, QueryTimeout, QueueFull, WorkerDied or Refused.
        """
        answer = self._acquire(time.monotonic(), inside=request.inside)
        try:
            answer.begin(request)
        except BaseException:
            answer.close()
            raise
        return answer

    def use(self, store: Path, version: str) -> None:
        """Let new queries see another generation; those that run finish on theirs."""
        fresh = collections.deque(Worker(store, self._memory, self._base) for _ in range(self._size + 1))
        for worker in fresh:
            worker.wait_ready()
        with self._state:
            self._store, self._version = store, version
            old, self._idle = self._idle, fresh
            self._state.notify_all()
        for worker in old:
            worker.kill()

    def close(self) -> None:
        """End every process; queries that run end with an error."""
        with self._state:
            self._closed = True
            idle = [*self._idle]
            self._idle.clear()
            running = [*self._foreground[False], *self._foreground[True], *self._behind]
            self._state.notify_all()
        for worker in idle:
            worker.kill()
        for answer in running:
            # The thread that reads from it takes it down.
            answer.worker.stop()

    def release(self, answer: PoolAnswer, *, whole: bool) -> None:
        """Take a worker back; one that has not finished, stood behind or has an old generation is replaced."""
        with self._state:
            behind = answer in self._behind
            self._behind.discard(answer)
            for lane in self._foreground.values():
                if answer in lane:
                    lane.remove(answer)
            keep = whole and not behind and answer.worker.store == self._store and not self._closed
            if keep:
                # The warm ones are taken first.
                self._idle.appendleft(answer.worker)
            self._state.notify_all()
        if not keep:
            answer.worker.kill()

    def _start_workers(self) -> None:
        """Keep spares warm, so that no query pays for a start; the life of a starting thread."""
        while True:
            with self._state:
                self._state.wait_for(lambda: self._closed or self._lacks_workers())
                if self._closed:
                    return
                self._starting += 1
                store = self._store
            worker = Worker(store, self._memory, self._base)
            ready = self._is_ready(worker)
            with self._state:
                self._starting -= 1
                wanted = ready and not self._closed and store == self._store
                if wanted:
                    self._idle.append(worker)
                self._state.notify_all()
            if not wanted:
                worker.kill()
            if not ready:
                time.sleep(_PAUSE)

    def _is_ready(self, worker: Worker) -> bool:
        try:
            worker.wait_ready()
        except (WorkerDied, QueryTimeout):
            return False
        return True

    def _lacks_workers(self) -> bool:
        ready = len(self._idle) + self._starting + sum(map(len, self._foreground.values()))
        return ready < self._size + _SPARES

    def _acquire(self, started: float, *, inside: bool) -> PoolAnswer:
        """The right to ask a worker, in the foreground."""
        with self._state:
            if self._lines[inside] or not self._has_room(inside=inside):
                if self._waiting >= self._queue:
                    raise QueueFull(f"{self._waiting} queries are waiting; try again later")
                self._wait(started + self.timeout, inside=inside)
            if self._closed:
                raise WorkerDied("the server is stopping")
            answer = PoolAnswer(self, self._idle.popleft(), started)
            self._foreground[inside].append(answer)
            return answer

    def _has_room(self, *, inside: bool) -> bool:
        """Whether a query may begin; the last warm worker is the site's own."""
        return len(self._foreground[inside]) < self._size and self._has_warm(inside=inside)

    def _has_warm(self, *, inside: bool) -> bool:
        return len(self._idle) >= (1 if inside else 2)

    def _wait(self, deadline: float, *, inside: bool) -> None:
        """Wait for a place, and make one where a query has had its slice."""
        lane = self._foreground[inside]
        # First come, first served: a thread that has just given its place back must not take it again before others.
        line, ticket = self._lines[inside], object()
        line.append(ticket)
        self._waiting += 1
        try:
            while (line[0] is not ticket or not self._has_room(inside=inside)) and not self._closed:
                now = time.monotonic()
                if now >= deadline:
                    raise QueryTimeout("no worker was free within the time that a query may take")
                # Without a warm worker to take over, setting a query back would only cost one more start.
                movable = lane if len(lane) >= self._size and self._has_warm(inside=inside) else []
                oldest = min(movable, key=lambda answer: answer.begun, default=None)
                if oldest and now >= oldest.begun + SLICE:
                    self._set_back(lane, oldest)
                else:
                    until = min(oldest.begun + SLICE, deadline) if oldest else deadline
                    self._state.wait(until - now)
        finally:
            self._waiting -= 1
            line.remove(ticket)
            self._state.notify_all()

    def _set_back(self, lane: list[PoolAnswer], answer: PoolAnswer) -> None:
        """Move a long query behind the others, or end it where too many are there already."""
        lane.remove(answer)
        if len(self._behind) >= self._most_behind:
            answer.end(QueueFull(f"{len(self._behind)} long queries run already; try again later, or ask for less"))
        else:
            answer.worker.step_back()
        self._behind.add(answer)
        self._state.notify_all()


class PoolAnswer:
    """The bytes of one result; leaving it before its end kills the worker."""

    def __init__(self, pool: Pool, worker: Worker, asked: float) -> None:
        self._pool, self.worker = pool, worker
        self.begun = time.monotonic()
        """When a worker took the query."""
        self.queued = self.begun - asked
        """Seconds that the query waited for a worker."""
        self._deadline = asked + pool.timeout
        self._last = self._deadline + pool.timeout * _READERS_SHARE
        self._held: list[bytes] = []
        self._whole = False
        self._released = False
        self._ended: QueueFull | None = None

    @property
    def whole(self) -> tuple[bytes, ...] | None:
        """The bytes of an answer that its beginning was all of."""
        return tuple(data for data in self._held if data) if self._whole else None

    def begin(self, request: Request) -> None:
        """Ask, and read the beginning, in which a fault still has a true status."""
        self.worker.send(request)
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
            self._pool.release(self, whole=self._whole)

    def end(self, reason: QueueFull) -> None:
        """Kill the worker; who reads the answer is told the reason."""
        self._ended = reason
        self.worker.stop()

    def _next(self) -> bytes:
        try:
            kind, data = self.worker.frame(self._deadline)
        except WorkerDied:
            if self._ended:
                raise self._ended from None
            raise
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
