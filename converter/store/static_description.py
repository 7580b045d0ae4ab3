"""What every generation says alike of the dataset: prefixes, ready-made queries, the terms with their labels."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import lru_cache

import pyoxigraph

import ontology
from converter.sparql_examples import SHACL, examples
from converter.values.terms import XSD, iri, literal, triple, type_

_SD = "http://www.w3.org/ns/sparql-service-description#"
_PROFILE = ("profile.ttl", "terms.ttl")


@lru_cache(maxsize=2)
def static_lines(base: str) -> tuple[str, ...]:
    """The triples, without a blank node."""
    return (*prefixes(base), *examples(base), *_terms(base))


@lru_cache(maxsize=2)
def digest(base: str) -> str:
    """Another one for other triples."""
    return hashlib.sha256("\n".join(static_lines(base)).encode()).hexdigest()[:32]


def prefixes(base: str) -> Iterator[str]:
    """Yield the prefixes, as SHACL declares them of the dataset."""
    dataset = iri(f"{base}shelf")
    for prefix, namespace in ontology.prefixes_at(base).items():
        declaration = iri(f"{base}shelf#prefix-{prefix}")
        yield triple(dataset, iri(f"{SHACL}declare"), declaration)
        yield triple(declaration, type_, iri(f"{SHACL}PrefixDeclaration"))
        yield triple(declaration, iri(f"{SHACL}prefix"), literal(prefix))
        yield triple(declaration, iri(f"{SHACL}namespace"), literal(namespace, datatype=XSD + "anyURI"))


def graph_named(base: str, graph: str) -> Iterator[str]:
    """Yield that the graph of that name describes the dataset (VoID, section 7, and SPARQL service description)."""
    dataset, name = iri(f"{base}shelf"), iri(graph)
    yield triple(dataset, iri(ontology.expand("foaf:isPrimaryTopicOf", "program")), name)
    yield triple(name, type_, iri(ontology.expand("void:DatasetDescription", "program")))
    yield triple(name, type_, iri(f"{_SD}NamedGraph"))
    yield triple(name, iri(f"{_SD}name"), name)


def _terms(base: str) -> Iterator[str]:
    """Yield the classes and properties that are borrowed, and the terms of our own, as the profile states them."""
    for name in _PROFILE:
        for quad in pyoxigraph.parse(ontology.text(name, base), format=pyoxigraph.RdfFormat.TURTLE):
            yield f"{quad.triple} ."
