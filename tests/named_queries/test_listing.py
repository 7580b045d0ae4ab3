"""The list of the questions and their pages: for people, for programs, and as SPARQL examples."""

from __future__ import annotations

import json
import re
from typing import Any

import lxml.html
import pytest
import rdflib
from lxml.html import HtmlElement

from queries import all_queries
from server.named_queries.parameters import missing
from tests.conftest import Site
from tests.named_queries.test_answers import HTML, get, rows, values
from tests.test_sparql import ask

SH = rdflib.Namespace("http://www.w3.org/ns/shacl#")
SCHEMA = rdflib.Namespace("https://schema.org/")
ASKED_AS_THEY_STAND = [query for query in all_queries() if not missing(query, {})]


def page(site: Site, path: str, status: int = 200) -> HtmlElement:
    """A page as a tree."""
    answer = ask(site, "GET", path, **HTML)
    assert answer.status == status
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return lxml.html.fromstring(answer.body.decode())


def cells(tree: HtmlElement) -> list[list[str]]:
    """The rows of the table of a page, links as what they lead to."""
    return [
        [str((cell.xpath("a/@href") or [cell.text_content()])[0]) for cell in row.xpath("td")]
        for row in tree.xpath("//div[@aria-label='Result']//tbody/tr")
    ]


def graph(site: Site, path: str, **headers: str) -> rdflib.Graph:
    """The statements at an address, in Turtle."""
    return rdflib.Graph().parse(data=ask(site, "GET", path, **headers).body, format="turtle")


@pytest.fixture(scope="module")
def listed(site: Site) -> dict[str, Any]:
    """The list for programs."""
    return json.loads(ask(site, "GET", "/queries").body)


def test_the_list_has_every_question_with_its_parameters(site: Site, listed: dict[str, Any]) -> None:
    assert [question["name"] for question in listed["questions"]] == [query.name for query in all_queries()]
    (one,) = (question for question in listed["questions"] if question["name"] == "changed-since")
    assert one["template"] == f"{site.base}queries/changed-since{{?since,page,size,format}}"
    assert one["columns"] == ["record", "work", "changed", "state"]
    assert one["parameters"] == [
        {
            "name": "since",
            "type": "moment",
            "description": "the moment after which a change counts",
            "required": False,
            "default": "2000-01-01T00:00:00Z",
        }
    ]


def test_the_sparql_of_the_list_answers_as_the_question(site: Site, listed: dict[str, Any]) -> None:
    (one,) = (question for question in listed["questions"] if question["name"] == "works-per-year")
    direct = ask(site, "POST", "/sparql", one["sparql"], Accept="text/csv", Content_Type="application/sparql-query")
    assert rows(direct) == rows(get(site, "works-per-year.csv"))


@pytest.mark.parametrize(
    ("path", "accept", "kind"),
    [
        ("/queries", "*/*", "application/json"),
        ("/queries", "text/html,*/*;q=0.8", "text/html"),
        ("/queries", "text/turtle", "text/turtle"),
        ("/queries", "application/rdf+xml", "application/rdf+xml"),
        ("/queries.ttl", "text/html", "text/turtle"),
        ("/queries?format=html", "*/*", "text/html"),
        ("/queries.json", "text/html", "application/json"),
    ],
)
def test_the_list_has_the_form_that_is_asked_for(site: Site, path: str, accept: str, kind: str) -> None:
    answer = ask(site, "GET", path, Accept=accept)
    assert (answer.status, answer.headers["content-type"].partition(";")[0]) == (200, kind)
    assert answer.headers["vary"].startswith("Accept, Accept-Profile, Accept-Encoding")
    assert f'<{site.base}openapi.json>; rel="service-desc"' in answer.headers["link"]
    assert ask(site, "GET", path, Accept=accept, If_None_Match=answer.headers["etag"]).status == 304


def test_a_form_that_the_list_has_not_is_told_with_those_it_has(site: Site) -> None:
    answers = [ask(site, "GET", "/queries.pdf"), ask(site, "GET", "/queries", Accept="image/png")]
    assert [(answer.status, b"text/turtle" in answer.body) for answer in answers] == [(406, True)] * 2


@pytest.mark.parametrize("path", ["/queries", "/sparql"])
def test_questions_are_sparql_examples_in_the_list_and_in_the_service(site: Site, path: str) -> None:
    found = graph(site, path, Accept="text/turtle")
    examples = set(found.subjects(rdflib.RDF.type, SH.SPARQLExecutable))
    assert {str(example) for example in examples} == {f"{site.base}queries#{query.name}" for query in all_queries()}
    assert examples == set(found.subjects(rdflib.RDF.type, SH.SPARQLSelectExecutable))
    assert set(found.objects(None, SCHEMA.target)) == {rdflib.URIRef(f"{site.base}sparql")}
    assert all(str(found.value(example, rdflib.RDFS.comment)) for example in examples)


@pytest.mark.parametrize("query", ASKED_AS_THEY_STAND, ids=lambda query: query.name)
def test_an_example_can_be_asked_as_it_stands(site: Site, query: Any) -> None:
    example = rdflib.URIRef(f"{site.base}queries#{query.name}")
    text = str(graph(site, "/queries.ttl").value(example, SH.select))
    asked = ask(site, "POST", "/sparql", text, Accept="text/csv", Content_Type="application/sparql-query")
    assert sorted(rows(asked)) == sorted(rows(get(site, f"{query.name}.csv")))


