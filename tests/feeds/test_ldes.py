"""The event stream, walked as its clients walk it: every change once, and what is full never changes again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple, cast

import pyoxigraph
import pyshacl
import pytest
import rdflib
from flask import Flask
from rdflib.compare import isomorphic
from rdflib.namespace import DCTERMS, PROV, RDF, XSD

from converter.store.reader import ArchiveReader
from server.feeds import ldes
from server.http.problems import register_problems
from server.settings import Settings
from server.sparql import Endpoint
from tests.conftest import Site
from tests.feeds.shelf import BASE, LEAK, get, load, record
from tests.test_sparql import Answer

TREE = rdflib.Namespace("https://w3id.org/tree#")
LDES = rdflib.Namespace("https://w3id.org/ldes#")
AS = rdflib.Namespace("https://www.w3.org/ns/activitystreams#")
SCHEMA = rdflib.Namespace("http://schema.org/")
ROOT = rdflib.URIRef(f"{BASE}ldes")
FORMS = {
    ".ttl": ("text/turtle", pyoxigraph.RdfFormat.TURTLE),
    ".jsonld": ("application/ld+json", pyoxigraph.RdfFormat.JSON_LD),
    ".nt": ("application/n-triples", pyoxigraph.RdfFormat.N_TRIPLES),
    ".nq": ("application/n-quads", pyoxigraph.RdfFormat.N_QUADS),
    ".trig": ("application/trig", pyoxigraph.RdfFormat.TRIG),
    ".rdf": ("application/rdf+xml", pyoxigraph.RdfFormat.RDF_XML),
}
Fetch = Callable[[str], Answer]


class Member(NamedTuple):
    """A member as a client takes it out of a page."""

    number: int
    moment: str
    kind: str
    item: str


class Walk:
    """What a client finds on its way from the root: nodes with their answers, members, and the bounds they stand in."""

    def __init__(self, fetch: Fetch) -> None:
        self.nodes: dict[str, Answer] = {}
        self.members: list[Member] = []
        self.root = graph(fetch(str(ROOT)))
        (self.stream,) = self.root.subjects(TREE.view, ROOT)
        self._visit(fetch, ROOT, "", "9999")

    def _visit(self, fetch: Fetch, node: rdflib.URIRef, least: str, most: str) -> None:
        answer = self.nodes[str(node)] = fetch(str(node))
        page = graph(answer)
        assert (node, RDF.type, TREE.Node) in page
        for member in page.objects(self.stream, TREE.member):
            moment = str(page.value(member, PROV.generatedAtTime))
            assert least <= moment <= most
            (kind,) = page.objects(member, RDF.type)
            item = page.value(member, DCTERMS.isVersionOf)
            assert page.value(member, AS.object) == item
            number = int(str(page.value(member, SCHEMA.position)))
            self.members.append(Member(number, moment, str(kind).rpartition("#")[2], str(item)))
        for child in sorted(set(page.objects(None, TREE.node))):
            bounds = {"Greater": least, "LessTh": most}
            for relation in page.subjects(TREE.node, child):
                assert page.value(relation, TREE.path) == PROV.generatedAtTime
                kind = str(page.value(relation, RDF.type)).rpartition("#")[2]
                bounds["Greater" if kind.startswith("Greater") else "LessTh"] = str(page.value(relation, TREE.value))
            self._visit(fetch, cast("rdflib.URIRef", child), bounds["Greater"], bounds["LessTh"])


def graph(answer: Answer, suffix: str = ".ttl") -> rdflib.Graph:
    """The triples of a page."""
    assert answer.status == 200
    quads = pyoxigraph.parse(answer.body, format=FORMS[suffix][1])
    return rdflib.Graph().parse(data="\n".join(f"{quad.triple} ." for quad in quads), format="nt")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty records come, five change, and two go: twenty-seven changes."""
    path = tmp_path_factory.mktemp("ldes") / "data"
    load(path, *(record(number) for number in range(1, 21)))
    load(path, *(record(number, "Another light") for number in range(1, 6)))
    load(path, record(3, deleted=True), record(7, deleted=True))
    return path


