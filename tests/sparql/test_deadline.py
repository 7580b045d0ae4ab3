"""The time limit of a query is that of its whole answer; only a reader that is slow by itself makes it later."""

from __future__ import annotations

from itertools import islice
from types import SimpleNamespace
from typing import Any

import pytest

from server.sparql import Request, pool_answer
from server.sparql.pool_answer import HOLD_BACK, PoolAnswer
from server.sparql.worker import DATA


class Clock:
    """A clock that stands until it is moved."""

    now = 1_000.0

    def monotonic(self) -> float:
        return self.now


class EndlessWorker:
    """A worker that takes a second for each part of an answer without end, and notes by when each is awaited."""

    spent = 0.0

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.deadlines: list[float] = []

    def send(self, request: Request) -> None: ...

    def stop(self) -> None: ...

    def frame(self, deadline: float) -> tuple[bytes, bytes]:
        self.deadlines.append(deadline)
        self.clock.now += 1
        return DATA, b"x" * HOLD_BACK


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of answers."""
    made = Clock()
    monkeypatch.setattr(pool_answer, "time", made)
    return made


def deadlines(clock: Clock, reads: float) -> list[float]:
    """By when each part must be there, seconds after the query came, where the reader takes so long for each."""
    worker: Any = EndlessWorker(clock)
    home: Any = SimpleNamespace(generation=SimpleNamespace(version="1"))
    begun = clock.now
    answer = PoolAnswer(worker, home, Request("", "csv"), begun, 30.0, lambda _: None)
    answer.begin()
    for _ in islice(answer, 6):
        clock.now += reads
    return [deadline - begun for deadline in worker.deadlines]


def test_a_reader_that_keeps_up_has_the_whole_answer_within_the_limit(clock: Clock) -> None:
    assert deadlines(clock, 0) == [30.0] * 6


def test_a_slow_reader_uses_up_its_own_time_and_not_that_of_the_query(clock: Clock) -> None:
    assert deadlines(clock, 10) == [30.0, 40.0, 50.0, 60.0, 70.0, 80.0]


def test_no_reader_holds_a_worker_for_ever(clock: Clock) -> None:
    assert max(deadlines(clock, 1_000)) == 30.0 * 11
