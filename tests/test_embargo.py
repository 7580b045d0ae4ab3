"""What is not public is not published: private records, and files until their day has come, without a new harvest."""

from __future__ import annotations

import json
import sqlite3
import urllib.error
import urllib.request
from pathlib import Path

import pyoxigraph
import pytest

from converter.embargo import NEVER, on_day
from converter.mapping.engine import Mapper
from converter.record import Field, File, Record
from converter.report import Report
from converter.sources.detection import read
from converter.store.data_folder import DataFolder, Identity
from tests.commands import shelfgraph
from tests.conftest import Site
from tests.waiting import until

FILE = File("paper.pdf", url="https://r.example.org/bitstream/1/paper.pdf", checksum="0123456789abcdef", size=12)
SECRETS = ("paper.pdf", "0123456789abcdef")
DAY = "2026-06-15"
MAPPER = Mapper("https://x.example.org/")
IDENTITY = Identity(MAPPER.base, MAPPER.digest)


def record(*fields: tuple[str, str], files: tuple[File, ...] = (FILE,)) -> Record:
    given = (("dc.title", "A text"), *fields)
    return Record("r", "12345/1", fields=tuple(Field(name, value) for name, value in given), files=files)


CLOSED = {
    "embargoed, with its end": [
        ("dc.rights", "info:eu-repo/semantics/embargoedAccess"),
        ("dc.date.embargoEnd", "2099-01-01"),
    ],
    "the last day": [("dc.date.embargo", DAY)],
    "a year alone": [("dc.rights.embargodate", "2026")],
    "the end in dc.date": [("dc.date", "info:eu-repo/date/embargoEnd/2026-12-01")],
    "the end in words": [("dc.description.embargo", "Closed until November 30, 2027.")],
    "for ever": [("dc.embargo.terms", "10000-01-01")],
    "an end that cannot be read": [("local.embargo.terms", "six months after publication")],
    "embargoed, no end": [("dc.rights", "embargoedAccess")],
    "restricted": [("dc.rights.accessRights", "http://purl.org/coar/access_right/c_16ec")],
    "closed": [("dc.rights", "closedAccess")],
    "metadata only": [("dcterms.accessRights", "metadata only access")],
    "DataCite": [("datacite.rights", "embargoed access"), ("datacite.available", "2026-06-16")],
}
OPEN = {
    "nothing said": [],
    "open": [("dc.rights", "info:eu-repo/semantics/openAccess")],
    "an end that has passed": [("dc.rights", "embargoedAccess"), ("dc.date.embargoEnd", "2026-06-14")],
    "no embargo": [("dc.date.embargo", "none")],
    "when it was put there": [("dc.date.available", "2030-01-01")],
    "DataCite": [("datacite.rights", "embargoed access"), ("datacite.available", DAY)],
}


@pytest.mark.parametrize("fields", CLOSED.values(), ids=CLOSED)
def test_a_closed_file_has_no_name_address_or_checksum(fields: list[tuple[str, str]]) -> None:
    one = record(*fields, ("dc.identifier.uri", FILE.url or ""), ("dc.description", f"MD5 {FILE.checksum}"))
    lines = "\n".join(MAPPER.triples(one, DAY))
    assert "A text" in lines
    assert [secret for secret in SECRETS if secret in lines] == []
    assert [one.reason for one in MAPPER.map(one, DAY).findings if "withheld" in one.reason]


@pytest.mark.parametrize("fields", OPEN.values(), ids=OPEN)
def test_an_open_file_is_shown(fields: list[tuple[str, str]]) -> None:
    lines = "\n".join(MAPPER.triples(record(*fields), DAY))
    assert [secret for secret in SECRETS if secret not in lines] == []


@pytest.mark.parametrize(
    ("file", "fields", "shown"),
    [
        ({"access": "restricted"}, [], False),
        ({"access": "embargo", "available": "2026-06-16"}, [], False),
        ({"access": "embargo", "available": DAY}, [], True),
        ({"access": "open.access"}, [("dc.rights", "embargoedAccess")], True),
        ({"access": "-r 'Administrators'"}, [], False),
        ({"access": "-r 'Anonymous'"}, [("dc.rights", "restrictedAccess")], True),
        ({"description": "Restricted Access"}, [], False),
        ({"access": "embargo"}, [("dc.date.embargoEnd", "2026-06-14")], True),
    ],
)
def test_what_is_said_of_a_file_goes_before_what_is_said_of_the_record(
    file: dict[str, str], fields: list[tuple[str, str]], shown: bool
) -> None:
    one = record(*fields, files=(File("paper.pdf", **file),))
    assert bool(on_day(one, DAY).record.files) is shown