@pytest.fixture(scope="module")
def shelf(folder: Path) -> Iterator[Site]:
    """The site over the folder."""
    running = Site("--data", folder)
    yield running
    running.stop()


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of three changes, and nodes of three nodes."""
    monkeypatch.setattr(ldes, "FAN", 3)


def inside(folder: Path) -> Fetch:
    """The stream of a folder, without a server."""
    app = Flask(__name__)
    register_problems(app)
    endpoint = cast("Endpoint", SimpleNamespace(version="1"))
    archive = ArchiveReader(folder / "archive.sqlite")
    app.register_blueprint(ldes.ldes_blueprint(endpoint, Settings(base=BASE), archive))

    def fetch(address: str) -> Answer:
        response = app.test_client().get("/" + address.removeprefix(BASE), headers={"Accept": "text/turtle"})
        return Answer(response.status_code, {k.lower(): v for k, v in response.headers.items()}, response.data)

    return fetch


def test_a_client_finds_every_change_once_with_its_kind(shelf: Site) -> None:
    walk = Walk(lambda address: get(shelf, address))
    assert sorted(member.number for member in walk.members) == list(range(1, 28))
    stated = [(member.kind, member.item.removeprefix(f"{BASE}item/12345/")) for member in sorted(walk.members)]
    assert stated[:20] == [("Create", str(number)) for number in range(1, 21)]
    assert stated[20:] == [*(("Update", str(number)) for number in range(1, 6)), ("Delete", "3"), ("Delete", "7")]


def test_the_stream_says_how_its_members_are_ordered_and_versioned(shelf: Site) -> None:
    walk = Walk(lambda address: get(shelf, address))
    said = {
        RDF.type: LDES.EventStream,
        LDES.timestampPath: PROV.generatedAtTime,
        LDES.sequencePath: SCHEMA.position,
        LDES.versionOfPath: DCTERMS.isVersionOf,
        LDES.versionCreateObject: AS.Create,
        LDES.versionUpdateObject: AS.Update,
        LDES.versionDeleteObject: AS.Delete,
    }
    assert {name: walk.root.value(walk.stream, name) for name in said} == said


@pytest.mark.usefixtures("small")
def test_the_tree_leads_to_every_change_within_the_bounds_that_it_tells(folder: Path) -> None:
    walk = Walk(inside(folder))
    assert sorted(member.number for member in walk.members) == list(range(1, 28))
    depths = {address.count("/") for address in walk.nodes}
    assert len(walk.nodes) == 1 + 3 + 9
    assert len(depths) == 2


@pytest.mark.usefixtures("small")
def test_a_full_node_lasts_and_the_last_ones_do_not(folder: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    load(data, *(record(number) for number in range(1, 12)))
    before = Walk(inside(data)).nodes
    load(data, *(record(number, "Again") for number in range(1, 12)))
    after = Walk(inside(data)).nodes
    lasting = {address for address, answer in before.items() if "immutable" in answer.headers["cache-control"]}
    assert {address.removeprefix(f"{BASE}ldes/").partition("/")[2] for address in lasting} == {
        "1/0",
        "1/1",
        "1/2",
        "2/0",
    }
    for address in lasting:
        assert before[address].headers["cache-control"] == "public, max-age=31536000, immutable"
        assert (rdflib.URIRef(address), LDES.immutable, None) in graph(before[address])
        assert after[address].body == before[address].body
    assert all(
        "max-age=30" in answer.headers["cache-control"] for address, answer in before.items() if address not in lasting
    )


def test_a_folder_that_is_made_anew_has_other_nodes(shelf: Site) -> None:
    (page,) = [address for address in Walk(lambda address: get(shelf, address)).nodes if address != str(ROOT)]
    began = page.split("/")[-3]
    assert get(shelf, page.replace(began, "20010101T000000Z")).status == 404


@pytest.mark.parametrize("node", ["1/1", "2/0x", "0/0", "1/-1", "99999999/1", "1/99999999999999999999", "9/1"])
def test_a_node_that_is_not_there_is_not_found(shelf: Site, node: str) -> None:
    (page,) = [address for address in Walk(lambda address: get(shelf, address)).nodes if address != str(ROOT)]
    assert get(shelf, page.removesuffix("1/0") + node).status == 404


@pytest.mark.parametrize("suffix", FORMS)
def test_every_form_says_the_same(shelf: Site, suffix: str) -> None:
    for address in Walk(lambda address: get(shelf, address)).nodes:
        plain, by_suffix = get(shelf, address), get(shelf, address + suffix)
        by_accept = get(shelf, address, Accept=FORMS[suffix][0])
        assert by_accept.headers["content-type"].partition(";")[0] == FORMS[suffix][0]
        assert by_accept.headers["content-location"] == address + suffix
        assert by_accept.headers["vary"] == "Accept, Accept-Profile, Accept-Encoding"
        assert by_accept.body == by_suffix.body
        assert isomorphic(graph(by_suffix, suffix), graph(plain))


def test_what_cannot_be_had_is_refused(shelf: Site) -> None:
    assert get(shelf, "ldes", Accept="image/png").status == 406
    assert get(shelf, "ldes.png").status == 404


def test_a_node_that_the_client_has_is_not_sent_again(shelf: Site) -> None:
    for address in Walk(lambda address: get(shelf, address)).nodes:
        etag = get(shelf, address).headers["etag"]
        assert get(shelf, address, If_None_Match=etag).status == 304
        assert get(shelf, address + ".nt").headers["etag"] != etag


def test_every_member_has_the_shape_that_the_stream_promises(shelf: Site) -> None:
    walk = Walk(lambda address: get(shelf, address))
    data = rdflib.Graph()
    for answer in walk.nodes.values():
        data += graph(answer)
    shape = walk.root.value(walk.stream, TREE.shape)
    assert shape is not None
    for member in data.objects(walk.stream, TREE.member):
        walk.root.add((shape, rdflib.SH.targetNode, member))
    conforms, _, stated = pyshacl.validate(data, shacl_graph=walk.root)
    assert conforms, stated
    member = next(data.objects(walk.stream, TREE.member))
    data.add((member, PROV.generatedAtTime, rdflib.Literal("2026-01-01T00:00:00Z", datatype=XSD.dateTime)))
    assert not pyshacl.validate(data, shacl_graph=walk.root)[0]


def test_a_member_leads_to_what_the_item_is_now(shelf: Site) -> None:
    walk = Walk(lambda address: get(shelf, address))
    page = graph(walk.nodes[next(address for address in walk.nodes if address != str(ROOT))])
    (member, *_) = page.subjects(DCTERMS.isVersionOf, rdflib.URIRef(f"{BASE}item/12345/5"))
    document = page.value(member, rdflib.RDFS.seeAlso)
    assert b"Another light" in get(shelf, str(document)).body


def test_nothing_private_is_in_the_stream(shelf: Site) -> None:
    walk = Walk(lambda address: get(shelf, address))
    assert not any(LEAK.search(answer.body.decode()) for answer in walk.nodes.values())


def test_an_empty_folder_has_an_empty_stream(tmp_path: Path) -> None:
    load(tmp_path / "data")
    walk = Walk(inside(tmp_path / "data"))
    assert (walk.members, list(walk.nodes)) == ([], [str(ROOT)])
