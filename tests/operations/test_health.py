"""Health and readiness: the first says that the process lives, the second that a query can be answered."""

from __future__ import annotations

import json
import threading

import pytest

import server.operations
from server.operations.readiness import Probe
from server.sparql import WorkerDied
from server.sparql.answer_cache import Cached
from tests.conftest import Site
from tests.operations.stubs import Stub, broken, client, hung
from tests.test_sparql import ask


@pytest.mark.parametrize(("path", "status"), [("/-/health", "ok"), ("/-/ready", "ready")])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_running_site_lives_and_is_ready(site: Site, method: str, path: str, status: str) -> None:
    answer = ask(site, method, path)
    assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")
    assert answer.body == (b"" if method == "HEAD" else json.dumps({"status": status}).encode() + b"\n")


def test_a_site_without_workers_lives_and_is_not_ready() -> None:
    asking = client(broken(WorkerDied("no worker could be started")))
    assert asking.get("/-/health").status_code == 200
    answer = asking.get("/-/ready")
    assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")
    assert answer.headers["Retry-After"] == "5"
    assert answer.get_json()["detail"] == "no worker could be started."


def test_a_site_whose_queries_hang_says_so_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server.operations, "WAIT", 0.05)
    until = threading.Event()
    answer = client(hung(until)).get("/-/ready")
    until.set()
    assert (answer.status_code, answer.get_json()["detail"]) == (503, "no query was answered within 0.05 seconds.")


def test_readiness_is_never_told_out_of_memory() -> None:
    endpoint = Stub()
    probe = Probe(Cached(endpoint))
    assert [probe.obstacle(2), probe.obstacle(2)] == ["", ""]
    assert len(endpoint.asked) == 2
    assert all(question.inside for question in endpoint.asked)


def test_many_who_want_to_know_are_one_question() -> None:
    until = threading.Event()
    endpoint = hung(until)
    probe = Probe(endpoint)
    assert all(probe.obstacle(0.01) for _ in range(5))
    until.set()
    assert probe.obstacle(2) == ""
    assert len(endpoint.asked) == 1
