"""The process that evaluates queries: one generation, opened read-only, no internet, bounded memory.

It reads messages from the socket that is its standard input, each a length (four bytes, network order) and that many
bytes: an `Opening`, then requests.  It writes frames to the same socket, with a kind (one byte) before the length.
It is made by the fork server and by nobody else.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import resource
import struct
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, BinaryIO, cast

import msgspec
import pyoxigraph

from converter import flat_rows
from converter.described_by import graph_of
from converter.formats import FORMATS, Format
from converter.graph import prefixes
from converter.node_objects import node_objects
from server.processes.network_guard import deny_internet
from server.sparql import Request
from server.sparql.in_memory_store import address_space, own_memory
from server.sparql.lexer import is_of_description, named, star_of
from server.sparql.lower_priority import Threads

DATA, END, FAULT, READY = b"D", b"E", b"F", b"R"
LAST = b"L"
"""An end after which the worker is not to be asked again."""
HEAD = struct.Struct("!cI")
LENGTH = struct.Struct("!I")
SERIALISED = struct.Struct("!d?")
"""What an end says: the seconds from the first row to the last, rows being evaluated while they are written; whether
the thread that answered has been lowered, and is followed by another.
"""
_BLOCK = 65_536
_GROWN = 128 << 20
"""Bytes that a query may add to a worker; to clear up after more takes longer than to start another."""
_FAULTS: dict[type[Exception], str] = {SyntaxError: "syntax", OSError: "store"}
"""Faults of an answer by what they are sent as; all others are those of an evaluation."""
_POSITION = re.compile(r"(?:error )?at (\d+):(\d+):\s*(.*)", re.DOTALL)


class Opening(msgspec.Struct, frozen=True):
    """What a worker is sent first: the folder of a generation, its memory in bytes (0: no limit), the base address.

    `resident` says that it is a fork of a process that has the generation in memory; `own`, that it is not ready before
    it has made that memory its own.
    """

    store: str
    memory: int
    base: str
    resident: bool = False
    own: bool = False


def main(resident: pyoxigraph.Store | None) -> None:
    """Answer requests, from a store in memory where there is one, until the standard input ends."""
    requests, out = open(0, "rb", closefd=False), os.fdopen(os.dup(0), "wb", buffering=0)  # noqa: SIM115 - a descriptor, for life
    opening = msgspec.msgpack.decode(_message(requests), type=Opening)
    store = pyoxigraph.Store.read_only(opening.store) if resident is None else resident
    deny_internet()
    # What it has before the first query is not the queries' own.
    _limit(opening.memory and opening.memory + address_space())
    if opening.own and resident is not None:
        own_memory()
    threads = Threads()
    frames = _Frames(out, threads.renew)

    def answer_next() -> bool:
        message = _message(requests)
        if message:
            request = msgspec.msgpack.decode(message, type=Request)
            try:
                frames.end(answer(store, request, cast("IO[bytes]", frames), opening.base))
            except (SyntaxError, ValueError, RuntimeError, OSError) as fault:
                frames.fault(fault)
        return bool(message)

    _send(out, HEAD.pack(READY, 0))
    threads.run(answer_next)


def _limit(memory: int) -> None:
    if memory:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError):
        # Where the machine runs out of memory, a worker is what the kernel ends, not the site.
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


def _peak() -> int:
    """The most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1_024)


def _message(requests: BinaryIO) -> bytes:
    """The next message, empty at the end."""
    head = requests.read(LENGTH.size)
    return requests.read(LENGTH.unpack(head)[0]) if head else b""


