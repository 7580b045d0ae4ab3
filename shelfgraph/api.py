"""The library: records in, linked data out, from Python.

>>> from shelfgraph import convert
>>> converted = convert("examples/lighthouse.txt")
>>> len(converted.graph()) == len(list(converted))
True
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from converter.errors import SourceError, UsageError
from converter.record import Record
from converter.report import Finding, Report

if TYPE_CHECKING:
    from rdflib import Graph

Source = str | Path | bytes | Iterable[Record]
"""A file, folder or archive by its name, a document as bytes, or records; of an address, what stands there.

An iterator of records is read once, all else anew for each pass.
"""

EXAMPLE_BASE = "https://data.example.org/"
_RDF = {".ttl": "turtle", ".nt": "nt", ".nq": "nquads", ".trig": "trig", ".rdf": "xml", ".jsonld": "json-ld"}


class Converted:
    """The triples of records: made anew each time they are asked for, with memory that does not grow with the records.

    `findings` are what the last pass had to say of values that were not taken as they are.
    """

    def __init__(self, source: Source, base: str, repository: str, kind: str | None, encoding: str) -> None:
        if not base.endswith(("/", "#")):
            raise UsageError(f"base: {base!r} ends with neither / nor #; addresses are made by what follows it")
        self._source, self._repository = source, repository
        self._kind, self._encoding = kind, encoding
        self.base = base
        self.findings: list[Finding] = []

    def __iter__(self) -> Iterator[str]:
        """Yield each triple once, as a line of N-Triples without its line end.

        Raises SourceError where the source holds no record, SourceUnreachable where it cannot be had.
        """
        for lines in self._batches():
            yield from lines

    def write(self, path: str | Path, format_: str = "ttl") -> None:
        """Write one document: ttl, nt, nq, trig or rdf."""
        from converter import graph

        with Path(path).open("wb") as out:
            graph.write(self._batches(), out, _format(format_), self.base)

    def text(self, format_: str = "ttl") -> str:
        """One document: ttl, nt, nq, trig or rdf."""
        from converter import graph

        out = io.BytesIO()
        graph.write(self._batches(), out, _format(format_), self.base)
        return out.getvalue().decode()

    def documents(self) -> Iterator[dict[str, Any]]:
        """Yield each record as a document of JSON-LD: nested, arrays in the order of the source, context included.

        >>> (document,) = convert("examples/lighthouse.txt").documents()
        >>> document["creator"][0]["name"], document["title"]["en-gb"][0][:23]
        ('Marrow, T', 'How coastal lights guid')
        """
        from converter import jsonld
        from converter.mapping.nested import settled_records

        for address, lines, source in settled_records(self._mapped(), self.base):
            yield jsonld.nested(lines, address, self.base, source)

    def graph(self) -> Graph:
        """The triples as a graph of rdflib, with our prefixes bound."""
        from rdflib import Graph

        from converter.graph import prefixes

        made = Graph(bind_namespaces="none")
        for prefix, iri in prefixes(self.base).items():
            made.bind(prefix, iri)
        return made.parse(data=self.text("nt"), format="nt")

    def _batches(self) -> Iterator[list[str]]:
        from converter.mapping.settling import settled

        return settled(self._mapped(), self.base)

    def _mapped(self) -> Iterator[tuple[Record, list[str]]]:
        """Yield the records with their statements; `findings` begin anew."""
        from converter.local_keys import distinct
        from converter.mapping.engine import Mapper

        mapper = Mapper(self.base, self._repository)
        report = _Kept()
        self.findings = report.findings
        stated = _records(self._source, self._kind, self._repository, report, self._encoding)
        for record in distinct(stated, report.add):
            found = mapper.map(record)
            report.extend(found.findings)
            yield record, list(found.lines)


def convert(
    source: Source, *, base: str = EXAMPLE_BASE, repository: str = "", kind: str | None = None, encoding: str = ""
) -> Converted:
    """The triples of a source.

    Addresses begin with `base`; `repository` names where the records are from; `kind` and `encoding` are given by the
    content where they are not given.  Raises UsageError for a base that cannot begin an address.

    >>> from shelfgraph import Record
    >>> from converter.record import Field
    >>> terns = Record("1/2", handle="1/2", fields=(Field("dc.title", "Terns"),))
    >>> [line for line in convert(iter([terns])) if "terms/title" in line and "/item/" in line]
    ['<https://data.example.org/item/1/2> <http://purl.org/dc/terms/title> "Terns" .']
    """
    return Converted(source, base, repository, kind, encoding)


class Loaded(NamedTuple):
    """What a folder holds after a load: the number of its generation, of its changes by this load, of its works."""

    generation: int
    changes: int
    works: int
    findings: list[Finding]


class Repository:
    """A data folder: records that are kept, and served by `shelfgraph serve --data`."""

    def __init__(self, path: str | Path, *, base: str = "") -> None:
        """The folder, which is made by the first load; its addresses begin with `base` from then on."""
        from converter.store.data_folder import DataFolder

        self.path = Path(path)
        self._folder = DataFolder(self.path)
        held = self._folder.identity()
        self.base = base or (held.base if held else EXAMPLE_BASE)

    def load(self, source: Source, *, name: str = "", kind: str | None = None, encoding: str = "") -> Loaded:
        """Take in records as one new generation; what is there already as it comes changes nothing.

        Raises SourceError where there is no record, StoreError where the folder cannot be written.
        """
        from converter.store.authority_files import mapper_of
        from converter.store.data_folder import Identity

        mapper, report = mapper_of(self.path, self.base), _Kept()

        def lines(record: Record, day: str) -> list[str]:
            found = mapper.map(record, day)
            report.extend(found.findings)
            return list(found.lines)

        with self._folder.writing(Identity(self.base, mapper.digest), mapper.triples) as writer:
            before = writer.archive.latest()
            made = writer.load(_records(source, kind, name, report, encoding), lines, report.add)
            works, _ = writer.archive.counts()
            return Loaded(made.number, writer.archive.latest() - before, works, report.findings)

    def records(self) -> Iterator[Record]:
        """Yield the records as they came.

        Raises StoreError where nothing has been loaded.
        """
        return self._folder.records()

    def graph(self) -> Graph:
        """The newest generation as a graph of rdflib, read-only; queries as text are evaluated by Oxigraph."""
        from converter.opening import open_graph

        return open_graph(self.path)


def load(source: Source, data: str | Path, *, base: str = "", name: str = "") -> Loaded:
    """Take records into a data folder, which is made where it is not there.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     load("examples/lighthouse.txt", f"{folder}/data").works
    1
    """
    return Repository(data, base=base).load(source, name=name)


def open_graph(place: str | Path) -> Graph:
    """A graph of rdflib over a file of RDF, a data folder, or a SPARQL endpoint.

    Raises StoreError for a folder that is not one of ours, SourceError for a file that is no RDF.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     convert("examples/lighthouse.txt").write(f"{folder}/lighthouse.ttl")
    ...     graph = open_graph(f"{folder}/lighthouse.ttl")
    >>> query = "SELECT ?name { ?role co:index 1 ; pro:withRole pro:author ; rdfs:label ?name }"
    >>> [str(row.name) for row in graph.query(query)]
    ['Marrow, T']
    """
    from rdflib import Graph

    if str(place).startswith(("http://", "https://")):
        from rdflib.plugins.stores.sparqlstore import SPARQLStore

        return Graph(store=SPARQLStore(str(place), method="POST"))
    path = Path(place)
    if path.is_file():
        if path.suffix.lower() not in _RDF:
            raise SourceError(f"{path}: no RDF by its name; it must end in one of {', '.join(_RDF)}")
        return Graph().parse(path, format=_RDF[path.suffix.lower()])
    from converter.opening import open_graph as open_folder

    return open_folder(path)


class _Kept(Report):
    """A report whose findings are kept."""

    def __init__(self) -> None:
        super().__init__()
        self.findings: list[Finding] = []

    def add(self, finding: Finding) -> None:
        super().add(finding)
        self.findings.append(finding)


def _records(source: Source, kind: str | None, repository: str, report: Report, encoding: str) -> Iterator[Record]:
    from converter.harvest import address, is_address
    from converter.sources.detection import read, read_stream

    if isinstance(source, bytes):
        return read_stream(io.BytesIO(source), "bytes", kind, repository, report, encoding)
    if isinstance(source, (str, Path)):
        name = str(source)
        reader = address.read if is_address(name) else read
        return reader(name, kind, repository, report, encoding)
    return iter(source)


def _format(name: str) -> str:
    from converter.graph import FORMATS

    if name not in FORMATS:
        raise UsageError(f"{name!r} is no format; there are {', '.join(FORMATS)}")
    return name
