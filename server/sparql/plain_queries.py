"""Plain questions at `/sparql`: a query, a format and nothing else; read without a framework, and remembered.

Whatever is not plain is None here: other readers say what it is, or what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qsl

from werkzeug.http import parse_options_header

from converter.errors import QueryError
from server.http.formats import Format, called, offers
from server.http.headers import VARY
from server.http.negotiation import choose
from server.sparql import Request
from server.sparql.lexer import form, is_of_graphs

PATH = "/sparql"
BYTE_ORDER_MARK = "\ufeff"
"""What some editors write before a text; it is no part of a query."""
DIRECT, FORM = "application/sparql-query", "application/x-www-form-urlencoded"
LARGEST, MOST_PARAMETERS = 1 << 20, 1_000
"""Bytes that a query may have, once it is unpacked, and parameters that may stand beside it."""
SMALLEST_PACKED = 500
"""Bytes from which on an answer is packed for a client that unpacks: what the application packs."""
_REMEMBERED, _LONGEST_REMEMBERED = 512, 4_096
_LONG_WAY = frozenset({"update", "default-graph-uri", "named-graph-uri"})


class Plain(NamedTuple):
    """A plain question: the request, the header Content-Type of its answer."""

    request: Request
    content_type: str


def in_address(query_string: str, accept: str) -> Plain | None:
    """The question in the address of a GET."""
    return _read(FORM, query_string, accept)


def in_body(body: bytes, content_type: str, accept: str) -> Plain | None:
    """The question in the body of a POST, whose address has no query string."""
    found = kind(content_type)
    try:
        return _read(found, body.decode(), accept) if found and len(body) <= LARGEST else None
    except UnicodeDecodeError:
        return None


def fields(plain: Plain, etag: str | None, length: int) -> list[tuple[str, str]]:
    """The header fields of an answer of so many bytes, which its ETag makes one that may be kept."""
    named = [
        ("Content-Type", plain.content_type),
        ("Content-Length", str(length)),
        ("Cache-Control", "public, max-age=0, must-revalidate" if etag else "no-store"),
        ("Vary", VARY),
    ]
    return [*named, ("ETag", f'"{etag}"')] if etag else named


def _read(kind_: str, text: str, accept: str) -> Plain | None:
    short = len(text) + len(accept) <= _LONGEST_REMEMBERED
    return (_remembered if short else _plain)(kind_, text, accept)


def _plain(kind_: str, text: str, accept: str) -> Plain | None:
    """The question in the text of a body, or of an address, which has the form of a form."""
    query, wanted = text, ""
    if kind_ == FORM:
        if not text.isascii():
            return None
        try:
            pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_PARAMETERS)
        except ValueError:
            return None
        first = dict(reversed(pairs))
        if "query" not in first or not _LONG_WAY.isdisjoint(first) or sum(name == "query" for name, _ in pairs) > 1:
            return None
        query, wanted = first["query"], first.get("format") or first.get("output") or ""
    query = query.removeprefix(BYTE_ORDER_MARK)
    try:
        graph = is_of_graphs(form(query))
    except QueryError:
        return None
    found = called(wanted, graph=graph) if wanted else _negotiated(accept, graph)
    return Plain(Request(query, found.name), found.content_type) if found else None


_remembered: Callable[[str, str, str], Plain | None] = lru_cache(_REMEMBERED)(_plain)


@lru_cache(_REMEMBERED)
def _negotiated(accept: str, graph: bool) -> Format | None:
    """The format that the header asks for; None for a page, and where there is none."""
    known = offers(graph=graph)
    chosen = choose(accept, [*known, *([] if graph else ["text/html"])])
    return known.get(chosen) if chosen else None


@lru_cache(_REMEMBERED)
def kind(content_type: str) -> str:
    """What of the protocol a body is, in UTF-8; empty where it is neither."""
    media_type, options = parse_options_header(content_type)
    known = media_type in {DIRECT, FORM} and options.get("charset", "utf-8").lower() in {"utf-8", "utf8"}
    return media_type if known else ""
