"""The site: things and documents, in every form, under every header."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pyoxigraph
import pytest
import rdflib
from rdflib.compare import isomorphic

from tests.commands import alive, shelfgraph, started
from tests.conftest import COMMAND, EXAMPLES, Site, free_port
from tests.sparql.test_pool import below, command
from tests.test_sparql import Answer, ask
from tests.waiting import until, until_answered

HANDLE = "20.500.12345/678"
RECORD = f"/record/{HANDLE}"
FORMS = {
    ".ttl": ("text/turtle", "TURTLE"),
    ".jsonld": ("application/ld+json", "JSON_LD"),
    ".nt": ("application/n-triples", "N_TRIPLES"),
    ".rdf": ("application/rdf+xml", "RDF_XML"),
    ".nq": ("application/n-quads", "N_QUADS"),
    ".trig": ("application/trig", "TRIG"),
}
VARY = "Accept, Accept-Profile, Accept-Encoding"
_ENDED = 60
"""Seconds in which a site that is stopped has ended, however busy the machine is."""


def graph(answer: Answer, suffix: str) -> rdflib.Graph:
    """The graph of a document."""
    quads = pyoxigraph.parse(answer.body, format=getattr(pyoxigraph.RdfFormat, FORMS[suffix][1]))
    return rdflib.Graph().parse(data="\n".join(f"{quad.triple} ." for quad in quads), format="nt")


def test_a_thing_leads_to_its_document(site: Site) -> None:
    answer = ask(site, "GET", f"/item/{HANDLE}", Accept="text/turtle")
    assert (answer.status, answer.headers["location"]) == (303, f"{site.base}record/{HANDLE}")
    assert answer.headers["vary"] == VARY


@pytest.mark.parametrize("suffix", FORMS)
def test_by_accept_and_by_suffix_come_the_same_bytes(site: Site, suffix: str) -> None:
    by_accept = ask(site, "GET", RECORD, Accept=FORMS[suffix][0])
    by_suffix = ask(site, "GET", RECORD + suffix, Accept="image/png")
    assert (by_accept.status, by_suffix.status) == (200, 200)
    assert by_accept.body == by_suffix.body
    assert by_accept.headers["content-location"] == f"{site.base}record/{HANDLE}{suffix}"
    assert by_accept.headers["content-type"].partition(";")[0] == FORMS[suffix][0]


def test_every_form_holds_what_the_conversion_makes(site: Site, tmp_path: Path) -> None:
    (tmp_path / "lighthouse.txt").write_bytes((EXAMPLES / "lighthouse.txt").read_bytes())
    served = Site(tmp_path / "lighthouse.txt")
    try:
        done = shelfgraph("convert", tmp_path / "lighthouse.txt", "--to", "nt", "--base", served.base)
        converted = rdflib.Graph().parse(data=done.stdout, format="nt")
        for suffix in FORMS:
            assert isomorphic(graph(ask(served, "GET", RECORD + suffix), suffix), converted), suffix
    finally:
        served.stop()


@pytest.mark.parametrize("suffix", [".html", *FORMS])
def test_a_form_that_the_client_has_is_not_sent_again(site: Site, suffix: str) -> None:
    etag = ask(site, "GET", RECORD + suffix).headers["etag"]
    again = ask(site, "GET", RECORD + suffix, If_None_Match=etag)
    vary = f"{VARY}, Accept-Language, Cookie" if suffix == ".html" else VARY
    assert (again.status, again.body, again.headers["vary"]) == (304, b"", vary)


def test_every_form_has_an_etag_of_its_own(site: Site) -> None:
    etags = {ask(site, "GET", RECORD + suffix).headers["etag"] for suffix in (".html", *FORMS)}
    assert len(etags) == len(FORMS) + 1
    assert not any(etag.startswith("W/") for etag in etags)


@pytest.mark.parametrize(
    "path", ["/", f"/item/{HANDLE}", RECORD, f"{RECORD}.ttl", "/journal/5555-1238.html", "/nothing"]
)
def test_head_is_get_without_its_body(site: Site, path: str) -> None:
    got, head = ask(site, "GET", path), ask(site, "HEAD", path)
    changing = {"date", "server-timing", "x-request-id"}
    assert (head.status, head.body) == (got.status, b"")
    assert {k: v for k, v in head.headers.items() if k not in changing} == {
        k: v for k, v in got.headers.items() if k not in changing
    }


@pytest.mark.parametrize("path", ["/item/1/2", "/record/1/2", "/record/1/2.ttl", "/journal/x", "/nothing/here"])
def test_what_is_not_known_is_not_found(site: Site, path: str) -> None:
    answer = ask(site, "GET", path, Accept="application/json")
    assert (answer.status, json.loads(answer.body)["status"]) == (404, 404)


@pytest.mark.parametrize(
    "path", ["/item/..%2f..%2fetc/passwd", "/record/%00", "/record/%ff", "/record/<x>", "/item/a%20b%22%3E"]
)
def test_hostile_paths_are_refused_without_a_fault(site: Site, path: str) -> None:
    assert 400 <= ask(site, "GET", path).status < 500


def test_what_cannot_be_had_is_refused_with_a_list(site: Site) -> None:
    answer = ask(site, "GET", RECORD, Accept="image/png")
    assert (answer.status, answer.headers["vary"]) == (406, VARY)
    assert "text/turtle" in json.loads(answer.body)["detail"]


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("text/html;q=.2, text/turtle; q=.3", "text/turtle"),
        # What the HTTP client of Java sends where nothing else is said.
        ("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", "text/html"),
        ("text/html;q=0.5, text/turtle;q=7", "text/turtle"),
        ("text/turtle;q=high, text/html;q=0.9", "text/turtle"),
        ('text/turtle;profile="a;q=0";q=0.6, text/html;q="0.5"', "text/turtle"),
    ],
)
def test_weights_that_are_spelt_another_way_refuse_nothing(site: Site, accept: str, chosen: str) -> None:
    answer = ask(site, "GET", RECORD, Accept=accept)
    assert (answer.status, answer.headers["content-type"].partition(";")[0]) == (200, chosen)


def test_other_methods_are_refused(site: Site) -> None:
    answer = ask(site, "DELETE", RECORD)
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS")


def test_a_shared_thing_has_a_page_with_its_works(site: Site) -> None:
    answer = ask(site, "GET", "/journal/5555-1238", Accept="text/html")
    assert (answer.status, answer.headers["location"]) == (303, f"{site.base}journal/5555-1238.html")
    page = ask(site, "GET", "/journal/5555-1238.html").body.decode()
    assert "Annals of Coastal Ecology" in page
    assert "How coastal lights guide migrating terns" in page


def test_the_page_shows_what_a_person_looks_for(site: Site) -> None:
    page = ask(site, "GET", RECORD, Accept="text/html").body.decode()
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    for words in (
        "Marrow, T Quill, A Brandt-Yao, LM Sandoval, O",
        "volume 12 , issue 4 , pages 301–319",
        "10.5555/coastal",
    ):
        assert words in text
    assert f'<link rel="alternate" type="text/turtle" href="{site.base}record/{HANDLE}.ttl" title="Turtle">' in page


def test_the_front_page_says_what_is_here(site: Site) -> None:
    page = ask(site, "GET", "/").body.decode()
    assert "7 works" in page
    assert re.search(r'<a href="/record/20\.500\.12345/\d+">', page)


def test_no_page_asks_another_host_for_anything(site: Site) -> None:
    for path in ("/", RECORD + ".html", "/sparql"):
        answer = ask(site, "GET", path, Accept="text/html")
        assert not re.findall(rb'(?:src|<link rel="stylesheet" href)="?https?://', answer.body)
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")


def test_values_are_never_markup(tmp_path: Path) -> None:
    page = tmp_path / "hostile.txt"
    rows = [
        "dc.title<script>alert(1)</script>en",
        'dc.contributor.author"><img src=x onerror=alert(2)>, A-',
        "dc.identifier.urijavascript:alert(3)-",
        "dc.identifier.urihttp://hdl.handle.net/12345/666-",
    ]
    page.write_text("DC FieldValueLanguage\n" + "\n".join(rows) + "\n", encoding="utf-8")
    running = Site(page)
    try:
        html = ask(running, "GET", "/record/12345/666.html").body
    finally:
        running.stop()
    own = [b'<script type="application/ld+json">', b'<script src="/static/site.js" defer>']
    assert re.findall(rb"<script[^>]*>", html) == own
    assert b"alert(1)</script>" not in html
    assert b"<img" not in html
    assert b'href="javascript:' not in html
    assert b"&lt;script&gt;alert(1)" in html


def test_a_preflight_is_answered(site: Site) -> None:
    answer = ask(site, "OPTIONS", RECORD, Access_Control_Request_Method="GET", Origin="https://elsewhere.example.org")
    assert answer.status == 204
    assert "QUERY" in answer.headers["access-control-allow-methods"]


def test_a_site_ends_with_all_its_processes(tmp_path: Path) -> None:
    running = Site(EXAMPLES / "lighthouse.txt")
    stated = running.stop()
    assert "serving at" in stated

    def left() -> list[bytes]:
        marks = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
        return [mark for mark in marks if b"server.sparql." in mark and str(running.port).encode() in mark]

    until(lambda: not left())


def test_a_site_is_announced_once_it_answers_and_never_where_its_port_is_taken() -> None:
    port = str(free_port())
    command = [*COMMAND, "serve", str(EXAMPLES / "lighthouse.txt"), "--port", port, "--log", "none"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL) as running:
        assert running.stderr
        assert any(b"serving at" in line for line in running.stderr)
        # It answers at once.
        with closing(HTTPConnection("127.0.0.1", int(port), timeout=20)) as connection:
            connection.request("GET", "/")
            assert connection.getresponse().status == 200
        second = shelfgraph(*command[len(COMMAND) :])
        assert second.returncode == 2
        assert b"serving at" not in second.stderr
        stated = f"cannot listen on 127.0.0.1:{port}: Address already in use; name another with --host and --port"
        assert stated.encode() in second.stderr
        running.terminate()


def test_a_site_that_is_killed_leaves_no_process_behind(tmp_path: Path) -> None:
    running = Site(EXAMPLES / "lighthouse.txt", "--data", tmp_path / "data")
    session = descendants(running.process.pid)
    assert len(session) > 1
    running.process.kill()
    running.process.communicate(timeout=30)
    until(lambda: not [pid for pid in session if alive(pid)])


def application(site: int) -> int:
    """The process of the application, as soon as it is there."""
    return until(lambda: [child for child in below(site) if "server." not in command(child)])[0]


def test_a_site_that_is_stopped_while_it_starts_ends() -> None:
    running = started("serve", EXAMPLES / "lighthouse.txt", "--port", str(free_port()))
    # It is the parent that is stopped, and that has to stop what does not handle signals itself yet.
    application(running.pid)
    running.terminate()
    running.communicate(timeout=_ENDED)
    assert running.poll() is not None


def test_a_site_is_stopped_whose_application_does_nothing_any_more() -> None:
    site = Site(EXAMPLES / "lighthouse.txt")
    os.kill(application(site.process.pid), signal.SIGSTOP)
    session = descendants(site.process.pid)
    site.process.terminate()
    site.process.communicate(timeout=_ENDED)
    until(lambda: not [pid for pid in session if alive(pid)])


def test_an_application_that_dies_is_started_again() -> None:
    site = Site(EXAMPLES / "lighthouse.txt")
    before = application(site.process.pid)
    os.kill(before, signal.SIGKILL)
    until(lambda: not alive(before))
    assert until_answered(lambda: ask(site, "GET", "/-/health"), OSError, HTTPException).status in {200, 503}
    until(lambda: ask(site, "GET", "/-/ready").status == 200)
    assert application(site.process.pid) != before
    site.stop()


def descendants(parent: int) -> list[int]:
    """The processes that a process started, and those that they did."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    own = [pid for pid, above in parents.items() if above == parent]
    return own + [deeper for pid in own for deeper in descendants(pid)]
