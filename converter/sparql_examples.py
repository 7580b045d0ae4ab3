"""The ready-made queries as data: SPARQL examples in the words of SHACL and schema.org.

Source: the vocabulary of https://github.com/sib-swiss/sparql-examples.
"""

from __future__ import annotations

from collections.abc import Iterator

from converter.values.terms import iri, literal, triple, type_
from queries import Query, all_queries, bind

_RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SHACL = "http://www.w3.org/ns/shacl#"
# What tools for examples look for; schema.org is written with https there.
_TARGET = "https://schema.org/target"


def examples(base: str) -> Iterator[str]:
    """Yield the queries, a triple a line; defaults are bound, so that a text answers as it stands.

    Their prefixes are those that the dataset declares (`static_description.prefixes`).
    """
    for query in all_queries():
        subject = iri(f"{base}queries#{query.name}")
        yield triple(subject, type_, iri(f"{SHACL}SPARQLExecutable"))
        yield triple(subject, type_, iri(f"{SHACL}SPARQLSelectExecutable"))
        yield triple(subject, iri(f"{_RDFS}label"), literal(query.title, "en"))
        yield triple(subject, iri(f"{_RDFS}comment"), literal(f"{query.title}. {query.description}", "en"))
        yield triple(subject, iri(f"{_RDFS}seeAlso"), iri(f"{base}queries/{query.name}"))
        yield triple(subject, iri(f"{SHACL}select"), literal(shown(query)))
        yield triple(subject, iri(f"{SHACL}prefixes"), iri(f"{base}shelf"))
        yield triple(subject, iri(_TARGET), iri(f"{base}sparql"))


def shown(query: Query) -> str:
    """The SPARQL of a query with its defaults bound; where a parameter must be given, as it is written."""
    return query.text if any(one.default is None for one in query.parameters) else bind(query, {})