def test_the_list_leads_people_to_every_question(site: Site) -> None:
    tree = page(site, "/queries")
    links = tree.xpath("//main//ul[contains(@class, 'questions')]/li/a")
    stated = sorted((link.get("href"), link.text_content()) for link in links)
    assert stated == sorted((f"/queries/{query.name}", query.title) for query in all_queries())


def test_a_question_of_nothing_shows_its_rows_at_once(site: Site) -> None:
    tree = page(site, "/queries/works-per-year")
    assert cells(tree) == rows(get(site, "works-per-year.csv"))
    assert tree.xpath("//div[@aria-label='Result']//thead//th/text()") == ["Year", "Type", "Works"]
    assert tree.xpath("//div[@aria-label='Result']//th[@class='num']/text()") == ["Works"]
    assert "Works by year, " in tree.xpath("string(//figcaption)")
    assert not tree.xpath("//main//form")


def test_a_question_leads_to_every_other_and_says_which_it_is(site: Site) -> None:
    tree = page(site, "/queries/works-per-year")
    (menu,) = tree.xpath("//nav[@class='menu']")
    named = {query.name for query in all_queries()}
    assert {link.rpartition("/")[2] for link in menu.xpath(".//a/@href")} == named
    assert menu.xpath(".//a[@aria-current='page']/@href") == ["/queries/works-per-year"]


def test_a_question_that_must_be_told_something_shows_its_form_first(site: Site) -> None:
    tree = page(site, "/queries/coauthors")
    (field,) = tree.xpath("//form[@action='/queries/coauthors']//input")
    assert (field.get("name"), field.get("type"), field.get("required")) == ("person", "text", "")
    assert tree.xpath("//label[@for='person']")
    assert not tree.xpath("//table")
    assert not tree.xpath("//*[@role='alert']")


def test_a_form_that_is_sent_shows_what_was_written_and_its_rows(site: Site) -> None:
    stated = values(site, "coauthors")
    answer = get(site, "coauthors", HTML, **stated)
    tree = lxml.html.fromstring(answer.body.decode())
    assert tree.xpath("//main//input/@value") == [stated["person"]]
    assert [row[1] for row in cells(tree)] == ["Brandt-Yao, LM", "Marrow, T", "Sandoval, O"]
    assert "/item/20.500.12345/678#person-marrow-t" in tree.xpath("//tbody//a//text()")
    (address,) = tree.xpath("//ul[contains(@class, 'formats')]//a[text()='CSV']/@href")
    assert rows(ask(site, "GET", address)) == rows(get(site, "coauthors.csv", **stated))


def test_a_form_with_something_wrong_comes_back_with_the_reason(site: Site) -> None:
    tree = page(site, "/queries/coauthors?person=x%20y", 400)
    (stated,) = tree.xpath("//*[@role='alert']/p/text()")
    assert "'x y'" in stated
    assert tree.xpath("//main//input/@value") == ["x y"]


@pytest.mark.parametrize("name", ["person", "size", "nobody"])
def test_nothing_that_is_written_into_an_address_runs_on_a_page(site: Site, name: str) -> None:
    stated = {"person": "urn:x", name: "\"'><script>alert(1)</script>"}
    answer = get(site, "coauthors", HTML, **stated)
    assert answer.status == 400
    assert b"<script>" not in answer.body
    assert b"alert(1)" in answer.body
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_people_turn_pages(site: Site) -> None:
    tree = page(site, "/queries/authors-in-order?size=4")
    assert len(cells(tree)) == 4
    (following,) = tree.xpath("//nav[@aria-label='Pages']//a[@rel='next']/@href")
    second = page(site, f"/queries/authors-in-order{following}")
    assert cells(tree) + cells(second) == rows(get(site, "authors-in-order.csv", size=8))
    assert second.xpath("//nav[@aria-label='Pages']//a[@rel='prev']/@href") == ["?page=1&size=4"]
    assert page(site, "/queries/works-per-year").xpath("//nav[@aria-label='Pages']") == []


def test_the_question_is_shown_as_it_is_asked_and_can_be_asked_in_other_words(site: Site) -> None:
    stated = values(site, "coauthors")
    answer = get(site, "coauthors", HTML, **stated)
    tree = lxml.html.fromstring(answer.body.decode())
    (address,) = tree.xpath("//details[summary='The query in SPARQL']//a/@href")
    asked = ask(site, "GET", address, Accept="text/csv")
    assert sorted(rows(asked)) == sorted(rows(get(site, "coauthors.csv", **stated)))


def test_a_page_takes_nothing_from_elsewhere_and_what_it_takes_is_there(site: Site) -> None:
    for path in ("/queries", "/queries/works-per-year"):
        sources = page(site, path).xpath("//link[@rel='stylesheet']/@href | //script/@src | //img/@src")
        assert all(source.startswith("/") for source in sources)
        assert {ask(site, "GET", source).status for source in sources} == {200}
        assert not re.search(rb"https?://", ask(site, "GET", sources[-1]).body)
