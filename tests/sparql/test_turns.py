"""Long queries take turns: each comes to its end, their workers are as before, and none stands still for ever."""

from __future__ import annotations

import itertools
import os
import queue
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from converter.errors import QueryError
from server.sparql import Request
from server.sparql.long_queries import Rotation
from server.sparql.lower_priority import ORDER, RETURNS, Stepping
from server.sparql.pool import Pool
from server.sparql.result_stream import PoolAnswer
from tests.sparql.test_pool import RUNAWAY, below, command, store, told
from tests.sparql.test_resident import until

HEAVY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f FILTER(STR(?a) != STR(?d)) }"


def state(process: int) -> str:
    """What a process does: R runs, S sleeps, T stands still."""
    with suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    return ""


def workers_below(name: str) -> list[int]:
    """The workers of the pool with that base."""
    makers = [process for process in below(os.getpid()) if name in command(process)]
    return [worker for maker in makers for worker in below(maker)]


@pytest.fixture
def pool(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Pool]:
    """One place in each foreground, or so many, over data of which a heavy query takes a tenth of a second."""
    size = getattr(request, "param", 1)
    made = Pool(store(tmp_path / "1", 300), base="http://turns/", size=size, timeout=20)
    assert told(made)
    yield made
    made.close()


def crowd(pool: Pool, clients: int, seconds: float, *, kinds: int = 1) -> list[float]:
    """The longest that each client waited, of those that ask heavy queries of so many kinds all the time."""
    numbers = itertools.count()
    longest: Counter[int] = Counter()
    end = time.monotonic() + seconds

    def asking(client: int) -> None:
        while (started := time.monotonic()) < end:
            variable = f"n{next(numbers) % kinds}"
            told(pool, Request(HEAVY.replace("?n", f"?{variable}"), "csv"))
            longest[client] = max(longest[client], time.monotonic() - started)  # type: ignore[assignment] # seconds

    threads = [threading.Thread(target=asking, args=(client,)) for client in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [longest[client] for client in range(clients)]


@pytest.mark.parametrize("pool", [os.cpu_count()], indirect=True)
@pytest.mark.parametrize("kinds", [1, 1_000])
def test_of_many_who_ask_heavy_queries_all_the_time_each_is_served(pool: Pool, kinds: int) -> None:
    started = time.monotonic()
    told(pool, Request(HEAVY, "csv"))
    alone = time.monotonic() - started
    waited = crowd(pool, 2 * (os.cpu_count() or 1), 6.0, kinds=kinds)
    assert max(waited) < max(1.5, 16 * alone), f"alone it takes {alone:.2f} s"


@pytest.mark.skipif(not RETURNS, reason="a process of this system cannot have its priority back")
def test_a_worker_that_stepped_back_is_asked_again(pool: Pool) -> None:
    crowd(pool, 4, 1.5)
    before = {worker._process for worker in pool.stock._idle}
    crowd(pool, 4, 1.5)
    figures = pool.figures()
    assert (figures.kills, figures.deaths, figures.running, figures.background) == (0, 0, 0, 0)
    assert len(before & {worker._process for worker in pool.stock._idle}) == len(before)
    assert not [process for process in before if state(process) == "T"]


def test_those_that_stand_still_end_with_whoever_made_them(pool: Pool) -> None:
    def run() -> None:
        with suppress(QueryError):
            told(pool, Request(RUNAWAY, "csv"))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    assert until(lambda: "T" in map(state, workers_below("http://turns/")))
    held = workers_below("http://turns/")
    for maker in [process for process in below(os.getpid()) if "http://turns/" in command(process)]:
        os.kill(maker, signal.SIGKILL)
    assert until(lambda: not [process for process in held if state(process) not in {"", "Z"}], 5)
    for thread in threads:
        thread.join()
    assert told(pool) == b"n\r\n300\r\n"


def test_who_waits_for_a_turn_is_ended_in_time(tmp_path: Path) -> None:
    made = Pool(store(tmp_path / "1", 300), base="http://late/", size=1, timeout=1.5)
    waited: list[float] = []

    def run() -> None:
        started = time.monotonic()
        with suppress(QueryError):
            told(made, Request(RUNAWAY, "csv"))
        waited.append(time.monotonic() - started)

    threads = [threading.Thread(target=run) for _ in range(5)]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        made.close()
    assert max(waited) < 3
    assert until(lambda: not workers_below("http://late/"), 5)


class Serving:
    """The thread's side of a worker: requests are functions."""

    def __init__(self) -> None:
        self.requests: queue.Queue[Callable[[], None]] = queue.Queue()
        read, self.orders = os.pipe()
        self.stepping = Stepping(os.fdopen(read, "rb", buffering=0), self.serve)
        threading.Thread(target=self.stepping.run, daemon=True).start()

    def serve(self) -> None:
        while True:
            request = self.requests.get()
            self.stepping.begin()
            request()
            if self.stepping.end():
                return

    def answered(self, *, order: int = 0, early: bool = False) -> tuple[int, int]:
        """The thread that answered a request, and its policy at the end, where a request was told to step back."""
        told: queue.Queue[tuple[int, int]] = queue.Queue()
        go_on = threading.Event()

        def request() -> None:
            go_on.wait()
            told.put((threading.get_native_id(), os.sched_getscheduler(threading.get_native_id())))

        def send() -> None:
            if order:
                os.write(self.orders, ORDER.pack(order))
                time.sleep(0.1)

        if early:
            send()
        self.requests.put(request)
        if not early:
            time.sleep(0.05)
            send()
        go_on.set()
        return told.get(timeout=5)


@pytest.mark.skipif(not RETURNS, reason="a thread of this system has no priority of its own")
@pytest.mark.parametrize("early", [False, True])
def test_a_system_that_forbids_stepping_back_breaks_no_query(monkeypatch: pytest.MonkeyPatch, early: bool) -> None:
    def forbid(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "sched_setscheduler", forbid)
    serving = Serving()
    assert serving.answered(order=1, early=early)[1] == os.SCHED_OTHER
    assert serving.answered()[1] == os.SCHED_OTHER


@pytest.mark.skipif(not RETURNS, reason="a thread of this system has no priority of its own")
@pytest.mark.parametrize("early", [False, True])
def test_the_thread_that_stepped_back_is_followed_by_one_that_has_not(early: bool) -> None:
    serving = Serving()
    first, ordinary = serving.answered()
    assert (ordinary, serving.answered()) == (os.SCHED_OTHER, (first, os.SCHED_OTHER))
    assert serving.answered(order=3, early=early) == (first, os.SCHED_IDLE)
    second, policy = serving.answered()
    assert (second != first, policy) == (True, os.SCHED_OTHER)
    assert serving.answered(order=3) == (second, os.SCHED_OTHER), "an order that comes too late is for nobody"
    assert serving.answered(order=6) == (second, os.SCHED_IDLE)


class Query:
    """A query as the rotation sees it, which takes so many seconds of the processor."""

    sends = False

    def __init__(self, takes: float) -> None:
        self.takes, self.spent_in_turn, self.left = takes, 0.0, 0.0
        self.stands_still = self.done = False
        self.worker = self

    def pause(self) -> None:
        assert not self.stands_still
        self.stands_still = True

    def resume(self) -> None:
        assert self.stands_still
        self.stands_still = False

    def begin_turn(self) -> None:
        self.spent_in_turn, self.left = 0.0, 0.2

    def left_of_turn(self, _: float) -> float:
        return self.left - self.spent_in_turn

    def run(self, seconds: float) -> None:
        assert not self.stands_still
        self.spent_in_turn += seconds
        self.takes -= seconds
        self.done = self.takes <= 0


class Simulated:
    """A rotation and those who stand in its line, in time that is only told."""

    def __init__(self, size: int) -> None:
        self.size, self.rotation = size, Rotation(size)
        self.coming: list[Query] = []

    def step(self, seconds: float = 0.05) -> None:
        """Let what runs run for a while, and everybody have what is due."""
        rotation = self.rotation
        for query in cast("list[Query]", [*rotation.running]):
            query.run(seconds)
            if query.done:
                rotation.leave(cast("PoolAnswer", query))
        [*rotation.change(0.0, line_moves=True)]
        while self.coming and rotation.has_room:
            rotation.line.popleft()
            rotation.enter(cast("PoolAnswer", self.coming.pop(0)))
        assert len(rotation.running) <= self.size
        assert not [query for query in cast("list[Query]", rotation.running) if query.stands_still]

    def come(self, query: Query) -> None:
        """Stand in line."""
        self.coming.append(query)
        self.rotation.line.append(cast("Any", None))


@given(st.lists(st.tuples(st.floats(0.01, 3), st.booleans()), min_size=1, max_size=30), st.integers(1, 4))
def test_everybody_comes_to_an_end_and_nobody_runs_beside_too_many(come: list[tuple[float, bool]], size: int) -> None:
    simulated = Simulated(size)
    queries = [Query(takes) for takes, _ in come]
    for query, (_, begun) in zip(queries, come, strict=True):
        if begun:
            simulated.rotation.join(cast("PoolAnswer", query))
        else:
            simulated.come(query)
        simulated.step()
    steps = sum(takes for takes, _ in come) / 0.05 + 4 * len(come) + 10
    for _ in range(int(steps)):
        simulated.step()
    assert all(query.done for query in queries)
    assert not simulated.rotation.is_wanted


def test_nobody_looks_again_and_again_where_the_line_cannot_move() -> None:
    simulated = Simulated(1)
    simulated.come(Query(5))
    simulated.step()
    simulated.come(Query(5))
    for _ in range(5):
        cast("Query", simulated.rotation.running[0]).run(0.05)
    assert simulated.rotation.next_change(0.0, line_moves=False) is None
    assert simulated.rotation.next_change(0.0, line_moves=True) == 0


def test_those_that_begin_have_four_fifths_of_the_time_and_those_that_do_not_end_the_rest() -> None:
    simulated = Simulated(1)
    endless = [Query(1e6) for _ in range(3)]
    for query in endless:
        simulated.come(query)
    short = 0
    for _ in range(2_000):
        if len(simulated.coming) < 5:
            simulated.come(Query(0.1))
            short += 1
        simulated.step()
    spent = sum(1e6 - query.takes for query in endless)
    assert short * 0.1 == pytest.approx(80, rel=0.1)
    assert spent == pytest.approx(20, rel=0.2)
