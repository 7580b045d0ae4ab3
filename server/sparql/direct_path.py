"""The short way: a plain question goes from the server straight to the endpoint, and its answer straight back.

Most questions are a query, a format and nothing else, and their answers are small.  The application takes five times as
long to route such a request as the engine takes to answer it.  Whatever is not plain takes the long way; an answer that
is too long for the short one, and a refusal, are handed over, so that nothing is evaluated twice.  Both ways say the
same, header by header.
"""

from __future__ import annotations

import io
import time
from collections.abc import Iterable, Mapping
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from server.sparql import Answer, Endpoint
from server.sparql.plain_queries import LARGEST, PATH, SMALLEST_PACKED, Plain, fields, in_address, in_body
from server.sparql.response import Held, timing
from server.sparql.response_headers import validator

ROUTE = "shelfgraph.route"
"""Where the environment names the route of a request that the application does not see."""
_CONDITIONS = ("HTTP_IF_NONE_MATCH", "HTTP_CONTENT_ENCODING", "HTTP_TRANSFER_ENCODING")


class Shortcut:
    """An application whose plain questions at `/sparql` are answered before it; `headers` are on every answer."""

    def __init__(self, inner: WSGIApplication, endpoint: Endpoint, headers: Mapping[str, str]) -> None:
        self._inner, self._endpoint = inner, endpoint
        self._common = [*headers.items()]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The answer."""
        plain = _asked(environ) if environ["PATH_INFO"] == PATH else None
        if plain is None:
            return self._inner(environ, start_response)
        environ[ROUTE] = PATH
        started = time.perf_counter()
        version = self._endpoint.version
        answer: Answer | Exception
        try:
            answer = self._endpoint.ask(plain.request)
        except Exception as fault:  # the application says what it is, of our own faults too
            answer = fault
        else:
            if answer.whole is not None:
                body = b"".join(answer.whole)
                if len(body) < SMALLEST_PACKED or "HTTP_ACCEPT_ENCODING" not in environ:
                    answer.close()
                    etag = validator(answer.version or version, plain.request)
                    named = [("Server-Timing", timing(answer, started)), *fields(plain, etag, len(body)), *self._common]
                    start_response("200 OK", named)
                    return (body,)
        held = Held(plain.request, answer, started)
        held.hand_over(environ)
        try:
            return self._inner(environ, start_response)
        finally:
            held.drop(environ)


def _asked(environ: WSGIEnvironment) -> Plain | None:
    """The question of a request, where it is plain; what was read of it is there to be read again."""
    method, url = environ["REQUEST_METHOD"], environ.get("QUERY_STRING", "")
    if any(name in environ for name in _CONDITIONS):
        return None
    accept = environ.get("HTTP_ACCEPT", "")
    if method == "GET":
        return in_address(url, accept)
    length, content_type = environ.get("CONTENT_LENGTH") or "", environ.get("CONTENT_TYPE") or ""
    if method != "POST" or url or not length.isdecimal() or int(length) > LARGEST:
        return None
    body: bytes = environ["wsgi.input"].read(int(length))
    environ["wsgi.input"] = io.BytesIO(body)
    return in_body(body, content_type, accept)
