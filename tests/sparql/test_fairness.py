"""One client, however much it asks at once, does not stand in the way of others."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from converter.errors import QueryError
from server.sparql import QueueFull, Request
from server.sparql.client_disconnect import CURRENT, PendingRequest
from server.sparql.pool import Pool
from tests.sparql.test_overload import LONG
from tests.sparql.test_pool import RUNAWAY, stated, store
from tests.sparql.test_priorities import HEAVY
from tests.waiting import until


@pytest.fixture
def pool(tmp_path: Path) -> Iterator[Pool]:
    """One query in the foreground, four places for long ones, eight who may wait."""
    made = Pool(store(tmp_path / "1", 300), base="http://fair/", size=1, timeout=120, background=4, queue=8)
    assert stated(made)
    yield made
    made.close()


def asking(pool: Pool, client: str, queries: list[str], faults: list[QueryError]) -> list[threading.Thread]:
    """Threads in which a client asks each of them once."""

    def ask(query: str) -> None:
        CURRENT.set(PendingRequest(client=client))
        try:
            stated(pool, Request(query, "csv"))
        except QueryError as fault:
            faults.append(fault)

    threads = [threading.Thread(target=ask, args=(query,)) for query in queries]
    for thread in threads:
        thread.start()
    return threads


def under_way(pool: Pool) -> tuple[int, int]:
    """How many queries run, and how many wait."""
    figures = pool.figures()
    return figures.running + figures.background, figures.waiting


def test_a_client_with_many_long_queries_leaves_places_to_others(pool: Pool) -> None:
    faults: list[QueryError] = []
    crowd = asking(pool, "192.0.2.1", [f"{RUNAWAY} # {number}" for number in range(4)], faults)
    until(lambda: under_way(pool) == (3, 1))
    other: list[QueryError] = []
    for number in range(3):
        for thread in asking(pool, "192.0.2.2", [f"{LONG} # {number}"], other):
            thread.join()
    assert not other
    # None of the four has been ended for it, and the last still waits.
    assert not faults
    assert under_way(pool) == (3, 1)
    pool.close()
    for thread in crowd:
        thread.join()


def test_how_much_one_client_may_have_is_an_argument_of_the_pool(tmp_path: Path) -> None:
    halved = Pool(store(tmp_path / "1", 300), base="http://fair/", size=1, timeout=30, background=4, one_client=0.5)
    faults: list[QueryError] = []
    crowd = asking(halved, "192.0.2.1", [f"{RUNAWAY} # {number}" for number in range(4)], faults)
    until(lambda: under_way(halved) == (2, 2))
    halved.close()
    for thread in crowd:
        thread.join()


def test_a_client_does_not_fill_the_queue(pool: Pool) -> None:
    faults: list[QueryError] = []
    crowd = asking(pool, "192.0.2.1", [f"{RUNAWAY} # {number}" for number in range(20)], faults)
    until(lambda: any(isinstance(fault, QueueFull) for fault in faults))
    with suppress(StopIteration):
        assert stated(pool) == b"n\r\n300\r\n"
    pool.close()
    for thread in crowd:
        thread.join()


def test_who_has_nothing_under_way_comes_before_who_has_much(tmp_path: Path) -> None:
    pool = Pool(store(tmp_path / "1", 300), base="http://fair/", size=1, timeout=30)
    order: list[str] = []
    lock = threading.Lock()

    def ask(client: str, number: int) -> None:
        CURRENT.set(PendingRequest(client=client))
        stated(pool, Request(f"{HEAVY} # {number}", "csv"))
        with lock:
            order.append(client)

    many = [threading.Thread(target=ask, args=("192.0.2.1", number)) for number in range(18)]
    for thread in many:
        thread.start()
    until(lambda: pool.figures().waiting >= 6)
    one = threading.Thread(target=ask, args=("192.0.2.2", 99))
    one.start()
    for thread in (*many, one):
        thread.join()
    pool.close()
    # Seven run side by side and may end before it; of the others, who came before, it did not wait for all.
    assert order[-1] == "192.0.2.1"
