"""The endpoint: what the protocol asks, and that no query can hang it."""

from __future__ import annotations

import csv
import io
import json
import re
import socket
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from typing import NamedTuple

import lxml.html
import pyoxigraph
import pytest
import rdflib
from rdflib.plugins.stores.sparqlstore import SPARQLStore

from server.sparql import Refused
from server.sparql.lexer import form
from tests import clients
from tests.conftest import Site
from tests.waiting import until

AUTHORS = """PREFIX pro: <http://purl.org/spar/pro/> PREFIX co: <http://purl.org/co/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> PREFIX fabio: <http://purl.org/spar/fabio/>
SELECT ?position ?name { ?work fabio:hasHandle "20.500.12345/678" ; pro:isDocumentContextFor ?role .
?role pro:withRole pro:author ; co:index ?position ; rdfs:label ?name } ORDER BY ?position"""
IN_ORDER = ["Marrow, T", "Quill, A", "Brandt-Yao, LM", "Sandoval, O"]
RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . FILTER(?a != ?g) }"
WORK = '?work <http://purl.org/spar/fabio/hasHandle> "20.500.12345/678"'
LOOK_UP = "SELECT ?o { ?s <http://purl.org/spar/fabio/hasHandle> ?o } LIMIT 1"
CONSTRUCT = "CONSTRUCT { ?s a ?o } WHERE { ?s a ?o }"


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes


def ask(site: Site, method: str, path: str, body: bytes | str | None = None, **headers: str) -> Answer:
    """One request on a connection of its own; underscores in header names are hyphens."""
    with closing(HTTPConnection("127.0.0.1", site.port, timeout=30)) as connection:
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        given = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, given, response.read())


def get(site: Site, query: str, **headers: str) -> Answer:
    """The query by GET."""
    return ask(site, "GET", "/sparql?" + urllib.parse.urlencode({"query": query}), **headers)


def names(answer: Answer) -> list[str]:
    """The names in a CSV answer."""
    return [row["name"] for row in csv.DictReader(io.StringIO(answer.body.decode()))]


FORM = {"Content_Type": "application/x-www-form-urlencoded"}
DIRECT = {"Content_Type": "application/sparql-query"}


@pytest.mark.parametrize("way", ["GET", "form", "direct", "QUERY"])
def test_the_authors_in_order_by_every_way(site: Site, way: str) -> None:
    accept = {"Accept": "text/csv"}
    if way == "GET":
        answer = get(site, AUTHORS, **accept)
    elif way == "form":
        answer = ask(site, "POST", "/sparql", urllib.parse.urlencode({"query": AUTHORS}), **accept, **FORM)
    else:
        answer = ask(site, "POST" if way == "direct" else "QUERY", "/sparql", AUTHORS, **accept, **DIRECT)
    assert names(answer) == IN_ORDER


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_sparqlwrapper_gets_rows_truths_and_a_graph_in_each_format(site: Site, method: str) -> None:
    described = f"DESCRIBE ?work {{ {WORK} }}"
    rows = [(name, AUTHORS) for name in ("json", "xml", "csv", "tsv")]
    truths = [(name, f"ASK {{ {WORK} }}".replace("678", number)) for name in ("json", "xml") for number in ("678", "0")]
    graphs = [(name, described) for name in ("turtle", "xml", "json-ld")]
    asked = [word for one in (*rows, *truths, *graphs) for word in one]
    found = clients.read("sparqlwrapper_queries.py", f"{site.base}sparql", method, *asked)
    assert [re.findall("|".join(IN_ORDER), text) for text in found[:4]] == [IN_ORDER] * 4
    assert [re.findall("true|false", text) for text in found[4:8]] == [["true"], ["false"]] * 2
    expected = set(rdflib.Graph().parse(data=get(site, described, Accept="text/turtle").body.decode(), format="turtle"))
    assert len(expected) > 10
    # Turtle comes as it is, and N-Triples, which the others become, is Turtle.
    assert [set(rdflib.Graph().parse(data=text, format="turtle")) for text in found[8:]] == [expected] * 3


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
def test_rdflib_as_a_client_is_answered(site: Site, method: str) -> None:
    graph = rdflib.Graph(SPARQLStore(f"{site.base}sparql", method=method))
    assert [str(row["name"]) for row in graph.query(AUTHORS)] == IN_ORDER


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("application/sparql-results+json", "application/sparql-results+json"),
        ("application/sparql-results+xml", "application/sparql-results+xml"),
        ("text/csv", "text/csv"),
        ("text/tab-separated-values", "text/tab-separated-values"),
        ("application/json;q=0.9, image/png", "application/sparql-results+json"),
        ("*/*", "application/sparql-results+json"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
    ],
)
def test_tables_have_their_formats(site: Site, accept: str, kind: str) -> None:
    answer = get(site, AUTHORS, Accept=accept)
    assert (answer.status, answer.headers["content-type"].partition(";")[0]) == (200, kind)
    assert b"Brandt-Yao" in answer.body


