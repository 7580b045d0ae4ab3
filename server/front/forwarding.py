"""What is under way on a connection: a request that the application answers, and what is seen of its answer."""

from __future__ import annotations

import enum

import httptools

from server.front.old_clients import OldAnswer
from server.front.plain_request import Question
from server.http.headers import GENERATION
from server.http.request_ids import PASSED_HEADER

_LARGEST = 1 << 16
"""Bytes that an answer may have which is to be remembered."""
_GENERATION = GENERATION.lower().encode()
_OWN = frozenset({b"server-timing", b"x-request-id", b"date", b"server", b"connection"})
"""Header fields that are those of one answer, and not of the next."""


class State(enum.Enum):
    """What is under way on a connection."""

    IDLE = enum.auto()
    """Nothing, or a request of which not all has come."""
    PASSING = enum.auto()
    """A request is with the application."""
    TUNNEL = enum.auto()
    """All bytes are passed on as they are, since the framing of a request was unusual."""
    DRAINING = enum.auto()
    """All has been said; what the client still sends is read away, so that it sees the end of the answer."""


class Passing:
    """A request under way: its name, its question where it is plain, and how many of its bytes are to come.

    `shown` is the number of the message by which the front answers then, `last` says that the connection ends with it,
    `head_only` that its answer has no body.
    """

    def __init__(
        self,
        name: str,
        question: Question | None,
        shown: int,
        *,
        rest: int,
        last: bool,
        head_only: bool,
    ) -> None:
        self.name, self.question, self.shown, self.rest, self.last = name, question, shown, rest, last
        self.generation = ""
        """The version of the data that its answer is made from, where it says so."""
        self.fields, self.body = bytearray(), bytearray()
        """What the answer to a question said, as far as it may be said again; no more than is kept."""
        self._names: set[bytes] = set()
        self._head_only = head_only
        self._complete = False
        self.old: OldAnswer | None = None
        """What its client is sent in the place of the answer, where it speaks HTTP/1.0."""
        self._parser = httptools.HttpResponseParser(self)

    def named(self, raw: bytes) -> bytes:
        """The request with its name; no client can give it one that counts."""
        line, end, rest = raw.partition(b"\r\n")
        if self.old:
            line = line[:-1] + b"1"
        return b"%b%b%b: %b\r\n%b" % (line, end, PASSED_HEADER.encode(), self.name.encode(), rest)

    def came(self, data: bytes) -> bool:
        """Whether the answer is complete with these bytes."""
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self.last = True
        return self._complete

    def written(self, data: bytes) -> bytes:
        """What the client is sent of these bytes, which have come."""
        return self.old.written() if self.old else data

    @property
    def is_cut(self) -> bool:
        """Whether a client would take what it has of the answer, which broke off, for all of it."""
        return self.old is not None and not self._complete and not self.old.has_length

    @property
    def stands(self) -> bool:
        """Whether the same request may have the same answer, which has come in one piece and is short."""
        return self.found and self._names >= {b"etag", b"content-length"} and len(self.body) <= _LARGEST

    @property
    def found(self) -> bool:
        """Whether the application has answered it with 200."""
        return bool(self._parser.get_status_code() == 200)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header field of the answer."""
        if self.old:
            self.old.field(name, value)
        if self.question is None:
            return
        if name == _GENERATION:
            self.generation = value.decode("latin-1")
        self._names.add(name)
        if name not in _OWN:
            self.fields += b"%b: %b\r\n" % (name, value)

    def on_headers_complete(self) -> None:
        """The head of the answer has come."""
        if self.old:
            self.old.begin(self._parser.get_status_code())
        self._complete = self._head_only
        self.last = self.last or not self._parser.should_keep_alive()

    def on_body(self, data: bytes) -> None:
        """A part of the answer's body."""
        if self.old:
            self.old.part(data)
        if self.question and len(self.body) <= _LARGEST:
            self.body += data

    def on_message_complete(self) -> None:
        """All of the answer has come."""
        self._complete = True
