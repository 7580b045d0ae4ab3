"""What can be matched, as two tables: the types of things, and the properties that distinguish namesakes."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from converter.values import check_digits, resolvable
from converter.values.check_digits import Identifier
from server.reconciliation.similarity import person_likeness, title_likeness, year_likeness

PREFIXES = (
    "PREFIX datacite: <http://purl.org/spar/datacite/> PREFIX dcterms: <http://purl.org/dc/terms/> "
    "PREFIX fabio: <http://purl.org/spar/fabio/> PREFIX foaf: <http://xmlns.com/foaf/0.1/> "
    "PREFIX frapo: <http://purl.org/cerif/frapo/> "
    "PREFIX literal: <http://www.essepuntato.it/2010/06/literalreification/> "
    "PREFIX prism: <http://prismstandard.org/namespaces/basic/2.0/> PREFIX pro: <http://purl.org/spar/pro/> "
    "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#> "
)
Likeness = Callable[[str, str], float]
"""How alike two values are, from 0 to 100."""


class Kind(NamedTuple):
    """A type of things: how it is called, what finds it (?s) and its names (?v), what describes it, how names compare.

    `alternative` finds other names, `folder` is where its addresses begin below the base where it has a folder alone.
    """

    id: str
    name: str
    named: str
    alternative: str
    description: str
    likeness: Likeness
    folder: str = ""


class Property(NamedTuple):
    """A property: the types that have it, what finds its values (?v, and ?e where they are things of `of`).

    `normal` brings an identifier into its normal form; identifiers are alike or not, other values more or less.
    """

    id: str
    name: str
    kinds: tuple[str, ...]
    pattern: str
    likeness: Likeness = title_likeness
    of: str = ""
    normal: Callable[[str], Identifier | None] | None = None


KINDS = {
    kind.id: kind
    for kind in (
        Kind(
            "person",
            "Person",
            "?s a foaf:Person ; foaf:name ?v",
            "",
            "?w pro:isDocumentContextFor/pro:isHeldBy ?s ; dcterms:title ?v",
            person_likeness,
        ),
        Kind(
            "journal",
            "Journal",
            "?s a fabio:Journal ; dcterms:title ?v",
            "?s a fabio:Journal ; dcterms:alternative ?v",
            "?s prism:issn|prism:eIssn|fabio:hasIssnL ?v",
            title_likeness,
        ),
        Kind(
            "organisation",
            "Organisation",
            "?s a foaf:Organization ; foaf:name ?v",
            "?s a foaf:Organization ; skos:altLabel ?v",
            "?s datacite:hasIdentifier/literal:hasLiteralValue ?v",
            title_likeness,
        ),
        Kind(
            "work",
            "Work",
            "?s dcterms:title ?v",
            "?s dcterms:alternative ?v",
            "?s fabio:hasPublicationYear ?v",
            title_likeness,
            "item/",
        ),
        Kind(
            "subject",
            "Subject",
            "?s a skos:Concept ; skos:prefLabel ?v",
            "?s a skos:Concept ; skos:altLabel ?v",
            "?s skos:broader/skos:prefLabel ?v",
            title_likeness,
        ),
    )
}
"""The types, by id."""

IDENTIFIED = "?s datacite:hasIdentifier ?i . ?i datacite:usesIdentifierScheme ?e ; literal:hasLiteralValue ?v"
"""What finds every identifier (?v) of everything, with its scheme (?e)."""


def _scheme(name: str) -> str:
    return f"?s datacite:hasIdentifier ?i . ?i datacite:usesIdentifierScheme {name} ; literal:hasLiteralValue ?v"


PROPERTIES = {
    property_.id: property_
    for property_ in (
        Property("orcid", "ORCID iD", ("person",), "?s frapo:hasORCID ?v", normal=check_digits.orcid),
        Property(
            "work",
            "Work",
            ("person", "organisation"),
            "?e pro:isDocumentContextFor/pro:isHeldBy ?s ; dcterms:title ?v",
            of="work",
        ),
        Property(
            "affiliation",
            "Affiliation",
            ("person",),
            "?r pro:isHeldBy ?s ; pro:relatesToOrganization ?e . ?e foaf:name ?v",
            of="organisation",
        ),
        Property(
            "issn",
            "ISSN",
            ("journal",),
            "?s prism:issn|prism:eIssn|fabio:hasIssnL ?v",
            normal=check_digits.issn,
        ),
        Property(
            "publisher",
            "Publisher",
            ("journal", "work"),
            "?s dcterms:publisher ?e . ?e foaf:name ?v",
            of="organisation",
        ),
        Property("ror", "ROR", ("organisation",), _scheme("datacite:ror"), normal=check_digits.ror),
        Property("doi", "DOI", ("work",), "?s prism:doi ?v", normal=resolvable.doi),
        Property("handle", "Handle", ("work",), "?s fabio:hasHandle ?v", normal=resolvable.handle),
        Property("isbn", "ISBN", ("work",), "?s prism:isbn ?v", normal=check_digits.isbn),
        Property("year", "Year", ("work",), "?s fabio:hasPublicationYear ?v", year_likeness),
        Property(
            "author",
            "Author",
            ("work",),
            "?s pro:isDocumentContextFor ?r . ?r pro:withRole pro:author ; pro:isHeldBy ?e . ?e foaf:name ?v",
            person_likeness,
            of="person",
        ),
        Property(
            "journal",
            "Journal",
            ("work",),
            "?s dcterms:isPartOf ?e . ?e a fabio:Journal ; dcterms:title ?v",
            of="journal",
        ),
        Property(
            "subject",
            "Subject",
            ("work",),
            "?s dcterms:subject ?e . ?e skos:prefLabel ?v",
            of="subject",
        ),
        Property("broader", "Broader", ("subject",), "?s skos:broader ?e . ?e skos:prefLabel ?v", of="subject"),
        Property("match", "The same elsewhere", ("subject",), "?s skos:exactMatch ?v"),
    )
}
"""The properties, by id."""


def properties_of(kind: str) -> list[Property]:
    """The properties that a type has; all where it is empty."""
    return [property_ for property_ in PROPERTIES.values() if not kind or kind in property_.kinds]
