"""A store elsewhere holds what the data folder holds, whatever came between; and nothing of others is touched."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import signal
import subprocess
import threading
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import pyoxigraph
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from converter.errors import SourceUnreachable, StoreError
from converter.publish.changes import Deed, Publication, Size, Statement
from converter.publish.credentials import Credentials
from converter.publish.sparql_update import RefusedThere, Sender, Target, find
from converter.store.data_folder import DataFolder
from shelfgraph.cli import main
from tests.commands import shelfgraph
from tests.conftest import COMMAND, EXAMPLES, free_port
from tests.services import NAMES, Service, local, running

BASE = "https://data.example.org/"
FOREIGN = "<urn:theirs> <urn:p> <urn:o> ."
TRAPS = r"""
<urn:t:1> <urn:p> "line\nbreak\ttab \"quoted\" back\\slash { } ; # . ?x $y `z`" .
<urn:t:2> <urn:p> "C:\\users\\u00e9 \\U0001F600" .
<urn:t:3> <urn:p> "é – 中文 😀"@zh-hant-hk .
<urn:t:4> <urn:p> "0850"^^<http://www.w3.org/2001/XMLSchema#gYear> .
<urn:t:5> <urn:p> "2019-11"^^<http://www.w3.org/2001/XMLSchema#gYearMonth> .
<urn:t:6> <urn:p> "2020-03-09T10:15:00Z"^^<http://www.w3.org/2001/XMLSchema#dateTime> .
<urn:t:7> <urn:p> "true"^^<http://www.w3.org/2001/XMLSchema#boolean> .
<urn:t:8> <urn:p> "2004-06/2006-08"^^<http://id.loc.gov/datatypes/edtf/EDTF> .
<urn:t:9> <urn:p> "http://x/?a=b&c"^^<http://www.w3.org/2001/XMLSchema#anyURI> .
<urn:t:10> <urn:p> "carriage\rreturn \u0007 \u2028" .
<urn:t:11> <urn:p> "" .
<urn:t:13> <urn:p> "2.418"^^<http://www.w3.org/2001/XMLSchema#float> .
<urn:t:14> <urn:p> "-7"^^<http://www.w3.org/2001/XMLSchema#integer> .
<urn:t:15> <urn:p> "2019-11-05"^^<http://www.w3.org/2001/XMLSchema#date> .
<urn:t:12> <http://x/é%20中> <http://x/%C3%A9?q=1#f> .
"""


class Kept(NamedTuple):
    """A data folder and a file of records to load into it."""

    data: Path
    records: Path

    def load(self, *changes: tuple[str, str]) -> Path:
        """The generation that holds the records as they are changed now."""
        text = self.records.read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        self.records.write_text(text, encoding="utf-8")
        return self.take_in(self.records)

    def take_in(self, source: Path) -> Path:
        """The generation that holds a source too."""
        assert shelfgraph("load", source, "--data", self.data, "--base", BASE).returncode == 0
        return DataFolder(self.data).current().path


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    """The example records in a file of our own."""
    records = tmp_path / "records.xml"
    records.write_bytes((EXAMPLES / "listrecords-dim.xml").read_bytes())
    return Kept(tmp_path / "data", records)


@pytest.fixture(scope="module", params=NAMES)
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A store elsewhere, of each kind."""
    with running(request.param, tmp_path_factory.mktemp(request.param)) as service:
        yield service


@pytest.fixture
def service(shared: Service, monkeypatch: pytest.MonkeyPatch) -> Service:
    """The same, emptied, with the password where the command looks for it."""
    monkeypatch.setenv("SHELFGRAPH_PASSWORD", "dba")
    sender = Sender(Credentials("dba", "dba"))
    ours = (shared.graph, f"{BASE}void.ttl", "urn:links")
    cleared = " ; ".join(f"CLEAR SILENT GRAPH <{name}>" for name in ours)
    # Virtuoso keeps what it needs itself in graphs, too.
    sender.post(shared.update, cleared if shared.graph else "CLEAR ALL", UPDATE)
    return shared


