"""The short way: a plain question goes from the server straight to the endpoint, and its answer straight back.

Most questions are a query, a format and nothing else, and their answers are small.  The application takes five times as
long to route such a request as the engine takes to answer it.  Whatever is not plain takes the long way; an answer that
is too long for the short one, and a refusal, are handed over, so that nothing is evaluated twice.  Both ways say the
same, header by header.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qsl
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.http import parse_options_header

from converter.errors import QueryError
from server.endpoint import Answer, Endpoint, Request
from server.endpoint.answering import Held, timing, validator
from server.endpoint.asking import DIRECT, FORM, LARGEST, MOST_PARAMETERS
from server.endpoint.formats import ResultFormat, called, offers
from server.endpoint.lexer import form, is_of_graphs
from server.negotiate import choose
from server.problems import VARY

ROUTE = "shelfgraph.route"
"""Where the environment names the route of a request that the application does not see."""
_PATH = "/sparql"
_SMALLEST_PACKED = 500
"""Bytes from which on an answer is packed for a client that unpacks: what the application packs."""
_REMEMBERED, _LONGEST_REMEMBERED = 512, 4_096
_LONG_WAY = frozenset({"update", "default-graph-uri", "named-graph-uri"})
_CONDITIONS = ("HTTP_IF_NONE_MATCH", "HTTP_CONTENT_ENCODING", "HTTP_TRANSFER_ENCODING")


class Plain(NamedTuple):
    """A plain question: the request, the header Content-Type of its answer."""

    request: Request
    content_type: str


class Shortcut:
    """An application whose plain questions at `/sparql` are answered before it; `headers` are on every answer."""

    def __init__(self, inner: WSGIApplication, endpoint: Endpoint, headers: Mapping[str, str]) -> None:
        self._inner, self._endpoint = inner, endpoint
        self._open = [*headers.items(), ("Vary", VARY)]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The answer."""
        plain = _asked(environ) if environ["PATH_INFO"] == _PATH else None
        if plain is None:
            return self._inner(environ, start_response)
        environ[ROUTE] = _PATH
        started = time.perf_counter()
        etag = validator(self._endpoint.version, plain.request)
        answer: Answer | Exception
        try:
            answer = self._endpoint.ask(plain.request)
        except Exception as fault:  # the application says what it is, of our own faults too
            answer = fault
        else:
            whole = getattr(answer, "whole", None)
            if whole is not None:
                body = b"".join(whole)
                if len(body) < _SMALLEST_PACKED or "HTTP_ACCEPT_ENCODING" not in environ:
                    answer.close()
                    start_response("200 OK", self._headers(plain, answer, started, etag, len(body)))
                    return (body,)
        held = Held(plain.request, answer, started)
        held.hand_over(environ)
        try:
            return self._inner(environ, start_response)
        finally:
            held.drop(environ)

    def _headers(
        self, plain: Plain, answer: Answer, started: float, etag: str | None, length: int
    ) -> list[tuple[str, str]]:
        headers = [
            ("Server-Timing", timing(answer, started)),
            ("Content-Type", plain.content_type),
            ("Content-Length", str(length)),
            ("Cache-Control", "public, max-age=0, must-revalidate" if etag else "no-store"),
            *self._open,
        ]
        if etag:
            headers.append(("ETag", f'"{etag}"'))
        return headers


def _asked(environ: WSGIEnvironment) -> Plain | None:
    """The question of a request, where it is plain; what was read of it is there to be read again."""
    method, url = environ["REQUEST_METHOD"], environ.get("QUERY_STRING", "")
    if any(name in environ for name in _CONDITIONS):
        return None
    accept = environ.get("HTTP_ACCEPT", "")
    if method == "GET":
        return _read(FORM, url, accept)
    length = environ.get("CONTENT_LENGTH") or ""
    kind = _kind(environ.get("CONTENT_TYPE") or "")
    if method != "POST" or url or not kind or not length.isdecimal() or int(length) > LARGEST:
        return None
    body: bytes = environ["wsgi.input"].read(int(length))
    environ["wsgi.input"] = io.BytesIO(body)
    try:
        return _read(kind, body.decode(), accept)
    except UnicodeDecodeError:
        return None


def _read(kind: str, text: str, accept: str) -> Plain | None:
    short = len(text) + len(accept) <= _LONGEST_REMEMBERED
    return (_remembered if short else _plain)(kind, text, accept)


def _plain(kind: str, text: str, accept: str) -> Plain | None:
    """The question in the text of a body, or of an address, which has the form of a form."""
    query, wanted = text, ""
    if kind == FORM:
        if not text.isascii():
            return None
        try:
            pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_PARAMETERS)
        except ValueError:
            return None
        told = dict(reversed(pairs))
        if "query" not in told or not _LONG_WAY.isdisjoint(told) or sum(name == "query" for name, _ in pairs) > 1:
            return None
        query, wanted = told["query"], told.get("format") or told.get("output") or ""
    try:
        graph = is_of_graphs(form(query))
    except QueryError:
        return None
    found = called(wanted, graph=graph) if wanted else _negotiated(accept, graph)
    return Plain(Request(query, found.name), found.content_type) if found else None


_remembered: Callable[[str, str, str], Plain | None] = lru_cache(_REMEMBERED)(_plain)


@lru_cache(_REMEMBERED)
def _negotiated(accept: str, graph: bool) -> ResultFormat | None:
    """The format that the header asks for; None for a page, and where there is none."""
    known = offers(graph=graph)
    chosen = choose(accept, [*known, *([] if graph else ["text/html"])])
    return known.get(chosen) if chosen else None


@lru_cache(_REMEMBERED)
def _kind(content_type: str) -> str:
    """What of the protocol a body is, in UTF-8; empty where it is neither."""
    media_type, options = parse_options_header(content_type)
    known = media_type in {DIRECT, FORM} and options.get("charset", "utf-8").lower() in {"utf-8", "utf8"}
    return media_type if known else ""
