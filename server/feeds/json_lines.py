"""A generation as JSON lines: each record nested, on a line of its own, for those who have no triple store; or SKG-IF.

A description costs some ten milliseconds, so that several processes share it; the lines come in the order of their
addresses, whoever made them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal, NamedTuple, cast

import msgspec
import pyoxigraph

from converter import flat_rows, graph
from converter.formats import FORMATS
from converter.publish.dump import json_line
from converter.publish.external_sort import Sorter
from converter.store.reader import ArchiveReader
from ontology import expand
from server.descriptions import description
from server.process_map import spread
from server.representations.skg_if import skg_if
from server.representations.view import View
from server.representations.work import work
from server.sparql import Answer, Request

_AT_ONCE = 50
"""Records that a process is given at one time."""


def json_lines(  # noqa: PLR0913 - all but the first two have names
    generation: Path,
    base: str,
    *,
    folder: Path | None,
    archive: Path | None = None,
    form: Literal["jsonl", "skg-if"] = "jsonl",
    processes: int = 1,
    note: Callable[[int], None] | None = None,
) -> Iterator[bytes]:
    """Yield the records of a generation, a line each; `folder` is where their addresses are sorted.

    SKG-IF has no word for a withdrawn record: it has no line there.
    The values of a record stand in the order of its original in the archive, where one is given.
    """
    paths = record_paths(pyoxigraph.Store.read_only(str(generation)), base, folder)
    stated = (str(generation), base, str(archive or ""), form)
    for lines in spread(_lines, paths, begin=_open, stated=stated, processes=processes, at_once=_AT_ONCE):
        if note:
            note(len(lines))
        yield from lines


def record_paths(store: pyoxigraph.Store, base: str, folder: Path | None) -> Iterator[str]:
    """Yield what the addresses of the records end in, behind /record/, in the order of its bytes."""
    start = f"{base}record/"
    predicate = pyoxigraph.NamedNode(expand("void:inDataset", "program"))
    with Sorter(folder) as sorter:
        for quad in store.quads_for_pattern(None, predicate, pyoxigraph.NamedNode(f"{base}shelf")):
            address = quad.subject.value if isinstance(quad.subject, pyoxigraph.NamedNode) else ""
            if address.startswith(start):
                sorter.write(address.removeprefix(start).encode() + b"\n")
        for line in sorter.lines():
            yield line.decode().removesuffix("\n")


class StoreEndpoint:
    """A store of this process as an endpoint, for questions of our own that end soon."""

    def __init__(self, store: pyoxigraph.Store, base: str, version: str = "") -> None:
        self._store, self._base, self.version = store, base, version

    def ask(self, request: Request) -> Whole:
        """The answer, whole."""
        results = self._store.query(request.query, base_iri=self._base)
        if request.format in flat_rows.NAMES and not isinstance(results, pyoxigraph.QueryTriples):
            return Whole(b"".join(flat_rows.written(results, request.format)))
        engine = FORMATS[request.format].engine
        if isinstance(results, pyoxigraph.QueryTriples):
            return Whole(pyoxigraph.serialize(results, format=cast("pyoxigraph.RdfFormat", engine)) or b"")
        return Whole(results.serialize(format=cast("pyoxigraph.QueryResultsFormat", engine)) or b"")

    def close(self) -> None:
        """Nothing: the store goes with the process."""


class Whole(Answer):
    """An answer that is there."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        yield self._body

    def close(self) -> None:
        """Nothing is left to be done."""


class _Opened(NamedTuple):
    """What a process works with."""

    endpoint: StoreEndpoint
    base: str
    archive: ArchiveReader | None
    form: str


_OPENED: list[_Opened] = []


def _open(generation: str, base: str, archive: str, form: str) -> None:
    reader = ArchiveReader(Path(archive)) if archive else None
    _OPENED.append(_Opened(StoreEndpoint(pyoxigraph.Store.read_only(generation), base), base, reader, form))


def _lines(paths: list[str]) -> list[bytes]:
    (opened,) = _OPENED
    return [_line(opened, path) for path in paths]


def _line(opened: _Opened, path: str) -> bytes:
    lines, address = description.of_record(opened.endpoint, opened.base, path), f"{opened.base}item/{path}"
    if opened.form == "skg-if":
        view = View([*graph.parsed(lines)], opened.base)
        made = work(view, address)
        return b"" if made.withdrawn else msgspec.json.format(skg_if(view, address, lambda: made), indent=-1) + b"\n"
    record = opened.archive.get(path) if opened.archive else None
    return json_line(lines, address, opened.base, record.text if record else "")
