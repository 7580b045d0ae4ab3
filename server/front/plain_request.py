"""A plain question as it came: what is asked, and what else its request says that the answer depends on."""

from __future__ import annotations

import binascii
import re
from typing import NamedTuple

from server.front import request_heads
from server.front.request_heads import Head
from server.http.request_ids import HEADER
from server.sparql import Request
from server.sparql.plain_queries import DIRECT, PATH, Plain, in_address, in_body, kind

LONGEST = 3_000
"""Bytes that a query may have here."""
_CONSTANT = re.compile(rb"""<[^<>\s]*>|"[^"\n]*"|'[^'\n]*'|\#[^\n]*""")
_DIGITS = b"0123456789"
_CONDITIONS = ("if-none-match", "content-encoding")
_ONE = frozenset({"host", "accept", "accept-encoding", "content-type", HEADER.lower()})
"""Header fields that are read here, and must not stand there twice."""
_LONGEST_SENT = 9 * LONGEST
"""In an address or a form a character may take nine."""
_GET, _FORM = b"GET /sparql?query=", b"query="
_VERSIONS = (b" HTTP/1.1", b" HTTP/1.0")
_POSTS = tuple(b"POST /sparql%b\r\n" % version for version in _VERSIONS)
_BROKEN = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_MOST = 1_024


Asked = tuple[Plain, bool]
"""What an answer depends on: what is asked, and whether the client takes packed answers."""


def skeleton(query: bytes) -> bytes:
    """What stands in a query beside its constants.

    >>> skeleton(b"ASK { <urn:a> ?p 'x' } LIMIT 10") == skeleton(b"ASK { <urn:b> ?p 'y' } LIMIT 25")
    True
    """
    return _CONSTANT.sub(b"", query).translate(None, _DIGITS)


class Question(NamedTuple):
    """A plain question: the bytes of its request, what is asked, the text of the query in UTF-8, its shape.

    `given` is the name that the client gave the request; `packs` says that it takes packed answers, `last` that its
    connection is to be closed afterwards, `old` that its client speaks HTTP/1.0.
    """

    raw: bytes
    plain: Plain
    query: bytes
    shape: int
    method: str
    given: str
    packs: bool
    last: bool
    old: bool

    @property
    def asked(self) -> Asked:
        """What its answer depends on."""
        return self.plain, self.packs


def may_be_one(head: Head) -> bool:
    """Whether a request may be a plain question, which is to be looked at once it is whole."""
    fields, target = head.fields, head.target
    if not target.startswith(PATH) or target[len(PATH) : len(PATH) + 1] not in {"", "?"}:
        return False
    if "host" not in fields or any(name in fields for name in _CONDITIONS) or not _ONE.isdisjoint(head.several):
        return False
    if head.method == "GET":
        return not head.body and len(target) <= _LONGEST_SENT
    return head.method == "POST" and target == PATH and head.body <= _LONGEST_SENT


class _Known(NamedTuple):
    """What the header fields of a request say: the kind and length of its body, and what its answer depends on."""

    kind: str
    body: int
    accept: str
    given: str
    packs: bool
    last: bool
    old: bool


class Questions:
    """Reads questions; those that are like others before, but for their constants, in a fifth of the time."""

    def __init__(self) -> None:
        self._known: dict[bytes, _Known] = {}
        self._answered: dict[tuple[bytes, str], Plain] = {}
        self._same: dict[bytes, Question] = {}

    def read(self, head: Head, raw: bytes) -> Question | None:
        """The question that a whole request is, where it is plain and short."""
        fields = head.fields
        accept, body_type = fields.get("accept", ""), fields.get("content-type", "")
        if head.method == "GET":
            plain = in_address(head.target[len(PATH) + 1 :], accept)
        else:
            plain = in_body(raw[head.length :], body_type, accept)
        if plain is None or len(query := plain.request.query.encode("utf-8", "replace")) > LONGEST:
            return None
        packs = fields.get("accept-encoding", "identity").lower() not in {"", "identity"}
        known = _Known(kind(body_type), head.body, accept, fields.get(HEADER.lower(), ""), packs, head.last, head.old)
        bones = skeleton(query)
        if max(len(self._known), len(self._answered)) >= _MOST:
            self._known.clear()
            self._answered.clear()
        begin, end = raw.find(b"\r\n"), head.length - len(request_heads.END)
        self._known[_without_query(raw, begin, end)] = known
        if _query(raw, begin, end, known) == query:
            self._answered[bones, accept] = plain
        return _question(raw, plain, query, bones, known)

    def like_others(self, raw: bytes) -> Question | None:
        """The question that the bytes are, where all that matters has been seen before: header fields and skeleton."""
        if same := self._same.get(raw):
            return same
        begin, end = raw.find(b"\r\n"), raw.find(request_heads.END)
        known = self._known.get(_without_query(raw, begin, end))
        query = known and _query(raw, begin, end, known)
        if not known or query is None or b"\\" in query or b"service" in query.lower():
            return None
        bones = skeleton(query)
        like = self._answered.get((bones, known.accept))
        if like is None:
            return None
        try:
            plain = Plain(Request(query.decode(), like.request.format), like.content_type)
        except UnicodeDecodeError:
            return None
        return _question(raw, plain, query, bones, known)

    def expect(self, question: Question) -> None:
        """Know the very same bytes at once."""
        if len(self._same) >= _MOST:
            self._same.clear()
        self._same[question.raw] = question


def _question(raw: bytes, plain: Plain, query: bytes, bones: bytes, known: _Known) -> Question:
    method = "GET" if raw[:1] == b"G" else "POST"
    return Question(raw, plain, query, hash(bones), method, known.given, known.packs, known.last, known.old)


def _without_query(raw: bytes, begin: int, end: int) -> bytes:
    """What of a request's head its answer depends on beside the query: the method, the version, the fields."""
    return raw[:1] + raw[max(0, begin - 1) : end]


def _query(raw: bytes, begin: int, end: int, known: _Known) -> bytes | None:
    """The query of a request that has nothing beside it, whose head ends at a place; None for another request."""
    if raw.startswith(_GET) and raw.endswith(_VERSIONS, 0, begin) and end + len(request_heads.END) == len(raw):
        return decoded(raw[len(_GET) : begin - len(_VERSIONS[0])])
    body = raw[end + len(request_heads.END) :]
    if not raw.startswith(_POSTS) or len(body) != known.body:
        return None
    if known.kind == DIRECT:
        return body if len(body) <= LONGEST else None
    return decoded(body[len(_FORM) :]) if body.startswith(_FORM) else None


def decoded(value: bytes) -> bytes | None:
    """The value of a form with nothing behind it, no longer than a question may be; None where it is not sound.

    >>> decoded(b"ASK+%7B%7D"), decoded(b"ASK&format=csv"), decoded(b"100%")
    (b'ASK {}', None, None)
    """
    if len(value) > _LONGEST_SENT or b"&" in value or not value.isascii() or _BROKEN.search(value):
        return None
    # Quoted-printable differs in the sign only, and is read ten times as fast.
    plain = binascii.a2b_qp(value.replace(b"=", b"=3D").replace(b"+", b" ").replace(b"%", b"="))
    return plain if len(plain) <= LONGEST else None
