"""No client sees an older generation of the data after a newer one, whichever way its requests take."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.client import HTTPConnection
from itertools import count, cycle
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import msgspec
import pytest

from server.front.application_link import Link
from server.front.messages import Channel, Report, Shown
from server.front.responder import Responder
from server.http.headers import GENERATION
from tests.commands import shelfgraph
from tests.conftest import Site

BASE = "http://x.example/"
TITLE = f"SELECT ?t {{ <{BASE}item/20.500.12345/9> <http://purl.org/dc/terms/title> ?t }}"
RECONCILED = '{"q": {"query": "lights T"}}'
IDENTIFIER = "oai:x.example:20.500.12345/9"
CHANGES, CLIENTS = 6, 8
NUMBERS = count()


def query(text: str, suffix: str = "csv") -> str:
    """The address of an answer to a query."""
    return f"/sparql?format={suffix}&query={quote(text)}"


ADDRESSES: dict[str, Callable[[], str]] = {
    "look-up": lambda: query(f"{TITLE} # {next(NUMBERS)}"),
    "look-up, repeated": lambda: query(TITLE),
    "other query": lambda: query(f"SELECT (SAMPLE(?t) AS ?x) {TITLE[9:]} # {next(NUMBERS)}"),
    "other query, repeated": lambda: query(f"SELECT (SAMPLE(?t) AS ?x) {TITLE[9:]}"),
    "triples": lambda: query("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }", "nt"),
    "page of a query": lambda: query(TITLE, "html"),
    "page": lambda: "/record/20.500.12345/9",
    "document": lambda: "/record/20.500.12345/9.ttl",
    "other document": lambda: "/record/20.500.12345/9.jsonld",
    "citation": lambda: "/record/20.500.12345/9.bib",
    "original record": lambda: "/source/20.500.12345/9",
    "original record, JSON": lambda: "/source/20.500.12345/9.json",
    "graph": lambda: "/graph?default",
    "front page": lambda: "/",
    "search": lambda: "/search?q=lights",
    "search, CSV": lambda: "/search.csv?q=lights",
    "search, BibTeX": lambda: "/search.bib?q=lights",
    "search, Atom": lambda: "/search.atom?q=lights",
    "list": lambda: "/records",
    "list, JSON": lambda: "/records.json",
    "lists": lambda: "/browse",
    "years": lambda: "/browse/years",
    "things": lambda: "/browse/subjects",
    "suggestions": lambda: "/suggest.json?q=li",
    "thing": lambda: "/field/local/lamp/kind.html",
    "named query": lambda: "/queries/recent-additions.csv",
    "chart": lambda: "/queries/works-per-year",
    "reconciliation": lambda: f"/reconcile?queries={quote(RECONCILED)}",
    "preview": lambda: "/reconcile/preview?id=item/20.500.12345/9",
    "suggested entities": lambda: "/reconcile/suggest/entity?prefix=lights",
    "dataset": lambda: "/shelf.ttl",
    "news": lambda: "/feed.atom",
    "events": lambda: "/ldes",
    "provider": lambda: "/oai?verb=ListRecords&metadataPrefix=oai_dc",
    "provider, one record": lambda: f"/oai?verb=GetRecord&metadataPrefix=source&identifier={IDENTIFIER}",
    "resources": lambda: "/resourcesync/resourcelist.xml",
    "changes": lambda: "/resourcesync/changelist.xml",
    "openapi": lambda: "/openapi.json",
    "sitemap": lambda: "/sitemap.xml",
    "dumps": lambda: "/dumps/",
    "redirection": lambda: "/item/20.500.12345/9",
    "nothing there": lambda: "/item/1/none",
}


WITHOUT_TITLE = {
    "changes",
    "chart",
    "dataset",
    "dumps",
    "events",
    "lists",
    "named query",
    "nothing there",
    "openapi",
    "redirection",
    "resources",
    "sitemap",
    "years",
}


class Seen(NamedTuple):
    """An answer: the newest generation and title that anybody had seen when it was asked for, and its own."""

    address: str
    before: int
    generation: int
    title_before: int
    titles: list[int]


class Clients:
    """Clients that share what they have seen: nobody may be shown less."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.newest = self.newest_title = 0
        self.seen: list[Seen] = []
        self.faults: list[str] = []
        self.stop = threading.Event()

    def run(self, first: int) -> None:
        """Ask for one address after the other until the end; the life of a client."""
        line = HTTPConnection("127.0.0.1", self._port, timeout=30)
        names = [*ADDRESSES]
        for name in cycle([*names[first:], *names[:first]]):
            if self.stop.is_set():
                break
            before, title_before = self.newest, self.newest_title
            line.request("GET", ADDRESSES[name](), headers={"Accept": "text/html, */*;q=0.9"})
            answer = line.getresponse()
            body = answer.read().decode("utf-8", "replace")
            if (answer.status >= 400) is not (name == "nothing there") or GENERATION not in answer.headers:
                self.faults.append(f"{name}: {answer.status} {answer.headers.get(GENERATION)}")
                continue
            generation, titles = (
                int(answer.headers[GENERATION]),
                [int(stated) for stated in re.findall(r"\bT(\d+)\b", body)],
            )
            self.seen.append(Seen(name, before, generation, title_before, titles))
            # Each generation has a title of its own, with its number: who has seen the title has seen the generation.
            self.newest_title = max(self.newest_title, *titles, 0)
            self.newest = max(self.newest, generation, self.newest_title)
        line.close()


