"""A running site answers the same wherever it answers, and whatever comes over a connection."""

from __future__ import annotations

import itertools
import json
import os
import re
import select
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.front.messages import Channel, Shown
from server.front.supervisor import FrontProcess
from tests.conftest import EXAMPLES, Site
from tests.sparql.test_departures import figure
from tests.sparql.test_pool import RUNAWAY, below, command
from tests.waiting import until, until_answered

FORM, DIRECT = "application/x-www-form-urlencoded", "application/sparql-query"
TITLE = "PREFIX dcterms: <http://purl.org/dc/terms/> SELECT ?title { <%sitem/20.500.12345/%s> dcterms:title ?title }"
OTHER = "SELECT ?p (COUNT(*) AS ?n) { <%sitem/20.500.12345/%s> ?p ?o } GROUP BY ?p ORDER BY ?p"
NUMBERS = itertools.count(800)
OWN = {"date", "server", "server-timing", "x-request-id"}

Stated = tuple[int, dict[str, str], bytes]


def stated(response: HTTPResponse) -> Stated:
    """Status, header fields and body; the fields that are one answer's own are given by their names."""
    fields = {name.lower(): "" if name.lower() in OWN else value for name, value in response.getheaders()}
    fields.pop("server", None)
    return response.status, fields, response.read()


def ask(connection: HTTPConnection, query: str, **headers: str) -> HTTPResponse:
    """The answer to a query by POST, as it comes."""
    fields = {
        "Accept": "text/csv",
        "Content-Type": DIRECT,
        **{name.replace("_", "-"): headers[name] for name in headers},
    }
    connection.request("POST", "/sparql", query.encode(), fields)
    return connection.getresponse()


@pytest.fixture
def line(site: Site) -> Iterator[HTTPConnection]:
    """A connection."""
    connection = HTTPConnection("127.0.0.1", site.port, timeout=20)
    yield connection
    connection.close()


def timing(response: HTTPResponse) -> str:
    response.read()
    return response.headers["Server-Timing"]


@pytest.mark.parametrize("template", [TITLE, OTHER])
@pytest.mark.parametrize("accept", ["*/*", "text/csv", "application/sparql-results+xml;q=0.5, text/html;q=0"])
@pytest.mark.parametrize("way", ["GET", "POST", "direct"])
def test_every_place_says_the_same(site: Site, line: HTTPConnection, template: str, accept: str, way: str) -> None:
    number = next(NUMBERS)
    # The first is answered wherever it may be; then others like it, and it again, out of memory.
    for place, handle in enumerate((number, "801", "801", "802", "802", number)):
        query = template % (site.base, handle) + (f" # {number}" if place % 2 else "")
        path, body, fields = f"/sparql?{urlencode({'query': query})}", None, {"Accept": accept}
        if way != "GET":
            body = urlencode({"query": query}).encode() if way == "POST" else query.encode()
            path, fields = "/sparql", fields | {"Content-Type": FORM if way == "POST" else DIRECT}
        method = "POST" if body else "GET"
        line.request(method, path, body, fields)
        found = stated(line.getresponse())
        # Who names what he has is answered by the application.
        line.request(method, path, body, fields | {"If-None-Match": '"something else"'})
        assert found == stated(line.getresponse())
        assert found[0] == 200


def here(line: HTTPConnection, query: str) -> bool:
    """Whether a query is answered without the application."""
    response = ask(line, query)
    assert response.read()
    return "Server" not in response.headers


def test_a_look_up_never_comes_to_the_application(site: Site, line: HTTPConnection) -> None:
    until(lambda: here(line, TITLE % (site.base, "803") + f" # {next(NUMBERS)}"))
    before = figure(site, 'queries_total{outcome="ok"}')
    assert all(here(line, TITLE % (site.base, "803") + f" # {next(NUMBERS)}") for _ in range(5))
    until(lambda: figure(site, 'queries_total{outcome="ok"}') >= before + 5)


