"""Behind nginx and Apache as they are installed a site answers as it does without them, and sees who leaves."""

from __future__ import annotations

import itertools
import socket
import statistics
import tempfile
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.conftest import EXAMPLES, Site
from tests.feeds.servers import PROXIES, nginx_proxy
from tests.sparql.test_departures import Client, at_work, left, under_way
from tests.sparql.test_leaving import soon
from tests.sparql.test_pool import RUNAWAY

NUMBERS = itertools.count()
LONG = "SELECT ?a ?b ?c { ?a ?p ?b . ?c ?q ?d }"
"""A query whose answer is still being sent when its time is over."""


@pytest.fixture(scope="module")
def standing() -> Iterator[Site]:
    """A site where a query may take twenty seconds."""
    running = Site(EXAMPLES, "--timeout", "20")
    yield running
    running.stop()


@pytest.fixture(params=list(PROXIES))
def proxy(request: pytest.FixtureRequest, standing: Site) -> Iterator[int]:
    """The port of a proxy before the site."""
    with tempfile.TemporaryDirectory() as work, PROXIES[request.param](standing.port, Path(work)) as port:
        yield port


def title(site: Site) -> str:
    """A look-up that was not asked before."""
    item = f"<{site.base}item/20.500.12345/801>"
    return f"SELECT ?title {{ {item} <http://purl.org/dc/terms/title> ?title }} # {next(NUMBERS)}"


def old(port: int, method: str, target: str, *fields: str, body: bytes = b"") -> tuple[bytes, bytes]:
    """Head and body of the answer to a request of HTTP/1.0, after which the connection has ended."""
    with socket.create_connection(("127.0.0.1", port), 20) as connection:
        connection.sendall("\r\n".join([f"{method} {target} HTTP/1.0", *fields, "", ""]).encode() + body)
        answer = b""
        while part := connection.recv(65_536):
            answer += part
    head, _, rest = answer.partition(b"\r\n\r\n")
    return head.lower(), rest


def seconds(port: int, site: Site) -> float:
    """The median time of a look-up, each over a connection of its own."""
    times = []
    for _ in range(30):
        connection = HTTPConnection("127.0.0.1", port, timeout=20)
        begun = time.perf_counter()
        connection.request("GET", f"/sparql?query={quote(title(site))}", headers={"Accept": "text/csv"})
        response = connection.getresponse()
        assert (response.status, response.read()[:7]) == (200, b"title\r\n")
        times.append(time.perf_counter() - begun)
        connection.close()
    return statistics.median(times)


def test_a_client_that_leaves_nginx_frees_its_worker(standing: Site, tmp_path: Path) -> None:
    # Apache does not look at its client while it waits for the site: there the query ends at its time limit.
    before = left(standing)
    with nginx_proxy(standing.port, tmp_path) as port, Client(port) as client:
        client.send(RUNAWAY)
        assert soon(lambda: bool(at_work(standing)), 8)
        client.socket.close()
        gone = time.monotonic()
        assert soon(lambda: left(standing) == before + 1 and not under_way(standing))
        assert time.monotonic() - gone < 2


def test_a_look_up_behind_a_proxy_takes_the_short_way(standing: Site) -> None:
    fields = ("Host: x", "Accept: text/csv", "Connection: close")

    def short() -> bool:
        head, body = old(standing.port, "GET", f"/sparql?query={quote(title(standing))}", *fields)
        assert (head[:15], body[:7]) == (b"http/1.1 200 ok", b"title\r\n")
        # The application names itself, the front does not.
        return b"\nserver:" not in head

    assert soon(short)


@pytest.mark.parametrize("fields", [(), ("Host: x",), ("Host: x", "Connection: keep-alive"), ("Connection: close",)])
@pytest.mark.parametrize("target", ["/", "/record/20.500.12345/801", "/record/20.500.12345/801.ttl", "/nothing", "/ns"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_client_of_http_1_0_gets_what_others_get(
    standing: Site, method: str, target: str, fields: tuple[str, ...]
) -> None:
    connection = HTTPConnection("127.0.0.1", standing.port, timeout=20)
    connection.request(method, target, headers={"Accept": "text/html"})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    head, found = old(standing.port, method, target, "Accept: text/html", *fields)
    assert (int(head.split()[1]), found) == (response.status, body)
    assert b"\r\nconnection: close" in head
    assert b"transfer-encoding" not in head


def test_a_query_in_the_body_of_http_1_0_is_answered(standing: Site) -> None:
    query = title(standing).encode()
    kind = ("Content-Type: application/sparql-query", f"Content-Length: {len(query)}", "Accept: text/csv", "Host: x")
    for _ in range(3):
        assert old(standing.port, "POST", "/sparql", *kind, body=query)[1].startswith(b"title\r\n")


def test_the_version_of_one_client_is_not_taken_for_that_of_another(standing: Site) -> None:
    # The same fields, once in HTTP/1.0 and then in HTTP/1.1, whose connection stays.
    fields = ("Host: x", "Accept: text/csv")
    for _ in range(3):
        old(standing.port, "GET", f"/sparql?query={quote(title(standing))}", *fields)
    with Client(standing.port) as client:
        assert [client.ask(title(standing)) for _ in range(3)] == [200, 200, 200]


def test_a_long_answer_that_breaks_off_is_never_taken_for_a_whole_one() -> None:
    site = Site(EXAMPLES, "--timeout", "1")
    try:
        with pytest.raises(ConnectionResetError):
            old(site.port, "GET", f"/sparql?query={quote(LONG)}", "Host: x", "Accept: text/csv")
    finally:
        site.stop()


def test_a_proxy_costs_a_look_up_little(standing: Site, proxy: int) -> None:
    for port in (standing.port, proxy):
        seconds(port, standing)
    # The proxy's own work is some tenths of a millisecond; the way by the application cost several times as much.
    assert seconds(proxy, standing) < 4 * seconds(standing.port, standing) + 0.005
