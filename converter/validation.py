"""Triples of a record → what the shapes say of them (SHACL Core, https://www.w3.org/TR/shacl/)."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from rdflib import RDF, SH, Graph
from rdflib.term import Node

import ontology


class ShapeFinding(NamedTuple):
    """One result of validation; the severity is violation, warning or info."""

    record: str
    severity: str
    shape: str
    path: str
    value: str
    message: str


class Shapes:
    """The shapes of a file of the profile for one base, read once."""

    def __init__(self, base: str, name: str = "shapes.ttl") -> None:
        self._base = base
        self._shapes = Graph().parse(data=ontology.text(name, base), format="turtle")

    def findings(self, record: str, lines: Iterable[str]) -> Iterator[ShapeFinding]:
        """What the shapes find in the triples of a record, sorted; where none is named, by each thing’s address."""
        results = self._validated(Graph().parse(data="\n".join(lines), format="nt"))
        return iter(sorted(self._found(record, results)))

    def _found(self, record: str, results: Graph) -> Iterator[ShapeFinding]:
        for result in results.subjects(RDF.type, SH.ValidationResult):
            severity = str(results.value(result, SH.resultSeverity)).rpartition("#")[2].lower()
            message = str(results.value(result, SH.resultMessage) or "")
            yield ShapeFinding(
                record or str(results.value(result, SH.focusNode) or ""),
                severity,
                self._named(results.value(result, SH.sourceShape)),
                str(results.value(result, SH.resultPath) or ""),
                str(results.value(result, SH.value) or ""),
                message,
            )

    def _validated(self, data: Graph) -> Graph:
        # The validator uses parts of rdflib that rdflib has deprecated, and logs what it then overlooks.
        import pyshacl  # noqa: PLC0415 - it takes most of a second, and few commands validate

        logging.getLogger("rdflib.term").setLevel(logging.CRITICAL)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            _, results, _ = pyshacl.validate(data, shacl_graph=self._shapes, inference="none", do_owl_imports=False)
        if not isinstance(results, Graph):
            raise TypeError(f"the validator gives {results!r} and no graph")
        return results

    def _named(self, shape: Node | None) -> str:
        """The node shape that a result belongs to: property shapes have no address."""
        if shape is None:
            return ""
        owner = self._shapes.value(predicate=SH.property, object=shape) or shape
        return str(owner).removeprefix(self._base)