def test_what_was_answered_is_remembered(site: Site, line: HTTPConnection) -> None:
    query = OTHER % (site.base, "803") + f" # {next(NUMBERS)}"
    first, second = timing(ask(line, query)), timing(ask(line, query))
    assert ("miss" in first, "hit" in second) == (True, True)


def test_what_is_remembered_is_packed_as_each_client_reads_it(site: Site, line: HTTPConnection) -> None:
    query = f"SELECT ?s ?p ?o {{ ?s ?p ?o }} ORDER BY ?s ?p ?o LIMIT 60 # {next(NUMBERS)}"
    for codings in ("br", "br", "gzip", "gzip", "identity"):
        response = ask(line, query, Accept_Encoding=codings)
        assert (response.headers.get("Content-Encoding", "identity"), bool(response.read())) == (codings, True)


def test_each_answer_is_logged_under_its_name() -> None:
    site = Site(EXAMPLES, "--log", "json")
    names = [f"named-{number}" for number in range(6)]
    try:
        line = HTTPConnection("127.0.0.1", site.port, timeout=20)
        assert [told_name(line, TITLE % (site.base, "803"), name) for name in names] == names
        line.close()
        answered = 'http_requests_total{method="POST",route="/sparql",status="200"}'
        until(lambda: figure(site, answered) == len(names))
    finally:
        site.process.terminate()
        _, said = site.process.communicate(timeout=100)
    entries = [json.loads(entry) for entry in said.decode().splitlines() if entry.startswith("{")]
    logged = [entry for entry in entries if entry.get("path") == "/sparql"]
    assert {entry["id"] for entry in logged} == {*names}
    assert {(entry["status"], entry["route"], entry["queries"]) for entry in logged} == {(200, "/sparql", 1)}


def told_name(line: HTTPConnection, query: str, name: str) -> str | None:
    """The name that an answer bears, to a request that was given one."""
    response = ask(line, query, X_Request_Id=name)
    assert response.read()
    return response.headers["X-Request-Id"]


def raw(site: Site) -> socket.socket:
    return socket.create_connection(("127.0.0.1", site.port), 20)


def is_read(connection: socket.socket) -> bool:
    """Whether the other end, on this machine, has read all that was sent."""
    ours, theirs = (f":{address[1]:04X}" for address in (connection.getsockname(), connection.getpeername()))
    for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]:
        _, here, there, _, queues, *_ = line.split()
        if here.endswith(theirs) and there.endswith(ours):
            return not int(queues.partition(":")[2], 16)
    return False


def request(site: Site, query: str, *more: str) -> bytes:
    lines = [f"GET /sparql?query={quote(query)} HTTP/1.1", "Host: x", "Accept: text/csv", *more]
    return "\r\n".join([*lines, "", ""]).encode()


def answers(connection: socket.socket, number: int) -> list[bytes]:
    """So many answers that come one after the other: their bodies."""
    bodies = []
    with connection.makefile("rb") as file:
        for _ in range(number):
            head = b"".join(iter(file.readline, b"\r\n"))
            assert head.startswith(b"HTTP/1.1 200 "), head
            length = re.search(rb"content-length: (\d+)", head)
            assert length
            bodies.append(file.read(int(length[1])))
    return bodies


