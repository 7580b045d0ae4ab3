"""What the protocol keeps beyond the first: packed bodies, names of formats, columns, readable faults, the cache."""

from __future__ import annotations

import gzip
import json
import re
import urllib.parse
import zlib

import pytest
import rdflib

from converter.formats import FORMATS
from server.sparql.lexer import named
from tests.conftest import Site
from tests.test_sparql import CONSTRUCT, DIRECT, LOOK_UP, Answer, ask, get

BOMB = gzip.compress(b"#" * (200 << 20))


def query(site: Site, text: str, path: str = "/sparql", **parameters: str) -> Answer:
    """The query by GET with parameters beside it."""
    return ask(site, "GET", f"{path}?" + urllib.parse.urlencode({"query": text, **parameters}))


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("SELECT * { VALUES (?z ?a ?m) { (1 2 3) } }", b"z,a,m"),
        ("select distinct * { VALUES (?z ?a) { (1 2) } }", b"z,a"),
        ("# SELECT * ?a\nSELECT * { VALUES ?z { 1 } BIND(2 AS ?a) }", b"z,a"),
        (
            "SELECT * { { SELECT ?z (COUNT(?b) AS ?n) { VALUES (?z ?b) { (1 2) } } GROUP BY ?z } BIND(1 AS ?a) }",
            b"z,n,a",
        ),
        ('SELECT * { FILTER(?z > 0) BIND("?c" AS ?b) VALUES (?z ?a) { (1 2) } }', b"z,b,a"),
        ("SELECT (COUNT(*) AS ?n) { VALUES ?z { 1 } }", b"n"),
    ],
)
def test_a_star_has_its_columns_in_the_order_of_the_query(site: Site, text: str, columns: bytes) -> None:
    assert query(site, text, format="csv").body.split(b"\r\n")[0] == columns


def test_a_star_after_an_escape_stays_a_star() -> None:
    text = r"PREFIX \u0061: <urn:x> SELECT * { ?z a ?b }"
    assert named(text, ["b", "z"]) == text


@pytest.mark.parametrize(("coding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_a_packed_query_is_unpacked(site: Site, coding: str, pack: object) -> None:
    answer = ask(site, "POST", "/sparql", pack(b"ASK {}"), Content_Encoding=coding, **DIRECT)
    assert json.loads(answer.body)["boolean"] is True


@pytest.mark.parametrize(
    ("body", "coding", "status"),
    [
        (BOMB, "gzip", 413),
        (b"no gzip", "gzip", 400),
        (gzip.compress(b"ASK {}", mtime=0)[:-9], "gzip", 400),
        (b"x", "br", 415),
    ],
)
def test_a_packed_query_that_is_none_is_refused(site: Site, body: bytes, coding: str, status: int) -> None:
    assert ask(site, "POST", "/sparql", body, Content_Encoding=coding, **DIRECT).status == status


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        (LOOK_UP, "CSV", "text/csv"),
        (LOOK_UP, "application/sparql-results+json", "application/sparql-results+json"),
        (CONSTRUCT, "turtle", "text/turtle"),
        (CONSTRUCT, "json", "application/ld+json"),
        (CONSTRUCT, "rdf/xml", "application/rdf+xml"),
        (CONSTRUCT, "xml", "application/rdf+xml"),
    ],
)
@pytest.mark.parametrize("parameter", ["format", "output"])
def test_a_format_has_the_names_that_clients_use(site: Site, text: str, name: str, kind: str, parameter: str) -> None:
    assert query(site, text, **{parameter: name}).headers["content-type"].partition(";")[0] == kind


@pytest.mark.parametrize(("suffix", "kind"), [("csv", "text/csv"), ("json", "application/sparql-results+json")])
def test_a_suffix_names_the_format(site: Site, suffix: str, kind: str) -> None:
    answer = query(site, LOOK_UP, f"/sparql.{suffix}")
    assert answer.headers["content-type"].partition(";")[0] == kind


