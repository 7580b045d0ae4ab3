"""The statements of a generation in one order, so that two of them can be compared line by line."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyoxigraph

from converter.publish.external_sort import Sorter

# A blank node where N-Triples may have one: at the beginning, or before the dot.
_BLANK = re.compile(rb"^_:(\S+)|(?<= )_:(\S+)(?= \.$)")


@contextlib.contextmanager
def snapshot(generation: Path, graph: str, base: str, room: Path) -> Iterator[Iterator[bytes]]:
    """The statements of a generation, sorted, each once: the graph as `<…>`, a tab, and the line of N-Triples.

    The default graph goes into `graph` (`<…>`, or empty for the default graph there).  A blank node is an address
    below `base`, since a store elsewhere would make another node of it each time.
    Source: RDF 1.1 Concepts section 3.5.  `room` is where there is place to sort.
    """
    store = pyoxigraph.Store.read_only(str(generation))
    with Sorter(room) as sorter:
        graphs: list[pyoxigraph.NamedNode | pyoxigraph.BlankNode] = [*store.named_graphs()]
        _dump(store, pyoxigraph.DefaultGraph(), sorter, graph, base)
        for name in graphs:
            _dump(store, name, sorter, _named(name, base), base)
        yield _once(sorter.lines())


def _dump(
    store: pyoxigraph.Store,
    graph: pyoxigraph.NamedNode | pyoxigraph.BlankNode | pyoxigraph.DefaultGraph,
    sorter: Sorter,
    name: str,
    base: str,
) -> None:
    out = _Named(sorter, name, base)
    store.dump(out, pyoxigraph.RdfFormat.N_TRIPLES, from_graph=graph)  # type: ignore[arg-type] # a file to the engine


class _Named:
    """A file in the eyes of the engine: each line of it goes on with the name of its graph before it."""

    def __init__(self, sorter: Sorter, graph: str, base: str) -> None:
        self._sorter, self._prefix = sorter, f"{graph}\t".encode()
        self._genid = f"<{base}.well-known/genid/".encode()
        self._rest = b""

    def write(self, data: bytes) -> int:
        whole, newline, self._rest = (self._rest + data).rpartition(b"\n")
        if newline:
            if b"_:" in whole:
                whole = b"\n".join(_BLANK.sub(self._named, line) for line in whole.split(b"\n"))
            self._sorter.write(self._prefix + whole.replace(b"\n", b"\n" + self._prefix) + b"\n")
        return len(data)

    def flush(self) -> None:
        """Nothing: a line is whole when its end has come."""

    def _named(self, match: re.Match[bytes]) -> bytes:
        return self._genid + (match[1] or match[2]) + b">"


def _named(graph: pyoxigraph.NamedNode | pyoxigraph.BlankNode, base: str) -> str:
    return f"<{base}.well-known/genid/{graph.value}>" if isinstance(graph, pyoxigraph.BlankNode) else str(graph)


def _once(lines: Iterable[bytes]) -> Iterator[bytes]:
    last = b""
    for line in lines:
        if line != last:
            yield line
        last = line