def test_requests_that_come_all_at_once_are_answered_in_their_order(site: Site) -> None:
    handles = ["801", "802", "803"] * 4
    lines = [
        request(site, (TITLE if place % 3 else OTHER) % (site.base, handle)) for place, handle in enumerate(handles)
    ]
    with raw(site) as one, raw(site) as other:
        one.sendall(b"".join(lines))
        together = answers(one, len(lines))
        for line, body in zip(lines, together, strict=True):
            other.sendall(line)
            assert answers(other, 1) == [body]


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(1, 60), min_size=1, max_size=12), st.booleans())
def test_a_request_may_come_in_any_pieces(site: Site, cuts: list[int], posted: bool) -> None:
    query = TITLE % (site.base, "803")
    whole = request(site, query)
    if posted:
        body = urlencode({"query": query}).encode()
        head = f"POST /sparql HTTP/1.1\r\nHost: x\r\nAccept: text/csv\r\nContent-Type: {FORM}\r\n"
        whole = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
    with raw(site) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        place = 0
        for cut in cuts:
            connection.sendall(whole[place : place + cut])
            place += cut
            until(lambda: is_read(connection))
        connection.sendall(whole[place:])
        assert answers(connection, 1)[0].startswith(b"title\r\n")


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\n\r\n", b"200"),
        (b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", b"400"),
        (b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", b"400"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nA b: c\r\n\r\n", b"400"),
        (b"GET /-/health HTTP/1.0\r\n\r\n", b"200"),
        (b"GET /-/health HTTP/1.1\nHost: x\n\n", b"200"),
    ],
)
def test_what_is_unusual_is_for_the_application(site: Site, sent: bytes, status: bytes) -> None:
    with raw(site) as connection:
        connection.sendall(sent)
        connection.settimeout(5)
        assert connection.recv(65_536).split()[1] == status


def test_a_body_in_chunks_is_passed_on(site: Site) -> None:
    with raw(site) as connection:
        head = "POST /sparql HTTP/1.1\r\nHost: x\r\nAccept: text/csv\r\nTransfer-Encoding: chunked\r\n"
        connection.sendall(f"{head}Content-Type: {DIRECT}\r\n\r\n".encode())
        for part in (b"ASK", b" {", b"}"):
            until(lambda: is_read(connection))
            connection.sendall(b"%x\r\n%b\r\n" % (len(part), part))
        connection.sendall(b"0\r\n\r\n")
        assert answers(connection, 1) == [b"true"]


def test_a_head_without_a_body_ends_where_it_ends(site: Site, line: HTTPConnection) -> None:
    for _ in range(3):
        line.request("HEAD", "/")
        assert stated(line.getresponse())[0] == 200
        line.request("GET", "/sparql?query=ASK%7B%7D", headers={"Accept": "text/csv"})
        tag = line.getresponse()
        assert tag.read() == b"true"
        line.request(
            "GET", "/sparql?query=ASK%7B%7D", headers={"Accept": "text/csv", "If-None-Match": tag.headers["ETag"]}
        )
        assert stated(line.getresponse())[0] == 304
        assert timing(ask(line, TITLE % (site.base, "801")))


@pytest.mark.parametrize("template", ["/", "/sparql?query="])
def test_a_connection_ends_when_the_client_wants_it(site: Site, template: str) -> None:
    path = template + (quote(TITLE % (site.base, "802")) if template.endswith("=") else "")
    for _ in range(3):
        with raw(site) as connection:
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nAccept: */*\r\nConnection: close\r\n\r\n".encode())
            connection.settimeout(5)
            got = b"".join(iter(lambda c=connection: c.recv(65_536), b""))  # type: ignore[misc]
        assert re.search(rb"(?i)\r\nconnection: close\r\n", got)


def test_a_long_answer_is_passed_on_no_faster_than_it_is_read(site: Site) -> None:
    (process,) = front(site)
    until(lambda: figure(site, "lookups_resident") == 1)
    with raw(site) as connection:
        before = resident(process)
        connection.sendall(request(site, "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } LIMIT 200000"))
        assert connection.recv(1_024)
        until(lambda: all(is_at_rest(site) for _ in range(20)))
        assert resident(process) < before + 2_000_000
        # Nobody has given it up either: it goes on.
        read = 0
        while read < 6_000_000:
            part = connection.recv(65_536)
            assert part
            read += len(part)


def is_at_rest(site: Site) -> bool:
    """Whether no thread of its processes runs or could run."""
    waiting, states = [site.process.pid], set[str]()
    while waiting:
        with suppress(OSError):
            process = waiting.pop()
            waiting += below(process)
            for path in Path(f"/proc/{process}/task").glob("*/stat"):
                states.add(path.read_text(encoding="ascii").rpartition(")")[2].split()[0])
    return "R" not in states


def front(site: Site) -> list[int]:
    """The process that holds the connections of a site."""
    return [process for process in below(site.process.pid) if "server.front.front_process" in command(process)]


