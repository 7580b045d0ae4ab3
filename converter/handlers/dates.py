"""Dates of the item, of its source record and of its embargo, and the year in which it was published."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import ontology
from converter.handlers.types import is_entity
from converter.mapping.context import Item, term
from converter.record import Field
from converter.values import dates, publication_year
from converter.values.publication_year import RANKS, Dated
from converter.values.terms import XSD, iri, literal, triple
from ontology import Row

_BUDDHIST, _FIRST_PRINTED = 543, 1800
_THAI, _THAI_CODES = re.compile("[\u0e01-\u0e5b]"), frozenset({"th", "tha", "thai"})
_EDTF = "http://id.loc.gov/datatypes/edtf/EDTF"
_ISSUED = ontology.expand("dcterms:issued", "program")
_EMBARGO_DATE = ontology.expand("fabio:hasEmbargoDate", "program")
# What the rule of the year of publication decides from all dates of the item together.
_DECIDED = {ontology.expand(name, "program") for name in ("prism:publicationDate", "fabio:hasPublicationYear")}


class _Publication(NamedTuple):
    """The field whose date decides the year of publication, the year, and whether that date is the one of issue."""

    field: Field
    year: int
    is_issue: bool


def date(item: Item, row: Row, field: Field) -> Iterator[str]:
    """A date in the precision that it has; one that cannot be is kept as text and reported."""
    yield from item.companion(row, literal(field.value))
    found = _read(item, field)
    if found is None:
        item.note(field, f"no date: {dates.why_not(field.value)}; kept as text")
        if row.parser not in {"datetime", *RANKS} and row.node != "source":
            yield triple(item.term, iri(row.properties[0]), literal(field.value))
        return
    if found.doubt:
        item.note(field, found.doubt)
    if row.parser == "datetime":
        yield from _moment(item, row.properties, field, found)
    elif row.node == "source":
        yield from _once(item, row, field, found)
    elif row.parser in RANKS and found.year is not None and not _is_plausible(item, found):
        item.note(field, "a placeholder: nothing is published in such a year")
    else:
        yield from _in_precision(item, row, field, found)


def _in_precision(item: Item, row: Row, field: Field, found: dates.Date) -> Iterator[str]:
    whole = literal(found.lexical, datatype=_datatype(found))
    for property_ in row.properties:
        if property_ not in _DECIDED:
            yield triple(item.term, iri(property_), whole)
    decides = item.once(_publication)
    if decides is None or decides.field is not field:
        return
    if publication_year.is_decade(found):
        item.note(field, "the year is not known; the first of the decade stands for it")
    yield triple(item.term, term("fabio:hasPublicationYear"), literal(f"{decides.year:04d}", datatype=XSD + "gYear"))
    if decides.is_issue:
        yield triple(item.term, iri(_ISSUED), whole)
        if day := _day(found):
            yield triple(item.term, term("prism:publicationDate"), day)


def _publication(item: Item) -> _Publication | None:
    """What the rule of `publication_year` decides; a bare date of a person or project says nothing of it."""
    fields: list[Field] = []
    stated: list[Dated] = []
    for field, row in item.of_kind("date"):
        found = _read(item, field) if row.parser in RANKS else None
        if found and not (row.parser == "undefined" and is_entity(item)):
            fields.append(field)
            stated.append(Dated(RANKS[row.parser], found))
    chosen = publication_year.publication(stated, publication_year.latest(item.record.datestamp, item.year))
    if chosen is None:
        return None
    return _Publication(fields[chosen.place], chosen.year, chosen.is_issue)


def _read(item: Item, field: Field) -> dates.Date | None:
    """The date of a value; a Thai record counts its years from the Buddha's death, 543 years before our era."""
    found = dates.parse(field.value)
    if found is None or found.datatype == "edtf" or found.year is None or found.year - _BUDDHIST < _FIRST_PRINTED:
        return found
    year = found.year - _BUDDHIST
    if year > item.year + publication_year.YEARS_AHEAD or not item.once(_is_thai):
        return found
    doubt = "read as a year of the Buddhist era, since the record is in Thai"
    return dates.Date(f"{year:04d}{found.lexical[4:]}", found.datatype, year, doubt)


def _is_thai(item: Item) -> bool:
    """Whether the record says that it is in Thai, or holds Thai letters."""
    return any(_THAI.search(field.value) for field, _ in item.rows) or any(
        field.value.strip().lower() in _THAI_CODES for field, _ in item.of_kind("language")
    )


def _is_plausible(item: Item, found: dates.Date) -> bool:
    return publication_year.is_plausible(found, publication_year.latest(item.record.datestamp, item.year))


def _once(item: Item, row: Row, field: Field, found: dates.Date) -> Iterator[str]:
    """Dates of the source record: one each, and a day at the least."""
    subject = iri(item.source_document)
    if found.datatype not in {"date", "dateTime"}:
        item.note(field, "a date of the source record needs a day")
        return
    value = literal(found.lexical, datatype=_datatype(found))
    for property_ in row.properties:
        if item.first(subject, property_, value):
            yield triple(subject, iri(property_), value)
        else:
            item.note(field, "a second value where one is meant; the first is kept", "info")


def end_of_embargo(item: Item, field: Field, found: dates.Date) -> Iterator[str]:
    """The end of an embargo, as a field for it would say it."""
    yield from _moment(item, (_EMBARGO_DATE,), field, found)


def _moment(item: Item, properties: Iterable[str], field: Field, found: dates.Date) -> Iterator[str]:
    """The start of the day, for vocabularies that want a moment."""
    if found.datatype not in {"date", "dateTime"}:
        item.note(field, "the vocabulary wants a day and this value has none")
        return
    lexical = found.lexical if found.datatype == "dateTime" else f"{found.lexical}T00:00:00Z"
    value = literal(lexical, datatype=XSD + "dateTime")
    for property_ in properties:
        if property_ != _EMBARGO_DATE or item.first(item.term, property_, value):
            yield triple(item.term, iri(property_), value)
        else:
            item.note(field, "a second embargo date; the first is kept")


def _day(found: dates.Date) -> str | None:
    if found.datatype == "dateTime":
        return literal(found.lexical[:10], datatype=XSD + "date")
    if found.datatype in {"gYear", "gYearMonth", "date"}:
        return literal(found.lexical, datatype=XSD + found.datatype)
    return None


def _datatype(found: dates.Date) -> str:
    return _EDTF if found.datatype == "edtf" else XSD + found.datatype
