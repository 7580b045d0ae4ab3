"""Workers that stand by on the newest generation, so that no query pays for a start.

A new generation is shown from disk at once, and from memory as soon as it is there, where it is not too large.
"""

from __future__ import annotations

import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import NamedTuple

import msgspec

from converter.errors import QueryError
from server.sparql.fork_server import Nursery
from server.sparql.worker import Opening
from server.sparql.worker_handle import Worker

_AT_ONCE, _PAUSE = 4, 0.5
"""How many workers are made at once; seconds between two starts that fail."""
_SETTLING, _REST, _AGAIN = 1.0, 9, 30.0
"""Seconds that a generation stands before it is taken into memory, and of rest before workers are put in order; how
many times as long as it took to take one in nothing is done before the next: changes come in crowds; seconds until it
is tried again where it failed."""


class Generation(NamedTuple):
    """What is shown: the version of the data, the last change in it, and how a worker opens it.

    One object, so that all who ask see another generation at the same moment.
    """

    version: str
    journal: int | None
    opening: Opening


class Stock:
    """Workers: `hot` that are asked before others, and `spares`; `limit` bytes of a generation go to memory.

    The hot ones have the data for themselves, where they are in memory, and the spares share them.

    `lock` guards it and whoever asks of it; `told` is called with the lock held, when there is a worker for somebody.
    """

    def __init__(
        self,
        lock: threading.Lock,
        generation: Generation,
        *,
        hot: int,
        spares: int,
        limit: int,
        told: Callable[[], None],
    ) -> None:
        self.shown = generation
        self.on_change: Callable[[], object] = int
        """What is called when the generation that is shown is opened in another way."""
        self._hot, self._number, self._limit, self._told = hot, hot + spares, limit, told
        self._lock = lock
        self._lacking = threading.Condition(lock)
        self._changed = threading.Condition(lock)
        self._idle: deque[Worker] = deque()
        self._out = 0
        self._hot_out: set[Worker] = set()
        self._left = 0.0
        """When one did not come back, or had been long away, the last time."""
        self._closed = False
        self._disk = Nursery(generation.opening.base)
        self._memory: Nursery | None = None
        self._coming: Nursery | None = None
        threading.Thread(target=self._keep_warm, daemon=True).start()
        if limit and sys.platform == "linux":
            threading.Thread(target=self._keep_in_memory, daemon=True).start()

    @property
    def idle(self) -> int:
        """How many workers stand by."""
        return len(self._idle)

    @property
    def opening(self) -> Opening:
        """How a worker opens what is shown."""
        return self.shown.opening

    def take(self) -> Worker:
        """A worker that goes to the foreground, the hot ones first; there is one.

        With the lock held, as all that follow.
        """
        worker = self._idle.popleft()
        self._out += 1
        if worker.hot:
            self._hot_out.add(worker)
        self._lacking.notify()
        return worker

    def make_room(self) -> None:
        """One of those in the foreground stands there no more."""
        self._out -= 1
        self._lacking.notify()

    def lose(self, worker: Worker) -> None:
        """One that stands in the foreground no more does not come back."""
        self._hot_out.discard(worker)
        self._left = time.monotonic()
        self._lacking.notify()

    def give_back(self, worker: Worker) -> Worker | None:
        """Let one that stands in the foreground no more stand by again; one that is one too many then, if any."""
        self._hot_out.discard(worker)
        if worker.opening != self.opening or self._closed:
            return worker
        if worker.is_used:
            self._left = time.monotonic()
            self._lacking.notify()
        # The spare that has been asked last is warm.
        self._idle.insert(0 if worker.hot else self._hot_idle, worker)
        return self._idle.pop() if len(self._idle) > self._number - self._out else None

    def use(
        self, store: str, version: str, number: int, journal: int | None, before_shown: Callable[[], object]
    ) -> None:
        """Show another generation, once so many workers have opened it and `before_shown` has returned.

        Raises OSError or WorkerDied where they cannot, and what `before_shown` raises.
        """
        opening = msgspec.structs.replace(self.opening, store=store, resident=False)
        fresh = self._made(self._disk, opening, number)
        try:
            before_shown()
        except BaseException:
            _end(fresh)
            raise
        self._show(Generation(version, journal, opening), fresh, None)

    def close(self) -> None:
        """End every worker that stands by."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, deque()
            self._lacking.notify()
            self._changed.notify()
        _end(idle)

    def end(self) -> None:
        """End the processes that make workers, and with them all workers."""
        for nursery in (self._disk, self._memory, self._coming):
            if nursery:
                nursery.close()

    def _show(
        self, generation: Generation, fresh: deque[Worker], memory: Nursery | None, after: Opening | None = None
    ) -> None:
        """Show a generation by fresh workers, unless another than `after` has been shown meanwhile."""
        with self._lock:
            if not self._closed and after in {None, self.opening}:
                # Nobody gets a worker meanwhile, and nobody knows of the new generation before.
                fresh, self._idle = self._idle, fresh
                memory, self._memory = self._memory, memory
                self.shown = generation
                self._changed.notify()
                self._told()
        # To end them takes a while, and whoever waits for the new generation does not wait for that.
        threading.Thread(target=_end_all, args=(fresh, memory), daemon=True).start()
        if after:
            self.on_change()

    def _keep_warm(self) -> None:
        """Make the workers that are lacking; the life of a thread."""
        while True:
            with self._lock:
                while not self._closed and not self._lacks and not (self._is_untidy and self._rests):
                    self._lacking.wait(_SETTLING if self._is_untidy else None)
                if self._closed:
                    return
                number, opening, memory = min(self._lacks, _AT_ONCE), self.opening, self._memory
                useless = [] if number else self._used_spares()
                for worker in useless:
                    self._idle.remove(worker)
            _end(useless)
            if useless:
                continue
            try:
                fresh = self._made(memory or self._disk, opening, number or 1, hot=0 if number else 1)
            except (OSError, QueryError):
                self._fall_back(memory)
                time.sleep(_PAUSE)
                continue
            _end(self._stood_by(fresh, opening))

    def _stood_by(self, fresh: deque[Worker], opening: Opening) -> deque[Worker]:
        """Let fresh workers of a generation stand by; those that are too many by then."""
        with self._lock:
            if opening != self.opening or self._closed:
                return fresh
            for worker in fresh:
                self._idle.insert(self._hot_idle if worker.hot else len(self._idle), worker)
            self._told()
            most = max(0, self._number - self._out)
            return deque(self._idle.pop() for _ in range(most, len(self._idle)))

    @property
    def _lacks(self) -> int:
        return max(0, self._number - self._out - len(self._idle))

    @property
    def _lacks_hot(self) -> int:
        out = sum(worker.opening == self.opening for worker in self._hot_out)
        return self._hot - out - self._hot_idle if self.opening.resident else 0

    @property
    def _hot_idle(self) -> int:
        return sum(worker.hot for worker in self._idle)

    def _used_spares(self) -> list[Worker]:
        """Spares that have copied what they are to share."""
        return [worker for worker in self._idle if worker.is_used and not worker.hot and self.opening.resident]

    @property
    def _is_untidy(self) -> bool:
        """Whether there is something to be done that has time."""
        return self._lacks_hot > 0 or bool(self._used_spares())

    @property
    def _rests(self) -> bool:
        """Whether none has been lost for a while, and no long query has ended."""
        return time.monotonic() - self._left >= _SETTLING

    def _fall_back(self, memory: Nursery | None) -> None:
        """Read from disk again where the process that had all in memory makes no more workers."""
        with self._lock:
            if memory is None or memory is not self._memory:
                return
            self._memory = None
            self.shown = self.shown._replace(opening=msgspec.structs.replace(self.opening, resident=False))
            self._changed.notify()
        memory.retire()
        self.on_change()

    def _keep_in_memory(self) -> None:
        """Take each generation into memory; the life of a thread."""
        too_large = ""
        while True:
            with self._lock:
                while not self._closed and (self.opening.resident or self.opening.store == too_large):
                    self._changed.wait()
                generation = self.shown
                opening = generation.opening
            self._rest(_SETTLING)
            with self._lock:
                if self._closed:
                    return
                if opening != self.opening:
                    continue
            started = time.monotonic()
            again = 0.0
            try:
                self._hold(generation)
            except MemoryError as fault:
                too_large = opening.store
                self._say(f"{fault}; they are read from disk (serve --memory SIZE allows more)")
            except (OSError, QueryError) as fault:
                again = _AGAIN
                self._say(f"the data are not in memory yet and are read from disk ({fault})")
            self._rest(max(again, (time.monotonic() - started) * _REST))

    def _hold(self, generation: Generation) -> None:
        """Show a generation from memory, where none has followed meanwhile.

        Raises MemoryError where it is too large, OSError or WorkerDied where it cannot be held.
        """
        opening = generation.opening
        memory = self._coming = Nursery(opening.base, opening.store, self._limit)
        try:
            memory.wait_ready()
            held = msgspec.structs.replace(opening, resident=True)
            fresh = self._made(memory, held, self._number, hot=self._hot)
        except BaseException:
            memory.close()
            raise
        self._show(generation._replace(opening=held), fresh, memory, after=opening)
        self._coming = None

    def _say(self, words: str) -> None:
        if not self._closed:
            print(f"shelfgraph: {words}", file=sys.stderr)

    def _rest(self, seconds: float) -> None:
        with self._lock:
            until = time.monotonic() + seconds
            while not self._closed and (left := until - time.monotonic()) > 0:
                self._changed.wait(left)

    def _made(self, nursery: Nursery, opening: Opening, number: int, *, hot: int = 0) -> deque[Worker]:
        """So many workers, the first of them hot, which open their generation at the same time.

        Raises OSError or WorkerDied where one of them cannot.
        """
        fresh: deque[Worker] = deque()
        try:
            for place in range(number):
                fresh.append(Worker(nursery, opening, hot=place < hot))
            for worker in fresh:
                worker.wait_ready()
        except BaseException:
            _end(fresh)
            raise
        return fresh


def _end(workers: Iterable[Worker]) -> None:
    for worker in workers:
        worker.kill()


def _end_all(workers: Iterable[Worker], memory: Nursery | None) -> None:
    _end(workers)
    if memory:
        memory.retire()
