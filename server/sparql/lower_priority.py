"""Stepping back: a query goes on with the time that nobody else wants, and its worker is as before when it is done.

A thread that has given its priority up may not have it back (sched(7)), so another takes its place after the query.
"""

from __future__ import annotations

import contextlib
import os
import struct
import threading
from collections.abc import Callable
from typing import BinaryIO

ORDER = struct.Struct("!I")
"""What a worker is told: the number of the request that is to step back, of those that it was given."""
RETURNS = hasattr(os, "SCHED_IDLE")
"""Whether a worker is as before after it has stepped back; elsewhere all of its process stays behind."""


class Stepping:
    """Who answers in a worker: first whoever calls `run`, then one thread after the other; `serve` answers requests.

    It is to call `begin` before and `end` after each, and to return where the latter says so.
    """

    def __init__(self, orders: BinaryIO, serve: Callable[[], None]) -> None:
        self._orders, self._serve = orders, serve
        self._lock = threading.Lock()
        self._number = self._ordered = 0
        """The last request that was begun, and the last that was told to step back."""
        self._answers = False
        """Whether a request is being answered now."""
        self._thread = 0
        self._successor: threading.Event | None = None
        """What wakes the thread that follows, where the one that answers has stepped back."""

    def run(self) -> None:
        """Serve, and never come back: `serve` ends the process."""
        threading.Thread(target=self._hear, name="stepping back", daemon=True).start()
        self._take_over()
        # The process is that of its first thread, and as long as it.
        threading.Event().wait()

    def begin(self) -> None:
        """A request is answered now."""
        with self._lock:
            self._number += 1
            self._answers = True
            if self._ordered == self._number:
                self._step_back()

    def end(self) -> bool:
        """Whether another thread follows, now that the request has been answered."""
        with self._lock:
            self._answers = False
            successor, self._successor = self._successor, None
        if successor:
            successor.set()
        return successor is not None

    def _take_over(self) -> None:
        self._thread = threading.get_native_id()
        self._serve()

    def _hear(self) -> None:
        """Hear who is to step back; the life of a thread."""
        while order := self._orders.read(ORDER.size):
            with self._lock:
                (self._ordered,) = ORDER.unpack(order)
                # By the time that it is heard the request may have been answered, or may not have been begun.
                if self._answers and not self._successor and self._ordered == self._number:
                    self._step_back()

    def _step_back(self) -> None:
        """Give up the priority of the thread that answers, before which another is made that will follow it."""
        if not RETURNS:
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, 0, 19)
            return
        successor = threading.Event()
        try:
            threading.Thread(target=self._follow, args=(successor,), daemon=True).start()
        except RuntimeError:
            # There is no memory for a thread, and soon there will be none for the query.
            os._exit(1)
        # Where the system forbids it, the query goes on as it did: slower for others, and not broken.
        with contextlib.suppress(OSError):
            os.sched_setscheduler(self._thread, os.SCHED_IDLE, os.sched_param(0))
        self._successor = successor

    def _follow(self, successor: threading.Event) -> None:
        successor.wait()
        self._take_over()
