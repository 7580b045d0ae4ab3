"""The figures of the dataset: as triples, and as the classes and properties that a query can name.

They are those that a generation says of itself, in the graph `/void.ttl` of its store; where it says none, as over a
store elsewhere, they are counted once for each version of the dataset, behind the requests.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import ontology
from converter import graph
from converter.described_by import graph_of
from converter.store import statistics
from converter.values.terms import iri, literal
from server.descriptions import description
from server.documents.made_once import MadeOnce
from server.representations.view import View
from server.sparql import Endpoint

_LONGEST = 5.0
"""Seconds that a request waits for the figures."""
_LOCAL = re.compile(r"[A-Za-z0-9_](?:[\w.-]*[\w-])?", re.ASCII)
"""Local names that need no escape in SPARQL."""


class Term(NamedTuple):
    """A class or a property that the data use: its name in a query, its address, and how often it is used."""

    kind: str
    name: str
    address: str
    uses: int


class Terms(NamedTuple):
    """The classes and the properties of the data, each with the most used first."""

    classes: tuple[Term, ...]
    properties: tuple[Term, ...]


class CurrentFigures:
    """The figures of the dataset, counted once for each version of it."""

    def __init__(self, endpoint: Endpoint, base: str) -> None:
        self._endpoint, self._base = endpoint, base
        self._lines = MadeOnce(endpoint, self._made)

    def lines(self, seconds: float = _LONGEST) -> list[str] | None:
        """The triples; None where counting takes longer than a client would wait."""
        found = self._lines.value(seconds)
        return found[0] if found else None

    def terms(self, seconds: float = 1.0) -> Terms | None:
        """The classes and properties; None where they are not counted yet."""
        found = self._lines.value(seconds)
        return found[1] if found else None

    def _made(self) -> tuple[list[str], Terms]:
        lines = self._stated() or [*statistics.described(self._counted(), self._base)]
        return lines, terms_of(lines, self._base)

    def _stated(self) -> list[str]:
        """What the dataset says of itself and its parts, without the queries and the profile."""
        graph_name = iri(graph_of(self._base))
        own = f"FILTER(STRSTARTS(STR(?s), {literal(f'{self._base}shelf')}))"
        query = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH {graph_name} {{ ?s ?p ?o {own} }} }}"
        return description.lines(self._endpoint, query)

    def _counted(self) -> statistics.Figures:
        return statistics.counted(lambda query: description.rows(self._endpoint, query), self._base)


def terms_of(lines: list[str], base: str) -> Terms:
    """The classes and properties that a description of a dataset counts."""
    view = View([*graph.parsed(graph.ordered(lines, base))], base)
    dataset = f"{base}shelf"

    def counted(kind: str, counting: str) -> tuple[Term, ...]:
        found = [
            Term(kind, name_in_queries(address, base), address, int(view.text(part, counting) or 0))
            for part in view.nodes(dataset, f"void:{kind}Partition")
            for address in view.nodes(part, f"void:{kind}")
        ]
        return tuple(sorted(found, key=lambda term: (-term.uses, term.name)))

    return Terms(counted("class", "void:entities"), counted("property", "void:triples"))


def name_in_queries(address: str, base: str) -> str:
    """An address as a query writes it.

    >>> name_in_queries("http://purl.org/dc/terms/title", "http://x/"), name_in_queries("http://x/field/a/b", "http://x/")
    ('dcterms:title', '<http://x/field/a/b>')
    """
    for prefix, space in ontology.prefixes_at(base).items():
        if address.startswith(space) and _LOCAL.fullmatch(address.removeprefix(space)):
            return f"{prefix}:{address.removeprefix(space)}"
    return iri(address)
