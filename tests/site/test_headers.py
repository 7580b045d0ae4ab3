"""The header fields of every answer: small enough for any proxy, and what browsers and clients look for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
import rdflib
from flask import Flask, Response
from rdflib.compare import isomorphic
from werkzeug.datastructures import Headers

from server.documents.resources import THINGS
from server.http.headers import LARGEST, fit
from server.pages.browse import KINDS
from server.representations.registry import REPRESENTATIONS
from tests.conftest import EXAMPLES, GOLDEN, Site
from tests.feeds.servers import strict_proxy
from tests.misbehaving import serving
from tests.test_sparql import LOOK_UP, Answer, ask

HANDLE = "20.500.12345/678"
MOST = 2_048
LONG = "Ein sehr langer Titel, \u0437\u0430\u0433\u043e\u043b\u043e\u0432\u043e\u043a " * 12
SUFFIXES = [form.suffix for form in REPRESENTATIONS] + [".linkset", ".linkset.json", ".forms.html", ".forms.json", ""]

FEEDS = [
    "/oai?verb=ListRecords&metadataPrefix=oai_dc",
    "/oai?verb=ListRecords&metadataPrefix=dim",
    "/oai?verb=ListRecords&metadataPrefix=rdf",
    "/oai?verb=ListRecords&metadataPrefix=source",
    "/resourcesync/resourcelist.xml",
    "/resourcesync/changelist.xml",
    "/feed.atom",
    "/ldes",
    "/sitemap.xml",
]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The example and golden records, and one whose address, journal and people are as long as they come."""
    table = tmp_path_factory.mktemp("long") / "long.csv"
    names = "||".join(f"{LONG[:60]}{number}, Ann" for number in range(60))
    table.write_text(
        "id,dc.title,dc.contributor.author,dc.relation.ispartof,dc.subject,dc.identifier.uri\n"
        f'http://elsewhere.example.org/{"a" * 900},{LONG!r},"{names}",{LONG!r},{LONG!r},\n',
        encoding="utf-8",
    )
    sources = [path for path in (*EXAMPLES.iterdir(), *GOLDEN.iterdir()) if path.suffix in {".html", ".txt", ".xml"}]
    running = Site(*sources, table)
    yield running
    running.stop()


def head(line: HTTPConnection, path: str, accept: str = "*/*") -> tuple[int, dict[str, str], int]:
    """Status, fields and size in bytes of the head of an answer."""
    line.request("GET", path, headers={"Accept": accept, "Accept-Encoding": "gzip"})
    response = line.getresponse()
    response.read()
    fields = response.getheaders()
    size = len(f"HTTP/1.1 {response.status} {response.reason}\r\n\r\n")
    return response.status, dict(fields), size + sum(len(name) + len(value) + 4 for name, value in fields)


def with_parameters(site: Site, path: str, parameters: dict[str, str], **headers: str) -> Answer:
    """The answer to a GET with a query string."""
    return ask(site, "GET", f"{path}?{urlencode(parameters)}", **headers)


def subjects(site: Site) -> list[str]:
    """Paths of all records and things."""
    query = f'SELECT DISTINCT ?s {{ ?s ?p ?o FILTER(STRSTARTS(STR(?s), "{site.base}") && !CONTAINS(STR(?s), "#")) }}'
    rows = with_parameters(site, "/sparql", {"query": query, "format": "csv"}).body.decode().splitlines()[1:]
    return sorted({row.removeprefix(site.base) for row in rows})


@pytest.fixture(scope="module")
def addresses(shelf: Site) -> list[str]:
    """Documents of all records and things, every format of a record, every list."""
    paths = subjects(shelf)
    records = [path for path in paths if path.startswith("record/")]
    things = [path for path in paths if path.partition("/")[0] in THINGS]
    assert (len(records) > 20, len(things) > 20) == (True, True)
    return [
        *(f"/{path}{suffix}" for path in records for suffix in (".html", ".ttl", ".csl.json", "")),
        *(f"/{records[0]}{suffix}" for suffix in SUFFIXES),
        *(f"/{path}{suffix}" for path in things for suffix in ("", ".html", ".jsonld")),
        *("/", "/search?q=lights", "/records", "/shelf", "/ns", "/sparql", "/queries", "/nothing", "/browse"),
        *(f"/browse/{kind}" for kind in KINDS),
        *FEEDS,
    ]


