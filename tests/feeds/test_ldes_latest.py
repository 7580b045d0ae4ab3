"""The last versions of the event stream: whoever replays them has the data of the site, be they read late or often."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pyoxigraph
import pytest
from flask import Flask
from flask.testing import FlaskClient

from converter.store.data_folder import DataFolder
from converter.store.reader import ArchiveReader
from server.feeds import ldes
from server.http.problems import register_problems
from server.settings import Settings
from server.sparql import Endpoint
from tests.feeds.shelf import BASE, LEAK, load, record

ROOT = f"{BASE}ldes/latest"
TREE, LDES = "https://w3id.org/tree#", "https://w3id.org/ldes#"
VERSION_OF = pyoxigraph.NamedNode("http://purl.org/dc/terms/isVersionOf")
POSITION = pyoxigraph.NamedNode("http://schema.org/position")
MEMBER, NODE = pyoxigraph.NamedNode(f"{TREE}member"), pyoxigraph.NamedNode(f"{TREE}node")
FORMS = {
    "nq": pyoxigraph.RdfFormat.N_QUADS,
    "trig": pyoxigraph.RdfFormat.TRIG,
    "jsonld": pyoxigraph.RdfFormat.JSON_LD,
}


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of three changes, and nodes of three nodes."""
    monkeypatch.setattr(ldes, "FAN", 3)


def client(folder: Path) -> FlaskClient:
    """The stream of a folder, without a server."""
    app = Flask(__name__)
    register_problems(app)
    endpoint = cast("Endpoint", SimpleNamespace(version="1"))
    archive = ArchiveReader(folder / "archive.sqlite")
    app.register_blueprint(ldes.ldes_blueprint(endpoint, Settings(base=BASE), archive))
    return app.test_client()


def read_view(site: FlaskClient, address: str, suffix: str, store: pyoxigraph.Store) -> None:
    """Put what a page says, and the pages that it leads to, into the store."""
    answer = site.get(f"/{address.removeprefix(BASE)}.{suffix}")
    assert answer.status_code == 200
    page = [*pyoxigraph.parse(answer.data, format=FORMS[suffix])]
    store.extend(page)
    for child in {quad.object.value for quad in page if quad.predicate == NODE}:
        read_view(site, child, suffix, store)


class Mirror:
    """A consumer: members that it has not seen, in their order; each replaces what its item said before."""

    def __init__(self) -> None:
        self.seen = set[str]()
        self.said: dict[str, set[str]] = {}

    def follow(self, folder: Path, suffix: str = "nq") -> int:
        """Read the whole view; the number of members that were new."""
        found: dict[int, tuple[str, set[str]]] = {}
        store = pyoxigraph.Store()
        read_view(client(folder), ROOT, suffix, store)
        for quad in store.quads_for_pattern(None, MEMBER, None):
            member = quad.object
            if str(member) in self.seen:
                continue
            self.seen.add(str(member))
            (item,) = (quad.object for quad in store.quads_for_pattern(member, VERSION_OF, None))
            (number,) = (quad.object for quad in store.quads_for_pattern(member, POSITION, None))
            inside = {str(quad.triple) for quad in store.quads_for_pattern(None, None, None, member)}
            found[int(number.value)] = (str(item), inside)
        for _, (item, inside) in sorted(found.items()):
            self.said[item] = inside
        return len(found)

    @property
    def triples(self) -> set[str]:
        """What it holds."""
        return set().union(*self.said.values())


def held(folder: Path) -> set[str]:
    """What the store of the folder holds of its records."""
    store = pyoxigraph.Store.read_only(str(DataFolder(folder).current().path))
    return {str(quad.triple) for quad in store.quads_for_pattern(None, None, None, pyoxigraph.DefaultGraph())}


def twenty(folder: Path) -> Path:
    """Twenty records come, five change, and two go: twenty-seven changes of twenty items."""
    load(folder, *(record(number) for number in range(1, 21)))
    load(folder, *(record(number, "Another light") for number in range(1, 6)))
    load(folder, record(3, deleted=True), record(7, deleted=True))
    return folder


@pytest.mark.parametrize("suffix", FORMS)
def test_who_reads_all_has_the_data_of_the_site(tmp_path: Path, suffix: str) -> None:
    folder, mirror = twenty(tmp_path / "data"), Mirror()
    assert mirror.follow(folder, suffix) == 20
    assert mirror.triples == held(folder)
    assert any("Another light" in triple for triple in mirror.triples)


def test_who_follows_has_them_after_each_change_and_reads_no_member_twice(tmp_path: Path) -> None:
    folder, mirror = twenty(tmp_path / "data"), Mirror()
    steps: list[tuple[Callable[[], object], int]] = [
        (lambda: None, 20),
        (lambda: load(folder, record(20, "A light of its own")), 1),
        (lambda: load(folder, record(20, deleted=True), record(21)), 2),
        (lambda: load(folder, record(3, "A light that came back")), 1),
        (lambda: None, 0),
    ]
    for change, new in steps:
        change()
        assert mirror.follow(folder) == new
        assert mirror.triples == held(folder)


def test_a_member_has_one_name_in_both_views(tmp_path: Path) -> None:
    folder = twenty(tmp_path / "data")

    def members(root: str) -> set[str]:
        found = set[str]()
        page = [*pyoxigraph.parse(client(folder).get(f"/{root}.nq").data, format=FORMS["nq"])]
        for quad in page:
            if quad.predicate == NODE:
                found |= members(quad.object.value.removeprefix(BASE))
        return found | {quad.object.value for quad in page if quad.predicate == MEMBER}

    assert members("ldes/latest") < members("ldes")
    assert len(members("ldes")) == 27


def test_the_view_says_what_it_keeps_and_lasts_nowhere(tmp_path: Path) -> None:
    folder = twenty(tmp_path / "data")
    site, store = client(folder), pyoxigraph.Store()
    read_view(site, ROOT, "nq", store)
    policies = {quad.object.value for quad in store.quads_for_pattern(None, None, None) if "Subset" in str(quad.object)}
    assert policies == {f"{LDES}LatestVersionSubset"}
    assert not [*store.quads_for_pattern(None, pyoxigraph.NamedNode(f"{LDES}immutable"), None)]
    assert "immutable" not in site.get("/ldes/latest.nq").headers["Cache-Control"]


@pytest.mark.parametrize(
    ("asked", "status"), [("text/turtle", 406), ("application/trig", 200), ("*/*", 200), ("application/n-triples", 406)]
)
def test_a_form_without_graphs_is_refused_rather_than_emptied(tmp_path: Path, asked: str, status: int) -> None:
    site = client(twenty(tmp_path / "data"))
    assert site.get("/ldes/latest", headers={"Accept": asked}).status_code == status
    assert site.get("/ldes/latest.ttl").status_code == 404


def test_nothing_private_is_in_the_versions(tmp_path: Path) -> None:
    mirror = Mirror()
    mirror.follow(twenty(tmp_path / "data"))
    assert not any(LEAK.search(triple) for triple in mirror.triples)
