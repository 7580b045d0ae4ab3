"""Turns: so many at a time, and so many more that wait."""

from __future__ import annotations

import threading
import time

from server.sparql import ClientLeft, QueryTimeout, QueueFull
from server.sparql.client_disconnect import Wait


class Turns:
    """`size` have their turn at one time, and `queue` more may wait for one."""

    def __init__(self, size: int, queue: int) -> None:
        self._changed = threading.Condition()
        self._free, self._queue, self._waiting = size, queue, 0

    def take(self, deadline: float, wait: Wait) -> None:
        """Wait for a turn, no longer than until the deadline (of time.monotonic), and while somebody waits for it.

        Raises QueueFull where too many wait, QueryTimeout at the deadline, ClientLeft where nobody waits any more.
        """
        with self._changed:
            if not self._free and self._waiting >= self._queue:
                raise QueueFull(f"{self._waiting} queries are waiting; try again later")
            self._waiting += 1
            wait.give_up = self._wake
            left = max(0.0, deadline - time.monotonic())
            self._changed.wait_for(lambda: self._free or wait.deserted, left)
            self._waiting -= 1
            if wait.deserted:
                raise ClientLeft
            if not self._free:
                raise QueryTimeout("no turn came within the time that a query may take")
            self._free -= 1

    def give(self) -> None:
        """Let the next have a turn."""
        with self._changed:
            self._free += 1
            self._changed.notify_all()

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()
