"""A look-up that takes long keeps nobody but its own thread."""

from __future__ import annotations

import threading
import time

import pytest

from server.front.event_threads import LONGEST, EventThreads, Superseded


class Other:
    """A thread that stands by, and what it did."""

    def __init__(self, threads: EventThreads) -> None:
        self.leads = threading.Event()
        self._threads = threads
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        while not threads.begin():
            time.sleep(0.001)
        threads.end()

    def _run(self) -> None:
        self._threads.stand_by()
        self.leads.set()


def test_nothing_is_begun_where_nobody_would_take_over() -> None:
    assert not EventThreads().begin()


def test_what_is_quick_leaves_the_turn_where_it_is() -> None:
    threads = EventThreads()
    other = Other(threads)
    for _ in range(50):
        assert threads.begin()
        threads.end()
        time.sleep(LONGEST / 10)
    assert not other.leads.is_set()


def test_what_takes_long_gives_the_turn_to_the_other() -> None:
    threads = EventThreads()
    other = Other(threads)
    assert threads.begin()
    assert other.leads.wait(2)
    with pytest.raises(Superseded):
        threads.end()
    # Until the first has come back, the second begins nothing that may take long.
    assert not threads.begin()


def test_it_goes_back_and_forth() -> None:
    threads = EventThreads()
    led: list[str] = []

    def work(name: str, *, leads: bool) -> None:
        for _ in range(4):
            if not leads:
                threads.stand_by()
            leads = False
            led.append(name)
            while not threads.begin():
                time.sleep(0.001)
            time.sleep(LONGEST * 5)
            try:
                threads.end()
            except Superseded:
                continue
            raise AssertionError("nobody took over")

    other = threading.Thread(target=work, args=("other",), kwargs={"leads": False}, daemon=True)
    other.start()
    work("first", leads=True)
    assert led[:6] == ["first", "other"] * 3


def test_after_a_rest_somebody_watches_again() -> None:
    threads = EventThreads(quiet=0.05)
    other = Other(threads)
    time.sleep(0.3)
    assert not other.leads.is_set()
    assert threads.begin()
    assert other.leads.wait(2)
