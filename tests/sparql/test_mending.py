"""What is wrong with a query is said in words, and what may have been meant can be had by a click."""

from __future__ import annotations

import urllib.parse

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html as lxml_html

from ontology import prefixes
from server.protocol.mending import mended
from tests.conftest import Site
from tests.test_sparql import ask

WRONG = [
    ("SELECT ?s { OPTIONL { ?s a ?o } }", "SELECT ?s { OPTIONAL { ?s a ?o } }"),
    ("SELCT ?s { ?s a ?o }", "SELECT ?s { ?s a ?o }"),
    ("SELECT ?s WHER { ?s a ?o }", "SELECT ?s WHERE { ?s a ?o }"),
    ("SELECT s { ?s a ?o }", "SELECT ?s { ?s a ?o }"),
    ("SELECT ?s { ?s a ?o } ORDR BY ?s", "SELECT ?s { ?s a ?o } ORDER BY ?s"),
    ("SELECT ?s { ?s a ?o FILTER(contans(?s, 'a')) }", "SELECT ?s { ?s a ?o FILTER(CONTAINS(?s, 'a')) }"),
    ("SELECT ?s { ?s a ?o", "SELECT ?s { ?s a ?o\n}"),
    (
        "PREFIX foaf: <http://xmlns.com/foaf/0.1/> SELECT ?s { ?s foa:name ?o }",
        "PREFIX foaf: <http://xmlns.com/foaf/0.1/> SELECT ?s { ?s foaf:name ?o }",
    ),
    ("SELECT ?s { ?s foaf:name ?o }", "PREFIX foaf: <http://xmlns.com/foaf/0.1/>\nSELECT ?s { ?s foaf:name ?o }"),
]


def page(site: Site, query: str) -> tuple[int, lxml_html.HtmlElement]:
    """The status and the page of a query, as a browser asks for it."""
    address = "/sparql?" + urllib.parse.urlencode({"query": query, "format": "html"})
    answer = ask(site, "GET", address, Accept="text/html,application/xhtml+xml,*/*;q=0.8")
    return answer.status, lxml_html.fromstring(answer.body)


@pytest.mark.parametrize(("query", "meant"), WRONG)
def test_a_mistake_is_mended_by_a_button_that_runs_the_query(site: Site, query: str, meant: str) -> None:
    status, root = page(site, query)
    assert (status, root.xpath("string(//textarea)")) == (400, query)
    (form,) = root.xpath("//form[@class='again']")
    assert form.xpath("string(.//input[@name='query']/@value)") == meant
    status, root = page(site, meant)
    assert (status, root.xpath("//*[@role='alert']")) == (200, [])


def test_the_line_of_a_mistake_is_marked(site: Site) -> None:
    _, root = page(site, "SELECT ?s {\n  OPTIONL { ?s a ?o }\n}")
    (line,) = root.xpath("//li[@class='err']")
    assert line.xpath("string(u)") == "OPTIONL"
    assert "not known here" in line.xpath("string(span)")
    assert root.xpath("string(//*[@role='alert']/h2)") == "The query has an error in line 2"


def test_what_cannot_be_mended_keeps_the_query(site: Site) -> None:
    status, root = page(site, "SELECT ?s { zzqx }")
    assert (status, root.xpath("//form[@class='again']")) == (400, [])
    assert root.xpath("string(//textarea)") == "SELECT ?s { zzqx }"


@given(st.text(alphabet=" \n{}()?$:.;,'\"<>#\\@abpSELECTfoaf1", max_size=60))
def test_a_mended_query_keeps_all_that_was_written(text: str) -> None:
    found = mended(text, [], prefixes())
    if found and found.query and not found.word:
        assert found.query.startswith(text) or "\\" in text


@pytest.mark.parametrize(
    ("query", "views"),
    [
        ("SELECT ?s ?t { ?s <http://purl.org/dc/terms/title> ?t }", ["Table", "Raw"]),
        ("SELECT ?s (COUNT(?o) AS ?n) { ?s ?p ?o } GROUP BY ?s", ["Table", "Chart", "Raw"]),
        ("SELECT ?s ?o { ?s <http://purl.org/dc/terms/creator> ?o }", ["Table", "Graph", "Raw"]),
        ("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o } LIMIT 200", ["Table", "Graph", "Raw"]),
    ],
)
def test_a_result_is_seen_in_the_ways_that_suit_it(site: Site, query: str, views: list[str]) -> None:
    status, root = page(site, query)
    assert (status, root.xpath("//*[@data-tabs]/a/text()")) == (200, views)
    for target in root.xpath("//*[@data-tabs]/a/@href"):
        assert root.xpath("//*[@id=$id]", id=target[1:])
    assert root.xpath("string(//textarea)") == query


def test_every_download_of_the_page_answers(site: Site) -> None:
    for query in ("ASK { ?s ?p ?o }", "SELECT ?s { ?s ?p ?o } LIMIT 1", "CONSTRUCT WHERE { ?s ?p ?o } LIMIT 1"):
        _, root = page(site, query)
        addresses = root.xpath("//a[@download]/@href")
        assert addresses
        assert {ask(site, "GET", address).status for address in addresses} == {200}


def test_the_page_names_the_classes_and_properties_with_their_numbers(site: Site) -> None:
    _, root = page(site, "ASK { ?s ?p ?o }")
    counts = {" ".join(item.text_content().split()) for item in root.xpath("//ul[contains(@class, 'terms')]/li")}
    number = ask(site, "GET", "/sparql.csv?query=" + urllib.parse.quote("SELECT (COUNT(*) AS ?n) { ?s a ?c }"))
    assert f"rdf:type{int(number.body.split()[1]):,}" in {one.replace(" ", "") for one in counts}
