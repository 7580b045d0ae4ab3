"""A site whose base has a path: every link of its pages leads somewhere, whatever the proxy before it does to paths."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest

from tests.conftest import EXAMPLES, Site
from tests.test_sparql import ask

ORIGIN = "https://data.example.org"
ROOT = "/lod/"
HANDLE = "20.500.12345/678"
PAGES = [
    "", "records", "search?q=lighthouse", f"record/{HANDLE}.html", f"record/{HANDLE}.forms.html",
    f"source/{HANDLE}.html", "journal/5555-1238.html", "queries", "queries/record-overview",
    "queries/changed-since?since=2020", "sparql", "sparql?query=ASK+%7B%7D", "dumps/", "shelf.html", "nothing/here",
]  # fmt: skip


@pytest.fixture(scope="module")
def below() -> Iterator[Site]:
    running = Site(EXAMPLES, "--base", f"{ORIGIN}{ROOT}")
    yield running
    running.stop()


def links(page: str) -> set[str]:
    """The paths of this site that a page leads to, or loads."""
    found = {unescape(one) for one in re.findall(r'(?:href|src|action)="([^"#]+)', page)}
    ours = {one.removeprefix(ORIGIN) for one in found if one.startswith((f"{ORIGIN}/", "/"))}
    assert ours, "a page has links"
    return ours


@pytest.mark.parametrize("path", PAGES)
def test_every_link_of_a_page_stays_below_the_path_and_leads_somewhere(below: Site, path: str) -> None:
    page = ask(below, "GET", f"{ROOT}{path}", Accept="text/html")
    assert page.headers["content-type"].startswith("text/html")
    for link in links(page.body.decode()):
        assert link.startswith(ROOT), link
        answer = ask(below, "GET", link, Accept="text/html, */*;q=0.1")
        assert answer.status in {200, 303}, link


@pytest.mark.parametrize(
    "path", [*PAGES, f"record/{HANDLE}.ttl", f"item/{HANDLE.replace('/', '%2F')}", "static/style.css"]
)
def test_a_proxy_may_take_the_path_away_or_pass_it_on(below: Site, path: str) -> None:
    whole, taken = (ask(below, "GET", f"{prefix}{path}", Accept="text/html, */*;q=0.1") for prefix in (ROOT, "/"))
    assert (whole.status, whole.body) == (taken.status, taken.body)
    assert whole.headers.get("location") == taken.headers.get("location")


def test_the_path_without_its_slash_leads_to_the_front_page(below: Site) -> None:
    answer = ask(below, "GET", ROOT.rstrip("/"))
    assert (answer.status, answer.headers["location"]) == (301, f"{ORIGIN}{ROOT}")


def test_what_only_begins_like_the_path_is_another_path(below: Site) -> None:
    assert ask(below, "GET", "/lodge/").status == 404