UPDATE = "application/sparql-update"


def publish(service: Service, kept: Kept, *options: str) -> subprocess.CompletedProcess[bytes]:
    """What the command answers; the address is that of the server, where it finds its way."""
    return shelfgraph("publish", service.address, "--data", kept.data, *service.options, *options)


def stated(done: subprocess.CompletedProcess[bytes]) -> str:
    """What a command said, in one line."""
    return " ".join(done.stderr.decode().split())


LIST = """<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2026-03-01T08:00:00Z</responseDate>
<request verb="ListRecords">https://repository.example.org/oai/request</request><ListRecords>%s</ListRecords></OAI-PMH>"""
RECORD = """<record><header><identifier>oai:repository.example.org:20.500.12345/%(n)s</identifier>
<datestamp>2025-06-02T12:00:00Z</datestamp></header><metadata><dim:dim
xmlns:dim="http://www.dspace.org/xmlns/dspace/dim"><dim:field mdschema="dc" element="title">Lamp %(n)s</dim:field>
<dim:field mdschema="dc" element="subject">Lamp of 2025-06</dim:field></dim:dim></metadata></record>"""


def assert_same(service: Service, generation: Path, *others: str) -> None:
    """The service holds what the generation holds, graph by graph, and those others in the graph of ours."""
    assert service.lines() == sorted([*local(generation), *others])
    for name in pyoxigraph.Store.read_only(str(generation)).named_graphs():
        assert isinstance(name, pyoxigraph.NamedNode)
        assert service.lines(name.value) == local(generation, name)


CHANGE = ("Sea fog at four harbours<", "Sea fog at five harbours<"), ("2025-06-02T12", "2026-06-02T12")
DELETION = ("<header><identifier>oai:repository.example.org:20.500.12345/702", "2025-06-03T12")
DELETED = ('<header status="deleted"><identifier>oai:repository.example.org:20.500.12345/702', "2026-06-03T12")


def test_what_changed_and_what_went_is_all_that_is_sent(service: Service, kept: Kept) -> None:
    generation = kept.load()
    service.target.do(Deed((), (service.statement(FOREIGN),)))
    first = publish(service, kept)
    assert first.returncode == 0, stated(first)
    assert_same(service, generation, FOREIGN)
    generation = kept.load(*CHANGE, *zip(DELETION, DELETED, strict=True))
    second = publish(service, kept)
    assert second.returncode == 0, stated(second)
    assert_same(service, generation, FOREIGN)
    added = int(stated(second).partition(" triples added")[0].rpartition(" ")[2])
    assert 0 < added < len(local(generation)) / 2
    assert "0 triples added, 0 removed" in stated(publish(service, kept))


def test_literals_and_addresses_come_as_they_are_and_go_again(service: Service, kept: Kept, tmp_path: Path) -> None:
    traps = tmp_path / "traps.nt"
    traps.write_text(TRAPS, encoding="utf-8")
    generation = kept.take_in(traps)
    assert publish(service, kept).returncode == 0
    assert service.lines() == local(generation)
    publication = Publication(kept.data, service.update, service.statement("").graph)
    publication.plan(99, [])
    for deed in publication.deeds(Size(5, 1000)):
        service.target.do(deed)
    assert service.lines() == []


def test_large_additions_go_to_a_graph_store(service: Service, kept: Kept) -> None:
    generation = kept.load()
    service.target.do(Deed((), (service.statement(FOREIGN),)))
    assert publish(service, kept, "--graph-store", service.store).returncode == 0
    assert_same(service, generation, FOREIGN)


