"""What a client asks of `/sparql`: from any of the ways of the protocol to a query, its dataset and a format.

The application and the front both read requests here, and so understand the same.
Source: https://www.w3.org/TR/sparql11-protocol/ section 2.1; the QUERY method, RFC 10008.
"""

from __future__ import annotations

import re
from binascii import a2b_qp
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from werkzeug.http import parse_options_header

from converter.formats import FORMATS, PARAMETERS, Format, called, offers
from server.http.negotiation import choose
from server.sparql import Request, RequestProblem
from server.sparql.lexer import Form, form, is_of_graphs

PATH = "/sparql"
DIRECT, FORM = "application/sparql-query", "application/x-www-form-urlencoded"
LARGEST, MOST_PARAMETERS = 1 << 20, 1_000
"""Bytes that a query may have, once it is unpacked, and parameters that may stand beside it."""
_UPDATE = "application/sparql-update"
_BYTE_ORDER_MARK = "\ufeff"
"""What some editors write before a text; it is no part of a query."""
_PAGE = frozenset({"html", "text/html"})
_REMEMBERED = 512
_NO_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})|[\r\n]")
"""What the reader of quoted-printable would read in another way."""


Parameters = dict[str, list[str]]
"""The parameters of an address or of a form: name → values."""


class Asked(NamedTuple):
    """What a client asks: the query, the parameters beside it."""

    query: str
    parameters: Parameters


class Question(NamedTuple):
    """A query as an endpoint is asked, its form, and whether its result is to be a page."""

    request: Request
    form: Form
    page: bool


def asked(method: str, query_string: bytes, content_type: str, body: bytes) -> Asked | None:
    """What is asked; None for a GET that names a format at most.

    Raises RequestProblem.
    """
    url = _parameters(query_string)
    if method in {"GET", "HEAD"}:
        return _one_query(url, url) if url.keys() - {*PARAMETERS} else None
    if body_type(content_type) == FORM:
        fields = _parameters(body)
        return _one_query(fields, {name: url.get(name, []) + fields.get(name, []) for name in url | fields})
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise _bad(f"The body is not UTF-8: byte {fault.start}.") from None
    if "query" in url:
        raise _bad("The query stands in the body and in the address; send it once.")
    if "update" in url:
        raise _read_only()
    return Asked(text.removeprefix(_BYTE_ORDER_MARK), url)


def question(asked: Asked, accept: str | None, suffix: str = "") -> Question:
    """The question in the format that the suffix of the address names, else a parameter, else the header Accept.

    Raises RequestProblem, and Refused or QuerySyntax for a query that is none to be answered.
    """
    kind = form(asked.query)
    graph = is_of_graphs(kind)
    parameters = asked.parameters
    wanted = suffix or next((value for name in PARAMETERS if (value := parameters.get(name, [""])[0])), "")
    chosen = wanted_format(wanted, accept, "This result", graph=graph, page=True)
    # A page is made of these.
    format_ = chosen or FORMATS["nt" if graph else "tsv" if kind == "select" else "json"]
    default, named = parameters.get("default-graph-uri", ()), parameters.get("named-graph-uri", ())
    return Question(Request(asked.query, format_.name, tuple(default), tuple(named)), kind, chosen is None)


@lru_cache(_REMEMBERED)
def body_type(content_type: str) -> str:
    """What of the protocol a body in UTF-8 is: `DIRECT` or `FORM`.

    Raises RequestProblem where it is neither.
    """
    media_type, options = parse_options_header(content_type)
    charset = options.get("charset", "utf-8").lower()
    if charset not in {"utf-8", "utf8"}:
        raise RequestProblem(415, "Unsupported Media Type", f"The charset {charset} is not read; send UTF-8.")
    if media_type == _UPDATE:
        raise _read_only()
    if media_type not in {DIRECT, FORM}:
        reason = f"The content type {media_type or 'none'} is not read; send {DIRECT} or {FORM}."
        raise RequestProblem(415, "Unsupported Media Type", reason)
    return media_type


def wanted_format(name: str, accept: str | None, what: str, *, graph: bool, page: bool) -> Format | None:
    """The format that `name` or else the header Accept asks for; None for a page, where there is one.

    `what` is what is asked for, in the words of the refusal.
    Raises RequestProblem.
    """
    if not name:
        chosen = _negotiated(accept, graph=graph, page=page)
        if chosen is None:
            media_types = ", ".join(_media_types(graph=graph, page=page))
            raise RequestProblem(406, "Not Acceptable", f"{what} has the types {media_types}.")
        return offers(graph=graph).get(chosen)
    if page and name.strip().lower() in _PAGE:
        return None
    found = called(name, graph=graph)
    if found is None:
        names = sorted({format_.name for format_ in offers(graph=graph).values()})
        known = ", ".join([*names, *(["html"] if page else [])])
        raise RequestProblem(406, "Not Acceptable", f"{what} has no format {name[:80]!r}; it has {known}.")
    return found


@lru_cache(_REMEMBERED)
def _negotiated(accept: str | None, *, graph: bool, page: bool) -> str | None:
    return choose(accept, _media_types(graph=graph, page=page))


def _media_types(*, graph: bool, page: bool) -> list[str]:
    return [*offers(graph=graph), *(["text/html"] if page else [])]


def _one_query(source: Parameters, parameters: Parameters) -> Asked:
    if "update" in parameters:
        raise _read_only()
    queries = source.get("query", [])
    if len(queries) != 1:
        raise _bad(f"The parameter query stands {len(queries)} times; send it once.")
    return Asked(queries[0].removeprefix(_BYTE_ORDER_MARK), parameters)


def _parameters(text: bytes) -> Parameters:
    """The parameters of an address or of a form, which must be UTF-8 beneath their percent signs."""
    parts = text.split(b"&")
    if len(parts) > MOST_PARAMETERS:
        raise _bad(f"There are more than {MOST_PARAMETERS:,} parameters; send fewer.")
    found: Parameters = {}
    try:
        for part in filter(None, parts):
            name, _, value = part.partition(b"=")
            found.setdefault(_unquoted(name).decode(), []).append(_unquoted(value).decode())
    except UnicodeDecodeError as fault:
        raise _bad(f"The parameters are not UTF-8: byte {fault.start} of a value.") from None
    return found


def _unquoted(value: bytes) -> bytes:
    r"""A value of a form without its escapes; those that are none stay.

    Percent signs are read as the equals signs of quoted-printable, which the standard library reads in C: its reader of
    percent signs takes a fifth of the time that a look-up takes.

    >>> _unquoted(b"a+%3D%c3%a4%2B=b%25zz")
    b'a =\xc3\xa4+=b%zz'
    """
    if _NO_ESCAPE.search(value):
        return unquote_to_bytes(value.replace(b"+", b" "))
    return a2b_qp(value.replace(b"=", b"%3D").replace(b"+", b" ").replace(b"%", b"="))


def _bad(detail: str) -> RequestProblem:
    return RequestProblem(400, "Bad Request", detail)


def _read_only() -> RequestProblem:
    return RequestProblem(403, "Forbidden", "This endpoint is read-only: SPARQL Update is switched off.")
