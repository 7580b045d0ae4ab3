"""What the item is part of: journals with volume and issue, books, proceedings and series; pages; journal metrics.

A journal is known by its ISSN-L, else its ISSN, else its electronic ISSN, else its title.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import ontology
from converter.handlers import identifiers as identity
from converter.handlers.labels import type_keys
from converter.mapping.context import Item, term
from converter.record import Field
from converter.values import identifiers, iris
from converter.values.terms import XSD, iri, literal, triple, type_
from ontology import Row

_ISSN_ORDER = ("datacite:lissn", "datacite:issn", "datacite:eissn")
# What kind of container the kinds of work stand in, when no ISSN says that it is a serial.
_IN_A_BOOK = frozenset({"book-chapter", "reference-entry", "report-part"})
_IN_PROCEEDINGS = frozenset({"conference-paper", "conference-abstract", "conference-poster", "conference-object"})
_IN_A_SERIES = frozenset(
    {"book", "textbook", "reference-book", "conference-proceedings"}
    | {"thesis", "bachelor-thesis", "master-thesis", "doctoral-thesis"}
    | {"report", "technical-report", "research-report", "working-paper"}
)
_SERIES_NUMBER = re.compile(r"(?P<title>.+?)\s*;\s*(?P<number>[^;]+)")
_METRIC = re.compile(r"(?P<year>\d{4})\s+(?P<measure>[^:]+?)\s*:\s*(?P<value>\d+(?:[.,]\d+)?)")
_RANGE = re.compile(r"(?:pp?\.?\s*)?([A-Za-z]?\d+[A-Za-z]?)\s*[-–—]\s*([A-Za-z]?\d+[A-Za-z]?)")


class Container(NamedTuple):
    """What the item stands in: its address, its classes, and whether it is a serial with volumes and issues."""

    address: str
    classes: tuple[str, ...]
    is_serial: bool
    issn: str | None = None


def serial(item: Item, row: Row, field: Field) -> Iterator[str]:
    """An ISSN or ISBN of the container; the key ISSN also as prism:issn, so that records cannot disagree."""
    found = identity.normal(row.scheme, field.value)
    if found is None:
        item.note(field, f"no {identity.short(row.scheme)} with a right check digit; it identifies no container")
        return
    if found.doubt:
        item.note(field, found.doubt)
    container = item.once(container_of)
    if container is None:
        return
    bearer = _bearer(item, row, container)
    node = iri(bearer.address) if bearer else item.term
    yield from _container_lines(item, bearer) if bearer else ()
    short = identity.short(row.scheme)
    is_link = row.scheme == "datacite:lissn"
    yield from identity.identifier_lines(
        node, row.scheme, found.value, item.base, fragment="issn-l" if is_link else f"{short}-{iris.slug(found.value)}"
    )
    for property_ in row.properties:
        if property_ != term("prism:issn")[1:-1] and item.first(node, property_, found.value):
            yield triple(node, iri(property_), literal(found.value))
    if bearer and bearer.issn:
        yield triple(node, term("prism:issn"), literal(bearer.issn))


def _bearer(item: Item, row: Row, found: Container) -> Container | None:
    """What the number is of: an ISBN is never that of a serial, but of the book that is in it; None for the item."""
    if row.scheme != "datacite:isbn" or not found.issn:
        return found
    if item.once(type_keys) & _IN_A_SERIES:
        return None
    return Container(f"{item.address}#container", ("fabio:Expression", "fabio:Book"), is_serial=False)


def container(item: Item, row: Row, field: Field) -> Iterator[str]:
    """The journal, book or series that the value names; an address is linked as it is."""
    target = identifiers.web_address(field.value)
    if target:
        yield from item.companion(row, literal(field.value))
        yield triple(item.term, term("dcterms:isPartOf"), iri(target))
        return
    if row.scheme == "series":
        yield from _series(item, row, field)
        return
    found = item.once(container_of)
    if found is None:
        return
    node = iri(found.address)
    yield from _container_lines(item, found)
    yield triple(node, term("dcterms:title"), literal(field.value))
    if found.is_serial:
        yield triple(item.term, term("prism:publicationName"), literal(field.value))


def part(item: Item, row: Row, field: Field) -> Iterator[str]:
    """The volume or issue: its number on the item, and itself as a resource between the item and the journal."""
    (property_,) = row.properties
    if not item.first(item.term, property_, field.value):
        item.note(field, f"a second {row.scheme} number; the first is kept")
        return
    yield triple(item.term, iri(property_), literal(field.value))
    journal = item.once(journal_of)
    if not journal:
        return
    volume = _number(item, "volume")
    if row.scheme == "volume":
        node = iris.volume(journal, field.value)
        yield from _part_lines(node, "fabio:JournalVolume", field.value, journal)
        if not _number(item, "issue"):
            yield from _part_of(item, node)
    else:
        node = iris.issue(journal, volume, field.value)
        yield from _part_lines(
            node, "fabio:JournalIssue", field.value, iris.volume(journal, volume) if volume else journal
        )
        yield from _part_of(item, node)


def page(item: Item, row: Row, field: Field) -> Iterator[str]:
    """A first or last page, or a range of them, on the item and on its published form."""
    manifestation, ties = item.manifestation()
    pages = dict.fromkeys(row.properties, field.value)
    if row.parser == "range":
        match = _RANGE.fullmatch(field.value)
        if match:
            pages |= {
                term("prism:startingPage")[1:-1]: match[1],
                term("prism:endingPage")[1:-1]: match[2],
            }
    for property_, value in pages.items():
        if item.first(item.term, property_, value):
            yield from ties
            yield triple(item.term, iri(property_), literal(value))
            yield triple(manifestation, iri(property_), literal(value))
        else:
            item.note(field, "a second value where one is meant; the first is kept")


def metric(item: Item, row: Row, field: Field) -> Iterator[str]:
    """A yearly figure of the journal, as BiDO describes it."""
    match = _METRIC.fullmatch(field.value)
    journal = item.once(journal_of)
    if not match or not journal:
        item.note(field, "no journal to carry it" if match else "no figure of the form “2021 Impact Factor: 27.973”")
        return
    name = match["measure"]
    measure = ontology.values("metric").get(name.casefold())
    if measure is None:
        item.note(field, f"the measure {name!r} is not in values.csv (metric); add it there")
        return
    node = (
        f"{journal}#{iris.slug(measure.replace(':', '/').rpartition('/')[2].removeprefix('journal-'))}-{match['year']}"
    )
    value = f"{node}-value"
    yield triple(iri(journal), iri(row.properties[0]), iri(node))
    yield triple(iri(node), type_, term("bido:BibliometricDataInTime"))
    yield triple(iri(node), term("rdfs:label"), literal(f"{match['year']} {name}"))
    yield triple(iri(node), term("dcterms:date"), literal(match["year"], datatype=XSD + "gYear"))
    yield triple(iri(node), term("bido:withBibliometricData"), iri(value))
    yield triple(iri(value), type_, term("bido:NumericBibliometricData"))
    yield triple(iri(value), term("bido:hasMeasure"), term(measure) if ":" in measure else iri(item.base + measure))
    number = literal(match["value"].replace(",", "."), datatype=XSD + "float")
    yield triple(iri(value), term("bido:hasNumericValue"), number)


def journal_of(item: Item) -> str | None:
    """The address of the journal or other serial that the item stands in."""
    found = item.once(container_of)
    return found.address if found and found.is_serial else None


def container_of(item: Item) -> Container | None:
    """What the item stands in, decided from all its serial and container rows together."""
    keys = item.once(type_keys)
    issn = _key_issn(item)
    title = next(
        (
            field.value
            for field, row in item.of_kind("container")
            if row.scheme != "series" and not identifiers.web_address(field.value)
        ),
        "",
    )
    if issn:
        kind = "fabio:Series" if keys & _IN_A_SERIES else "fabio:Journal"
        return Container(iris.journal(item.base, issn), ("fabio:Expression", kind), is_serial=True, issn=issn)
    has_isbn = any(row.kind == "serial" and identity.normal(row.scheme, field.value) for field, row in item.rows)
    if not title and not has_isbn:
        return None
    here = f"{item.address}#container"
    if keys & _IN_A_BOOK or has_isbn:
        return Container(here, ("fabio:Expression", "fabio:Book"), is_serial=False)
    if keys & _IN_PROCEEDINGS:
        return Container(here, ("fabio:Expression", "fabio:AcademicProceedings"), is_serial=False)
    if any(ontology.types()[key]["in_periodical"] or "journal" in key for key in keys) or item.once(_has_parts):
        return Container(iris.journal(item.base, title=title), ("fabio:Expression", "fabio:Journal"), is_serial=True)
    return Container(here, ("fabio:Expression",), is_serial=False)


def _has_parts(item: Item) -> bool:
    return any(True for _ in item.of_kind("part"))


def _key_issn(item: Item) -> str | None:
    for scheme in _ISSN_ORDER:
        for field, row in item.of_kind("serial"):
            if row.scheme == scheme:
                found = identity.normal(scheme, field.value)
                if found:
                    return found.value
    return None


def _container_lines(item: Item, found: Container) -> Iterator[str]:
    node = iri(found.address)
    for class_ in found.classes:
        yield triple(node, type_, term(class_))
    yield triple(item.term, term("dcterms:isPartOf"), node)


def _series(item: Item, row: Row, field: Field) -> Iterator[str]:
    """A series, and the number of the item in it, from "Title;number"."""
    match = _SERIES_NUMBER.fullmatch(field.value)
    title, number = (match["title"], match["number"]) if match else (field.value, "")
    node = iri(f"{item.base}series/{iris.slug(title)}")
    yield from item.companion(row, item.text(field))
    yield triple(item.term, term("dcterms:isPartOf"), node)
    yield triple(node, type_, term("fabio:Expression"))
    yield triple(node, type_, term("fabio:Series"))
    yield triple(node, term("dcterms:title"), literal(title))
    if number:
        yield triple(item.term, term("fabio:hasSequenceIdentifier"), literal(number))


def _part_of(item: Item, node: str) -> Iterator[str]:
    """The item as a part of one thing, and no more."""
    if item.first(item.term, term("frbr:partOf")[1:-1], iri(node)):
        yield triple(item.term, term("frbr:partOf"), iri(node))


def _number(item: Item, scheme: str) -> str | None:
    return next((field.value for field, row in item.of_kind("part") if row.scheme == scheme), None)


def _part_lines(node: str, class_: str, number: str, parent: str) -> Iterator[str]:
    yield triple(iri(node), type_, term("fabio:Expression"))
    yield triple(iri(node), type_, term(class_))
    yield triple(iri(node), term("fabio:hasSequenceIdentifier"), literal(number))
    yield triple(iri(node), term("frbr:partOf"), iri(parent))
