"""ResourceSync: a mirror has what the site has, at first and after each change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree

from converter.record import Field, Record
from converter.store.archive import Archive
from converter.store.reader import ArchiveReader
from server.feeds.resourcesync import resourcesync_blueprint
from server.settings import Settings
from tests import clients
from tests.conftest import Site, free_port
from tests.feeds.collection import BASE, EMAIL, Nothing, Work, dim, load
from tests.test_sparql import ask
from tests.waiting import next_second, until

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
SYNC = "{http://www.openarchives.org/rs/terms/}"
LISTS = (
    "/.well-known/resourcesync",
    *(f"/resourcesync/{name}.xml" for name in ("capabilitylist", "resourcelist", "changelist")),
)


@contextmanager
def serving(folder: Path) -> Iterator[Site]:
    """A site whose addresses lead to it, with forty records and two that are gone."""
    port = free_port()
    works = [*map(Work, range(40)), Work(1000, deleted=True), Work(1001, deleted=True)]
    load(folder / "data", dim(works, folder / "works.xml"), f"http://127.0.0.1:{port}/")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.conftest.free_port", lambda: port)
        site = Site("--data", folder / "data")
    try:
        yield site
    finally:
        site.stop()


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serving(tmp_path_factory.mktemp("sync")) as site:
        yield site


def document(site: Site, path: str) -> etree._Element:
    answer = ask(site, "GET", path)
    assert (answer.status, answer.headers["content-type"]) == (200, "application/xml; charset=utf-8")
    assert not EMAIL.findall(answer.body)
    return etree.fromstring(answer.body)


def stated(element: etree._Element) -> dict[str, str]:
    """What a document or an entry says of itself."""
    [found] = element.iterfind(f"{SYNC}md")
    return {str(name): str(value) for name, value in found.attrib.items()}


def links(element: etree._Element) -> dict[str, str]:
    return {str(found.get("rel")): str(found.get("href")) for found in element.iterfind(f"{SYNC}ln")}


def locations(element: etree._Element) -> list[str]:
    return [str(found.text) for found in element.iterfind(f"*/{SITEMAP}loc")]


def test_each_list_leads_to_the_next(local: Site) -> None:
    description, capabilities, resources, changes = (document(local, path) for path in LISTS)
    at = f"{local.base}resourcesync/"
    assert [stated(one)["capability"] for one in (description, capabilities, resources, changes)] == [
        "description",
        "capabilitylist",
        "resourcelist",
        "changelist",
    ]
    assert locations(description) == [f"{at}capabilitylist.xml"]
    assert locations(capabilities) == [f"{at}resourcelist.xml", f"{at}changelist.xml"]
    assert [stated(entry)["capability"] for entry in capabilities.iterfind(f"{SITEMAP}url")] == [
        "resourcelist",
        "changelist",
    ]
    assert links(capabilities) == {"up": f"{local.base}.well-known/resourcesync"}
    assert links(resources) == links(changes) == {"up": f"{at}capabilitylist.xml"}


def test_a_resource_is_a_document_that_can_be_had_and_what_it_describes(local: Site) -> None:
    resources = document(local, LISTS[2])
    assert len(locations(resources)) == 40
    [entry] = [entry for entry in resources if entry.findtext(f"{SITEMAP}loc", "").endswith("/7.nt")]
    answer = ask(local, "GET", entry.findtext(f"{SITEMAP}loc", "").removeprefix(local.base.rstrip("/")))
    assert stated(entry) == {"type": "application/n-triples"}
    assert (answer.status, answer.headers["content-type"]) == (200, stated(entry)["type"])
    assert f"<{links(entry)['describes']}> ".encode() in answer.body
    assert entry.findtext(f"{SITEMAP}lastmod", "") <= stated(resources)["at"]


def test_a_list_that_the_client_has_is_not_sent_again(local: Site) -> None:
    for path in LISTS:
        first = ask(local, "GET", path)
        assert ask(local, "GET", path, If_None_Match=first.headers["etag"]).status == 304


def test_the_reference_client_keeps_a_mirror(tmp_path: Path) -> None:
    with serving(tmp_path) as site:
        # The client takes what came and went since the moment of its mirror for nothing at all.
        next_second()
        load(tmp_path / "data", dim([Work(40)], tmp_path / "one.xml"), site.base)
        until_shown(site, 43)
        resync(site, tmp_path, "--baseline")
        assert mirrored(tmp_path) == served(site, range(41))
        next_second()
        changed = [Work(3, "Another title"), Work(7, deleted=True), Work(50)]
        load(tmp_path / "data", dim(changed, tmp_path / "more.xml"), site.base)
        until_shown(site, 46)
        resync(
            site, tmp_path, "--incremental", "--delete", "--changelist-uri", f"{site.base}resourcesync/changelist.xml"
        )
        mirror = mirrored(tmp_path)
        assert mirror == served(site, [*(set(range(41)) - {7}), 50])
        assert b"Another title" in mirror["3.nt"]


def resync(site: Site, folder: Path, *arguments: str) -> None:
    clients.run("resync-sync", *arguments, f"{site.base.rstrip('/')}={folder / 'mirror'}", folder=folder)


def mirrored(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "mirror").rglob("*") if path.is_file()}


def served(site: Site, numbers: Iterable[int]) -> dict[str, bytes]:
    return {f"{number}.nt": ask(site, "GET", f"/record/20.500.12345/{number}.nt").body for number in numbers}


def until_shown(site: Site, changes: int) -> None:
    """Wait until the site has taken up the newest generation."""
    until(lambda: len(locations(document(site, LISTS[3]))) >= changes)


def item(number: int, title: str = "A", *, deleted: bool = False) -> Record:
    fields = () if deleted else (Field("dc.title", title),)
    return Record(f"oai:x.example.org:12345/{number}", f"12345/{number}", deleted=deleted, fields=fields)


def archived(path: Path, records: list[Record]) -> Archive:
    archive = Archive(path / "archive.sqlite")
    archive.begin()
    for record in records:
        archive.put(record.handle or "", record)
    archive.commit()
    return archive


def client(folder: Path, upto: int) -> FlaskClient:
    """The lists in parts of ten changes, as far as a generation shows them."""
    app = Flask(__name__)
    reader = ArchiveReader(folder / "archive.sqlite", upto)
    app.register_blueprint(resourcesync_blueprint(Nothing(), Settings(BASE, folder=folder), reader, size=10))
    return app.test_client()


def parts(asked: FlaskClient, name: str) -> list[etree._Element]:
    """The parts that the index names."""
    index = etree.fromstring(asked.get(f"/resourcesync/{name}.xml").data)
    assert index.tag == f"{SITEMAP}sitemapindex"
    found = [etree.fromstring(asked.get(f"/{place.removeprefix(BASE)}").data) for place in locations(index)]
    assert {links(part)["index"] for part in found} == {f"{BASE}resourcesync/{name}.xml"}
    return found


def test_parts_together_hold_every_record_once(tmp_path: Path) -> None:
    # The records of the second part have all changed again.
    first, again = [item(number) for number in range(35)], [item(number, "B") for number in range(10, 20)]
    archived(tmp_path, [*first, *again, item(34, deleted=True)]).close()
    found = parts(client(tmp_path, 46), "resourcelist")
    assert [len(locations(part)) for part in found] == [10, 10, 9, 5]
    assert sorted(place for part in found for place in locations(part)) == sorted(
        f"{BASE}record/12345/{number}.nt" for number in range(34)
    )


def test_parts_together_tell_every_change_and_only_the_last_is_open(tmp_path: Path) -> None:
    archived(tmp_path, [*map(item, range(20)), item(3, "B"), item(4, deleted=True)]).close()
    found = parts(client(tmp_path, 22), "changelist")
    assert [stated(part).get("until") is None for part in found] == [False, False, True]
    changes = [stated(entry)["change"] for part in found for entry in part.iterfind(f"{SITEMAP}url")]
    assert changes == ["created"] * 20 + ["updated", "deleted"]
    assert locations(found[2]) == [f"{BASE}record/12345/{number}.nt" for number in (3, 4)]


def test_a_part_that_there_is_not_is_not_found(tmp_path: Path) -> None:
    archived(tmp_path, [item(1)]).close()
    asked = client(tmp_path, 1)
    assert [asked.get(f"/resourcesync/{name}-2.xml").status_code for name in ("resourcelist", "changelist")] == [
        404,
        404,
    ]


def test_while_a_load_is_under_way_nothing_seems_to_be_gone_and_nothing_new_is_promised(tmp_path: Path) -> None:
    archived(tmp_path, [item(1), item(2), item(1, "B"), item(3)]).close()
    asked = client(tmp_path, 2)
    resources, changes = (
        etree.fromstring(asked.get(f"/resourcesync/{name}.xml").data) for name in ("resourcelist", "changelist")
    )
    assert sorted(locations(resources)) == sorted(locations(changes)) == [f"{BASE}record/12345/{n}.nt" for n in (1, 2)]


def test_an_archive_without_a_record_has_empty_lists(tmp_path: Path) -> None:
    archived(tmp_path, []).close()
    for path in LISTS[2:]:
        assert locations(etree.fromstring(client(tmp_path, 0).get(path).data)) == []