def test_named_graphs_keep_their_names_and_nodes_without_a_name_get_one(
    service: Service, kept: Kept, tmp_path: Path
) -> None:
    quads = tmp_path / "links.nq"
    quads.write_text('<urn:a> <urn:p> _:n <urn:links> .\n_:n <urn:p> "_:n ." <urn:links> .\n', encoding="utf-8")
    generation = kept.take_in(quads)
    for _ in range(2):
        assert publish(service, kept, "--full").returncode == 0
    found = service.lines("urn:links")
    assert all(line.count(f"<{BASE}.well-known/genid/") == 1 for line in found)
    assert len(found) == len(local(generation, pyoxigraph.NamedNode("urn:links"))) == 2


class _Killer(BaseHTTPRequestHandler):
    """Hands requests on, and at one of them kills who asks, before that or after it."""

    protocol_version = "HTTP/1.1"
    there, left, after = "", 0, False
    process: subprocess.Popen[bytes] | None = None

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        kind = type(self)
        kind.left -= 1
        if kind.left == 0 and not kind.after:
            self._kill()
            return
        request = urllib.request.Request(kind.there, body, {"Content-Type": self.headers["Content-Type"]})
        status = 204
        try:
            urllib.request.urlopen(request, timeout=20).close()
        except urllib.error.HTTPError as fault:
            status = fault.code
            fault.close()
        if kind.left == 0:
            self._kill()
            return
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _kill(self) -> None:
        process = type(self).process
        assert process
        process.send_signal(signal.SIGKILL)
        process.wait()
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def killing(there: str, *, after: bool) -> Iterator[tuple[str, type[_Killer]]]:
    """An address that leads to `there`, and what says at which request it kills."""
    kind = type("Killer", (_Killer,), {"there": there, "after": after})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/update", kind
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize("after", [False, True], ids=["before a part", "after a part"])
@pytest.mark.parametrize("shared", ["oxigraph"], indirect=True)
def test_a_publication_that_was_killed_is_made_good_by_the_next(
    service: Service, kept: Kept, tmp_path: Path, after: bool
) -> None:
    many = Kept(kept.data, tmp_path / "many.xml")
    many.records.write_text(LIST % "".join(RECORD % {"n": n} for n in range(150)), encoding="utf-8")
    many.load()
    with killing(service.update, after=after) as (address, killer):
        command = ["publish", service.address, "--update", address, "--data", str(kept.data)]
        for turn, left in enumerate((4, 5, 4)):
            killer.left = left
            killer.process = subprocess.Popen([*COMMAND, *command], stderr=subprocess.DEVNULL)
            killer.process.wait(timeout=100)
            assert killer.process.returncode == -signal.SIGKILL
            many.load(
                (f"T12:0{turn}", f"T12:0{turn + 1}"),
                (">Lamp", ">Great lamp") if turn % 2 else (" of 2025", "s of 2025"),
            )
        killer.left = 0
        done = shelfgraph(*command)
    assert done.returncode == 0, stated(done)
    assert service.lines() == local(DataFolder(kept.data).current().path)


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(st.sets(st.integers(0, 30)), st.none() | st.integers(0, 12), st.booleans(), st.booleans()),
        min_size=1,
        max_size=6,
    )
)
def test_whatever_is_interrupted_the_next_whole_publication_is_exact(
    tmp_path_factory: pytest.TempPathFactory,
    runs: list[tuple[set[int], int | None, bool, bool]],
) -> None:
    data = tmp_path_factory.mktemp("data")
    there, foreign = {"<urn:foreign>"}, {"<urn:foreign>"}
    for number, (wanted, stops, full, half) in enumerate([*runs, (runs[-1][0], None, False, False)], 1):
        publication = Publication(data, "http://x/", "")
        with publication.alone():
            if stops != 0:
                publication.plan(number, [b"\t%04d\n" % one for one in sorted(wanted)], full=full)
            for done, deed in enumerate(publication.deeds(Size(3, 1000)) if stops != 0 else (), 1):
                there -= {line for _, line in deed.removed}
                if done == stops and half:
                    break
                there |= {line for _, line in deed.added}
                if done == stops:
                    break
            else:
                if stops is None:
                    publication.finish()
    assert there == {f"{one:04}" for one in runs[-1][0]} | foreign


