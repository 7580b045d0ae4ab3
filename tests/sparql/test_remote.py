"""A store elsewhere in the place of our own: a real Oxigraph server, and Virtuoso where it is installed."""

from __future__ import annotations

import json
import re
import socket
import threading
import urllib.parse
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import lxml.html
import pyoxigraph
import pytest
import rdflib
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from rdflib.compare import isomorphic

from converter.errors import QueryError, UsageError
from converter.formats import FORMATS
from converter.publish.changes import Deed
from converter.store.data_folder import DataFolder
from queries import Query, all_queries, bind
from server.documents.resources import THINGS
from server.sparql import ClientLeft, QuerySyntax, QueryTimeout, QueueFull, Refused, Request, ServiceFailed, WorkerDied
from server.sparql.answer_cache import Cached
from server.sparql.remote import Remote, base_of
from server.sparql.remote_results import translated
from shelfgraph.cli import main
from tests.commands import shelfgraph
from tests.conftest import EXAMPLES, GOLDEN, Site, free_port
from tests.services import NAMES, Service, asked, local, running
from tests.sparql.test_pool import Asking
from tests.test_queries import VALUES
from tests.test_site import FORMS
from tests.test_site import graph as graph_of
from tests.test_sparql import Answer, ask
from tests.waiting import until

BASE = "https://data.example.org/"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER(?a != ?g) }"
ALL = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"


class World(NamedTuple):
    """The example records in a data folder and in a service, and a site over each."""

    service: Service
    generation: Path
    remote: Remote
    own: Site
    elsewhere: Site


