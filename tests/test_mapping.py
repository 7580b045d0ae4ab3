"""Record → triples: identity without false merges, nothing lost, nothing private stated."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path

import pyoxigraph
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from pyshacl import validate
from rdflib import Graph, Literal, URIRef

import ontology
from converter import jsonld
from converter.errors import CrosswalkError
from converter.graph import FORMATS, document
from converter.mapping.engine import Mapped, Mapper
from converter.privacy import published
from converter.record import Field, File, Record
from converter.sources.detection import read
from converter.values import mesh
from converter.values.iris import field as property_of
from converter.values.terms import iri, triple
from ontology import TableError
from tests.conftest import EXAMPLES, ROOT

BASE = "https://data.example.org/"
MAPPER = Mapper()


def mapped(*fields: Field | tuple[str, str], handle: str = "12345/1", **more: object) -> Mapped:
    """What becomes of a record with these fields."""
    made = tuple(field if isinstance(field, Field) else Field(*field) for field in fields)
    return MAPPER.map(Record(identifier=handle, handle=handle, fields=made, **more))  # type: ignore[arg-type] # by name


def objects(found: Mapped, property_: str, subject: str = "item/12345/1") -> list[str]:
    """The objects of a property, as terms, of a subject below the base."""
    start = f"<{BASE}{subject}> <{ontology.expand(property_, 'test')}> "
    return [line.removeprefix(start).removesuffix(" .") for line in sorted(found.lines) if line.startswith(start)]


def persons(found: Mapped) -> set[str]:
    """The addresses of the persons."""
    mark = "> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://xmlns.com/foaf/0.1/Person> ."
    return {line.removesuffix(mark)[1:].removeprefix(BASE) for line in found.lines if line.endswith(mark)}


def reasons(found: Mapped) -> str:
    """What the report says."""
    return " | ".join(finding.reason for finding in found.findings)


AUTHOR, KEY, CREATOR = "dc.contributor.author", "dc.identifier.authority", "dc.creator"


def test_a_key_joins_the_one_author_of_its_name() -> None:
    found = mapped((AUTHOR, "Lu, L"), (AUTHOR, "Shi, S"), (KEY, "Lu, L=rp1"))
    assert persons(found) == {"person/12345/rp1", "item/12345/1#person-shi-s"}


def test_a_key_joins_nobody_where_two_authors_bear_the_name() -> None:
    found = mapped((AUTHOR, "Lu, L"), (AUTHOR, "Lu, L"), (KEY, "Lu, L=rp1"))
    assert persons(found) == {"item/12345/1#person-lu-l", "item/12345/1#person-lu-l-2"}
    assert "joins nobody" in reasons(found)


def test_an_authority_on_two_names_joins_nobody() -> None:
    one, other = (Field(AUTHOR, name, authority="a1", confidence=600) for name in ("Lu, L", "Shi, S"))
    found = mapped(one, other)
    assert not any("person/" in person and "#" not in person for person in persons(found))
    assert "stands with several names" in reasons(found)


@pytest.mark.parametrize(("confidence", "keyed"), [(600, True), (500, True), (400, False), (-1, False), (None, True)])
def test_an_authority_counts_from_confidence_500(confidence: int | None, keyed: bool) -> None:
    found = mapped(Field(AUTHOR, "Lu, L", authority="a1", confidence=confidence))
    assert ("person/12345/a1" in persons(found)) is keyed


def test_the_number_of_a_relationship_is_no_key() -> None:
    assert persons(mapped(Field(AUTHOR, "Lu, L", authority="virtual::77", confidence=600))) == {
        "item/12345/1#person-lu-l"
    }


def test_an_orcid_names_a_person_and_a_wrong_one_does_not() -> None:
    right, wrong = "0000-0002-1825-0097", "0000-0002-1825-0098"
    assert persons(mapped(Field(AUTHOR, "Lu, L", authority=right))) == {f"person/orcid/{right}"}
    assert f"person/orcid/{wrong}" not in persons(mapped(Field(AUTHOR, "Lu, L", authority=wrong)))


def test_a_creator_that_repeats_an_author_is_the_same() -> None:
    found = mapped((AUTHOR, "Lu, L"), (CREATOR, "Lu, L"))
    assert len(objects(found, "pro:isDocumentContextFor")) == 1


def test_an_author_who_edits_too_is_one_person_in_two_roles() -> None:
    found = mapped((AUTHOR, "Lu, L"), ("dc.contributor.editor", "Lu, L"))
    assert persons(found) == {"item/12345/1#person-lu-l"}
    assert len(objects(found, "pro:isDocumentContextFor")) == 2


def test_a_university_is_no_person() -> None:
    found = mapped((AUTHOR, "University of the Northern Coast"))
    assert objects(found, "dcterms:creator") == [f"<{BASE}org/university-of-the-northern-coast>"]


def test_the_order_of_the_rows_of_a_journal_does_not_matter() -> None:
    fields = [
        ("dc.identifier.volume", "12"),
        ("dc.identifier.issue", "4"),
        ("dc.relation.ispartof", "Annals"),
        ("dc.identifier.issn", "5555-1238"),
        ("dc.type", "Article"),
    ]
    one, other = set(mapped(*fields).lines), set(mapped(*reversed(fields)).lines)
    assert {line for line in one ^ other if "sha256" not in line} == set()


def test_a_wrong_issn_identifies_no_journal_and_is_reported() -> None:
    found = mapped(("dc.identifier.issn", "5555-1239"), ("dc.type", "Article"))
    assert "right check digit" in reasons(found)
    assert "5555-1239" in "".join(found.lines)
    assert not any("journal/5555" in line for line in found.lines)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2010", '"2010"^^<http://www.w3.org/2001/XMLSchema#gYear>'),
        ("2010-03", '"2010-03"^^<http://www.w3.org/2001/XMLSchema#gYearMonth>'),
        ("29-Jul-1898", '"1898-07-29"^^<http://www.w3.org/2001/XMLSchema#date>'),
        ("ca. 1905", '"1905~"^^<http://id.loc.gov/datatypes/edtf/EDTF>'),
    ],
)
def test_a_date_keeps_the_precision_that_it_has(value: str, expected: str) -> None:
    assert objects(mapped(("dc.date.issued", value)), "dcterms:issued") == [expected]


def test_an_impossible_date_is_reported_with_its_reason() -> None:
    assert "no day 30 in 2019-02" in reasons(mapped(("dc.date.issued", "2019-02-30")))


def test_an_unknown_type_gives_the_general_class_and_a_line() -> None:
    found = mapped(("dc.type", "Zxcvb"))
    assert objects(found, "rdf:type") == ["<http://purl.org/spar/fabio/Expression>"]
    assert objects(found, "dc:type") == ['"Zxcvb"']
    assert "no type" in reasons(found)


def test_a_field_that_no_row_names_is_kept_under_its_own_name() -> None:
    found = mapped(("local.shelf.mark", "NC 17"))
    assert f'<{BASE}item/12345/1> <{BASE}field/local/shelf/mark> "NC 17" .' in found.lines
    assert found.counts == {"fallback": 1}


@pytest.mark.parametrize("name", ["dc.description.provenance", "dc.identifier.email", "eperson.phone"])
def test_private_fields_are_told_to_nobody(name: str) -> None:
    found = mapped((name, "Lu, L:lu@example.org"))
    assert found.counts == {"private": 1}
    assert "lu@example.org" not in str(found.lines) + reasons(found)


def test_an_address_in_any_other_field_is_masked() -> None:
    found = mapped(("dc.description.abstract", "Write to lu@example.org."), ("dc.rights", "(c) shi@example.org"))
    stated = "".join(found.lines) + str([finding[:] for finding in found.findings])
    assert "@example.org" not in stated
    assert objects(found, "dcterms:abstract") == ['"Write to [e-mail address removed]."']
    assert "(c) [e-mail address removed]" in stated


@pytest.mark.parametrize(
    "address", ["https://example.org/people/ann@example.com/page", "https://example.org/?mail=ann%40example.com"]
)
@pytest.mark.parametrize(
    "name", ["dc.identifier.uri", "dc.relation.uri", "dc.source.uri", "dc.rights.uri", "any.thing"]
)
def test_an_address_of_which_something_is_cut_out_leads_nowhere(name: str, address: str) -> None:
    found = mapped((name, address))
    assert found.counts == {"private": 1}
    assert "removed" not in "".join(found.lines)
    assert "example.com" not in "".join(found.lines) + str([finding[:] for finding in found.findings])


def test_what_the_table_of_redactions_names_is_cut_out_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ontology, "redactions", lambda: ((re.compile(r"\d{3}-\d{2}-\d{4}"), r"[no \1 number]"),))
    fields = [
        ("dc.title", "Case 123-45-6789"),
        ("dc.contributor.author", "Gull, Ann (123-45-6789)"),
        ("dc.subject", "123-45-6789"),
        ("dc.identifier.uri", "https://example.org/123-45-6789"),
        ("any.thing", "a 123-45-6789 b"),
    ]
    found = mapped(*fields)
    assert "123-45-6789" not in "".join(found.lines) + str([finding[:] for finding in found.findings])
    assert objects(found, "dcterms:title") == [r'"Case [no \\1 number]"']
    record = Record("1", fields=tuple(Field(*field) for field in fields))
    assert b"123-45-6789" not in published(record, ontology.Crosswalk())
    assert b"Case [no" in published(record, ontology.Crosswalk())


@pytest.mark.parametrize(
    ("pattern", "fault"),
    [("(", "is no regular expression"), ("a*", "is found everywhere"), ("", "is found everywhere")],
)
def test_a_redaction_that_cannot_be_meant_is_refused(monkeypatch: pytest.MonkeyPatch, pattern: str, fault: str) -> None:
    row = {"pattern": pattern, "mask": "x", "note": ""}
    monkeypatch.setattr(ontology, "table", lambda _: iter([("redactions.csv:5", row)]))
    with pytest.raises(TableError, match=f"redactions.csv:5: .* {fault}"):
        ontology.redactions.__wrapped__()


def test_a_withdrawn_record_leaves_a_tombstone() -> None:
    found = mapped(deleted=True, datestamp="2025-06-05T12:00:00Z")
    moment = '"2025-06-05T12:00:00Z"^^<http://www.w3.org/2001/XMLSchema#dateTime>'
    assert objects(found, "prov:invalidatedAtTime", "record/12345/1") == [moment]


def test_a_file_has_name_format_size_and_address() -> None:
    file = File(
        "a b.pdf",
        url="https://x.example.org/a b.pdf",
        media_type="application/pdf",
        size=12,
        checksum="0123",
        checksum_algorithm="MD5",
        access="Open access",
    )
    found = mapped(files=(file,))
    node = "item/12345/1#file-a-b-pdf"
    assert objects(found, "dcterms:title", node) == ['"a b.pdf"']
    assert "https://x.example.org/a%20b.pdf" in objects(found, "fabio:hasURL", node)[0]
    assert objects(found, "dcterms:extent", node) == ['"12 bytes"']
    assert objects(found, "dc:identifier", node) == ['"MD5 0123"']
    assert objects(found, "dcterms:accessRights", node) == ["<http://purl.org/coar/access_right/c_abf2>"]


def test_a_work_that_is_named_by_its_doi_is_cited_and_a_search_is_not() -> None:
    found = mapped(
        ("dc.relation.references", "https://doi.org/10.5555/older"),
        ("dc.relation.isreferencedby", "doi:10.5555/newer"),
        ("dc.relation.references", "http://www.scopus.com/mlt/select.url?eid=1"),
    )
    assert objects(found, "cito:cites") == ["<https://doi.org/10.5555/older>"]
    assert objects(found, "cito:isCitedBy") == ["<https://doi.org/10.5555/newer>"]
    assert objects(found, "rdfs:seeAlso") == ["<http://www.scopus.com/mlt/select.url?eid=1>"]


def test_a_mesh_heading_leads_to_its_descriptor_and_qualifier() -> None:
    found = mapped(("dc.subject.mesh", "Lupus Erythematosus, Systemic - immunology"))
    heading, qualifier = "subject/mesh/lupus-erythematosus-systemic", "subject/mesh-qualifier/immunology"
    assert objects(found, "skos:exactMatch", heading) == ["<http://id.nlm.nih.gov/mesh/D008180>"]
    assert objects(found, "skos:exactMatch", qualifier) == ["<http://id.nlm.nih.gov/mesh/Q000276>"]


def test_without_the_labels_of_mesh_the_heading_still_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mesh, "labels", lambda: mesh.Labels({}, {}))
    found = mapped(("dc.subject.mesh", "Lupus Erythematosus, Systemic - immunology"))
    heading = "subject/mesh/lupus-erythematosus-systemic"
    assert objects(found, "skos:exactMatch", heading) == []
    assert objects(found, "skos:prefLabel", heading) == ['"Lupus Erythematosus, Systemic"@en']


NAMES = st.sampled_from(sorted({*ontology.field_names(), "local.x.y", "dc.subject.mine", "dc.identifier.mine", "x.y"}))
FIELDS = st.lists(st.builds(Field, NAMES, st.text(max_size=60), st.none() | st.text(max_size=6)), max_size=12)


@settings(max_examples=300)
@given(FIELDS)
def test_every_value_has_an_outcome_and_every_line_is_rdf(fields: list[Field]) -> None:
    found = mapped(*fields)
    assert len(found.outcomes) == len(fields)
    silent = {"reported", "archived"}
    stated = {finding.field for finding in found.findings}
    assert all(field.name in stated for field, _, outcome in found.outcomes if outcome in silent)
    list(pyoxigraph.parse("\n".join(found.lines), format=pyoxigraph.RdfFormat.N_TRIPLES))


@settings(max_examples=60)
@given(FIELDS)
def test_every_format_holds_the_same_triples(fields: list[Field]) -> None:
    lines = list(mapped(*fields).lines)
    expected = {str(quad.triple) for quad in pyoxigraph.parse("\n".join(lines), format=pyoxigraph.RdfFormat.N_TRIPLES)}
    for name, format_ in FORMATS.items():
        written = document(lines, name, BASE)
        found = {str(quad.triple) for quad in pyoxigraph.parse(written, format=format_.engine)}
        assert found == expected, name
        if name == "rdf":
            # The engine reads names that no XML has.
            etree.fromstring(written)
    nested = jsonld.document(jsonld.nested(lines, f"{BASE}item/12345/1"))
    assert {str(quad.triple) for quad in pyoxigraph.parse(nested, format=pyoxigraph.RdfFormat.JSON_LD)} == expected


@pytest.mark.parametrize("name", ["marc.650.0", "local.shelf.9a~", "local.shelf.10%", "local.é", "x.0_", "x._"])
def test_a_field_of_any_name_is_an_element_of_rdf_xml(name: str) -> None:
    lines = mapped(Field(name, "a value")).lines
    graph = Graph().parse(data=document(lines, "rdf", BASE), format="xml")
    assert (None, URIRef(property_of(BASE, name)), Literal("a value")) in graph


def test_names_of_fields_that_differ_are_different_properties() -> None:
    assert len({property_of(BASE, name) for name in ("x.0", "x.0_", "x.0__", "x._0", "x._", "x")}) == 6


def test_what_is_no_thing_of_ours_stays_in_the_nested_document() -> None:
    item, elsewhere = iri(f"{BASE}item/12345/1"), iri("https://doi.org/10.5555/1")
    for name in ("dcterms:isPartOf", "frbr:partOf", "frapo:isFundedBy", "fabio:hasSubjectTerm"):
        line = triple(item, iri(ontology.expand(name, "test")), elsewhere)
        nested = jsonld.document(jsonld.nested([line], f"{BASE}item/12345/1"))
        quads = list(pyoxigraph.parse(nested, format=pyoxigraph.RdfFormat.JSON_LD))
        assert [f"{quad.triple} ." for quad in quads] == [line], name


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("name", ["lighthouse.txt", "listrecords-dim.xml", "listrecords-oai_dc.xml"])
def test_the_examples_violate_no_shape(name: str) -> None:
    lines = [line for record in read(str(EXAMPLES / name)) for line in MAPPER.map(record).lines]
    graph = Graph().parse(data="\n".join(lines), format="nt")
    shapes = str(ROOT / "ontology" / "shapes.ttl")
    _, _, text = validate(graph, shacl_graph=shapes, inference="none", do_owl_imports=False, allow_warnings=True)
    assert "Severity: sh:Violation" not in text


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    """A copy of the tables, to change."""
    shutil.copytree(ROOT / "ontology", tmp_path / "tables", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "tables"


def add_row(tables: Path, **cells: str) -> None:
    """One more row at the end of the table of dc."""
    with (tables / "crosswalk" / "dc.csv").open("a", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, ontology.COLUMNS, restval="", lineterminator="\n").writerow(cells)


def test_a_new_field_works_by_one_row(tables: Path) -> None:
    add_row(tables, field="dc.shelfmark", kind="string", node="self", property="dcterms:bibliographicCitation")
    mapper = Mapper(crosswalk=ontology.Crosswalk(tables))
    found = mapper.map(Record(identifier="x", handle="12345/1", fields=(Field("dc.shelfmark", "NC 17"),)))
    assert objects(found, "dcterms:bibliographicCitation") == ['"NC 17"']


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"kind": "strnig", "property": "dcterms:title"}, "no kind is called 'strnig'"),
        ({"kind": "string", "property": "dct:title"}, "no prefix"),
        ({"kind": "string", "node": "slef", "property": "dcterms:title"}, "no node is called 'slef'"),
        ({"kind": "string", "property": "dcterms:title", "parser": "tilte"}, "no parser is called 'tilte'"),
        ({"kind": "string"}, "goes nowhere"),
        ({"kind": "agent", "property": "dcterms:creator", "scheme": "author"}, "needs a role"),
    ],
)
def test_a_wrong_row_is_refused_with_file_and_line(tables: Path, cells: dict[str, str], words: str) -> None:
    add_row(tables, field="dc.shelfmark", **cells)
    lines = len((tables / "crosswalk" / "dc.csv").read_text(encoding="utf-8").splitlines())
    with pytest.raises((CrosswalkError, ontology.TableError)) as fault:
        Mapper(crosswalk=ontology.Crosswalk(tables))
    assert str(fault.value).startswith(f"crosswalk/dc.csv:{lines}: ")
    assert words in str(fault.value)


@pytest.mark.parametrize("name", ["marc.952.9", "marc.015.2", "local.20%", "local.a~", "local._", "local.ü", "x.1-2.3"])
def test_a_field_of_any_name_can_be_told_in_rdf_xml(name: str) -> None:
    lines = Mapper(BASE).triples(Record("r", fields=(Field(name, "Of fog"),)))
    stated = pyoxigraph.parse(document(lines, "rdf", BASE), format=pyoxigraph.RdfFormat.RDF_XML)
    assert {f"{quad.triple} ." for quad in stated} == set(lines)
