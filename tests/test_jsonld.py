"""JSON-LD for programmers: of one shape, valid against its schema, and the same graph to readers that are not ours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pyld import jsonld as pyld
from rdflib import Graph
from rdflib.compare import isomorphic

from converter import jsonld
from converter.graph import parsed
from converter.jsonld_schema import schema
from converter.mapping.engine import Mapper
from converter.report import Report
from converter.sources.detection import read
from tests.conftest import EXAMPLES, Site
from tests.test_golden import INPUTS
from tests.test_sparql import ask

BASE = "https://data.example.org/"
ITEM = f"{BASE}item/1/1"
VALID = Draft202012Validator(schema(BASE))


def documents(path: Path) -> Iterator[tuple[list[str], jsonld.Node]]:
    """What is said of each record of a file, and its document."""
    mapper = Mapper(BASE)
    for record in read(str(path), report=Report()):
        lines = list(mapper.map(record).lines)
        address = next((line[1 : line.index(">")] for line in lines if line.startswith(f"<{BASE}item/")), ITEM)
        yield lines, jsonld.nested(lines, address.partition("#")[0], BASE, record.text)


def canonical(quads: Any) -> set[str]:
    """The quads, their blank nodes named by what is said of them."""
    dataset = pyoxigraph.Dataset(quads)
    dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.UNSTABLE)
    return {str(quad) for quad in dataset}


def read_by_the_engine(body: bytes) -> set[str]:
    return canonical(pyoxigraph.parse(body, format=pyoxigraph.RdfFormat.JSON_LD))


def read_by_pyld(node: jsonld.Node) -> set[str]:
    return canonical(
        pyoxigraph.parse(pyld.to_rdf(node, {"format": "application/n-quads"}), pyoxigraph.RdfFormat.N_QUADS)
    )


def stated(lines: list[str]) -> set[str]:
    return canonical(pyoxigraph.parse("\n".join(lines), format=pyoxigraph.RdfFormat.N_TRIPLES))


def described(value: Any) -> Iterator[str]:
    """Yield the address of each thing of which a document says something, as often as it does."""
    if isinstance(value, list):
        for inner in value:
            yield from described(inner)
    elif isinstance(value, dict):
        if {*value} - {"id", "@context", "included", "describedBy"} and "id" in value:
            yield value["id"]
        for key, inner in value.items():
            if key != "@context":
                yield from described(inner)


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: path.name)
def test_each_record_is_one_valid_document_of_the_same_graph(path: Path) -> None:
    for lines, node in documents(path):
        assert [fault.message for fault in VALID.iter_errors(node)] == []
        body = jsonld.document(node, BASE)
        assert read_by_the_engine(body) == read_by_pyld(json.loads(body)) == stated(lines)
        said = [*described(node)]
        assert len(said) == len({*said})
        assert b"null" not in body.replace(b"nullable", b"") or "null" in "".join(lines)


# rdflib reads JSON-LD by way of a class that it has deprecated.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_rdflib_reads_the_same_graph() -> None:
    ((lines, node),) = documents(EXAMPLES / "lighthouse.txt")
    read_again = Graph().parse(data=jsonld.document(node, BASE), format="json-ld")
    assert isomorphic(read_again, Graph().parse(data="\n".join(lines), format="nt"))


def test_the_first_creator_is_the_first_author_and_everything_stands_where_it_is_met_first() -> None:
    ((_, node),) = documents(EXAMPLES / "lighthouse.txt")
    assert [creator["name"] for creator in node["creator"]] == node["creatorName"]
    assert node["creator"][0]["name"] == "Marrow, T"
    assert [role["agent"] for role in node["roles"][:4]] == [{"id": creator["id"]} for creator in node["creator"]]
    assert node["publisher"][0]["name"] == "Tern & Harbour Press"
    assert node["isPartOf"][0]["publisher"] == [{"id": node["publisher"][0]["id"]}]
    assert [grant["grantNumber"] for grant in node["grants"]] == ["NC2015117", "NC2016004", "2014HB77B03", "FNE-88312"]
    assert {funder["id"]: funder["name"] for funder in node["funder"]}.keys() >= {
        grant["funder"][0]["id"] for grant in node["grants"]
    }
    (record,) = node["describedBy"]
    assert len(record["derivedFrom"]["sha256"]) == 64


def test_arrays_stand_in_the_order_of_the_source() -> None:
    ((_, node),) = documents(EXAMPLES / "lighthouse.txt")
    assert node["funder"][0]["name"] == "Northern Coast Research Council"
    assert node["subjectText"]["none"] == [
        "Animal Migration - physiology",
        "Charadriiformes",
        "Light - adverse effects",
    ]


def said(*objects: tuple[str, str]) -> jsonld.Node:
    """The document of an item of which so much is said."""
    names = {"dcterms": "http://purl.org/dc/terms/", "prism": "http://prismstandard.org/namespaces/basic/2.0/"}
    names |= {"frapo": "http://purl.org/cerif/frapo/", "foaf": "http://xmlns.com/foaf/0.1/"}
    lines = []
    for property_, value in objects:
        prefix, _, name = property_.partition(":")
        lines.append(f"<{ITEM}> <{names[prefix]}{name}> {value} .")
    node = jsonld.nested(lines, ITEM, BASE)
    assert read_by_the_engine(jsonld.document(node, BASE)) == stated(lines)
    assert [fault.message for fault in VALID.iter_errors(node)] == []
    return node


def test_what_no_term_holds_stands_under_its_property() -> None:
    node = said(
        ("prism:doi", '"10.1/a"'), ("prism:doi", '"10.1/b"'), ("foaf:name", '"N"@none'), ("dcterms:title", "<x:1>")
    )
    assert (node["doi"], node["prism:doi"]) == ("10.1/a", ["10.1/b"])
    assert node["foaf:name"] == [{"value": "N", "lang": "none"}]
    assert node["dcterms:title"] == [{"id": "x:1"}]


def test_a_text_stands_under_its_language() -> None:
    node = said(("dcterms:title", '"A"@en'), ("dcterms:title", '"B"'), ("dcterms:title", '"C"@en'))
    assert node["title"] == {"en": ["A", "C"], "none": ["B"]}


def test_a_blank_node_that_is_met_once_needs_no_name() -> None:
    lines = [f"<{ITEM}> <http://purl.org/dc/terms/publisher> _:a .", '_:a <http://xmlns.com/foaf/0.1/name> "P" .']
    node = jsonld.nested(lines, ITEM, BASE)
    assert node["publisher"] == [{"name": "P"}]
    assert read_by_the_engine(jsonld.document(node, BASE)) == stated(lines)


PROPERTIES = [
    "http://purl.org/dc/terms/title",
    "http://purl.org/dc/terms/creator",
    "http://purl.org/dc/terms/issued",
    "http://purl.org/dc/terms/type",
    "http://purl.org/co/index",
    "http://xmlns.com/foaf/0.1/name",
    "http://xmlns.com/foaf/0.1/primaryTopic",
    "http://purl.org/spar/fabio/hasPublicationYear",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#type",
    "https://elsewhere.example.org/p",
]
THINGS = st.sampled_from(
    [pyoxigraph.NamedNode(f"{BASE}{name}") for name in ("item/1/1", "person/1", "record/1/1", "x#y")]
)
TYPES = ["string", "integer", "gYear", "date", "boolean"]
LITERALS = st.one_of(
    st.builds(
        lambda text, name: pyoxigraph.Literal(
            text, datatype=pyoxigraph.NamedNode(f"http://www.w3.org/2001/XMLSchema#{name}")
        ),
        st.sampled_from(["1", "01", "2019", "@id", "", "https://x.example.org/"]),
        st.sampled_from(TYPES),
    ),
    st.builds(
        lambda text, tag: pyoxigraph.Literal(text, language=tag), st.text(max_size=3), st.sampled_from(["en", "none"])
    ),
)


@settings(max_examples=300)
@given(
    st.lists(
        st.builds(
            lambda one, property_, other: pyoxigraph.Triple(one, pyoxigraph.NamedNode(property_), other),
            THINGS,
            st.sampled_from(PROPERTIES),
            st.one_of(THINGS, LITERALS),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_whatever_is_said_is_read_again(triples: list[pyoxigraph.Triple]) -> None:
    lines = [
        f"{triple} ."
        for triple in triples
        if not triple.predicate.value.endswith("#type") or isinstance(triple.object, pyoxigraph.NamedNode)
    ]
    node = jsonld.nested(lines, ITEM, BASE)
    assert read_by_the_engine(jsonld.document(node, BASE)) == stated(lines)
    assert [fault.message for fault in VALID.iter_errors(node)] == []
    assert len({*map(str, parsed(set(lines)))}) == len(stated(lines))


@pytest.mark.parametrize(
    "path",
    ["record/20.500.12345/678", "journal/5555-1238", "shelf", "ns", "sparql", "profile/core/1/schema-2.json"],
)
def test_what_the_site_sends_is_valid_against_the_schema_that_it_publishes(site: Site, path: str) -> None:
    published = json.loads(ask(site, "GET", "/profile/core/1/schema-2.json").body)
    Draft202012Validator.check_schema(published)
    answer = ask(site, "GET", f"/{path}", Accept="application/ld+json")
    while answer.status in {301, 303}:
        answer = ask(
            site, "GET", "/" + answer.headers["location"].removeprefix(site.base), Accept="application/ld+json"
        )
    assert answer.status == 200
    if not path.endswith(".json"):
        faults = Draft202012Validator(published).iter_errors(json.loads(answer.body))
        assert [(fault.message, [*fault.path]) for fault in faults] == []


def test_documents_of_earlier_versions_find_their_context(site: Site) -> None:
    assert json.loads(ask(site, "GET", "/profile/core/1/context.jsonld").body)["@context"]["journal"]
