"""What kind of work the item is: classes, DCMI and COAR types, the work behind it, its version and review status."""

from __future__ import annotations

import re
from collections.abc import Iterator

import ontology
from converter.handlers.labels import keys_of, normal_value, type_key, type_keys
from converter.handlers.standing import journal_of
from converter.mapping.context import Item, term
from converter.record import Field
from converter.values import identifiers
from converter.values.terms import iri, literal, triple, type_
from ontology import Row

_VERSION = re.compile(r"(?:v(?:er(?:sion)?)?\.?\s*)?\d+(?:[.-]\w+)*(?:\+[\w.]+)?", re.IGNORECASE)
"""The number of a version, of a data set or a program."""


def kind(item: Item, row: Row, field: Field) -> Iterator[str]:
    """The classes of the item; a version or review status that stands among the types is given as one."""
    yield from item.companion(row, literal(field.value))
    term_of_source = identifiers.web_address(field.authority or "")
    if term_of_source:
        yield triple(item.term, term("dcterms:type"), iri(term_of_source))
    keys = keys_of(field.value)
    for key in keys:
        yield from _class_lines(item, key)
    if keys:
        return
    for table in ("version", "peerreview"):
        status_ = ontology.values(table).get(normal_value(field.value))
        if status_:
            yield from _status_lines(item, field, status_)
            return
    item.note(field, "no type of type-labels.csv; it gives the item no class")


def refinement(item: Item, row: Row, field: Field) -> Iterator[str]:
    """The class that a degree makes of a thesis."""
    yield from item.companion(row, literal(field.value))
    target = ontology.values("degree").get(normal_value(field.value), "")
    key = target.removeprefix("type=") if target.startswith("type=") else type_key(field.value)
    if not key:
        item.note(field, "no degree of values.csv (degree)", "info")
        return
    yield from _class_lines(item, key)


def entity(item: Item, row: Row, field: Field) -> Iterator[str]:  # noqa: ARG001 - the signature of every kind
    """The class of an entity: a person, an organisation, a project that is itself a record."""
    key = f"entity:{field.value}"
    if key not in ontology.types():
        item.note(field, "no entity of types.csv; the item is called an expression only")
        return
    yield from _class_lines(item, key)


def status(item: Item, row: Row, field: Field) -> Iterator[str]:
    """The publication or review status, with the words of the source as its label; or the number of a version."""
    yield from item.companion(row, literal(field.value))
    found = ontology.values(row.scheme).get(normal_value(field.value))
    if found is None and row.scheme == "version" and _VERSION.fullmatch(field.value):
        yield triple(item.term, term("dcat:version"), literal(field.value))
        return
    if found is None:
        item.note(field, f"no status of values.csv ({row.scheme}); kept as text")
        return
    yield from _status_lines(item, field, found)


def is_entity(item: Item) -> bool:
    """Whether the record is a person, organisation or other thing that is no expression."""
    for field, _ in item.of_kind("entity-type"):
        row = ontology.types().get(f"entity:{field.value}")
        if row and not row["class"].startswith("fabio:"):
            return True
    # A grant, a project or an instrument that has a DOI of its own is no work either.
    keys = item.once(type_keys)
    return bool(keys) and all(ontology.types()[key]["class"].startswith(("frapo:", "foaf:")) for key in keys)


def _class_lines(item: Item, key: str) -> Iterator[str]:
    row = ontology.types()[key]
    in_journal = row["in_periodical"] and item.once(journal_of)
    for curie in (row["in_periodical"] if in_journal else row["class"]).split():
        yield triple(item.term, type_, term(curie))
    for column in ("dcmitype", "coar"):
        if row[column]:
            yield triple(item.term, term("dcterms:type"), term(row[column]))
    for curie in row["work_class"].split():
        work = item.part("work")
        yield triple(item.term, term("frbr:realizationOf"), work)
        yield triple(work, type_, term(curie))
        yield triple(work, type_, term("fabio:Work"))


def _status_lines(item: Item, field: Field, status_: str) -> Iterator[str]:
    """One status node a value; a corrected order of rows leaves it where it is."""
    node = item.part(f"status-{item.once(_status_numbers)[id(field)]}")
    yield triple(item.term, term("pso:holdsStatusInTime"), node)
    yield triple(node, type_, term("pso:StatusInTime"))
    yield triple(node, term("pso:withStatus"), term(status_))
    yield triple(node, term("rdfs:label"), literal(field.value))


def _status_numbers(item: Item) -> dict[int, int]:
    """The number of each value that is a status, by the identity of its field."""
    stated = (
        field for field, row in item.of_kind("status", "type") if row.kind == "status" or not type_key(field.value)
    )
    return {id(field): number for number, field in enumerate(stated, 1)}
