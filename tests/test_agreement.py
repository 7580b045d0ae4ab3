"""Archive and store know each other: one that is missing, empty, older or another is never built upon."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pyoxigraph
import pytest

from converter.errors import StoreError
from converter.store.agreement import stamp_of
from converter.store.archive import Archive
from converter.store.data_folder import DataFolder
from tests.commands import shelfgraph
from tests.conftest import EXAMPLES
from tests.test_store import IDENTITY, MAPPER, load, made, record, stored, title

FILES = ("archive.sqlite", "archive.sqlite-wal", "archive.sqlite-shm")


def folder_of(path: Path, *titles: str) -> DataFolder:
    folder = DataFolder(path)
    for number, one in enumerate(titles, 1):
        load(folder, record(number, one))
    return folder


def remove(folder: Path) -> None:
    for name in FILES:
        (folder / name).unlink(missing_ok=True)


def replace(folder: Path, by: Path) -> None:
    remove(folder)
    for name in FILES:
        if (by / name).exists():
            shutil.copyfile(by / name, folder / name)


def missing(folder: Path, _: Path) -> None:
    remove(folder)


def empty(folder: Path, _: Path) -> None:
    remove(folder)
    (folder / "archive.sqlite").touch()


def without_tables(folder: Path, _: Path) -> None:
    remove(folder)
    sqlite3.connect(folder / "archive.sqlite").close()


def another(folder: Path, beside: Path) -> None:
    replace(folder, folder_of(beside, "Of another", "More", "And more", "And so on").path)


def older(folder: Path, beside: Path) -> None:
    shutil.copytree(folder, beside)
    load(DataFolder(folder), record(3, "Later"))
    replace(folder, beside)


FAULTS = {"missing": missing, "empty": empty, "no tables": without_tables, "another": another, "older": older}
WORDS = {"missing": "missing", "empty": "empty", "no tables": "empty", "another": "another one", "older": "is older"}


@pytest.fixture(params=FAULTS)
def fault(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, DataFolder]:
    folder = folder_of(tmp_path / "d", "A light", "A tern")
    FAULTS[request.param](folder.path, tmp_path / "beside")
    return request.param, folder


def test_nothing_is_built_upon_an_archive_that_is_not_the_stores(fault: tuple[str, DataFolder]) -> None:
    name, folder = fault
    before = folder.current()
    for attempt in (lambda: load(folder, record(9)), folder.agreed, lambda: next(folder.records())):
        with pytest.raises(StoreError, match=WORDS[name]) as stated:
            attempt()
    for way in ("restore", "load --new", *(() if name in {"missing", "empty", "no tables"} else ("rebuild",))):
        assert f"“shelfgraph {way}" in str(stated.value)
    assert folder.current() == before
    store = pyoxigraph.Store.read_only(str(before.path))
    assert len(stored(store)) > 0


def test_a_missing_archive_is_not_made_by_looking_for_it(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "d", "A light")
    remove(folder.path)
    with pytest.raises(StoreError):
        load(folder, record(2))
    assert not (folder.path / "archive.sqlite").exists()


COMMANDS = (
    *(("load", "examples"), ("rebuild",), ("release",), ("forget", "12345/1"), ("backup", "kept"), ("export", "site")),
    *(("log",), ("show", "12345/1"), ("serve",), ("sources",)),
)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_the_commands_stop_with_a_sentence(
    tmp_path: Path, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = folder_of(tmp_path / "d", "A light")
    remove(folder.path)
    shutil.copytree(EXAMPLES, tmp_path / "examples")
    monkeypatch.chdir(tmp_path)
    done = shelfgraph(*words, "--data", folder.path)
    assert done.returncode == 1
    assert done.stderr.startswith(b"shelfgraph: ")
    assert b"the archive is missing or empty" in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_folder_that_is_begun_anew_goes_on_counting(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "d", "A light", "A tern")
    before = folder.current()
    remove(folder.path)
    with folder.writing(IDENTITY, MAPPER.triples, "anew") as writer:
        writer.load([record(5, "New")])
    after = folder.agreed()
    assert (after.number, after.journal > before.journal, after.change > before.change) == (
        before.number + 1,
        True,
        True,
    )
    assert (title(folder, 1), title(folder, 5)) == (None, "New")


def test_a_folder_that_is_begun_anew_holds_no_foreign_rdf(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "d", "A light")
    (tmp_path / "theirs.nq").write_text('<urn:a> <urn:p> "of others" <urn:g> .\n')
    with folder.writing(IDENTITY, MAPPER.triples) as writer:
        writer.load_rdf(tmp_path / "theirs.nq")
    with folder.writing(IDENTITY, MAPPER.triples, "anew") as writer:
        writer.load([record(5, "New")])
    assert not (folder.path / "foreign").exists()
    store = pyoxigraph.Store.read_only(str(folder.agreed().path))
    assert pyoxigraph.NamedNode("urn:g") not in list(store.named_graphs())
    assert shelfgraph("check", "--data", folder.path).returncode == 0


@pytest.mark.parametrize("name", ["older", "another"])
def test_the_site_can_be_made_from_the_archive_that_is_there(tmp_path: Path, name: str) -> None:
    folder = folder_of(tmp_path / "d", "A light", "A tern")
    FAULTS[name](folder.path, tmp_path / "beside")
    before = folder.current()
    with folder.writing(IDENTITY, MAPPER.triples, "from the archive") as writer:
        writer.published()
    archive = Archive(folder.path / "archive.sqlite")
    lines = [line for _, one in archive.records() for line in MAPPER.triples(one)]
    archive.close()
    assert stored(pyoxigraph.Store(str(folder.store_path))) == made(lines)
    load(folder, record(8, "Later"))
    assert folder.agreed().journal > before.journal


def test_a_store_that_is_older_than_its_archive_is_made_anew(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "d", "A light")
    shutil.copytree(folder.store_path, tmp_path / "old")
    load(folder, record(1, "Changed"), record(2))
    shutil.rmtree(folder.store_path)
    shutil.copytree(tmp_path / "old", folder.store_path)
    load(folder, record(3))
    assert [title(folder, number) for number in (1, 2, 3)] == ["Changed", "A light", "A light"]


def test_store_and_generation_bear_the_number_of_the_archive(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "d", "A light", "A tern")
    archive = Archive(folder.path / "archive.sqlite")
    stamp = archive.stamp
    archive.close()
    generation = folder.agreed()
    store = stamp_of(folder.store_path)
    assert store is not None
    assert (store.archive, store.number) == (stamp.archive, stamp.number) == (generation.archive, generation.change)
    # The engine leaves the file alone, and does not take it into a checkpoint.
    assert not (generation.path / "shelfgraph.json").exists()
