"""The registry of formats of data: of graphs, and of results of queries; what clients call them, and what writes them.

A row is a format.  Conversion, documents, negotiation, `format=`, the suffixes of addresses, the service description
and the workers read it from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from pyoxigraph import QueryResultsFormat, RdfFormat


class Format(NamedTuple):
    """A format: its suffix, its name for people, its media type, whether it carries a graph, what writes it.

    `other_types` are other names of the media type, understood everywhere; `shared_types` are types that it may be
    asked for under, which others share; `spellings` what else clients write in `format=`; `standard` is its name below
    https://www.w3.org/ns/formats/, empty where it has none there; `charset` says that the header Content-Type names it.
    `engine` counts for nothing where the worker has a writer of its own.  `broken` is what an answer that breaks off
    ends with, the reason in its braces, where its beginning could be taken for all of it: no parser reads on.
    """

    name: str
    title: str
    media_type: str
    graph: bool
    engine: QueryResultsFormat | RdfFormat
    standard: str
    other_types: tuple[str, ...] = ()
    shared_types: tuple[str, ...] = ()
    spellings: tuple[str, ...] = ()
    charset: bool = True
    broken: str = ""

    @property
    def content_type(self) -> str:
        """What the header Content-Type says."""
        return f"{self.bare_type}; charset=utf-8" if self.charset else self.bare_type

    @property
    def bare_type(self) -> str:
        """Its media type as it is sent, without what distinguishes formats of one type here."""
        return self.media_type.partition(";")[0]

    @property
    def identifier(self) -> str:
        """The address that stands for it in descriptions.

        >>> FORMATS["csv"].identifier, FORMATS["csv"]._replace(standard="").identifier
        ('http://www.w3.org/ns/formats/SPARQL_Results_CSV', 'https://www.iana.org/assignments/media-types/text/csv')
        """
        return f"{_STANDARDS}{self.standard}" if self.standard else f"{_MEDIA_TYPES}{self.bare_type}"

    @property
    def media_types(self) -> tuple[str, ...]:
        """Its media type, and all others that it may be asked for under."""
        return (self.media_type, *self.other_types, *self.shared_types)


_STANDARDS, _MEDIA_TYPES = "http://www.w3.org/ns/formats/", "https://www.iana.org/assignments/media-types/"
# The server before the application may end a chunked body in good order whatever happens, as some releases do.
_BROKEN_TABLE, _BROKEN_GRAPH = '\n"This answer is not whole: {}.\n', "\nThis answer is not whole: {}.\n"
_XML = ("application/xml", "text/xml")
_JSON = ("application/json",)
_TABLES = (
    Format(
        "json", "JSON", "application/sparql-results+json", False, QueryResultsFormat.JSON, "SPARQL_Results_JSON",
        shared_types=_JSON, spellings=("srj", "sparql-json", "sparql-results+json"), charset=False,
    ),
    Format(
        "xml", "XML", "application/sparql-results+xml", False, QueryResultsFormat.XML, "SPARQL_Results_XML",
        shared_types=_XML, spellings=("srx", "sparql-xml", "sparql-results+xml"),
    ),
    Format("csv", "CSV", "text/csv", False, QueryResultsFormat.CSV, "SPARQL_Results_CSV", broken=_BROKEN_TABLE),
    Format(
        "tsv", "TSV", "text/tab-separated-values", False, QueryResultsFormat.TSV, "SPARQL_Results_TSV",
        broken=_BROKEN_TABLE,
    ),
    # For programs that know no SPARQL; without the parameter these types mean the formats above.
    Format(
        "objects", "JSON []", "application/json;profile=objects", False, QueryResultsFormat.JSON, "",
        charset=False,
    ),
    Format(
        "jsonl", "JSON Lines", "application/jsonl", False, QueryResultsFormat.JSON, "",
        ("application/x-ndjson",), (), ("ndjson",), charset=False, broken=_BROKEN_GRAPH,
    ),
    Format(
        "typed.csv", "CSV, XSD", "text/csv;profile=types", False, QueryResultsFormat.CSV, "",
        broken=_BROKEN_TABLE,
    ),
)  # fmt: skip
_GRAPHS = (
    Format(
        "ttl", "Turtle", "text/turtle", True, RdfFormat.TURTLE, "Turtle",
        # Turtle is N3.
        ("application/x-turtle", "application/turtle", "text/n3", "text/rdf+n3", "application/n3"), (),
        ("turtle", "n3", "rdf+n3"), broken=_BROKEN_GRAPH,
    ),
    Format(
        "jsonld", "JSON-LD", "application/ld+json", True, RdfFormat.JSON_LD, "JSON-LD",
        ("application/vnd.schemaorg.ld+json",), _JSON, ("json", "json-ld"), charset=False,
    ),
    Format(
        "nt", "N-Triples", "application/n-triples", True, RdfFormat.N_TRIPLES, "N-Triples",
        ("text/plain", "text/ntriples", "application/ntriples"), (), ("ntriples", "n-triples"), broken=_BROKEN_GRAPH,
    ),
    Format(
        "rdf", "RDF/XML", "application/rdf+xml", True, RdfFormat.RDF_XML, "RDF_XML",
        (), _XML, ("xml", "rdf/xml", "rdf+xml", "rdfxml"),
    ),
    Format(
        "nq", "N-Quads", "application/n-quads", True, RdfFormat.N_QUADS, "N-Quads",
        (), (), ("nquads", "n-quads"), broken=_BROKEN_GRAPH,
    ),
    Format("trig", "TriG", "application/trig", True, RdfFormat.TRIG, "TriG", broken=_BROKEN_GRAPH),
)  # fmt: skip
PARAMETERS = ("format", "output", "_mediatype")
"""The parameters of an address that name a format; the first that is not empty counts."""
FORMATS = {format_.name: format_ for format_ in (*_TABLES, *_GRAPHS)}
GRAPHS = {name: format_ for name, format_ in FORMATS.items() if format_.graph}
SUFFIXES = {f".{name}": format_.media_type for name, format_ in GRAPHS.items()}
"""The suffixes of documents in RDF → their media types, the preferred first."""
OTHER_TYPES = {other: format_.media_type for format_ in FORMATS.values() for other in format_.other_types}
"""What else clients call a media type → the type: what is sent under it can be read as the other."""


def called(name: str, *, graph: bool) -> Format | None:
    """The format that a client means, for graphs or for tables: by its name, a spelling of it, or a media type.

    >>> called("Turtle", graph=True).name, called("json", graph=True).name, called("application/xml", graph=False).name
    ('ttl', 'jsonld', 'xml')
    >>> called("application/sparql-results json", graph=False).name, called("ttl", graph=False)
    ('json', None)
    """
    # A plus sign in an address is a blank once it is decoded.
    bare = name.partition(";")[0].strip().lower().replace(" ", "+").removeprefix(".")
    fitting = [format_ for format_ in FORMATS.values() if format_.graph is graph]
    by_name = next((format_ for format_ in fitting if bare == format_.name or bare in format_.spellings), None)
    return by_name or offers(graph=graph).get(bare)


@cache
def offers(*, graph: bool) -> Mapping[str, Format]:
    """Media type → format, for graphs or for tables, the preferred first.

    >>> list(offers(graph=False))[0]
    'application/sparql-results+json'
    """
    fitting = [format_ for format_ in FORMATS.values() if format_.graph is graph]
    first = {format_.media_type: format_ for format_ in fitting}
    return first | {alias: format_ for format_ in fitting for alias in format_.media_types if alias not in first}
