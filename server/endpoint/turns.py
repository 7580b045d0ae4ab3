"""Turns: so many at a time, and so many more that wait."""

from __future__ import annotations

import threading
import time

from server.endpoint import QueryTimeout, QueueFull


class Turns:
    """`size` have their turn at one time, and `queue` more may wait for one."""

    def __init__(self, size: int, queue: int) -> None:
        self._free = threading.Semaphore(size)
        self._lock = threading.Lock()
        self._queue, self._waiting = queue, 0

    def take(self, deadline: float) -> None:
        """Wait for a turn, no longer than until the deadline (of time.monotonic).

        Raises QueueFull where too many wait, QueryTimeout at the deadline.
        """
        if self._free.acquire(blocking=False):
            return
        with self._lock:
            if self._waiting >= self._queue:
                raise QueueFull(f"{self._waiting} queries are waiting; try again later")
            self._waiting += 1
        try:
            if not self._free.acquire(timeout=max(0.0, deadline - time.monotonic())):
                raise QueryTimeout("no turn came within the time that a query may take")
        finally:
            with self._lock:
                self._waiting -= 1

    def give(self) -> None:
        """Let the next have a turn."""
        self._free.release()
