"""Where queries run: foregrounds, each with its line, and the places of long queries.

Who has a place goes on to its end: no work is thrown away to begin other work.
"""

from __future__ import annotations

import threading
import time
from collections import deque

from server.sparql import QueueFull
from server.sparql.result_stream import PoolAnswer

_DEAR = 0.1
"""The part of the time of a query that it may have of the processor without sending anything, where others wait."""


class Lane:
    """The queries that run in a foreground, and those who stand in line for it."""

    def __init__(self) -> None:
        self.running: list[PoolAnswer] = []
        self.line: deque[threading.Condition] = deque()

    def leave(self, answer: PoolAnswer) -> None:
        """One has ended."""
        if answer in self.running:
            self.running.remove(answer)

    def over(self, now: float) -> list[PoolAnswer]:
        """Those that have had their slice."""
        return [answer for answer in self.running if answer.turn_left(now) <= 0]

    def longest(self, now: float) -> PoolAnswer:
        """The one that should make room first."""
        return min(self.running, key=lambda answer: answer.turn_left(now))


class Places:
    """So many places for queries that may take `timeout` seconds each; whoever asks holds the lock of the pool."""

    def __init__(self, number: int, timeout: float) -> None:
        self._number, self._dear = number, timeout * _DEAR
        self.taken: set[PoolAnswer] = set()

    @property
    def full(self) -> bool:
        """Whether none is left; who has been ended is about to leave."""
        return len(self._running) >= self._number

    @property
    def is_one_behind(self) -> bool:
        """Whether one of those that have a place has only the time that nobody else wants."""
        return any(answer.behind for answer in self.taken)

    @property
    def is_unfair(self) -> bool:
        """Whether one that is behind could wait for ever for others, and these could go behind too."""
        return self.is_one_behind and not self.full

    @property
    def _running(self) -> list[PoolAnswer]:
        return [answer for answer in self.taken if not answer.ended]

    def have(self, answer: PoolAnswer) -> bool:
        """Whether a query has a place; it takes one where one is left or can be freed."""
        if answer not in self.taken and (not self.full or self.freed()):
            self.taken.add(answer)
        return answer in self.taken

    def freed(self) -> bool:
        """Whether a query was ended for another: one that is read slowly, or one that is dear and sends nothing yet.

        An answer under way whose reader keeps up is never ended.
        """
        now, running = time.monotonic(), self._running
        slowest = max(running, key=lambda answer: answer.lateness(now), default=None)
        if slowest and slowest.lateness(now) > 0:
            slowest.end(QueueFull("it was read slowly, and other long queries wait"))
            return True
        silent = [answer for answer in running if not answer.sends]
        dearest = max(silent, key=lambda answer: answer.spent, default=None)
        if dearest and dearest.spent > self._dear:
            told = f"{len(running)} long queries run, others wait, and this has run longest; ask for less, or later"
            dearest.end(QueueFull(told))
            return True
        return False
