"""What a client asks of `/sparql`: from any of the ways of the protocol to a query and the parameters beside it.

Source: https://www.w3.org/TR/sparql11-protocol/ section 2.1; the QUERY method, RFC 10008.
"""

from __future__ import annotations

import zlib
from typing import NamedTuple
from urllib.parse import parse_qsl

from flask import Response, request
from werkzeug.datastructures import MultiDict
from werkzeug.http import parse_options_header

from server.http.asked_form import PARAMETERS
from server.http.problems import problem
from server.sparql.plain_queries import BYTE_ORDER_MARK, DIRECT, FORM, LARGEST, MOST_PARAMETERS

_READ_AWAY = 16 << 20
_UPDATE = "application/sparql-update"
# Window bits of zlib; "deflate" is a zlib stream (RFC 9110 section 8.4.1.2).
_PACKED = {"gzip": 31, "x-gzip": 31, "deflate": 15}


class Asked(NamedTuple):
    """What a client asks: the query, the parameters beside it."""

    query: str
    parameters: MultiDict[str, str]


def asked() -> Asked | Response | None:
    """What is asked, None for a GET that names a format at most, or the refusal."""
    url = _parameters(request.query_string)
    if isinstance(url, Response):
        return url
    if request.method in {"GET", "HEAD"}:
        return _one_query(url, url) if url.keys() - {*PARAMETERS} else None
    media_type, options = parse_options_header(request.headers.get("Content-Type"))
    charset = options.get("charset", "utf-8").lower()
    if charset not in {"utf-8", "utf8"}:
        return problem(415, "Unsupported Media Type", f"The charset {charset} is not read; send UTF-8.")
    if media_type == _UPDATE:
        return _read_only()
    if media_type not in {DIRECT, FORM}:
        said = media_type or "none"
        return problem(415, "Unsupported Media Type", f"The content type {said} is not read; send {DIRECT} or {FORM}.")
    body = _body()
    if isinstance(body, Response):
        return body
    return _direct(body, url) if media_type == DIRECT else _form(body, url)


def _direct(body: bytes, url: MultiDict[str, str]) -> Asked | Response:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as fault:
        return problem(400, "Bad Request", f"The body is not UTF-8: byte {fault.start}.")
    if "query" in url:
        return problem(400, "Bad Request", "The query stands in the body and in the address; send it once.")
    return _read_only() if "update" in url else Asked(text.removeprefix(BYTE_ORDER_MARK), url)


def _form(body: bytes, url: MultiDict[str, str]) -> Asked | Response:
    fields = _parameters(body)
    if isinstance(fields, Response):
        return fields
    return _one_query(fields, MultiDict([*url.items(multi=True), *fields.items(multi=True)]))


def _one_query(source: MultiDict[str, str], parameters: MultiDict[str, str]) -> Asked | Response:
    if "update" in parameters:
        return _read_only()
    queries = source.getlist("query")
    if len(queries) != 1:
        return problem(400, "Bad Request", f"The parameter query stands {len(queries)} times; send it once.")
    return Asked(queries[0].removeprefix(BYTE_ORDER_MARK), parameters)


def _parameters(text: bytes) -> MultiDict[str, str] | Response:
    """The parameters of an address or of a form, which must be UTF-8 beneath their percent signs."""
    try:
        return MultiDict(
            parse_qsl(text.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=MOST_PARAMETERS)
        )
    except UnicodeDecodeError as fault:
        return problem(400, "Bad Request", f"The parameters are not UTF-8: byte {fault.start} of a value.")
    except ValueError:
        return problem(400, "Bad Request", f"There are more than {MOST_PARAMETERS:,} parameters; send fewer.")


def _body() -> bytes | Response:
    """The body as it was meant, unpacked where it came packed."""
    if (request.content_length or 0) > LARGEST:
        return _too_large()
    sent = request.stream.read(LARGEST + 1)
    if len(sent) > LARGEST:
        return _too_large()
    coding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if coding in {"", "identity"}:
        return sent
    if coding not in _PACKED:
        reason = f"The content encoding {coding} is not read; send gzip, deflate or none."
        return problem(415, "Unsupported Media Type", reason, {"Accept-Encoding": "gzip, deflate"})
    unpacking = zlib.decompressobj(_PACKED[coding])
    try:
        body = unpacking.decompress(sent, LARGEST + 1)
    except zlib.error:
        return problem(400, "Bad Request", f"The body is not {coding}, as its content encoding says.")
    if len(body) > LARGEST:
        return _too_large()
    if not unpacking.eof:
        return problem(400, "Bad Request", f"The body ends in the middle of its {coding}; send it whole.")
    return body


def _too_large() -> Response:
    if (request.content_length or 0) <= _READ_AWAY:
        # A client that is still sending when the connection closes would never see the reason.
        while request.stream.read(LARGEST):
            pass
    return problem(413, "Content Too Large", f"A query may have {LARGEST:,} bytes; make it shorter.")


def _read_only() -> Response:
    return problem(403, "Forbidden", "This endpoint is read-only: SPARQL Update is switched off.")
