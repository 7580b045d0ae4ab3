"""Whose turn it is: one thread does all the work, and another takes over where a look-up keeps the first.

Nothing is handed over in the ordinary case, which would take longer than the look-up does.  The thread that was kept
comes back in its time, finds that it is not its turn, and waits for it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

LONGEST = 0.02
"""Seconds that a look-up may keep everybody waiting."""
QUIET = 1.0
"""Seconds without a look-up after which nobody watches."""


class Superseded(Exception):
    """It is another thread's turn by now."""


class EventThreads:
    """Which thread handles events: first the one that makes this; another is to `wait_for_turn`.

    `now` is the clock, and `sleep` waits for so many seconds of it.
    """

    def __init__(
        self, now: Callable[[], float] = time.perf_counter, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._now, self._sleep = now, sleep
        self._lock = threading.Lock()
        self._watched = threading.Event()
        self._leader = threading.get_ident()
        self._since: float | None = None
        self._last = 0.0
        self._other_waits = False

    def begin(self) -> bool:
        """Begin what may take long, where somebody would take over."""
        if not self._other_waits:
            return False
        self._since = self._last = self._now()
        if not self._watched.is_set():
            self._watched.set()
        return True

    def end(self) -> None:
        """It has not taken long.

        Raises Superseded where it has.
        """
        with self._lock:
            if self._leader != threading.get_ident():
                raise Superseded
            self._since = None

    def wait_for_turn(self) -> None:
        """Wait until the other is kept, and take the turn."""
        self._other_waits = True
        while True:
            self._watched.wait()
            self._sleep(LONGEST)
            now = self._now()
            with self._lock:
                if self._since is not None and now - self._since > LONGEST:
                    self._leader = threading.get_ident()
                    self._since, self._other_waits = None, False
                    return
            if now - self._last > QUIET:
                self._watched.clear()
                if self._since is not None:
                    self._watched.set()
