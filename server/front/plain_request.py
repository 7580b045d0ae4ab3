"""A plain request for a query: what is asked, and what else in it the answer depends on."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from converter.errors import QueryError
from server.front.request_heads import Head
from server.http.request_ids import HEADER
from server.sparql import Request
from server.sparql.request import PATH, asked, question

LONGEST = 3_000
"""Bytes that a query may have here."""
_LONGEST_SENT = 9 * LONGEST
"""In an address or a form a character may take nine."""
_REMEMBERED = 256
_CONDITIONS = ("if-none-match", "content-encoding")
_ONE = frozenset({"host", "accept", "accept-encoding", "content-type", HEADER.lower()})
"""Header fields that are read here, and must not stand there twice."""


class PlainRequest(NamedTuple):
    """A plain request for a query: its head and its bytes, what is asked, the codings in which the answer may come.

    `given` is the name that the client gave the request.
    """

    head: Head
    raw: bytes
    request: Request
    codings: str
    given: str


def may_be_one(head: Head) -> bool:
    """Whether a request may be plain, which is to be looked at once it is whole."""
    fields, target = head.fields, head.target
    if not target.startswith(PATH) or target[len(PATH) : len(PATH) + 1] not in {"", "?"}:
        return False
    if "host" not in fields or any(name in fields for name in _CONDITIONS) or not _ONE.isdisjoint(head.several):
        return False
    if head.length + head.body > _LONGEST_SENT:
        return False
    return head.method == "POST" or (head.method == "GET" and not head.body)


def read(head: Head, raw: bytes) -> PlainRequest | None:
    """The whole request, where it is plain and short."""
    fields = head.fields
    body = raw[head.length :]
    found = _request(head.method, head.target, fields.get("content-type", ""), body, fields.get("accept"))
    if found is None:
        return None
    codings = fields.get("accept-encoding", "").lower().replace("identity", "")
    return PlainRequest(head, raw, found, codings, fields.get(HEADER.lower(), ""))


@lru_cache(_REMEMBERED)
def _request(method: str, target: str, content_type: str, body: bytes, accept: str | None) -> Request | None:
    """What is asked of the data; None for a page and for what is refused, which the application says in full."""
    try:
        found = asked(method, target[len(PATH) + 1 :].encode("latin-1"), content_type, body)
        read = found and question(found, accept)
    except QueryError:
        return None
    if not read or read.page or len(read.request.query.encode("utf-8", "replace")) > LONGEST:
        return None
    return read.request
