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

from server.front.event_threads import EventThreads
from server.front.lookup_store import LookupStore, TooLong
from server.front.messages import Answered, Shown
from server.front.plain_request import Asked, Question, Questions
from server.front.request_heads import Head
from server.http.generation_cache import GenerationCache
from server.http.headers import BORNE, GENERATION
from server.http.request_ids import request_id
from server.sparql.lexer import is_look_up
from server.sparql.plain_queries import SMALLEST_PACKED, fields
from server.sparql.response_headers import times, validator

COMMON_FIELDS = "".join(f"{name.lower()}: {value}\r\n" for name, value in BORNE.items()).encode()
"""What every answer says."""
_KEPT = 16 << 20
"""Bytes of answers that are kept here."""
_MOST_COSTLY, _COSTLY_FOR = 4_096, 1.0
"""Shapes of look-ups that are remembered as costly, and the seconds for which they are."""

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
        self._questions = Questions()
        self._kept = GenerationCache[Asked, Kept](_KEPT, lambda: self.shown.version, _size)
        self._costly: TTLCache[int, bool] = TTLCache(_MOST_COSTLY, _COSTLY_FOR)
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

    def at_once(self, raw: bytes, came: float, pass_on: PassOn) -> Reply | None:
        """The answer to a whole request that is like others before; None where it is for another reader."""
        question = self._questions.like_others(raw) if self.is_open else None
        return self.respond(question, came, pass_on) if question else None

    def question(self, raw: bytes, head: Head) -> Question | None:
        """The question that a whole request is, where it is plain and short."""
        return self._questions.read(head, raw)

    def respond(self, question: Question, came: float, pass_on: PassOn) -> Reply | None:
        """The answer to a question; None where it is for the application."""
        kept = self._kept.get(question.asked)
        if kept:
            self._questions.expect(question)
            name = request_id(question.given)
            self._note(question, name, len(kept.body), time.perf_counter() - came)
            return self._reply(question, b"cache;desc=hit;dur=0.00", kept.fields, name, kept.body)
        if self._store and question.shape not in self._costly and is_look_up(question.query):
            return self._looked_up(question, came, pass_on)
        return None

    def learn(self, question: Question, shown: int, generation: str, kept: Kept) -> None:
        """Keep what the application has answered to a question that came when message `shown` was the last one."""
        if shown == self.shown.number:
            self._kept.keep(question.asked, generation, kept)

    def take_over(self) -> None:
        """Let the application answer the look-up that has kept the other thread, and others like it for a while."""
        if self._looking_up:
            question, pass_on = self._looking_up
            self._costly[question.shape] = True
            pass_on(question)

    def _looked_up(self, question: Question, came: float, pass_on: PassOn) -> Reply | None:
        """The answer to a look-up; None where it is too long, or no other thread would take over."""
        self._looking_up = question, pass_on
        if not self.threads.begin():
            return None
        begun, version = time.perf_counter(), self.shown.version
        try:
            body, written = self._store.answer(question.plain.request)
        except TooLong:
            body = None
        self.threads.end()
        if body is not None:
            spent = begun - came, time.perf_counter() - begun, written
            if reply := self._made(question, body, version, came, spent):
                return reply
        self._costly[question.shape] = True
        return None

    def _made(
        self, question: Question, body: bytes, version: str, came: float, spent: tuple[float, float, float]
    ) -> Reply | None:
        """The reply with an answer that waited, was made and written in so many seconds; None where it is packed."""
        if question.packs and len(body) >= SMALLEST_PACKED:
            return None
        etag = validator(version, question.plain.request)
        named = [*fields(question.plain, etag, len(body)), (GENERATION, version)]
        head = "".join(f"{name.lower()}: {value}\r\n" for name, value in named).encode("latin-1") + COMMON_FIELDS
        if etag:
            self._kept.keep(question.asked, version, Kept(head, body))
        queued, evaluated, written = spent
        name = request_id(question.given)
        self._note(question, name, len(body), time.perf_counter() - came, queued, evaluated)
        return self._reply(question, times(queued, evaluated - written, written).encode(), head, name, body)

    def _note(
        self, question: Question, name: str, length: int, seconds: float, queued: float = -1.0, evaluated: float = 0.0
    ) -> None:
        """Log an answer, which had been made before where it did not wait."""
        query, kept = question.plain.request.query, queued < 0
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


def _size(asked: Asked, kept: Kept) -> int:
    return len(asked[0].request.query) + len(kept.fields) + len(kept.body)
