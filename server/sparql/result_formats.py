"""The result formats of queries, as one table: name, media types, and what results they can carry."""

from __future__ import annotations

from typing import NamedTuple

import pyoxigraph


class ResultFormat(NamedTuple):
    """A format: its name, its media types (the first is sent), whether it carries a graph, the engine's own name."""

    name: str
    media_types: tuple[str, ...]
    graph: bool
    engine: pyoxigraph.QueryResultsFormat | pyoxigraph.RdfFormat
    charset: bool = True

    @property
    def content_type(self) -> str:
        """What the header Content-Type says."""
        text = self.media_types[0]
        return f"{text}; charset=utf-8" if self.charset else text


_RESULTS, _RDF = pyoxigraph.QueryResultsFormat, pyoxigraph.RdfFormat

FORMATS = {
    format_.name: format_
    for format_ in (
        ResultFormat(
            "json",
            ("application/sparql-results+json", "application/json"),
            False,
            _RESULTS.JSON,
            False,
        ),
        ResultFormat(
            "xml",
            ("application/sparql-results+xml", "application/xml", "text/xml"),
            False,
            _RESULTS.XML,
        ),
        ResultFormat("csv", ("text/csv",), False, _RESULTS.CSV),
        ResultFormat("tsv", ("text/tab-separated-values",), False, _RESULTS.TSV),
        ResultFormat("ttl", ("text/turtle", "application/x-turtle", "text/n3", "text/rdf+n3"), True, _RDF.TURTLE),
        ResultFormat(
            "jsonld",
            ("application/ld+json", "application/json"),
            True,
            _RDF.JSON_LD,
            False,
        ),
        ResultFormat("nt", ("application/n-triples", "text/plain"), True, _RDF.N_TRIPLES),
        ResultFormat(
            "rdf",
            ("application/rdf+xml", "application/xml", "text/xml"),
            True,
            _RDF.RDF_XML,
        ),
        ResultFormat("nq", ("application/n-quads",), True, _RDF.N_QUADS),
        ResultFormat("trig", ("application/trig",), True, _RDF.TRIG),
    )
}

# What else clients write in `format=` and `output=`, for tables and for graphs.
_SPELLINGS = {
    False: {
        "srj": "json",
        "sparql-json": "json",
        "sparql-results+json": "json",
        "srx": "xml",
        "sparql-xml": "xml",
        "sparql-results+xml": "xml",
    },
    True: {
        "turtle": "ttl",
        "n3": "ttl",
        "rdf+n3": "ttl",
        "json": "jsonld",
        "json-ld": "jsonld",
        "ntriples": "nt",
        "n-triples": "nt",
        "xml": "rdf",
        "rdf/xml": "rdf",
        "rdf+xml": "rdf",
        "rdfxml": "rdf",
        "nquads": "nq",
        "n-quads": "nq",
    },
}


def called(name: str, *, graph: bool) -> ResultFormat | None:
    """The format that a client means, for graphs or for tables: by its name, a spelling of it, or a media type.

    >>> called("Turtle", graph=True).name, called("json", graph=True).name, called("application/xml", graph=False).name
    ('ttl', 'jsonld', 'xml')
    >>> called("application/sparql-results json", graph=False).name, called("ttl", graph=False)
    ('json', None)
    """
    # A plus sign in an address is a blank once it is decoded.
    bare = name.partition(";")[0].strip().lower().replace(" ", "+")
    found = FORMATS.get(_SPELLINGS[graph].get(bare, bare))
    return found if found and found.graph is graph else offers(graph=graph).get(bare)


def offers(*, graph: bool) -> dict[str, ResultFormat]:
    """Media type → format, for graphs or for tables, the preferred first.

    >>> list(offers(graph=False))[0]
    'application/sparql-results+json'
    """
    fitting = [format_ for format_ in FORMATS.values() if format_.graph is graph]
    first = {format_.media_types[0]: format_ for format_ in fitting}
    aliases = {alias: format_ for format_ in fitting for alias in format_.media_types[1:]}
    return first | {alias: format_ for alias, format_ in aliases.items() if alias not in first}
