"""Triples as node objects of expanded JSON-LD (https://www.w3.org/TR/json-ld11/#node-objects), one a subject."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

import pyoxigraph

Node = dict[str, Any]

TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
INTEGER = "http://www.w3.org/2001/XMLSchema#integer"
STRING = "http://www.w3.org/2001/XMLSchema#string"
_NATIVE = re.compile(r"0|-?[1-9][0-9]{0,14}")
"""What is the same number again where it is read, also by readers whose numbers have 53 bits."""


def node_objects(triples: Iterable[pyoxigraph.Triple]) -> Iterator[Node]:
    """Yield a node object for each run of triples that have one subject.

    >>> a, p = pyoxigraph.NamedNode("http://x/1"), pyoxigraph.NamedNode("http://x/p")
    >>> [*node_objects([pyoxigraph.Triple(a, p, pyoxigraph.Literal("A", language="en"))])]
    [{'@id': 'http://x/1', 'http://x/p': [{'@value': 'A', '@language': 'en'}]}]
    """
    for subject, run in groupby(triples, key=lambda triple: triple.subject):
        node: Node = {"@id": _name(subject)}
        for triple in run:
            if triple.predicate.value == TYPE:
                node.setdefault("@type", []).append(_name(triple.object))
            else:
                node.setdefault(triple.predicate.value, []).append(_value(triple.object))
        yield node


def is_native(literal: pyoxigraph.Literal) -> bool:
    """Whether a number of JSON says the same."""
    return literal.datatype.value == INTEGER and _NATIVE.fullmatch(literal.value) is not None


def _name(term: object) -> str:
    return term.value if isinstance(term, pyoxigraph.NamedNode) else str(term)


def _value(term: object) -> Node:
    if not isinstance(term, pyoxigraph.Literal):
        return {"@id": _name(term)}
    if term.language:
        return {"@value": term.value, "@language": term.language}
    if term.datatype.value == STRING:
        return {"@value": term.value}
    if is_native(term):
        return {"@value": int(term.value)}
    return {"@value": term.value, "@type": term.datatype.value}
