"""Long queries have what others leave: each comes to its end, and its worker is as before."""

from __future__ import annotations

import itertools
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import cast

import pytest

from converter.errors import QueryError
from server.sparql import Request
from server.sparql import pool_answer as answers
from server.sparql.lower_priority import RETURNS, Priority
from server.sparql.pool import Pool
from server.sparql.pool_answer import LOW_SLICE, LOW_TURN, SLICE, TURN, PoolAnswer
from server.sparql.ready_workers import ReadyWorkers
from server.sparql.worker_process import Worker
from tests.commands import alive
from tests.sparql.test_pool import RUNAWAY, below, command, share_at_the_lowest_priority, stated, store
from tests.waiting import until

HEAVY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f FILTER(STR(?a) != STR(?d)) }"


def policies(process: int) -> list[tuple[int, int]]:
    """The scheduling policies and niceness of the threads of a process."""
    with suppress(OSError):
        threads = [int(path.name) for path in Path(f"/proc/{process}/task").iterdir()]
        return [(os.sched_getscheduler(thread), os.getpriority(os.PRIO_PROCESS, thread)) for thread in threads]
    return []


ORDINARY = (0, os.getpriority(os.PRIO_PROCESS, 0))
"""The policy and niceness of a thread that was not lowered: those of the tests themselves."""


def workers_below(name: str) -> list[int]:
    """The workers of the pool with that base."""
    makers = [process for process in below(os.getpid()) if name in command(process)]
    return [worker for maker in makers for worker in below(maker)]


@pytest.fixture
def pool(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Pool]:
    """One place in each foreground, or so many, over data of which a heavy query takes two tenths of a second."""
    size = getattr(request, "param", 1)
    made = Pool(store(tmp_path / "1", 300), base="http://turns/", size=size, timeout=20)
    assert stated(made)
    yield made
    made.close()


@pytest.fixture
def rest() -> None:
    """Processors of which other programs leave something: the lowest priority has what nobody else wants."""
    if share_at_the_lowest_priority() < 0.5:
        pytest.skip("other programs keep the processors busy, which leaves nothing to the lowest priority")


