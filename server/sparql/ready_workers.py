"""Workers of one generation that are ready, so that no query pays for a start."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import NamedTuple

from converter.errors import QueryError
from server.sparql.fork_server import ForkServer
from server.sparql.worker import Opening
from server.sparql.worker_process import Worker

_AT_ONCE, _PAUSE = 4, 0.5
"""How many workers are made at once; seconds between two starts that fail."""
_SETTLING = 1.0
"""Seconds without a long query after which workers are put in order."""


class Generation(NamedTuple):
    """What is shown: the version of the data, the last change in it, and how a worker opens it."""

    version: str
    journal: int | None
    opening: Opening


class ReadyWorkers:
    """Workers of a generation: `warmed` that are asked before others, and `spares`.

    Where the data are in memory, the warmed ones have them for themselves, and the spares share them.  `lock` guards it
    and whoever asks of it; `changed` is called with the lock held, when there is a worker for somebody, and `failed`
    without it, when none can be made.  So many as `number` are ready at once.

    Raises OSError or WorkerDied where they cannot be.
    """

    def __init__(  # noqa: PLR0913 - what is shared with the pool, and the numbers by their names
        self,
        lock: threading.Lock,
        server: ForkServer,
        generation: Generation,
        *,
        number: int,
        warmed: int,
        spares: int,
        changed: Callable[[], None],
        failed: Callable[[ReadyWorkers], None],
    ) -> None:
        self.generation, self.server = generation, server
        self._warmed = warmed if generation.opening.resident else 0
        self._number = warmed + spares
        self._changed, self._failed = changed, failed
        self._lock = lock
        self._lacking = threading.Condition(lock)
        self._closed = False
        self.failures = 0
        """How often in a row none could be made."""
        self._out = 0
        """How many of its workers are in the foreground."""
        self._warmed_out: set[Worker] = set()
        self._disturbed = 0.0
        """When a worker did not come back, or had been long away, the last time."""
        self.idle = self._made(number, warmed=self._warmed)
        threading.Thread(target=self._keep, name="ready workers", daemon=True).start()

    def take(self) -> Worker:
        """A worker that goes to the foreground, the warmed ones first; there is one.

        With the lock held, as all that follow but `close`.
        """
        worker = self.idle.popleft()
        self._out += 1
        if worker.warmed:
            self._warmed_out.add(worker)
        self._lacking.notify()
        return worker

    def make_room(self) -> None:
        """One of its workers is in the foreground no more."""
        self._out -= 1
        self._lacking.notify()

    def lose(self, worker: Worker) -> None:
        """One that is in the foreground no more does not come back."""
        self._warmed_out.discard(worker)
        self._disturbed = time.monotonic()
        self._lacking.notify()

    def give_back(self, worker: Worker) -> Worker | None:
        """Let one that is in the foreground no more be ready again; one that is one too many then, if any."""
        self._warmed_out.discard(worker)
        if self._closed:
            return worker
        if worker.is_used:
            self._disturbed = time.monotonic()
            self._lacking.notify()
        # The spare that has been asked last is warm.
        self.idle.insert(0 if worker.warmed else self._warmed_idle, worker)
        return self.idle.pop() if len(self.idle) > self._number - self._out else None

    def close(self) -> None:
        """End every worker that is ready; the others end when they come back."""
        with self._lock:
            self._closed = True
            idle, self.idle = self.idle, deque()
            self._lacking.notify()
        _end(idle)

    def _keep(self) -> None:
        """Make the workers that are lacking; the life of a thread."""
        while True:
            with self._lock:
                while not self._closed and not self._lacks and not (self._is_untidy and self._is_quiet):
                    self._lacking.wait(_SETTLING if self._is_untidy else None)
                if self._closed:
                    return
                number = min(self._lacks, _AT_ONCE)
                useless = [] if number else self._used_spares()
                for worker in useless:
                    self.idle.remove(worker)
            _end(useless)
            if useless:
                continue
            try:
                fresh = self._made(number or 1, warmed=0 if number else 1)
            except (OSError, QueryError):
                self.failures += 1
                self._failed(self)
                time.sleep(_PAUSE)
                continue
            self.failures = 0
            _end(self._added(fresh))

    def _added(self, fresh: deque[Worker]) -> deque[Worker]:
        """Add fresh workers to those that are ready; those that are too many by then."""
        with self._lock:
            if self._closed:
                return fresh
            for worker in fresh:
                self.idle.insert(self._warmed_idle if worker.warmed else len(self.idle), worker)
            self._changed()
            most = max(0, self._number - self._out)
            return deque(self.idle.pop() for _ in range(most, len(self.idle)))

    @property
    def _lacks(self) -> int:
        return max(0, self._number - self._out - len(self.idle))

    @property
    def _warmed_idle(self) -> int:
        return sum(worker.warmed for worker in self.idle)

    def _used_spares(self) -> list[Worker]:
        """Spares that have copied what they are to share."""
        return [worker for worker in self.idle if worker.is_used and not worker.warmed and self._warmed]

    @property
    def _is_untidy(self) -> bool:
        """Whether there is something to be done that has time."""
        return len(self._warmed_out) + self._warmed_idle < self._warmed or bool(self._used_spares())

    @property
    def _is_quiet(self) -> bool:
        """Whether none has been lost for a while, and no long query has ended."""
        return time.monotonic() - self._disturbed >= _SETTLING

    def _made(self, number: int, *, warmed: int) -> deque[Worker]:
        """So many workers, the first of them warmed, which open their generation at the same time.

        Raises OSError or WorkerDied where one of them cannot.
        """
        fresh: deque[Worker] = deque()
        try:
            for place in range(number):
                fresh.append(Worker(self.server, self.generation.opening, warmed=place < warmed))
            for worker in fresh:
                worker.wait_ready()
        except BaseException:
            _end(fresh)
            raise
        return fresh


def _end(workers: Iterable[Worker]) -> None:
    for worker in workers:
        worker.kill()
