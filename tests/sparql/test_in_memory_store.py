"""Data in memory: the same answers as from disk, taken up by itself, given up where it is too much or lost."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pyoxigraph
import pytest

from converter.errors import QueryError
from server.sparql import QueryTimeout, Request
from server.sparql.in_memory_store import affordable
from server.sparql.pool import Pool
from tests.sparql.test_pool import COUNT, RUNAWAY, below, command, processes, stated, store
from tests.waiting import until

PLENTY = 1 << 30
GRAPHS = Request("SELECT ?g ?o { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g ?o", "csv")


def is_resident(pool: Pool) -> bool:
    """Whether its data are in memory."""
    return pool.figures().resident == 1


def holders() -> list[int]:
    """The processes of this one that have a generation in memory."""
    makers = [process for process in below(os.getpid()) if "server.sparql.fork_server" in command(process)]
    return [process for process in makers if str(PLENTY) in command(process)]


@pytest.fixture
def pool(tmp_path: Path) -> Iterator[Pool]:
    """One whose data are in memory."""
    made = Pool(store(tmp_path / "1", 300), base="http://x/", size=1, timeout=1.5, resident=PLENTY)
    until(lambda: is_resident(made))
    yield made
    made.close()


def test_what_is_in_memory_answers_as_what_is_on_disk(tmp_path: Path) -> None:
    quads = [
        '<urn:a> <urn:p> "1"^^<http://www.w3.org/2001/XMLSchema#integer> .',
        '<urn:a> <urn:p> "a\\nb\\"c"@en-hk <urn:g> .',
        "_:b <urn:p> _:b <urn:h> .",
        "<urn:ä> <urn:p> <<( <urn:s> <urn:p> <urn:o> )>> .",
    ]
    made = pyoxigraph.Store(str(tmp_path / "1"))
    made.load("\n".join(quads).encode(), pyoxigraph.RdfFormat.N_QUADS)
    made.flush()
    del made
    asked = [COUNT, GRAPHS, Request("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o FILTER(!ISBLANK(?s)) } ORDER BY ?o", "nt")]
    pool = Pool(tmp_path / "1", base="http://x/", size=1, timeout=5, resident=PLENTY)
    try:
        from_disk = [stated(pool, request) for request in asked]
        until(lambda: is_resident(pool))
        from_memory = [stated(pool, request) for request in asked]
    finally:
        pool.close()
    # A blank node has a name of its own in each store.
    assert [re.sub(rb"_:\w+", b"_:", answer) for answer in from_memory] == [
        re.sub(rb"_:\w+", b"_:", answer) for answer in from_disk
    ]
    assert from_disk[1].count(b"urn:") == 2


def test_a_new_generation_is_shown_at_once_and_taken_into_memory_after(pool: Pool, tmp_path: Path) -> None:
    pool.use(store(tmp_path / "2", 301), "2")
    assert stated(pool) == b"n\r\n301\r\n"
    # It rests before it takes the next one in.
    until(lambda: is_resident(pool))
    assert (stated(pool), pool.version) == (b"n\r\n301\r\n", "2")
    # The process that had the generation before ends.
    until(lambda: len(holders()) == 1)


def test_data_that_are_too_large_for_memory_are_read_from_disk_and_that_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = Pool(store(tmp_path / "1", 300), base="http://x/", size=1, timeout=1.5, resident=1 << 20)
    said = ""

    def is_said() -> bool:
        nonlocal said
        said += capsys.readouterr().err
        return "more memory than they may; they are read from disk (serve --memory SIZE allows more)" in said

    try:
        until(is_said)
        assert (stated(made), is_resident(made)) == (b"n\r\n300\r\n", False)
    finally:
        made.close()


def test_data_that_memory_loses_are_read_from_disk_and_taken_in_again(pool: Pool) -> None:
    before = holders()
    for process in before:
        os.kill(process, signal.SIGKILL)

    def is_back() -> bool:
        # Its workers live on for up to a second, and end unasked.
        with suppress(QueryError):
            assert stated(pool) == b"n\r\n300\r\n"
        return is_resident(pool) and bool(holders()) and holders() != before

    until(is_back)
    assert stated(pool) == b"n\r\n300\r\n"


def test_data_may_take_a_part_of_the_memory_that_is_free() -> None:
    free = int(Path("/proc/meminfo").read_text().split("MemAvailable:")[1].split()[0]) << 10
    assert 0 < affordable() < free / 16


def private(process: int) -> int:
    """The kilobytes of memory that a process has for itself."""
    rollup = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii")
    return int(rollup.split("Private_Dirty:")[1].split()[0])


def workers() -> list[int]:
    """The workers that have the data in memory, in the order in which they were made."""
    return sorted((worker for holder in holders() for worker in below(holder)), key=born)


def born(process: int) -> int:
    """When a process was made, in ticks since the machine began; numbers of processes begin anew after some time."""
    return int(Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[19])


def owners() -> list[int]:
    """The workers that have the data for themselves."""
    has = {worker: private(worker) for worker in workers()}
    return [worker for worker, kilobytes in has.items() if kilobytes > 2 * min(has.values())]


def test_workers_that_are_asked_first_have_the_data_for_themselves_and_others_share_them(pool: Pool) -> None:
    (owner,) = owners()
    assert owner == workers()[0]
    long = "SELECT * { ?a ?b ?c . ?d ?e ?f }"
    before = {worker: private(worker) for worker in workers()}
    with pool.ask(Request(long, "csv")) as one, pool.ask(Request(long, "csv", inside=True)) as other:
        assert b"".join(one) == b"".join(other)
    # One spare has copied what it came by, and the others were never asked.
    grown = [worker for worker in workers() if private(worker) > before.get(worker, 0) + 100 and worker != owner]
    assert len(grown) <= 1


def test_a_worker_that_had_the_data_for_itself_has_a_successor_once_nobody_is_lost(pool: Pool) -> None:
    before = owners()
    for _ in range(2):
        with suppress(QueryError):
            stated(pool, Request(RUNAWAY, "csv"))
    until(lambda: pool.figures().idle == len(workers()) == 9 and len(owners()) == 1)
    assert (stated(pool), owners() == before) == (b"n\r\n300\r\n", False)


def test_a_runaway_in_memory_ends_at_its_deadline_and_others_do_not_notice(pool: Pool) -> None:
    with pytest.raises(QueryTimeout):
        stated(pool, Request(RUNAWAY, "csv"))
    assert (stated(pool), pool.figures().kills) == (b"n\r\n300\r\n", 1)


def test_two_workers_of_one_memory_draw_different_lots(pool: Pool) -> None:
    lots = Request("SELECT (STRUUID() AS ?lot) (RAND() AS ?number) (BNODE() AS ?node) {}", "csv")
    with pool.ask(lots) as one, pool.ask(Request(lots.query, "csv", inside=True)) as other:
        first, second = b"".join(one), b"".join(other)
    assert not set(first.split()[1].split(b",")) & set(second.split()[1].split(b","))


def test_a_pool_that_is_closed_while_it_takes_data_in_leaves_nothing(tmp_path: Path) -> None:
    made = Pool(store(tmp_path / "1", 3), base="http://closing/", size=1, timeout=20, resident=PLENTY)
    assert stated(made)
    made.close()
    until(lambda: not [one for one in processes() if "http://closing/" in command(one)])
