"""What the front answers by itself: requests that were answered before, and look-ups.

A look-up is evaluated in this process, on the generation that is shown; another thread goes on where it takes long
(`event_threads`).  All else, and whatever takes too long or has too long an answer, is for the application.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from email.utils import formatdate
from typing import NamedTuple

from cachetools import TTLCache

from converter.formats import FORMATS
from server.front.event_threads import EventThreads
from server.front.lookup_store import LookupStore, TooLong
from server.front.messages import Answered, Shown
from server.front.plain_request import Question
from server.http.generation_cache import GenerationCache
from server.http.headers import COMMON, GENERATION
from server.http.request_ids import request_id
from server.sparql import Request
from server.sparql.lexer import is_look_up, kind
from server.sparql.response_headers import cache_fields, times, validator

COMMON_FIELDS = "".join(f"{name.lower()}: {value}\r\n" for name, value in COMMON.items()).encode()
"""What every answer says."""
_KEPT = 16 << 20
"""Bytes of answers that are kept here."""
_SMALLEST_PACKED = 500
"""Bytes from which on an answer is packed for a client that unpacks: what the application packs."""
_MOST_COSTLY, _COSTLY_FOR = 4_096, 1.0
"""Kinds of look-ups that are remembered as costly, and the seconds for which they are."""

Reply = tuple[bytes, bool]
"""An answer with its head, and whether the connection ends with it."""
PassOn = Callable[[Question], object]
"""What lets the application answer a question after all."""


class Kept(NamedTuple):
    """The header fields of an answer that do not change, and its body."""

    fields: bytes
    body: bytes


class Responder:
    """Answers from the generation that is shown; `log` is called with each that was given."""

    def __init__(self, log: Callable[[Answered], object]) -> None:
        self.threads = EventThreads()
        self.shown = Shown()
        self._log = log
        self._store = LookupStore()
        self._kept = GenerationCache[tuple[Request, str], Kept](_KEPT, lambda: self.shown.version, _size)
        self._costly: TTLCache[str, bool] = TTLCache(_MOST_COSTLY, _COSTLY_FOR)
        self._looking_up: tuple[Question, PassOn] | None = None
        self._second, self._date = 0, b""

    @property
    def is_open(self) -> bool:
        """Whether anything is answered here."""
        return bool(self._store)

    @property
    def resident(self) -> bool:
        """Whether look-ups find all of the data in memory."""
        return self._store.resident

    def show(self, shown: Shown) -> None:
        """Answer from that generation alone, or nothing where it names none."""
        if shown.version != self.shown.version:
            self._costly.clear()
        self.shown = shown
        self._store.show(shown)

    def respond(self, question: Question, came: float, pass_on: PassOn) -> Reply | None:
        """The answer to a question; None where it is for the application."""
        kept = self._kept.get((question.request, question.codings))
        if kept:
            name = request_id(question.given)
            self._note(question, name, len(kept.body), time.perf_counter() - came)
            return self._reply(question, b"cache;desc=hit;dur=0.00", kept.fields, name, kept.body)
        query = question.request.query
        if not self._store or not is_look_up(query.encode("utf-8", "replace")):
            return None
        if self._costly and kind(query) in self._costly:
            return None
        return self._looked_up(question, came, pass_on)

    def learn(self, question: Question, shown: int, generation: str, kept: Kept) -> None:
        """Keep what the application has answered to a question that came when message `shown` was the last one."""
        if shown == self.shown.number:
            self._kept.keep((question.request, question.codings), generation, kept)

    def take_over(self) -> None:
        """Let the application answer the look-up that has kept the other thread, and others like it for a while."""
        if self._looking_up:
            question, pass_on = self._looking_up
            self._costly[kind(question.request.query)] = True
            pass_on(question)

    def _looked_up(self, question: Question, came: float, pass_on: PassOn) -> Reply | None:
        """The answer to a look-up; None where it is too long, or no other thread would take over."""
        self._looking_up = question, pass_on
        if not self.threads.begin():
            return None
        begun, version = time.perf_counter(), self.shown.version
        try:
            body, written = self._store.answer(question.request)
        except TooLong:
            body = None
        self.threads.end()
        if body is not None:
            spent = begun - came, time.perf_counter() - begun, written
            if reply := self._made(question, body, version, came, spent):
                return reply
        self._costly[kind(question.request.query)] = True
        return None

    def _made(
        self, question: Question, body: bytes, version: str, came: float, spent: tuple[float, float, float]
    ) -> Reply | None:
        """The reply with an answer that waited, was made and written in so many seconds; None where it is packed."""
        if question.codings and len(body) >= _SMALLEST_PACKED:
            return None
        etag = validator(version, question.request)
        content_type = FORMATS[question.request.format].content_type
        named = {"Content-Type": content_type, "Content-Length": str(len(body)), **cache_fields(etag)}
        named[GENERATION] = version
        head = "".join(f"{name.lower()}: {value}\r\n" for name, value in named.items()).encode() + COMMON_FIELDS
        if etag:
            self._kept.keep((question.request, question.codings), version, Kept(head, body))
        queued, evaluated, written = spent
        name = request_id(question.given)
        self._note(question, name, len(body), time.perf_counter() - came, queued, evaluated)
        return self._reply(question, times(queued, evaluated - written, written).encode(), head, name, body)

    def _note(
        self, question: Question, name: str, length: int, seconds: float, queued: float = -1.0, evaluated: float = 0.0
    ) -> None:
        """Log an answer, which had been made before where it did not wait."""
        query, kept = question.request.query, queued < 0
        self._log(Answered(name, question.method, query, length, seconds, max(0.0, queued), evaluated, kept=kept))

    def _reply(self, question: Question, timing: bytes, head: bytes, name: str, body: bytes) -> Reply:
        end = b"connection: close\r\n\r\n" if question.last else b"\r\n"
        sent = b"HTTP/1.1 200 OK\r\nserver-timing: %b\r\n%bx-request-id: %b\r\ndate: %b\r\n%b" % (
            timing, head, name.encode(), self._today(), end,
        )  # fmt: skip
        return sent + body, question.last

    def _today(self) -> bytes:
        second = int(time.time())
        if second != self._second:
            self._second, self._date = second, formatdate(second, usegmt=True).encode()
        return self._date


def _size(asked: tuple[Request, str], kept: Kept) -> int:
    return len(asked[0].query) + len(kept.fields) + len(kept.body)
