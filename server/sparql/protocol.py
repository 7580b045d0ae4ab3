"""The SPARQL 1.1 Protocol at `/sparql`, read-only: GET, POST with a form or a query, and the QUERY method.

Source: https://www.w3.org/TR/sparql11-protocol/.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from flask import Blueprint, Response, request

from converter import graph, jsonld
from converter.errors import QueryError
from server.http.asked_form import asked_form
from server.http.formats import FORMATS
from server.http.problems import problem
from server.sparql import Endpoint, Request
from server.sparql.format_choice import wanted_format
from server.sparql.graph_store import graph_store_blueprint
from server.sparql.lexer import form, is_of_graphs
from server.sparql.plain_queries import DIRECT, FORM
from server.sparql.query_problems import refusal, refused
from server.sparql.request import Asked, asked
from server.sparql.response import answered, headed, is_known, timing
from server.sparql.response_headers import validator
from server.sparql.result_page import EXAMPLE, query_page, result_page
from server.sparql.service_description import service_description

_DESCRIPTIONS = {
    ".html": "text/html",
    **{format_.suffix: format_.media_type for format_ in graph.FORMATS.values()},
    ".jsonld": "application/ld+json",
}
"""The forms of the service description: suffix → media type."""
METHODS = ["GET", "HEAD", "POST", "QUERY", "OPTIONS"]


def sparql_blueprint(endpoint: Endpoint, base: str, examples: Sequence[str] = ()) -> Blueprint:
    """The pages and answers at `/sparql`, and the graphs at `/graph`; `examples` are triples about queries."""
    blueprint = Blueprint("sparql", __name__, template_folder="templates")

    @blueprint.route("/sparql", methods=METHODS, provide_automatic_options=False)
    @blueprint.route("/sparql.<suffix>", methods=METHODS, provide_automatic_options=False)
    def sparql(suffix: str = "") -> Response:
        if request.method == "OPTIONS":
            return Response(status=204, headers={"Allow": ", ".join(METHODS), "Accept-Query": f"{DIRECT}, {FORM}"})
        question = asked()
        if isinstance(question, Response):
            return question
        try:
            return _answer(endpoint, question, suffix) if question else _description(endpoint, base, examples, suffix)
        except QueryError as fault:
            return _refused(fault, question.query if question else "", base)

    blueprint.register_blueprint(graph_store_blueprint(endpoint, base))
    return blueprint


def _answer(endpoint: Endpoint, question: Asked, suffix: str) -> Response:
    kind = form(question.query)
    graphs = is_of_graphs(kind)
    wanted = suffix or question.parameters.get("format") or question.parameters.get("output") or ""
    chosen = wanted_format(wanted, "This result", graph=graphs, page=True)
    if isinstance(chosen, Response):
        return chosen
    format_ = chosen or FORMATS["nt" if graphs else "tsv" if kind == "select" else "json"]
    asking = Request(
        question.query,
        format_.name,
        tuple(question.parameters.getlist("default-graph-uri")),
        tuple(question.parameters.getlist("named-graph-uri")),
    )
    if chosen:
        return answered(endpoint, asking)
    etag = validator(endpoint.version, asking, "page")
    if is_known(etag):
        return headed(Response(status=304), etag, weak=True)
    started = time.perf_counter()
    answer = endpoint.ask(asking)
    # The page says how long its making took: another of the same rows has other bytes.
    page = headed(result_page(question.query, answer, kind, started), etag, weak=True)
    page.headers["Server-Timing"] = timing(answer, started)
    return page


def _refused(fault: QueryError, query: str, base: str) -> Response:
    """The refusal; for people on the page of the query, which they can mend there."""
    response = refused(fault, query)
    if response.mimetype != "text/html" or not query:
        return response
    page = query_page(query, refusal=refusal(fault, query, base), status=response.status_code)
    for name in ("Retry-After", "Vary", "Cache-Control"):
        if name in response.headers:
            page.headers[name] = response.headers[name]
    return page


def _description(endpoint: Endpoint, base: str, examples: Sequence[str], suffix: str) -> Response:
    """The query page for people, the service description for programs."""
    chosen = asked_form(_DESCRIPTIONS, f".{suffix}" if suffix else "")
    if chosen is None:
        return problem(406, "Not Acceptable", f"The description has the types {', '.join(_DESCRIPTIONS.values())}.")
    if chosen == ".html":
        return headed(query_page(EXAMPLE), None)
    lines = [*service_description(endpoint, base), *examples]
    if chosen == ".jsonld":
        body = jsonld.document(jsonld.framed(lines, f"{base}sparql", base))
    else:
        body = graph.document(lines, chosen[1:], base)
    return headed(Response(body, content_type=FORMATS[chosen[1:]].content_type), None)
