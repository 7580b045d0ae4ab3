"""A person names a thing, and need not know its address: one that is meant is taken, several are offered."""

from __future__ import annotations

import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import html as lxml_html

from tests.conftest import EXAMPLES, Site
from tests.test_sparql import Answer, ask

QUILL = "person/20-500-12345/rp00042"


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The examples, and two persons of one name."""
    path: Path = tmp_path_factory.mktemp("picking") / "pike.jsonl"
    row = '{"id": "%s", "dc.title": ["On %s"], "dc.contributor.author": ["Pike, C"]}'
    path.write_text("".join(f"{row % (name, name)}\n" for name in ("eels", "pikes")), encoding="utf-8")
    running = Site(EXAMPLES, path)
    yield running
    running.stop()


def opened(shelf: Site, query: str, accept: str = "text/html", **given: str) -> Answer:
    return ask(shelf, "GET", f"/queries/{query}?{urllib.parse.urlencode(given)}", Accept=accept)


def test_a_name_that_one_thing_has_leads_to_its_answer(shelf: Site) -> None:
    answer = opened(shelf, "coauthors", person="Quill, A")
    assert answer.status == 303
    assert urllib.parse.unquote(answer.headers["location"]) == f"/queries/coauthors?person={shelf.base}{QUILL}"
    page = lxml_html.fromstring(ask(shelf, "GET", answer.headers["location"], Accept="text/html").body)
    assert page.xpath("string(//small/b)") == "Quill, A"
    assert page.xpath("//tbody/tr")


def test_things_of_one_name_are_offered(shelf: Site) -> None:
    answer = opened(shelf, "coauthors", person="Pike, C")
    offers = lxml_html.fromstring(answer.body).xpath("//section[@aria-labelledby='which']//a")
    assert (answer.status, [offer.text_content() for offer in offers]) == (200, ["Pike, C", "Pike, C"])
    assert all(ask(shelf, "GET", offer.get("href"), Accept="text/html").status == 200 for offer in offers)


def test_the_beginning_of_a_name_is_enough(shelf: Site) -> None:
    page = lxml_html.fromstring(opened(shelf, "record-overview", item="How coastal").body)
    assert any("How coastal lights" in text for text in page.xpath("//section[@aria-labelledby='which']//a/bdi/text()"))


@pytest.mark.parametrize("text", ["zzqx", "<zzqx>", "%", "'; DROP", "*" * 150])
def test_a_name_that_nothing_has_is_shown_with_what_to_do(shelf: Site, text: str) -> None:
    answer = opened(shelf, "coauthors", person=text)
    page = lxml_html.fromstring(answer.body)
    assert answer.status == 400
    assert "Write another form of the name" in page.xpath("string(//*[@role='alert'])")
    assert page.xpath("string(//input[@name='person']/@value)") == text


def test_a_program_must_send_the_address(shelf: Site) -> None:
    assert opened(shelf, "coauthors", accept="application/json", person="Quill, A").status == 400