EVERYBODY, NAMELESS = {"action": "READ", "groupId": 0}, {"action": "READ", "groupId": "8f3a4c8e"}


@pytest.mark.parametrize(
    ("policies", "shown"),
    [
        (None, True),
        ([EVERYBODY], True),
        ([NAMELESS], True),
        ([NAMELESS | {"startDate": 0}], True),
        ([EVERYBODY | {"startDate": "2099-01-01"}, EVERYBODY], True),
        ([], False),
        ([EVERYBODY | {"action": "WRITE"}], False),
        ([EVERYBODY | {"groupId": 5}], False),
        ([EVERYBODY | {"groupId": None}], False),
        ([EVERYBODY | {"startDate": "2099-01-01"}], False),
        ([NAMELESS | {"startDate": 4_070_908_800_000}], False),
        ([EVERYBODY | {"startDate": "when it is printed"}], False),
    ],
)
def test_policies_say_who_may_read_a_file(policies: object, shown: bool, tmp_path: Path) -> None:
    stated = {"handle": "1/2", "type": "item", "metadata": [{"key": "dc.title", "value": "T"}]}
    path = tmp_path / "item.json"
    path.write_text(json.dumps(stated | {"bitstreams": [{"name": "paper.pdf", "policies": policies}]}))
    (one,) = read(str(path))
    assert len(one.files) == 1
    assert bool(on_day(one, DAY).record.files) is shown


def test_the_address_of_a_file_is_withheld_where_a_field_alone_says_it() -> None:
    kept = ("dc.identifier", "https://r.example.org/handle/1/2"), ("dc.identifier", "https://doi.org/10.5555/x")
    gone = (
        ("dc.identifier", "https://r.example.org/bitstream/1/2/a.pdf"),
        ("dc.relation", "https://r.example.org/a.PDF"),
    )
    seen = on_day(record(*kept, *gone, ("dc.rights", "restrictedAccess"), files=()), DAY)
    assert [field.value for field in seen.record.fields if field.value.startswith("https:")] == [one for _, one in kept]
    assert seen.until is None


def test_the_first_day_on_which_more_is_shown_is_known() -> None:
    files = File("a"), File("b", available="2027-01-01"), File("c", access="restricted")
    one = record(("dc.date.embargoEnd", "2026-12-31"), files=files)
    assert [
        (len(on_day(one, day).record.files), on_day(one, day).until) for day in (DAY, "2026-12-31", "2027-01-01")
    ] == [
        (0, "2027-01-01"),
        (0, "2027-01-01"),
        (2, None),
    ]
    assert on_day(record(("dc.rights", "closedAccess")), NEVER).record.files == ()


def stored(folder: DataFolder) -> str:
    return "\n".join(str(quad) for quad in pyoxigraph.Store.read_only(str(folder.current().path)))


def embargoed(path: Path) -> DataFolder:
    """A folder that was written on a day before the end of an embargo that has passed now."""
    folder = DataFolder(path, day_of=lambda: "2020-01-01")
    with folder.writing(IDENTITY, MAPPER.triples) as writer:
        writer.load([record(("dc.date.embargoEnd", "2020-12-31"))])
    assert "paper.pdf" not in stored(folder)
    return folder


def test_the_next_command_that_writes_publishes_what_has_come_free(tmp_path: Path) -> None:
    folder = embargoed(tmp_path / "d")
    done = shelfgraph("release", "--data", folder.path)
    assert done.returncode == 0, done.stderr
    assert "paper.pdf" in stored(folder)
    assert shelfgraph("log", "--data", folder.path).stdout.count(b"updated") == 1
    before = folder.current().number
    assert shelfgraph("release", "--data", folder.path).returncode == 0
    assert folder.current().number == before


def fetched(address: str) -> str:
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError as fault:
        return str(fault.code)


def test_a_running_site_shows_it_without_a_harvest_and_the_page_of_the_source_agrees(tmp_path: Path) -> None:
    folder = embargoed(tmp_path / "d")
    site = Site("--data", folder.path, "--workers", "1", "--log", "none")
    try:
        until(lambda: "paper.pdf" in fetched(f"{site.base}record/12345/1.nt"))
        assert "paper.pdf" in fetched(f"{site.base}source/12345/1.json")
        assert "0123456789abcdef" in fetched(f"{site.base}record/12345/1.nt")
    finally:
        site.stop()


