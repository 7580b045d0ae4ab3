"""The log: a line for each request that nobody can forge, nobody's address in it, and nobody waits for it."""

from __future__ import annotations

import json
import logging
import os
import re
import socket
import subprocess
import sys
import threading
import urllib.parse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.operations import Form, Log
from server.operations.log_lines import as_json, as_text, loggable
from server.operations.observed_request import ObservedRequest, Observer
from tests.commands import shelfgraph
from tests.conftest import EXAMPLES, ROOT, Site
from tests.operations.stubs import Stub, broken, client
from tests.test_sparql import LOOK_UP, RUNAWAY, ask, get
from tests.waiting import until

REQUEST = {"id": "i", "method": "GET", "route": "/", "status": 200, "bytes": 1, "seconds": 0.1}
ADDRESSES = ["ann@example.org", "ann%40example.org", "mailto:ann@example.org", r"ann\u0040example.org"]


class Logging(Site):
    """A running site whose log is read as it is written."""

    def __init__(self, *arguments: str | Path) -> None:
        super().__init__(EXAMPLES / "lighthouse.txt", *arguments)
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr
        for line in self.process.stderr:
            self.lines.append(line.decode())

    def end(self) -> list[str]:
        """All lines of the log, once the site has ended."""
        self.process.terminate()
        self.process.wait(timeout=100)
        self._reader.join()
        assert self.process.stderr
        self.process.stderr.close()
        return self.lines

    def found(self, wanted: Callable[[str], bool]) -> str:
        """The first line that is wanted, once it has come."""
        return until(lambda: next((line for line in list(self.lines) if wanted(line)), ""))

    def event(self, name: str, event: str = "request") -> dict[str, Any]:
        """What the log says of the request with that name."""
        found = self.found(lambda line: f'"event":"{event}"' in line and f'"id":"{name}"' in line)
        read: dict[str, Any] = json.loads(found)
        return read


@pytest.fixture(autouse=True)
def faults_stay_in_their_test() -> Iterator[None]:
    """An application of Flask shares the logger of its name with all others."""
    yield
    logging.getLogger("server.app").handlers.clear()


@pytest.fixture(scope="module")
def talking() -> Iterator[Logging]:
    """A site with a log of JSON, where two seconds make a query slow, and three are too long."""
    running = Logging("--log", "json", "--slow-query", "2", "--timeout", "3")
    yield running
    running.end()


def test_a_request_is_a_line_of_json(talking: Logging) -> None:
    answer = ask(talking, "GET", "/record/20.500.12345/678", X_Request_Id="whole")
    event = talking.event("whole")
    assert {key: event[key] for key in ("level", "method", "route", "path", "status", "bytes")} == {
        "level": "info",
        "method": "GET",
        "route": "/record/<path:path>",
        "path": "/record/20.500.12345/678",
        "status": 200,
        "bytes": len(answer.body),
    }
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", event["time"])
    assert 0 < event["evaluated"] <= event["seconds"] < 10


def test_what_is_asked_is_no_part_of_the_line(talking: Logging) -> None:
    get(talking, f"{LOOK_UP} # private-word", X_Request_Id="asked")
    line = talking.found(lambda line: '"id":"asked"' in line)
    assert "private-word" not in line
    assert "127.0.0.1" not in line


def test_a_client_that_leaves_is_told_as_one(talking: Logging) -> None:
    query = urllib.parse.urlencode({"query": "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"})
    with socket.create_connection(("127.0.0.1", talking.port)) as leaving:
        head = f"GET /sparql?{query} HTTP/1.1\r\nHost: x\r\nAccept: text/csv\r\nX-Request-Id: leaving\r\n\r\n"
        leaving.sendall(head.encode())
        assert leaving.recv(1_000).startswith(b"HTTP/1.1 200")
    event = talking.event("leaving")
    assert (event["level"], event["status"], event["broken"]) == ("warning", 200, "client left")


@pytest.mark.parametrize(("method", "path"), [("HEAD", "/"), ("GET", "/item/20.500.12345/678"), ("OPTIONS", "/sparql")])
def test_an_answer_without_a_body_is_not_broken(talking: Logging, method: str, path: str) -> None:
    name = f"whole-{method}"
    ask(talking, method, path, X_Request_Id=name)
    event = talking.event(name)
    assert ("broken" in event, event["bytes"]) == (False, 0 if method != "GET" else event["bytes"])


def test_an_answer_out_of_memory_is_told_as_one(talking: Logging) -> None:
    for name in ("first", "second"):
        get(talking, f"{LOOK_UP} # twice", X_Request_Id=name)
    assert [talking.event(name)["kept"] for name in ("first", "second")] == [0, 1]


def test_a_slow_query_is_told_with_its_words(talking: Logging) -> None:
    get(talking, f'{RUNAWAY} # "ann@example.org"\n', X_Request_Id="slow")
    event = talking.event("slow", "slow query")
    assert (event["level"], event["outcome"]) == ("warning", "timeout")
    assert event["seconds"] > 2.9
    assert event["query"] == f'{RUNAWAY} # "[e-mail address removed]"\n'
    assert talking.event("slow")["status"] == 503


def test_a_quick_query_is_not_told(talking: Logging) -> None:
    get(talking, f"{LOOK_UP} # quick", X_Request_Id="quick")
    talking.event("quick")
    assert not [line for line in talking.lines if "slow query" in line and '"id":"quick"' in line]


def test_nobody_can_write_a_line(talking: Logging) -> None:
    forged = '/x\r\n{"event":"request","id":"forged"}\u2028\x1b[31m'
    ask(talking, "GET", urllib.parse.quote(forged), X_Request_Id="forger")
    assert talking.event("forger")["path"] == forged
    assert not [line for line in talking.lines if line.startswith('{"event":"request","id":"forged"')]
    assert all(line.removesuffix("\n").isprintable() for line in talking.lines)


