"""Every address of the site answers HEAD as GET but for the body, answers OPTIONS, and knows a format by every name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.parse import quote

import pytest

from converter.formats import FORMATS
from converter.store.reader import ArchiveReader
from server.app import create_app
from server.documents.resources import THINGS
from server.settings import Settings
from tests.commands import shelfgraph
from tests.conftest import EXAMPLES, Site
from tests.test_sparql import ask

HANDLE = "20.500.12345/678"
ROWS = quote("SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 3")
GRAPH = quote("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }")
ROUTES = {
    "/": ["/"],
    "/-/health": ["/-/health"],
    "/-/ready": ["/-/ready"],
    "/.well-known/api-catalog": ["/.well-known/api-catalog"],
    "/.well-known/resourcesync": ["/.well-known/resourcesync"],
    "/.well-known/void": ["/.well-known/void"],
    "/browse": ["/browse"],
    "/browse/<name>": ["/browse/subjects", "/browse/nothing"],
    "/browse/years": ["/browse/years"],
    "/dumps/": ["/dumps/"],
    "/dumps/croissant.json": ["/dumps/croissant.json"],
    "/dumps/<name>": ["/dumps/latest.nt.zst"],
    "/dumps<suffix>": ["/dumps.html", "/dumps.json"],
    "/favicon.ico": ["/favicon.ico"],
    "/feed.atom": ["/feed.atom"],
    "/feed/before/<before>.atom": ["/feed/before/9.atom"],
    "/graph": ["/graph?default", "/graph?graph=http://x.example/none", "/graph"],
    "/item/<path>": [f"/item/{HANDLE}", f"/item/{HANDLE}.ttl", "/item/20.500.12345/680", "/item/1/none"],
    "/ldes": ["/ldes"],
    "/llms.txt": ["/llms.txt"],
    "/ldes.<suffix>": ["/ldes.ttl", "/ldes.pdf"],
    "/ldes/latest": ["/ldes/latest"],
    "/ldes/latest.<suffix>": ["/ldes/latest.nq", "/ldes/latest.ttl"],
    "/ldes/latest/<began>/<level>/<number>": ["{last}"],
    "/ldes/latest/<began>/<level>/<number>.<suffix>": ["{last}.nq"],
    "/ldes/<began>/<level>/<number>": ["{node}"],
    "/ldes/<began>/<level>/<number>.<suffix>": ["{node}.nt"],
    "/name/<name>": ["/name/" + quote("Marrow, T"), "/name/nobody"],
    "/ns": ["/ns"],
    "/ns.html": ["/ns.html"],
    "/ns<suffix>": ["/ns.rdf"],
    "/api": ["/api"],
    "/help": ["/help"],
    "/help/<name>": ["/help/consumer", "/help/home.png", "/help/nothing"],
    "/crosswalk": ["/crosswalk?field=title"],
    "/quality": ["/quality"],
    "/oai": ["/oai?verb=Identify", "/oai?verb=ListRecords&metadataPrefix=oai_dc", "/oai"],
    "/openapi.json": ["/openapi.json"],
    "/profile/core/1": ["/profile/core/1"],
    "/profile/core/1/index.html": ["/profile/core/1/index.html"],
    "/profile/core/1/<name>": ["/profile/core/1/shapes.ttl", "/profile/core/1/none"],
    "/profile/source/1/source.xsd": ["/profile/source/1/source.xsd"],
    "/queries": ["/queries"],
    "/queries.<suffix>": ["/queries.ttl", "/queries.json"],
    "/queries/<name>": ["/queries/works-per-year", "/queries/works-per-year.csv", "/queries/none"],
    "/reconcile": ["/reconcile", "/reconcile?queries=" + quote(json.dumps({"q": {"query": "Marrow"}}))],
    "/reconcile/preview": ["/reconcile/preview?id=journal/5555-1238", "/reconcile/preview"],
    "/reconcile/properties": ["/reconcile/properties?type=journal"],
    "/reconcile/suggest/entity": ["/reconcile/suggest/entity?prefix=mar"],
    "/reconcile/suggest/property": ["/reconcile/suggest/property?prefix=t"],
    "/reconcile/suggest/type": ["/reconcile/suggest/type?prefix=j"],
    "/reconcile/view": ["/reconcile/view?id=journal/5555-1238"],
    "/record/<path>": [f"/record/{HANDLE}{end}" for end in ("", ".bib", "?_profile=alt", "/none")],
    "/records": ["/records"],
    "/records/page/<number>": ["/records/page/1", "/records/page/9"],
    "/records/page/<number><suffix>": ["/records/page/1.json"],
    "/records<suffix>": ["/records.json"],
    "/resourcesync/capabilitylist.xml": ["/resourcesync/capabilitylist.xml"],
    "/resourcesync/changelist-<number>.xml": ["/resourcesync/changelist-1.xml"],
    "/resourcesync/changelist.xml": ["/resourcesync/changelist.xml"],
    "/resourcesync/resourcelist-<number>.xml": ["/resourcesync/resourcelist-1.xml"],
    "/resourcesync/resourcelist.xml": ["/resourcesync/resourcelist.xml"],
    "/robots.txt": ["/robots.txt"],
    "/search": ["/search", "/search?q=light"],
    "/search<suffix>": ["/search.csv?q=light", "/search.atom?q=light", "/search.ttl?q=light"],
    "/shelf": ["/shelf"],
    "/shelf<suffix>": ["/shelf.html", "/shelf.ttl"],
    "/sitemap-<number>.xml": ["/sitemap-1.xml"],
    "/sitemap.xml": ["/sitemap.xml"],
    "/source/<path>": [f"/source/{HANDLE}", f"/source/{HANDLE}.json", "/source/20.500.12345/680"],
    "/sparql": ["/sparql", f"/sparql?query={ROWS}", f"/sparql?query={GRAPH}", "/sparql?query=nonsense"],
    "/sparql.<suffix>": ["/sparql.ttl", f"/sparql.csv?query={ROWS}"],
    "/static/<filename>": ["/static/style.css", "/static/none"],
    "/suggest.json": ["/suggest.json?q=mar"],
    "/terms.json": ["/terms.json"],
    "/void.ttl": ["/void.ttl"],
} | {f"/{folder}/<path>": [f"/{folder}/{{{folder}}}", f"/{folder}/none"] for folder in THINGS}
"""Route of the application → addresses that it answers."""
OWN = {"date", "server", "x-request-id", "server-timing", "connection", "transfer-encoding", "content-length"}
"""The fields of one answer, and those that an answer without a body may leave out."""


@pytest.fixture(scope="module")
def shelf() -> Iterator[Site]:
    """The example records."""
    running = Site(EXAMPLES)
    yield running
    running.stop()


def addresses(site: Site, base: str = "") -> list[str]:
    """The addresses of the table, with what is there in the place of the names in braces."""
    text = ask(site, "GET", "/graph?default", Accept="application/n-triples").body.decode()
    found = {}
    for folder in THINGS:
        things = re.findall(rf"^<{base or site.base}{folder}/([^>#]+)> ", text, re.MULTILINE)
        found[folder] = things[0] if things else "none"
    node = re.search(r"/ldes/[^/]+/\d+/\d+", ask(site, "GET", "/ldes.nt").body.decode())
    assert node
    return [
        address.format(node=node[0], last=node[0].replace("ldes", "ldes/latest"), **found)
        for stated in ROUTES.values()
        for address in stated
    ]


def test_the_table_has_every_route_of_the_application(tmp_path: Path) -> None:
    class Nothing:
        version = ""

    assert shelfgraph("load", EXAMPLES / "lighthouse.txt", "--data", tmp_path).returncode == 0
    archive = ArchiveReader(tmp_path / "archive.sqlite")
    app = create_app(Settings(base="https://data.example.org/"), Nothing(), archive)  # type: ignore[arg-type] # asks nothing
    # `<int(max=9):number>` and `<any('.a', '.b'):suffix>` are `<number>` and `<suffix>` in the table.
    rules = {re.sub(r"<[^<>]*:(\w+)>", r"<\1>", str(rule)): rule for rule in app.url_map.iter_rules()}
    assert {*rules} - {"/metrics"} == {*ROUTES}
    lacking = {path for path, rule in rules.items() if not {"HEAD", "OPTIONS", "GET"} <= (rule.methods or set())}
    assert lacking == set()


def sent(line: HTTPConnection, method: str, path: str, **fields: str) -> tuple[HTTPResponse, bytes]:
    """An answer over a connection that stays."""
    line.request(method, path, headers={name.replace("_", "-"): value for name, value in fields.items()})
    response = line.getresponse()
    return response, response.read()


@pytest.mark.parametrize("packing", ["identity", "gzip"])
@pytest.mark.parametrize("accept", ["*/*", "text/html", "text/turtle"])
def test_every_address_answers_head_as_get_and_takes_options(shelf: Site, accept: str, packing: str) -> None:
    line = HTTPConnection("127.0.0.1", shelf.port, timeout=60)
    line.connect()
    held = line.sock
    for path in addresses(shelf):
        (whole, body), (bare, nothing) = (
            sent(line, method, path, Accept=accept, Accept_Encoding=packing) for method in ("GET", "HEAD")
        )
        assert (path, bare.status, nothing) == (path, whole.status, b"")
        assert whole.status < 500, path
        stated = [
            {name.lower(): value for name, value in answer.getheaders() if name.lower() not in OWN}
            for answer in (whole, bare)
        ]
        assert stated[0] == stated[1], path
        assert bare.headers.get("Content-Length", str(len(body))) == str(len(body)), path
        assert "shelfgraph-generation" in stated[0], path
        options, _ = sent(line, "OPTIONS", path)
        assert options.status in {200, 204}, path
        assert {"GET", "HEAD", "OPTIONS"} <= set(re.split(r", ?", options.headers["Allow"])), path
        preflight, _ = sent(line, "OPTIONS", path, Origin="http://a.example", Access_Control_Request_Method="GET")
        assert preflight.status == 204, path
    assert line.sock is held, "an answer ended the connection"
    line.close()


NEGOTIATED = {
    "/ns": "text/turtle",
    "/shelf": "text/turtle",
    "/sparql": "text/turtle",
    "/queries": "text/turtle",
    "/ldes": "text/turtle",
    "/graph?default": "text/turtle",
    f"/sparql?query={GRAPH}": "text/turtle",
    f"/record/{HANDLE}": "text/turtle",
    f"/item/{HANDLE}": "text/turtle",
    "/journal/5555-1238": "text/turtle",
    "/search?q=light": "text/turtle",
}
"""Addresses that have Turtle."""
TURTLE = ["n3", "ttl", ".ttl", "turtle", "Turtle", "text/turtle", "text/n3", "text/rdf+n3", "application/x-turtle"]


def led(site: Site, path: str, **fields: str) -> tuple[int, str]:
    """Status and media type of the answer that an address leads to."""
    for _ in range(3):
        answer = ask(site, "GET", path, **fields)
        if answer.status != 303:
            break
        path = answer.headers["location"].removeprefix(site.base.rstrip("/"))
    return answer.status, answer.headers["content-type"].partition(";")[0]


@pytest.mark.parametrize("path", NEGOTIATED)
def test_a_format_is_known_by_each_of_its_names_at_every_address(shelf: Site, path: str) -> None:
    joined = "&" if "?" in path else "?"
    for name in TURTLE:
        assert (name, led(shelf, f"{path}{joined}format={quote(name)}", Accept="text/html")) == (
            name,
            (200, "text/turtle"),
        )
        assert led(shelf, f"{path}{joined}output={quote(name)}")[0] == 200
    for type_ in FORMATS["ttl"].media_types:
        assert (type_, led(shelf, path, Accept=f"{type_}, */*;q=0.1")) == (type_, (200, "text/turtle"))
    assert led(shelf, f"{path}{joined}format=pdf")[0] == 406
    assert led(shelf, path, Accept="image/png")[0] == 406


def test_a_work_leads_to_the_format_that_its_address_names(shelf: Site) -> None:
    document = f"{shelf.base}record/{HANDLE}"
    for asked, suffix in {
        "format=bibtex": ".bib",
        "_profile=schema": ".schema.jsonld",
        "_profile=alt": ".forms.html",
    }.items():
        answer = ask(shelf, "GET", f"/item/{HANDLE}?{asked}", Accept="text/html")
        assert (answer.status, answer.headers["location"]) == (303, document + suffix)


def test_every_answer_guards_itself_against_browsers() -> None:
    base = "https://data.example.org/"
    site = Site(EXAMPLES, "--base", base)
    try:
        line = HTTPConnection("127.0.0.1", site.port, timeout=60)
        look_up = "/sparql?query=ASK%7B%3Fs%20%3Chttp://purl.org/dc/terms/title%3E%20%3Fo%7D"
        for path in [*addresses(site, base), look_up, look_up, "/nothing", "/sparql?query=x", "/metrics"]:
            for accept in ("*/*", "text/html"):
                fields = sent(line, "GET", path, Accept=accept)[0].headers
                assert fields["X-Content-Type-Options"] == "nosniff", path
                assert fields["Referrer-Policy"] == "no-referrer", path
                assert fields["Strict-Transport-Security"] == "max-age=31536000", path
                policy = fields["Content-Security-Policy"]
                # The preview of the reconciliation service is made to be shown by others.
                assert "frame-ancestors 'none'" in policy or path.startswith("/reconcile/preview"), path
                assert "unsafe-inline" not in policy, path
                page = fields["Content-Type"].startswith("text/html") if fields["Content-Type"] else False
                assert not page or "default-src 'none'" in policy, path
        line.close()
    finally:
        site.stop()
