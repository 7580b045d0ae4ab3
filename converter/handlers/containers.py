"""What the item is part of: journals with volume and issue, books, proceedings and series; pages; journal metrics."""

from __future__ import annotations

import re
from collections.abc import Iterator

import ontology
from converter.handlers import identifiers as identity
from converter.handlers.standing import (
    Container,
    SeriesPlace,
    has_own_isbn,
    is_issue_or_volume,
    is_part_of_book,
    journal_of,
    number_of,
    standing,
    titles_of,
)
from converter.mapping.context import Item, term
from converter.record import Field
from converter.values import identifiers, iris, recognition, serials
from converter.values.check_digits import isbns
from converter.values.terms import XSD, iri, literal, triple, type_
from ontology import Row

_METRIC = re.compile(r"(?P<year>\d{4})\s+(?P<measure>[^:]+?)\s*:\s*(?P<value>\d+(?:[.,]\d+)?)")
_PAGE = r"[A-Za-z]?\d+[A-Za-z]?|[ivxlcdm]+"
_RANGE = re.compile(rf"(?:pp?\.?\s*)?({_PAGE})(?:\s*[-–—]\s*({_PAGE}))?")
"""A page, or a first and a last one; pages in front of a book have Roman numbers."""
_ISBN = "datacite:isbn"
_PROPERTIES = {"datacite:issn": "prism:issn", "datacite:eissn": "prism:eIssn", "datacite:lissn": "fabio:hasIssnL"}
_SEQUENCE = ontology.expand("fabio:hasSequenceIdentifier", "program")
_PART_OF = ontology.expand("frbr:partOf", "program")


def serial(item: Item, row: Row, field: Field) -> Iterator[str]:
    """An ISSN or ISBN of what the item stands in, or of the serial that the item is."""
    found = identity.normal(row.scheme, field.value)
    if found is None:
        item.note(field, f"no {identity.short(row.scheme)} with a right check digit; it identifies no container")
        return
    if found.doubt:
        item.note(field, found.doubt)
    if row.scheme == _ISBN and item.once(standing).host is None and has_own_isbn(item):
        # A work that is a book itself has the number of another edition beside its own.
        for one in isbns(field.value):
            yield triple(item.term, term("dcterms:relation"), iri(f"urn:isbn:{one.value}"))
        return
    if row.scheme == _ISBN:
        for one in isbns(field.value):
            yield from _isbn_lines(item, one.value)
        return
    stands = item.once(standing)
    if stands.is_serial:
        yield from _issn_lines(item, item.term, row.scheme, found.value)
        return
    bearer = stands.bearer
    if bearer is None:
        return
    yield from _standing_lines(item)
    yield from _issn_lines(item, iri(bearer.address), row.scheme, found.value)


def isbn_of_host(item: Item, field: Field) -> Iterator[str]:
    """The ISBNs that stand with a chapter or a paper: those of the book or the proceedings around it."""
    for found in isbns(field.value):
        yield from _isbn_lines(item, found.value)


def is_isbn_of_host(item: Item, row: Row, field: Field) -> bool:
    """Whether an identifier of the record is the ISBN of what is around it."""
    if row.node != "self" or not is_part_of_book(item):
        return False
    if row.scheme == _ISBN:
        return identity.normal(_ISBN, field.value) is not None
    return identity.shows_its_scheme(row, field) and recognition.sniff(field.value)[0] == _ISBN


def is_number_of_host(item: Item, row: Row) -> bool:
    """Whether a number in a series is that of the book or the proceedings around the item."""
    host = item.once(standing).host
    return bool(_SEQUENCE in row.properties and host and not host.issn and is_part_of_book(item))


def number_of_host(item: Item, field: Field) -> Iterator[str]:
    """The number in a series that stands with a chapter or a paper, on what is around it."""
    host = item.once(standing).host
    if host:
        yield from _standing_lines(item)
        yield triple(iri(host.address), term("fabio:hasSequenceIdentifier"), literal(serials.number(field.value)))


def container(item: Item, row: Row, field: Field) -> Iterator[str]:
    """The journal, book or series that the value names; an address is linked as it is."""
    if identifiers.web_address(field.value):
        yield from item.companion(row, literal(field.value))
        for target in recognition.named(field.value):
            yield triple(item.term, term("dcterms:isPartOf"), iri(target))
        return
    stands = item.once(standing)
    place = stands.series.get(id(field))
    if place:
        yield from _series(item, row, field, place)
        return
    yield triple(item.term, term("prism:publicationName"), literal(field.value))
    if stands.host is None:
        return
    yield from _standing_lines(item)
    node = iri(stands.host.address)
    first = next((other.value for other, _ in titles_of(item)), field.value) == field.value
    yield triple(node, term("dcterms:title" if first else "dcterms:alternative"), literal(field.value))