def test_two_publications_to_one_store_wait_for_each_other(tmp_path: Path) -> None:
    with Publication(tmp_path, "http://x/", "").alone(), pytest.raises(StoreError, match="another process"):  # noqa: SIM117 - the second is what fails
        with Publication(tmp_path, "http://x/", "").alone():
            pass


class Stub(NamedTuple):
    """A store that answers as it is given, and what it was asked."""

    address: str
    answers: list[tuple[int, str, dict[str, str]]]
    bodies: list[str]
    headers: list[dict[str, str]]


@pytest.fixture
def stub() -> Iterator[Stub]:
    """A store that answers 204 where nothing else is said."""
    answers: list[tuple[int, str, dict[str, str]]] = []
    bodies: list[str] = []
    heads: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            heads.append(dict(self.headers))
            status, text, headers = answers.pop(0) if answers else (204, "", {})
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(text))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield Stub(f"http://127.0.0.1:{server.server_port}/", answers, bodies, heads)
    server.shutdown()
    server.server_close()
    thread.join()


def some(count: int) -> tuple[Statement, ...]:
    """So many statements."""
    return tuple(Statement("", f"<urn:s{n}> <urn:p> <urn:o> .") for n in range(count))


def test_a_fault_that_passes_is_waited_for(stub: Stub) -> None:
    stub.answers.extend([(503, "busy", {}), (429, "slowly", {"Retry-After": "7"}), (502, "", {})])
    waits: list[float] = []
    Target(Sender(None, sleep=waits.append), stub.address).do(Deed((), some(1)))
    assert (waits, len(set(stub.bodies))) == ([1.0, 7.0, 4.0], 1)


def test_what_is_too_large_as_a_whole_is_sent_in_halves(stub: Stub) -> None:
    stub.answers.extend([(413, "too large", {}), (204, "", {}), (400, "memory exhausted", {})])
    Target(Sender(None), stub.address).do(Deed(some(1), some(5)))
    assert [(body.count("DELETE"), body.count("urn:s")) for body in stub.bodies] == [
        (1, 6),
        (1, 1),
        (0, 5),
        (0, 2),
        (0, 3),
    ]


def test_a_statement_that_is_refused_is_named_with_the_words_of_the_store(stub: Stub) -> None:
    stub.answers.extend(
        [(400, "no", {}), (204, "", {}), (400, "<html><b>bad</b> number</html>", {"Content-Type": "text/html"})]
    )
    with pytest.raises(RefusedThere, match=r"refused \(400\): bad number \(of: <urn:s1> <urn:p>") as fault:
        Target(Sender(None), stub.address).do(Deed((), some(2)))
    assert fault.value.exit_code == 1


def test_what_takes_anything_is_no_store(stub: Stub) -> None:
    with pytest.raises(RefusedThere, match="it takes what is no update"):
        find(Sender(None), stub.address, "")


def test_a_redirect_is_not_followed_with_a_password(stub: Stub) -> None:
    stub.answers.append((307, "", {"Location": "http://elsewhere.example.org/"}))
    with pytest.raises(RefusedThere, match=r"leads to http://elsewhere\.example\.org/; name that"):
        Sender(Credentials("a", "b")).post(stub.address, "", UPDATE)


def test_a_password_is_sent_when_it_is_asked_for_and_once_when_it_is_wrong(stub: Stub) -> None:
    stub.answers.extend([(401, "", {"WWW-Authenticate": 'Basic realm="x"'})] * 2)
    with pytest.raises(RefusedThere, match="does not take this user"):
        Sender(Credentials("a", "b")).post(stub.address, "", UPDATE)
    assert [head.get("Authorization") for head in stub.headers] == [None, "Basic YTpi"]


