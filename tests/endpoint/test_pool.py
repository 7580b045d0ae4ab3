"""The pool: generations change beneath running queries, long queries make room, and nothing is left over."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pyoxigraph
import pytest

from converter.errors import QueryError
from server.endpoint import QueryTimeout, Request
from server.endpoint.cache import Cached
from server.endpoint.workers import Pool

COUNT = Request("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "csv")
RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER(?a != ?g) }"


def store(path: Path, size: int) -> Path:
    """A store with so many triples."""
    made = pyoxigraph.Store(str(path))
    made.extend(
        pyoxigraph.Quad(pyoxigraph.NamedNode(f"urn:{n}"), pyoxigraph.NamedNode("urn:p"), pyoxigraph.Literal(n))
        for n in range(size)
    )
    made.flush()
    return path


@pytest.fixture
def pool(tmp_path: Path) -> Iterator[Pool]:
    """One place in the foreground, half a second for a query."""
    made = Pool(store(tmp_path / "1", 300), base="http://x/", size=1, timeout=1.5)
    yield made
    made.close()


def told(endpoint: Pool | Cached, request: Request = COUNT) -> bytes:
    """The whole answer."""
    with endpoint.ask(request) as answer:
        return b"".join(answer)


def test_a_new_generation_drops_no_request(pool: Pool, tmp_path: Path) -> None:
    seen: list[bytes] = []
    stop = threading.Event()

    def asking() -> None:
        while not stop.is_set():
            seen.append(told(pool))

    threads = [threading.Thread(target=asking) for _ in range(3)]
    for thread in threads:
        thread.start()
    pool.use(store(tmp_path / "2", 301), "2")
    after = told(pool)
    stop.set()
    for thread in threads:
        thread.join()
    assert (set(seen) <= {b"n\r\n300\r\n", b"n\r\n301\r\n"}, after, pool.version) == (True, b"n\r\n301\r\n", "2")


@pytest.mark.parametrize("inside", [False, True])
def test_a_long_query_makes_room_for_a_short_one(pool: Pool, inside: bool) -> None:
    def run() -> None:
        with suppress(QueryError):
            told(pool, Request(RUNAWAY, "csv"))

    told(pool)
    thread = threading.Thread(target=run)
    thread.start()
    time.sleep(0.1)
    started = time.monotonic()
    told(pool, Request(COUNT.query, "csv", inside=inside))
    assert time.monotonic() - started < 0.8
    assert thread.is_alive()
    thread.join()


def test_a_query_ends_at_its_deadline(pool: Pool) -> None:
    with pytest.raises(QueryTimeout):
        pool.ask(Request(RUNAWAY, "csv"))


def test_the_memory_of_answers_is_bounded(pool: Pool) -> None:
    cache = Cached(pool, limit=5_000)
    for number in range(40):
        told(cache, Request(f"SELECT ({number} AS ?n) {{}}", "csv"))
    assert 0 < cache.held <= 5_000


def test_an_answer_out_of_memory_takes_less_than_a_millisecond(pool: Pool) -> None:
    cache = Cached(pool)
    told(cache)
    started = time.perf_counter()
    for _ in range(100):
        told(cache)
    assert (time.perf_counter() - started) / 100 < 0.001
