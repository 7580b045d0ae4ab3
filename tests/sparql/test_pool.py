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
from server.sparql import ClientLeft, Endpoint, QueryTimeout, QueueFull, Request, WorkerDied
from server.sparql.answer_cache import Cached
from server.sparql.client_disconnect import CURRENT, PendingRequest
from server.sparql.pool import Pool
from tests.waiting import until

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
    """One place in the foreground, a second and a half for a query."""
    made = Pool(store(tmp_path / "1", 300), base="http://x/", size=1, timeout=1.5)
    until(lambda: made.figures().idle)
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


class Asking:
    """A thread that asks for somebody, and how that ended."""

    def __init__(self, endpoint: Endpoint, query: str = RUNAWAY) -> None:
        self.request = PendingRequest()
        self.outcome: bytes | QueryError | None = None
        self._thread = threading.Thread(target=self._run, args=(endpoint, Request(query, "csv")))
        self._thread.start()

    def _run(self, endpoint: Endpoint, request: Request) -> None:
        CURRENT.set(self.request)
        try:
            with endpoint.ask(request) as answer:
                self.outcome = b"".join(answer)
        except QueryError as fault:
            self.outcome = fault

    @property
    def has_ended(self) -> bool:
        return not self._thread.is_alive()

    def end(self) -> bytes | QueryError | None:
        """Its outcome, waited for."""
        self._thread.join()
        return self.outcome


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


@pytest.fixture
def patient(tmp_path: Path) -> Iterator[Pool]:
    """One place in each foreground and one for a long query, which may take ten seconds."""
    made = Pool(store(tmp_path / "1", 300), base="http://x/", size=1, timeout=10, background=1)
    until(lambda: made.figures().idle)
    stated(made)
    yield made
    made.close()


@pytest.mark.parametrize("inside", [False, True])
def test_a_long_query_makes_room_for_a_short_one(patient: Pool, inside: bool) -> None:
    long = Asking(patient)
    until(lambda: patient.figures().running == 1)
    stated(patient, Request(COUNT.query, "csv", inside=inside))
    assert not long.has_ended
    long.request.leave()
    assert isinstance(long.end(), ClientLeft)


def spent(process: int) -> float:
    """The seconds of the processor that a process has taken; 0 where it has ended."""
    with suppress(OSError):
        fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def test_of_too_many_long_queries_the_longest_is_ended(patient: Pool) -> None:
    first = Asking(patient, f"{RUNAWAY} # 1")
    # A query is costly that has had a tenth of the time that it may take.
    until(lambda: any(spent(worker) > 1.1 for worker in workers()))
    second = Asking(patient, f"{RUNAWAY} # 2")
    until(lambda: patient.figures().running == 2)
    assert stated(patient) == b"n\r\n300\r\n"
    assert isinstance(first.end(), QueueFull)
    assert not second.has_ended
    second.request.leave()
    assert isinstance(second.end(), ClientLeft)


def share_at_the_lowest_priority() -> float:
    """The part of a processor that a thread has which wants all that nobody else does; 1 where there is none such."""
    if not hasattr(os, "SCHED_IDLE"):
        return 1.0
    spent: list[float] = []

    def run() -> None:
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
        end, before = time.monotonic() + 0.5, time.thread_time()
        while time.monotonic() < end:
            pass
        spent.append((time.thread_time() - before) / 0.5)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return spent[0]


def workers() -> set[int]:
    """The worker processes of this process."""
    makers = [process for process in below(os.getpid()) if "server.sparql.fork_server" in command(process)]
    return {worker for maker in makers for worker in below(maker)}


@pytest.mark.parametrize(("doublings", "replaced"), [(10, 0), (28, 1)])
def test_a_worker_that_a_query_has_blown_up_is_not_used_again(tmp_path: Path, doublings: int, replaced: int) -> None:
    doubled = " ".join(f"BIND(CONCAT(?a{n}, ?a{n}) AS ?a{n + 1})" for n in range(doublings))
    pool = Pool(store(tmp_path / "1", 3), base="http://x/", size=1, timeout=30)

    def is_complete() -> bool:
        return len(workers()) == pool.figures().idle == 9

    try:
        stated(pool)
        until(is_complete)
        before = workers()
        stated(pool, Request(f"SELECT (STRLEN(?a{doublings}) AS ?n) {{ BIND('x' AS ?a0) {doubled} }}", "csv"))
        until(is_complete)
        assert len(before - workers()) == replaced
    finally:
        pool.close()


