"""How the cost of a call grows with what it is given: by its steps or its processor time, each of two sizes."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import FrameType

_TIMES = 8
_MOST, _NOISE = 30, 0.05
"""What is linear takes eight times as long, what is quadratic sixty-four times; below so many seconds is only noise."""


def steps(act: Callable[[], object]) -> int:
    """How many functions are called, those of C among them."""
    count = 0

    def counted(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(counted)
    try:
        act()
    finally:
        sys.setprofile(None)
    return count


def in_proportion(act: Callable[[int], object], size: int) -> bool:
    """Whether to act on eight times the size takes no longer than in proportion, by the processor time of both."""
    long = _seconds(act, _TIMES * size)
    return long < _NOISE or long < _MOST * max(_seconds(act, size), _NOISE / _MOST)


def _seconds(act: Callable[[int], object], size: int) -> float:
    """The processor time of a call, the least of three, none of which finds what another has left in a memory."""
    taken = []
    for more in range(3):
        begin = time.process_time()
        act(size + more)
        taken.append(time.process_time() - begin)
        if taken[-1] < _NOISE:
            break
    return min(taken)
