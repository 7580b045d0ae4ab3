"""The SPARQL 1.1 Protocol at `/sparql`, read-only: GET, POST with a form or a query, and the QUERY method.

Source: https://www.w3.org/TR/sparql11-protocol/.
"""

from __future__ import annotations

import csv
import hashlib
import io
import time
from collections.abc import Iterator
from typing import NamedTuple

from flask import Blueprint, Response, render_template, request
from werkzeug.datastructures import MultiDict
from werkzeug.http import parse_options_header

import ontology
from converter import graph
from server.endpoint import Answer, Endpoint, QuerySyntax, QueryTimeout, QueueFull, Refused, Request, WorkerDied
from server.endpoint.formats import FORMATS, ResultFormat, offers
from server.endpoint.lexer import form
from server.negotiate import choose
from server.problems import VARY, problem

METHODS = ["GET", "HEAD", "POST", "QUERY", "OPTIONS"]
ROWS_ON_A_PAGE = 1_000
_LARGEST = 1 << 20
_READ_AWAY = 16 << 20
_DIRECT = "application/sparql-query"
_FORM = "application/x-www-form-urlencoded"
_UPDATE = "application/sparql-update"
_RETRY = {"Retry-After": "10"}
_EXAMPLE = """PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
PREFIX pro: <http://purl.org/spar/pro/>
PREFIX co: <http://purl.org/co/>

SELECT ?title ?position ?name WHERE {
  ?work dcterms:title ?title ;
        pro:isDocumentContextFor ?role .
  ?role pro:withRole pro:author ;
        co:index ?position ;
        pro:isHeldBy/foaf:name ?name .
}
ORDER BY ?title ?position
LIMIT 100
"""


class Asked(NamedTuple):
    """What a client asks: the query, the parameters beside it."""

    query: str
    parameters: MultiDict[str, str]


def sparql_blueprint(endpoint: Endpoint, base: str) -> Blueprint:
    """The pages and answers at `/sparql`."""
    blueprint = Blueprint("sparql", __name__, template_folder="templates")

    @blueprint.route("/sparql", methods=METHODS, provide_automatic_options=False)
    def sparql() -> Response:
        if request.method == "OPTIONS":
            return Response(status=204, headers={"Allow": ", ".join(METHODS), "Accept-Query": f"{_DIRECT}, {_FORM}"})
        asked = _asked()
        if isinstance(asked, Response):
            return asked
        if asked is None:
            return _front(base)
        return _answered(endpoint, asked)

    return blueprint


def _asked() -> Asked | Response | None:
    """What is asked, None for a bare GET, or the refusal."""
    if (request.content_length or 0) > _LARGEST:
        return _too_large()
    url = request.args
    if request.method in {"GET", "HEAD"}:
        return _one_query(url, url) if url else None
    media_type, options = parse_options_header(request.headers.get("Content-Type"))
    charset = options.get("charset", "utf-8").lower()
    if charset not in {"utf-8", "utf8"}:
        return problem(415, "Unsupported Media Type", f"The charset {charset} is not read; send UTF-8.")
    if media_type == _UPDATE:
        return _read_only()
    if media_type not in {_DIRECT, _FORM}:
        said = media_type or "none"
        return problem(
            415, "Unsupported Media Type", f"The content type {said} is not read; send {_DIRECT} or {_FORM}."
        )
    try:
        text = request.get_data(cache=True, parse_form_data=False).decode("utf-8")
    except UnicodeDecodeError as fault:
        return problem(400, "Bad Request", f"The body is not UTF-8: byte {fault.start}.")
    if media_type == _DIRECT:
        if "query" in url:
            return problem(400, "Bad Request", "The query stands in the body and in the address; send it once.")
        return Asked(text, url)
    return _one_query(request.form, MultiDict([*url.items(multi=True), *request.form.items(multi=True)]))


def _too_large() -> Response:
    if (request.content_length or 0) <= _READ_AWAY:
        # A client that is still sending when the connection closes would never see the reason.
        while request.stream.read(_LARGEST):
            pass
    return problem(413, "Content Too Large", f"A query may have {_LARGEST:,} bytes; make it shorter.")


def _one_query(source: MultiDict[str, str], parameters: MultiDict[str, str]) -> Asked | Response:
    if "update" in parameters:
        return _read_only()
    queries = source.getlist("query")
    if len(queries) != 1:
        return problem(400, "Bad Request", f"The parameter query stands {len(queries)} times; send it once.")
    return Asked(queries[0], parameters)


def _read_only() -> Response:
    return problem(403, "Forbidden", "This endpoint is read-only: SPARQL Update is switched off.")


def _answered(endpoint: Endpoint, asked: Asked) -> Response:
    started = time.monotonic()
    try:
        kind = form(asked.query)
        chosen = _format(asked.parameters, graph=kind in {"construct", "describe"})
        if isinstance(chosen, Response):
            return chosen
        page = chosen is None
        result_format = FORMATS["csv"] if chosen is None and kind == "select" else chosen or FORMATS["json"]
        question = Request(
            asked.query,
            result_format.name,
            tuple(asked.parameters.getlist("default-graph-uri")),
            tuple(asked.parameters.getlist("named-graph-uri")),
        )
        etag = _etag(endpoint.version, question, page=page)
        if etag in request.if_none_match:
            return _headed(Response(status=304), etag)
        answer = endpoint.ask(question)
    except (QuerySyntax, Refused, QueryTimeout, QueueFull, WorkerDied) as fault:
        return _refused(fault, asked.query)
    if page:
        return _headed(_page(asked.query, answer, kind), etag)
    return _headed(_streamed(answer, result_format, started), etag)


