"""A site without an index of its records says on each page what that page cannot show, and shows all else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from lxml import html

from tests.conftest import EXAMPLES, Site
from tests.conftest import shelfgraph as run
from tests.test_sparql import ask

NOTE = "What this page cannot show"
LACKS = {
    "/": "Search, filters, browsing, charts, pages of names without an identifier, original records and feeds.",
    "/records": "it cannot be searched, narrowed or sorted",
    "/record/20.500.12345/678.html": "The original record and its history, related works",
    "/journal/5555-1238.html": "Works over time, co-authors, subjects",
}
"""A page of each kind, and what it lacks without the archive."""


@pytest.fixture(scope="module")
def elsewhere(site: Site) -> Iterator[Site]:
    """A site over the endpoint of another."""
    running = Site("--endpoint", f"{site.base}sparql", "--base", site.base)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site of our records and of RDF of others, whose works no index would have."""
    folder = tmp_path_factory.mktemp("foreign")
    (folder / "links.nt").write_text(
        "<https://x.example.org/a> <https://x.example.org/p> <https://x.example.org/b> .\n"
    )
    for source in (EXAMPLES / "lighthouse.txt", folder / "links.nt"):
        assert run("load", source, "--data", folder / "d").returncode == 0
    running = Site("--data", folder / "d")
    yield running
    running.stop()


def main_of(site: Site, path: str) -> str:
    """What a page says between its head and its foot."""
    answer = ask(site, "GET", path, Accept="text/html")
    assert answer.status == 200
    (main,) = html.fromstring(answer.body.decode()).xpath("//main")
    return " ".join(main.text_content().split())


@pytest.mark.parametrize("path", LACKS)
def test_over_an_endpoint_each_page_says_what_it_cannot_show(site: Site, elsewhere: Site, path: str) -> None:
    stated = main_of(elsewhere, path)
    assert NOTE in stated
    assert LACKS[path] in stated
    assert "stands on a SPARQL endpoint elsewhere" in stated
    assert NOTE not in main_of(site, path)


@pytest.mark.parametrize("path", ["/search?q=terns", "/search.csv?q=terns", "/browse", "/browse/authors", "/name/a"])
def test_over_an_endpoint_what_is_not_there_names_what_is(elsewhere: Site, path: str) -> None:
    answer = ask(elsewhere, "GET", path, Accept="text/html")
    page = html.fromstring(answer.body.decode())
    assert (answer.status, page.xpath("string(//h1)")[:3]) == (404, "No ")
    stated = page.xpath("string(//main)")
    for words in ("stands on a SPARQL endpoint elsewhere", "/records", "/queries", "/sparql"):
        assert words in stated
    assert not page.xpath("//form[@role='search'] | //header//a[contains(@href, 'browse')]")


def test_every_link_of_the_front_page_leads_somewhere(elsewhere: Site) -> None:
    page = html.fromstring(ask(elsewhere, "GET", "/", Accept="text/html").body.decode())
    paths = {str(link).partition("#")[0] for link in page.xpath("//a/@href")}
    own = {f"/{path.removeprefix(elsewhere.base).lstrip('/')}" for path in paths if not path.startswith("mailto:")}
    refused = {path for path in own if "://" not in path and ask(elsewhere, "GET", path).status not in {200, 303}}
    assert refused == set()


def test_beside_rdf_of_others_the_original_records_stay(foreign: Site) -> None:
    stated = main_of(foreign, "/record/20.500.12345/678.html")
    assert "Related works, and pages of names without an identifier. This site has no index of its records." in stated
    assert "Original record" in stated
    assert ask(foreign, "GET", "/search?q=a", Accept="text/html").status == 404
