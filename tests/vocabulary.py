"""The vocabularies that we borrow from, as facts, and whether the statements of a graph keep to them.

`tests/data/vocabulary.csv` has a row for each term: what kinds it is of, its domain and range (`|` between the members
of a union), what it is narrower than, and which classes it is disjoint with.  It was made from the ontologies.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

import pyoxigraph
from rdflib import RDF, RDFS, XSD

import ontology
from tests.conftest import ROOT

Triple = pyoxigraph.Triple | pyoxigraph.Quad

PREFIXES = ontology.prefixes() | {
    "bibo": "http://purl.org/ontology/bibo/",
    "biro": "http://purl.org/spar/biro/",
    "cc": "http://creativecommons.org/ns#",
    "dcam": "http://purl.org/dc/dcam/",
    "doco": "http://purl.org/spar/doco/",
    "dqv": "http://www.w3.org/ns/dqv#",
    "geo": "http://www.w3.org/2003/01/geo/wgs84_pos#",
    "hydra": "http://www.w3.org/ns/hydra/core#",
    "locn": "http://www.w3.org/ns/locn#",
    "oa": "http://www.w3.org/ns/oa#",
    "oco": "https://w3id.org/oc/ontology/",
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "sh": "http://www.w3.org/ns/shacl#",
    "skosxl": "http://www.w3.org/2008/05/skos-xl#",
    "time": "http://www.w3.org/2006/time#",
    "tvc": "http://www.essepuntato.it/2012/04/tvc/",
    "vann": "http://purl.org/vocab/vann/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
}
"""Ours, and those of the vocabularies whose terms stand in domains, ranges and documents."""

_ANYTHING = {str(RDFS.Literal), str(RDFS.Resource)}
_NARROWER = {str(XSD.positiveInteger): str(XSD.integer), str(XSD.nonNegativeInteger): str(XSD.integer)}
"""Data types that the engine writes as wider ones."""
_NOT_HELD = "http://schema.org/"
"""Its domains and ranges say what is expected, and forbid nothing."""


class Term(NamedTuple):
    """What a vocabulary says of one of its terms."""

    kinds: frozenset[str]
    domain: tuple[str, ...]
    range: tuple[tuple[str, ...], ...]
    above: tuple[str, ...]
    disjoint: frozenset[str]


@cache
def terms() -> dict[str, Term]:
    """Every term with its facts, by its IRI."""
    with (ROOT / "tests" / "data" / "vocabulary.csv").open(encoding="utf-8", newline="") as lines:
        return {
            _iri(row["term"]): Term(
                frozenset(row["kinds"].split()),
                tuple(map(_iri, row["domain"].split())),
                tuple(tuple(map(_iri, union.split("|"))) for union in row["range"].split()),
                tuple(map(_iri, row["above"].split())),
                frozenset(map(_iri, row["disjoint"].split())),
            )
            for row in csv.DictReader(lines)
        }


def has(term: str) -> bool:
    """Whether the term stands in its vocabulary."""
    return term in terms()


def breaches(graph: Iterable[Triple]) -> set[str]:
    """What the graph says against the vocabularies, a sentence each; our own terms are left out."""
    triples = {(str(t.subject.value), str(t.predicate.value), t.object) for t in graph}
    used = {predicate for _, predicate, _ in triples}
    used |= {obj.value for _, predicate, obj in triples if predicate == str(RDF.type)}
    found = {f"{term} is in no vocabulary" for term in used if not _ours(term) and not has(term)}
    values: dict[tuple[str, str], set[str]] = {}
    types: dict[str, set[str]] = {}
    for subject, predicate, obj in triples:
        if predicate == str(RDF.type):
            types.setdefault(subject, set()).add(obj.value)
        values.setdefault((subject, predicate), set()).add(str(obj))
        found |= set(_wrong_object(predicate, obj))
        for above in _all_above(predicate):
            _infer(types, terms()[above], subject, obj) if not above.startswith(_NOT_HELD) else None
    for (subject, predicate), objects in values.items():
        if has(predicate) and "functional" in terms()[predicate].kinds and len(objects) > 1:
            found.add(f"{predicate} has {len(objects)} values at {subject}, and can have one")
    return found | {breach for subject, classes in types.items() for breach in _clashes(subject, classes)}


def _wrong_object(predicate: str, obj: object) -> Iterator[str]:
    literal = isinstance(obj, pyoxigraph.Literal)
    if isinstance(obj, pyoxigraph.BlankNode):
        yield f"{predicate} leads to a blank node"
    if not has(predicate):
        return
    kinds = terms()[predicate].kinds
    if literal and "object" in kinds and not kinds & {"datatype", "annotation"}:
        yield f"{predicate} has a literal: {obj}"
    if not literal and "datatype" in kinds:
        yield f"{predicate} has no literal: {obj}"
    for above in _all_above(predicate):
        if above.startswith(_NOT_HELD):
            continue
        for union in terms()[above].range:
            if isinstance(obj, pyoxigraph.Literal):
                wanted = {*union, *(_NARROWER[name] for name in union if name in _NARROWER)}
                if not wanted & _ANYTHING and obj.datatype.value not in wanted:
                    yield f"{predicate} has a {obj.datatype.value}, and its range is {union}: {obj}"
            elif len(union) == 1 and (union[0] == str(RDFS.Literal) or union[0].startswith(str(XSD))):
                yield f"{predicate} has no literal, and its range is {union[0]}: {obj}"


def _infer(types: dict[str, set[str]], term: Term, subject: str, obj: object) -> None:
    types.setdefault(subject, set()).update(term.domain)
    if isinstance(obj, pyoxigraph.NamedNode):
        types.setdefault(obj.value, set()).update(union[0] for union in term.range if len(union) == 1)


def _clashes(subject: str, classes: set[str]) -> Iterator[str]:
    every = {above for name in classes for above in _all_above(name)}
    for name in sorted(every):
        for other in sorted(terms()[name].disjoint & every):
            yield f"{subject} is a {name} and a {other}, which exclude each other"


@cache
def _all_above(term: str) -> frozenset[str]:
    """The term and all that it is narrower than, as far as they are known."""
    found: set[str] = set()
    left = [term]
    while left:
        name = left.pop()
        if name not in found and has(name):
            found.add(name)
            left.extend(terms()[name].above)
    return frozenset(found)


def _ours(term: str) -> bool:
    return term.startswith(ontology.PUBLISHED_BASE)


def _iri(name: str) -> str:
    prefix, colon, local = name.partition(":")
    return PREFIXES[prefix] + local if colon and prefix in PREFIXES else name
