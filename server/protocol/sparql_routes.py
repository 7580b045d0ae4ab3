"""The SPARQL 1.1 Protocol at `/sparql`, read-only: GET, POST with a form or a query, and the QUERY method.

Source: https://www.w3.org/TR/sparql11-protocol/.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Sequence

from flask import Blueprint, Response, request

from converter import graph, jsonld
from converter.errors import QueryError
from converter.formats import FORMATS, SUFFIXES
from server.http.asked_form import asked_form
from server.http.languages import language
from server.http.problems import problem
from server.protocol.graph_store import graph_store_blueprint
from server.protocol.query_problems import refusal, refused
from server.protocol.response import answered, headed, is_known, timing, unchanged
from server.protocol.result_page import EXAMPLE, query_page, result_page
from server.protocol.service_description import service_description
from server.sparql import Endpoint, RequestProblem
from server.sparql.request import DIRECT, FORM, LARGEST, Question, asked, body_type, question
from server.sparql.response_headers import validator

_DESCRIPTIONS = {
    ".html": "text/html",
    **SUFFIXES,
}
"""The forms of the service description: suffix → media type."""
METHODS = ["GET", "HEAD", "POST", "QUERY", "OPTIONS"]
_READ_AWAY = 16 << 20
"""Bytes of a body too large that are read, so that its client sees the refusal."""
# Window bits of zlib; "deflate" is a zlib stream (RFC 9110 section 8.4.1.2).
_PACKED = {"gzip": 31, "x-gzip": 31, "deflate": 15}


def sparql_blueprint(endpoint: Endpoint, base: str, examples: Sequence[str] = ()) -> Blueprint:
    """The pages and answers at `/sparql`, and the graphs at `/graph`; `examples` are triples about queries."""
    blueprint = Blueprint("sparql", __name__, template_folder="templates")

    @blueprint.route("/sparql", methods=METHODS, provide_automatic_options=False)
    @blueprint.route("/sparql.<suffix>", methods=METHODS, provide_automatic_options=False)
    def sparql(suffix: str = "") -> Response:
        if request.method == "OPTIONS":
            return Response(status=204, headers={"Allow": ", ".join(METHODS), "Accept-Query": f"{DIRECT}, {FORM}"})
        query = ""
        try:
            content_type = request.headers.get("Content-Type", "")
            found = asked(request.method, request.query_string, content_type, _body(content_type))
            if found is None:
                return _description(endpoint, base, examples, suffix)
            query = found.query
            return _answer(endpoint, question(found, request.headers.get("Accept"), suffix))
        except QueryError as fault:
            return _refused(fault, query, base)

    blueprint.register_blueprint(graph_store_blueprint(endpoint, base))
    return blueprint


def _answer(endpoint: Endpoint, question: Question) -> Response:
    asking = question.request
    if not question.page:
        return answered(endpoint, asking)
    etag = validator(endpoint.version, asking, "page", language())
    if is_known(etag):
        return unchanged(etag, "text/html; charset=utf-8", weak=True)
    started = time.perf_counter()
    answer = endpoint.ask(asking)
    # The page says how long its making took: another of the same rows has other bytes.
    page = headed(result_page(asking.query, answer, question.form, started), etag, weak=True)
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
        body = jsonld.document(jsonld.nested(lines, f"{base}sparql", base))
    else:
        body = graph.document(lines, chosen[1:], base)
    return headed(Response(body, content_type=FORMATS[chosen[1:]].content_type), None)


def _body(content_type: str) -> bytes:
    """The body as it was meant, unpacked where it came packed; none where the method has none.

    Raises RequestProblem.
    """
    if request.method in {"GET", "HEAD"}:
        return b""
    body_type(content_type)
    sent = b"" if (request.content_length or 0) > LARGEST else request.stream.read(LARGEST + 1)
    if len(sent) > LARGEST or (request.content_length or 0) > LARGEST:
        raise _too_large()
    coding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if coding in {"", "identity"}:
        return sent
    if coding not in _PACKED:
        reason = f"The content encoding {coding} is not read; send gzip, deflate or none."
        raise RequestProblem(415, "Unsupported Media Type", reason, {"Accept-Encoding": "gzip, deflate"})
    unpacking = zlib.decompressobj(_PACKED[coding])
    try:
        body = unpacking.decompress(sent, LARGEST + 1)
    except zlib.error:
        reason = f"The body is not {coding}, as its content encoding says."
        raise RequestProblem(400, "Bad Request", reason) from None
    if len(body) > LARGEST:
        raise _too_large()
    if not unpacking.eof:
        raise RequestProblem(400, "Bad Request", f"The body ends in the middle of its {coding}; send it whole.")
    return body


def _too_large() -> RequestProblem:
    if (request.content_length or 0) <= _READ_AWAY:
        # A client that is still sending when the connection closes would never see the reason.
        while request.stream.read(LARGEST):
            pass
    return RequestProblem(413, "Content Too Large", f"A query may have {LARGEST:,} bytes; make it shorter.")