def test_no_answer_of_a_site_has_what_is_withheld(tmp_path: Path) -> None:
    source = tmp_path / "r.jsonl"
    fields = {"dc.title": "A text", "dc.rights": "embargoedAccess", "dc.date.embargoEnd": "2099-01-01"}
    fields |= {"handle": "12345/1", "dc.identifier.uri": FILE.url or ""}
    source.write_text(json.dumps(fields) + "\n" + json.dumps({"dc.title": "B", "handle": "12345/2"}) + "\n")
    site = Site(source, "--workers", "1", "--log", "none")
    try:
        for path in ("record/12345/1.nt", "record/12345/1.html", "record/12345/1.jsonld", "source/12345/1.json"):
            assert "A text" in (text := fetched(site.base + path)), path
            assert "paper.pdf" not in text, path
        for path in ("oai?verb=ListRecords&metadataPrefix=oai_dc", "feed.atom", "search?q=paper", "sitemap.xml"):
            assert "paper.pdf" not in fetched(site.base + path), path
    finally:
        site.stop()


ITEM = {
    "uuid": "1",
    "handle": "12345/1",
    "type": "item",
    "metadata": {"dc.title": [{"value": "Hidden"}]},
    "inArchive": True,
    "discoverable": True,
    "withdrawn": False,
}
HIDDEN = {
    "not discoverable": {"discoverable": False},
    "as text": {"discoverable": "false"},
    "in progress": {"inArchive": False, "discoverable": True},
    "private collection": {"_embedded": {"owningCollection": {"name": "C", "discoverable": False}}},
}


def read_of(tmp_path: Path, value: object) -> list[Record]:
    path = tmp_path / "one.json"
    path.write_text(json.dumps(value))
    return list(read(str(path), report=Report()))


@pytest.mark.parametrize("stated", HIDDEN.values(), ids=HIDDEN)
def test_an_item_that_its_repository_does_not_show_says_nothing(tmp_path: Path, stated: dict[str, object]) -> None:
    found = read_of(tmp_path, ITEM | stated)
    assert [(one.erased, one.fields, one.files) for one in found] == [(True, (), ())]
    assert MAPPER.triples(found[0]) == []


def test_a_withdrawn_item_is_a_tombstone_and_an_item_of_version_six_is_read_likewise(tmp_path: Path) -> None:
    [gone] = read_of(tmp_path, ITEM | {"withdrawn": True, "inArchive": False})
    assert (gone.deleted, gone.erased) == (True, False)
    assert "Hidden" not in "\n".join(MAPPER.triples(gone))
    six = {"id": 1, "handle": "12345/1", "metadata": [{"key": "dc.title", "value": "Hidden"}], "archived": "false"}
    assert [one.erased for one in read_of(tmp_path, six)] == [True]


@pytest.mark.parametrize("kind", ["workspaceitem", "workflowitem", "claimedtask"])
def test_what_is_in_a_workspace_or_workflow_is_no_record(tmp_path: Path, kind: str) -> None:
    inner = ITEM | {"inArchive": False}
    path = tmp_path / "one.json"
    path.write_text(
        json.dumps({"type": kind, "sections": {"t": {"dc.title": ["Hidden"]}}, "_embedded": {"item": inner}})
    )
    done = shelfgraph("convert", path, "--to", "nt")
    assert b"Hidden" not in done.stdout
    assert b"Traceback" not in done.stderr


def test_an_item_that_becomes_private_leaves_nothing_but_that_it_was_here(tmp_path: Path) -> None:
    path, data = tmp_path / "one.json", tmp_path / "d"
    path.write_text(json.dumps(ITEM))
    assert shelfgraph("load", path, "--data", data).returncode == 0
    path.write_text(json.dumps(ITEM | {"discoverable": False}))
    assert shelfgraph("load", path, "--data", data).returncode == 0
    assert "Hidden" not in stored(DataFolder(data))
    (payload,) = sqlite3.connect(data / "archive.sqlite").execute("SELECT payload FROM held").fetchone()
    assert payload is None
    path.write_text(json.dumps(ITEM))
    assert shelfgraph("load", path, "--data", data).returncode == 0
    assert "Hidden" in stored(DataFolder(data))
