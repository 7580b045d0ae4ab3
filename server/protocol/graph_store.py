"""The reading side of the Graph Store Protocol at `/graph`: whole graphs, as they are made.

Source: https://www.w3.org/TR/sparql11-http-rdf-update/ sections 4 and 5.2.
"""

from __future__ import annotations

import json
from urllib.parse import urljoin

from flask import Blueprint, Response, request

from converter.errors import QueryError
from converter.values.terms import iri
from server.http.problems import problem
from server.protocol.query_problems import refused
from server.protocol.response import answered
from server.sparql import Endpoint, Request, RequestProblem
from server.sparql.request import wanted_format

_READING = ["GET", "HEAD", "OPTIONS"]
_WRITING = ["PUT", "POST", "DELETE", "PATCH"]


def graph_store_blueprint(endpoint: Endpoint, base: str) -> Blueprint:
    """The graphs at `/graph?default` and `/graph?graph=IRI`."""
    blueprint = Blueprint("graph_store", __name__)

    @blueprint.route("/graph", methods=[*_READING, *_WRITING], provide_automatic_options=False)
    def graph() -> Response:
        allow = {"Allow": ", ".join(_READING)}
        if request.method == "OPTIONS":
            return Response(status=204, headers=allow)
        if request.method in _WRITING:
            reason = f"This graph store is read-only; {request.method} is switched off."
            return problem(405, "Method Not Allowed", reason, allow)
        try:
            return answered(endpoint, _wanted(endpoint, base))
        except QueryError as fault:
            return refused(fault, "")

    return blueprint


def _wanted(endpoint: Endpoint, base: str) -> Request:
    """What is asked of the endpoint for the graph that the request names.

    Raises RequestProblem where it names none that is there, and what the endpoint raises.
    """
    named = request.args.getlist("graph")
    if len(named) + ("default" in request.args) != 1:
        reason = "Say which graph, and only one: /graph?default, or /graph?graph=IRI."
        raise RequestProblem(400, "Bad Request", reason)
    wanted = request.args.get("format") or request.args.get("output") or ""
    chosen = wanted_format(wanted, request.headers.get("Accept"), "A graph", graph=True, page=False)
    format_ = chosen.name if chosen else "ttl"
    if not named:
        return Request("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }", format_)
    try:
        name = iri(urljoin(f"{base}graph", named[0]))
    except ValueError as fault:
        raise RequestProblem(400, "Bad Request", f"The parameter graph is no address: {fault}.") from None
    with endpoint.ask(Request(f"ASK {{ GRAPH {name} {{ ?s ?p ?o }} }}", "json")) as answer:
        known = json.loads(b"".join(answer))["boolean"]
    if not known:
        raise RequestProblem(404, "Not Found", f"There is no graph {name} here; /sparql lists those there are.")
    return Request(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH {name} {{ ?s ?p ?o }} }}", format_)
