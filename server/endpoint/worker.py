"""The process that evaluates queries: one generation, opened read-only, no internet, bounded memory.

It reads requests from its standard input and writes frames to its standard output: a kind (one byte), a length (four
bytes, network order), and that many bytes.  It is started by `workers.Pool` and by nobody else.
"""

from __future__ import annotations

import json
import os
import re
import resource
import struct
import sys
import threading
import time
from typing import BinaryIO

import msgspec
import pyoxigraph

from converter.graph import prefixes
from server.endpoint import Request
from server.endpoint.columns import named, star_of
from server.endpoint.formats import FORMATS, ResultFormat
from server.endpoint.network_guard import deny_internet

DATA, END, FAULT, READY = b"D", b"E", b"F", b"R"
HEAD = struct.Struct("!cI")
LENGTH = struct.Struct("!I")
_BLOCK = 32_768
_POSITION = re.compile(r"(?:error )?at (\d+):(\d+):\s*(.*)", re.DOTALL)


def main(path: str, memory: str, base: str) -> None:
    """Answer requests until the standard input ends."""
    requests, frames = sys.stdin.buffer, os.fdopen(os.dup(1), "wb", buffering=0)
    # Whatever a library prints must not stand between the frames.
    os.dup2(2, 1)
    store = pyoxigraph.Store.read_only(path)
    deny_internet()
    if int(memory):
        resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
    _send(frames, READY, b"")
    while head := requests.read(LENGTH.size):
        request = msgspec.msgpack.decode(requests.read(LENGTH.unpack(head)[0]), type=Request)
        _answer(store, request, frames, base)


class _Frames:
    """A file in the eyes of the engine: what is written to it goes out as frames of some size."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._held = bytearray()

    def write(self, data: bytes) -> int:
        self._held += data
        if len(self._held) >= _BLOCK:
            self.flush()
        return len(data)

    def flush(self) -> None:
        if self._held:
            _send(self._out, DATA, bytes(self._held))
            self._held.clear()


def _answer(store: pyoxigraph.Store, request: Request, out: BinaryIO, base: str) -> None:
    frames = _Frames(out)
    default = _graphs(request.default_graphs, request.named_graphs)
    named = _graphs(request.named_graphs, request.default_graphs)
    try:
        results = store.query(
            _with_columns(request.query, base),
            base_iri=base,
            default_graph=[*default] if default is not None else None,
            named_graphs=[*named] if named is not None else None,
        )
        _serialize(results, FORMATS[request.format], frames, base)
        frames.flush()
        _send(out, END, b"")
    except SyntaxError as fault:
        _send_fault(out, "syntax", str(fault.msg))
    except (ValueError, OSError, RuntimeError) as fault:
        _send_fault(out, "evaluation", str(fault))


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


def _serialize(results: object, format_: ResultFormat, out: _Frames, base: str) -> None:
    if isinstance(results, pyoxigraph.QueryTriples):
        if format_.name == "jsonld":
            _json_ld(results, out)
        elif format_.graph:
            pyoxigraph.serialize(results, out, format_.engine, prefixes=prefixes(base))  # type: ignore[arg-type] # a file to the engine
    elif isinstance(results, (pyoxigraph.QuerySolutions, pyoxigraph.QueryBoolean)) and not format_.graph:
        results.serialize(out, format_.engine)  # type: ignore[arg-type] # a file to the engine
    else:
        raise ValueError(f"the format {format_.name} cannot carry this result")


def _json_ld(triples: pyoxigraph.QueryTriples, out: _Frames) -> None:
    """Expanded JSON-LD, a node object for each run of one subject; the engine's own writer tells no @type."""
    out.write(b"[")
    subject: object = None
    node: dict[str, list[object]] = {}
    first = True
    for triple in triples:
        if triple.subject != subject:
            if subject is not None:
                out.write((b"" if first else b",\n") + _node(subject, node))
                first = False
            subject, node = triple.subject, {}
        if triple.predicate.value == "http://www.w3.org/1999/02/22-rdf-syntax-ns#type":
            node.setdefault("@type", []).append(_name(triple.object))
        else:
            node.setdefault(triple.predicate.value, []).append(_object(triple.object))
    if subject is not None:
        out.write((b"" if first else b",\n") + _node(subject, node))
    out.write(b"]\n")


def _node(subject: object, node: dict[str, list[object]]) -> bytes:
    return json.dumps({"@id": _name(subject), **node}, ensure_ascii=False).encode()


def _name(term: object) -> str:
    return term.value if isinstance(term, pyoxigraph.NamedNode) else str(term)


def _object(term: object) -> dict[str, str]:
    if not isinstance(term, pyoxigraph.Literal):
        return {"@id": _name(term)}
    if term.language:
        return {"@value": term.value, "@language": term.language}
    if term.datatype.value == "http://www.w3.org/2001/XMLSchema#string":
        return {"@value": term.value}
    return {"@value": term.value, "@type": term.datatype.value}


def _send_fault(out: BinaryIO, kind: str, message: str) -> None:
    match = _POSITION.match(message)
    line, column, words = (int(match[1]), int(match[2]), match[3]) if match else (0, 0, message)
    _send(out, FAULT, json.dumps({"kind": kind, "message": words, "line": line, "column": column}).encode())


def _send(out: BinaryIO, kind: bytes, data: bytes) -> None:
    view = memoryview(HEAD.pack(kind, len(data)) + data)
    while view:
        view = view[out.write(view) :]


def _end_with_parent(parent: int) -> None:
    """End the process soon after its parent, also in the middle of a query: the engine lets other threads run."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
