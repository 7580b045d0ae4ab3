"""A pool of worker processes: queries that take too long, or break their process, cost nobody else anything.

At most `size` queries run in the foreground.  One that has run for a slice makes room as soon as another query waits:
it is a long one from then on, has only the time that nobody else wants, and takes turns with other long ones
(`rotation`).  Queries of a kind that is known to be long are there from the start; the site's own questions have a
foreground of their own.

To be a long one, or to send more than a beginning, a query needs one of the places for them.  Where none is left it
begins anew when one is, or is refused; nothing has been sent by then.
When the time of a query is up its process is killed, and a warm spare takes its place.
Answers stream through a pipe, so that a slow reader slows its own worker only.  A query whose clients have all left
before its answer begins is ended too, or leaves the line (see `leaving`).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from converter.errors import QueryError
from server.sparql import ClientLeft, QueryTimeout, QueueFull, Request, WorkerDied
from server.sparql.client_disconnect import Joined, Wait
from server.sparql.long_queries import Rotation
from server.sparql.lower_priority import RETURNS
from server.sparql.query_kinds import LongKinds
from server.sparql.queues import Lane, Places
from server.sparql.ready_workers import Generation, Stock
from server.sparql.result_stream import SLICE, PoolAnswer
from server.sparql.worker import Opening
from server.sparql.worker_handle import EndedIdle, Worker

_SPARES = 8
"""Workers that stand by warm."""
_LEAST_WAIT = 0.001
"""Seconds between two looks at a query whose slice is nearly over."""
_LOOK = 0.25
"""Seconds between two looks whether a long query may be ended, so that another has its place."""
_LINE, _PATIENCE = 0.75, 0.5
"""How many of those who may wait may do so for a place of a long query, so that others still can; how much of its time
a query may wait for one, so that it can still use it."""


class _NoPlaceLeft(QueryError):
    """A query is long, and all places for long ones are taken."""


class Figures(NamedTuple):
    """How many queries run, are behind and wait, workers that stand by, and what has become of workers so far.

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

    `size` queries run in each foreground, `background` long ones are under way at most, and `queue` more may wait, no
    longer than the timeout.  A generation that takes at most `resident` bytes there is taken into memory.
    """

    def __init__(  # noqa: PLR0913 - the limits of a pool, each by its name
        self,
        store: Path,
        *,
        base: str,
        version: str = "1",
        journal: int | None = None,
        size: int = 2,
        timeout: float = 30.0,
        memory: int = 4 << 30,
        resident: int = 0,
        queue: int = 256,
        background: int = 24,
    ) -> None:
        self.timeout, self.resident = timeout, resident
        self._size, self._queue = size, queue
        self._state = threading.Lock()
        self._first, self._long, self._inside = self._lanes = (Lane(), Rotation(size), Lane())
        self._turning = threading.Condition(self._state)
        self._places = Places(background, timeout)
        self._known = LongKinds()
        self._kills = self._deaths = 0
        self._closed = False
        opening = Opening(str(store), memory, base)
        generation = Generation(version, journal, opening)
        self._stock = Stock(self._state, generation, hot=size, spares=_SPARES, limit=resident, told=self._tell)
        threading.Thread(target=self._rotate, name="turns", daemon=True).start()

    @property
    def version(self) -> str:
        """The version of the dataset that new queries see."""
        return self._stock.shown.version

    @property
    def shown(self) -> Generation:
        """The generation that new queries see."""
        return self._stock.shown

    @property
    def on_change(self) -> Callable[[], object]:
        """What is called when the generation that is shown is opened in another way."""
        return self._stock.on_change

    @on_change.setter
    def on_change(self, changed: Callable[[], object]) -> None:
        self._stock.on_change = changed

    def figures(self) -> Figures:
        """What the pool does now, and how many workers were killed in the middle of a query, or broken by one."""
        with self._state:
            running = {answer for lane in self._lanes for answer in lane.running}
            behind, waiting = len(self._places.taken - running), self._waiting()
            idle, resident = self._stock.idle, int(self._stock.opening.resident)
            return Figures(len(running), behind, waiting, idle, resident, self._kills, self._deaths)

    def ask(self, request: Request) -> PoolAnswer:
        """The answer, once `HOLD_BACK` bytes of it or its end are there.

        Raises QuerySyntax, QueryTimeout, QueueFull, WorkerDied, Refused or ClientLeft.
        """
        with Joined() as joined:
            return self._begun(request, joined.wait)

    def _begun(self, request: Request, wait: Wait) -> PoolAnswer:
        asked = time.monotonic()
        long = False
        while True:
            answer = self._acquire(request, asked, wait, long)
            wait.give_up = partial(self._give_up, answer)
            try:
                if wait.deserted:
                    raise ClientLeft
                answer.begin()
                self._let_go_on(answer)
            except (EndedIdle, _NoPlaceLeft) as fault:
                answer.close()
                long = long or isinstance(fault, _NoPlaceLeft)
            except BaseException:
                answer.close()
                raise
            else:
                wait.give_up = None
                return answer

    def _let_go_on(self, answer: PoolAnswer) -> None:
        """Give an answer that has begun a place, unless that was all of it.

        Raises _NoPlaceLeft where there is none, and the reason where it has been ended.
        """
        with self._state:
            if answer.finished:
                if answer.spent < SLICE:
                    self._known.discard(answer.request.query)
                elif not answer.behind:
                    self._known.add(answer.request.query)
            elif answer.ended:
                raise answer.ended
            elif not self._is_placed(answer) and not answer.request.inside:
                raise _NoPlaceLeft

    def use(
        self,
        store: Path,
        version: str,
        journal: int | None = None,
        before_shown: Callable[[], object] = int,
    ) -> None:
        """Let new queries see another generation; those that run finish on theirs.

        It is ready when `before_shown` is called, and shown as soon as that returns.
        Raises OSError or WorkerDied where it cannot be opened, and what `before_shown` raises.
        """
        self._stock.use(str(store), version, self._size + 1, journal, before_shown)

    def close(self) -> None:
        """End every process; queries that run end with an error."""
        with self._state:
            self._closed = True
            self._tell()
        self._stock.close()
        with self._state:
            for answer in self._places.taken.union(*(lane.running for lane in self._lanes)):
                # The thread that reads from it takes it down.
                answer.worker.stop()
        self._stock.end()

    def _release(self, answer: PoolAnswer) -> None:
        """Take a worker back; one that has not finished, grew, or has an old generation is replaced."""
        worker = answer.worker
        with self._state:
            self._deaths += answer.died
            self._kills += not answer.finished and not answer.died
            self._places.taken.discard(answer)
            for lane in self._lanes:
                lane.leave(answer)
            self._make_room(answer)
            useless: Worker | None = worker
            returns = RETURNS or not answer.behind
            if answer.finished and not answer.last and not answer.ended and returns:
                useless = self._stock.give_back(worker)
            else:
                self._stock.lose(worker)
            self._tell()
        if useless:
            useless.kill()

    def _give_up(self, answer: PoolAnswer) -> None:
        """End a query whose answer nobody waits for, unless it has been made meanwhile."""
        with self._state:
            if not answer.released:
                answer.end(ClientLeft())

    def _tell(self) -> None:
        """Wake the first in each line, and whoever gives long queries their turns: whom a change may concern."""
        for lane in self._lanes:
            if lane.line:
                lane.line[0].notify()
        if self._closed or self._long.is_wanted or self._places.is_one_behind:
            self._turning.notify()

    def _rotate(self) -> None:
        """Give long queries their turns; the life of a thread."""
        with self._state:
            while not self._closed:
                if self._places.is_unfair:
                    for answer in self._first.over(time.monotonic()):
                        self._set_back(self._first, answer)
                for answer in self._long.change(time.monotonic(), line_moves=self._line_moves):
                    self._make_room(answer)
                if self._long.line and self._has_room(self._long):
                    self._long.line[0].notify()
                self._turning.wait(self._next_change(time.monotonic()))

    @property
    def _line_moves(self) -> bool:
        """Whether a long query could begin, were it its turn."""
        return bool(self._stock.idle) and not self._places.full

    def _next_change(self, now: float) -> float | None:
        """Seconds until somebody is to make room for another; None where nobody is."""
        left = [self._long.next_change(now, line_moves=self._line_moves)]
        if self._places.is_unfair:
            left += [max(_LEAST_WAIT, answer.turn_left(now)) for answer in self._first.running]
        return min((seconds for seconds in left if seconds is not None), default=None)

    def _make_room(self, answer: PoolAnswer) -> None:
        """A query is in the foreground no more in which it began."""
        if answer.foreground:
            answer.foreground = False
            self._stock.make_room()

    def _lane(self, request: Request, long: bool) -> Lane:
        """Where a query belongs, by what is known now."""
        if request.inside:
            return self._inside
        return self._long if long or request.query in self._known else self._first

    def _acquire(self, request: Request, asked: float, wait: Wait, long: bool) -> PoolAnswer:
        """The right to ask a worker, in the foreground."""
        with self._state:
            lane: Lane | None = None
            # Who has stood in one line may belong to another by then.
            while lane is not (belongs := self._lane(request, long)):
                lane = belongs
                if lane is not self._long:
                    self._set_back_long(time.monotonic())
                if lane.line or not self._has_room(lane):
                    self._stand_in_line(lane, asked, wait)
            if self._closed:
                raise WorkerDied("the server is stopping")
            answer = PoolAnswer(self._stock.take(), self.version, request, asked, self.timeout, self._release)
            if belongs is self._long:
                answer.long = True
                # Who is behind has no time while others that are long have more than the time that is left.
                answer.behind = self._places.is_one_behind
                self._places.taken.add(answer)
                self._long.enter(answer)
            else:
                belongs.running.append(answer)
            self._tell()
            return answer

    def _has_room(self, lane: Lane) -> bool:
        if lane is self._long:
            return self._long.has_room and self._line_moves
        return len(lane.running) < self._size and bool(self._stock.idle)

    def _waiting(self) -> int:
        return sum(len(lane.line) for lane in self._lanes)

    def _wake(self, turn: threading.Condition) -> None:
        with self._state:
            turn.notify()

    def _stand_in_line(self, lane: Lane, asked: float, wait: Wait) -> None:
        """Wait for a room, first come, first served; the first in line makes it where a query has had its slice."""
        line, patience = (_LINE, _PATIENCE) if lane is self._long else (1, 1)
        if self._waiting() >= self._queue or len(lane.line) >= self._queue * line:
            raise QueueFull(f"{self._waiting()} queries are waiting; try again later")
        turn = threading.Condition(self._state)
        wait.give_up = partial(self._wake, turn)
        lane.line.append(turn)
        try:
            while not self._closed and (lane.line[0] is not turn or not self._has_room(lane)):
                if wait.deserted:
                    raise ClientLeft
                now = time.monotonic()
                left = asked + self.timeout * patience - now
                if left <= 0:
                    raise self._too_late(lane)
                if lane.line[0] is turn:
                    left = min(left, self._made_room(lane, now))
                if left:
                    turn.wait(left)
        finally:
            lane.line.remove(turn)
            self._tell()

    def _too_late(self, lane: Lane) -> QueryError:
        if lane is self._long:
            return QueueFull(f"{len(lane.line)} long queries wait for those that run; ask for less, or later")
        return QueryTimeout("no worker was free within the time that a query may take")

    def _made_room(self, lane: Lane, now: float) -> float:
        """0 where room has been made; else the seconds until another look."""
        if lane is self._long:
            freed = self._places.full and self._places.freed()
            return 0 if freed else _LOOK
        if len(lane.running) >= self._size:
            longest = lane.longest(now)
            if (left := longest.turn_left(now)) > 0:
                return max(left, _LEAST_WAIT)
            return 0 if self._set_back(lane, longest) else _LOOK
        return self.timeout

    def _set_back_long(self, now: float) -> None:
        """Let those that were known to be long, and have had their slice, not stand in the way of others that come."""
        for answer in self._long.over(now):
            if not answer.behind:
                answer.step_back()

    def _set_back(self, lane: Lane, answer: PoolAnswer) -> bool:
        """Move a long query to the others, or to their line where no place is left; whether its room is free."""
        if self._is_placed(answer):
            answer.step_back()
            if not answer.sends:
                self._long.join(answer)
        elif answer.request.inside:
            return False
        else:
            answer.end(_NoPlaceLeft())
        lane.running.remove(answer)
        self._make_room(answer)
        self._tell()
        return True

    def _is_placed(self, answer: PoolAnswer) -> bool:
        """Whether a query that turns out to be long has a place; a busy machine makes others look so."""
        if answer not in self._places.taken and (answer.sends or answer.spent >= SLICE):
            self._known.add(answer.request.query)
        return self._places.have(answer)
