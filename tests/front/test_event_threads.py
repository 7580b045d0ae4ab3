"""A look-up that takes long keeps nobody but its own thread."""

from __future__ import annotations

import threading

import pytest

from server.front.event_threads import LONGEST, QUIET, EventThreads, Superseded
from tests.waiting import Clock, until


class Other:
    """A thread that stands by, and what it did."""

    def __init__(self, threads: EventThreads) -> None:
        self.leads = threading.Event()
        self._threads = threads
        threading.Thread(target=self._run, daemon=True).start()
        until(threads.begin)
        threads.end()

    def _run(self) -> None:
        self._threads.wait_for_turn()
        self.leads.set()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def threads(clock: Clock) -> EventThreads:
    return EventThreads(clock.now, clock.sleep)


def pass_while_watched(clock: Clock, seconds: float) -> None:
    """Let so much time pass, and the other thread look at the clock before and after."""
    until(lambda: clock.has_sleeper)
    clock.forward(seconds)


def test_nothing_is_begun_where_nobody_would_take_over() -> None:
    assert not EventThreads().begin()


def test_what_is_quick_leaves_the_turn_where_it_is(clock: Clock, threads: EventThreads) -> None:
    other = Other(threads)
    for _ in range(50):
        assert threads.begin()
        pass_while_watched(clock, LONGEST / 2)
        threads.end()
        pass_while_watched(clock, LONGEST / 2)
    assert not other.leads.is_set()


def test_what_takes_long_gives_the_turn_to_the_other(clock: Clock, threads: EventThreads) -> None:
    other = Other(threads)
    assert threads.begin()
    pass_while_watched(clock, LONGEST * 2)
    assert other.leads.wait(30)
    with pytest.raises(Superseded):
        threads.end()
    # Until the first has come back, the second begins nothing that may take long.
    assert not threads.begin()


def test_it_goes_back_and_forth(clock: Clock, threads: EventThreads) -> None:
    led: list[str] = []

    def kept(name: str) -> None:
        """Lead, and be kept until the other thread leads."""
        led.append(name)
        until(threads.begin)
        pass_while_watched(clock, LONGEST * 2)
        until(lambda: led[-1] != name)
        with pytest.raises(Superseded):
            threads.end()

    def other() -> None:
        for _ in range(3):
            threads.wait_for_turn()
            kept("other")

    thread = threading.Thread(target=other, daemon=True)
    thread.start()
    for _ in range(3):
        kept("first")
        threads.wait_for_turn()
    led.append("first")
    thread.join(30)
    assert led == [*["first", "other"] * 3, "first"]


def test_after_a_rest_somebody_watches_again(clock: Clock, threads: EventThreads) -> None:
    other = Other(threads)
    pass_while_watched(clock, QUIET * 2)
    until(lambda: not clock.has_sleeper)
    assert threads.begin()
    pass_while_watched(clock, LONGEST * 2)
    assert other.leads.wait(30)
