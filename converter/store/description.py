"""A generation that says of itself what it holds and how it is asked, in a graph of its own that no dump holds.

What depends on the data (VoID, and the dates of DCAT) is in the checkpoint and nowhere else.  What every generation
says alike (prefixes, ready-made queries, the profile) is in the writer's store too, where it is written only when it
has changed: the checkpoints have it from there.

The figures are kept with each change.  Where foreign RDF is in the store they are counted, which takes about a second
for a million statements: that is done again as soon as it costs no more than a twentieth of the time since it was done
last, so that a run of small changes is not held up.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import msgspec
import pyoxigraph

from converter.dcat import SERVICES, Life, Site, catalogued, listed_dumps
from converter.described_by import graph_of
from converter.store import statistics
from converter.store.archive import Archive
from converter.store.catalogue_reader import CatalogueReader
from converter.store.static_description import digest, graph_named, static_lines
from converter.values.terms import iri, literal, triple

SITE = "site"
"""The note of the archive that holds what the site says of itself, as JSON."""

_SHARE = 20
"""One part in so many of a writer's time may go into counting."""
_MOMENT = "SELECT moment FROM journal ORDER BY number"
_VERSION = "http://www.w3.org/2002/07/owl#versionInfo"


def site_of(note: str | None, base: str) -> Site:
    """What a site says of its dataset, by the note of its archive; where there is none, what a site says by itself."""
    return msgspec.json.decode(note, type=Site) if note else Site(base)


class Describer:
    """Adds descriptions to checkpoints; `done` says whether the last one that was published has its own."""

    def __init__(self, base: str, kept: Callable[[], statistics.Figures | None], archive: Archive) -> None:
        self._base, self._kept, self._archive = base, kept, archive
        self._graph = graph_of(base)
        self._free = 0.0
        self.done = True

    def prepare(self, store: pyoxigraph.Store) -> None:
        """Let the writer's store hold what every generation says alike, where it holds records."""
        if not self._is_described(store, self._kept()):
            return
        graph, stated = pyoxigraph.NamedNode(self._graph), digest(self._base)
        held = next(iter(store.quads_for_pattern(graph, pyoxigraph.NamedNode(_VERSION), None, graph)), None)
        if held is not None and str(held.object) == literal(stated):
            return
        lines = (*static_lines(self._base), triple(iri(self._graph), iri(_VERSION), literal(stated)))
        self._write(store, lines, f"DELETE WHERE {{ GRAPH {iri(self._graph)} {{ ?s ?p ?o }} }} ; ")

    def describe(self, checkpoint: Path, *, at_last: bool = False) -> None:
        """Add to a checkpoint what it holds, if there has been time to count; `at_last` there is."""
        kept = self._kept()
        started = time.monotonic()
        self.done = at_last or kept is not None or started >= self._free
        if not self.done:
            return
        store = pyoxigraph.Store(str(checkpoint))
        if not self._is_described(store, kept):
            return
        figures = kept or statistics.counted(rows_of(store), self._base)
        site = site_of(self._archive.note(SITE), self._base)
        # A site over a data folder has every service.
        paths = [f"/{service.path}" for service in SERVICES]
        self._write(
            store,
            (
                *statistics.described(figures, self._base),
                *catalogued(site, self._life(checkpoint.name, kept), (), paths),
                *graph_named(self._base, self._graph),
                *listed_dumps(self._base),
            ),
        )
        ended = time.monotonic()
        self._free = ended + _SHARE * (ended - started)

    def _is_described(self, store: pyoxigraph.Store, kept: statistics.Figures | None) -> bool:
        """RDF that is taken in as it is has the graphs that it has, and no other."""
        return bool(kept.classes) if kept else statistics.has_records(rows_of(store), self._base)

    def _write(self, store: pyoxigraph.Store, lines: Iterable[str], before: str = "") -> None:
        """Write lines into the graph, in one step with what goes before them."""
        text = "\n".join(lines)
        store.update(f"{before}INSERT DATA {{ GRAPH {iri(self._graph)} {{\n{text}\n}} }}")
        store.flush()

    def _life(self, version: str, kept: statistics.Figures | None) -> Life:
        """The dates of the dataset as they are now."""
        first, last = (
            next((str(moment) for (moment,) in self._archive.ask(f"{_MOMENT} {order} LIMIT 1")), None)
            for order in ("ASC", "DESC")
        )
        return Life(version, first, last, CatalogueReader(self._archive.ask).span() if kept else None)


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
