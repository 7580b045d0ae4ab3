"""What the front answers by itself: look-ups, made now or kept.

A look-up is evaluated in this process, on the generation that is shown; another thread goes on where it takes long
(`event_threads`).  All else, and whatever takes too long or has too long an answer, is for the application.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from email.utils import formatdate
from functools import lru_cache
from typing import NamedTuple

from cachetools import TTLCache

from converter.formats import FORMATS
from server.front.event_threads import EventThreads
from server.front.lookup_store import LookupStore, TooLong
from server.front.messages import Answered, Shown
from server.front.plain_request import PlainRequest
from server.http.generation_cache import GenerationCache
from server.http.headers import COMMON, GENERATION, common
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

PassOn = Callable[[PlainRequest], object]
"""What lets the application answer a request after all."""


class Kept(NamedTuple):
    """The header fields of an answer that do not change, and its body."""

    head: bytes
    body: bytes


class Responder:
    """Answers from the generation that is shown; `log` is called with each that was given."""

    def __init__(self, log: Callable[[Answered], object]) -> None:
        self.threads = EventThreads()
        self.shown = Shown()
        self._log = log
        self._store = LookupStore()
        self._kept = GenerationCache[Request, Kept](_KEPT, lambda: self.shown.version, _size)
        self._costly: TTLCache[str, bool] = TTLCache(_MOST_COSTLY, _COSTLY_FOR)
        self._looking_up: tuple[PlainRequest, PassOn] | None = None
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

    def respond(self, asked: PlainRequest, came: float, pass_on: PassOn) -> bytes | None:
        """The answer to a request with its head; None where it is for the application."""
        kept = self._kept.get(asked.request)
        if kept and not _is_packed(asked, kept.body):
            return self._reply(asked, kept, time.perf_counter() - came)
        query = asked.request.query
        if not self._store or not is_look_up(query.encode("utf-8", "replace")):
            return None
        if self._costly and kind(query) in self._costly:
            return None
        return self._looked_up(asked, came, pass_on)

    def take_over(self) -> None:
        """Let the application answer the look-up that has kept the other thread, and others like it for a while."""
        if self._looking_up:
            asked, pass_on = self._looking_up
            self._costly[kind(asked.request.query)] = True
            pass_on(asked)

    def _looked_up(self, asked: PlainRequest, came: float, pass_on: PassOn) -> bytes | None:
        """The answer to a look-up; None where it is too long, or no other thread would take over."""
        self._looking_up = asked, pass_on
        if not self.threads.begin():
            return None
        begun, version = time.perf_counter(), self.shown.version
        try:
            body, written = self._store.answer(asked.request)
        except TooLong:
            body = None
        self.threads.end()
        if body is None or _is_packed(asked, body):
            self._costly[kind(asked.request.query)] = True
            return None
        ended = time.perf_counter()
        kept = Kept(_head(asked.request, body, version, self.shown.base), body)
        self._kept.keep(asked.request, version, kept)
        return self._reply(asked, kept, ended - came, (begun - came, ended - begun, written))

    def _reply(
        self, asked: PlainRequest, kept: Kept, seconds: float, spent: tuple[float, float, float] | None = None
    ) -> bytes:
        """The answer, which is logged; `spent` are the seconds that it waited, was made and written, if it was now."""
        name, body = request_id(asked.given), kept.body
        queued, evaluated, written = spent or (0.0, 0.0, 0.0)
        query, is_old = asked.request.query, spent is None
        self._log(Answered(name, asked.head.method, query, len(body), seconds, queued, evaluated, kept=is_old))
        timing = "cache;desc=hit;dur=0.00" if is_old else times(queued, evaluated - written, written)
        end = b"connection: close\r\n\r\n" if asked.head.last else b"\r\n"
        return b"HTTP/1.1 200 OK\r\nserver-timing: %b\r\n%bx-request-id: %b\r\ndate: %b\r\n%b%b" % (
            timing.encode(), kept.head, name.encode(), self._today(), end, body,
        )  # fmt: skip

    def _today(self) -> bytes:
        second = int(time.time())
        if second != self._second:
            self._second, self._date = second, formatdate(second, usegmt=True).encode()
        return self._date


def _head(request: Request, body: bytes, version: str, base: str) -> bytes:
    """The header fields that are the same each time."""
    etag = validator(version, request)
    return b"content-length: %d\r\n%b%b" % (
        len(body),
        b'etag: "%b"\r\n' % etag.encode() if etag else b"",
        _of_all(request.format, version, base, kept=etag is not None),
    )


@lru_cache
def _of_all(format_: str, version: str, base: str, *, kept: bool) -> bytes:
    """The header fields that all answers in a format have, which caches may keep or may not."""
    named = {"Content-Type": FORMATS[format_].content_type, GENERATION: version}
    named |= {name: value for name, value in cache_fields("x" if kept else None).items() if name != "ETag"}
    return "".join([f"{name.lower()}: {value}\r\n" for name, value in (named | common(base)).items()]).encode()


def _is_packed(asked: PlainRequest, body: bytes) -> bool:
    """Whether the application would pack the answer for the client."""
    return bool(asked.codings) and len(body) >= _SMALLEST_PACKED


def _size(request: Request, kept: Kept) -> int:
    return len(request.query) + len(kept.head) + len(kept.body)
