"""Which generation is shown, and by which workers: from disk at once, and from memory as soon as it is there.

Workers belong to one generation, and are replaced as a whole, so that all who ask see another one at the same moment.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable

import msgspec

from converter.errors import QueryError
from server.sparql.fork_server import ForkServer
from server.sparql.ready_workers import Generation, ReadyWorkers

_SETTLING, _REST, _AGAIN = 1.0, 9, 30.0
"""Seconds that a generation stands before it is loaded into memory; how many times as long as the loading took nothing
is loaded after it, since changes come in crowds; seconds until it is tried again where it failed."""


class Generations:
    """The generation that is shown, at first `generation`; `limit` bytes of one may be in memory.

    `lock` guards it and the pool; `changed` is called with the lock held, when there are workers for somebody.
    """

    def __init__(
        self,
        lock: threading.Lock,
        generation: Generation,
        *,
        size: int,
        spares: int,
        limit: int,
        changed: Callable[[], None],
    ) -> None:
        self._lock, self._size, self._spares, self._limit, self._changed = lock, size, spares, limit, changed
        self._turned = threading.Condition(lock)
        self._closed = False
        self._disk = ForkServer(generation.opening.base)
        self._loading: ForkServer | None = None
        self.workers = self._ready(self._disk, generation, 0)
        """Those of the generation that is shown."""
        self.on_change: Callable[[], object] = int
        """What is called when the generation that is shown is opened in another way."""
        if limit and sys.platform == "linux":
            threading.Thread(target=self._keep_in_memory, name="in-memory store", daemon=True).start()

    @property
    def shown(self) -> Generation:
        """The generation that is shown."""
        return self.workers.generation

    def use(self, store: str, version: str, journal: int | None, before_shown: Callable[[], object]) -> None:
        """Show another generation, once its workers have opened it and `before_shown` has returned.

        Raises OSError or WorkerDied where they cannot, and what `before_shown` raises.
        """
        opening = msgspec.structs.replace(self.shown.opening, store=store, resident=False)
        fresh = self._ready(self._disk, Generation(version, journal, opening), self._size + 1)
        try:
            before_shown()
        except BaseException:
            fresh.close()
            raise
        self._show(fresh, self.workers)

    def close(self) -> None:
        """End every worker that is ready, and make no more."""
        with self._lock:
            self._closed = True
            self._turned.notify_all()
        self.workers.close()

    def end(self) -> None:
        """End the processes that make workers, and with them all workers."""
        for server in (self._disk, self.workers.server, self._loading):
            if server:
                server.close()

    def _ready(self, server: ForkServer, generation: Generation, number: int) -> ReadyWorkers:
        return ReadyWorkers(
            self._lock,
            server,
            generation,
            number=number,
            warmed=self._size,
            spares=self._spares,
            changed=self._changed,
            failed=self._fall_back,
        )

    def _show(self, fresh: ReadyWorkers, before: ReadyWorkers) -> bool:
        """Whether fresh workers are shown in the place of others, which they are unless those have been replaced."""
        with self._lock:
            shows = before is self.workers and not self._closed
            if shows:
                self.workers = fresh
                self._turned.notify_all()
                self._changed()
        # To end workers takes a while, and whoever waits for the new generation does not wait for that.
        threading.Thread(target=self._drop, args=(before if shows else fresh,), daemon=True).start()
        return shows

    def _drop(self, workers: ReadyWorkers) -> None:
        workers.close()
        if workers.server is not self._disk:
            workers.server.let_go()

    def _fall_back(self, workers: ReadyWorkers) -> None:
        """Read from disk again where the process that had all in memory makes no more workers."""
        if workers.server is self._disk:
            with self._lock:
                self._changed()
            return
        generation = workers.generation
        opening = msgspec.structs.replace(generation.opening, resident=False)
        if self._show(self._ready(self._disk, generation._replace(opening=opening), 0), workers):
            self.on_change()

    def _keep_in_memory(self) -> None:
        """Load each generation into memory; the life of a thread."""
        too_large = ""
        while True:
            with self._lock:
                while not self._closed and (self.shown.opening.resident or self.shown.opening.store == too_large):
                    self._turned.wait()
                before = self.workers
            self._rest(_SETTLING)
            with self._lock:
                if self._closed:
                    return
                if before is not self.workers:
                    continue
            started, again = time.monotonic(), 0.0
            try:
                self._load(before)
            except MemoryError as fault:
                too_large = before.generation.opening.store
                self._print(f"{fault}; they are read from disk (serve --memory SIZE allows more)")
            except (OSError, QueryError) as fault:
                again = _AGAIN
                self._print(f"the data are not in memory yet and are read from disk ({fault})")
            self._rest(max(again, (time.monotonic() - started) * _REST))

    def _load(self, before: ReadyWorkers) -> None:
        """Show a generation from memory, where none has followed meanwhile.

        Raises MemoryError where it is too large, OSError or WorkerDied where it cannot be loaded.
        """
        opening = before.generation.opening
        server = self._loading = ForkServer(opening.base, opening.store, self._limit)
        try:
            server.wait_ready()
            resident = before.generation._replace(opening=msgspec.structs.replace(opening, resident=True))
            fresh = self._ready(server, resident, self._size + self._spares)
        except BaseException:
            server.close()
            raise
        self._loading = None
        if self._show(fresh, before):
            self.on_change()

    def _print(self, words: str) -> None:
        if not self._closed:
            print(f"shelfgraph: {words}", file=sys.stderr)

    def _rest(self, seconds: float) -> None:
        with self._lock:
            until = time.monotonic() + seconds
            while not self._closed and (left := until - time.monotonic()) > 0:
                self._turned.wait(left)
