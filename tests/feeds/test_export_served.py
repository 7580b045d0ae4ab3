"""An export behind a web server: no link of it is broken, and each leads to the bytes that the site itself sends."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator
from html import unescape
from http.client import HTTPConnection
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urljoin

import pytest

from server.static_export.site_files import RUNNING
from tests.commands import shelfgraph
from tests.conftest import EXAMPLES, Site
from tests.feeds.servers import SERVERS

BASE = "https://data.example.org/"
HANDLE = "20.500.12345/678"
GONE = "20.500.12345/704"
BROWSER = "text/html, */*;q=0.1"
WORKS = 120
"""Works of one journal: more than a page of them, of records, of the feed and of the stream."""
UNNAMED = {"ldes", "profile/core/1"}
"""Addresses without a suffix that are no page: what is there must be given to a server."""

_HREF = re.compile(r'(?:href|src)="([^"]+)"')
_TARGET = re.compile(r"<([^<>]+)>\s*;")
_LISTED = re.compile(r"<(?:loc)>([^<]+)<|\bhref=\"([^\"]+)\"")
_PAGED = re.compile(
    r"<(?:http://www\.w3\.org/ns/hydra/core#(?:first|next|last|previous|view)|https://w3id\.org/tree#(?:node|view)|"
    r"http://www\.w3\.org/2000/01/rdf-schema#seeAlso)> <([^>]+)>"
)
_IN_JSON = re.compile(r'"(?:next|prev|address)": "([^"]+)"')


class Answer(NamedTuple):
    """What was answered at the end of all redirections, and the header Link."""

    status: int
    kind: str
    body: bytes
    link: str = ""


class Client:
    """Asks a server on a port, over one connection; `stated` is whether it reads the configuration of an export."""

    def __init__(self, port: int, *, stated: bool = False) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=30)
        self.port, self.stated = port, stated

    def get(self, path: str, accept: str = BROWSER) -> Answer:
        """What a browser sees at a path below the base."""
        for _ in range(5):
            self._connection.request("GET", f"/{path}", headers={"Accept": accept})
            response = self._connection.getresponse()
            body = response.read()
            where = response.headers.get("Location")
            if where is None:
                break
            path = urljoin(f"http://127.0.0.1:{self.port}/{path}", where.replace(BASE, "/")).split("/", 3)[3]
        headers = response.headers
        return Answer(response.status, headers.get("Content-Type", ""), body, headers.get("Link", ""))

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


class Live:
    """The site itself, each address asked once."""

    def __init__(self, site: Site) -> None:
        self._client = Client(site.port)
        self._held: dict[tuple[str, str], Answer] = {}

    def get(self, path: str, accept: str = BROWSER) -> Answer:
        """What a browser, or somebody else, sees at a path below the base."""
        if (path, accept) not in self._held:
            self._held[path, accept] = self._client.get(path, accept)
        return self._held[path, accept]

    def close(self) -> None:
        """Close the connection."""
        self._client.close()


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """The example records and a long journal, loaded and exported, where a server without rights may read them."""
    head = "id,dc.title,dc.relation.ispartof,dc.identifier.issn,dc.identifier.uri"
    rows = [f"id{n},Work {n:03},Long Journal,5555-1246,http://hdl.handle.net/7777/{n}" for n in range(1, WORKS + 1)]
    odd = "http://elsewhere.example.org/a/b,Work with slashes,Long Journal,5555-1246,"
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        root.chmod(0o755)
        (root / "works.csv").write_text("\n".join([head, *rows, odd]) + "\n", encoding="utf-8")
        for source in (EXAMPLES, root / "works.csv"):
            done = shelfgraph("load", source, "--data", root / "data", "--base", BASE)
            assert done.returncode == 0, done.stderr
        done = shelfgraph("export", root / "site", "--data", root / "data")
        assert done.returncode == 0, done.stderr
        yield root


@pytest.fixture(scope="module")
def live(folder: Path) -> Iterator[Live]:
    """The site that was exported, in the language of the files: these have no switch to others."""
    running = Site("--data", folder / "data", "--languages", "en")
    asked = Live(running)
    yield asked
    asked.close()
    running.stop()


@pytest.fixture(scope="module", params=list(SERVERS))
def server(folder: Path, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A web server over the files."""
    work = tmp_path_factory.mktemp(request.param)
    with SERVERS[request.param](folder / "site", folder / "site" / ".shelfgraph", work) as port:
        client = Client(port, stated=request.param != "plain")
        yield client
        client.close()


