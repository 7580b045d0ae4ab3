"""A pool of worker processes: queries that take too long, or break their process, cost nobody else anything.

Priorities.  `size` queries run in the foreground.  One that has run for a slice makes room as soon as others want it:
it is a long one from then on, and goes on at low priority, as all do that send already; where enough long ones run
there, it waits with others and begins anew when it is its turn.  After a second of the processor it has only
the time that nobody else wants.  So short queries stand behind nothing, long ones come one after the other, and before
those that never end: the kernel shares the time, and no process is stopped.  Kinds of queries that are known to be
long wait at once.  The site's own queries (`Request.inside`) have a foreground of their own, and wait for
none of these.

Clients.  Of those who wait, the one comes first whose client has fewest queries under way; no client has all places.

Places.  To be a long one, or to send more than a beginning, a query needs one of `background` places.  Where none is
left it begins anew when one is, or is refused; nothing has been sent by then.  Who has a place goes on to its end: no
work is thrown away to begin other work, but for readers that are too slow and queries that are too costly.

Ends.  When the time of a query is up its process is killed, and a spare takes its place.  A query whose worker ended
with the process that made it is asked again, once.  Answers stream through a pipe, so that a slow reader slows its own
worker only.  A query whose clients have all left before its answer begins is ended too, or leaves the queue (see
`client_disconnect`).
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from cachetools import LRUCache

from converter.errors import QueryError
from server.sparql import ClientLeft, QueryTimeout, QueueFull, Request, WorkerDied
from server.sparql.client_disconnect import Wait, current_wait
from server.sparql.generations import Generations
from server.sparql.lexer import kind
from server.sparql.lower_priority import RETURNS, Priority
from server.sparql.pool_answer import SLICE, PoolAnswer
from server.sparql.ready_workers import Generation
from server.sparql.worker import Opening
from server.sparql.worker_process import EndedIdle, EndedWithMaker, Worker

_MORE_LOW = 6
"""How many more long queries run at low priority than short ones in the foreground."""
_LEAST_WAIT, _LOOK = 0.001, 0.25
"""Seconds between two looks at a query whose slice is nearly over, and whether a long query may be ended."""
_LONG_PART, _LONG_WAIT = 0.75, 0.5
"""How many of those who may wait may do so for a place of a long query, so that others still can; how much of its time
a query may wait for one, so that it can still use it."""
_FAILURES = 3
"""How often in a row no worker may be made until nobody waits for one."""
_COSTLY = 0.1
"""The part of its time that a query may have of the processor without sending anything, where others want its place."""
_KINDS, _IN_A_ROW = 1_000, 3
"""Kinds that are remembered; how many queries of a kind were long, and none was not, where it is taken for long."""


class _NoPlaceLeft(QueryError):
    """A query is long, and all places for long ones are taken."""


class Figures(NamedTuple):
    """How many queries run, are of lower priority and wait, workers that are ready, and what became of workers so far.

    `resident` is 1 where the workers have all of the data in memory.
    """

    running: int
    background: int
    waiting: int
    idle: int
    resident: int
    kills: int
    deaths: int


class LongKinds:
    """The kinds of queries that are long, by those that were asked last."""

    def __init__(self) -> None:
        self._kinds: LRUCache[str, int] = LRUCache(_KINDS)

    def __contains__(self, query: str) -> bool:
        # Where nothing was long, which is most of the time, no query is looked at.
        return bool(self._kinds) and self._kinds.get(kind(query), 0) >= _IN_A_ROW

    def add(self, query: str) -> None:
        """Remember that a query was long."""
        self._kinds[kind(query)] = self._kinds.get(kind(query), 0) + 1

    def discard(self, query: str) -> None:
        """Remember that a query was not long."""
        if self._kinds:
            self._kinds.pop(kind(query), None)


class _Waiting(NamedTuple):
    """One who waits for a worker; `turn` is notified when it may be its turn."""

    client: str
    turn: threading.Condition


class _Queue:
    """The queries that run at one priority, and those who wait for room there."""

    def __init__(self) -> None:
        self.running: list[PoolAnswer] = []
        self.waiting: list[_Waiting] = []

    def over(self, now: float) -> list[PoolAnswer]:
        """Those that have had their slice, the longest over it first."""
        left = sorted((answer.turn_left(now), place) for place, answer in enumerate(self.running))
        return [self.running[place] for seconds, place in left if seconds <= 0]

    def next_over(self, now: float) -> Iterator[float]:
        """Yield the seconds after which each is to be looked at again."""
        for left in (answer.turn_left(now) for answer in self.running):
            yield max(_LEAST_WAIT, left) if left > 0 else _LOOK


class Pool:
    """Workers on one generation; `timeout` in seconds, `memory` in bytes for each (0: no limit).

    `size` queries run in each foreground, `background` long ones are under way at most, and `queue` more may wait, no
    longer than the timeout.  `one_client` is the part of the long ones, and of those who wait, that one client may
    have.  A generation that takes at most `resident` bytes there is loaded into memory.
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
        background: int = 32,
        one_client: float = 0.75,
    ) -> None:
        self.timeout, self.resident = timeout, resident
        self._size, self._most_waiting, self._background = size, queue, background
        self._one_client = one_client
        self._state = threading.Lock()
        self._foreground, self._inside, self._low = self._queues = (_Queue(), _Queue(), _Queue())
        self._sending = _Queue()
        """Those that send at low priority: their readers set the pace, and they stand in nobody's way."""
        self._placed: set[PoolAnswer] = set()
        """The queries that have a place."""
        self._changing = threading.Condition(self._state)
        self._known = LongKinds()
        self._kills = self._deaths = 0
        self._closed = False
        generation = Generation(version, journal, Opening(str(store), memory, base))
        self._generations = Generations(
            self._state, generation, size=size, spares=2 * size + _MORE_LOW, limit=resident, changed=self._notify
        )
        threading.Thread(target=self._share, name="priorities", daemon=True).start()

    @property
    def version(self) -> str:
        """The version of the dataset that new queries see."""
        return self.shown.version

    @property
    def shown(self) -> Generation:
        """The generation that new queries see."""
        return self._generations.shown

    def on_change(self, call: Callable[[], object]) -> None:
        """Call it whenever the generation that is shown is opened in another way."""
        self._generations.on_change = call

    def figures(self) -> Figures:
        """What the pool does now, and how many workers were killed in the middle of a query, or broken by one."""
        with self._state:
            running = {answer for queue in self._queues for answer in queue.running}
            lower = len(self._placed - running)
            resident = int(self.shown.opening.resident)
            idle = len(self._generations.workers.idle)
            return Figures(len(running), lower, self._waiting, idle, resident, self._kills, self._deaths)

    def ask(self, request: Request) -> PoolAnswer:
        """The answer, once `HOLD_BACK` bytes of it or its end are there.

        Raises QuerySyntax, QueryTimeout, QueueFull, WorkerDied, NotEvaluated, Refused or ClientLeft.
        """
        with current_wait() as wait:
            return self._begun(request, wait)

    def use(
        self, store: Path, version: str, journal: int | None = None, before_shown: Callable[[], object] = int
    ) -> None:
        """Let new queries see another generation; those that run finish on theirs.

        It is ready when `before_shown` is called, and shown as soon as that returns.
        Raises OSError or WorkerDied where it cannot be opened, and what `before_shown` raises.
        """
        self._generations.use(str(store), version, journal, before_shown)

    def close(self) -> None:
        """End every process; queries that run end with an error."""
        with self._state:
            self._closed = True
            self._notify()
        self._generations.close()
        with self._state:
            for answer in self._under_way:
                # The thread that reads from it takes it down.
                answer.worker.stop()
        self._generations.end()

    def _begun(self, request: Request, wait: Wait) -> PoolAnswer:
        asked = time.monotonic()
        long = again = False
        while True:
            # Who waited for the answer to somebody else's question may have left with him.
            if wait.deserted:
                raise ClientLeft
            answer = self._acquire(request, asked, wait, long)
            wait.give_up = partial(self._give_up, answer)
            try:
                if wait.deserted:
                    raise ClientLeft
                answer.begin()
                self._let_go_on(answer)
            except (EndedIdle, EndedWithMaker, _NoPlaceLeft) as fault:
                answer.close()
                if again and isinstance(fault, EndedWithMaker):
                    raise
                long = long or isinstance(fault, _NoPlaceLeft)
                again = again or isinstance(fault, EndedWithMaker)
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
                elif answer.priority is Priority.NORMAL:
                    self._known.add(answer.request.query)
            elif answer.ended:
                raise answer.ended
            elif not self._has_place(answer) and not answer.request.inside:
                raise _NoPlaceLeft

    def _acquire(self, request: Request, asked: float, wait: Wait, long: bool) -> PoolAnswer:
        """The right to ask a worker."""
        with self._state:
            queue: _Queue | None = None
            # Who has waited in one queue may belong to another by then.
            while queue is not (belongs := self._queue_of(request, long)):
                queue = belongs
                if queue.waiting or not self._has_room(queue, wait.client):
                    self._wait(queue, asked, wait)
            if self._closed:
                raise WorkerDied("the server is stopping")
            workers = self._generations.workers
            answer = PoolAnswer(workers.take(), workers, request, asked, self.timeout, self._release)
            answer.client = wait.client
            queue.running.append(answer)
            if queue is self._low:
                answer.long = True
                if any(other.priority is Priority.LOWEST for other in self._placed):
                    answer.lower(Priority.LOW)
                self._placed.add(answer)
            else:
                self._lower_long()
            self._notify()
            return answer

    def _lower_long(self) -> None:
        """Let long queries that have had a slice not stand in the way of others that come."""
        for answer in self._low.running:
            if answer.priority is Priority.NORMAL and answer.spent >= SLICE:
                answer.lower(Priority.LOW)

    def _queue_of(self, request: Request, long: bool) -> _Queue:
        """Where a query belongs, by what is known now."""
        if request.inside:
            return self._inside
        return self._low if long or request.query in self._known else self._foreground

    def _has_room(self, queue: _Queue, client: str) -> bool:
        if queue is self._low and self._is_crowded(client):
            return False
        return len(queue.running) < self._most(queue) and bool(self._generations.workers.idle)

    def _most(self, queue: _Queue) -> int:
        """How many run at a priority at one time."""
        return self._size + (_MORE_LOW if queue is self._low else 0)

    @property
    def _waiting(self) -> int:
        return sum(len(queue.waiting) for queue in self._queues)

    def _wait(self, queue: _Queue, asked: float, wait: Wait) -> None:
        """Wait for room, first come, first served; the first makes it where a query has had its slice."""
        part, share = (_LONG_PART, _LONG_WAIT) if queue is self._low else (1, 1)
        most = self._most_waiting * part
        own = [each for each in queue.waiting if each.client == wait.client != ""]
        if self._waiting >= self._most_waiting or len(queue.waiting) >= most or len(own) >= most * self._one_client:
            raise QueueFull(f"{self._waiting} queries are waiting; try again later")
        mine = _Waiting(wait.client, threading.Condition(self._state))
        wait.give_up = partial(self._wake, mine.turn)
        queue.waiting.append(mine)
        self._changing.notify()
        try:
            while not self._closed and (self._next(queue) is not mine or not self._has_room(queue, mine.client)):
                if wait.deserted:
                    raise ClientLeft
                if self._generations.workers.failures >= _FAILURES:
                    raise WorkerDied("no worker can be made; “shelfgraph check” says whether the data are damaged")
                left = asked + self.timeout * share - time.monotonic()
                if left <= 0:
                    raise self._too_late(queue)
                if queue is self._low and self._is_crowded(mine.client) and self._next(queue) is mine:
                    self._free_a_place(mine.client)
                    left = min(left, _LOOK)
                mine.turn.wait(left)
        finally:
            queue.waiting.remove(mine)
            self._notify()

    def _next(self, queue: _Queue) -> _Waiting:
        """The one who has waited longest among those whose client has fewest queries under way."""
        under_way = Counter(answer.client for answer in self._under_way if answer.client)
        return min(queue.waiting, key=lambda each: under_way[each.client])

    @property
    def _under_way(self) -> set[PoolAnswer]:
        """The queries that run at any priority."""
        return self._placed.union(*(queue.running for queue in self._queues))

    def _has_its_share(self, client: str) -> bool:
        """Whether a client has as many places as one may have, so that others have some."""
        own = [answer for answer in self._placed if answer.client == client != "" and not answer.ended]
        return len(own) >= self._background * self._one_client

    def _is_crowded(self, client: str) -> bool:
        """Whether a client has no place left."""
        return self._full or self._has_its_share(client)

    def _wake(self, turn: threading.Condition) -> None:
        with self._state:
            turn.notify()

    def _too_late(self, queue: _Queue) -> QueryError:
        if queue is self._low:
            return QueueFull(f"{len(queue.waiting)} long queries wait for those that run; ask for less, or later")
        return QueryTimeout("no worker was free within the time that a query may take")

    def _give_up(self, answer: PoolAnswer) -> None:
        """End a query whose answer nobody waits for, unless it has been made meanwhile."""
        with self._state:
            if not answer.released:
                answer.end(ClientLeft())

    def _release(self, answer: PoolAnswer) -> None:
        """Take a worker back; one that has not finished, grew, or has an old generation is replaced."""
        worker: Worker | None = answer.worker
        with self._state:
            self._deaths += answer.died
            self._kills += not answer.finished and not answer.died
            self._placed.discard(answer)
            self._leave(answer)
            returns = RETURNS or answer.priority is Priority.NORMAL
            if answer.reusable and not answer.ended and returns:
                worker = answer.home.give_back(answer.worker)
            else:
                answer.home.lose(answer.worker)
            self._notify()
        if worker:
            worker.kill()

    def _leave(self, answer: PoolAnswer) -> None:
        """A query is none of those any more that run beside few others."""
        for queue in (*self._queues, self._sending):
            if answer in queue.running:
                queue.running.remove(answer)
                if queue is not self._sending:
                    answer.home.make_room()

    def _notify(self) -> None:
        """Wake the first in each queue, and whoever shares the time: whom a change may concern."""
        contended = bool(self._placed) or self._closed
        for queue in self._queues:
            if queue.waiting:
                self._next(queue).turn.notify()
                contended = True
        if contended:
            self._changing.notify()

    def _share(self) -> None:
        """Lower queries that have had their slice, where others want the time; the life of a thread."""
        with self._state:
            while not self._closed:
                now = time.monotonic()
                wanted = [queue for queue in (*self._queues, self._sending) if self._is_wanted(queue)]
                for queue in wanted:
                    for answer in queue.over(now):
                        self._set_back(queue, answer)
                left = [seconds for queue in wanted for seconds in queue.next_over(now)]
                self._changing.wait(min(left, default=None))

    def _is_wanted(self, queue: _Queue) -> bool:
        """Whether others want the room of those that have had their slice, or have too little of the time."""
        if queue in {self._low, self._sending}:
            return bool(self._low.waiting) or len(self._placed) > self._size
        full = len(queue.running) >= self._size
        has_room = any(not self._is_crowded(answer.client) for answer in queue.running)
        return bool(queue.waiting and full) or (queue is self._foreground and bool(self._placed) and has_room)

    def _set_back(self, queue: _Queue, answer: PoolAnswer) -> None:
        """Lower a query; one without a place, or with others before it, begins anew when it is its turn."""
        if queue is self._foreground and not queue.waiting and self._is_crowded(answer.client):
            return
        waits = queue is self._foreground and not answer.sends and not self._has_low_room
        if not waits and self._has_place(answer):
            lower = self._sending if answer.sends else self._low
            if lower is self._low and queue is not lower:
                queue.running.remove(answer)
            else:
                self._leave(answer)
            if queue is not lower:
                lower.running.append(answer)
            answer.lower(Priority.LOWEST if queue is lower else Priority.LOW)
        elif answer.request.inside:
            return
        else:
            answer.end(_NoPlaceLeft())
            self._leave(answer)
        self._notify()

    @property
    def _has_low_room(self) -> bool:
        """Whether a query may run at low priority before nobody who waits to do so."""
        return not self._low.waiting and len(self._low.running) < self._most(self._low)

    @property
    def _full(self) -> bool:
        """Whether no place is left; who has been ended is about to leave."""
        return sum(not answer.ended for answer in self._placed) >= self._background

    def _has_place(self, answer: PoolAnswer) -> bool:
        """Whether a query that turns out to be long has a place; it takes one where one is left or can be freed."""
        if answer not in self._placed:
            # A busy machine makes others look long.
            if answer.sends or answer.spent >= SLICE:
                self._known.add(answer.request.query)
            if not self._is_crowded(answer.client) or self._free_a_place(answer.client):
                self._placed.add(answer)
        return answer in self._placed

    def _free_a_place(self, client: str) -> bool:
        """Whether a query was ended for another: one that is read slowly, or one that is costly and sends nothing yet.

        A client that has its share makes room for itself.  An answer whose reader keeps up is never ended.
        """
        own = self._has_its_share(client)
        now = time.monotonic()
        running = [each for each in self._placed if not each.ended and (each.client == client or not own)]
        slowest = max(running, key=lambda answer: answer.lateness(now), default=None)
        if slowest and slowest.lateness(now) > 0:
            slowest.end(QueueFull("it was read slowly, and other long queries wait"))
            return True
        silent = [answer for answer in running if not answer.sends]
        costliest = max(silent, key=lambda answer: answer.spent, default=None)
        if costliest and costliest.spent > self.timeout * _COSTLY:
            reason = f"{len(running)} long queries run, others wait, and this has run longest; ask for less, or later"
            costliest.end(QueueFull(reason))
            return True
        return False
