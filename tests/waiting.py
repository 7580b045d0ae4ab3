"""Waiting for what another process or thread is about to do: asked again and again, never for a fixed time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")
_PAUSE = 0.01
_MOST = 100.0
"""Seconds; no claim, but the end of a test that would never end."""


def until(found: Callable[[], Found], seconds: float = _MOST) -> Found:
    """What comes to be found, as soon as it is true; raises TimeoutError where it does not come in so many seconds."""
    end = time.monotonic() + seconds
    while not (value := found()):
        if time.monotonic() > end:
            raise TimeoutError(f"{found} did not come true in {seconds} s; the last value was {value!r}")
        time.sleep(_PAUSE)
    return value


def until_answered(ask: Callable[[], Found], *faults: type[Exception], seconds: float = _MOST) -> Found:
    """The first answer, faults of these kinds being asked again; the last fault is raised after so many seconds."""
    end = time.monotonic() + seconds
    while True:
        try:
            return ask()
        except faults:
            if time.monotonic() > end:
                raise
            time.sleep(_PAUSE)


def next_second() -> None:
    """Return in another second of the clock than it is called in: some protocols write moments in whole seconds."""
    second = int(time.time())
    until(lambda: int(time.time()) > second, seconds=5)


class Clock:
    """A clock that stands until it is set forward, for code that is given one."""

    def __init__(self) -> None:
        self._seconds = 0.0
        self._moved = threading.Condition()
        self._ends: list[float] = []

    def now(self) -> float:
        """The seconds that it shows."""
        return self._seconds

    def sleep(self, seconds: float) -> None:
        """Return when it has been set forward by so much."""
        with self._moved:
            end = self._seconds + seconds
            self._ends.append(end)
            self._moved.wait_for(lambda: self._seconds >= end)
            self._ends.remove(end)

    def forward(self, seconds: float) -> None:
        """Set it forward; who has slept long enough wakes."""
        with self._moved:
            self._seconds += seconds
            self._moved.notify_all()

    @property
    def has_sleeper(self) -> bool:
        """Whether a thread sleeps that is not to wake yet."""
        with self._moved:
            return any(end > self._seconds for end in self._ends)
