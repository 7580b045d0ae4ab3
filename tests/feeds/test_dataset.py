"""The dataset described: VoID and DCAT by every address, true figures, and the same in the store."""

from __future__ import annotations

import csv
import io
import json
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph
import pytest
import rdflib
from flask import Flask
from rdflib.compare import isomorphic

from converter.described_by import graph_of
from converter.mapping.engine import Mapper
from converter.record import Field, Record
from converter.sparql_examples import SHACL
from converter.store import description, statistics
from converter.store.data_folder import DataFolder, Identity
from converter.store.description import rows_of
from converter.store.static_description import static_lines
from converter.store.statistics import counted, described
from queries import all_queries
from server.app import create_app
from server.feeds.api_catalog import linkset
from server.feeds.json_lines import StoreEndpoint
from server.settings import Settings
from server.sparql import Request
from tests.commands import shelfgraph
from tests.conftest import EXAMPLES, Site
from tests.test_sparql import ask

VOID = rdflib.Namespace("http://rdfs.org/ns/void#")
DCAT = rdflib.Namespace("http://www.w3.org/ns/dcat#")
DCT = rdflib.Namespace("http://purl.org/dc/terms/")
FORMS = {
    ".ttl": pyoxigraph.RdfFormat.TURTLE,
    ".nt": pyoxigraph.RdfFormat.N_TRIPLES,
    ".rdf": pyoxigraph.RdfFormat.RDF_XML,
    ".jsonld": pyoxigraph.RdfFormat.JSON_LD,
    ".nq": pyoxigraph.RdfFormat.N_QUADS,
    ".trig": pyoxigraph.RdfFormat.TRIG,
}
BASE = "https://x.example.org/"
VOCABULARIES = {
    "dcat": DCAT,
    "dcterms": DCT,
    "rdfs": rdflib.RDFS,
    "sh": SHACL,
    "spex": "https://purl.expasy.org/sparql-examples/ontology#",
    "void": VOID,
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The example records with a dump."""
    folder = tmp_path_factory.mktemp("dataset") / "data"
    site = None
    for command in (["load", EXAMPLES], ["dump"]):
        assert shelfgraph(*command, "--data", folder).returncode == 0
    site = Site("--data", folder)
    yield site
    site.stop()


def graph(site: Site, path: str = "/void.ttl") -> rdflib.Graph:
    """What a document says."""
    answer = ask(site, "GET", path)
    assert answer.status == 200
    return rdflib.Graph().parse(data=answer.body, format="turtle")


def number(site: Site, query: str) -> int:
    """What a counting query answers."""
    answer = ask(site, "GET", "/sparql?" + urllib.parse.urlencode({"query": query}), Accept="text/csv")
    return int(next(csv.DictReader(io.StringIO(answer.body.decode())))["n"])


def shelf(stated: rdflib.Graph) -> rdflib.URIRef:
    """The dataset that is described."""
    (found,) = stated.subjects(rdflib.RDF.type, DCAT.Dataset)
    assert isinstance(found, rdflib.URIRef)
    return found


@pytest.mark.parametrize(
    ("property_", "query"),
    [
        (VOID.triples, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"),
        (VOID.distinctSubjects, "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }"),
        (VOID.properties, "SELECT (COUNT(DISTINCT ?p) AS ?n) { ?s ?p ?o }"),
        (VOID.classes, "SELECT (COUNT(DISTINCT ?c) AS ?n) { ?s a ?c }"),
        (VOID.entities, "SELECT (COUNT(*) AS ?n) { ?d a <http://www.w3.org/ns/dcat#CatalogRecord> }"),
    ],
)
def test_the_figures_are_what_the_store_answers(served: Site, property_: rdflib.URIRef, query: str) -> None:
    stated = graph(served)
    assert stated.value(shelf(stated), property_).toPython() == number(served, query)


def test_the_partitions_add_up(served: Site) -> None:
    stated = graph(served)
    dataset = shelf(stated)
    counts = [stated.value(part, VOID.triples).toPython() for part in stated.objects(dataset, VOID.propertyPartition)]
    assert sum(counts) == stated.value(dataset, VOID.triples).toPython()
    for part in stated.objects(dataset, VOID.classPartition):
        class_ = stated.value(part, VOID["class"])
        count = number(served, f"SELECT (COUNT(*) AS ?n) {{ ?s a <{class_}> }}")
        assert stated.value(part, VOID.entities).toPython() == count


def test_the_description_is_asked_by_sparql_too(served: Site) -> None:
    query = f"SELECT (MAX(?t) AS ?n) {{ GRAPH ?g {{ ?d <{VOID.triples}> ?t . ?d <{VOID.classPartition}> ?c }} }}"
    assert number(served, query) == number(served, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")


def test_what_is_published_is_described(served: Site) -> None:
    stated = graph(served)
    dataset = shelf(stated)
    (file,) = stated.objects(dataset, VOID.dataDump)
    assert str(file).endswith("/dumps/1.nt.zst")
    assert stated.value(file, DCAT.mediaType) == rdflib.URIRef(
        "https://www.iana.org/assignments/media-types/application/n-triples"
    )
    path = urllib.parse.urlsplit(str(file)).path
    assert stated.value(file, DCAT.byteSize).toPython() == len(ask(served, "GET", path).body)
    assert stated.value(dataset, VOID.sparqlEndpoint) in set(stated.subjects(rdflib.RDF.type, DCAT.DataService))
    assert stated.value(dataset, DCT.license) is None
    example = urllib.parse.urlsplit(str(stated.value(dataset, VOID.exampleResource))).path
    assert ask(served, "GET", example).status == 303


def test_every_record_is_in_the_dataset_that_is_described(served: Site) -> None:
    stated = graph(served)
    query = f"SELECT (COUNT(*) AS ?n) {{ ?d <{VOID.inDataset}> <{shelf(stated)}> }}"
    assert (
        number(served, query) == stated.value(shelf(stated), VOID.entities).toPython() + 1
    )  # and one that is withdrawn


def test_there_is_no_blank_node(served: Site) -> None:
    assert not [term for triple in graph(served) for term in triple if isinstance(term, rdflib.BNode)]


@pytest.mark.parametrize("suffix", FORMS)
def test_every_form_says_the_same(served: Site, suffix: str) -> None:
    quads = pyoxigraph.parse(ask(served, "GET", f"/shelf{suffix}").body, format=FORMS[suffix])
    stated = "\n".join(f"{quad.triple} ." for quad in quads)
    assert isomorphic(rdflib.Graph().parse(data=stated, format="nt"), graph(served))


@pytest.mark.parametrize(
    ("accept", "suffix"),
    [("text/turtle", ".ttl"), ("application/ld+json", ".jsonld"), ("text/html", ".html"), ("*/*", ".html")],
)
def test_the_dataset_leads_to_its_description(served: Site, accept: str, suffix: str) -> None:
    answer = ask(served, "GET", "/shelf", Accept=accept)
    assert answer.status == 303
    assert answer.headers["location"].endswith(f"/shelf{suffix}")
    assert answer.headers["vary"] == "Accept, Accept-Profile, Accept-Encoding"


def test_an_impossible_form_is_refused_with_a_list(served: Site) -> None:
    answer = ask(served, "GET", "/shelf", Accept="image/png")
    assert answer.status == 406
    assert b"text/turtle" in answer.body


def test_void_is_found_where_it_is_looked_for(served: Site) -> None:
    answer = ask(served, "GET", "/.well-known/void")
    assert answer.status == 302
    assert answer.headers["location"].endswith("/void.ttl")
    assert ask(served, "GET", "/void.ttl").body == ask(served, "GET", "/shelf.ttl").body


def test_the_page_tells_the_figures(served: Site) -> None:
    page = ask(served, "GET", "/shelf.html").body.decode()
    assert f"<dd>{int(str(graph(served).value(shelf(graph(served)), VOID.triples))):,}</dd>" in page
    assert "datacite:Identifier" in page


def test_what_the_client_has_is_not_sent_again(served: Site) -> None:
    tag = ask(served, "GET", "/void.ttl").headers["etag"]
    assert ask(served, "GET", "/void.ttl", If_None_Match=tag).status == 304


def test_the_catalogue_lists_what_there_is_and_nothing_else(served: Site) -> None:
    answer = ask(served, "GET", "/.well-known/api-catalog")
    assert answer.headers["content-type"].startswith("application/linkset+json")
    contexts = json.loads(answer.body)["linkset"]
    items = [urllib.parse.urlsplit(item["href"]).path for item in contexts[0]["item"]]
    assert {"/sparql", "/graph", "/shelf", "/dumps/"} <= set(items)
    targets = [
        urllib.parse.urlsplit(target["href"])
        for context in contexts[1:]
        for name in ("service-desc", "service-doc")
        for target in context.get(name, [])
    ]
    for path in items + [f"{target.path}?{target.query}".removesuffix("?") for target in targets]:
        assert ask(served, "GET", path).status in {200, 303, 400}, path
    assert linkset({"/sparql"}, BASE)["linkset"][0]["item"] == [{"href": f"{BASE}sparql"}]  # type: ignore[index]


def records(*titles: str) -> list[Record]:
    """Small records."""
    return [
        Record(f"r{number}", f"12345/{number}", fields=(Field("dc.title", title),))
        for number, title in enumerate(titles)
    ]


def test_each_generation_describes_itself_and_the_writers_store_does_not(tmp_path: Path) -> None:
    mapper = Mapper(BASE)
    stated = []
    folder = DataFolder(tmp_path / "data")
    for titles in (["A"], ["A", "B"]):
        with folder.writing(Identity(BASE, mapper.digest), mapper.triples) as writer:
            writer.load(records(*titles))
        store = pyoxigraph.Store.read_only(str(folder.current().path))
        figures = counted(rows_of(store), BASE)
        held = {
            str(quad.triple) + " ."
            for quad in store.quads_for_pattern(None, None, None, pyoxigraph.NamedNode(graph_of(BASE)))
        }
        assert set(described(figures, BASE)) | set(static_lines(BASE)) < held
        assert f'<{BASE}shelf> <{DCAT.version}> "{folder.current().number}" .' in held
        stated.append(figures.records)
        del store
    assert stated == [1, 2]
    assert folder.current().number == 2
    # The writer's store has what depends on no record, so that no generation has to write it.
    own = pyoxigraph.Store.read_only(str(folder.store_path))
    held = {
        f"{quad.triple} ." for quad in own.quads_for_pattern(None, None, None, pyoxigraph.NamedNode(graph_of(BASE)))
    }
    assert held > set(static_lines(BASE))
    assert not any(VOID in line for line in held - set(static_lines(BASE)))


def test_what_every_generation_says_alike_is_written_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mapper, folder = Mapper(BASE), DataFolder(tmp_path / "data")
    written: list[str] = []
    original = description.static_lines

    def counted_lines(base: str) -> tuple[str, ...]:
        written.append(base)
        return original(base)

    monkeypatch.setattr(description, "static_lines", counted_lines)
    for titles in ("A", "AB", "ABC"):
        with folder.writing(Identity(BASE, mapper.digest), mapper.triples) as writer:
            writer.load(records(*titles))
    assert written == [BASE]
    monkeypatch.setattr(description, "digest", lambda _: "of another version")
    monkeypatch.setattr(description, "static_lines", lambda _: ["<urn:a> <urn:b> <urn:c> ."])
    with folder.writing(Identity(BASE, mapper.digest), mapper.triples) as writer:
        writer.load(records(*"ABCD"))
    graph_name = pyoxigraph.NamedNode(graph_of(BASE))
    store = pyoxigraph.Store.read_only(str(folder.current().path))
    assert list(store.quads_for_pattern(pyoxigraph.NamedNode("urn:a"), None, None, graph_name))
    assert not list(store.quads_for_pattern(None, pyoxigraph.NamedNode(f"{SHACL}select"), None, graph_name))


@pytest.mark.parametrize(
    ("query", "least"),
    [
        # The questions that editors and assistants of the field ask (sib-swiss/sparql-editor, sparql-llm).
        ("SELECT ?prefix ?namespace { [] sh:namespace ?namespace ; sh:prefix ?prefix }", 37),
        ("SELECT ?sq ?query { ?sq a sh:SPARQLExecutable ; sh:select|sh:ask|sh:construct|spex:describe ?query }", 24),
        ("SELECT ?class ?n { ?d void:classPartition [ void:class ?class ; void:entities ?n ] }", 10),
        ("SELECT ?p ?label { ?d void:propertyPartition [ void:property ?p ] . ?p rdfs:label ?label }", 40),
        ("SELECT ?title { ?d a dcat:Dataset ; dcterms:title ?title ; dcat:version ?v ; dcterms:modified ?m }", 1),
        ("SELECT ?s { ?s a dcat:DataService ; dcat:servesDataset ?d ; dcat:endpointURL ?s }", 4),
    ],
)
def test_the_endpoint_answers_what_it_is(served: Site, query: str, least: int) -> None:
    head = "".join(f"PREFIX {name}: <{space}>\n" for name, space in VOCABULARIES.items())
    (named,) = [str(name) for name in graph(served).subjects(rdflib.RDF.type, VOID.DatasetDescription)]
    for asked in (
        # As tools ask it, without a word of graphs.
        *([{"query": head + query}] if "sh:" in query or "void:" in query else []),
        {"query": head + query.replace("{", f"FROM <{named}> {{", 1)},
        {"query": head + query, "default-graph-uri": named},
    ):
        answer = ask(served, "GET", "/sparql?" + urllib.parse.urlencode(asked), Accept="text/csv")
        assert answer.status == 200, answer.body
        assert len(answer.body.splitlines()) > least, answer.body


def test_a_query_of_records_sees_no_description(served: Site) -> None:
    graph_name = str(next(graph(served).subjects(rdflib.RDF.type, VOID.DatasetDescription)))
    every = number(served, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    for query, wanted in (
        # A prefix that is declared and not used, a term in a text, and a term that records have.
        (f"PREFIX sh: <{SHACL}> SELECT (COUNT(*) AS ?n) {{ ?s ?p ?o }}", every),
        (f"PREFIX sh: <{SHACL}> SELECT (COUNT(*) AS ?n) {{ ?s ?p ?o FILTER('sh:select' != '') }}", every),
        (f"SELECT (COUNT(*) AS ?n) {{ ?s <{VOID.inDataset}> ?d . ?d ?p ?o }}", 0),
        (f"SELECT (COUNT(*) AS ?n) FROM <urn:none> {{ ?s <{SHACL}select> ?o }}", 0),
        (f"SELECT (COUNT(*) AS ?n) FROM <{graph_name}> {{ ?s <{SHACL}select> ?o }}", len(all_queries())),
        (f"SELECT (COUNT(*) AS ?n) {{ ?s <{SHACL}select> ?o }}", len(all_queries())),
    ):
        assert number(served, query) == wanted, query


def test_a_ready_made_query_of_the_endpoint_answers_as_it_stands(served: Site) -> None:
    query = f"SELECT ?q ?n {{ GRAPH ?g {{ ?s <{SHACL}select> ?q }} BIND(1 AS ?n) }}"
    answer = ask(served, "GET", "/sparql?" + urllib.parse.urlencode({"query": query}), Accept="text/csv")
    texts = [row["q"] for row in csv.DictReader(io.StringIO(answer.body.decode()))]
    assert len(texts) == len(all_queries())
    for text in texts:
        assert ask(served, "GET", "/sparql?" + urllib.parse.urlencode({"query": text})).status == 200


def test_every_class_and_property_of_the_data_has_a_label(served: Site) -> None:
    own = f'FILTER(!STRSTARTS(STR(?t), "{str(shelf(graph(served))).removesuffix("shelf")}"))'
    query = (
        f"SELECT (COUNT(*) AS ?n) {{ {{ SELECT DISTINCT ?t {{ {{ ?s ?t ?o }} UNION {{ ?s a ?t }} {own} }} }}"
        f" FILTER NOT EXISTS {{ GRAPH ?g {{ ?t <{rdflib.RDFS.label}> ?label }} }} }}"
    )
    assert number(served, query) == 0


def test_the_site_says_its_title_and_licence_in_the_data_too(tmp_path: Path) -> None:
    folder, licence = tmp_path / "data", "https://creativecommons.org/publicdomain/zero/1.0/"
    assert shelfgraph("load", EXAMPLES, "--data", folder).returncode == 0
    stated = f"?d a <{DCAT.Dataset}> ; <{DCT.title}> 'Harbour' ; <{DCT.license}> <{licence}>"
    query = f"SELECT (COUNT(*) AS ?n) {{ GRAPH ?g {{ {stated} }} }}"
    site = Site("--data", folder, "--title", "Harbour", "--licence", licence)
    assert number(site, query) == 1
    site.stop()
    # Whoever writes next knows it, and a site that says the same makes no generation.
    (tmp_path / "more.csv").write_text("id,dc.title\n7,Another\n", encoding="utf-8")
    assert shelfgraph("load", tmp_path / "more.csv", "--data", folder).returncode == 0
    made = DataFolder(folder).current().number
    site = Site("--data", folder, "--title", "Harbour", "--licence", licence)
    assert number(site, query) == 1
    site.stop()
    assert DataFolder(folder).current().number == made


def test_foreign_data_have_no_graph_that_is_not_theirs(tmp_path: Path) -> None:
    source = tmp_path / "links.nq"
    source.write_text("<urn:a> <urn:b> <urn:c> <urn:g> .\n", encoding="utf-8")
    mapper = Mapper(BASE)
    folder = DataFolder(tmp_path / "data")
    with folder.writing(Identity(BASE, mapper.digest), mapper.triples) as writer:
        writer.load_rdf(source)
    graphs = pyoxigraph.Store.read_only(str(folder.current().path)).named_graphs()
    assert [graph.value for graph in graphs] == ["urn:g"]


def test_many_small_changes_are_not_held_up_by_counting_and_each_is_described(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mapper = Mapper(BASE)
    folder = DataFolder(tmp_path / "data")
    asked: list[int] = []
    monkeypatch.setattr(statistics, "counted", lambda *_: asked.append(1))
    with folder.writing(Identity(BASE, mapper.digest), mapper.triples) as writer:
        generations = [writer.load(records(*"ABCDE"[:count])) for count in range(1, 6)]
    assert asked == []
    assert folder.current().number == 5
    store = pyoxigraph.Store.read_only(str(generations[-1].path))
    named = pyoxigraph.NamedNode(f"{BASE}void.ttl")
    entities = pyoxigraph.NamedNode("http://rdfs.org/ns/void#entities")
    shelf = pyoxigraph.NamedNode(f"{BASE}shelf")
    assert [quad.object.value for quad in store.quads_for_pattern(shelf, entities, None, named)] == ["5"]


def test_a_licence_is_told_of_the_data_and_of_each_file(tmp_path: Path) -> None:
    licence = "https://creativecommons.org/publicdomain/zero/1.0/"
    stated = rdflib.Graph().parse(
        data=over(pyoxigraph.Store(), Settings(BASE, licence=licence)).test_client().get("/shelf.nt").data, format="nt"
    )
    assert stated.value(rdflib.URIRef(f"{BASE}shelf"), DCT.license) == rdflib.URIRef(licence)


def over(store: pyoxigraph.Store, settings: Settings) -> Flask:
    """The application over a store of this process, as over one elsewhere: without a folder."""
    return create_app(settings, StoreEndpoint(store, BASE))


def test_a_store_that_says_nothing_of_itself_is_counted_once() -> None:
    store = pyoxigraph.Store()
    store.load("\n".join(Mapper(BASE).triples(records("A")[0])), format=pyoxigraph.RdfFormat.N_TRIPLES)
    asked: list[str] = []

    class Counting(StoreEndpoint):
        def ask(self, request: Request):
            asked.append(request.query)
            return super().ask(request)

    client = create_app(Settings(BASE), Counting(store, BASE)).test_client()
    stated = rdflib.Graph().parse(data=client.get("/void.ttl").data, format="turtle")
    once = len(asked)
    client.get("/shelf.jsonld")
    assert stated.value(rdflib.URIRef(f"{BASE}shelf"), VOID.triples).toPython() == len(store)
    assert len(asked) == once


def test_links_to_other_datasets_are_counted() -> None:
    store = pyoxigraph.Store()
    store.load(
        "".join(
            f"<{BASE}person/{number}> <http://www.w3.org/2002/07/owl#sameAs> <{address}> .\n"
            for number, address in enumerate(
                ("https://orcid.org/0000-0002-1825-0097", "https://orcid.org", "https://other.example.org/1")
            )
        ),
        format=pyoxigraph.RdfFormat.N_TRIPLES,
    )
    stated = rdflib.Graph().parse(data="\n".join(described(counted(rows_of(store), BASE), BASE)), format="nt")
    (links,) = stated.subjects(rdflib.RDF.type, VOID.Linkset)
    assert stated.value(links, VOID.triples).toPython() == 2
    assert stated.value(stated.value(links, VOID.objectsTarget), VOID.uriSpace).toPython() == "https://orcid.org/"
    assert stated.value(links, VOID.subjectsTarget) == rdflib.URIRef(f"{BASE}shelf")


def test_the_archive_dates_the_dataset(served: Site) -> None:
    stated = graph(served)
    assert stated.value(shelf(stated), DCT.modified).datatype == rdflib.XSD.dateTime
    assert str(stated.value(shelf(stated), DCAT.version)) == "1"
