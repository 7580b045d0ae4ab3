"""Clients that leave before their answer begins: their queries end, and nobody else's does."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from converter.errors import QueryError
from server.sparql import ClientLeft, QueryTimeout, Request
from server.sparql.answer_cache import Cached
from server.sparql.client_disconnect import CURRENT, PendingRequest
from server.sparql.pool import Pool
from tests.sparql.test_pool import COUNT, RUNAWAY, Asking, stated, store, workers
from tests.waiting import until


@pytest.fixture
def patient(tmp_path: Path) -> Iterator[Pool]:
    """A pool with two places in the foreground where a query may take a minute."""
    made = Pool(store(tmp_path / "1", 300), base="http://x/", size=2, timeout=60)
    stated(made)
    yield made
    made.close()


def test_the_query_of_one_who_leaves_is_ended(patient: Pool) -> None:
    asking = Asking(patient)
    until(lambda: patient.figures().running == 1)
    asking.request.leave()
    assert isinstance(asking.end(), ClientLeft)
    assert (patient.figures().running, patient.figures().kills) == (0, 1)
    assert stated(patient) == b"n\r\n300\r\n"


def test_one_who_has_left_asks_nothing_more(patient: Pool) -> None:
    request = PendingRequest()
    request.leave()
    before = CURRENT.set(request)
    try:
        with pytest.raises(ClientLeft):
            patient.ask(COUNT)
    finally:
        CURRENT.reset(before)
    assert patient.figures().running == 0


def test_one_who_leaves_while_an_answer_streams_ends_no_worker_that_serves_another(patient: Pool) -> None:
    request = PendingRequest()
    before = CURRENT.set(request)
    try:
        answer = patient.ask(COUNT)
        request.leave()
        assert b"".join(answer) == b"n\r\n300\r\n"
    finally:
        CURRENT.reset(before)
    assert patient.figures().kills == 0


def test_one_who_leaves_is_taken_out_of_the_line(tmp_path: Path) -> None:
    # Nothing can be opened there, so that no worker is ever free.
    lacking = Pool(tmp_path / "nothing", base="http://x/", size=1, timeout=60)
    try:
        first, second = Asking(lacking), Asking(lacking, COUNT.query)
        until(lambda: lacking.figures().waiting == 2)
        first.request.leave()
        assert isinstance(first.end(), ClientLeft)
        assert (lacking.figures().waiting, second.has_ended) == (1, False)
        second.request.leave()
        assert isinstance(second.end(), ClientLeft)
        assert lacking.figures().waiting == 0
    finally:
        lacking.close()


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
def test_a_question_of_several_goes_on_while_one_of_them_is_there(patient: Pool, order: tuple[int, ...]) -> None:
    cache = Cached(patient)
    askings = []
    for _ in order:
        askings.append(Asking(cache))
        until(lambda: askings[-1].request.wait)
    until(lambda: patient.figures().running == 1)
    working = workers()
    *leaving, last = (askings[number] for number in order)
    for asking in leaving:
        asking.request.leave()
    # Who asked first goes on for the others.
    assert all(isinstance(asking.end(), ClientLeft) for asking in leaving if asking is not askings[0])
    assert (patient.figures().running, patient.figures().kills, last.has_ended) == (1, 0, False)
    last.request.leave()
    assert {type(asking.end()) for asking in askings} == {ClientLeft}
    assert (patient.figures().running, patient.figures().kills) == (0, 1)
    until(lambda: bool(working - workers()))


def test_one_who_comes_when_the_others_have_left_is_answered(patient: Pool) -> None:
    cache, slow = Cached(patient), f"{RUNAWAY} LIMIT 1"
    asking = Asking(cache, slow)
    until(lambda: patient.figures().running == 1)
    asking.request.leave()
    following = Asking(cache, slow)
    assert isinstance(asking.end(), ClientLeft)
    until(lambda: following.request.wait and patient.figures().running == 1)
    assert not following.has_ended
    following.request.leave()
    assert isinstance(following.end(), ClientLeft)


def test_who_asks_without_a_request_keeps_a_question_going(tmp_path: Path) -> None:
    pool = Pool(store(tmp_path / "1", 300), base="http://x/", size=1, timeout=1.5)
    cache, faults = Cached(pool), list[QueryError]()

    def run() -> None:
        with pytest.raises(QueryTimeout) as told_of:
            cache.ask(Request(RUNAWAY, "csv"))
        faults.append(told_of.value)

    thread = threading.Thread(target=run)
    try:
        thread.start()
        until(lambda: pool.figures().running == 1)
        asking = Asking(cache)
        until(lambda: asking.request.wait)
        asking.request.leave()
        assert isinstance(asking.end(), ClientLeft)
        thread.join()
        assert len(faults) == 1
    finally:
        pool.close()
