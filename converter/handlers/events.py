"""The conference or other event that a work was given at: its name, its place, its dates, on one node of the item.

Where it took place is said of the event; it is not what the work is about.
"""

from __future__ import annotations

from collections.abc import Iterator

from converter.mapping.context import Item, term
from converter.record import Field
from converter.values import dates, identifiers, iris
from converter.values.terms import XSD, iri, literal, triple, type_
from ontology import Row

_EDTF = "http://id.loc.gov/datatypes/edtf/EDTF"


def event(item: Item, row: Row, field: Field) -> Iterator[str]:
    """The event by its name; a row whose scheme is `place` or `date` describes the one event of the record."""
    yield from item.companion(row, item.text(field))
    if row.scheme:
        node = item.once(_first)
        yield from _event_lines(item, row, node)
        yield from _DETAILS[row.scheme](item, node, field)
        return
    node = item.part(f"event-{iris.slug(field.value)}")
    yield from _event_lines(item, row, node)
    yield triple(node, term("rdfs:label"), item.text(field))
    for address in field.identifiers:
        if page := identifiers.web_address(address):
            yield triple(node, term("owl:sameAs"), iri(page))


def _event_lines(item: Item, row: Row, node: str) -> Iterator[str]:
    yield from item.state(row, node)
    yield triple(node, type_, term("dcmitype:Event"))


def _place(item: Item, node: str, field: Field) -> Iterator[str]:
    place = iri(iris.place(item.base, field.value))
    yield triple(node, term("dcterms:spatial"), place)
    yield triple(place, type_, term("frbr:Place"))
    yield triple(place, term("rdfs:label"), literal(field.value))


def _date(item: Item, node: str, field: Field) -> Iterator[str]:
    found = dates.parse(field.value)
    if found is None:
        item.note(field, f"no date: {dates.why_not(field.value)}; kept as text")
        yield triple(node, term("dcterms:date"), literal(field.value))
        return
    datatype = _EDTF if found.datatype == "edtf" else XSD + found.datatype
    yield triple(node, term("dcterms:date"), literal(found.lexical, datatype=datatype))


_DETAILS = {"place": _place, "date": _date}


def _first(item: Item) -> str:
    """The node of the first event that has a name, else of one that has none."""
    named = next((field.value for field, row in item.of_kind("event") if not row.scheme), "")
    return item.part(f"event-{iris.slug(named)}" if named else "event")
