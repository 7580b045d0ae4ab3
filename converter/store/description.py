"""A generation that says of itself what it holds: VoID, in a graph of its own, in the checkpoint and nowhere else.

The writer's store stays what the archive makes of it.  The figures are kept with each change.  Where foreign RDF is in
the store they are counted, which takes about a second for a million statements: that is done again as soon as it costs
no more than a twentieth of the time since it was done last, so that a run of small changes is not held up.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyoxigraph

from converter.store import statistics
from converter.values.terms import iri

_SHARE = 20
"""One part in so many of a writer's time may go into counting."""


def graph_of(base: str) -> str:
    """The name of the graph that describes the dataset: the address of the document that says the same."""
    return f"{base}void.ttl"


class Describer:
    """Adds descriptions to checkpoints; `done` says whether the last one that was published has its own."""

    def __init__(self, base: str, kept: Callable[[], statistics.Figures | None]) -> None:
        self._base, self._kept = base, kept
        self._free = 0.0
        self.done = True

    def describe(self, checkpoint: Path, *, at_last: bool = False) -> None:
        """Add to a checkpoint what it holds, if there has been time to count; `at_last` there is."""
        kept = self._kept()
        started = time.monotonic()
        self.done = at_last or kept is not None or started >= self._free
        if not self.done:
            return
        store = pyoxigraph.Store(str(checkpoint))
        if not (kept.classes if kept else statistics.has_records(rows_of(store), self._base)):
            # RDF that is taken in as it is has the graphs that it has, and no other.
            return
        figures = kept or statistics.counted(rows_of(store), self._base)
        lines = "\n".join(statistics.described(figures, self._base))
        store.update(f"INSERT DATA {{ GRAPH {iri(graph_of(self._base))} {{\n{lines}\n}} }}")
        store.flush()
        ended = time.monotonic()
        self._free = ended + _SHARE * (ended - started)


def rows_of(store: pyoxigraph.Store) -> statistics.Rows:
    """A store as what answers SELECT queries."""

    def ask(query: str) -> Iterator[dict[str, str]]:
        solutions = store.query(query)
        if not isinstance(solutions, pyoxigraph.QuerySolutions):
            raise TypeError("a SELECT query answers with solutions")
        names = [variable.value for variable in solutions.variables]
        for solution in solutions:
            yield {name: _text(solution[name]) for name in names if solution[name] is not None}

    return ask


def _text(term: object) -> str:
    return term.value if isinstance(term, (pyoxigraph.NamedNode, pyoxigraph.Literal)) else str(term)
