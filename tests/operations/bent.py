"""A site behind something that bends its answers: what an examination must find out."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Flask, Response, request

from tests.conftest import Site
from tests.misbehaving import serving

METHODS = ["GET", "HEAD", "POST", "QUERY", "OPTIONS"]
_HOP_BY_HOP = {"host", "connection", "transfer-encoding", "server", "date"}


class Bend(NamedTuple):
    """What is changed: the query string, the Accept header, the answer; `instead` answers without asking the site."""

    query: Callable[[dict[str, str]], dict[str, str]] = lambda query: query
    accept: Callable[[str], str] = lambda accept: accept
    answer: Callable[[Response], Response] = lambda answer: answer
    instead: Callable[[], Response | None] = lambda: None


@contextmanager
def bent(site: Site, bend: Bend) -> Iterator[str]:
    """The address of the site, bent."""
    app = Flask(__name__)

    @app.route("/", defaults={"path": ""}, methods=METHODS)
    @app.route("/<path:path>", methods=METHODS)
    def passed(path: str) -> Response:
        return bend.instead() or bend.answer(_asked(site, path, bend))

    with serving(app) as address:
        yield address


def _asked(site: Site, path: str, bend: Bend) -> Response:
    headers = {name: value for name, value in request.headers.items() if name.lower() not in _HOP_BY_HOP}
    headers["Accept"] = bend.accept(headers.get("Accept", "*/*"))
    pairs = parse_qsl(request.query_string.decode(), keep_blank_values=True)
    # Two queries at once stay two.
    query = urlencode(bend.query(dict(pairs))) if len(dict(pairs)) == len(pairs) else request.query_string.decode()
    connection = HTTPConnection("127.0.0.1", site.port, timeout=20)
    connection.request(request.method, f"/{path}?{query}" if query else f"/{path}", request.get_data(), headers)
    reply = connection.getresponse()
    body = reply.read()
    connection.close()
    kept = [(name, value) for name, value in reply.getheaders() if name.lower() not in {*_HOP_BY_HOP, "content-length"}]
    return Response(body, reply.status, kept)


def query_text() -> str:
    """The query that is asked, in whatever way."""
    return request.args.get("query") or request.form.get("query") or ""


def without(*names: str) -> Callable[[Response], Response]:
    """An answer without these headers."""

    def bend(answer: Response) -> Response:
        for name in names:
            answer.headers.pop(name, None)
        return answer

    return bend


def having(**headers: str) -> Callable[[Response], Response]:
    """An answer with these headers in the place of its own."""

    def bend(answer: Response) -> Response:
        for name, value in headers.items():
            answer.headers[name.replace("_", "-")] = value
        return answer

    return bend


def status(old: int, new: int) -> Callable[[Response], Response]:
    """An answer with another status."""

    def bend(answer: Response) -> Response:
        if answer.status_code == old:
            answer.status_code = new
        return answer

    return bend


def cut(answer: Response) -> Response:
    """An answer whose end is missing."""
    answer.set_data(answer.get_data()[:-6])
    return answer


def taking_updates() -> Response | None:
    """A store that anybody may write to."""
    wanted = "update" in request.form or request.mimetype == "application/sparql-update"
    return Response(status=204) if wanted else None


def asking_others() -> Response | None:
    """A service that goes wherever a query sends it."""
    text = query_text()
    if "SERVICE" not in text:
        return None
    port = urlsplit(text.partition("<")[2].partition(">")[0]).port
    socket.create_connection(("127.0.0.1", port or 0), timeout=2).close()
    return Response('{"head":{"vars":[]},"results":{"bindings":[{}]}}', mimetype="application/sparql-results+json")


def never_changing() -> Response | None:
    """A cache that says of everything that it is known."""
    return Response(status=304) if "If-None-Match" in request.headers else None


def no_gzip(answer: Response) -> Response:
    """An answer that says that it is packed."""
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        answer.headers["Content-Encoding"] = "gzip"
        answer.set_data(b"no gzip")
    return answer


def hanging(word: str, until: threading.Event) -> Callable[[], Response | None]:
    """What answers some questions no earlier than that."""

    def bend() -> Response | None:
        if word in query_text() or word in request.headers.get("Accept", ""):
            until.wait(20)
            return Response(status=503)
        return None

    return bend


def dropping(word: str) -> Callable[[], Response | None]:
    """What closes the connection at some questions."""

    def bend() -> Response | None:
        if word in request.headers.get("Accept", ""):
            connection: socket.socket = request.environ["werkzeug.socket"]
            connection.shutdown(socket.SHUT_RDWR)
        return None

    return bend
