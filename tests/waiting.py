"""Waiting for what another process or thread is about to do: asked again and again, never for a fixed time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")
_PAUSE = 0.01
_MOST = 30.0


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
    """Return in another second of the clock than it is called in: some protocols tell moments in whole seconds."""
    second = int(time.time())
    until(lambda: int(time.time()) > second, seconds=5)
