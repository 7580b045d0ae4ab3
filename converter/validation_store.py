"""A whole store → what its shapes say of it.

The validator would take hours over all triples.  What cannot violate a shape is left out: a thing with one label, an
agent with a name; the rest is small, and the shapes alone decide.
"""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph

import ontology
from converter.validation import ShapeFinding, Shapes

_SEVERAL = ("skos:prefLabel", "foaf:name", "dcterms:title", "rdfs:label")
_ISSNS = ("prism:issn", "prism:eIssn", "fabio:hasIssnL")
_SCHEMES = ("datacite:fundref", "datacite:ror")
_TO_AGENTS = ("dcterms:creator", "dcterms:contributor", "dcterms:publisher", "pro:isHeldBy")
_AGENTS = ("foaf:Agent", "foaf:Person", "foaf:Organization")
_TOPIC = "foaf:primaryTopic"


def findings(store: pyoxigraph.Store, base: str) -> Iterator[ShapeFinding]:
    """Yield what the shapes of a whole data set find in a store."""
    lines = sorted({line for query in _queries() for line in _made(store, query)})
    yield from Shapes(base, "store-shapes.ttl").findings("", lines)


def _made(store: pyoxigraph.Store, query: str) -> Iterator[str]:
    triples = store.query(query)
    if not isinstance(triples, pyoxigraph.QueryTriples):
        raise TypeError("a CONSTRUCT query makes triples")
    return (f"{triple} ." for triple in triples)


def _queries() -> Iterator[str]:
    """Yield queries for whatever may violate a shape, with the classes that the shapes look for."""
    for name in _SEVERAL:
        label = _term(name)
        several = f"{{ SELECT ?s {{ ?s {label} ?o }} GROUP BY ?s HAVING (COUNT(*) > 1) }}"
        yield f"CONSTRUCT {{ ?s {label} ?o }} WHERE {{ {several} ?s {label} ?o }}"
        yield f"CONSTRUCT {{ ?s a ?c }} WHERE {{ {several} ?s a ?c }}"
        yield f"CONSTRUCT {{ ?d {_term(_TOPIC)} ?s }} WHERE {{ {several} ?d {_term(_TOPIC)} ?s }}"
    both = f"?s {_term('skos:prefLabel')} ?o . ?s {_term('skos:altLabel')} ?o"
    yield f"CONSTRUCT {{ {both} }} WHERE {{ {both} }}"
    for name in _ISSNS:
        yield f"CONSTRUCT {{ ?s {_term(name)} ?o }} WHERE {{ ?s {_term(name)} ?o }}"
    for scheme in _SCHEMES:
        node = f"?n {_term('datacite:usesIdentifierScheme')} {_term(scheme)} ; {_term('literal:hasLiteralValue')} ?v"
        yield f"CONSTRUCT {{ {node} }} WHERE {{ {node} }}"
    nameless = f"FILTER NOT EXISTS {{ ?a {_term('foaf:name')} ?name }}"
    for name in _TO_AGENTS:
        yield f"CONSTRUCT {{ ?s {_term(name)} ?a }} WHERE {{ ?s {_term(name)} ?a {nameless} }}"
    for name in _AGENTS:
        yield f"CONSTRUCT {{ ?a a {_term(name)} }} WHERE {{ ?a a {_term(name)} {nameless} }}"


def _term(name: str) -> str:
    return f"<{ontology.expand(name, 'validation')}>"