@pytest.fixture(scope="module", params=NAMES)
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Each kind of service with the example records, and the page of one as HTML, which says more than its text."""
    folder = tmp_path_factory.mktemp(request.param)
    with running(request.param, folder) as service:
        for source in (GOLDEN / "lighthouse.html", *sorted(EXAMPLES.glob("*.xml"))):
            assert shelfgraph("load", source, "--data", folder / "data", "--base", BASE).returncode == 0
        generation = DataFolder(folder / "data").current().path
        service.target.do(Deed((), tuple(service.statement(line) for line in local(generation))))
        own = Site("--data", folder / "data")
        elsewhere = Site("--endpoint", service.query, *(["--graph", service.graph] if service.graph else []))
        with closing(Remote(service.query, graph=service.graph, timeout=20)) as remote:
            yield World(service, generation, remote, own, elsewhere)
        own.stop()
        elsewhere.stop()


def things(world: World) -> list[str]:
    """The paths of all records and shared things."""
    subjects = {line.partition(">")[0].removeprefix(f"<{BASE}") for line in local(world.generation)}
    return sorted(path for path in subjects if "#" not in path and path.split("/")[0] in {"record", *THINGS})


def test_every_document_is_that_of_our_own_store(world: World) -> None:
    paths = things(world)
    assert len(paths) > 40
    for path in paths:
        own, other = (ask(site, "GET", f"/{path}.nt") for site in (world.own, world.elsewhere))
        assert (other.status, other.body) == (own.status, own.body), path


@pytest.mark.parametrize("suffix", FORMS)
def test_every_form_says_what_ours_says(world: World, suffix: str) -> None:
    for path in ("record/20.500.12345/678", "record/20.500.12345/704", "journal/5555-1238"):
        own, other = (ask(site, "GET", f"/{path}{suffix}") for site in (world.own, world.elsewhere))
        assert (other.status, other.headers["content-type"]) == (own.status, own.headers["content-type"]), path
        assert isomorphic(graph_of(own, suffix), graph_of(other, suffix)), path


def words(page: Answer) -> list[str]:
    """What a page says between its head and its foot, without its code and the port that it is served at."""
    own = re.sub(r"(?s)<header.*?</header>|<footer.*?</footer>|in [\d.]+ s(?=<)", "", page.body.decode())
    return re.sub(r"<[^>]*>|127\.0\.0\.1:\d+", " ", own).split()


def says_the_same(own: Answer, other: Answer) -> bool:
    """Whether a page says what ours says; it may lack a few words, for what is made of the archive: search, feeds."""
    here, there = words(own), words(other)
    left = iter(here)
    return other.status == own.status and all(word in left for word in there) and len(there) > 0.9 * len(here)


@pytest.mark.parametrize(
    "path", ["/", "/record/20.500.12345/701.html", "/journal/5555-1238.html", "/subject/mesh/light.html", "/nothing"]
)
def test_every_page_says_what_ours_says(world: World, path: str) -> None:
    own, other = (ask(site, "GET", path, Accept="text/html") for site in (world.own, world.elsewhere))
    here, there = (lxml.html.fromstring(answer.body.decode()) for answer in (own, other))
    assert (other.status, there.xpath("string(//h1)")) == (own.status, here.xpath("string(//h1)"))
    # What is made of the catalogue is missing: links to searches, works beside, charts.
    facts = [{" ".join(fact.text_content().split()) for fact in page.xpath("//dl[@class='facts']/div")}
             for page in (here, there)]  # fmt: skip
    assert facts[1] == facts[0]


@pytest.mark.parametrize("path", ["/item/20.500.12345/678", "/journal/5555-1238", "/item/20.500.12345/1"])
def test_a_thing_leads_to_its_document_or_is_unknown(world: World, path: str) -> None:
    own, other = (ask(site, "GET", path) for site in (world.own, world.elsewhere))
    assert (other.status, other.headers.get("location")) == (own.status, own.headers.get("location"))


PLAIN = {f'"{word}"^^<{rdflib.XSD.boolean}>': f'"{number}"' for word, number in (("true", 1), ("false", 0))}


def rows(body: bytes) -> list[list[str]]:
    """The rows of a table; numbers without their types and truths as numbers, which is how Virtuoso writes them."""
    found = pyoxigraph.parse_query_results(body, format=pyoxigraph.QueryResultsFormat.JSON)
    assert isinstance(found, pyoxigraph.QuerySolutions)
    texts = [[PLAIN.get(str(term), str(term)) for term in row] for row in found]
    return sorted([re.sub(r"\^\^<.*#(integer|decimal)>$", "", text) for text in row] for row in texts)


@pytest.mark.parametrize("query", all_queries(), ids=lambda query: query.name)
def test_every_question_is_answered_as_by_our_own_store(world: World, query: Query) -> None:
    text = bind(query, VALUES.get(query.name, {}))
    body = (
        pyoxigraph.Store.read_only(str(world.generation))
        .query(text)
        .serialize(format=pyoxigraph.QueryResultsFormat.JSON)
    )
    expected, found = rows(body or b""), rows(asked(world.remote, text, "json"))
    assert found == expected


@pytest.mark.parametrize("format_", sorted(FORMATS))
def test_every_format_is_to_be_had(world: World, format_: str) -> None:
    graph = FORMATS[format_].graph
    body = asked(world.remote, ALL if graph else COUNT, format_)
    count = len(local(world.generation))
    if graph:
        assert sum(1 for _ in pyoxigraph.parse(body, format=FORMATS[format_].engine)) == count  # type: ignore[arg-type]
    else:
        assert str(count).encode() in body


@pytest.mark.parametrize(("query", "truth"), [("ASK { ?s ?p ?o }", True), ("ASK { <urn:none> ?p ?o }", False)])
def test_a_truth_is_told_as_one(world: World, query: str, truth: bool) -> None:
    assert json.loads(asked(world.remote, query, "json"))["boolean"] is truth
    assert asked(world.remote, query, "csv").strip() == str(truth).lower().encode()
    path = "/sparql?" + urllib.parse.urlencode({"query": query})
    own, other = (ask(site, "GET", path, Accept="text/html") for site in (world.own, world.elsewhere))
    assert says_the_same(own, other)


def test_the_base_is_known_from_the_records(world: World) -> None:
    assert base_of(world.remote) == BASE


def test_a_dataset_that_a_query_names_goes_before_the_graph_of_the_site(world: World) -> None:
    remote = world.remote
    assert int(asked(remote, COUNT).split()[-1]) == len(local(world.generation))
    assert int(asked(remote, COUNT.replace("{", "FROM <urn:none> {", 1)).split()[-1]) == 0
    with remote.ask(Request(COUNT, "csv", default_graphs=("urn:none",))) as answer:
        assert b"".join(answer).split()[-1] == b"0"


def test_a_wrong_query_is_told_as_one(world: World) -> None:
    with pytest.raises(QuerySyntax):
        world.remote.ask(Request("SELECT * { ?s ?p ", "csv"))
    assert ask(world.elsewhere, "GET", "/sparql?query=SELECT%20*%20%7B%20%3Fs").status == 400


def connections(port: int) -> set[str]:
    """Our own ends of the connections of this process to a port of this machine."""
    own = {path.readlink().name for path in Path("/proc/self/fd").iterdir() if path.is_symlink()}
    lines = [line.split() for line in Path("/proc/self/net/tcp").read_text(encoding="ascii").splitlines()[1:]]
    return {line[1] for line in lines if line[2].endswith(f":{port:04X}") and f"socket:[{line[9]}]" in own}


def test_the_connection_is_used_again(world: World) -> None:
    port = urllib.parse.urlsplit(world.service.query).port or 0
    before = connections(port)
    with closing(Remote(world.service.query)) as remote:
        asked(remote, "ASK {}", "json")
        (first,) = connections(port) - before
        asked(remote, "ASK {}", "json")
        assert connections(port) - before == {first}


@pytest.fixture(scope="module")
def oxigraph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """An Oxigraph server with 300 triples."""
    with running("oxigraph", tmp_path_factory.mktemp("service")) as service:
        service.target.do(Deed((), tuple(service.statement(f'<urn:s{n}> <urn:p> "{n}" .') for n in range(300))))
        yield service


def stated(url: str, query: str, format_: str = "csv", **limits: Any) -> bytes:
    """The whole answer of a service that is asked once."""
    with closing(Remote(url, **limits)) as remote:
        return asked(remote, query, format_)


def test_a_runaway_query_ends_at_the_deadline(oxigraph: Service) -> None:
    # By itself it would not end within a year.
    with pytest.raises(QueryTimeout):
        stated(oxigraph.query, RUNAWAY, timeout=0.5)


def test_an_answer_that_is_too_large_is_broken_off(oxigraph: Service) -> None:
    with pytest.raises(WorkerDied, match="more than 100 bytes"):
        stated(oxigraph.query, "SELECT * { ?s ?p ?o }", largest=100)


def test_a_version_follows_the_data(oxigraph: Service) -> None:
    with closing(Remote(oxigraph.query, recheck=0)) as remote:
        before = remote.version
        oxigraph.target.do(Deed((), (oxigraph.statement("<urn:new> <urn:p> <urn:o> ."),)))
        until(lambda: remote.version != before)


def test_a_version_does_not_last_for_ever_where_no_count_changes(oxigraph: Service) -> None:
    with closing(Remote(oxigraph.query, recheck=0, lasting=0.2)) as remote:
        before = remote.version
        until(lambda: remote.version != before)


@pytest.mark.parametrize("query", ["SELECT * { SERVICE <http://x/> { ?s ?p ?o } }", "LOAD <http://x/>", "CLEAR ALL"])
def test_what_is_never_done_does_not_reach_the_service(query: str) -> None:
    with pytest.raises(Refused):
        Remote("http://127.0.0.1:1/").ask(Request(query, "csv"))


@pytest.mark.parametrize("url", ["nowhere", "ftp://x/", "http://", "http://user:secret@x/"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="must begin with"):
        Remote(url)


def test_a_service_that_is_not_there_has_failed() -> None:
    remote = Remote(f"http://127.0.0.1:{free_port()}/")
    with pytest.raises(ServiceFailed, match="does not answer"):
        remote.ask(Request("ASK {}", "json"))
    with pytest.raises(ServiceFailed):
        assert remote.version


class Gate:
    """What lets requests through once it is opened; how many have come."""

    def __init__(self) -> None:
        self.came = 0
        self._opened = threading.Event()

    def open(self) -> None:
        self._opened.set()

    def pass_(self) -> None:
        self.came += 1
        self._opened.wait()


@contextmanager
def bent(status: int = 200, body: bytes = b"", gate: Gate | None = None, **headers: str) -> Iterator[str]:
    """The address of a service that always gives one answer, where there is a gate once that is open."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            if gate:
                gate.pass_()
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(body)
            if int(headers.get("Content_Length", 0)) > len(body):
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (301, ServiceFailed),
        (401, ServiceFailed),
        (404, ServiceFailed),
        (413, Refused),
        (429, QueueFull),
        (500, ServiceFailed),
        (503, QueryTimeout),
    ],
)
def test_a_refusal_of_the_service_is_what_it_means(status: int, fault: type[QueryError]) -> None:
    with bent(status, b"<p>the <b>words</b></p>", Content_Type="text/html") as service:
        with pytest.raises(fault, match="words") as raised:
            stated(service, COUNT)
        assert "<" not in str(raised.value)