def test_a_format_that_is_not_there_is_told_with_those_that_are(site: Site) -> None:
    answer = query(site, LOOK_UP, format="pdf")
    known = ", ".join(sorted(name for name, format_ in FORMATS.items() if not format_.graph))
    assert (answer.status, f"it has {known}, html." in answer.body.decode()) == (406, True)


def test_parameters_that_are_no_utf_8_are_refused(site: Site) -> None:
    assert ask(site, "GET", "/sparql?query=ASK%7B%7D%ff").status == 400


def test_a_fault_tells_no_classes_of_characters(site: Site) -> None:
    assert "..=" not in json.loads(get(site, "SELECT ?s { ?s ?p }").body)["detail"]


def test_a_prefix_that_nobody_knows_is_named(site: Site) -> None:
    assert "prefix nobody: is not declared" in json.loads(get(site, "SELECT ?s { ?s nobody:knows ?o }").body)["detail"]


def test_a_second_answer_comes_from_memory(site: Site) -> None:
    text = f"{LOOK_UP} # once"
    first, second = query(site, text), query(site, text)
    assert "cache;desc=miss" in first.headers["server-timing"]
    assert "cache;desc=hit" in second.headers["server-timing"]
    assert second.body == first.body


def test_an_answer_says_what_its_time_went_to(site: Site) -> None:
    stated = query(site, f"{LOOK_UP} # timed").headers["server-timing"]
    parts = re.fullmatch(r"cache;desc=miss, queue;dur=([\d.]+), evaluate;dur=([\d.]+), serialise;dur=([\d.]+)", stated)
    assert parts
    assert all(0 <= float(part) < 2_000 for part in parts.groups())


def test_a_long_answer_is_timed_to_its_beginning(site: Site) -> None:
    stated = query(site, "SELECT * { ?a ?b ?c } LIMIT 3000").headers["server-timing"]
    assert re.fullmatch(r"cache;desc=miss, queue;dur=[\d.]+, evaluate;dur=[\d.]+", stated)


def test_what_asks_for_the_time_is_never_kept(site: Site) -> None:
    answer = query(site, "SELECT (NOW() AS ?now) {}")
    assert (answer.headers["cache-control"], "etag" in answer.headers) == ("no-store", False)


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")
@pytest.mark.parametrize("kind", ["text/turtle", "application/ld+json", "application/rdf+xml", "application/n-triples"])
def test_the_default_graph_is_read_in_every_format(site: Site, kind: str) -> None:
    answer = ask(site, "GET", "/graph?default", Accept=kind)
    read = rdflib.Graph().parse(data=answer.body, format=kind.replace("application/ld+json", "json-ld"))
    assert (answer.status, len(read) > 50) == (200, True)


def test_head_of_a_graph_has_no_body(site: Site) -> None:
    answer = ask(site, "HEAD", "/graph?default")
    assert (answer.status, answer.body, answer.headers["content-type"]) == (200, b"", "text/turtle; charset=utf-8")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/graph?graph=urn:x:none", 404),
        ("GET", "/graph?graph=none", 404),
        ("GET", "/graph?graph=%3C%3E", 400),
        ("GET", "/graph", 400),
        ("GET", "/graph?default&graph=urn:x", 400),
        ("PUT", "/graph?default", 405),
        ("DELETE", "/graph?default", 405),
        ("OPTIONS", "/graph", 204),
    ],
)
def test_a_graph_that_cannot_be_had_is_refused_with_the_reason(site: Site, method: str, path: str, status: int) -> None:
    answer = ask(site, method, path)
    assert answer.status == status
    assert status != 405 or answer.headers["allow"] == "GET, HEAD, OPTIONS"


def test_the_service_says_what_it_does_and_does_not(site: Site) -> None:
    answer = ask(site, "GET", "/sparql", Accept="application/n-triples").body.decode()
    assert answer.count("#resultFormat>") == len({format_.identifier for format_ in FORMATS.values()}) == 13
    assert "BasicFederatedQuery" not in answer
    assert "#defaultDataset>" in answer
