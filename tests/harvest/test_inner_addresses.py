"""Where a repository leads a harvest: never into the network of whoever harvests, unless they named that place."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from converter.harvest.inner_addresses import RefusedAddress, Rule, is_public
from tests.commands import shelfgraph
from tests.conftest import EXAMPLES

PRIVATE = (
    "127.0.0.1 127.9.9.9 0.0.0.0 10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 224.0.0.1 255.255.255.255"
    " ::1 :: fe80::1%eth0 fc00::1 ff02::1 ::ffff:127.0.0.1 64:ff9b::7f00:1 2002:7f00:1::"
).split()


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_of_machines_and_local_networks_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::5db8:d70e"])
def test_addresses_of_the_internet_are(address: str) -> None:
    assert is_public(address)


def resolver(**known: str) -> Callable[[str, int], list[str]]:
    return lambda host, _port: [known[host.replace(".", "_")]]


def test_the_address_counts_and_not_the_name() -> None:
    rule = Rule("https://a.example", resolve=resolver(a_example="93.184.215.14"))
    rule.check("other.example", 443, ["93.184.215.34"])
    with pytest.raises(RefusedAddress, match=r"--allow-host looks\.public:443"):
        rule.check("looks.public", 443, ["93.184.215.34", "10.0.0.5"])


def test_a_private_repository_leads_to_itself_and_to_no_neighbour() -> None:
    rule = Rule("http://repo.intranet:8080/oai", resolve=resolver(repo_intranet="10.0.0.5"))
    for host, port in (("repo.intranet", 8080), ("REPO.intranet.", 443), ("repo.intranet", 80)):
        rule.check(host, port, ["10.0.0.5"])
    # Another name of the same place.
    rule.check("www.intranet", 8080, ["10.0.0.5"])
    for host, port, address in (("repo.intranet", 6379, "10.0.0.5"), ("db.intranet", 8080, "10.0.0.6")):
        with pytest.raises(RefusedAddress):
            rule.check(host, port, [address])


def test_a_name_that_leads_elsewhere_when_it_is_connected_is_refused() -> None:
    server = socket.create_server(("127.0.0.1", 0))
    port = server.getsockname()[1]
    rule = Rule("https://a.example", resolve=resolver(a_example="93.184.215.14", b_example="93.184.215.34"))
    with server, pytest.raises(RefusedAddress):
        rule.connected("b.example", port, lambda: socket.create_connection(("127.0.0.1", port)))


class Inner(BaseHTTPRequestHandler):
    asked: list[str]

    def do_GET(self) -> None:
        type(self).asked.append(self.path)
        self.send_response(200)
        self.end_headers()
        self.wfile.write((EXAMPLES / "listrecords-dim.xml").read_bytes())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Outer(BaseHTTPRequestHandler):
    target = ""

    def do_GET(self) -> None:
        self.send_response(302)
        self.send_header("Location", type(self).target)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def started(handler: type[BaseHTTPRequestHandler]) -> Iterator[HTTPServer]:
    server = HTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def inner() -> Iterator[HTTPServer]:
    Inner.asked = []
    yield from started(Inner)


@pytest.fixture
def outer(inner: HTTPServer) -> Iterator[str]:
    Outer.target = f"http://127.0.0.1:{inner.server_port}/secret"
    for server in started(Outer):
        yield f"http://127.0.0.1:{server.server_port}/oai"


@pytest.mark.parametrize("words", [("convert",), ("load",), ("harvest",), ("harvest", "--rest")])
def test_a_redirect_to_another_place_of_this_machine_is_refused(
    inner: HTTPServer, outer: str, tmp_path: Path, words: tuple[str, ...]
) -> None:
    data = () if words == ("convert",) else ("--data", tmp_path / "d")
    done = shelfgraph(*words, outer, *data)
    assert done.returncode == 3, done.stderr
    assert f"--allow-host 127.0.0.1:{inner.server_port}".encode() in done.stderr
    assert Inner.asked == []


def test_a_person_may_allow_it(inner: HTTPServer, outer: str) -> None:
    done = shelfgraph("convert", outer, "--allow-host", f"127.0.0.1:{inner.server_port}", "--to", "nt")
    assert done.returncode == 0, done.stderr
    assert Inner.asked == ["/secret"]
