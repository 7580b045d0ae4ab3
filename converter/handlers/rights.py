"""Rights: the words as printed, and the licence, access right or rights statement that they name."""

from __future__ import annotations

from collections.abc import Iterator

from converter.handlers.dates import end_of_embargo
from converter.mapping.context import Item, term
from converter.record import Field
from converter.values import dates, identifiers, licences
from converter.values.terms import iri, triple
from ontology import Row

_EMBARGOED = "c_f1cf"


def licence_lines(node: str, address: str) -> Iterator[str]:
    """The licence, or the statement of rights, of a work or a file."""
    # A statement of rightsstatements.org says whose the rights are and grants none: it is no licence.
    is_licence = "rightsstatements.org" not in address
    yield triple(node, term("dcterms:license" if is_licence else "dcterms:rights"), iri(address))


def rights(item: Item, row: Row, field: Field) -> Iterator[str]:
    """The words, and what is recognised in them."""
    yield from item.companion(row, item.text(field))
    licence = licences.licence(field.value)
    if licence:
        if licence.doubt:
            item.note(field, licence.doubt)
        yield from licence_lines(item.term, licence.iri)
        if also := licences.in_spdx(licence.iri):
            yield triple(iri(licence.iri), term("skos:exactMatch"), iri(also))
        return
    access = licences.access(field.value)
    if access:
        yield triple(item.term, term("dcterms:accessRights"), term(f"coaraccess:{access}"))
        if access == _EMBARGOED and (end := dates.parse(licences.end_of_access(field.value))):
            yield from end_of_embargo(item, field, end)
        return
    page = identifiers.web_address(field.value)
    if page:
        yield triple(item.term, term("dcterms:rights"), iri(page))
    elif row.properties == (term("dcterms:license")[1:-1],):
        item.note(field, "no licence that is known by an address; kept as text", "info")
