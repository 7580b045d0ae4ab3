"""robots.txt and the sitemap: every live record once, none that is gone."""

from __future__ import annotations

import urllib.robotparser
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from flask import Flask
from lxml import etree

from converter.store.reader import ArchiveReader
from server.feeds import sitemap
from server.settings import Settings
from server.sparql import Endpoint
from tests.conftest import Site
from tests.feeds.shelf import BASE, LEAK, get, load, record
from tests.test_sparql import Answer

SPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def entries(body: bytes, kind: str) -> dict[str, str]:
    """Address → moment of a sitemap or an index, which is as the protocol wants it."""
    root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
    assert root.tag == SPACE + {"url": "urlset", "sitemap": "sitemapindex"}[kind]
    assert len(root) > 0
    found = {}
    for entry in root:
        assert [child.tag for child in entry] == [f"{SPACE}loc", f"{SPACE}lastmod"]
        found[str(entry[0].text)] = str(entry[1].text)
    assert len(found) == len(root)
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty-five records, of which the first ten are withdrawn and the twelfth has changed."""
    path = tmp_path_factory.mktemp("sitemap") / "data"
    load(path, *(record(number) for number in range(1, 26)))
    load(path, *(record(number, deleted=True) for number in range(1, 11)), record(12, "Another light"))
    return path


@pytest.fixture(scope="module")
def shelf(folder: Path) -> Iterator[Site]:
    """The site over the folder."""
    running = Site("--data", folder)
    yield running
    running.stop()


def test_the_sitemap_leads_to_every_live_record_and_to_none_that_is_gone(shelf: Site) -> None:
    index = entries(get(shelf, "sitemap.xml").body, "sitemap")
    pages = [page for part in index for page in entries(get(shelf, part).body, "url")]
    assert sorted(pages) == sorted(
        [BASE, f"{BASE}shelf.html", *(f"{BASE}record/12345/{number}.html" for number in range(11, 26))]
    )


def test_its_pages_are_there(shelf: Site) -> None:
    pages = entries(get(shelf, "sitemap-1.xml").body, "url")
    answer = get(shelf, next(iter(pages)))
    assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")


@pytest.mark.parametrize("part", ["2", "999999999999999999999999", "x", "-1"])
def test_a_part_that_is_not_there_is_not_found(shelf: Site, part: str) -> None:
    assert get(shelf, f"sitemap-{part}.xml").status == 404


def test_what_the_client_has_is_not_sent_again(shelf: Site) -> None:
    for path in ("robots.txt", "sitemap.xml", "sitemap-1.xml"):
        first = get(shelf, path)
        assert get(shelf, path, If_None_Match=first.headers["etag"]).status == 304, path


def test_robots_may_fetch_pages_and_no_answers_to_questions(shelf: Site) -> None:
    answer = get(shelf, "robots.txt")
    assert (answer.status, answer.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    rules = urllib.robotparser.RobotFileParser()
    rules.parse(answer.body.decode().splitlines())
    assert rules.site_maps() == [f"{BASE}sitemap.xml"]
    allowed = {path: rules.can_fetch("tern", BASE + path) for path in ("", "record/12345/11.html", "feed.atom", "ldes")}
    refused = {
        path: rules.can_fetch("tern", BASE + path) for path in ("sparql?query=ASK%7B%7D", "reconcile?queries=%7B%7D")
    }
    assert (set(allowed.values()), set(refused.values())) == ({True}, {False})


def test_nothing_private_is_in_it(shelf: Site) -> None:
    assert not any(LEAK.search(get(shelf, path).body.decode()) for path in ("sitemap.xml", "sitemap-1.xml"))


def in_parts(folder: Path, path: str) -> Answer:
    """What the sitemap of a folder answers, without a server."""
    app = Flask(__name__)
    endpoint = cast("Endpoint", SimpleNamespace(version="1"))
    archive = ArchiveReader(folder / "archive.sqlite")
    app.register_blueprint(sitemap.sitemap_blueprint(endpoint, Settings(base=BASE), archive))
    response = app.test_client().get(path)
    return Answer(response.status_code, dict(response.headers), response.data)


def test_parts_are_stretches_of_the_journal(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemap, "CHANGES", 10)
    monkeypatch.setattr(sitemap, "AT_ONCE", 3)
    index = entries(in_parts(folder, "/sitemap.xml").body, "sitemap")
    # Of the first ten changes nothing lives, so that there is no first part; the last change stands in the fourth.
    assert list(index) == [f"{BASE}sitemap-{number}.xml" for number in (0, 2, 3, 4)]
    assert in_parts(folder, "/sitemap-1.xml").status == 404
    parts = [list(entries(in_parts(folder, f"/sitemap-{number}.xml").body, "url")) for number in (2, 3, 4)]
    numbers = [[int(page.rpartition("/")[2].removesuffix(".html")) for page in part] for part in parts]
    assert numbers == [[11, *range(13, 21)], [21, 22, 23, 24, 25], [12]]


def test_an_empty_folder_has_a_sitemap_of_its_own_pages(tmp_path: Path) -> None:
    load(tmp_path / "data")
    (part,) = etree.fromstring(in_parts(tmp_path / "data", "/sitemap.xml").body)
    assert part[0].text == f"{BASE}sitemap-0.xml"
    front, dataset = etree.fromstring(in_parts(tmp_path / "data", "/sitemap-0.xml").body)
    assert [(page[0].text, len(page)) for page in (front, dataset)] == [(BASE, 1), (f"{BASE}shelf.html", 1)]