class _Frames:
    """A file in the eyes of the engine: what is written to it goes out as frames of some size."""

    def __init__(self, out: BinaryIO, renew: Callable[[], bool]) -> None:
        self._out, self._renew = out, renew
        # Room for the head goes before the data, so that nothing is moved when they are sent.
        self._held = bytearray(HEAD.size)
        self._most = _peak() + _GROWN

    def write(self, data: bytes) -> int:
        self._held += data
        if len(self._held) >= _BLOCK:
            self._send(b"")
        return len(data)

    def flush(self) -> None:
        """Nothing: a frame goes out when it is full, and at the end."""

    def end(self, serialised: float) -> None:
        """Send what is held, and the end with it: how many seconds it took to write."""
        kind = LAST if _peak() > self._most else END
        self._send(HEAD.pack(kind, SERIALISED.size) + SERIALISED.pack(serialised, self._renew()))

    def fault(self, fault: Exception) -> None:
        """Send what went wrong; what is held is dropped."""
        message = str(fault.msg if isinstance(fault, SyntaxError) else fault)
        kind = next((name for class_, name in _FAULTS.items() if isinstance(fault, class_)), "evaluation")
        match = _POSITION.match(message)
        line, column, words = (int(match[1]), int(match[2]), match[3]) if match else (0, 0, message)
        del self._held[HEAD.size :]
        body = json.dumps({"kind": kind, "message": words, "line": line, "column": column}).encode()
        _send(self._out, HEAD.pack(FAULT, len(body)) + body)

    def _send(self, last: bytes) -> None:
        # Before the end has gone: another thread may answer the next query as soon as it has.
        held, self._held = self._held, bytearray(HEAD.size)
        length = len(held) - HEAD.size
        HEAD.pack_into(held, 0, DATA, length)
        _send(self._out, held + last if length else last)


def answer(store: pyoxigraph.Store, request: Request, out: IO[bytes], base: str) -> float:
    """Evaluate a query, write its answer, and return the seconds from its first row to its last.

    Raises SyntaxError for a query that is none, ValueError or RuntimeError for a fault in its evaluation, OSError where
    the store cannot be read.
    """
    default: list[pyoxigraph.NamedNode | pyoxigraph.BlankNode | pyoxigraph.DefaultGraph] | None = None
    if (graphs := _graphs(request.default_graphs, request.named_graphs)) is not None:
        default = [*graphs]
    named = _graphs(request.named_graphs, request.default_graphs)
    if default is None and named is None and is_of_description(request.query):
        # Tools ask for prefixes, examples and partitions where they ask for all else.
        default = [pyoxigraph.DefaultGraph(), pyoxigraph.NamedNode(graph_of(base))]
    results = store.query(
        _with_columns(request.query, base),
        base_iri=base,
        default_graph=default,
        named_graphs=[*named] if named is not None else None,
    )
    made = time.perf_counter()
    _serialize(results, FORMATS[request.format], out, base)
    return time.perf_counter() - made


def _with_columns(query: str, base: str) -> str:
    """The query with its star spelled out; an empty store says at once which variables are in scope."""
    if star_of(query) is None:
        return query
    empty = pyoxigraph.Store().query(query, base_iri=base)
    variables = empty.variables if isinstance(empty, pyoxigraph.QuerySolutions) else []
    return named(query, [variable.value for variable in variables])


def _graphs(graphs: tuple[str, ...], others: tuple[str, ...]) -> list[pyoxigraph.NamedNode] | None:
    """The graphs of a protocol dataset; where only the other kind is named, there are none of this kind."""
    if graphs:
        return [pyoxigraph.NamedNode(graph) for graph in graphs]
    return [] if others else None


def _serialize(results: object, format_: Format, out: IO[bytes], base: str) -> None:
    match results, format_.name:
        case (pyoxigraph.QuerySolutions() | pyoxigraph.QueryBoolean()) as table, name if name in flat_rows.NAMES:
            for part in flat_rows.written(table, name):
                out.write(part)
        case pyoxigraph.QueryTriples() as triples, "jsonld":
            _json_ld(triples, out)
        case pyoxigraph.QueryTriples() as triples, _ if format_.graph:
            pyoxigraph.serialize(triples, out, format_.engine, prefixes=prefixes(base))  # type: ignore[arg-type] # a format of graphs
        case (pyoxigraph.QuerySolutions() | pyoxigraph.QueryBoolean()) as table, _ if not format_.graph:
            table.serialize(out, format_.engine)  # type: ignore[arg-type] # a format of results
        case _:
            fitting = ", ".join(name for name, other in FORMATS.items() if other.graph is not format_.graph)
            raise ValueError(f"the format {format_.name} cannot carry this result; it has {fitting}")


def _json_ld(triples: pyoxigraph.QueryTriples, out: IO[bytes]) -> None:
    """Expanded JSON-LD, a node object for each run of one subject; the engine's own writer has no @type."""
    before = b"["
    for node in node_objects(triples):
        out.write(before + json.dumps(node, ensure_ascii=False).encode())
        before = b",\n"
    out.write(b"[]\n" if before == b"[" else b"]\n")


def _send(out: BinaryIO, data: bytes | bytearray) -> None:
    view = memoryview(data)
    while view:
        view = view[out.write(view) :]
