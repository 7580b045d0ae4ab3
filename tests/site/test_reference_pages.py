"""The pages about the data: what they name is what the data, the tables and the API hold."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from lxml import html as lxml_html

import ontology
from server.named_queries.reference_pages import counted, whole_query
from tests.conftest import EXAMPLES, Site
from tests.test_sparql import ask, get


@pytest.fixture(scope="module")
def shelf() -> Iterator[Site]:
    running = Site(EXAMPLES)
    yield running
    running.stop()


def page(shelf: Site, path: str) -> lxml_html.HtmlElement:
    answer = ask(shelf, "GET", path, Accept="text/html")
    assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    return lxml_html.fromstring(answer.body)


def test_programs_get_data_where_people_get_a_page(shelf: Site) -> None:
    assert page(shelf, "/ns").xpath("//h1")
    assert "text/turtle" in ask(shelf, "GET", "/ns").headers["content-type"]
    asked = {accept: ask(shelf, "GET", "/profile/core/1", Accept=accept) for accept in ("text/html", "text/turtle")}
    led = {accept: answer.headers["location"].rpartition("/")[2] for accept, answer in asked.items()}
    assert led == {"text/html": "index.html", "text/turtle": "profile.ttl"}


def test_the_classes_in_use_have_their_numbers(shelf: Site) -> None:
    terms = json.loads(ask(shelf, "GET", "/terms.json").body)["terms"]
    rows = page(shelf, "/ns").xpath("//section[@aria-labelledby='g1']//tbody/tr")
    shown = {row.xpath("string(td[1])"): int(row.xpath("string(td[2])").replace(",", "")) for row in rows}
    assert shown == {term["name"]: term["uses"] for term in terms if term["kind"] == "class"}


def test_a_field_of_the_crosswalk_is_found_with_its_property(shelf: Site) -> None:
    root = page(shelf, "/crosswalk?field=dc.contributor.author")
    found = {row.xpath("string(th/code)"): row.xpath("td[1]/code/text()") for row in root.xpath("//tbody/tr")}
    assert found["dc.contributor.author"] == ["dcterms:creator", "dc:creator"]


def test_every_row_of_the_crosswalk_stands_on_one_page(shelf: Site) -> None:
    seen: list[str] = []
    address = "/crosswalk"
    while address:
        root = page(shelf, address)
        seen += root.xpath("//tbody/tr/th/code/text()")
        address = root.xpath("string(//a[@rel='next']/@href)")
    assert sorted(seen) == sorted(ontology.Crosswalk().rows)


@pytest.mark.parametrize("query", ["field=%00%3Cb%3E", "page=0", "page=-1", "page=x", "page=99999", "table=none"])
def test_a_strange_address_of_the_crosswalk_is_a_page(shelf: Site, query: str) -> None:
    assert not page(shelf, f"/crosswalk?{query}").xpath("//main//b")


def test_every_operation_of_the_api_is_on_its_page(shelf: Site) -> None:
    described = json.loads(ask(shelf, "GET", "/openapi.json").body)["paths"]
    named = {f"{method.upper()} {path}" for path, methods in described.items() for method in methods}
    assert set(page(shelf, "/api").xpath("//summary//code/text()")) == named


def test_the_quality_of_the_data_is_counted_with_each_change_as_a_query_counts_it(shelf: Site) -> None:
    root = page(shelf, "/quality")
    stated = [text.split(" of ") for text in root.xpath("//li/span[@class='num']/text()")]
    (row,) = json.loads(get(shelf, whole_query(), Accept="application/sparql-results+json").body)["results"]["bindings"]
    asked = counted({name: term["value"] for name, term in row.items()}, [])
    assert [(int(n), int(whole)) for n, whole in stated] == [(n, asked.works) for _, n, _ in asked.shares]
    assert sum(n for _, n, _ in asked.shares) > asked.works
    # A work of two types is counted under the one that it has in lists.
    assert sum(int(text) for text in root.xpath("//tbody/tr/td[1]/text()")) == asked.works == 7


def test_the_profile_says_how_often_a_statement_stands(shelf: Site) -> None:
    row = page(shelf, "/profile/core/1/index.html").xpath(
        "//section[@aria-labelledby='Document']//tbody/tr[1]/td/text()"
    )
    assert row[:3] == ["foaf:primaryTopic", "once", "an address"]