def test_the_header_of_every_record_thing_and_list_is_small(shelf: Site, addresses: list[str]) -> None:
    line = HTTPConnection("127.0.0.1", shelf.port, timeout=60)
    sizes = {path: head(line, path)[2] for path in addresses}
    line.close()
    assert {path: size for path, size in sizes.items() if size > MOST} == {}


def test_every_record_thing_and_list_passes_a_proxy_with_little_room(
    shelf: Site, addresses: list[str], tmp_path: Path
) -> None:
    with strict_proxy(shelf.port, tmp_path) as port:
        line = HTTPConnection("127.0.0.1", port, timeout=60)
        statuses = {path: head(line, path)[0] for path in addresses}
        line.close()
    assert {*statuses.values()} == {200, 303, 404, 410}
    assert [path for path, status in statuses.items() if status == 404] == ["/nothing"]


def test_the_proxy_with_little_room_refuses_a_large_header(tmp_path: Path) -> None:
    app = Flask("large")
    app.get("/<int:size>")(lambda size: Response(headers={"Link": "x" * size}))
    with serving(app) as site, strict_proxy(urlsplit(site).port or 0, tmp_path) as port:
        line = HTTPConnection("127.0.0.1", port, timeout=60)
        assert [head(line, f"/{size}")[0] for size in (1_000, 5_000)] == [200, 502]
        line.close()


def test_the_header_of_a_page_names_what_signposting_asks_for_first(shelf: Site) -> None:
    line = HTTPConnection("127.0.0.1", shelf.port, timeout=60)
    link = head(line, f"/record/{HANDLE}.html")[1]["link"]
    line.close()
    relations = re.findall(r'rel="([^"]+)"', link)
    assert relations[:2] == ["cite-as", "linkset"]
    assert {"type", "license", "describedby", "describes"} <= set(relations)


def test_links_are_left_out_from_the_last_and_whole_relations_at_once() -> None:
    links = ['<http://a/1>; rel="cite-as"', *(f'<http://a/{"x" * 300},{n}>; rel="item"' for n in range(6))]
    headers = Headers({"ETag": '"1"', "Link": ", ".join([*links, '<http://a/2>; rel="alternate"'])})
    fit(headers)
    assert headers["Link"] == links[0]
    small = Headers({"Link": ", ".join(links[:3])})
    fit(small)
    assert small["Link"] == ", ".join(links[:3])
    vast = Headers({"Content-Location": "http://a/" + "x" * LARGEST, "Link": links[0]})
    fit(vast)
    assert list(vast) == []


RDF = {"turtle": ".ttl", "json-ld": ".jsonld", "nt": ".nt", "xml": ".rdf", "n3": ".ttl"}


# rdflib's readers of JSON-LD and N3 use what rdflib itself has deprecated.
@pytest.mark.filterwarnings("ignore:.*is deprecated, use Dataset:DeprecationWarning")
@pytest.mark.parametrize("name", RDF)
@pytest.mark.parametrize("path", [f"item/{HANDLE}", f"record/{HANDLE}", "journal/5555-1238"])
def test_rdflib_reads_the_same_graph_by_address_in_every_format(shelf: Site, name: str, path: str) -> None:
    document = path.replace("item/", "record/")
    expected = rdflib.Graph().parse(data=ask(shelf, "GET", f"/{document}.nt").body.decode(), format="nt")
    found = rdflib.Graph().parse(f"{shelf.base}{path}", format=name)
    assert len(found) == len(expected) > 5
    assert isomorphic(found, expected)


@pytest.mark.filterwarnings("ignore:.*is deprecated, use Dataset:DeprecationWarning")
@pytest.mark.parametrize("path", ["queries", "sparql", "ns", "shelf", "ldes", "graph?default"])
def test_rdflib_reads_one_graph_of_what_describes_the_site(shelf: Site, path: str) -> None:
    expected, *others = (rdflib.Graph().parse(f"{shelf.base}{path}", format=name) for name in RDF)
    assert len(expected) > 5
    assert [isomorphic(expected, other) for other in others] == [True] * len(others)


ACCEPTS = {
    # Apache Jena, rdf-dereference and the Java RDF4J, as they ask.
    "text/turtle,application/n-triples;q=0.9,application/ld+json;q=0.8,application/rdf+xml;q=0.7,*/*;q=0.3": "ttl",
    "application/n-quads,application/trig;q=0.95,application/ld+json;q=0.9,text/turtle;q=0.6,*/*;q=0.1": "nq",
    "application/rdf+xml, text/turtle;q=0.5": "rdf",
    "text/n3": "ttl",
    "text/rdf+n3;q=0.9, */*;q=0.1": "ttl",
    "text/plain": "nt",
    "text/html, text/plain;q=0.5": "html",
    "application/vnd.schemaorg.ld+json": "schema.jsonld",
    "application/json, text/plain, */*": "html",
}


