"""Funding: agencies, grants, projects, and the sentence in which the authors thank for them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from converter.handlers.agents import organisation_lines
from converter.handlers.identifiers import identifier_lines, normal
from converter.mapping.context import PLACEHOLDER, Item, term
from converter.record import Field
from converter.values import identifiers, iris
from converter.values.terms import iri, literal, triple, type_
from ontology import Row

_GRANT_AGREEMENT = re.compile(
    r"info:eu-repo/grantAgreement/(?P<funder>[^/]*)/(?P<programme>[^/]*)/(?P<number>[^/]+)(?P<rest>(?:/[^/]*)*)",
    re.IGNORECASE,
)
# The programme names of the European Commission's framework programmes stand where the funder is EC.
_FUNDERS = {"EC": "European Commission"}
_FUNDER_FIELDS = ("project.funder.name", "dc.relation.funding")


def funder(item: Item, row: Row, field: Field) -> Iterator[str]:
    """The agency, as an organisation that funds."""
    yield from item.companion(row, literal(field.value))
    yield from _agency(item, field.value)


def table_row(item: Item, field: Field) -> Iterator[str]:
    """The agency and the grant of one row of a funding table, "Agency | number"."""
    agency, _, number = (part.strip() for part in field.value.partition("|"))
    if not agency:
        item.note(field, "a row of the funding table without an agency")
        return
    yield from _agency(item, agency)
    if number:
        yield from _grant(item, number, agency)


def grant(item: Item, row: Row, field: Field) -> Iterator[str]:
    """The grant, with the agency that stands at the same place of the record's agencies."""
    yield from item.companion(row, literal(field.value))
    if row.parser == "agency|number":
        yield from table_row(item, field)
    elif row.parser == "own-number":
        yield from item.state(row, literal(field.value))
    else:
        yield from _grant(item, field.value, _agency_at(item, field, row))


def project(item: Item, row: Row, field: Field) -> Iterator[str]:
    """The project whose output the item is; "info:eu-repo/grantAgreement/…" gives funder and grant too."""
    yield from item.companion(row, literal(field.value))
    agreement = _GRANT_AGREEMENT.match(field.value)
    if agreement:
        yield from grant_agreement(item, agreement)
        return
    node = item.part(f"project-{iris.slug(field.value)}")
    yield from item.state(row, node)
    yield triple(node, type_, term("foaf:Project"))
    yield triple(node, term("foaf:name"), literal(field.value))


def grant_agreement(item: Item, agreement: re.Match[str]) -> Iterator[str]:
    """Funder and grant of an OpenAIRE grant agreement (OpenAIRE Guidelines for Literature Repositories, projectID)."""
    funder_code = unquote(agreement["funder"])
    agency = _FUNDERS.get(funder_code.upper(), funder_code)
    if agency:
        yield from _agency(item, agency)
    number = unquote(agreement["number"])
    yield from _grant(item, number, agency)
    programme = unquote(agreement["programme"])
    if programme:
        yield triple(_grant_node(item, number, agency), term("dcterms:description"), literal(programme))


def is_grant_agreement(value: str) -> re.Match[str] | None:
    """The parts of an OpenAIRE grant agreement, None where the value is none.

    >>> is_grant_agreement("info:eu-repo/grantAgreement/EC/FP7/246686")["number"]
    '246686'
    """
    return _GRANT_AGREEMENT.match(value)


def statement(item: Item, row: Row, field: Field) -> Iterator[str]:
    """The acknowledgement, kept whole."""
    number = item.once(_statement_numbers)[id(field)]
    node = item.part("funding-statement" if number == 1 else f"funding-statement-{number}")
    yield from item.state(row, node)
    yield triple(node, type_, term("deo:Acknowledgements"))
    yield triple(node, term("c4o:hasContent"), literal(field.value))


def grant_detail(item: Item, row: Row, field: Field) -> Iterator[str]:
    """Title, address or programme of the grant at the same place of the record's grants."""
    index = _index(item, field)
    numbers = [other for other, other_row in item.of_kind("grant") if other_row.parser == "number"]
    if index >= len(numbers) or numbers[index].value == PLACEHOLDER:
        item.note(field, f"no grant number stands at place {index + 1}")
        return
    number = numbers[index]
    node = _grant_node(item, number.value, _agency_at(item, number, item.row_of(number)))
    page = identifiers.web_address(field.value)
    if row.properties == (term("foaf:page")[1:-1],):
        if page:
            yield triple(node, term("foaf:page"), iri(page))
        else:
            item.note(field, "no web address")
        return
    for property_ in row.properties:
        yield triple(node, iri(property_), item.text(field))


def funder_identifier(item: Item, row: Row, field: Field) -> Iterator[str]:
    """The identifier of the agency at the same place of the record's agencies."""
    index = _index(item, field)
    agencies = [other.value for other, _ in item.of_kind("funder") if other.name in _FUNDER_FIELDS]
    if index >= len(agencies) or agencies[index] == PLACEHOLDER:
        item.note(field, f"no funder stands at place {index + 1}")
        return
    found = normal(row.scheme, field.value)
    node = iri(iris.organisation(item.base, agencies[index]))
    if found:
        yield from identifier_lines(node, row.scheme, found.value, item.base)
    else:
        scheme, read = identifiers.sniff(field.value)
        yield from identifier_lines(node, scheme, read.value, item.base)


def _agency(item: Item, name: str) -> Iterator[str]:
    node = iri(iris.organisation(item.base, name))
    yield triple(item.term, term("frapo:hasFundingAgency"), node)
    yield triple(node, type_, term("frapo:FundingAgency"))
    yield from organisation_lines(node, name)


def _grant(item: Item, number: str, agency: str) -> Iterator[str]:
    node = _grant_node(item, number, agency)
    yield triple(item.term, term("frapo:isFundedBy"), node)
    yield triple(node, type_, term("frapo:Grant"))
    yield triple(node, term("frapo:hasGrantNumber"), literal(number))
    if agency:
        yield triple(node, term("frapo:hasFundingAgency"), iri(iris.organisation(item.base, agency)))


def _grant_node(item: Item, number: str, agency: str) -> str:
    """A grant whose agency nobody names is known to this record alone: numbers are unique only per agency."""
    if not agency:
        return item.part(f"grant-{iris.slug(number)}")
    return iri(iris.grant(item.base, iris.organisation(item.base, agency), number))


def _agency_at(item: Item, field: Field, row: Row) -> str:
    """The agency that stands at the same place as this number; the only one serves all."""
    agencies = [other.value for other, _ in item.of_kind("funder")]
    numbers = [other for other, other_row in item.of_kind("grant") if other_row is row]
    if len(agencies) == len(numbers):
        at = agencies[next(place for place, other in enumerate(numbers) if other is field)]
        return "" if at == PLACEHOLDER else at
    return agencies[0] if len(agencies) == 1 else ""


def _index(item: Item, field: Field) -> int:
    same = [other for other, _ in item.of_kind("join") if other.name == field.name]
    return next(place for place, other in enumerate(same) if other is field)


def _statement_numbers(item: Item) -> dict[int, int]:
    return {id(field): number for number, (field, _) in enumerate(item.of_kind("statement"), 1)}
