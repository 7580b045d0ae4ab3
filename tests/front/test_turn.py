"""A look-up that takes long keeps nobody but its own thread."""

from __future__ import annotations

import threading
import time

import pytest

from server.front.event_threads import PATIENCE, Superseded, Turn


class Other:
    """A thread that stands by, and what it did."""

    def __init__(self, turn: Turn) -> None:
        self.leads = threading.Event()
        self._turn = turn
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        while not turn.begin():
            time.sleep(0.001)
        turn.end()

    def _run(self) -> None:
        self._turn.stand_by()
        self.leads.set()


def test_nothing_is_begun_where_nobody_would_take_over() -> None:
    assert not Turn().begin()


def test_what_is_quick_leaves_the_turn_where_it_is() -> None:
    turn = Turn()
    other = Other(turn)
    for _ in range(50):
        assert turn.begin()
        turn.end()
        time.sleep(PATIENCE / 10)
    assert not other.leads.is_set()


def test_what_takes_long_gives_the_turn_to_the_other() -> None:
    turn = Turn()
    other = Other(turn)
    assert turn.begin()
    assert other.leads.wait(2)
    with pytest.raises(Superseded):
        turn.end()
    # Until the first has come back, the second begins nothing that may take long.
    assert not turn.begin()


def test_it_goes_back_and_forth() -> None:
    turn = Turn()
    led: list[str] = []

    def work(name: str, *, leads: bool) -> None:
        for _ in range(4):
            if not leads:
                turn.stand_by()
            leads = False
            led.append(name)
            while not turn.begin():
                time.sleep(0.001)
            time.sleep(PATIENCE * 5)
            try:
                turn.end()
            except Superseded:
                continue
            raise AssertionError("nobody took over")

    other = threading.Thread(target=work, args=("other",), kwargs={"leads": False}, daemon=True)
    other.start()
    work("first", leads=True)
    assert led[:6] == ["first", "other"] * 3


def test_after_a_rest_somebody_watches_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.front.event_threads._QUIET", 0.05)
    turn = Turn()
    other = Other(turn)
    time.sleep(0.3)
    assert not other.leads.is_set()
    assert turn.begin()
    assert other.leads.wait(2)