def resident(process: int) -> int:
    return int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_it_comes_back_where_it_ends() -> None:
    site = Site(EXAMPLES)
    try:
        (before,) = front(site)
        os.kill(before, signal.SIGKILL)
        until(lambda: front(site) not in ([], [before]))
        line = HTTPConnection("127.0.0.1", site.port, timeout=20)
        assert ask(line, TITLE % (site.base, "801")).read().startswith(b"title\r\n")
        line.close()
    finally:
        assert "the process that holds the connections ended, and is started again" in site.stop()


def test_it_ends_with_what_started_it() -> None:
    site = Site(EXAMPLES)
    (process,) = front(site)
    folder = Path(command(process).split("\0")[-3]).parent
    assert folder.is_dir()
    site.process.kill()
    site.process.communicate()
    until(lambda: not command(process) and not folder.exists())


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with a resource that has so much beside it that a look-up there takes long."""
    data = tmp_path_factory.mktemp("hub") / "hub.nt"
    with data.open("w", encoding="ascii") as out:
        out.writelines(f"<urn:hub> <urn:p> <urn:o:{number}> .\n" for number in range(150_000))
        out.write('<urn:leaf> <urn:p> "a leaf" .\n')
    running = Site(data, "--timeout", "20")
    yield running
    running.stop()


def test_look_ups_are_the_same_from_memory(site: Site) -> None:
    held = Site(EXAMPLES, "--memory", "1G", "--base", site.base)
    try:
        until(lambda: figure(held, "lookups_resident") == 1, 30)
        lines = [HTTPConnection("127.0.0.1", one.port, timeout=20) for one in (site, held)]
        for pattern in ("<{}item/20.500.12345/801> ?p ?o", "?s ?p <{}item/20.500.12345/803>", "?s a ?t . ?t ?p <{}>"):
            query = f"SELECT * {{ {pattern.format(site.base)} }} # {next(NUMBERS)}"
            disk, memory = (sorted(ask(line, query).read().splitlines()) for line in lines)
            assert disk == memory
        for line in lines:
            line.close()
    finally:
        held.stop()


@pytest.mark.alone
def test_a_look_up_that_takes_long_keeps_nobody(hub: Site) -> None:
    short = "SELECT ?o {{ <urn:leaf> <urn:p> ?o }} # {}"
    first = 0
    with closing(HTTPConnection("127.0.0.1", hub.port, timeout=20)) as line:
        until(lambda: here(line, short.format(next(NUMBERS))))
        for number in range(8):
            with raw(hub) as long:
                # Others of one shape would be left to the application for a while.
                query = f"SELECT DISTINCT ?p{number} {{ <urn:hub> ?p{number} ?o }}"
                long.sendall(request(hub, query, "Connection: close"))
                until(lambda: is_read(long))
                assert ask(line, short.format(next(NUMBERS))).read().endswith(b"a leaf\r\n")
                first += not select.select([long], [], [], 0)[0]
                answer = b"".join(iter(lambda: long.recv(65_536), b""))
            # It was begun here, and ended by the application.
            assert re.search(rb"(?i)\r\nserver: ", answer)
            assert answer.endswith(b"p%d\r\nurn:p\r\n" % number)
    # A machine that is busy may keep the client where it keeps nobody else.
    assert first >= 6


def test_a_look_up_with_a_long_answer_is_passed_on(hub: Site) -> None:
    line = HTTPConnection("127.0.0.1", hub.port, timeout=20)
    for _ in range(2):
        answer = ask(line, f"SELECT ?o {{ <urn:hub> <urn:p> ?o }} LIMIT 2000 # {next(NUMBERS)}").read()
        assert answer.count(b"\n") == 2_001
    line.close()


def test_no_look_up_leaves_the_machine(site: Site) -> None:
    (process,) = front(site)
    assert "Seccomp:\t2" in Path(f"/proc/{process}/status").read_text(encoding="ascii")


def test_nobody_waits_for_one_who_does_not_go_on(site: Site) -> None:
    with raw(site) as slow, raw(site) as half:
        slow.sendall(b"GET /spar")
        head = f"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: {DIRECT}\r\nContent-Length: 9\r\n\r\n"
        half.sendall(head.encode() + b"ASK")
        line = HTTPConnection("127.0.0.1", site.port, timeout=20)
        assert ask(line, TITLE % (site.base, "801")).status == 200
        line.close()
        half.sendall(b"   {} ")
        slow.sendall(b"ql?query=ASK%7B%7D HTTP/1.1\r\nHost: x\r\nAccept: text/csv\r\n\r\n")
        assert answers(slow, 1) == [b"true"]


def test_a_client_that_leaves_with_more_to_ask_is_missed() -> None:
    site = Site(EXAMPLES, "--timeout", "20")
    try:
        with raw(site) as leaving:
            leaving.sendall(request(site, RUNAWAY) + request(site, TITLE % (site.base, "801")))
            until(lambda: figure(site, "workers_running") == 1)
        until(lambda: figure(site, 'queries_total{outcome="left"}') == 1)
        assert figure(site, "workers_running") == 0
    finally:
        site.stop()


def test_a_client_that_ends_its_side_is_answered_what_is_here(site: Site, line: HTTPConnection) -> None:
    query = TITLE % (site.base, "801") + " # half"
    until(lambda: here(line, query))
    with raw(site) as half:
        half.sendall(request(site, query))
        half.shutdown(socket.SHUT_WR)
        assert answers(half, 1)[0].startswith(b"title\r\n")
        assert half.recv(1) == b""


def test_sockets_find_a_place_whatever_the_folder_for_files_is_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = tmp_path / ("long" * 25)
    long.mkdir()
    monkeypatch.setenv("TMPDIR", str(long))
    site = Site(EXAMPLES)
    try:
        assert not [path for path in long.rglob("control") if path.is_socket()]
    finally:
        site.stop()


@contextmanager
def alone(folder: Path) -> Iterator[tuple[FrontProcess, int, socket.socket]]:
    """A front without a site, its port, and where the application is to listen."""
    listening = socket.create_server(("127.0.0.1", 0))
    running = FrontProcess(listening, folder / "control", folder / "application", last=60)
    try:
        with socket.socket(socket.AF_UNIX) as control, socket.socket(socket.AF_UNIX) as application:
            application.bind(str(folder / "application"))
            until_answered(lambda: control.connect(str(folder / "control")), OSError)
            Channel(control).send(Shown())
            # Nobody is let in before the application listens, which is tried out.
            with socket.create_connection(listening.getsockname(), 10) as early, suppress(TimeoutError):
                early.settimeout(0.3)
                early.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                assert not early.recv(1)
            application.listen()
            application.accept()[0].close()
            application.accept()[0].close()
            yield running, listening.getsockname()[1], application
    finally:
        running.stop()
        listening.close()


def test_an_answer_on_its_way_is_sent_to_its_end(tmp_path: Path) -> None:
    length = 6_000_000
    with alone(tmp_path) as (running, port, application), socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        client.connect(("127.0.0.1", port))
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        behind, _ = application.accept()
        with behind:
            behind.recv(1_000)
            head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % length
            sending = threading.Thread(target=behind.sendall, args=(head + bytes(length),))
            sending.start()
            assert client.recv(1, socket.MSG_PEEK)
            ending = threading.Thread(target=running.stop)
            ending.start()
            got = client.recv(len(head), socket.MSG_WAITALL)
            while part := client.recv(1 << 20):
                got += part
            sending.join()
        ending.join()
    assert len(got) == len(head) + length


def test_an_application_that_is_there_no_more_is_told(tmp_path: Path) -> None:
    with alone(tmp_path) as (_, port, application), socket.create_connection(("127.0.0.1", port), 10) as client:
        application.close()
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = b"".join(iter(lambda: client.recv(65_536), b""))
    assert answer.startswith(b"HTTP/1.1 503 ")
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["status"] == 503
