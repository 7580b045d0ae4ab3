"""More long answers than can be made: what has begun is finished, what has not is refused, and look-ups are quick."""

from __future__ import annotations

import itertools
import threading
import time
import urllib.parse
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from converter.errors import QueryError
from server.sparql import QueueFull, Request
from server.sparql.lexer import kind
from server.sparql.pool import LongKinds, Pool
from tests.conftest import EXAMPLES, Site
from tests.sparql.test_abuse import HUGE, broken_off
from tests.sparql.test_pool import COUNT, RUNAWAY, share_at_the_lowest_priority, stated, store
from tests.waiting import until

LONG = f"{HUGE} LIMIT 20000"
"""About a megabyte."""


@pytest.fixture
def pool(tmp_path: Path) -> Iterator[Pool]:
    """One place in each foreground, and one for a long query."""
    made = Pool(store(tmp_path / "1", 300), base="http://x/", size=1, timeout=8, background=1)
    stated(made)
    yield made
    made.close()


def at_one_time(number: int, work: Callable[[int], None]) -> None:
    """Do it in so many threads."""
    threads = [threading.Thread(target=work, args=(which,)) for which in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_long_answers_wait_for_each_other_and_none_breaks_off(tmp_path: Path) -> None:
    lengths: list[int] = []
    pool = Pool(store(tmp_path / "1", 300), base="http://x/", size=1, timeout=60, background=1)
    try:
        at_one_time(8, lambda which: lengths.append(len(stated(pool, Request(f"{LONG} # {which}", "csv")))))
    finally:
        pool.close()
    assert len(lengths) == 8
    assert min(lengths) == max(lengths) > 500_000


def test_a_query_without_a_place_is_refused_before_it_has_sent_anything(pool: Pool) -> None:
    stop = threading.Event()
    with pool.ask(Request(HUGE, "csv")) as answer:
        reading = threading.Thread(target=lambda: next(_ for _ in answer if stop.is_set()))
        reading.start()
        started = time.monotonic()
        with pytest.raises(QueueFull, match="long queries wait"):
            pool.ask(Request(LONG, "csv"))
        # So early that others would have had the time for their answers.
        assert time.monotonic() - started < pool.timeout
        assert reading.is_alive()
        stop.set()
        reading.join()


def test_a_slow_reader_makes_room_for_a_long_query(pool: Pool) -> None:
    with pool.ask(Request(HUGE, "csv")) as answer:
        slow = iter(answer)
        next(slow)
        assert len(stated(pool, Request(LONG, "csv"))) > 500_000
        with pytest.raises(QueueFull, match="read slowly"):
            for _ in slow:
                pass


def test_look_ups_do_not_stand_behind_long_queries(tmp_path: Path) -> None:
    made = Pool(store(tmp_path / "1", 300), base="http://x/", size=1, timeout=20, background=2)
    stop = threading.Event()
    ended = itertools.count()
    overtaken: list[int] = []

    def asking(which: int) -> None:
        while not stop.is_set():
            with suppress(QueryError):
                stated(made, Request(f"{LONG} # {which}", "csv"))
                next(ended)

    def looking_up() -> None:
        try:
            until(lambda: made.figures().waiting > 5)
            for _ in range(20):
                before = next(ended)
                stated(made)
                overtaken.append(next(ended) - before - 1)
        finally:
            stop.set()

    try:
        thread = threading.Thread(target=looking_up)
        thread.start()
        at_one_time(12, asking)
        thread.join()
        # Behind the others it would wait until nearly all of them have ended.
        assert sorted(overtaken)[len(overtaken) // 2] <= 3
    finally:
        made.close()


@pytest.mark.alone
def test_a_site_that_many_ask_for_megabytes_finishes_what_it_begins() -> None:
    # Where other programs keep the processors busy the lowest priority has nothing, and many are refused.
    most = 30 if share_at_the_lowest_priority() > 0.5 else 0
    site = Site(EXAMPLES, "--timeout", "30")
    met: Counter[tuple[int, bool]] = Counter()

    def asking(which: int) -> None:
        query = urllib.parse.urlencode({"query": f"{LONG} # {which}", "format": "csv"})
        status, _, body = broken_off(site, f"/sparql?{query}")
        met[status, body.count(b"\n") == 20_001] += 1

    try:
        at_one_time(60, asking)
    finally:
        site.stop()
    assert set(met) <= {(200, True), (429, False), (503, False)}
    assert met[200, True] > most


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("ASK { ?s ?p 12 } # a", "ASK {  ?s ?p 34 } # b 5", True),
        ("ASK { ?s ?p 'x' }", 'ASK { ?s ?p """y "z" """ }', True),
        ("ASK { ?s <urn:a#1> ?o }", "ASK { ?s <urn:a#2> ?o }", False),
        ("SELECT * {} LIMIT 50", "SELECT * {} LIMIT 5000", False),
        ("ASK { ?s1 ?p ?o }", "ASK { ?s2 ?p ?o }", False),
        ("ASK { ?s ?p 'it\\'s' } # '", "ASK { ?s ?p 'x' }", True),
        ("ASK { ?s ?p 'open", "ASK { ?s ?p 'ended'", True),
    ],
)
def test_queries_of_a_kind_differ_in_values(one: str, other: str, same: bool) -> None:
    assert (kind(one) == kind(other)) == same


def test_a_kind_is_long_by_its_last_queries() -> None:
    kinds = LongKinds()
    for number in range(3):
        assert f"{RUNAWAY} # x" not in kinds
        kinds.add(f"{RUNAWAY} # {number}")
    assert (f"{RUNAWAY} # x" in kinds, COUNT.query in kinds) == (True, False)
    kinds.discard(RUNAWAY)
    assert RUNAWAY not in kinds


def test_kinds_that_are_remembered_are_bounded() -> None:
    kinds = LongKinds()
    for number in range(1_100):
        for _ in range(3):
            kinds.add(f"ASK {{ ?s <urn:{number}> ?o }}")
    assert sum(f"ASK {{ ?s <urn:{number}> ?o }}" in kinds for number in range(1_100)) == 1_000
