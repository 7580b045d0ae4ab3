"""The pool: generations change beneath running queries, long queries make room, and nothing is left over."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import chdir, suppress
from pathlib import Path

import pyoxigraph
import pytest

from converter.errors import QueryError
from server.sparql import QueryTimeout, QueueFull, Request
from server.sparql.answer_cache import Cached
from server.sparql.pool import Pool

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


def processes() -> list[int]:
    """Every process of this machine."""
    return [int(path.name) for path in Path("/proc").glob("[0-9]*")]


def command(process: int) -> str:
    """How a process was called; empty where it has ended."""
    with suppress(OSError):
        return Path(f"/proc/{process}/cmdline").read_text(encoding="utf-8", errors="replace")
    return ""


def below(process: int) -> list[int]:
    """The children of a process."""
    found = [path.read_text(encoding="ascii").split() for path in Path(f"/proc/{process}/task").glob("*/children")]
    return [int(child) for each in found for child in each]


def open_files() -> int:
    """The descriptors of this process."""
    return len([*Path("/proc/self/fd").iterdir()])


def stated(endpoint: Pool | Cached, request: Request = COUNT) -> bytes:
    """The whole answer."""
    with endpoint.ask(request) as answer:
        return b"".join(answer)


def test_a_new_generation_drops_no_request(pool: Pool, tmp_path: Path) -> None:
    seen: list[bytes] = []
    stop = threading.Event()

    def asking() -> None:
        while not stop.is_set():
            seen.append(stated(pool))

    threads = [threading.Thread(target=asking) for _ in range(3)]
    for thread in threads:
        thread.start()
    pool.use(store(tmp_path / "2", 301), "2")
    after = stated(pool)
    stop.set()
    for thread in threads:
        thread.join()
    assert (set(seen) <= {b"n\r\n300\r\n", b"n\r\n301\r\n"}, after, pool.version) == (True, b"n\r\n301\r\n", "2")


@pytest.mark.parametrize("inside", [False, True])
def test_a_long_query_makes_room_for_a_short_one(pool: Pool, inside: bool) -> None:
    def run() -> None:
        with suppress(QueryError):
            stated(pool, Request(RUNAWAY, "csv"))

    stated(pool)
    thread = threading.Thread(target=run)
    thread.start()
    time.sleep(0.1)
    started = time.monotonic()
    stated(pool, Request(COUNT.query, "csv", inside=inside))
    assert time.monotonic() - started < 0.8
    assert thread.is_alive()
    thread.join()


def test_of_too_many_long_queries_the_longest_is_ended(tmp_path: Path) -> None:
    made = Pool(store(tmp_path / "1", 300), base="http://x/", size=1, timeout=2.5, background=1)
    faults: dict[int, QueryError] = {}

    def run(number: int) -> None:
        try:
            stated(made, Request(f"{RUNAWAY} # {number}", "csv"))
        except QueryError as fault:
            faults[number] = fault

    stated(made)
    threads = [threading.Thread(target=run, args=(number,)) for number in range(2)]
    try:
        for thread, alone in zip(threads, (1.2, 0.2), strict=True):
            thread.start()
            time.sleep(alone)
        assert stated(made) == b"n\r\n300\r\n"
        for thread in threads:
            thread.join()
        assert [type(faults[number]) for number in range(2)] == [QueueFull, QueryTimeout]
    finally:
        made.close()


def workers() -> set[int]:
    """The worker processes of this process."""
    makers = [process for process in below(os.getpid()) if "server.sparql.fork_server" in command(process)]
    return {worker for maker in makers for worker in below(maker)}


@pytest.mark.parametrize(("doublings", "replaced"), [(10, 0), (28, 1)])
def test_a_worker_that_a_query_has_blown_up_is_not_used_again(tmp_path: Path, doublings: int, replaced: int) -> None:
    doubled = " ".join(f"BIND(CONCAT(?a{n}, ?a{n}) AS ?a{n + 1})" for n in range(doublings))
    patient = Pool(store(tmp_path / "1", 3), base="http://x/", size=1, timeout=30)
    try:
        stated(patient)
        time.sleep(0.5)
        before = workers()
        stated(patient, Request(f"SELECT (STRLEN(?a{doublings}) AS ?n) {{ BIND('x' AS ?a0) {doubled} }}", "csv"))
        time.sleep(0.5)
        assert len(before - workers()) == replaced
    finally:
        patient.close()


def test_two_workers_draw_different_lots(pool: Pool) -> None:
    lots = Request("SELECT (STRUUID() AS ?lot) {}", "csv")
    with pool.ask(lots) as one, pool.ask(Request(lots.query, "csv", inside=True)) as other:
        assert b"".join(one) != b"".join(other)


def test_workers_that_died_unasked_cost_no_query(pool: Pool) -> None:
    stated(pool)
    for worker in workers():
        os.kill(worker, signal.SIGKILL)
    time.sleep(0.2)
    assert stated(pool) == b"n\r\n300\r\n"


def test_a_pool_outlives_the_process_that_makes_its_workers(pool: Pool) -> None:
    stated(pool)
    for process in below(os.getpid()):
        if "server.sparql.fork_server" in command(process):
            os.kill(process, signal.SIGKILL)
    time.sleep(1.5)
    assert stated(pool) == b"n\r\n300\r\n"


def test_nothing_is_left_of_a_closed_pool(tmp_path: Path) -> None:
    before = open_files()
    made = Pool(store(tmp_path / "1", 3), base="http://closed/", size=1, timeout=1.5)
    stated(made)
    with suppress(QueryError):
        stated(made, Request(RUNAWAY, "csv"))
    with made.ask(Request("SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }", "csv")):
        made.close()
    until = time.monotonic() + 5
    while (left := [one for one in processes() if "http://closed/" in command(one)]) and time.monotonic() < until:
        time.sleep(0.05)
    assert not left
    assert open_files() <= before


def test_a_folder_with_modules_of_the_same_name_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "server.py").write_text("raise SystemExit(1)", encoding="utf-8")
    (tmp_path / "json.py").write_text("raise SystemExit(1)", encoding="utf-8")
    with chdir(tmp_path):
        made = Pool(store(tmp_path / "1", 3), base="http://x/", size=1, timeout=5)
        try:
            assert stated(made) == b"n\r\n3\r\n"
        finally:
            made.close()


def test_a_query_ends_at_its_deadline(pool: Pool) -> None:
    with pytest.raises(QueryTimeout):
        pool.ask(Request(RUNAWAY, "csv"))


def test_the_memory_of_answers_is_bounded(pool: Pool) -> None:
    cache = Cached(pool, limit=5_000)
    for number in range(40):
        stated(cache, Request(f"SELECT ({number} AS ?n) {{}}", "csv"))
    assert 0 < cache.figures().bytes <= 5_000


def test_a_runaway_that_many_ask_at_one_time_runs_once(pool: Pool) -> None:
    cache, faults = Cached(pool), list[str]()

    def run() -> None:
        try:
            stated(cache, Request(RUNAWAY, "csv"))
        except QueryError as fault:
            faults.append(str(fault))

    threads = [threading.Thread(target=run) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(faults), len(set(faults)), pool.figures().kills) == (5, 1, 1)


def test_an_answer_out_of_memory_takes_less_than_a_millisecond(pool: Pool) -> None:
    cache = Cached(pool)
    stated(cache)
    started = time.perf_counter()
    for _ in range(100):
        stated(cache)
    assert (time.perf_counter() - started) / 100 < 0.001
