"""The Atom feed: what changed last, page by page, and what is gone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from converter.record import Field
from converter.store.archive import Archive
from converter.store.reader import ArchiveReader
from server.feeds import atom
from tests.conftest import Site
from tests.feeds.shelf import BASE, LEAK, by, get, load, record
from tests.test_sparql import Answer, ask
from tests.waiting import until

NAMES = {"a": "http://www.w3.org/2005/Atom", "at": "http://purl.org/atompub/tombstones/1.0"}
MANY = 60


def feed(answer: Answer) -> etree._Element:
    """The document."""
    assert (answer.status, answer.headers["content-type"]) == (200, "application/atom+xml; charset=utf-8")
    return etree.fromstring(answer.body, etree.XMLParser(resolve_entities=False, no_network=True))


def found(element: etree._Element, path: str) -> list[str]:
    """What an XPath finds, as text."""
    return [str(one) for one in element.xpath(path, namespaces=NAMES)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty records; later the seventh is withdrawn and the fifth gets authors."""
    path = tmp_path_factory.mktemp("atom") / "data"
    load(path, *(record(number) for number in range(1, MANY + 1)))
    load(path, record(7, deleted=True))
    fields = (*by("Sandoval, O", "Quill, A|k1", "Marrow, T"), Field("dc.description.abstract", "Of <lights> & terns."))
    load(path, record(5, "Lights & <terns>", *fields))
    return path


@pytest.fixture(scope="module")
def shelf(folder: Path) -> Iterator[Site]:
    """The site over the folder."""
    running = Site("--data", folder)
    yield running
    running.stop()


def test_the_record_that_changed_last_comes_first_with_all_that_a_reader_needs(shelf: Site) -> None:
    page = feed(get(shelf, "feed.atom"))
    entry = page.find("a:entry", NAMES)
    assert entry is not None
    assert found(entry, "a:id/text()") == [f"{BASE}item/12345/5"]
    assert found(entry, "a:title/text()") == ["Lights & <terns>"]
    assert found(entry, "a:author/a:name/text()") == ["Sandoval, O", "Quill, A", "Marrow, T"]
    assert found(entry, "a:updated/text()") == found(page, "a:updated/text()")
    assert found(entry, "a:summary/text()") == ["Of <lights> & terns."]
    assert found(page, "a:id/text()") == [f"{BASE}feed.atom"]


def test_every_alternate_is_of_another_type_and_is_there(shelf: Site) -> None:
    entry = feed(get(shelf, "feed.atom")).find("a:entry", NAMES)
    assert entry is not None
    links = [
        (str(link.get("type")), str(link.get("href"))) for link in entry.findall("a:link[@rel='alternate']", NAMES)
    ]
    assert len({type_ for type_, _ in links}) == len(links) > 5
    for type_, address in links[:3]:
        answer = get(shelf, address)
        assert (answer.status, answer.headers["content-type"].partition(";")[0]) == (200, type_)


def test_what_is_withdrawn_is_a_deleted_entry(shelf: Site, folder: Path) -> None:
    page = feed(get(shelf, "feed.atom"))
    (gone,) = page.findall("at:deleted-entry", NAMES)
    assert gone.get("ref") == f"{BASE}item/12345/7"
    (deletion,) = [
        one for one in ArchiveReader(folder / "archive.sqlite").history("12345/7") if one.change == "deleted"
    ]
    assert gone.get("when") == deletion.moment
    assert f"{BASE}item/12345/7" not in found(page, "//a:entry/a:id/text()")


def test_the_pages_hold_every_record_once(shelf: Site) -> None:
    seen: list[str] = []
    address, sizes = "feed.atom", []
    while address:
        page = feed(get(shelf, address))
        stated = found(page, "a:entry/a:id/text() | at:deleted-entry/@ref")
        sizes.append(len(stated))
        seen += stated
        address = "".join(found(page, "a:link[@rel='next']/@href"))
    assert sizes == [atom.PAGE, MANY - atom.PAGE]
    assert sorted(seen) == sorted(f"{BASE}item/12345/{number}" for number in range(1, MANY + 1))


def test_a_page_names_itself_and_the_first(shelf: Site) -> None:
    page = feed(get(shelf, "feed/before/11.atom"))
    assert found(page, "a:link[@rel='self']/@href") == [f"{BASE}feed/before/11.atom"]
    assert found(page, "a:link[@rel='first']/@href") == [f"{BASE}feed.atom"]
    assert not found(page, "a:link[@rel='next']/@href")


def test_a_page_that_is_asked_for_as_before_has_moved(shelf: Site) -> None:
    assert get(shelf, "feed.atom?before=11").headers["location"] == f"{BASE}feed/before/11.atom"


@pytest.mark.parametrize("before", ["", "x", "-1", "1.5", "%F0%9D%9F%8F", "9" * 40])
def test_a_place_that_is_no_number_is_refused(shelf: Site, before: str) -> None:
    assert get(shelf, f"feed.atom?before={before}").status == 400


def test_a_page_that_the_client_has_is_not_sent_again(shelf: Site) -> None:
    first = get(shelf, "feed.atom")
    again = get(shelf, "feed.atom", If_None_Match=first.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    head = ask(shelf, "HEAD", "/feed.atom")
    assert (head.status, head.body, head.headers["etag"]) == (200, b"", first.headers["etag"])


def test_nothing_private_is_in_the_feed(shelf: Site) -> None:
    text = get(shelf, "feed.atom").body.decode() + get(shelf, "feed/before/30.atom").body.decode()
    assert not LEAK.search(text)
    assert "removed" in text


def test_the_newest_are_found_behind_long_gaps(tmp_path: Path) -> None:
    path = tmp_path / "archive.sqlite"
    kept = Archive(path)
    kept.begin()
    for number in (1, 2, 3, *([2] * 1_000)):
        kept.put(f"12345/{number}", record(number))
    kept.commit()
    kept.close()
    archive = ArchiveReader(path)
    assert archive.latest() == 1_003
    assert [held.address for held in atom.newest(archive, archive.latest() + 1, 3)] == ["12345/2", "12345/3", "12345/1"]
    assert [held.address for held in atom.newest(archive, 4, 3)] == ["12345/3", "12345/1"]
    assert atom.newest(archive, 1, 3) == []


def test_a_change_is_in_the_feed_of_the_running_site(shelf: Site, folder: Path) -> None:
    before = get(shelf, "feed.atom").headers["etag"]
    load(folder, record(61, "A light that came late"))
    until(lambda: b"A light that came late" in get(shelf, "feed.atom").body)
    assert get(shelf, "feed.atom", If_None_Match=before).status == 200
