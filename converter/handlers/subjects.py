"""Subjects: the words as printed, and the concepts that they name, each in the scheme that its field states."""

from __future__ import annotations

from collections.abc import Iterator

from converter.mapping.context import Item, term
from converter.record import Field
from converter.values import identifiers, iris, languages, mesh
from converter.values.terms import iri, literal, triple, type_
from converter.values.text import keywords
from ontology import Row

_KEYWORDS = "keyword"
_LONGEST_LIST = 2_000
_MESH_QUALIFIERS = "mesh-qualifier"


def concept(item: Item, row: Row, field: Field) -> Iterator[str]:
    """A heading or keyword as a concept of its scheme, beside the words as printed."""
    yield from item.companion(row, item.text(field))
    if row.parser == "mesh":
        yield from _mesh(item, field)
        return
    scheme = row.scheme.replace("{qualifier}", iris.slug(field.name.rpartition(".")[2]))
    for label in _labels(row, field.value):
        node = iri(iris.subject(item.base, scheme, label))
        yield from item.state(row, node)
        yield from _concept_lines(item, node, scheme, label, languages.language_tag(field.language))
        authority = identifiers.web_address(field.authority or "") or identifiers.web_address(label)
        if authority:
            yield triple(node, term("skos:exactMatch"), iri(authority))


def _labels(row: Row, value: str) -> list[str]:
    is_list = row.scheme == _KEYWORDS and ";" in value and len(value) <= _LONGEST_LIST
    return keywords(value) if row.parser == "split-comma" or is_list else [value]


def _concept_lines(item: Item, node: str, scheme: str, label: str, tag: str | None) -> Iterator[str]:
    yield triple(node, type_, term("skos:Concept"))
    yield triple(node, type_, term("fabio:SubjectTerm"))
    text = literal(label, tag)
    # Labels that differ in case or punctuation name one concept, which has one preferred label a language.
    property_ = "skos:prefLabel" if item.first(node, f"label {tag}", text) else "skos:altLabel"
    yield triple(node, term(property_), text)
    yield triple(node, term("skos:inScheme"), iri(f"{item.base}subject/{iris.slug(scheme)}"))


def _mesh(item: Item, field: Field) -> Iterator[str]:
    """A MeSH heading, and each pair of heading and qualifier, as the indexer assigned them."""
    read = mesh.heading(field.value)
    heading = iris.subject(item.base, "mesh", read.descriptor)
    node = iri(heading)
    yield triple(item.term, term("dcterms:subject"), node)
    yield from _concept_lines(item, node, "mesh", read.descriptor, "en")
    yield triple(node, type_, term("meshv:Descriptor"))
    # The number that the source gives is that of the heading where no qualifier stands behind it.
    stated = None if read.qualifiers else identifiers.web_address(field.authority or "")
    yield from _match(node, mesh.descriptor_iri(read.descriptor) or stated)
    if not read.qualifiers:
        yield triple(item.term, term("fabio:hasSubjectTerm"), node)
    for qualifier in read.qualifiers:
        pair = iri(f"{heading}/{iris.slug(qualifier)}")
        qualifier_node = iri(iris.subject(item.base, _MESH_QUALIFIERS, qualifier))
        yield triple(item.term, term("fabio:hasSubjectTerm"), pair)
        yield from _concept_lines(item, pair, "mesh", f"{read.descriptor}/{qualifier}", "en")
        yield triple(pair, type_, term("meshv:DescriptorQualifierPair"))
        yield triple(pair, term("skos:broader"), node)
        yield triple(pair, term("meshv:hasDescriptor"), node)
        yield triple(pair, term("meshv:hasQualifier"), qualifier_node)
        yield triple(qualifier_node, type_, term("skos:Concept"))
        yield triple(qualifier_node, type_, term("meshv:Qualifier"))
        yield triple(qualifier_node, term("skos:prefLabel"), literal(qualifier, "en"))
        yield triple(qualifier_node, term("skos:inScheme"), iri(f"{item.base}subject/{_MESH_QUALIFIERS}"))
        yield from _match(qualifier_node, mesh.qualifier_iri(qualifier))


def _match(node: str, target: str | None) -> Iterator[str]:
    if target:
        yield triple(node, term("skos:exactMatch"), iri(target))
