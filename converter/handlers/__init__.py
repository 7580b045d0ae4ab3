"""What is done with a value: one function a kind of the crosswalk, the item, the row and the field in, lines out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from converter.handlers import (
    agents,
    containers,
    dates,
    events,
    files,
    funding,
    identifiers,
    plain,
    rights,
    subjects,
    types,
)
from converter.mapping.context import Item
from converter.record import Field
from ontology import Row

Kind = Callable[[Item, Row, Field], Iterator[str]]


def _join(item: Item, row: Row, field: Field) -> Iterator[str]:
    """What completes another field of the record: a person's key, a role's organisation, a grant's title."""
    return _JOINS[row.node](item, row, field)


def _link(item: Item, row: Row, field: Field) -> Iterator[str]:
    """A relation; a grant agreement among the relations means funding."""
    agreement = funding.is_grant_agreement(field.value)
    if agreement:
        yield from funding.project(item, row, field)
    else:
        yield from plain.link(item, row, field)


def _string(item: Item, row: Row, field: Field) -> Iterator[str]:
    if containers.is_number_of_host(item, row):
        yield from containers.number_of_host(item, field)
    else:
        yield from plain.string(item, row, field)


def _identifier(item: Item, row: Row, field: Field) -> Iterator[str]:
    """An identifier of the item; an ISBN that stands with a chapter is that of the book."""
    if containers.is_isbn_of_host(item, row, field):
        yield from containers.isbn_of_host(item, field)
    else:
        yield from identifiers.identifier(item, row, field)


def _tombstone(item: Item, row: Row, field: Field) -> Iterator[str]:
    """What is known of a record that is gone is said once, whatever its fields."""
    del item, row, field
    return iter(())


_JOINS: Mapping[str, Kind] = {
    "person": agents.key,
    "role": agents.affiliation,
    "grant": funding.grant_detail,
    "org": funding.funder_identifier,
    "self": agents.organisation,
}

KINDS: Mapping[str, Kind] = {
    "agent": agents.agent,
    "collection": files.collection,
    "concept": subjects.concept,
    "container": containers.container,
    "count": files.count,
    "date": dates.date,
    "entity-type": types.entity,
    "event": events.event,
    "fallback": plain.fallback,
    "file": files.file,
    "funder": funding.funder,
    "grant": funding.grant,
    "identifier": _identifier,
    "iri": plain.address,
    "join": _join,
    "language": plain.language,
    "link": _link,
    "mediatype": plain.media_type,
    "metric": containers.metric,
    "org": agents.organisation,
    "page": containers.page,
    "part": containers.part,
    "place": plain.place,
    "project": funding.project,
    "relation": plain.relation,
    "rights": rights.rights,
    "serial": containers.serial,
    "statement": funding.statement,
    "status": types.status,
    "string": _string,
    "term": plain.term_of_list,
    "text": plain.text,
    "title": plain.title,
    "tombstone": _tombstone,
    "type": types.kind,
    "type-refine": types.refinement,
}
"""The kinds that make statements."""
