"""A pool of worker processes: queries that take too long, or break their process, cost nobody else anything.

At most `size` queries run in the foreground.  One that has run for a slice makes room as soon as another query waits:
it goes on in the background, where it has only the time that nobody else wants.  The site's own questions have a
foreground of their own.  When the time of a query is up its process is killed, and a warm spare takes its place.
Answers stream through a pipe, so that a slow reader slows its own worker only.  A query whose clients have all left
before its answer begins is ended too, or leaves the line (see `leaving`).
"""

from __future__ import annotations

import threading
import time
from collections import deque
from functools import partial
from pathlib import Path
from typing import NamedTuple

from server.endpoint import ClientLeft, QueryTimeout, QueueFull, Request, WorkerDied
from server.endpoint.evaluator import EndedIdle, Worker
from server.endpoint.leaving import Joined, Wait
from server.endpoint.result import PoolAnswer
from server.endpoint.stock import Stock
from server.endpoint.worker import Opening

_SPARES = 8
"""Workers that stand by warm."""
_LEAST_WAIT = 0.001
"""Seconds between two looks at a query whose slice is nearly over."""


class _Lane:
    """The queries that run in a foreground, and those who stand in line for it."""

    def __init__(self) -> None:
        self.running: list[PoolAnswer] = []
        self.line: deque[threading.Condition] = deque()


class Figures(NamedTuple):
    """How many queries run, run behind and wait, workers that stand by, and what has become of workers so far.

    `resident` is 1 where the workers have all of the data in memory.
    """

    running: int
    background: int
    waiting: int
    idle: int
    resident: int
    kills: int
    deaths: int


class Pool:
    """Workers on one generation; `timeout` in seconds, `memory` in bytes for each (0: no limit).

    `size` queries run in the foreground, `background` long ones behind them, and `queue` more may wait, no longer than
    the timeout.  A generation that takes at most `resident` bytes there is taken into memory.
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
        resident: int = 0,
        queue: int = 256,
        background: int = 24,
    ) -> None:
        self.timeout, self.resident = timeout, resident
        self._size, self._queue, self._most_behind = size, queue, background
        self._state = threading.Lock()
        self._lanes = {False: _Lane(), True: _Lane()}
        self._behind: set[PoolAnswer] = set()
        self._kills = self._deaths = 0
        self._closed = False
        opening = Opening(str(store), memory, base)
        self._stock = Stock(self._state, opening, version, hot=size, spares=_SPARES, limit=resident, told=self._tell)

    @property
    def version(self) -> str:
        """The version of the dataset that new queries see."""
        return self._stock.version

    def figures(self) -> Figures:
        """What the pool does now, and how many workers were killed in the middle of a query, or broken by one."""
        with self._state:
            lanes = self._lanes.values()
            running, waiting = sum(len(lane.running) for lane in lanes), sum(len(lane.line) for lane in lanes)
            stock = self._stock
            resident = int(stock.opening.resident)
            return Figures(running, len(self._behind), waiting, stock.idle, resident, self._kills, self._deaths)

    def ask(self, request: Request) -> PoolAnswer:
        """The answer, once `HOLD_BACK` bytes of it or its end are there.

        Raises QuerySyntax, QueryTimeout, QueueFull, WorkerDied, Refused or ClientLeft.
        """
        with Joined() as joined:
            return self._begun(request, joined.wait)

    def _begun(self, request: Request, wait: Wait) -> PoolAnswer:
        asked = time.monotonic()
        while True:
            answer = self._acquire(asked, self._lanes[request.inside], wait)
            wait.give_up = partial(self._give_up, answer)
            try:
                if wait.deserted:
                    raise ClientLeft
                answer.begin(request)
            except EndedIdle:
                answer.close()
            except BaseException:
                answer.close()
                raise
            else:
                wait.give_up = None
                return answer

    def use(self, store: Path, version: str) -> None:
        """Let new queries see another generation; those that run finish on theirs.

        Raises OSError or WorkerDied where it cannot be opened.
        """
        self._stock.use(str(store), version, self._size + 1)

    def lend(self) -> tuple[Worker, str]:
        """A worker that is nobody else's until it is killed, and the version of the data that it has.

        Raises OSError or WorkerDied where there can be none.
        """
        return self._stock.lend()

    @property
    def shown(self) -> tuple[str, Opening]:
        """The version of the data that new queries see, and how a worker opens them."""
        return self._stock.shown

    def is_current(self, worker: Worker) -> bool:
        """Whether a worker has what new queries see."""
        return worker.opening == self._stock.opening

    @property
    def closed(self) -> bool:
        """Whether it has been closed."""
        return self._closed

    def close(self) -> None:
        """End every process; queries that run end with an error."""
        with self._state:
            self._closed = True
            running = [*self._lanes[False].running, *self._lanes[True].running, *self._behind]
            self._tell()
        self._stock.close()
        for answer in running:
            # The thread that reads from it takes it down.
            answer.worker.stop()
        self._stock.end()

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
            keep = False
            if not behind and answer.finished and not answer.last and not answer.ended:
                keep = self._stock.give_back(answer.worker)
            elif not behind:
                self._stock.leave()
            self._tell()
        if not keep:
            answer.worker.kill()

    def _give_up(self, answer: PoolAnswer) -> None:
        """End a query whose answer nobody waits for, unless it has been made meanwhile."""
        with self._state:
            if not answer.released:
                answer.end(ClientLeft())

    def _tell(self) -> None:
        """Wake the first in each line, whom a change may concern."""
        for lane in self._lanes.values():
            if lane.line:
                lane.line[0].notify()

    def _acquire(self, asked: float, lane: _Lane, wait: Wait) -> PoolAnswer:
        """The right to ask a worker, in the foreground."""
        with self._state:
            if lane.line or not self._has_room(lane):
                self._stand_in_line(lane, asked + self.timeout, wait)
            if self._closed:
                raise WorkerDied("the server is stopping")
            answer = PoolAnswer(self._stock.take(), asked, self.timeout, self._release)
            lane.running.append(answer)
            self._tell()
            return answer

    def _has_room(self, lane: _Lane) -> bool:
        return len(lane.running) < self._size and bool(self._stock.idle)

    def _wake(self, turn: threading.Condition) -> None:
        with self._state:
            turn.notify()

    def _stand_in_line(self, lane: _Lane, deadline: float, wait: Wait) -> None:
        """Wait for a place, first come, first served; the first in line makes one where a query has had its slice."""
        waiting = sum(len(each.line) for each in self._lanes.values())
        if waiting >= self._queue:
            raise QueueFull(f"{waiting} queries are waiting; try again later")
        turn = threading.Condition(self._state)
        wait.give_up = partial(self._wake, turn)
        lane.line.append(turn)
        try:
            while not self._closed and (lane.line[0] is not turn or not self._has_room(lane)):
                if wait.deserted:
                    raise ClientLeft
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
        """Move a long query behind the others; where too many are there, the one that has taken most time is ended.

        Those that have sent nothing go first, since they can still be told why.
        """
        lane.running.remove(answer)
        self._behind.add(answer)
        self._stock.leave()
        answer.worker.step_back()
        running = [behind for behind in self._behind if not behind.ended]
        if len(running) > self._most_behind:
            dearest = max(running, key=lambda behind: (not behind.sends, behind.spent))
            dearest.end(QueueFull(f"{len(running)} long queries run, and this has run longest; ask for less, or later"))
