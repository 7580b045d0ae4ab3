"""What a service elsewhere says → what our own store would say: truths, triples a line each, formats that it lacks.

Services differ here.  Virtuoso sends a truth as a table, writes N-Triples in the ASCII of 2004 with tabs, and knows
neither N-Quads nor TriG; others write Turtle and N-Triples alone.  Tables are alike everywhere and pass as they come.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator

import msgspec
import pyoxigraph

from converter import flat_rows
from converter.formats import FORMATS, Format
from server.http.answer_file import AnswerFile
from server.sparql import Refused, ServiceFailed
from server.sparql.lexer import Form, is_of_graphs

_TRUTH = FORMATS["json"]
_LINES = FORMATS["nt"]
# N-Triples is N-Quads, Turtle and TriG as well.
_SAME_LINES = frozenset({"nt", "nq", "ttl", "trig"})
_LINES_ALONE = frozenset({"nt", "nq", "trig"})
"""The result of a query has no graphs: what adds nothing but these is asked for as N-Triples, which all write."""


def accept(format_: Format, form: Form) -> str:
    """What to ask the service for.

    Raises Refused where a result of that form has no such format.

    >>> accept(FORMATS["csv"], "ask"), accept(FORMATS["ttl"], "construct")
    ('application/sparql-results+json', 'text/turtle, application/n-triples;q=0.5, text/plain;q=0.2')
    >>> accept(FORMATS["trig"], "construct")
    'application/n-triples, text/plain;q=0.2'
    """
    if format_.graph is not is_of_graphs(form):
        raise Refused(f"the format {format_.name} cannot carry the result of {form.upper()}")
    if form == "ask":
        return _TRUTH.media_types[0]
    if not format_.graph:
        return FORMATS["json"].media_type if format_.name in flat_rows.NAMES else format_.media_type
    # Some services call N-Triples plain text.
    triples, plain = _LINES.media_type, "text/plain"
    if format_.name in _LINES_ALONE:
        return f"{triples}, {plain};q=0.2"
    return f"{format_.media_types[0]}, {triples};q=0.5, {plain};q=0.2"


def translated(parts: Iterable[bytes], said: str, format_: Format, form: Form) -> Iterable[bytes]:
    """The result in the format, out of what the service sent as the media type that it `said`.

    Raises ServiceFailed, now or while it is read, where what it sent cannot be used.
    """
    if format_.name in flat_rows.NAMES and said in FORMATS["json"].media_types:
        return _flat(parts, format_.name, form)
    if form == "ask" and said in _TRUTH.media_types:
        return _answered_truth(parts, format_)
    if form != "ask" and said in _LINES.media_types and format_.graph:
        lines = _canonical(parts)
        return lines if format_.name in _SAME_LINES else _rewritten(lines, format_)
    if form != "ask" and said in format_.media_types:
        return parts
    raise ServiceFailed(f"the service answered as {said or 'nothing named'}, and not as {format_.media_types[0]}")


def truth(body: bytes) -> bool:
    """The answer to ASK, also where it is sent as a table of one cell, or of none for what is not so.

    >>> truth(b'{"head": {}, "boolean": true}'), truth(b'{"head": {}, "results": {"bindings": []}}')
    (True, False)
    >>> truth(b'{"head": {}, "results": {"bindings": [{"__ASK_RETVAL": {"type": "typed-literal", "value": "1"}}]}}')
    True
    """
    try:
        result = msgspec.json.decode(body)
        if "boolean" in result:
            return bool(result["boolean"])
        cells = [cell for row in result["results"]["bindings"] for cell in row.values()]
        return any(cell["value"] in {"1", "true"} for cell in cells)
    except (msgspec.DecodeError, UnicodeDecodeError, KeyError, TypeError, ValueError, AttributeError):
        raise ServiceFailed("the service answered ASK with neither true nor false") from None


def _flat(parts: Iterable[bytes], name: str, form: Form) -> Iterator[bytes]:
    """Yield a table or a truth as objects, lines or typed columns; the service has sent the JSON of SPARQL."""
    if form == "ask":
        parts = _answered_truth(parts, _TRUTH)
    try:
        results = pyoxigraph.parse_query_results(
            io.BufferedReader(AnswerFile(parts)), format=pyoxigraph.QueryResultsFormat.JSON
        )
        yield from flat_rows.written(results, name)
    except (SyntaxError, ValueError) as fault:
        raise ServiceFailed(f"the service sent results that cannot be read ({fault})") from None


def _answered_truth(parts: Iterable[bytes], format_: Format) -> Iterator[bytes]:
    text = b'{"head":{},"boolean":%s}' % (b"true" if truth(b"".join(parts)) else b"false")
    boolean = pyoxigraph.parse_query_results(text, format=pyoxigraph.QueryResultsFormat.JSON)
    yield boolean.serialize(format=format_.engine) or b""  # type: ignore[arg-type] # a format of truths


def _canonical(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the triples as our own store writes them: a line each, one blank between terms, characters unescaped."""
    rest = b""
    for part in parts:
        whole, newline, rest = (rest + part).rpartition(b"\n")
        if newline:
            yield _canonical_lines(whole)
    if rest:
        yield _canonical_lines(rest)


def _canonical_lines(text: bytes) -> bytes:
    try:
        triples = pyoxigraph.parse(text, format=pyoxigraph.RdfFormat.N_TRIPLES)
        return "".join(f"{quad.triple} .\n" for quad in triples).encode()
    except (SyntaxError, ValueError) as fault:
        raise ServiceFailed(f"the service sent N-Triples that cannot be read ({fault})") from None


def _rewritten(lines: Iterable[bytes], format_: Format) -> Iterator[bytes]:
    """Yield the triples in another format, which needs all of them."""
    out = io.BytesIO()
    triples = pyoxigraph.parse(b"".join(lines), format=pyoxigraph.RdfFormat.N_TRIPLES)
    pyoxigraph.serialize((quad.triple for quad in triples), out, format=format_.engine)  # type: ignore[arg-type] # a format of graphs
    yield out.getvalue()
