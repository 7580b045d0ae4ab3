"""Funding: agencies, grants, projects, and the sentence in which the authors thank for them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote

from converter.handlers import agent_keys
from converter.handlers.identifiers import identifier_lines, normal
from converter.mapping.context import PLACEHOLDER, Item, NothingSaid, term
from converter.record import Field
from converter.values import agent_names, identifiers, iris, recognition
from converter.values.terms import iri, literal, triple, type_
from ontology import Row

_GRANT_AGREEMENT = re.compile(
    r"info:eu-repo/grantAgreement/(?P<funder>[^/]*)/(?P<programme>[^/]*)/(?P<number>[^/]+)(?P<rest>(?:/[^/]*)*)",
    re.IGNORECASE,
)
# The programme names of the European Commission's framework programmes stand where the funder is EC.
_FUNDERS = {"EC": "European Commission"}
_BESIDE = {"oaire.awardNumber": "project.funder.name", "dc.relation.grantno": "dc.relation.funding"}
"""Field of grant numbers → the field of agencies whose values stand at the same places."""


_NUMBER = re.compile(r"(?=(?:\D*\d){4})[\w/.-]{5,30}")
"""A number of a grant, as far as one of several in a value shows it."""


class _Funding(NamedTuple):
    """The agencies and grant numbers of the record that stand beside each other by their places alone."""

    agencies: dict[str, list[Field]]
    all_agencies: list[Field]
    numbers: dict[str, list[Field]]
    place: dict[int, int]
    grants: list[Field]


def funder(item: Item, row: Row, field: Field) -> Iterator[str]:
    """The agency, as an organisation that funds.

    Raises NothingSaid where the value names nobody.
    """
    agency = _agency_of(field)
    agent_keys.require_name(agency)
    yield from item.companion(row, literal(agency))
    yield from _agency(item, agency, field)


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
        for number in _numbers(field.value):
            agreement, agency = _GRANT_AGREEMENT.match(number), _agency_beside(item, field)
            if agreement and not agency:
                yield from grant_agreement(item, agreement)
            else:
                yield from _grant(item, _bare(number), agency)


def _numbers(text: str) -> list[str]:
    """The numbers of grants in a value: several stand between commas or semicolons.

    >>> _numbers("1331939, 0725097"), _numbers("ERC, call 2014"), _numbers("S-1")
    (['1331939', '0725097'], ['ERC, call 2014'], ['S-1'])
    """
    parts = [part for part in re.split(r" ?[,;] | ?; ?", " ".join(text.split())) if part]
    return parts if len(parts) > 1 and all(_NUMBER.fullmatch(part) for part in parts) else [text]


def _bare(number: str) -> str:
    """The number of a grant without the address of OpenAIRE that it may stand in.

    Raises NothingSaid where that address holds none.

    >>> _bare("info:eu-repo/grantAgreement/EC/FP7/246686"), _bare("ST/J001651/1")
    ('246686', 'ST/J001651/1')
    """
    if agreement := _GRANT_AGREEMENT.match(number):
        return unquote(agreement["number"])
    if number.lower().startswith("info:eu-repo/grantagreement"):
        raise NothingSaid("the address of a grant agreement without a number")
    return number


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
    agency = _funder_of(agreement)
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
    """The acknowledgement, kept whole.

    Raises NothingSaid where the value says that nobody is to be thanked.
    """
    agent_keys.require_name(field.value)
    number = item.once(_statement_numbers)[id(field)]
    node = item.part("funding-statement" if number == 1 else f"funding-statement-{number}")
    yield from item.state(row, node)
    yield triple(node, type_, term("deo:Acknowledgements"))
    yield triple(node, term("c4o:hasContent"), literal(field.value))


def grant_detail(item: Item, row: Row, field: Field) -> Iterator[str]:
    """Title, address or programme of a grant: the one that the value belongs to, else the one at its place."""
    number = item.at(field.of)
    if not field.of:
        stated = item.once(_funding)
        index = stated.place[id(field)]
        number = stated.grants[index] if index < len(stated.grants) else None
        if number is None or number.value == PLACEHOLDER:
            item.note(field, f"no grant number stands at place {index + 1}")
            return
    if number is None:
        item.note(field, "the grant that it belongs to is not there")
        return
    if len(_numbers(number.value)) > 1:
        item.note(field, f"of which of the grants {number.value} it is said, nobody says")
        return
    node = _grant_node(item, _bare(number.value), _agency_named(item, number))
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
    stated = item.once(_funding)
    agencies = [one for one in stated.all_agencies if one.name in agent_keys.FUNDERS]
    index = stated.place[id(field)]
    if index >= len(agencies) or agencies[index].value == PLACEHOLDER:
        item.note(field, f"no funder stands at place {index + 1}")
        return
    node = iri(agent_keys.organisation_address(item, _agency_of(agencies[index])))
    found = normal(row.scheme, field.value)
    if found:
        yield from agent_keys.scheme_lines(item, node, "funder", found.value)
        return
    scheme, value = agent_keys.read_address(field.value)
    if scheme == "ror":
        yield from agent_keys.scheme_lines(item, node, scheme, value)
    else:
        scheme, read = recognition.sniff(field.value)
        yield from identifier_lines(node, scheme, read.value, item.base)


def _agency_of(field: Field) -> str:
    return agent_names.extracted(field.value).name


def _agency(item: Item, name: str, field: Field | None = None) -> Iterator[str]:
    keys = agent_keys.keys_of(item, field, agent_names.extracted(field.value)) if field else None
    node = iri(agent_keys.organisation_address(item, name, keys))
    yield triple(item.term, term("frapo:hasFundingAgency"), node)
    yield triple(node, type_, term("frapo:FundingAgency"))
    yield from agent_keys.organisation_lines(item, node, name, keys)


def _grant(item: Item, number: str, agency: str) -> Iterator[str]:
    node = _grant_node(item, number, agency)
    yield triple(item.term, term("frapo:isFundedBy"), node)
    yield triple(node, type_, term("frapo:Grant"))
    yield triple(node, term("frapo:hasGrantNumber"), literal(number))
    if agency:
        yield triple(node, term("frapo:hasFundingAgency"), iri(agent_keys.organisation_address(item, agency)))


def _grant_node(item: Item, number: str, agency: str) -> str:
    """A grant whose agency nobody names is known to this record alone: numbers are unique only per agency."""
    if not agency:
        return item.part(f"grant-{iris.slug(number)}")
    return iri(iris.grant(item.base, agent_keys.organisation_address(item, agency), number))


def _agency_named(item: Item, number: Field) -> str:
    """The agency beside a number, else the one that a grant agreement names."""
    is_number = bool(number.of) or number.name in item.once(_funding).numbers
    agreement = _GRANT_AGREEMENT.match(number.value)
    return (_agency_beside(item, number) if is_number else "") or (_funder_of(agreement) if agreement else "")


def _funder_of(agreement: re.Match[str]) -> str:
    code = unquote(agreement["funder"])
    return _FUNDERS.get(code.upper(), code)


def _agency_beside(item: Item, number: Field) -> str:
    """The agency of a grant: the one that the source says, else the one at the same place, else the only one."""
    if number.of:
        beside = item.at(number.of)
        return _agency_of(beside) if beside else ""
    stated = item.once(_funding)
    paired = stated.agencies.get(_BESIDE.get(number.name, ""), [])
    agencies = paired or stated.all_agencies
    if len(agencies) == len(stated.numbers[number.name]):
        at = agencies[stated.place[id(number)]]
        return "" if at.value == PLACEHOLDER else _agency_of(at)
    return _agency_of(agencies[0]) if len(agencies) == 1 and agencies[0].value != PLACEHOLDER else ""


def _funding(item: Item) -> _Funding:
    stated = _Funding({}, [], {}, {}, [])
    counts: Counter[str] = Counter()
    for field, row in item.of_kind("funder", "grant", "join"):
        if field.of:
            continue
        stated.place[id(field)] = counts[field.name]
        counts[field.name] += 1
        if row.kind == "funder":
            stated.agencies.setdefault(field.name, []).append(field)
            stated.all_agencies.append(field)
        elif row.kind == "grant":
            stated.numbers.setdefault(field.name, []).append(field)
            if row.parser == "number":
                stated.grants.append(field)
    return stated


def _statement_numbers(item: Item) -> dict[int, int]:
    return {id(field): number for number, (field, _) in enumerate(item.of_kind("statement"), 1)}
