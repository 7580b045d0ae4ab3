"""A pool of worker processes: queries that take too long, or break their process, cost nobody else anything.

At most `size` queries run in the foreground.  One that has run for a slice makes room as soon as another query waits:
it goes on in the background, where it has only the time that nobody else wants.  The site's own questions have a
foreground of their own.  When the time of a query is up its process is killed, and a warm spare takes its place.
Answers stream through a pipe, so that a slow reader slows its own worker only.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import msgspec

from converter.errors import QueryError
from server.endpoint import QueryTimeout, QueueFull, Request, WorkerDied
from server.endpoint.evaluator import EndedIdle, Worker
from server.endpoint.nursery import Nursery
from server.endpoint.result import PoolAnswer
from server.endpoint.worker import Opening

_SPARES, _AT_ONCE, _PAUSE = 8, 4, 0.5
"""Workers that stand by warm; how many are made at once; seconds between two starts that fail."""
_LEAST_WAIT = 0.001
"""Seconds between two looks at a query whose slice is nearly over."""


class _Lane:
    """The queries that run in a foreground, and those who stand in line for it."""

    def __init__(self) -> None:
        self.running: list[PoolAnswer] = []
        self.line: deque[threading.Condition] = deque()


class Figures(NamedTuple):
    """How many queries run, run behind and wait, workers that stand by, and what has become of workers so far."""

    running: int
    background: int
    waiting: int
    idle: int
    kills: int
    deaths: int


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
        queue: int = 256,
        background: int = 24,
    ) -> None:
        self.timeout = timeout
        self._size, self._queue, self._most_behind = size, queue, background
        self._opening, self._version = Opening(str(store), memory, base), version
        self._nursery = Nursery(base)
        self._state = threading.Lock()
        self._lacking = threading.Condition(self._state)
        self._lanes = {False: _Lane(), True: _Lane()}
        self._behind: set[PoolAnswer] = set()
        self._idle: deque[Worker] = deque()
        self._kills = self._deaths = 0
        self._closed = False
        threading.Thread(target=self._keep_warm, daemon=True).start()

    @property
    def version(self) -> str:
        """The version of the dataset that new queries see."""
        return self._version

    def figures(self) -> Figures:
        """What the pool does now, and how many workers were killed in the middle of a query, or broken by one."""
        with self._state:
            lanes = self._lanes.values()
            running, waiting = sum(len(lane.running) for lane in lanes), sum(len(lane.line) for lane in lanes)
            return Figures(running, len(self._behind), waiting, len(self._idle), self._kills, self._deaths)

    def ask(self, request: Request) -> PoolAnswer:
        """The answer, once `HOLD_BACK` bytes of it or its end are there.

        Raises QuerySyntax, QueryTimeout, QueueFull, WorkerDied or Refused.
        """
        asked = time.monotonic()
        while True:
            answer = self._acquire(asked, self._lanes[request.inside])
            try:
                answer.begin(request)
            except EndedIdle:
                answer.close()
            except BaseException:
                answer.close()
                raise
            else:
                return answer

    def use(self, store: Path, version: str) -> None:
        """Let new queries see another generation; those that run finish on theirs.

        Raises OSError or WorkerDied where it cannot be opened.
        """
        opening = msgspec.structs.replace(self._opening, store=str(store))
        fresh = self._made(opening, self._size + 1)
        with self._state:
            self._opening, self._version = opening, version
            old, self._idle = self._idle, fresh
            self._tell()
        _end(old)

    def close(self) -> None:
        """End every process; queries that run end with an error."""
        with self._state:
            self._closed = True
            idle, self._idle = self._idle, deque()
            running = [*self._lanes[False].running, *self._lanes[True].running, *self._behind]
            self._tell()
        _end(idle)
        for answer in running:
            # The thread that reads from it takes it down.
            answer.worker.stop()
        self._nursery.close()

    def _release(self, answer: PoolAnswer) -> None:
        """Take a worker back; one that has not finished, stood behind, grew or has an old generation is replaced."""
        with self._state:
            self._deaths += answer.died
            self._kills += not answer.finished and not answer.died
            behind = answer in self._behind
            self._behind.discard(answer)
            for lane in self._lanes.values():
                if answer in lane.running:
                    lane.running.remove(answer)
            fit = answer.finished and not answer.last and answer.worker.opening == self._opening
            keep = fit and not behind and not self._closed
            if keep:
                # The warm ones are taken first.
                self._idle.appendleft(answer.worker)
            self._tell()
        if not keep:
            answer.worker.kill()

    def _tell(self) -> None:
        """Wake whom a change may concern: who makes workers, and the first in each line."""
        self._lacking.notify()
        for lane in self._lanes.values():
            if lane.line:
                lane.line[0].notify()

    def _keep_warm(self) -> None:
        """Keep spares warm, so that no query pays for a start; the life of a thread."""
        while True:
            with self._state:
                self._lacking.wait_for(lambda: self._closed or self._lacking_workers())
                if self._closed:
                    return
                number, opening = min(self._lacking_workers(), _AT_ONCE), self._opening
            try:
                fresh = self._made(opening, number)
            except (OSError, QueryError):
                time.sleep(_PAUSE)
                continue
            with self._state:
                wanted = opening == self._opening and not self._closed
                if wanted:
                    self._idle.extend(fresh)
                    self._tell()
            if not wanted:
                _end(fresh)

    def _made(self, opening: Opening, number: int) -> deque[Worker]:
        """So many workers, which open their generation at the same time.

        Raises OSError or WorkerDied where one of them cannot.
        """
        fresh: deque[Worker] = deque()
        try:
            for _ in range(number):
                fresh.append(Worker(self._nursery, opening))
            for worker in fresh:
                worker.wait_ready()
        except BaseException:
            _end(fresh)
            raise
        return fresh

    def _lacking_workers(self) -> int:
        foreground = sum(len(lane.running) for lane in self._lanes.values())
        return max(0, self._size + _SPARES - foreground - len(self._idle))

    def _acquire(self, asked: float, lane: _Lane) -> PoolAnswer:
        """The right to ask a worker, in the foreground."""
        with self._state:
            if lane.line or not self._has_room(lane):
                self._wait(lane, asked + self.timeout)
            if self._closed:
                raise WorkerDied("the server is stopping")
            answer = PoolAnswer(self._idle.popleft(), asked, self.timeout, self._release)
            lane.running.append(answer)
            self._tell()
            return answer

    def _has_room(self, lane: _Lane) -> bool:
        return len(lane.running) < self._size and bool(self._idle)

    def _wait(self, lane: _Lane, deadline: float) -> None:
        """Wait for a place, first come, first served; the first in line makes one where a query has had its slice."""
        waiting = sum(len(each.line) for each in self._lanes.values())
        if waiting >= self._queue:
            raise QueueFull(f"{waiting} queries are waiting; try again later")
        turn = threading.Condition(self._state)
        lane.line.append(turn)
        try:
            while not self._closed and (lane.line[0] is not turn or not self._has_room(lane)):
                now = time.monotonic()
                if now >= deadline:
                    raise QueryTimeout("no worker was free within the time that a query may take")
                left = deadline - now
                if lane.line[0] is turn and len(lane.running) >= self._size:
                    longest = min(lane.running, key=lambda answer: answer.turn_left(now))
                    if longest.turn_left(now) <= 0:
                        self._set_back(lane, longest)
                        continue
                    left = min(left, max(longest.turn_left(now), _LEAST_WAIT))
                turn.wait(left)
        finally:
            lane.line.remove(turn)
            self._tell()

    def _set_back(self, lane: _Lane, answer: PoolAnswer) -> None:
        """Move a long query behind the others; where too many are there, the one that has taken most time is ended."""
        lane.running.remove(answer)
        self._behind.add(answer)
        answer.worker.step_back()
        running = [behind for behind in self._behind if not behind.ended]
        if len(running) > self._most_behind:
            dearest = max(running, key=lambda behind: behind.spent)
            dearest.end(QueueFull(f"{len(running)} long queries run, and this has run longest; ask for less, or later"))


def _end(workers: Iterable[Worker]) -> None:
    for worker in workers:
        worker.kill()