def test_questions_of_health_are_not_told_while_all_is_well(talking: Logging) -> None:
    for path in ("/-/health", "/-/ready", "/metrics"):
        ask(talking, "GET", path, X_Request_Id="health")
    ask(talking, "GET", "/", X_Request_Id="after-health")
    talking.event("after-health")
    assert not [line for line in talking.lines if '"id":"health"' in line]


@pytest.mark.parametrize(("form", "lines"), [("text", 1), ("none", 0)])
def test_a_site_logs_as_it_is_told(form: str, lines: int) -> None:
    running = Logging("--log", form)
    ask(running, "GET", "/nowhere/a b".replace(" ", "%20"), X_Request_Id="one")
    if lines:
        running.found(lambda line: line.endswith(" one\n"))
    found = [line for line in running.end() if line.endswith(" one\n")]
    assert len(found) == lines
    assert all(
        re.fullmatch(r"\S+Z 404 GET /nowhere/a%20b \d+ B \d+\.\d ms (?:\(queue \S+ ms, evaluate \S+ ms\) )?one\n", line)
        for line in found
    )


def test_a_site_is_not_held_up_by_a_log_that_nobody_reads() -> None:
    reading, writing = os.pipe()
    log = Log("json", descriptor=writing)
    asking = client(Stub(), log)
    for _ in range(200):
        log.write("slow query", query="x" * 2_000, seconds=1.0, outcome="ok", id="")
        assert asking.post("/nowhere").status_code == 404
    for _ in range(20_000):
        log.write("request", **REQUEST, path="/")
    # Who waited would never come here.
    assert log.dropped > 0
    os.close(reading)


def test_a_fault_of_ours_is_told_under_the_name_of_its_request(tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb") as file:
        asking = client(broken(KeyError("to ann@example.org\nforged")), Log("none", descriptor=file.fileno()))
        answer = asking.get("/sparql?query=ASK%7B%7D", headers={"X-Request-Id": "broken"})
        assert (answer.status_code, "KeyError" in answer.text) == (500, False)
        first, *trace = written(tmp_path / "log", "KeyError")
    assert first.endswith("Z fault in broken: GET /sparql failed")
    assert trace[-1] == r"    | KeyError: 'to [e-mail address removed]\\nforged'"
    assert all(line.startswith("    | ") for line in trace)


def written(path: Path, word: str) -> list[str]:
    """The lines of a log once a word is in it."""
    until(lambda: word in path.read_text(encoding="utf-8"))
    return path.read_text(encoding="utf-8").splitlines()


LAST = """
import multiprocessing
from server.operations import Log

def serve():
    log = Log("json", descriptor=1)
    for number in range(50):
        log.write("slow query", number=number)

serving = multiprocessing.get_context("fork").Process(target=serve)
serving.start()
serving.join()
"""


def test_what_was_told_is_written_when_the_serving_process_ends() -> None:
    done = subprocess.run([sys.executable, "-c", LAST], capture_output=True, check=True, cwd=ROOT)
    assert [json.loads(line)["number"] for line in done.stdout.splitlines()] == list(range(50))


@pytest.mark.parametrize(
    ("method", "length", "broken"),
    [("GET", "9", "client left"), ("GET", "3", ""), ("HEAD", "9", ""), ("HEAD", "3", "")],
)
def test_an_answer_that_nobody_read_to_its_end_is_broken(method: str, length: str, broken: str) -> None:
    def inner(environ: WSGIEnvironment, start: StartResponse) -> list[bytes]:
        start("200 OK", [("Content-Length", length)])
        return [b"abc", b"def"]

    ended: list[ObservedRequest] = []
    watched = Observer(inner, lambda _: None, ended.append)
    body: Any = watched({"REQUEST_METHOD": method, "PATH_INFO": "/"}, lambda *_: lambda _: None)
    assert next(body) == b"abc"
    body.close()
    body.close()
    assert [(seen.broken, seen.bytes) for seen in ended] == [(broken, 3)]


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("before", ["", "x" * 1_990, "x" * 2_000, "/person/"])
def test_no_address_of_a_person_is_logged(address: str, before: str) -> None:
    shown = loggable(f"{before} '{address}'")
    assert not re.search("@|%40|u0040|ann|exam", shown)
    assert len(shown) <= 2_000


@given(st.text(), st.sampled_from([as_json, as_text]))
def test_an_event_is_one_line_whatever_is_in_it(text: str, form: Callable[..., str]) -> None:
    line = form({"time": 0.0, "level": "info", "event": "request", **REQUEST, "path": text})
    assert line.isprintable()
    assert line.encode().decode() == line


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_json_gives_back_what_was_told(text: str) -> None:
    event = {"time": 0.0, "level": "info", "event": "slow query", "query": text}
    assert json.loads(as_json(event))["query"] == text


@given(st.text())
def test_a_line_of_text_has_as_many_words_as_it_tells(text: str) -> None:
    line = as_text({"time": 0.0, "level": "info", "event": "request", **REQUEST, "path": text})
    assert len(line.split(" ")) == 9


@pytest.mark.parametrize("form", ["xml", ""])
def test_another_form_is_refused(form: str) -> None:
    assert shelfgraph("serve", EXAMPLES, "--log", form).returncode == 2


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_reader_that_has_gone_is_no_matter(form: Form) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    log = Log(form, descriptor=writing)
    log.write("request", **REQUEST, path="/")
    assert until(lambda: log.dropped) > 0
    os.close(writing)
