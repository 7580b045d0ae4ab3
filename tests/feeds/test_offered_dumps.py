"""The dumps that a site makes by itself: there from the first minute, of each new generation, and old ones go."""

from __future__ import annotations

import gzip
import threading
from pathlib import Path

import pyoxigraph
import pytest

from converter.publish import dump_files
from converter.store.data_folder import DataFolder
from converter.store.forgotten import Forgotten
from shelfgraph import offering, publishing
from tests.commands import shelfgraph
from tests.conftest import EXAMPLES, Site
from tests.feeds.test_dataset import VOID, graph, number, shelf
from tests.feeds.test_dump_command import unpacked
from tests.test_sparql import ask
from tests.waiting import until

LATEST = ("latest.nt.zst", "latest.ttl.gz", "latest.jsonl.gz")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder with one generation."""
    assert shelfgraph("load", EXAMPLES / "lighthouse.txt", "--data", tmp_path / "data").returncode == 0
    return tmp_path / "data"


def loaded(folder: Path, title: str) -> int:
    """The number of the generation with one more record."""
    source = folder.parent / "more.csv"
    source.write_text(f"id,dc.title\n{title},{title}\n", encoding="utf-8")
    assert shelfgraph("load", source, "--data", folder).returncode == 0
    return DataFolder(folder).current().number


def names(folder: Path) -> set[str]:
    """The dumps of a folder."""
    return {dump.path.name for dump in dump_files.kept(folder)}


@pytest.mark.parametrize("words", [(EXAMPLES,), ("--data",)], ids=["source", "data"])
def test_a_site_has_its_dumps_without_an_operator(folder: Path, words: tuple[str | Path, ...]) -> None:
    site = Site(*words, *([folder] if words == ("--data",) else []), dumps=True)
    for name in LATEST:
        until(lambda name=name: ask(site, "GET", f"/dumps/{name}").status == 302)
    stated = graph(site)
    dumps = {str(dump).rpartition("/")[2] for dump in stated.objects(shelf(stated), VOID.dataDump)}
    assert dumps == {name.replace("latest", "1") for name in LATEST}
    body = gzip.decompress(ask(site, "GET", "/dumps/1.ttl.gz").body)
    triples = {str(quad) for quad in pyoxigraph.parse(body, format=pyoxigraph.RdfFormat.TURTLE)}
    assert len(triples) == number(site, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    page = ask(site, "GET", "/shelf.html").body.decode()
    for name in dumps:
        assert f'/dumps/{name}">{name}</a>' in page
        assert f"/dumps/{name}.sha256" in page
    assert "Version 1." in page.split('id="cited">')[1].split("</p>")[0]
    # The processes end with the site, and what one says goes to its log.
    assert "Traceback" not in site.stop()


def test_a_site_makes_none_where_it_shall_not(folder: Path) -> None:
    site = Site("--data", folder, dumps=False)
    assert ask(site, "GET", f"/dumps/{LATEST[0]}").status == 404
    site.stop()
    assert names(folder) == set()


def test_dumps_of_each_generation_are_made_and_those_of_older_ones_go(folder: Path) -> None:
    # One that a person made stays: it is his to remove.
    assert shelfgraph("dump", "--data", folder, "--format", "nt", "--compress", "gzip").returncode == 0
    for title in ("first", "second", "third"):
        made = [path.name for path in publishing.offer(folder, offering.KEPT)]
        assert made == [f"{DataFolder(folder).current().number}.{kind}" for kind in ("nt.zst", "ttl.gz", "jsonl.gz")]
        assert publishing.offer(folder, offering.KEPT) == []
        loaded(folder, title)
    publishing.offer(folder, offering.KEPT)
    kinds = ("nt.zst", "ttl.gz", "jsonl.gz")
    assert names(folder) == {"1.nt.gz", *(f"{number}.{kind}" for number in (3, 4) for kind in kinds)}
    assert shelfgraph("check", "--data", folder, "--quick").returncode == 0


def test_a_dump_that_a_person_made_is_not_made_again_nor_removed(folder: Path) -> None:
    assert shelfgraph("dump", "--data", folder).returncode == 0
    before = (folder / "dumps" / "1.nt.zst").stat().st_ino
    publishing.offer(folder, 1)
    for title in ("first", "second"):
        loaded(folder, title)
        publishing.offer(folder, 1)
    assert (folder / "dumps" / "1.nt.zst").stat().st_ino == before
    assert {name for name in names(folder) if name.startswith("1.")} == {"1.nt.zst"}


def test_a_dump_of_what_is_forgotten_meanwhile_does_not_stay(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = dump_files.note_offered

    def note(data: Path, name: str) -> None:
        original(data, name)
        Forgotten(data).begin_with(DataFolder(data).current().number + 1)

    monkeypatch.setattr(dump_files, "note_offered", note)
    publishing.offer(folder, offering.KEPT)
    assert names(folder) == set()


def test_the_turtle_holds_what_the_lines_hold(folder: Path) -> None:
    publishing.offer(folder, offering.KEPT)
    lines, turtle = (unpacked(folder / "dumps" / name) for name in ("1.nt.zst", "1.ttl.gz"))
    parsed = [
        {str(quad) for quad in pyoxigraph.parse(body, format=form)}
        for body, form in ((lines, pyoxigraph.RdfFormat.N_TRIPLES), (turtle, pyoxigraph.RdfFormat.TURTLE))
    ]
    assert parsed[0] == parsed[1]


def test_each_new_generation_is_looked_for_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []

    def make(path: Path, ended: threading.Event) -> None:
        made.append(DataFolder(path).current().number)

    monkeypatch.setattr(offering, "make", make)
    monkeypatch.setattr(offering, "LOOKING", 0.01)
    with offering.offered(folder) as begin:
        begin()
        until(lambda: made == [1])
        loaded(folder, "first")
        until(lambda: len(made) > 1)
    assert made == [1, 2]


def test_a_process_that_makes_dumps_ends_with_the_site(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = threading.Event()
    begun = []
    original = offering.child_process.start

    def start(*arguments: str, **options: object):
        begun.append(original(*arguments, **options))
        ended.set()
        return begun[-1]

    monkeypatch.setattr(offering.child_process, "start", start)
    offering.make(folder, ended)
    assert begun[0].poll() is not None
