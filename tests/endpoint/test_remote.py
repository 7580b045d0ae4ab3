"""A store elsewhere in the place of our own: a real Oxigraph server, and Virtuoso where it is installed."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from server.endpoint import QuerySyntax, QueryTimeout, QueueFull, Request, WorkerDied
from server.endpoint.remote import Remote
from tests.conftest import free_port

DATA = "\n".join(f'<urn:s{n}> <urn:p> "{n}" .' for n in range(300))
RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER(?a != ?g) }"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an Oxigraph server with 300 triples."""
    found = shutil.which("oxigraph", path=str(Path(sys.executable).parent))
    if not found:
        pytest.skip("the oxigraph command is not installed")
    address = f"127.0.0.1:{free_port()}"
    process = subprocess.Popen([found, "serve", "--bind", address], stderr=subprocess.DEVNULL)
    try:
        fill(f"http://{address}/store?default", time.monotonic() + 20)
        yield f"http://{address}"
    finally:
        process.kill()
        process.wait()


def fill(url: str, until: float) -> None:
    """Put the data into a graph store as soon as it answers."""
    put = urllib.request.Request(url, DATA.encode(), {"Content-Type": "application/n-triples"}, method="POST")
    while True:
        try:
            urllib.request.urlopen(put, timeout=10).close()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return


@pytest.fixture
def remote(service: str) -> Iterator[Remote]:
    """The service as an endpoint of ours."""
    endpoint = Remote(f"{service}/query", timeout=5)
    yield endpoint
    endpoint.close()


def told(remote: Remote, query: str, format_: str = "csv") -> bytes:
    """The whole answer."""
    with remote.ask(Request(query, format_)) as answer:
        return b"".join(answer)


def test_a_table_comes_as_it_is_asked(remote: Remote) -> None:
    assert told(remote, "SELECT ?o { <urn:s7> <urn:p> ?o }").split() == [b"o", b"7"]


@pytest.mark.parametrize("format_", ["ttl", "nt", "rdf"])
def test_a_graph_comes_in_its_formats(remote: Remote, format_: str) -> None:
    assert b"urn:s299" in told(remote, "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }", format_)


def test_the_connection_is_used_again(remote: Remote) -> None:
    told(remote, "ASK {}", "json")
    kept = remote._idle[0].sock
    told(remote, "ASK {}", "json")
    assert kept is not None
    assert remote._idle[0].sock is kept


def test_a_wrong_query_is_told_as_one(remote: Remote) -> None:
    with pytest.raises(QuerySyntax):
        remote.ask(Request("SELECT nothing", "csv"))


def test_a_runaway_query_ends_at_the_deadline(service: str) -> None:
    started = time.monotonic()
    with pytest.raises(QueryTimeout):
        told(Remote(f"{service}/query", timeout=0.5), RUNAWAY)
    assert time.monotonic() - started < 1.5


def test_an_answer_that_is_too_large_is_broken_off(service: str) -> None:
    with pytest.raises(WorkerDied, match="more than 100 bytes"):
        told(Remote(f"{service}/query", largest=100), "SELECT * { ?s ?p ?o }")


def test_a_service_that_is_not_there_is_asked_later() -> None:
    with pytest.raises(QueueFull, match="does not answer"):
        Remote(f"http://127.0.0.1:{free_port()}/").ask(Request("ASK {}", "json"))


def test_the_version_changes_with_the_data(service: str) -> None:
    put = urllib.request.Request(
        f"{service}/store?default", b"<urn:new> <urn:p> 1 .", {"Content-Type": "text/turtle"}, method="POST"
    )
    with closing(Remote(f"{service}/query", recheck=0)) as endpoint:
        before = endpoint.version
        urllib.request.urlopen(put, timeout=5).close()
        assert endpoint.version != before


def test_virtuoso_is_asked_in_the_same_way(tmp_path: Path) -> None:
    found = shutil.which("virtuoso-t")
    if not found:
        pytest.skip("Virtuoso is not installed")
    port = free_port()
    settings = tmp_path / "virtuoso.ini"
    settings.write_text(
        f"[Database]\nDatabaseFile={tmp_path}/v.db\nErrorLogFile={tmp_path}/v.log\nTransactionFile={tmp_path}/v.trx\n"
        f"xa_persistent_file={tmp_path}/v.pxa\n[TempDatabase]\nDatabaseFile={tmp_path}/t.db\n"
        f"TransactionFile={tmp_path}/t.trx\n[Parameters]\nServerPort={free_port()}\n"
        f"[HTTPServer]\nServerPort=127.0.0.1:{port}\nServerRoot={tmp_path}\nServerThreads=4\n"
    )
    process = subprocess.Popen([found, "+foreground", "+configfile", str(settings)], cwd=tmp_path)
    try:
        endpoint = Remote(f"http://127.0.0.1:{port}/sparql", timeout=20)
        until = time.monotonic() + 60
        while True:
            try:
                answer = told(endpoint, "SELECT ?x { VALUES ?x { 1 } }")
            except QueueFull:
                assert time.monotonic() < until
                time.sleep(0.5)
            else:
                break
        endpoint.close()
        assert answer.split() == [b'"x"', b"1"]
    finally:
        process.kill()
        process.wait()
