"""Store → dump: every statement, sorted, in flat memory, so that two dumps of the same data are the same bytes.

The engine keeps statements in the order of hashes; the dump has that of the bytes of their lines.  A subject's
statements stand together in both.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby, islice
from pathlib import Path
from typing import IO, Any

import pyoxigraph

from converter import graph, jsonld
from converter.described_by import graph_of
from converter.errors import UsageError
from converter.mapping.engine import PROFILE
from converter.publish.external_sort import Sorter

_AT_ONCE = 2_000
"""Lines that are written at one time."""


def statements(
    store: pyoxigraph.Store,
    base: str,
    *,
    quads: bool = False,
    folder: Path | None = None,
    note: Callable[[int], None] | None = None,
) -> Iterator[bytes]:
    """Yield the sorted lines of the default graph as N-Triples, or those of all graphs as N-Quads.

    What a generation says of itself is not among them: it would be another in each.  `folder` is where they are
    sorted; `note` hears how many more have been read.
    """
    with Sorter(folder, note=note) as sorter:
        if quads:
            store.dump(sorter, pyoxigraph.RdfFormat.N_QUADS)  # type: ignore[arg-type] # a file to the engine
        else:
            store.dump(sorter, pyoxigraph.RdfFormat.N_TRIPLES, from_graph=pyoxigraph.DefaultGraph())  # type: ignore[arg-type] # a file to the engine
        # The engine's memory is for the lines, where nobody else holds the store.
        del store
        yield from _besides(sorter.lines(), graph_of(base)) if quads else sorter.lines()


def write(lines: Iterator[bytes], out: IO[bytes], format_: str, base: str) -> None:
    """One document of sorted lines, in `format_`: nt, nq, ttl or jelly.

    Raises UsageError where the library for the format is not installed.
    """
    if format_ == "ttl":
        # A subject is a batch: what is said of it does not move when something is said of another.
        graph.write(_by_subject(lines), out, "ttl", base)
    elif format_ == "jelly":
        _write_jelly(lines, out)
    else:
        while block := [*islice(lines, _AT_ONCE)]:
            out.write(b"".join(block))


def json_line(lines: list[str], address: str, base: str, source: str = "") -> bytes:
    """A record as nested JSON-LD on one line, its context named by its address; `source` is its original text."""
    whole = {**jsonld.nested(lines, address, base, source), "@context": f"{base}{PROFILE}/{jsonld.CONTEXT}"}
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def patch(old: Iterable[bytes], new: Iterable[bytes], base: str, generations: tuple[int, int]) -> Iterator[bytes]:
    r"""Yield what leads from the old sorted lines to the new: an RDF Patch of one transaction.

    Source: https://afs.github.io/rdf-delta/rdf-patch.html.

    >>> lines = patch([b"<a> <b> <c> .\n"], [b"<a> <b> <d> .\n"], "http://x/", (1, 2))
    >>> b"".join(lines).decode().splitlines()[2:]
    ['TX .', 'D <a> <b> <c> .', 'A <a> <b> <d> .', 'TC .']
    """
    before, after = (uuid.uuid5(uuid.NAMESPACE_URL, f"{base}dumps/{number}") for number in generations)
    yield f"H id <uuid:{after}> .\nH prev <uuid:{before}> .\n".encode()
    yield b"TX .\n"
    for sign, line in changes(old, new):
        yield sign + line
    yield b"TC .\n"


def changes(old: Iterable[bytes], new: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
    r"""Yield what only one of two sorted sequences has, under "D " for the old and "A " for the new.

    >>> [*changes([b"a", b"b", b"d"], [b"b", b"c"])]
    [(b'D ', b'a'), (b'A ', b'c'), (b'D ', b'd')]
    """
    left, right = iter(old), iter(new)
    was, is_ = next(left, None), next(right, None)
    while was is not None or is_ is not None:
        if was == is_:
            was, is_ = next(left, None), next(right, None)
        elif is_ is None or (was is not None and was < is_):
            yield b"D ", was or b""
            was = next(left, None)
        else:
            yield b"A ", is_
            is_ = next(right, None)


def _besides(lines: Iterator[bytes], graph: str) -> Iterator[bytes]:
    """Yield the quads that are not in a graph."""
    end = f" <{graph}> .\n".encode()
    for line in lines:
        # Where the line ends so, its last address may be the object of a triple.
        if line.endswith(end):
            quad = next(pyoxigraph.parse(line, format=pyoxigraph.RdfFormat.N_QUADS))
            if not isinstance(quad.graph_name, pyoxigraph.DefaultGraph):
                continue
        yield line


def _by_subject(lines: Iterator[bytes]) -> Iterator[list[str]]:
    for _, group in groupby(lines, key=lambda line: line.partition(b" ")[0]):
        yield [line.decode().rstrip("\n") for line in group]


def _triples(lines: Iterator[bytes]) -> Iterator[pyoxigraph.Triple]:
    while block := [*islice(lines, _AT_ONCE)]:
        yield from graph.parsed(line.decode().rstrip("\n") for line in block)


def _write_jelly(lines: Iterator[bytes], out: IO[bytes]) -> None:
    """Jelly (https://w3id.org/jelly), a frame for so many triples."""
    try:
        from pyjelly.integrations.generic import generic_sink as terms  # noqa: PLC0415 - an extra
        from pyjelly.integrations.generic.serialize import GenericSinkTermEncoder, stream_frames  # noqa: PLC0415
        from pyjelly.serialize.ioutils import write_delimited  # noqa: PLC0415
        from pyjelly.serialize.streams import TripleStream  # noqa: PLC0415
    except ImportError:
        raise UsageError("the format jelly needs an extra: pip install 'shelfgraph[jelly]'") from None

    def term(of: Any) -> Any:
        if isinstance(of, pyoxigraph.NamedNode):
            return terms.IRI(of.value)
        if isinstance(of, pyoxigraph.BlankNode):
            return terms.BlankNode(of.value)
        if isinstance(of, pyoxigraph.Literal):
            return terms.Literal(of.value, of.language, None if of.language else of.datatype.value)
        raise UsageError(f"{of}: the format jelly is written without statements about statements; take nt or nq")

    def stated() -> Iterator[Any]:
        for triple in _triples(lines):
            yield terms.Triple(term(triple.subject), term(triple.predicate), term(triple.object))

    # Its flat_stream_to_file would collect all triples first: version 0.8.2 took 700 megabytes for a million.
    for frame in stream_frames(TripleStream(encoder=GenericSinkTermEncoder()), stated()):
        write_delimited(frame, out)
