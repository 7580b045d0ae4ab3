"""A request to an endpoint as an HTTP answer: a validator, 304 before evaluating, bytes as they are made."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator

from flask import Response, request

from server.endpoint import Answer, Endpoint, Request
from server.endpoint.formats import FORMATS
from server.endpoint.lexer import is_volatile
from server.problems import VARY

_SAFE = frozenset({"GET", "HEAD", "QUERY"})


def answered(endpoint: Endpoint, question: Request) -> Response:
    """The answer as it is made, 304 where the client has it.

    Raises what the endpoint raises.
    """
    etag = validator(endpoint.version, question)
    if is_known(etag):
        return headed(Response(status=304), etag)
    started = time.perf_counter()
    answer = endpoint.ask(question)
    return headed(_streamed(answer, question.format, started), etag)


def validator(version: str, question: Request, *parts: object) -> str | None:
    """What an answer is known by; None where two evaluations differ."""
    if is_volatile(question.query):
        return None
    told = (version, question.query, question.format, question.default_graphs, question.named_graphs, *parts)
    return hashlib.sha256(repr(told).encode(errors="surrogatepass")).hexdigest()[:32]


def is_known(etag: str | None) -> bool:
    """Whether the client says that it has the answer."""
    return etag is not None and request.method in _SAFE and request.if_none_match.contains_weak(etag)


def headed(response: Response, etag: str | None) -> Response:
    """The answer with what a cache needs to know."""
    response.headers["Vary"] = VARY
    response.headers["Cache-Control"] = "public, max-age=0, must-revalidate" if etag else "no-store"
    if etag:
        response.set_etag(etag)
    return response


def _streamed(answer: Answer, format_: str, started: float) -> Response:
    headers = {"Server-Timing": _timing(answer, started)}
    content_type = FORMATS[format_].content_type
    if request.method == "HEAD":
        answer.close()
        return Response(headers=headers, content_type=content_type)
    # What is all there goes out in one piece, and says its length.
    whole = getattr(answer, "whole", None)
    body = _chunks(answer) if whole is None else b"".join(whole)
    response = Response(body, headers=headers, content_type=content_type)
    response.call_on_close(answer.close)
    return response


def _timing(answer: Answer, started: float) -> str:
    """How long the question stood in the queue, and how long its first bytes took (Server-Timing, in milliseconds)."""
    spent = (time.perf_counter() - started) * 1_000
    if getattr(answer, "hit", False):
        return f"cache;desc=hit;dur={spent:.2f}"
    queued = getattr(answer, "queued", 0.0) * 1_000
    return f"cache;desc=miss, queue;dur={queued:.2f}, evaluate;dur={max(0.0, spent - queued):.2f}"


def _chunks(answer: Answer) -> Iterator[bytes]:
    with answer:
        yield from answer
