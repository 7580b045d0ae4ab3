"""Behind nginx and Apache as they are installed a site answers as it does without them, and sees who leaves."""

from __future__ import annotations

import itertools
import json
import re
import socket
import statistics
import tempfile
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from server.descriptions.signposting import LINKSETS
from server.representations.registry import LISTS, REPRESENTATIONS
from tests.conftest import EXAMPLES, Site
from tests.feeds.servers import PROXIES, nginx_proxy
from tests.sparql.test_departures import Client, at_work, left
from tests.sparql.test_pool import RUNAWAY
from tests.test_sparql import under_way
from tests.waiting import until

NUMBERS = itertools.count()
DELETED = "/oai?verb=ListIdentifiers&metadataPrefix=oai_dc"
LONG = "SELECT ?a ?b ?c { ?a ?p ?b . ?c ?q ?d }"
"""A query whose answer is still being sent when its time is over."""


@pytest.fixture(scope="module")
def standing() -> Iterator[Site]:
    """A site where a query may take a minute."""
    running = Site(EXAMPLES, "--timeout", "60")
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
        until(lambda: at_work(standing))
        client.socket.close()
        until(lambda: left(standing) == before + 1 and not under_way(standing))


def test_a_look_up_behind_a_proxy_takes_the_short_way(standing: Site) -> None:
    fields = ("Host: x", "Accept: text/csv", "Connection: close")

    def short() -> bool:
        head, body = old(standing.port, "GET", f"/sparql?query={quote(title(standing))}", *fields)
        assert (head[:15], body[:7]) == (b"http/1.1 200 ok", b"title\r\n")
        # The application names itself, the front does not.
        return b"\nserver:" not in head

    until(short)


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


SUFFIXES = [form.suffix for form in (*REPRESENTATIONS, *LINKSETS, *LISTS)]
TYPES = sorted({type_ for form in (*REPRESENTATIONS, *LINKSETS) for type_ in (form.media_type, *form.aliases)})
OWN = {"date", "server", "x-request-id", "server-timing", "connection", "keep-alive", "transfer-encoding"}
"""Fields of one answer, and of one connection."""


def fetched(line: HTTPConnection, path: str, accept: str = "*/*") -> tuple[int, dict[str, str], bytes, int]:
    """Status, header fields, body, and the bytes of the header of an answer."""
    line.request("GET", path, headers={"Accept": accept})
    response = line.getresponse()
    fields = response.getheaders()
    size = sum(len(name) + len(value) + 4 for name, value in fields)
    kept = {
        name.lower(): re.sub(r", *", ", ", value)
        for name, value in fields
        if name.lower() not in OWN | {"content-length"}
    }
    # nginx puts its own address in the place of the one that it passes requests on to.
    kept["location"] = urlsplit(kept.get("location", "")).path
    return response.status, kept, response.read(), size


def test_every_format_of_every_example_comes_through_a_proxy(standing: Site, proxy: int) -> None:
    direct, through = (HTTPConnection("127.0.0.1", port, timeout=60) for port in (standing.port, proxy))
    listed = json.loads(fetched(direct, "/records.json")[2])["records"]
    works = [row["item"].removeprefix(f"{standing.base}item/") for row in listed]
    assert len(works) == 7
    withdrawn = re.findall(r"<identifier>oai:[^<]*?:([^<:]+)</identifier>", fetched(direct, DELETED)[2].decode())
    asked = [(f"/record/{work}{suffix}", "*/*", 200) for work in works for suffix in SUFFIXES]
    asked += [(f"/record/{work}", type_, 200) for work in works for type_ in TYPES]
    asked += [(f"/item/{work}{suffix}", "*/*", 303) for work in works for suffix in ("", *SUFFIXES)]
    asked += [(f"/source/{work}{suffix}", "*/*", 200) for work in works for suffix in ("", ".html", ".json")]
    asked += [(f"/record/{work}{suffix}", "*/*", 410) for work in {*withdrawn} - {*works} for suffix in ("", ".ttl")]
    assert {410} <= {status for _, _, status in asked}
    for path, accept, status in asked:
        expected, found = fetched(direct, path, accept), fetched(through, path, accept)
        assert (path, accept, found[0]) == (path, accept, status)
        assert {*found[1].items()} ^ {*expected[1].items()} == set(), path
        assert found[2] == expected[2], path
        assert expected[3] <= 2_000, path
    direct.close()
    through.close()


@pytest.mark.alone
def test_a_proxy_costs_a_look_up_little(standing: Site, proxy: int) -> None:
    for port in (standing.port, proxy):
        seconds(port, standing)
    # The proxy's own work is some tenths of a millisecond; the way by the application cost several times as much.
    assert seconds(proxy, standing) < 4 * seconds(standing.port, standing) + 0.005
