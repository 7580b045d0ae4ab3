"""Whatever is asked at once, the site stays within the memory that it may have, and others are served."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from server.operations.memory_limit import LEAST, default_limit, memory, of_each_worker
from tests.conftest import EXAMPLES, Site, shelfgraph
from tests.sparql.test_pool import below
from tests.test_sparql import LOOK_UP, get, under_way
from tests.waiting import until

LIMIT = 640 << 20
GREEDY = "SELECT * {{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }} ORDER BY ?c ?f ?i ?a # {}"
"""A query that takes more memory the longer it runs."""
MANY = 8


@pytest.fixture(scope="module")
def limited() -> Iterator[Site]:
    """A site that may take little memory, where a query has time to take more."""
    running = Site(EXAMPLES, "--memory-limit", "640M", "--timeout", "60")
    yield running
    family = all_below(running.process.pid)
    running.stop()
    assert len(family) > MANY
    # No worker outlives its site, not even one for which there was too little memory to begin.
    until(lambda: not any(Path(f"/proc/{process}/exe").exists() for process in family))


def all_below(process: int) -> list[int]:
    """Those that a process has started, and those that they have."""
    children = below(process)
    return children + [each for child in children for each in all_below(child)]


@pytest.mark.alone
def test_all_processes_together_stay_within_the_limit_and_others_are_served(limited: Site) -> None:
    sizes: list[int] = []
    ended = threading.Event()

    def measured() -> None:
        while not ended.wait(0.01):
            sizes.append(memory(limited.process.pid))

    with ThreadPoolExecutor(MANY + 1) as pool:
        measuring = pool.submit(measured)
        asked = [pool.submit(get, limited, GREEDY.format(number)) for number in range(MANY)]
        until(lambda: under_way(limited) or all(each.done() for each in asked))
        looked_up = []
        while not all(each.done() for each in asked):
            looked_up.append(get(limited, f"{LOOK_UP} # {len(looked_up)}").status)
        answers = [each.result() for each in asked]
        ended.set()
        measuring.result()
    assert {answer.status for answer in answers} <= {503, 429}
    assert {*looked_up} == {200}
    assert len(sizes) > MANY
    assert max(sizes) <= LIMIT
    assert any("more memory than there is for queries" in answer.body.decode() for answer in answers)


def test_nothing_is_ended_where_there_is_room(limited: Site) -> None:
    until(lambda: not under_way(limited))
    assert get(limited, "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f }").status == 200


def test_a_worker_alone_has_no_more_than_all(limited: Site) -> None:
    assert [of_each_worker(limit) for limit in (LIMIT, 2 << 30, 64 << 30)] == [LEAST, 1 << 30, 4 << 30]
    assert LEAST <= default_limit() <= 1 << 50


def test_a_limit_into_which_no_site_fits_is_refused() -> None:
    done = shelfgraph("serve", EXAMPLES, "--memory-limit", "100M")
    assert (done.returncode, b"a site does not fit into 100M; give it 512M or more" in done.stderr) == (2, True)