def crowd(pool: Pool, clients: int, answers_: int, *, kinds: int = 1) -> list[int]:
    """How many answers each client had when one of them had so many; all ask heavy queries, one after the other."""
    numbers = itertools.count()
    had: Counter[int] = Counter()
    over = threading.Event()

    def asking(client: int) -> None:
        while not over.is_set():
            variable = f"n{next(numbers) % kinds}"
            stated(pool, Request(HEAVY.replace("?n", f"?{variable}"), "csv"))
            if not over.is_set():
                had[client] += 1
            if had[client] == answers_:
                over.set()

    threads = [threading.Thread(target=asking, args=(client,)) for client in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [had[client] for client in range(clients)]


@pytest.mark.alone
@pytest.mark.parametrize("pool", [os.cpu_count()], indirect=True)
@pytest.mark.parametrize("kinds", [1, 1_000])
@pytest.mark.parametrize("clients", [2, 8])
def test_of_many_who_ask_heavy_queries_all_the_time_each_is_served(
    rest: None, pool: Pool, clients: int, kinds: int
) -> None:
    assert min(crowd(pool, clients * (os.cpu_count() or 1), 8, kinds=kinds)) >= 4


@pytest.mark.alone
@pytest.mark.skipif(not RETURNS, reason="a process of this system cannot have its priority back")
def test_a_worker_that_was_lowered_is_asked_again_and_is_as_before(rest: None, pool: Pool) -> None:
    crowd(pool, 4, 4)
    until(lambda: len(workers_below("http://turns/")) == pool.figures().idle == 9)
    crowd(pool, 4, 4)
    figures = pool.figures()
    assert (figures.kills, figures.deaths, figures.running, figures.background) == (0, 0, 0, 0)
    until(lambda: len(workers_below("http://turns/")) == pool.figures().idle == 9)
    # The first thread and the one that evaluates.
    until(lambda: all(policies(worker).count(ORDINARY) >= 2 for worker in workers_below("http://turns/")))


@pytest.mark.alone
@pytest.mark.skipif(not RETURNS, reason="a thread of this system has no priority of its own")
def test_a_query_over_its_slice_has_what_nobody_else_wants_and_short_ones_do_not_wait(pool: Pool) -> None:
    def run() -> None:
        with suppress(QueryError):
            stated(pool, Request(RUNAWAY, "csv"))

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()

    def is_idle(worker: int) -> bool:
        return any(policy == os.SCHED_IDLE for policy, _ in policies(worker))

    until(lambda: sum(map(is_idle, workers_below("http://turns/"))) >= 2)
    assert stated(pool) == b"n\r\n300\r\n"
    workers = workers_below("http://turns/")
    for maker in [process for process in below(os.getpid()) if "http://turns/" in command(process)]:
        os.kill(maker, signal.SIGKILL)
    # Whoever made them has ended, and so do they.
    for thread in threads:
        thread.join()
    until(lambda: not any(map(alive, workers)))
    # One that was made in the last moment may end while it answers: it is asked again.
    assert stated(pool) == b"n\r\n300\r\n"


@pytest.mark.alone
@pytest.mark.skipif(not RETURNS, reason="a thread of this system has no priority of its own")
def test_a_system_that_forbids_lower_priority_breaks_no_query(
    rest: None, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbid(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "sched_setscheduler", forbid)
    monkeypatch.setattr(os, "setpriority", forbid)
    crowd(pool, 3, 4)
    figures = pool.figures()
    assert (figures.deaths, figures.running, figures.background) == (0, 0, 0)


def test_who_waits_is_ended_in_time(tmp_path: Path) -> None:
    made = Pool(store(tmp_path / "1", 200), base="http://late/", size=1, timeout=1.5)
    waited: list[float] = []

    def run() -> None:
        started = time.monotonic()
        with suppress(QueryError):
            stated(made, Request(RUNAWAY, "csv"))
        waited.append(time.monotonic() - started)

    threads = [threading.Thread(target=run) for _ in range(5)]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        made.close()
    # Not one after the other.
    assert max(waited) < 4 * made.timeout
    until(lambda: not workers_below("http://late/"))


class StubWorker:
    """A worker in time that is only given."""

    def __init__(self) -> None:
        self.spent = 0.0
        self.lowered: list[Priority] = []

    def lower(self, priority: Priority) -> None:
        self.lowered.append(priority)


class StubHome:
    """Where a worker belongs."""

    class generation:  # noqa: N801 - an attribute of what it stands for
        version = "1"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """What sets the time."""
    now = [0.0]
    monkeypatch.setattr(answers.time, "monotonic", lambda: now[0])

    def set_to(seconds: float) -> None:
        now[0] = seconds

    return set_to


def answer_of(worker: StubWorker) -> PoolAnswer:
    """The answer of a worker to a query that came at 0 and may take ten seconds."""
    return PoolAnswer(
        cast("Worker", worker), cast("ReadyWorkers", StubHome()), Request("ASK {}", "csv"), 0.0, 10.0, lambda _: None
    )


def test_a_query_has_its_slice_of_the_processor_and_little_longer_by_the_clock(clock: Callable[[float], None]) -> None:
    worker = StubWorker()
    answer = answer_of(worker)
    worker.spent = SLICE / 2
    assert answer.turn_left(0.0) == pytest.approx(SLICE / 2)
    assert answer.turn_left(TURN - 0.001) == pytest.approx(0.001)
    worker.spent = SLICE * 2
    assert answer.turn_left(0.0) < 0


def test_a_long_query_has_a_turn_of_its_own_at_low_priority(clock: Callable[[float], None]) -> None:
    worker = StubWorker()
    answer = answer_of(worker)
    worker.spent = 5.0
    clock(6.0)
    answer.lower(Priority.LOW)
    assert answer.turn_left(6.0) == pytest.approx(LOW_SLICE)
    assert answer.turn_left(6.0 + LOW_TURN + 1) < 0
    worker.spent += LOW_SLICE + 0.1
    assert answer.turn_left(6.0) < 0
    answer.lower(Priority.LOWEST)
    assert worker.lowered == [Priority.LOW, Priority.LOWEST]


def test_a_reader_is_late_by_what_he_does_not_take(clock: Callable[[float], None]) -> None:
    answer = answer_of(StubWorker())
    assert answer.lateness(100.0) < 0