@pytest.mark.parametrize("name", ["ttl", "jsonld", "nt", "rdf", "nq", "trig"])
def test_graphs_have_their_formats(site: Site, name: str) -> None:
    answer = ask(site, "GET", "/sparql?" + urllib.parse.urlencode({"query": CONSTRUCT, "format": name}))
    formats = {
        "ttl": "TURTLE",
        "jsonld": "JSON_LD",
        "nt": "N_TRIPLES",
        "rdf": "RDF_XML",
        "nq": "N_QUADS",
        "trig": "TRIG",
    }
    quads = list(pyoxigraph.parse(answer.body, format=getattr(pyoxigraph.RdfFormat, formats[name])))
    assert answer.status == 200
    assert {quad.predicate.value for quad in quads} == {"http://www.w3.org/1999/02/22-rdf-syntax-ns#type"}


def test_json_ld_tells_types_as_types(site: Site) -> None:
    answer = ask(site, "GET", "/sparql?" + urllib.parse.urlencode({"query": CONSTRUCT, "format": "jsonld"}))
    assert all("@type" in node for node in json.loads(answer.body))


def test_a_truth_is_told(site: Site) -> None:
    assert json.loads(get(site, "ASK { ?s ?p ?o }").body)["boolean"] is True


def test_columns_stand_as_the_query_names_them(site: Site) -> None:
    answer = get(site, "SELECT ?z ?a ?m { VALUES (?a ?m ?z) { (1 2 3) } }", Accept="text/csv")
    assert answer.body == b"z,a,m\r\n3,1,2\r\n"


def test_a_protocol_dataset_overrides_from(site: Site) -> None:
    query = "SELECT (COUNT(*) AS ?n) FROM <urn:x:other> { ?s ?p ?o }"
    parameters = urllib.parse.urlencode({"query": query, "default-graph-uri": "urn:x:none"})
    answer = ask(site, "GET", f"/sparql?{parameters}", Accept="text/csv")
    assert answer.body.split() == [b"n", b"0"]


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status"),
    [
        ("GET", "/sparql?query=ASK%7B%7D&query=ASK%7B%7D", None, {}, 400),
        ("GET", "/sparql?other=1", None, {}, 400),
        ("POST", "/sparql", "", FORM, 400),
        ("POST", "/sparql", b"\xff\xfe", DIRECT, 400),
        ("POST", "/sparql", "ASK {}", {"Content_Type": "text/plain"}, 415),
        ("POST", "/sparql", "ASK {}", {"Content_Type": "application/sparql-query; charset=latin-1"}, 415),
        ("POST", "/sparql", "INSERT DATA {}", {"Content_Type": "application/sparql-update"}, 403),
        ("POST", "/sparql", "update=INSERT+DATA+%7B%7D", FORM, 403),
        ("GET", "/sparql?query=INSERT+DATA+%7B%7D", None, {}, 403),
        ("GET", "/sparql?query=ASK%7B%7D", None, {"Accept": "image/png"}, 406),
        ("DELETE", "/sparql", None, {}, 405),
        ("POST", "/sparql", "#" * (1 << 20) + "ASK {}", DIRECT, 413),
        ("OPTIONS", "/sparql", None, {}, 204),
    ],
)
def test_what_is_not_asked_rightly_is_refused(
    site: Site, method: str, path: str, body: bytes | str | None, headers: dict[str, str], status: int
) -> None:
    answer = ask(site, method, path, body, **headers)
    assert answer.status == status
    assert answer.headers["access-control-allow-origin"] == "*"