@pytest.mark.parametrize(
    ("query", "format_", "answer"),
    [
        (COUNT, "csv", {"body": b"<html>", "Content_Type": "text/html"}),
        (ALL, "nt", {"body": b"<urn:a> <urn:b> .\n", "Content_Type": "text/plain"}),
        (ALL, "nt", {"body": b"<urn:a>", "Content_Type": "text/plain", "Content_Length": "99"}),
        ("ASK {}", "json", {"body": b"yes", "Content_Type": "application/json"}),
    ],
    ids=["another type", "broken lines", "cut off", "no truth"],
)
def test_an_answer_that_cannot_be_used_is_a_fault_of_the_service(
    query: str, format_: str, answer: dict[str, object]
) -> None:
    with bent(**answer) as service, pytest.raises(ServiceFailed):  # type: ignore[arg-type] # the answer of one case
        stated(service, query, format_)


def test_a_part_of_an_answer_is_not_taken_for_the_whole() -> None:
    with (
        bent(body=b'"n"\n1\n', Content_Type="text/csv", X_SQL_State="S1TAT") as service,
        pytest.raises(QueryTimeout, match="S1TAT"),
    ):
        stated(service, COUNT)


def test_old_lines_become_ours() -> None:
    old = b'# Empty NT\n<urn:a>\t<urn:b>\t"\\u00E9 \\\\u00E9"@en-GB .'
    with bent(body=old, Content_Type="text/plain; charset=UTF-8") as service:
        for format_ in ("nt", "trig"):
            assert stated(service, ALL, format_) == '<urn:a> <urn:b> "é \\\\u00E9"@en-gb .\n'.encode()
        assert b'xml:lang="en-gb"' in stated(service, ALL, "rdf")


