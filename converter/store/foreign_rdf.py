"""Foreign RDF: files that are loaded as they are, kept beside the archive, and what they say of our own addresses."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph

from converter.errors import StoreError
from converter.store.side_files import put

RDF_SUFFIXES = {
    ".ttl": pyoxigraph.RdfFormat.TURTLE,
    ".nt": pyoxigraph.RdfFormat.N_TRIPLES,
    ".nq": pyoxigraph.RdfFormat.N_QUADS,
    ".trig": pyoxigraph.RdfFormat.TRIG,
    ".rdf": pyoxigraph.RdfFormat.RDF_XML,
    ".owl": pyoxigraph.RdfFormat.RDF_XML,
    ".jsonld": pyoxigraph.RdfFormat.JSON_LD,
}
"""The names of files that hold RDF already."""


def files(folder: Path) -> list[Path]:
    """The files of foreign RDF of a data folder."""
    return sorted((folder / "foreign").glob("*"))


def take_in(store: pyoxigraph.Store, path: Path, folder: Path, base: str) -> list[str]:
    """What a file, which is kept in the folder and loaded into the store, says of our addresses in the default graph.

    Raises StoreError with the place where the file is not in the format of its name.
    """
    fresh = folder / f"{path.name}.new"
    try:
        shutil.copyfile(path, fresh)
        said = list(_said(fresh, RDF_SUFFIXES[path.suffix.lower()], base))
        _load(store, put(folder, f"foreign/{path.name}", fresh))
    except OSError as fault:
        raise StoreError(f"{path}: {fault.strerror or fault}; check the name of the file") from None
    except SyntaxError as fault:
        raise StoreError(f"{path}: {fault.msg}; correct it or convert it again") from None
    finally:
        fresh.unlink(missing_ok=True)
    return said


def read(store: pyoxigraph.Store, path: Path, base: str) -> Iterator[str]:
    """Load a file into the store, and yield what it says of our addresses in the default graph, line by line.

    Records may say the same, and what a file says stays when they no longer do.
    """
    _load(store, path)
    yield from _said(path, RDF_SUFFIXES[path.suffix.lower()], base)


def _load(store: pyoxigraph.Store, path: Path) -> None:
    with path.open("rb") as stream:
        store.bulk_load(stream, RDF_SUFFIXES[path.suffix.lower()])


def _said(path: Path, format_: pyoxigraph.RdfFormat, base: str) -> Iterator[str]:
    with path.open("rb") as stream:
        for quad in pyoxigraph.parse(stream, format=format_):
            subject, graph = quad.subject, quad.graph_name
            ours = isinstance(subject, pyoxigraph.NamedNode) and subject.value.startswith(base)
            if ours and isinstance(graph, pyoxigraph.DefaultGraph):
                yield f"{quad.triple} ."