CHALLENGE = {"WWW-Authenticate": 'Digest realm="SPARQL", domain="/", nonce="n1", qop="auth,auth-int", opaque="o"'}


def test_a_digest_is_made_of_the_password_and_of_what_the_server_asks_for(stub: Stub) -> None:
    # Asked for what it would take, and then twice with it.
    stub.answers.extend([(401, "", CHALLENGE), (401, "", CHALLENGE)])
    sender = Sender(Credentials("dba", "secret"))
    for _ in range(2):
        sender.post(f"{stub.address}sparql-auth?x=1", "", UPDATE)
    sent = [dict(re.findall(r'(\w+)="?([^",]*)', head.get("Authorization", ""))) for head in stub.headers]
    assert [one.get("nc") for one in sent] == [None, None, "00000001", "00000002"]
    for one in sent[2:]:
        secret, asked = hashed("dba:SPARQL:secret"), hashed("POST:/sparql-auth?x=1")
        assert one["response"] == hashed(f"{secret}:n1:{one['nc']}:{one['cnonce']}:auth:{asked}")
        assert (one["username"], one["opaque"], one["qop"]) == ("dba", "o", "auth")


def hashed(text: str) -> str:
    """As RFC 7616 section 3.4 does it."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def test_a_digest_of_a_kind_that_is_not_known_is_a_fault_with_its_name(stub: Stub) -> None:
    asked = {"WWW-Authenticate": 'Digest realm="x", nonce="n", algorithm=SHA-1024'}
    stub.answers.extend([(401, "", asked), (401, "", asked)])
    with pytest.raises(SourceUnreachable, match=r"a kind of Digest that is not known .*SHA-1024"):
        Sender(Credentials("a", "b")).post(stub.address, "", UPDATE, attempts=1)


def test_who_does_not_answer_is_unreachable() -> None:
    with pytest.raises(SourceUnreachable, match="refused") as fault:
        find(Sender(None, sleep=lambda _: None), f"http://127.0.0.1:{free_port()}/", "")
    assert fault.value.exit_code == 3


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere"], "URL: 'nowhere' must begin with http"),
        (["http://a:b@x/"], "name the user with --user"),
        (["http://x/", "--graph", "no address"], "--graph"),
        (["http://x/", "--user", "a"], "SHELFGRAPH_PASSWORD"),
    ],
)
def test_wrong_usage_ends_with_2_and_the_remedy(arguments: list[str], words: str, kept: Kept) -> None:
    kept.load()
    done = CliRunner(env={"SHELFGRAPH_PASSWORD": None}).invoke(main, ["publish", *arguments, "--data", str(kept.data)])
    assert (done.exit_code, words in done.output) == (2, True)


def test_a_graph_store_alone_is_not_asked_to_remove(stub: Stub, kept: Kept) -> None:
    # The two updates that it is tried with are refused, and so is each below the address.
    def run() -> subprocess.CompletedProcess[bytes]:
        stub.answers[:] = [(405, "no updates", {})] * 4
        return shelfgraph("publish", stub.address, "--graph-store", f"{stub.address}graph", "--data", kept.data)

    kept.load()
    assert run().returncode == 0
    kept.load(*CHANGE)
    stub.bodies.clear()
    done = run()
    assert (done.returncode, "name the address for updates with --update" in stated(done)) == (2, True)
    assert len(stub.bodies) == 4


def test_a_lost_note_is_told_of(kept: Kept, stub: Stub) -> None:
    kept.load()
    (kept.data / "published").mkdir()
    publication = Publication(kept.data, stub.address, "")
    with publication.alone():
        publication.plan(1, [])
    (note,) = (kept.data / "published").glob("*.json")
    assert json.loads(note.read_text())["done"] is False
    note.write_text("{")
    with pytest.raises(StoreError, match="restore it, or remove it"):
        Publication(kept.data, stub.address, "")