def load(folder: Path, title: str) -> None:
    """Let the data folder have that title."""
    row = f"1,c,http://hdl.handle.net/20.500.12345/9,Lights {title},Lights {title},Article,2019,x"
    names = "id,collection,dc.identifier.uri,dc.title,dc.subject,dc.type,dc.date.issued,local.lamp.kind"
    (folder / "r.csv").write_text(f"{names}\n{row}\n", encoding="utf-8")
    done = shelfgraph("load", "--data", folder / "data", "--base", BASE, folder / "r.csv")
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clients]:
    """What many clients have seen while the data changed again and again."""
    folder = tmp_path_factory.mktemp("changing")
    load(folder, "T1")
    site = Site("--data", folder / "data", "--memory", "1G", "--timeout", "20")
    made = Clients(site.port)
    threads = [threading.Thread(target=made.run, args=(2 * number,)) for number in range(CLIENTS)]
    try:
        for thread in threads:
            thread.start()
        for number in range(2, CHANGES + 2):
            load(folder, f"T{number}")
            reached = threading.Event()
            while made.newest_title < number and not made.faults and not reached.wait(0.02):
                pass
        made.stop.set()
        for thread in threads:
            thread.join()
        yield made
    finally:
        made.stop.set()
        site.stop()


def test_every_kind_of_address_answers_while_the_data_change(clients: Clients) -> None:
    assert not clients.faults
    assert {seen.address for seen in clients.seen} == {*ADDRESSES}


def test_no_answer_is_older_than_one_that_was_seen_before(clients: Clients) -> None:
    assert [seen for seen in clients.seen if seen.generation < seen.before] == []
    assert len({seen.generation for seen in clients.seen}) >= CHANGES


def test_every_list_document_and_service_shows_the_title(clients: Clients) -> None:
    # A generation by its number alone would not show that an answer was made from another one.
    assert {seen.address for seen in clients.seen if seen.titles} >= {*ADDRESSES} - WITHOUT_TITLE


def test_what_answers_hold_is_no_older_than_what_was_seen_before(clients: Clients) -> None:
    assert [seen for seen in clients.seen if seen.titles and max(seen.titles) < seen.title_before] == []


def test_the_front_answers_nothing_before_and_after_it_is_shown_something() -> None:
    responder = Responder(id)
    assert not responder.is_open
    responder.show(Shown(number=3))
    assert (responder.is_open, responder.shown.number) == (False, 3)


def test_the_application_waits_until_the_front_has_obeyed(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "control"))
        listening.listen(1)
        link = Link(tmp_path / "control")
        link.start()
        connection, _ = listening.accept()
        channel, obeyed = Channel(connection), threading.Event()
        channel.receive()
        thread = threading.Thread(target=lambda: (link.withhold(), obeyed.set()))
        thread.start()
        (message,) = channel.receive()
        number = msgspec.msgpack.decode(message, type=Shown).number
        channel.send(Report(shown=number - 1))
        assert not obeyed.wait(0.3)
        channel.send(Report(shown=number))
        assert obeyed.wait(5)
        thread.join()
        with suppress(OSError):
            channel.close()
