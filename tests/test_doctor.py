"""The doctor: finds nothing wrong with a sound site, and each fault of a bent one."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import shutil
import socketserver
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from flask import Flask, Response
from hypothesis import given
from hypothesis import strategies as st

from converter.errors import SourceUnreachable
from shelfgraph.doctor.client import Client
from shelfgraph.doctor.command import line
from shelfgraph.doctor.examination import CHECKS, Row, examined, finding
from shelfgraph.doctor.target import Patient, locations
from shelfgraph.doctor.verdicts import Finding
from tests.commands import shelfgraph
from tests.conftest import COMMAND, Site, free_port
from tests.misbehaving import serving
from tests.operations.bent import (
    Bend,
    asking_others,
    bent,
    cut,
    dropping,
    hanging,
    having,
    never_changing,
    no_gzip,
    status,
    taking_updates,
    without,
)
from tests.waiting import until_answered

RECORD = "record/20.500.12345/678"
JSON = "application/sparql-results+json"


def look(address: str, name: str, *, timeout: float = 5, heavy: bool = False) -> Finding:
    """What one check finds."""
    check = next(check for check in CHECKS if check.name == name)
    return finding(check, Patient(Client(timeout), address, heavy=heavy))


def verdicts(rows: list[Row]) -> dict[str, str]:
    """Check → verdict."""
    return {row.check: row.verdict for row in rows}


def test_a_sound_site_is_sound(site: Site) -> None:
    found = verdicts(list(examined(site.base, 5, heavy=True)))
    assert {name: verdict for name, verdict in found.items() if verdict != "ok"} == {}
    assert len(found) == len(CHECKS)


@pytest.mark.parametrize("path", ["sparql", RECORD, "item/20.500.12345/678", "item/20.500.12345/678#author-1", ""])
def test_the_endpoint_and_a_thing_are_found_from_any_address_of_a_site(site: Site, path: str) -> None:
    finding = look(site.base + path, "what is there")
    assert finding.verdict == "ok"
    assert f"the endpoint {site.base}sparql, and things such as {site.base}" in finding.seen


FAULTS = {
    "a table that ends too early": (Bend(answer=cut), "query by GET", "fail"),
    "no JSON": (Bend(accept=lambda _: "text/csv"), "SELECT as JSON", "fail"),
    "no XML": (Bend(accept=lambda _: JSON), "SELECT as XML", "warn"),
    "no Turtle": (Bend(accept=lambda _: "application/ld+json"), "CONSTRUCT as Turtle", "fail"),
    "a wrong type": (Bend(accept=lambda _: "text/csv", answer=having(Content_Type=JSON)), "SELECT as JSON", "fail"),
    "the first type wins": (Bend(accept=lambda accept: accept.split(";")[0]), "Accept, q-values", "warn"),
    "JSON although excluded": (Bend(accept=lambda _: f"{JSON}, {JSON[:-4]}xml"), "Accept, q=0", "warn"),
    "parameters hide the type": (
        Bend(accept=lambda accept: "text/csv" if ";charset" in accept else accept),
        "Accept, parameters",
        "warn",
    ),
    "browsers are refused": (
        Bend(accept=lambda accept: "image/png" if "html" in accept else accept),
        "Accept of a browser",
        "fail",
    ),
    "a fault for a type": (Bend(answer=status(406, 500)), "Accept of nothing there", "fail"),
    "a fault for bad syntax": (Bend(answer=status(400, 500)), "a syntax error", "fail"),
    "a result for bad syntax": (Bend(answer=status(400, 200)), "a syntax error", "fail"),
    "another refusal of bad syntax": (Bend(answer=status(400, 422)), "a syntax error", "warn"),
    "a result for two queries": (Bend(answer=status(400, 200)), "two queries at once", "fail"),
    "a result for any body": (Bend(answer=status(415, 200)), "an unknown content type", "fail"),
    "anybody may write": (Bend(instead=taking_updates), "update is refused", "fail"),
    "other servers are asked": (Bend(instead=asking_others), "SERVICE is refused", "fail"),
    "SERVICE is answered": (Bend(answer=status(400, 200)), "SERVICE is refused", "warn"),
    "the dataset is not heard": (
        Bend(query=lambda query: {k: v for k, v in query.items() if "graph" not in k}),
        "default-graph-uri",
        "fail",
    ),
    "no other site may read": (Bend(answer=without("Access-Control-Allow-Origin")), "CORS", "warn"),
    "any site may ask as the reader": (Bend(answer=having(Access_Control_Allow_Credentials="true")), "CORS", "fail"),
    "no preflight": (Bend(answer=status(204, 405)), "CORS, preflight", "warn"),
    "no ETag": (Bend(answer=without("ETag")), "ETag and 304, of answers", "warn"),
    "an ETag that nobody compares": (Bend(answer=status(304, 200)), "ETag and 304, of answers", "warn"),
    "304 for all": (Bend(instead=never_changing), "ETag and 304, of answers", "fail"),
    "no Vary, and kept": (Bend(answer=without("Vary")), "Vary, of answers", "fail"),
    "no Vary": (
        Bend(answer=lambda answer: having(Cache_Control="no-store")(without("Vary")(answer))),
        "Vary, of answers",
        "warn",
    ),
    "gzip that is none": (Bend(answer=no_gzip), "gzip, of answers", "fail"),
    "nothing is not found": (Bend(answer=status(404, 200)), "an address of nothing", "fail"),
    "a closed connection": (Bend(instead=dropping("tab-separated")), "SELECT as TSV", "fail"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found(site: Site, name: str) -> None:
    bend, check, verdict = FAULTS[name]
    with bent(site, bend) as address:
        finding = look(f"{address}/sparql", check)
    assert (finding.verdict, bool(finding.remedy)) == (verdict, verdict != "ok"), finding


@pytest.mark.parametrize(
    ("bend", "check", "verdict"),
    [
        (Bend(), "a thing as Turtle", "warn"),
        (Bend(accept=lambda _: "text/html"), "a thing as Turtle", "fail"),
        (Bend(answer=cut), "a thing as JSON-LD", "fail"),
        (Bend(accept=lambda _: "text/turtle"), "a thing as a page", "warn"),
        (Bend(accept=lambda accept: accept.split(";")[0]), "a thing, as its Accept says", "warn"),
        (Bend(answer=without("Vary")), "Vary, of documents", "fail"),
        (Bend(instead=never_changing), "ETag and 304, of documents", "fail"),
    ],
)
def test_a_fault_of_a_document_is_found(site: Site, bend: Bend, check: str, verdict: str) -> None:
    with bent(site, bend) as address:
        assert look(f"{address}/{RECORD}", check).verdict == verdict


def test_an_answer_that_does_not_come_is_told(site: Site) -> None:
    until = threading.Event()
    with bent(site, Bend(instead=hanging("text/csv", until))) as address:
        finding = look(f"{address}/sparql", "SELECT as CSV", timeout=0.5)
        until.set()
    assert finding == Finding("fail", "no answer within 0.5 seconds", "answer within the time, and whole")


def test_a_query_that_nobody_ends_is_told(site: Site) -> None:
    until = threading.Event()
    with bent(site, Bend(instead=hanging("COUNT(*)", until))) as address:
        finding = look(f"{address}/sparql", "a limit of time", timeout=2, heavy=True)
        until.set()
    assert finding.verdict == "fail"
    assert re.fullmatch(r"it still ran after \d+ seconds, when we hung up", finding.seen)


def test_a_query_that_holds_others_up_is_told(site: Site) -> None:
    until = threading.Event()
    with bent(site, Bend(instead=hanging("# beside", until))) as address:
        finding = look(f"{address}/sparql", "a limit of time", timeout=0.5, heavy=True)
        until.set()
    assert (finding.verdict, finding.seen) == ("fail", "a small query beside it had no answer within 0.5 seconds")


def test_a_site_without_data_for_programs_is_told() -> None:
    app = Flask(__name__)
    app.add_url_rule("/", view_func=lambda: Response("<p>Hello"))
    with serving(app) as address:
        rows = list(examined(address, 5))
    assert rows[0].verdict == "fail"
    assert {row.verdict for row in rows[1:] if row.check not in {"VoID", "site map"}} == {"skipped", "ok"}


@pytest.fixture(scope="module")
def oxigraph() -> Iterator[str]:
    """The address of an Oxigraph server."""
    found = shutil.which("oxigraph", path=str(Path(sys.executable).parent))
    if not found:
        pytest.skip("the oxigraph command is not installed")
    address = f"127.0.0.1:{free_port()}"
    process = subprocess.Popen([found, "serve", "--bind", address], stderr=subprocess.DEVNULL)
    try:
        until_answered(lambda: urllib.request.urlopen(f"http://{address}/", timeout=5).close(), OSError)
        yield f"http://{address}"
    finally:
        process.kill()
        process.wait()


def test_an_open_store_is_found_to_be_open(oxigraph: str) -> None:
    done = shelfgraph("doctor", f"{oxigraph}/query", "--json")
    stated = json.loads(done.stdout)
    found = {row["check"]: row["verdict"] for row in stated["checks"]}
    assert done.returncode == 1
    assert {name for name, verdict in found.items() if verdict == "fail"} == {"update is refused", "SERVICE is refused"}
    assert found["SELECT as JSON"] == found["CONSTRUCT as RDF/XML"] == found["a syntax error"] == "ok"
    assert stated["counts"]["ok"] == list(found.values()).count("ok") > 15


def test_the_endpoint_of_another_server_is_found_at_its_root(oxigraph: str) -> None:
    assert look(f"{oxigraph}/query", "what is there").seen.startswith(f"the endpoint {oxigraph}/query")


def test_a_sound_site_ends_with_0_and_a_line_for_each_check(site: Site) -> None:
    done = shelfgraph("doctor", site.base)
    lines = done.stdout.decode().splitlines()
    assert (done.returncode, len(lines)) == (0, len(CHECKS))
    assert all(text.split()[0] in {"ok", "warn", "skipped"} for text in lines)
    assert f"{len(CHECKS)} checks of {site.base}: ".encode() in done.stderr


@pytest.mark.parametrize(
    ("address", "code", "words"),
    [("http://127.0.0.1:1/", 3, "check the address"), ("ftp://x/", 2, "http://"), ("http://", 3, "check the address")],
)
def test_what_cannot_be_asked_is_a_line_and_a_code(address: str, code: int, words: str) -> None:
    done = shelfgraph("doctor", address)
    assert (done.returncode, done.stderr.decode().count("\n"), done.stdout) == (code, 1, b"")
    assert words in done.stderr.decode()


def test_a_terminal_sees_a_table(site: Site) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen([*COMMAND, "doctor", site.base], stdout=theirs, stderr=subprocess.DEVNULL)
    os.close(theirs)
    parts = []
    # Linux ends the reading of a terminal that nobody writes to any more with an error.
    with contextlib.suppress(OSError):
        while part := os.read(ours, 65_536):
            parts.append(part)
    os.close(ours)
    text = b"".join(parts).decode()
    assert process.wait(timeout=100) == 0
    assert "what to do" in text
    assert "┃" in text


RAW = [
    b"",
    b"SSH-2.0-x\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\nshort",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b'HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\n\r\nx\r\n"open',
    b"HTTP/1.1 200 OK\r\nContent-Type: text/tab-separated-values\r\nETag: W/\r\n\r\n\xff\xfe",
    b"HTTP/1.1 200 OK\r\nContent-Type: application/sparql-results+json\r\nVary: *\r\n\r\n[1, {}]",
    b"HTTP/1.1 200 OK\r\nContent-Type: text/turtle\r\n\r\n<http://[> a <b> .",
    b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\n\r\n<sparql/>",
    b"HTTP/1.1 302 Found\r\nLocation: http://[\r\n\r\n",
    b"HTTP/1.1 302 Found\r\nLocation: /again\r\n\r\n",
    b"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\n\r\n",
    b"HTTP/1.1 303 See Other\r\nLocation: http://[\r\n\r\n",
    b"HTTP/1.1 500 Oh\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nSitemap: http://[\nSitemap: nowhere",
]


@pytest.mark.parametrize("answer", RAW)
def test_no_answer_breaks_the_examination(answer: bytes) -> None:
    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(65_536)
            self.request.sendall(answer)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            rows = list(examined(f"http://127.0.0.1:{server.server_address[1]}/sparql", 2))
        except SourceUnreachable:
            rows = []
        finally:
            server.shutdown()
    assert len(rows) in {0, len(CHECKS)}
    assert not rows or "fail" in verdicts(rows).values()


@given(st.text())
def test_no_server_writes_to_the_terminal(text: str) -> None:
    assert line(Row("a check", "warn", text, text)).isprintable()


@given(st.binary() | st.text(alphabet="<>/& urlsetocm").map(lambda text: f"<urlset>{text}</urlset>".encode()))
def test_a_site_map_is_read_or_refused(body: bytes) -> None:
    with contextlib.suppress(ValueError):
        locations(body)


@given(st.lists(st.text(st.characters(exclude_categories=["C"]), min_size=1).map(str.strip).filter(bool)))
def test_the_addresses_of_a_site_map_are_those_that_stand_there(addresses: list[str]) -> None:
    stated = "".join(f"<url><loc> {escape(address)}\n</loc></url>" for address in addresses)
    assert locations(f"<urlset>{stated}</urlset>".encode()).addresses == addresses


def test_a_site_map_reads_no_files(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret", encoding="utf-8")
    entity = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{(tmp_path / "secret").as_uri()}">]>'
    assert locations(f"{entity}<urlset><url><loc>a&e;</loc></url></urlset>".encode()).addresses in (["a"], ["a&e;"])


def test_a_refused_connection_is_called_so() -> None:
    done = shelfgraph("doctor", f"http://127.0.0.1:{free_port()}/")
    assert "connection refused" in done.stderr.decode().lower()
    assert "within" not in done.stderr.decode()
