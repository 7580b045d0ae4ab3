"""Figures in the text format of Prometheus: right, bounded, and one application's own."""

from __future__ import annotations

import socket
import threading
import urllib.parse

import pytest
from prometheus_client.parser import text_string_to_metric_families

from server.sparql import QueryTimeout, QueueFull
from tests.conftest import Site
from tests.operations.stubs import Stub, application, broken, client
from tests.test_sparql import LOOK_UP, RUNAWAY, ask, get
from tests.waiting import until

Figures = dict[tuple[str, frozenset[tuple[str, str]]], float]
RECORD = "/record/20.500.12345/678"


def parsed(text: str) -> Figures:
    """Name and labels → value."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def figures(site: Site) -> Figures:
    """What the site reports."""
    answer = ask(site, "GET", "/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    return parsed(answer.body.decode())


def settled(site: Site) -> Figures:
    """What the site reports once it has ended all other requests, which a client may have read before."""

    def alone() -> Figures | None:
        shown = figures(site)
        return shown if figure(shown, "http_requests_in_flight") == 1 else None

    return until(alone) or {}


def figure(stated: Figures, name: str, **labels: str) -> float:
    """One figure, 0 where nothing has been counted."""
    return stated.get((f"shelfgraph_{name}", frozenset(labels.items())), 0.0)


def test_a_request_is_counted_under_its_route(site: Site) -> None:
    before = settled(site)
    length = len(ask(site, "GET", RECORD).body)
    after = settled(site)
    route = {"route": "/record/<path:path>"}
    names = {
        "http_requests_total": {**route, "method": "GET", "status": "200"},
        "http_response_bytes_total": route,
        "http_request_seconds_count": route,
    }
    grown = {name: figure(after, name, **labels) - figure(before, name, **labels) for name, labels in names.items()}
    assert grown == dict(zip(names, (1, length, 1), strict=True))


def test_labels_do_not_grow_with_what_is_asked(site: Site) -> None:
    ask(site, "MADEUP", "/nowhere")
    ask(site, "GET", "/record/none")
    ask(site, "GET", "/nowhere")
    before = set(settled(site))
    for number in range(20):
        ask(site, f"MADEUP{number}", "/nowhere")
        ask(site, "GET", f"/record/none/{number}")
        ask(site, "GET", f"/nowhere/{number}")
    assert set(settled(site)) == before


def test_a_query_that_was_killed_is_counted(site: Site) -> None:
    before = settled(site)
    assert get(site, f"{RUNAWAY} # counted").status == 503
    after = settled(site)
    assert figure(after, "queries_total", outcome="timeout") == figure(before, "queries_total", outcome="timeout") + 1
    assert figure(after, "workers_kills_total") >= figure(before, "workers_kills_total") + 1


def test_a_query_that_broke_its_worker_is_counted(site: Site) -> None:
    deep = "SELECT * { FILTER(" + "ABS(" * 20_000 + "1" + ")" * 20_000 + " > 0) }"
    before = settled(site)
    ask(site, "POST", "/sparql", deep, Content_Type="application/sparql-query")
    assert figure(settled(site), "workers_deaths_total") == figure(before, "workers_deaths_total") + 1


def test_an_answer_out_of_memory_is_counted(site: Site) -> None:
    query = f"{LOOK_UP} # remembered"
    get(site, query)
    before = settled(site)
    get(site, query)
    until(lambda: figure(settled(site), "cache_hits_total") == figure(before, "cache_hits_total") + 1)
    after = settled(site)
    assert figure(after, "queries_total", outcome="kept") == figure(before, "queries_total", outcome="kept") + 1
    assert figure(after, "query_seconds_count") == figure(before, "query_seconds_count")
    assert figure(after, "cache_bytes") > 0


def test_a_client_that_leaves_is_counted_and_nothing_stays_under_way(site: Site) -> None:
    before = settled(site)
    query = urllib.parse.urlencode({"query": "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"})
    with socket.create_connection(("127.0.0.1", site.port)) as leaving:
        leaving.sendall(f"GET /sparql?{query} HTTP/1.1\r\nHost: x\r\nAccept: text/csv\r\n\r\n".encode())
        assert leaving.recv(1_000).startswith(b"HTTP/1.1 200")
        assert figure(figures(site), "http_requests_in_flight") == 2
    after = settled(site)
    assert figure(after, "queries_total", outcome="left") == figure(before, "queries_total", outcome="left") + 1


def test_the_site_tells_what_it_stands_on(site: Site) -> None:
    stated = figures(site)
    assert (figure(stated, "records"), figure(stated, "generation")) == (8, 1)
    assert figure(stated, "workers_idle") > 0
    assert stated["process_resident_memory_bytes", frozenset()] > 10_000_000


@pytest.mark.parametrize(("fault", "outcome"), [(QueryTimeout("late"), "timeout"), (QueueFull("full"), "full")])
def test_a_query_is_counted_by_how_it_ended(fault: Exception, outcome: str) -> None:
    asking = client(broken(fault))
    asking.get("/sparql?query=ASK%7B%7D").close()
    assert figure(parsed(asking.get("/metrics").text), "queries_total", outcome=outcome) == 1


def test_two_applications_count_for_themselves() -> None:
    first, second = client(Stub()), client(Stub())
    first.get("/-/health").close()
    labels = {"route": "/-/health", "method": "GET", "status": "200"}
    stated = [
        figure(parsed(asking.get("/metrics").text), "http_requests_total", **labels) for asking in (first, second)
    ]
    assert stated == [1, 0]


def test_no_count_is_lost_among_threads() -> None:
    app = application(Stub())

    def asking() -> None:
        with app.test_client() as one:
            for _ in range(50):
                one.get("/-/health").close()

    threads = [threading.Thread(target=asking) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stated = parsed(app.test_client().get("/metrics").text)
    assert figure(stated, "http_request_seconds_count", route="/-/health") == 400
    assert figure(stated, "http_requests_in_flight") == 1
