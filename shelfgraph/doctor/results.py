"""Answers to queries as values: what a reader of each format would get, strictly."""

from __future__ import annotations

import csv
import io

import pyoxigraph

_TABLES = {
    "application/sparql-results+json": pyoxigraph.QueryResultsFormat.JSON,
    "application/json": pyoxigraph.QueryResultsFormat.JSON,
    "application/sparql-results+xml": pyoxigraph.QueryResultsFormat.XML,
    "application/xml": pyoxigraph.QueryResultsFormat.XML,
    "text/tab-separated-values": pyoxigraph.QueryResultsFormat.TSV,
}
_GRAPHS = {
    "text/turtle": pyoxigraph.RdfFormat.TURTLE,
    "application/x-turtle": pyoxigraph.RdfFormat.TURTLE,
    "application/n-triples": pyoxigraph.RdfFormat.N_TRIPLES,
    "text/plain": pyoxigraph.RdfFormat.N_TRIPLES,
    "application/rdf+xml": pyoxigraph.RdfFormat.RDF_XML,
    "application/xml": pyoxigraph.RdfFormat.RDF_XML,
    "application/ld+json": pyoxigraph.RdfFormat.JSON_LD,
    "application/json": pyoxigraph.RdfFormat.JSON_LD,
    "application/trig": pyoxigraph.RdfFormat.TRIG,
    "application/n-quads": pyoxigraph.RdfFormat.N_QUADS,
    "text/n3": pyoxigraph.RdfFormat.N3,
}


class Elsewhere(ValueError):
    """A graph that cannot be read without asking another address."""


def values(media_type: str, body: bytes) -> list[str]:
    r"""The values in the first column of a table.

    Raises ValueError where the body is not what its media type says, or none that is known.

    >>> values("text/csv", b"x\r\n1\r\n")
    ['1']
    """
    try:
        if media_type == "text/csv":
            rows = list(csv.reader(io.StringIO(body.decode("utf-8"), newline=""), strict=True))
            return [row[0] for row in rows[1:] if row]
        read = _read(media_type, body)
        if isinstance(read, pyoxigraph.QueryBoolean):
            raise ValueError("a truth, and no table")
        return [_text(solution[0]) for solution in read]
    except (SyntaxError, IndexError, csv.Error) as fault:
        raise ValueError(str(fault)) from None


def truth(media_type: str, body: bytes) -> bool:
    """What an ASK query was answered.

    Raises ValueError where the body is not what its media type says, or none that is known.

    >>> truth("application/json", b'{"head": {}, "boolean": true}')
    True
    """
    try:
        read = _read(media_type, body)
    except SyntaxError as fault:
        raise ValueError(str(fault)) from None
    if not isinstance(read, pyoxigraph.QueryBoolean):
        raise ValueError("a table, and no truth")
    return bool(read)


def triples(media_type: str, body: bytes, address: str) -> list[pyoxigraph.Quad]:
    """The statements of a graph that stands at an address.

    Raises Elsewhere where they cannot be read without asking another address, ValueError where the body is not what its
    media type says, or none that is known.
    """
    format_ = _GRAPHS.get(media_type)
    if format_ is None:
        raise ValueError(f"{media_type or 'no content type'} is no format of graphs that is known")
    try:
        return list(pyoxigraph.parse(body, format=format_, base_iri=address))
    except SyntaxError as fault:
        if "LoadDocumentCallback" in str(fault):
            raise Elsewhere("its context stands at another address") from None
        raise ValueError(str(fault)) from None


def _read(media_type: str, body: bytes) -> pyoxigraph.QuerySolutions | pyoxigraph.QueryBoolean:
    format_ = _TABLES.get(media_type)
    if format_ is None:
        raise ValueError(f"{media_type or 'no content type'} is no format of results that is known")
    return pyoxigraph.parse_query_results(body, format=format_)


def _text(term: object) -> str:
    return term.value if isinstance(term, (pyoxigraph.Literal, pyoxigraph.NamedNode)) else str(term)