def part(item: Item, row: Row, field: Field) -> Iterator[str]:
    """The volume or issue: its number on the item, and itself as a resource between the item and the journal."""
    (property_,) = row.properties
    if not item.first(item.term, property_, field.value):
        item.note(field, f"a second {row.scheme} number; the first is kept")
        return
    yield triple(item.term, iri(property_), literal(field.value))
    if is_issue_or_volume(item) and row.scheme == _own_number(item):
        yield triple(item.term, term("fabio:hasSequenceIdentifier"), literal(field.value))
        return
    stands = item.once(standing)
    if not stands.host or not stands.host.is_journal or item.once(_is_related):
        return
    journal, volume = stands.host.address, number_of(item, "volume")
    if row.scheme == "volume":
        node = iris.volume(journal, field.value)
        yield from _part_lines(node, "fabio:JournalVolume", field.value, journal)
        if not number_of(item, "issue") or is_issue_or_volume(item):
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
            pages[term("prism:startingPage")[1:-1]] = match[1]
            if match[2]:
                pages[term("prism:endingPage")[1:-1]] = match[2]
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


def _own_number(item: Item) -> str:
    """Which number is that of the issue or volume itself: the narrowest that it has."""
    return "issue" if number_of(item, "issue") else "volume"


def _is_related(item: Item) -> bool:
    """Whether a relation names the issue, volume or journal of which the item is a part."""
    return any(_PART_OF in row.properties for _, row in item.of_kind("relation"))


def _issn_lines(item: Item, node: str, scheme: str, value: str) -> Iterator[str]:
    """An ISSN of a serial: an identifier, the property of its kind for the first one, and its page."""
    is_key = scheme == "datacite:lissn" and node.endswith(f"/{value}>")
    fragment = "issn-l" if is_key else f"{identity.short(scheme)}-{iris.slug(value)}"
    yield from identity.identifier_lines(node, scheme, value, item.base, fragment=fragment)
    property_ = _PROPERTIES[scheme]
    if item.first(node, property_, value):
        yield triple(node, term(property_), literal(value))
    page = identifiers.web_address(ontology.schemes()[scheme]["page"].replace("{v}", value))
    if page:
        yield triple(node, term("foaf:page"), iri(page))


def _isbn_lines(item: Item, value: str) -> Iterator[str]:
    """An ISBN on the book or proceedings around the item, else on the item itself."""
    stands = item.once(standing)
    book = stands.host if stands.host and not stands.host.issn else None
    if book is None and stands.host:
        # A number of a book that stands beside an ISSN: the book is another thing than the serial.
        book = Container(f"{item.address}#container", ("fabio:Expression", "fabio:Book"))
    node = iri(book.address) if book else item.term
    yield from _container_lines(item, book) if book else ()
    yield from _standing_lines(item)
    yield from identity.identifier_lines(node, _ISBN, value, item.base, fragment=f"isbn-{iris.slug(value)}")
    if item.first(node, "prism:isbn", value):
        yield triple(node, term("prism:isbn"), literal(value))


def _standing_lines(item: Item) -> Iterator[str]:
    """The item in its host, and both in the series that an ISSN alone names."""
    stands = item.once(standing)
    if stands.host:
        yield from _container_lines(item, stands.host)
    unnamed = stands.series.get(None)
    if unnamed:
        yield from _place_lines(item, unnamed)


def _container_lines(item: Item, found: Container) -> Iterator[str]:
    node = iri(found.address)
    for class_ in found.classes:
        yield triple(node, type_, term(class_))
    yield triple(item.term, term("dcterms:isPartOf"), node)


def _series(item: Item, row: Row, field: Field, place: SeriesPlace) -> Iterator[str]:
    """A series as the value names it, with the number there, and its ISSNs."""
    yield from item.companion(row, item.text(field))
    yield from _standing_lines(item)
    yield from _place_lines(item, place)
    if place.title:
        yield triple(iri(place.container.address), term("dcterms:title"), literal(place.title))
    for one in place.issns:
        yield from _issn_lines(item, iri(place.container.address), f"datacite:{one.kind}", one.value)


def _place_lines(item: Item, place: SeriesPlace) -> Iterator[str]:
    """The book around the item, else the item, as a part of a series, with its number.

    A number says nothing without its series: where there are several, each number is that of a part of its own series.
    """
    stands = item.once(standing)
    host = stands.host
    # A series that stands beside a journal is that of the article: of the journal nothing is said.
    is_own = host is None or stands.is_serial or bool(host.issn) or host.is_journal
    member = item.term if host is None or is_own else iri(host.address)
    node = iri(place.container.address)
    for class_ in place.container.classes:
        yield triple(node, type_, term(class_))
    yield triple(member, term("dcterms:isPartOf"), node)
    if not place.number:
        return
    if len(stands.series) == 1:
        yield triple(member, term("fabio:hasSequenceIdentifier"), literal(place.number))
        return
    numbered = iri(iris.volume(place.container.address, place.number))
    yield triple(member, term("dcterms:isPartOf"), numbered)
    yield triple(numbered, type_, term("fabio:Expression"))
    yield triple(numbered, term("fabio:hasSequenceIdentifier"), literal(place.number))
    yield triple(numbered, term("frbr:partOf"), node)


def _part_of(item: Item, node: str) -> Iterator[str]:
    """The item as a part of one thing, and no more."""
    if item.first(item.term, _PART_OF, iri(node)):
        yield triple(item.term, term("frbr:partOf"), iri(node))


def _part_lines(node: str, class_: str, number: str, parent: str) -> Iterator[str]:
    yield triple(iri(node), type_, term("fabio:Expression"))
    yield triple(iri(node), type_, term(class_))
    yield triple(iri(node), term("fabio:hasSequenceIdentifier"), literal(number))
    yield triple(iri(node), term("frbr:partOf"), iri(parent))