def test_two_workers_draw_different_lots(pool: Pool) -> None:
    lots = Request("SELECT (STRUUID() AS ?lot) {}", "csv")
    with pool.ask(lots) as one, pool.ask(Request(lots.query, "csv", inside=True)) as other:
        assert b"".join(one) != b"".join(other)


def test_workers_that_died_unasked_cost_no_query(pool: Pool) -> None:
    stated(pool)
    killed = workers()
    for worker in killed:
        os.kill(worker, signal.SIGKILL)
    until(lambda: not any(map(command, killed)))
    assert stated(pool) == b"n\r\n300\r\n"


def test_a_pool_outlives_the_process_that_makes_its_workers(pool: Pool) -> None:
    stated(pool)
    made = workers()
    for process in below(os.getpid()):
        if "server.sparql.fork_server" in command(process):
            os.kill(process, signal.SIGKILL)
    # The workers end with what made them.
    until(lambda: not any(map(command, made)))
    assert stated(pool) == b"n\r\n300\r\n"


def kill_makers() -> None:
    for process in below(os.getpid()):
        if "http://orphans/" in command(process):
            os.kill(process, signal.SIGKILL)


def is_busy(process: int) -> bool:
    """Whether a thread of a process has the processor, or waits for it."""
    found = []
    with suppress(OSError):
        found = [path.read_text(encoding="ascii") for path in Path(f"/proc/{process}/task").glob("*/stat")]
    return any(text.rpartition(")")[2].split()[0] == "R" for text in found)


def test_a_query_whose_worker_ended_with_its_maker_is_asked_again_once(tmp_path: Path) -> None:
    made = Pool(store(tmp_path / "1", 300), base="http://orphans/", size=1, timeout=60)
    try:
        until(lambda: made.figures().idle)
        asking = Asking(made, "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f FILTER(STR(?a) != STR(?d)) }")
        until(lambda: any(map(is_busy, workers())) or asking.has_ended)
        kill_makers()
        assert asking.end() == b"n\r\n89700\r\n"
        asking = Asking(made, RUNAWAY)
        for _ in range(2):
            until(lambda: made.figures().idle >= 7 and any(map(is_busy, workers())))
            kill_makers()
            until(lambda: made.figures().idle < 7 or asking.has_ended)
        assert "the process that makes the workers has ended" in str(asking.outcome)
    finally:
        made.close()


def test_nothing_is_left_of_a_closed_pool(tmp_path: Path) -> None:
    before = open_files()
    made = Pool(store(tmp_path / "1", 3), base="http://closed/", size=1, timeout=1.5)
    until(lambda: made.figures().idle)
    stated(made)
    with suppress(QueryError):
        stated(made, Request(RUNAWAY, "csv"))
    with made.ask(Request("SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }", "csv")):
        made.close()
    until(lambda: not any("http://closed/" in command(process) for process in processes()))
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


def test_the_memory_of_answers_is_bounded(patient: Pool) -> None:
    cache = Cached(patient, limit=5_000)
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
    started = time.thread_time()
    for _ in range(100):
        stated(cache)
    assert (time.thread_time() - started) / 100 < 0.001
    assert (cache.figures().hits, cache.figures().misses) == (100, 1)


def test_nobody_waits_for_data_that_cannot_be_opened(tmp_path: Path) -> None:
    path = store(tmp_path / "1", 3)
    (path / "CURRENT").write_text("MANIFEST-999999\n", encoding="ascii")
    broken = Pool(path, base="http://x/", size=1, timeout=300)
    try:
        with pytest.raises(WorkerDied, match=r"no worker can be made; .* damaged"):
            stated(broken)
    finally:
        broken.close()
