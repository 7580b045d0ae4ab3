"""Identifiers: a plain property where a vocabulary has one, an identifier node for each, a page where there is one."""

from __future__ import annotations

import re
from collections.abc import Iterator

import ontology
from converter.mapping.context import Item, term
from converter.record import Field
from converter.values import identifiers, iris, recognition
from converter.values.check_digits import Identifier
from converter.values.terms import iri, literal, triple, type_
from ontology import Row

_RECOGNISED = frozenset({"sniff", "uri"})
"""The parsers that ask the value itself which scheme it belongs to."""
# A URN of a number of its own system says which one it is, whatever the field is called.
_URN_OF_NUMBER = re.compile(r"urn:is[bs]n:", re.IGNORECASE)
_OTHER = recognition.OTHER
_RESOLVED = re.compile(r"https?://(?:(?:dx\.|www\.)?doi\.org|hdl\.handle\.net)/", re.IGNORECASE)
_IDENTIFIER = ontology.expand("dcterms:identifier", "program")


def identifier(item: Item, row: Row, field: Field) -> Iterator[str]:
    """The identifier in its normal form; one that fails its scheme's test is kept as one of no scheme, and reported."""
    subject, ties = item.subject(row)
    yield from ties
    if row.parser in _RECOGNISED and recognition.is_citation(field.value):
        yield triple(item.term, term("dcterms:bibliographicCitation"), literal(field.value))
        return
    if _IDENTIFIER in row.properties:
        yield triple(subject, iri(_IDENTIFIER), literal(field.value))
    for scheme, value in _read(item, row, field):
        plain = ontology.schemes().get(scheme, {}).get("property", "")
        if plain:
            yield from _plain(item, subject, ontology.expand(plain, "schemes.csv"), scheme, value)
        if row.node != "source":
            yield from _node(item, subject, scheme, value)
            yield from _page(item, row, field, scheme, value)


def shows_its_scheme(row: Row, field: Field) -> bool:
    """Whether the value says which scheme it belongs to: its field asks it, or it is a URN of a number."""
    return row.parser in _RECOGNISED or bool(_URN_OF_NUMBER.match(field.value))


def identifier_lines(subject: str, scheme: str, value: str, base: str, fragment: str = "") -> Iterator[str]:
    """The identifier of a shared resource: its node is a fragment of the resource."""
    fragment = fragment or f"id-{short(scheme)}"
    node = f"{subject[:-1]}{'-' if '#' in subject else '#'}{fragment}>"
    yield triple(subject, term("datacite:hasIdentifier"), node)
    yield from identifier_node_lines(node, scheme, value, base)


def identifier_node_lines(node: str, scheme: str, value: str, base: str) -> Iterator[str]:
    """What is said of every identifier node."""
    yield triple(node, type_, term("datacite:Identifier"))
    yield triple(node, term("datacite:usesIdentifierScheme"), scheme_term(scheme, base))
    yield triple(node, term("literal:hasLiteralValue"), literal(value))


def scheme_term(scheme: str, base: str) -> str:
    """The identifier scheme: DataCite's, or our own below /scheme/."""
    return term(scheme) if scheme.startswith("datacite:") else iri(base + scheme)


def short(scheme: str) -> str:
    """The name of a scheme in a fragment.

    >>> short("datacite:doi"), short("scheme/scopus-eid")
    ('doi', 'scopus-eid')
    """
    return iris.slug(scheme.replace(":", "/").rpartition("/")[2])


def normal(scheme: str, value: str) -> Identifier | None:
    """The value in the normal form of its scheme, None where it is none of it; a scheme without a rule takes any."""
    name = ontology.schemes().get(scheme, {}).get("normalise", "")
    return identifiers.NORMALISERS[name](value) if name else Identifier(value, None)


def _read(item: Item, row: Row, field: Field) -> list[tuple[str, str]]:
    """The schemes and the normal values: of the scheme that the field states, else of those that the value shows."""
    if shows_its_scheme(row, field):
        found = recognition.recognised(field.value)
    else:
        scheme = row.scheme.replace("{qualifier}", iris.slug(field.name.rpartition(".")[2]))
        found = [(scheme, one) for one in recognition.several(scheme, field.value)]
        if scheme == "datacite:handle":
            also = [doi for _, one in found for doi in recognition.as_doi(field.value, one)]
            found = [*(("datacite:doi", doi) for doi in also), *found]
        if not found:
            found = recognition.recognised(field.value)
            kept = "no scheme" if found[0][0] == _OTHER else f"the scheme {short(found[0][0])}, which it shows"
            reason = f"no {short(scheme)} in its normal form (or a wrong check digit); kept as an identifier of {kept}"
            item.note(field, reason)
    for _, one in found:
        if one.doubt:
            item.note(field, one.doubt)
    return [(scheme, one.value) for scheme, one in found]


def _plain(item: Item, subject: str, property_: str, scheme: str, value: str) -> Iterator[str]:
    """The property that a vocabulary has for the scheme; a functional one is given the first value only."""
    stated = literal(value)
    if ontology.schemes()[scheme]["values"] == "all" or item.first(subject, property_, stated):
        yield triple(subject, iri(property_), stated)


def _node(item: Item, subject: str, scheme: str, value: str) -> Iterator[str]:
    first = item.first(subject, f"identifier {scheme}", value)
    fragment = f"id-{short(scheme)}" if first else f"id-{short(scheme)}-{iris.slug(value)}"
    node = item.part(fragment)
    yield triple(subject, term("datacite:hasIdentifier"), node)
    yield from identifier_node_lines(node, scheme, value, item.base)


def _page(item: Item, row: Row, field: Field, scheme: str, value: str) -> Iterator[str]:
    """The page that the identifier leads to: the address as the source gives it, else the scheme's own."""
    template = ontology.schemes().get(scheme, {}).get("page", "")
    given = identifiers.web_address(field.value) if row.parser in _RECOGNISED else None
    own = identifiers.resolved(template, value)
    # A repository's own address of a handle is better than the resolver's: private prefixes resolve nowhere.
    pages = {given if given and scheme == "datacite:handle" else own}
    if scheme == "datacite:urn":
        pages.add(identifiers.web_address(field.value))  # a URN has no page but that of the resolver which is given
    if given and scheme == "datacite:doi" and not _RESOLVED.match(given):
        pages.add(given)  # the page of a publisher, whose address holds the DOI
    for page in sorted(page for page in pages if page):
        yield triple(item.term, term("foaf:page"), iri(page))