def test_a_refused_method_names_those_that_are_allowed(site: Site) -> None:
    assert set(ask(site, "DELETE", "/sparql").headers["allow"].split(", ")) == {
        "GET",
        "HEAD",
        "POST",
        "QUERY",
        "OPTIONS",
    }


def test_a_wrong_query_is_shown_with_a_caret_and_the_missing_prefix(site: Site) -> None:
    stated = json.loads(get(site, "SELECT ?s\nWHERE { ?s foaf:name ?o }").body)
    assert (stated["status"], stated["line"]) == (400, 2)
    assert "WHERE { ?s foaf:name ?o }" in stated["detail"]
    assert "PREFIX foaf: <http://xmlns.com/foaf/0.1/>" in stated["detail"]
    assert stated["detail"].split("\n")[2].strip() == "^"


def test_an_answer_that_the_client_has_is_not_made_again(site: Site) -> None:
    etag = get(site, LOOK_UP).headers["etag"]
    again = get(site, LOOK_UP, If_None_Match=etag)
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", etag)
    assert again.headers["vary"] == "Accept, Accept-Profile, Accept-Encoding"


def test_another_format_has_another_etag(site: Site) -> None:
    assert get(site, LOOK_UP).headers["etag"] != get(site, LOOK_UP, Accept="text/csv").headers["etag"]


def test_head_has_the_headers_and_no_body(site: Site) -> None:
    answer = ask(site, "HEAD", "/sparql?" + urllib.parse.urlencode({"query": LOOK_UP}))
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["content-type"] == "application/sparql-results+json"


def test_a_bare_get_describes_the_service(site: Site) -> None:
    answer = ask(site, "GET", "/sparql", Accept="text/turtle")
    graph = rdflib.Graph().parse(data=answer.body, format="turtle")
    sd = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
    assert list(graph.objects(None, sd.endpoint)) == [rdflib.URIRef(f"{site.base}sparql")]


def test_a_bare_get_of_a_browser_is_a_form(site: Site) -> None:
    assert b"<textarea" in ask(site, "GET", "/sparql", Accept="text/html").body


def test_a_runaway_query_ends_and_harms_nobody(site: Site) -> None:
    """One client's cross product has its 503 when its time is up; look-ups meanwhile do not wait for it."""
    runaway: list[Answer] = []
    thread = threading.Thread(target=lambda: runaway.append(get(site, f"{RUNAWAY} # alone")))
    thread.start()
    until(lambda: under_way(site))
    assert {get(site, f"{LOOK_UP} # {number}").status for number in range(5)} == {200}
    assert thread.is_alive()
    thread.join()
    (answer,) = runaway
    assert (answer.status, answer.headers["retry-after"]) == (503, "10")


def under_way(site: Site) -> float:
    """How many queries run, in the foreground and behind it."""
    shown = ask(site, "GET", "/metrics").body.decode()
    return sum(map(float, re.findall(r"^shelfgraph_workers_(?:running|background) (\S+)", shown, re.MULTILINE)))


