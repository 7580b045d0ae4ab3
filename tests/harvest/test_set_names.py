"""What a repository calls its sets: kept with its records, and shown where people look for them."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import lxml.html
import pyoxigraph
import pytest
from flask.testing import FlaskClient

from converter import set_names
from converter.mapping.engine import Mapper
from converter.store.data_folder import DataFolder, Identity
from converter.store.reader import ArchiveReader
from converter.store.writer import WriterKeeper
from server.app import create_app
from server.feeds.json_lines import StoreEndpoint
from server.settings import Settings
from tests.harvest.keeping import Memory, Run
from tests.misbehaving import Fault, Repository, collection

BASE = "https://x.example.org/"
MAPPER = Mapper(BASE)
SETS = {"col_20.500.12345_7": "Theses & maps", "birds": "Birds", "birds:terns": "Terns", "ddc:590": "Animals"}
NAMES = {("test", spec): name for spec, name in SETS.items()}


@pytest.fixture(autouse=True)
def quiet_server() -> Iterator[None]:
    logger = logging.getLogger("werkzeug")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    yield
    logger.setLevel(before)


def repository(sets: dict[str, str] | None = None, **how: object) -> Repository:
    """Ten works; one is in a collection, three are in sets below others."""
    of = {1: ("col_20.500.12345_7",), 2: ("birds:terns",), 3: ("birds:terns", "ddc:590"), 4: ("birds",)}
    records = [served._replace(sets=of.get(served.number, ())) for served in collection(10)]
    return Repository(records, sets=SETS if sets is None else sets, page_size=3, **how)  # type: ignore[arg-type] # the options of one test


def kept(run: Run) -> dict[tuple[str, str], str]:
    """The names that the run keeps."""
    return set_names.stated([(f"harvest {name}", text) for name, text in run.keeper.states.items()])


def test_the_names_of_all_pages_are_kept() -> None:
    run = Run(repository()).go()
    assert kept(run) == NAMES
    assert [asked.get("resumptionToken") for asked in run.verbs("ListSets")] == [None, "3"]


def test_a_repository_without_sets_is_asked_once_and_keeps_no_names() -> None:
    run = Run(repository({})).go()
    assert (kept(run), len(run.verbs("ListSets")), run.keeper.titles) == ({}, 1, run.served)


@pytest.mark.parametrize("fault", [Fault.ERROR_500, Fault.HTML, Fault.BROKEN_XML, Fault.EXPIRED_TOKEN])
def test_a_list_of_sets_that_breaks_costs_neither_a_record_nor_the_names_that_are_kept(fault: Fault) -> None:
    run = Run(repository()).go()
    run.repository.chosen = lambda asked: asked.args.get("verb") == "ListSets"
    run.repository.always = fault
    run.go(full=True)
    assert (kept(run), run.keeper.titles, run.summary.complete) == (NAMES, run.served, True)


def test_tokens_that_lead_round_end() -> None:
    looping = repository(always=Fault.LOOPING_TOKEN, chosen=lambda asked: asked.args.get("verb") == "ListSets")
    assert len(Run(looping).go().verbs("ListSets")) == 2


def test_names_are_kept_with_the_first_records_and_no_empty_folder_is_left_by_them() -> None:
    run = Run(repository(), keeper=Memory(fails_after=0))
    with pytest.raises(KeyboardInterrupt):
        run.go()
    assert run.keeper.states == {}


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    """Where a harvest went."""
    return DataFolder(tmp_path / "data")


def harvested(folder: DataFolder, source: Repository) -> FlaskClient:
    """The site over a folder, into which a repository has just been harvested."""
    with folder.writing(Identity(BASE, MAPPER.digest), MAPPER.triples) as writer:
        keeper = WriterKeeper(writer)
        Run(source, keeper=keeper).go(full=True)  # type: ignore[arg-type] # it keeps as the other does
        keeper.publish()
    store = pyoxigraph.Store.read_only(str(folder.current().path))
    archive = ArchiveReader(folder.path / "archive.sqlite")
    return create_app(Settings(BASE, folder=folder.path), StoreEndpoint(store, BASE, "1"), archive).test_client()


def tree(client: FlaskClient, path: str) -> list[tuple[int, str]]:
    """The lines of a tree, each with how deep it stands."""
    root = lxml.html.fromstring(client.get(path).get_data(as_text=True))
    lines = root.xpath("//ul[@class='tree']//*[self::summary or self::a]")
    return [
        (int(line.xpath("count(ancestor::ul)")), " ".join(line.xpath("string((self::summary|..)[last()])").split()))
        for line in lines
    ]


def test_collections_have_the_names_of_their_repository_and_sets_stand_below_each_other(folder: DataFolder) -> None:
    client = harvested(folder, repository())
    assert tree(client, "/browse/collections") == [(1, "Theses & maps 1 work")]
    assert tree(client, "/browse/sets") == [
        (1, "Birds 3 works"),
        (2, "All of them"),
        (2, "Terns 2 works"),
        (1, "ddc 1 work"),
        (2, "All of them"),
        (2, "Animals 1 work"),
    ]
    assert "Theses &amp; maps" in client.get("/record/12345/1.html").get_data(as_text=True)
    assert "<h1><bdi>Theses &amp; maps</bdi>" in client.get("/collection/20-500-12345/20-500-12345-7.html").get_data(
        as_text=True
    )
    listed = client.get("/oai?verb=ListSets").get_data(as_text=True)
    assert "<setSpec>birds:terns</setSpec><setName>Terns</setName>" in listed


def test_who_is_in_a_set_is_found_in_the_set_above_it(folder: DataFolder) -> None:
    client = harvested(folder, repository())
    found = client.get("/search.json?set=set/test/birds").get_json()
    assert found["total"] == 3


def test_another_name_is_shown_with_a_generation_of_its_own_and_none_gives_back_the_old_one(folder: DataFolder) -> None:
    harvested(folder, repository())
    before = folder.current().number
    client = harvested(folder, repository({**SETS, "birds": "All birds", "col_20.500.12345_7": ""}))
    assert folder.current().number > before
    assert tree(client, "/browse/sets")[0] == (1, "All birds 3 works")
    # Nothing has a name of nothing: the handle says which collection it is.
    assert tree(client, "/browse/collections") == [(1, "20.500.12345/7 1 work")]
    again = folder.current().number
    harvested(folder, repository({**SETS, "birds": "All birds", "col_20.500.12345_7": ""}))
    assert folder.current().number == again


def test_a_store_that_is_made_anew_has_the_names_too(folder: DataFolder) -> None:
    harvested(folder, repository())
    with folder.writing(Identity(BASE, "another crosswalk"), MAPPER.triples) as writer:
        writer.published()
    catalogue = ArchiveReader(folder.path / "archive.sqlite").catalogue
    assert catalogue
    assert [one.label for one in catalogue.below("set/")] == ["Birds", "Terns", "ddc", "Animals"]


def test_the_names_of_a_forgotten_source_are_forgotten_too(folder: DataFolder) -> None:
    harvested(folder, repository())
    with folder.writing(Identity(BASE, MAPPER.digest), MAPPER.triples) as writer:
        assert writer.archive.notes("harvest test names")
        writer.forget("test")
        assert not writer.archive.notes("harvest test names")
    assert not [path for path in folder.path.glob("archive.sqlite*") if b"Theses & maps" in path.read_bytes()]