@pytest.mark.parametrize(("accept", "token"), ACCEPTS.items())
def test_each_client_gets_the_document_that_it_asks_for(shelf: Site, accept: str, token: str) -> None:
    answer = ask(shelf, "GET", f"/record/{HANDLE}", Accept=accept)
    assert answer.headers["content-location"] == f"{shelf.base}record/{HANDLE}.{token}"


@pytest.mark.parametrize("name", ["n3", "text/n3", "text/rdf+n3", "turtle"])
def test_a_format_is_known_by_its_other_names(shelf: Site, name: str) -> None:
    described = f"DESCRIBE <{shelf.base}item/{HANDLE}>"
    assert (
        with_parameters(shelf, f"/record/{HANDLE}", {"format": name}).headers["content-type"].startswith("text/turtle")
    )
    answer = with_parameters(shelf, "/sparql", {"query": described, "format": name})
    assert answer.headers["content-type"].startswith("text/turtle")
    accepted = with_parameters(shelf, "/sparql", {"query": described}, Accept="text/rdf+n3")
    assert accepted.headers["content-type"].startswith("text/turtle")


def test_the_link_set_is_read_by_those_who_put_each_attribute_into_a_set(shelf: Site) -> None:
    # As F-UJI does.
    for path in (f"record/{HANDLE}", "journal/5555-1238"):
        (page, *_) = json.loads(ask(shelf, "GET", f"/{path}.linkset.json").body)["linkset"]
        links = [link for relation in page.values() if isinstance(relation, list) for link in relation]
        stated = {(link["href"], link.get("type"), link.get("profile")) for link in links}
        assert {type_ for _, type_, _ in stated} >= {"text/turtle", "application/ld+json"}


def test_a_byte_order_mark_before_a_query_is_no_part_of_it(shelf: Site) -> None:
    marked = f"\ufeff{LOOK_UP}"
    for _ in range(3):
        assert with_parameters(shelf, "/sparql", {"query": marked}).status == 200
        direct = {"Content_Type": "application/sparql-query"}
        assert ask(shelf, "POST", "/sparql", body=marked.encode(), **direct).status == 200


@pytest.mark.parametrize("suffix", [".ttl", ".jsonld", ".bib", ".html", ".linkset.json"])
def test_a_suffix_behind_the_address_of_a_work_leads_to_that_document(shelf: Site, suffix: str) -> None:
    answer = ask(shelf, "GET", f"/item/{HANDLE}{suffix}")
    assert (answer.status, answer.headers["location"]) == (303, f"{shelf.base}record/{HANDLE}{suffix}")
    assert ask(shelf, "GET", "/item/20.500.12345/nothing.ttl").status == 404


def test_a_page_of_another_site_may_send_the_fields_that_it_asks_for(shelf: Site) -> None:
    answer = ask(
        shelf,
        "OPTIONS",
        "/sparql",
        Access_Control_Request_Method="POST",
        Access_Control_Request_Headers="x-requested-with, x-own, content-type, bad name",
    )
    allowed = [name.strip().lower() for name in answer.headers["access-control-allow-headers"].split(",")]
    assert {"x-requested-with", "x-own", "content-type", "authorization"} <= set(allowed)
    assert "bad name" not in allowed


PAGES = ["/", f"/record/{HANDLE}.html", "/search?q=light", "/sparql", "/queries", "/nothing", "/shelf"]


@pytest.mark.parametrize("path", PAGES)
def test_no_page_is_shown_in_a_frame_of_another_site(shelf: Site, path: str) -> None:
    fields = ask(shelf, "GET", path, Accept="text/html").headers
    assert "frame-ancestors 'none'" in fields["content-security-policy"]
    assert (fields["x-content-type-options"], fields["referrer-policy"]) == ("nosniff", "no-referrer")


def test_the_preview_of_the_reconciliation_service_may_be_framed(shelf: Site) -> None:
    fields = with_parameters(shelf, "/reconcile/preview", {"id": "journal/5555-1238"}).headers
    assert "frame-ancestors" not in fields["content-security-policy"]


def test_the_icon_stands_where_browsers_look_for_it(shelf: Site) -> None:
    answer = ask(shelf, "GET", "/favicon.ico")
    assert (answer.status, answer.headers["content-type"].partition(";")[0]) == (200, "image/svg+xml")
