"""A reader's way through the site: from the home page to a chart and a file of it, with a mistake that is mended."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.walking import WAYS, Visit

WRONG = """PREFIX dcterms: <http://purl.org/dc/terms/>
SELECT ?title (COUNT(?who) AS ?people) WHERE {
  ?work dcterms:title ?title .
  OPTIONL { ?work dcterms:creator ?who }
}
GROUP BY ?title"""


@pytest.mark.parametrize("way", WAYS)
def test_a_reader_finds_a_work_and_what_it_is_linked_with(visit: Callable[[str], Visit], way: str) -> None:
    site = visit(way)
    site.open("")
    site.find("terns")
    assert "2 works" in site.heading()
    if way == "phone":
        site.page.locator("details.fold summary").first.click()
    site.follow(".facet li a", "Article")
    assert "1 work" in site.heading()
    site.follow("ol.works .t a")
    assert site.heading() == "How coastal lights guide migrating terns: a three-year field study"
    record = site.page.url
    site.follow(".authors a")
    assert "Works" in site.page.locator("main").inner_text()
    site.follow("ol.works .t a", "coastal lights")
    assert site.page.url == record
    site.follow("main a", "Annals of Coastal Ecology")
    assert site.heading() == "Annals of Coastal Ecology"
    site.open("browse/collections")
    site.follow("main a[href*='/collection/']")
    assert site.page.locator("ol.works li").count()


@pytest.mark.parametrize("way", WAYS)
def test_a_query_with_a_mistake_is_mended_and_seen_as_a_chart(visit: Callable[[str], Visit], way: str) -> None:
    site = visit(way)
    site.open("sparql")
    site.write(WRONG)
    site.page.get_by_role("button", name="Run", exact=True).click()
    assert site.outcome("[role=alert] h2").inner_text() == "The query has an error in line 4"
    assert site.page.locator("textarea").input_value() == WRONG
    if site.scripted:
        assert "OPTIONL" in site.page.locator(".cm-wrong").inner_text()
    site.page.get_by_role("button", name="Write OPTIONAL and run").click()
    assert "rows" in site.outcome("#result").inner_text()
    assert site.page.locator("textarea").input_value() == WRONG.replace("OPTIONL", "OPTIONAL")
    if site.scripted:
        site.page.get_by_role("tab", name="Chart").click()
        assert site.page.locator("#view-table").is_hidden()
    assert site.page.locator("#view-chart .ranks li").count() > 1
    with site.page.expect_download() as downloading:
        site.page.get_by_role("link", name="CSV", exact=True).click()
    assert "title,people" in downloading.value.path().read_text(encoding="utf-8")


def test_the_editor_completes_runs_and_remembers(visit: Callable[[str], Visit]) -> None:
    site = visit("light")
    site.open("sparql")
    site.write("")
    site.page.keyboard.type("SELECT * { ?s dcterms:titl")
    site.page.locator(".cm-tooltip-autocomplete li", has_text="dcterms:title").first.click()
    site.page.keyboard.type(" ?title ")
    site.page.keyboard.press("Escape")
    assert site.page.locator("textarea").input_value().startswith("PREFIX dcterms: <http://purl.org/dc/terms/>\nSELECT")
    site.page.keyboard.press("ControlOrMeta+Enter")
    assert "rows" in site.outcome("#result").inner_text()
    titles = site.page.locator("#outcome tbody tr td:nth-child(2)")
    heading = site.page.locator("#outcome th button", has_text="title")
    heading.click()
    rising = titles.all_inner_texts()
    assert len(set(rising)) > 2
    assert rising == sorted(rising, key=str.casefold)
    heading.click()
    assert titles.all_inner_texts() == rising[::-1]
    site.page.locator("#history summary").click()
    assert site.page.locator("#history li").count() == 1
    site.page.reload()
    assert "dcterms:title" in site.page.locator(".cm-content").inner_text()


def test_queries_stand_side_by_side_each_with_its_result(visit: Callable[[str], Visit]) -> None:
    site = visit("light")
    site.open("sparql")
    bar = site.page.get_by_role("navigation", name="Open queries")
    texts = ["SELECT (1 AS ?first) {}", "SELECT (2 AS ?second) {}"]
    for place, text in enumerate(texts):
        if place:
            bar.get_by_role("button", name="New query").click()
            assert site.page.locator("#outcome").inner_text() == ""
        site.write(text)
        site.page.get_by_role("button", name="Run", exact=True).click()
        assert "1 row" in site.outcome("#result").inner_text()
    for number, name in ((1, "first"), (2, "second"), (1, "first")):
        bar.get_by_role("button", name=f"Query {number}", exact=True).click()
        assert site.page.locator("textarea").input_value() == texts[number - 1]
        assert site.page.locator("#outcome th").all_inner_texts() == [name]
    site.open("sparql")
    assert bar.locator("[aria-current]").inner_text() == "Query 1"
    assert site.page.locator("textarea").input_value() == texts[0]
    bar.get_by_role("button", name="Close query 1").click()
    assert site.page.locator("textarea").input_value() == texts[1]
    assert bar.locator("li").count() == 1


def test_the_citation_is_shown_in_the_style_that_is_chosen(visit: Callable[[str], Visit]) -> None:
    site = visit("light")
    site.open("record/20.500.12345/678")
    cited = site.page.locator("#cited")
    own = cited.inner_html()
    site.page.get_by_label("In the style of").select_option("APA")
    site.page.locator("#cited", has_text="Marrow, T., Quill, A.").wait_for()
    site.page.get_by_label("In the style of").select_option("this page")
    assert cited.inner_html() == own


def test_a_query_that_takes_too_long_can_be_stopped(visit: Callable[[str], Visit]) -> None:
    site = visit("light")
    site.open("sparql")
    site.write("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }")
    site.page.get_by_role("button", name="Run", exact=True).click()
    site.page.get_by_role("button", name="Stop").click()
    site.page.locator("#running", has_text="Stopped").wait_for()
    assert site.page.get_by_role("button", name="Run", exact=True).is_enabled()