@given(st.lists(st.text(max_size=8), max_size=5), st.lists(st.integers(0, 200), max_size=6))
def test_lines_in_the_ascii_of_2004_become_ours_wherever_their_blocks_are_cut(
    texts: list[str], cuts: list[int]
) -> None:
    triples = [
        pyoxigraph.Triple(pyoxigraph.NamedNode("urn:s"), pyoxigraph.NamedNode("urn:p"), pyoxigraph.Literal(text))
        for text in texts
    ]
    lines = "".join(f"{triple} .\n" for triple in triples)
    old = "".join(
        sign if sign.isascii() else f"\\u{ord(sign):04X}" if ord(sign) < 0x10000 else f"\\U{ord(sign):08X}"
        for sign in lines.replace(" <urn:p> ", "\t<urn:p>\t")
    ).encode("ascii")
    places = [0, *sorted(min(cut, len(old)) for cut in cuts), len(old)]
    blocks = [old[start:end] for start, end in pairwise(places)]
    assert b"".join(translated(blocks, "text/plain", FORMATS["nt"], "construct")) == lines.encode()


def test_more_queries_than_may_run_and_wait_are_refused_and_the_site_has_turns_of_its_own() -> None:
    gate = Gate()
    with ExitStack() as stack:
        service = stack.enter_context(bent(body=b'"n"\n1\n', gate=gate, Content_Type="text/csv"))
        remote = stack.enter_context(closing(Remote(service, size=1, queue=1)))

        def one(number: int) -> str:
            try:
                with remote.ask(Request(f"{COUNT} # {number}", "csv", inside=number > 2)) as answer:
                    return b"".join(answer).decode()[-2:]
            except QueueFull:
                return "full"

        with ThreadPoolExecutor(4) as pool:
            stack.callback(gate.open)
            asked_ = [pool.submit(one, number) for number in range(4)]
            until(lambda: gate.came == 2 and sum(one.done() for one in asked_) == 1)
            gate.open()
            assert sorted(one.result() for one in asked_) == ["1\n", "1\n", "1\n", "full"]