def _format(parameters: MultiDict[str, str], *, graph: bool) -> ResultFormat | Response | None:
    """The result format; None for a page, which only tables and truths have."""
    named = parameters.get("format") or parameters.get("output")
    known = offers(graph=graph)
    if named:
        bare = named.partition(";")[0].strip().lower().replace(" ", "+")
        if bare in {"html", "text/html"} and not graph:
            return None
        found = FORMATS.get(bare)
        found = found if found is not None and found.graph is graph else known.get(bare)
        if found:
            return found
        names = ", ".join(sorted({format_.name for format_ in known.values()}))
        return problem(406, "Not Acceptable", f"This result has no format {named!r}; it has {names}.")
    media_types = [*known, *(() if graph else ("text/html",))]
    chosen = choose(request.headers.get("Accept"), media_types)
    if chosen is None:
        return problem(406, "Not Acceptable", f"This result has the types {', '.join(media_types)}.")
    return known.get(chosen)


def _streamed(answer: Answer, result_format: ResultFormat, started: float) -> Response:
    spent = (time.monotonic() - started) * 1_000
    headers = {"Server-Timing": f"evaluate;dur={spent:.1f}"}
    if request.method == "HEAD":
        answer.close()
        return Response(headers=headers, content_type=result_format.content_type)
    response = Response(_chunks(answer), headers=headers, content_type=result_format.content_type)
    response.call_on_close(answer.close)
    return response


def _chunks(answer: Answer) -> Iterator[bytes]:
    with answer:
        yield from answer


def _page(query: str, answer: Answer, kind: str) -> Response:
    """The result as a page: a table of at most so many rows, or a truth."""
    with answer:
        text = b"".join(answer).decode()
    if kind == "ask":
        truth = '"boolean":true' in text.replace(" ", "")
        return Response(render_template("sparql.html", query=query, truth=truth, columns=None))
    rows = list(csv.reader(io.StringIO(text)))
    return Response(
        render_template(
            "sparql.html",
            query=query,
            truth=None,
            columns=rows[0] if rows else [],
            rows=rows[1 : ROWS_ON_A_PAGE + 1],
            more=max(0, len(rows) - 1 - ROWS_ON_A_PAGE),
        )
    )


def _front(base: str) -> Response:
    """The query page for people, the service description for programs."""
    media_types = {"text/html": "", **{format_.media_type: format_.name for format_ in graph.FORMATS.values()}}
    chosen = choose(request.headers.get("Accept"), list(media_types))
    if chosen is None:
        return problem(406, "Not Acceptable", f"The description has the types {', '.join(media_types)}.")
    if chosen == "text/html":
        return _headed(Response(render_template("sparql.html", query=_EXAMPLE, truth=None, columns=None)), None)
    body = graph.document(_description(base), media_types[chosen], base)
    return _headed(Response(body, content_type=chosen), None)


def _description(base: str) -> list[str]:
    """What this service does (https://www.w3.org/TR/sparql11-service-description/)."""
    sd = "http://www.w3.org/ns/sparql-service-description#"
    service = f"<{base}sparql>"
    a = f"<{ontology.expand('rdf:type', 'program')}>"
    return [
        f"{service} {a} <{sd}Service> .",
        f"{service} <{sd}endpoint> {service} .",
        f"{service} <{sd}supportedLanguage> <{sd}SPARQL11Query> .",
        *(
            f"{service} <{sd}resultFormat> <http://www.w3.org/ns/formats/{name}> ."
            for name in (
                *("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV"),
                *("Turtle", "JSON-LD", "N-Triples", "RDF_XML", "N-Quads", "TriG"),
            )
        ),
    ]


def _refused(fault: QuerySyntax | Refused | QueryTimeout | QueueFull | WorkerDied, query: str) -> Response:
    match fault:
        case QuerySyntax():
            return _syntax_problem(fault, query)
        case QueryTimeout():
            return problem(503, "Query Timed Out", f"{fault}; ask for less, or add a LIMIT.", _RETRY)
        case QueueFull():
            return problem(429, "Too Many Requests", f"{fault}.", _RETRY)
        case Refused():
            return problem(403 if "read-only" in str(fault) else 400, "Query Refused", f"{fault}.")
        case WorkerDied():
            return problem(400, "Query Too Heavy", f"{fault}.")


def _syntax_problem(fault: QuerySyntax, query: str) -> Response:
    """Where the query is wrong, with the line and a caret, and the PREFIX line that may be missing."""
    lines = query.split("\n")
    line = lines[fault.line - 1] if 0 < fault.line <= len(lines) else ""
    shown = f"{line}\n{' ' * (fault.column - 1)}^" if line else ""
    words = fault.message
    hint = ""
    if "Prefix not found" in words:
        names = [name for name in graph.prefixes("") if f"{name}:" in line and f"PREFIX {name}:" not in query.upper()]
        words = "a prefix is not declared"
        hint = "\n".join(f"PREFIX {name}: <{ontology.prefixes()[name]}>" for name in names)
    detail = f"Line {fault.line}, column {fault.column}: {words}\n{shown}"
    if hint:
        detail += f"\nAdd this before the query:\n{hint}"
    return problem(400, "Query Not Understood", detail, line=fault.line, column=fault.column)


def _etag(version: str, question: Request, *, page: bool) -> str:
    parts = (version, question.query, question.format, page, question.default_graphs, question.named_graphs)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


def _headed(response: Response, etag: str | None) -> Response:
    response.headers["Vary"] = VARY
    if etag:
        response.set_etag(etag)
        response.headers["Cache-Control"] = "public, max-age=0, must-revalidate"
    return response