def test_runaway_queries_on_every_worker_leave_the_site_alive(site: Site) -> None:
    threads = [threading.Thread(target=get, args=(site, RUNAWAY)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert get(site, LOOK_UP).status == 200


def test_a_query_that_breaks_its_process_is_a_refusal(site: Site) -> None:
    deep = "SELECT * { FILTER(" + "ABS(" * 20_000 + "1" + ")" * 20_000 + " > 0) }"
    answer = ask(site, "POST", "/sparql", deep, **DIRECT)
    assert answer.status in {400, 503}
    assert get(site, LOOK_UP).status == 200


def test_a_client_that_goes_away_frees_its_worker(site: Site) -> None:
    query = urllib.parse.urlencode({"query": "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"})
    for _ in range(4):
        with socket.create_connection(("127.0.0.1", site.port)) as client:
            client.sendall(f"GET /sparql?{query} HTTP/1.1\r\nHost: x\r\nAccept: text/csv\r\n\r\n".encode())
            assert client.recv(1_000).startswith(b"HTTP/1.1 200")
    until(lambda: not under_way(site))
    assert get(site, LOOK_UP).status == 200


@contextmanager
def trap() -> Iterator[tuple[int, list[object]]]:
    """A listener on this machine that remembers who came."""
    came: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        stop = threading.Event()

        def listen() -> None:
            while not stop.is_set():
                try:
                    connection, who = server.accept()
                except TimeoutError:
                    continue
                came.append(who)
                connection.close()

        thread = threading.Thread(target=listen)
        thread.start()
        try:
            yield server.getsockname()[1], came
        finally:
            stop.set()
            thread.join()


SPELLINGS = [
    "SELECT * {{ SERVICE <http://127.0.0.1:{0}/> {{ ?s ?p ?o }} }}",
    "SELECT * {{ service silent <http://127.0.0.1:{0}/> {{ ?s ?p ?o }} }}",
    "SELECT * {{ SERVICE#x\n<http://127.0.0.1:{0}/> {{ ?s ?p ?o }} }}",
    "SELECT * {{ SER\\u0056ICE <http://127.0.0.1:{0}/> {{ ?s ?p ?o }} }}",
    "SELECT * {{ BIND(<http://127.0.0.1:{0}/> AS ?x) SERVICE ?x {{ ?s ?p ?o }} }}",
    "SELECT * FROM <http://127.0.0.1:{0}/> {{ ?s ?p ?o }}",
    "LOAD <http://127.0.0.1:{0}/>",
]


def test_no_query_leaves_the_machine(site: Site) -> None:
    with trap() as (port, came):
        for spelling in SPELLINGS:
            get(site, spelling.format(port))
    assert not came


@pytest.mark.parametrize("query", ["SELECT ?service { ?service a <urn:SERVICE> }", 'ASK { ?s ?p "SERVICE" } # LOAD'])
def test_words_that_only_look_like_service_are_no_matter(query: str) -> None:
    assert form(query) in {"select", "ask"}


def test_service_is_refused_before_the_engine_sees_it() -> None:
    with pytest.raises(Refused):
        form(r"SELECT * { \u0053ervice <http://x/> { ?s ?p ?o } }")


def test_reading_a_result_slowly_costs_nobody_else(site: Site) -> None:
    url = f"{site.base}sparql?" + urllib.parse.urlencode({"query": CONSTRUCT})
    with urllib.request.urlopen(url, timeout=10):
        assert get(site, LOOK_UP).status == 200


def test_a_refusal_is_a_page_for_people_and_text_for_the_shell(site: Site) -> None:
    assert b"<h2>The query has an error in line 1</h2>" in get(site, "SELECT", Accept="text/html").body
    assert get(site, "SELECT", Accept="text/plain;q=0.1").headers["content-type"] == "text/plain; charset=utf-8"
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(f"{site.base}sparql?query=SELECT", timeout=5)


def test_a_query_stays_on_its_page_with_what_is_wrong_about_it(site: Site) -> None:
    query = "SELECT * {\n  ?work dcterms:title ?title\n}"
    answer = get(site, query, Accept="text/html")
    tree = lxml.html.fromstring(answer.body.decode())
    assert (answer.status, tree.xpath("string(//textarea)")) == (400, query)
    assert tree.xpath("string(//li[@class='err'])").startswith("  ?work dcterms:title ?title")
    (mended,) = tree.xpath("//div[@role='alert']//input[@name='query']/@value")
    assert get(site, mended, Accept="text/csv").status == 200


@pytest.mark.parametrize(
    "query", ["CONSTRUCT { ?s a ?c } WHERE { ?s a ?c } LIMIT 3", "DESCRIBE <http://x.example.org/>"]
)
def test_a_graph_has_a_page_with_its_query(site: Site, query: str) -> None:
    answer = get(site, query, Accept="text/html")
    tree = lxml.html.fromstring(answer.body.decode())
    assert (answer.status, tree.xpath("string(//textarea)")) == (200, query)
    assert all(ask(site, "GET", address).status == 200 for address in tree.xpath("//section//a[@download]/@href"))


def test_rows_with_a_number_are_drawn_too(site: Site) -> None:
    query = "SELECT ?class (COUNT(*) AS ?n) { ?s a ?class } GROUP BY ?class"
    tree = lxml.html.fromstring(get(site, query, Accept="text/html").body.decode())
    drawn = [int(number.replace(",", "")) for number in tree.xpath("//ol[@class='ranks']/li/span/text()")]
    assert drawn == sorted(drawn, reverse=True)
    assert drawn