def test_one_who_leaves_stands_in_no_line_and_waits_for_no_service() -> None:
    gate = Gate()
    with ExitStack() as stack:
        service = stack.enter_context(bent(body=b'"n"\n1\n', gate=gate, Content_Type="text/csv"))
        remote = stack.enter_context(closing(Remote(service, size=1, queue=1)))
        stack.callback(gate.open)
        first = Asking(remote)
        until(lambda: gate.came)
        second = Asking(remote, f"{RUNAWAY} LIMIT 1")
        until(lambda: second.request.wait and second.request.wait.give_up)
        for asking in (second, first):
            asking.request.leave()
            assert isinstance(asking.end(), ClientLeft)
        # The turn is free again.
        gate.open()
        assert Asking(remote, COUNT).end() == b'"n"\n1\n'


def test_answers_are_kept_while_the_service_is_away(tmp_path: Path) -> None:
    with running("oxigraph", tmp_path) as service:
        cached = Cached(Remote(service.query, timeout=5))
        with cached.ask(Request(COUNT, "csv")) as answer:
            before = b"".join(answer)
    with closing(cached), cached.ask(Request(COUNT, "csv")) as answer:
        assert b"".join(answer) == before


def test_a_site_whose_service_goes_away_says_so_and_goes_on_when_it_is_back(tmp_path: Path) -> None:
    with running("oxigraph", tmp_path) as service:
        site = Site("--endpoint", service.query, "--base", BASE, "--timeout", "5")
        try:
            assert ask(site, "GET", "/").status == 200
        except BaseException:
            site.stop()
            raise
    try:
        for path in ("/record/20.500.12345/678", "/item/20.500.12345/678", "/sparql?query=ASK%7B%7D"):
            answer = ask(site, "GET", path)
            assert (answer.status, answer.headers["content-type"]) == (502, "application/problem+json")
            assert "does not answer" in json.loads(answer.body)["detail"]
            assert "retry-after" in answer.headers
    finally:
        site.stop()


@pytest.mark.parametrize(
    ("arguments", "code", "words_"),
    [
        (["--endpoint", "http://127.0.0.1:1/sparql"], 3, "does not answer"),
        (["--endpoint", "http://127.0.0.1:1/sparql", "--data", "d"], 2, "leave these out"),
        (["--endpoint", "http://127.0.0.1:1/sparql", "x.xml"], 2, "leave these out"),
        (["--endpoint", "nowhere"], 2, "must begin with http"),
        (["--endpoint", "http://127.0.0.1:1/", "--graph", "no address"], 2, "is no address"),
    ],
)
def test_a_site_that_cannot_begin_says_why_in_one_line(arguments: list[str], code: int, words_: str) -> None:
    done = CliRunner().invoke(main, ["serve", *arguments])
    assert (done.exit_code, words_ in done.output, done.output.count("\n")) == (code, True, 1)


def test_where_no_record_says_the_base_it_must_be_told(oxigraph: Service) -> None:
    done = CliRunner().invoke(main, ["serve", "--endpoint", oxigraph.query])
    assert (done.exit_code, "name it with --base" in done.output) == (2, True)