def test_no_link_is_broken_and_each_leads_to_the_bytes_of_the_site(server: Client, live: Live) -> None:
    waiting = ["", "sitemap.xml", "robots.txt", ".well-known/void", "ldes.nt", ".well-known/api-catalog"]
    seen: set[str] = set()
    compared = 0
    while waiting:
        path = waiting.pop()
        if path in seen or is_running(path) or (path in UNNAMED and not server.stated):
            continue
        seen.add(path)
        answer = server.get(path)
        gone = GONE in path and server.stated
        assert answer.status == (410 if gone else 200), path
        if is_one_of_many(path):
            continue
        # A server that knows no Accept has one file for /ns, that of programs.
        is_for_programs = path == "ns" and not answer.body.startswith(b"<!doctype html>")
        asked = live.get(path, "*/*" if is_for_programs else BROWSER)
        assert answer.body == asked.body, path
        if server.stated:
            assert answer.kind.replace(" ", "") == asked.kind.replace(" ", ""), path
        compared += 1
        waiting += links(path, asked)
    assert compared > 500
    assert {"journal/5555-1246/page/2.jsonld", "records/page/3", f"record/{GONE}.ttl"} <= seen
    assert {"queries/works-per-year.csv", f"record/{HANDLE}.forms.html"} <= seen
    assert any(path.startswith("feed/before/") for path in seen)
    assert any(path.startswith("ldes/") for path in seen)


ON_EACH_SERVER = pytest.mark.parametrize("server", ["nginx", "apache"], indirect=True)


def is_running(path: str) -> bool:
    """Whether only a running site answers."""
    return "?" in path or any(path == one or path.startswith((f"{one}/", f"{one}.")) for one in RUNNING)


def is_one_of_many(path: str) -> bool:
    """Whether it is a form of one of the works of the long journal, of which a few are as good as all."""
    return bool(re.match(r"(item|record|source)/7777/(?!1\b)", path))


def links(path: str, answer: Answer) -> Iterator[str]:
    """Yield where a document leads to below the base: its links, and those of its header."""
    text = answer.body.decode(errors="replace")
    found = [*_TARGET.findall(answer.link), *_PAGED.findall(text)]
    kind = answer.kind.partition(";")[0]
    patterns: dict[str, Callable[[str], list[str]]] = {
        "text/html": lambda page: [unescape(target) for target in _HREF.findall(page)],
        "application/json": _IN_JSON.findall,
        "application/xml": lambda page: [unescape("".join(pair)) for pair in _LISTED.findall(page)],
        "application/atom+xml": lambda page: [unescape("".join(pair)) for pair in _LISTED.findall(page)],
    }
    found += patterns.get(kind, lambda _: [])(text)
    for target in found:
        address = urljoin(BASE + path, target).partition("#")[0]
        if address.startswith(BASE):
            yield address.removeprefix(BASE)


@ON_EACH_SERVER
@pytest.mark.parametrize(
    ("path", "accept", "kind"),
    [
        (f"item/{HANDLE}", "text/turtle", "text/turtle"),
        (f"record/{HANDLE}", "application/ld+json", "application/ld+json"),
        ("journal/5555-1246/page/2", "application/n-triples", "application/n-triples"),
        (f"record/{HANDLE}", "text/html;q=0.9, text/turtle;q=0.1", "text/html"),
    ],
)
def test_a_server_that_is_told_sends_the_form_that_is_asked_for(
    server: Client, path: str, accept: str, kind: str
) -> None:
    answer = server.get(path, accept)
    assert (answer.status, answer.kind.partition(";")[0]) == (200, kind)


@ON_EACH_SERVER
@pytest.mark.parametrize("path", [f"item/{GONE}", f"record/{GONE}", f"record/{GONE}.bib", f"source/{GONE}"])
def test_a_server_that_is_told_says_what_is_gone(server: Client, path: str) -> None:
    assert server.get(path).status == 410


@ON_EACH_SERVER
@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("item/10.5555/coastal.2019.0142", f"item/{HANDLE}"),
        ("record/10.5555/coastal.2019.0142.ttl", f"record/{HANDLE}.ttl"),
        ("person/0000-0002-1825-0097", "person/orcid/0000-0002-1825-0097"),
        ("item/http%3A%2F%2Fhdl.handle.net%2F7777%2F1", "item/7777/1"),
        ("journal/5555-1246.ttl?page=2", "journal/5555-1246/page/2.ttl"),
        ("journal/5555-1246?page=2", "journal/5555-1246/page/2"),
        ("journal/5555-1246/page/1.ttl", "journal/5555-1246.ttl"),
        ("records?page=2", "records/page/2"),
    ],
)
def test_a_server_that_is_told_sends_on_what_has_moved(server: Client, live: Live, path: str, where: str) -> None:
    assert server.get(path).body == server.get(where).body == live.get(path).body


@ON_EACH_SERVER
@pytest.mark.parametrize("path", [*RUNNING, "search?q=terns", "queries/works-per-year?page=2"])
def test_a_server_that_is_told_says_what_it_cannot_answer(server: Client, path: str) -> None:
    assert server.get(path).status == 501


@ON_EACH_SERVER
@pytest.mark.parametrize("path", [".shelfgraph/files", ".shelfgraph/gone/20.500.12345/704.gone", "no/such/thing"])
def test_what_is_none_of_the_site_is_not_sent(server: Client, path: str) -> None:
    assert server.get(path).status == 404
