"""A request to an endpoint as an HTTP answer: a validator, 304 before evaluating, bytes as they are made."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

from cachetools import LRUCache
from flask import Response, current_app, request

from converter.errors import QueryError
from converter.formats import FORMATS
from server.sparql import Answer, Endpoint, NotEvaluated, Request
from server.sparql.response_headers import cache_fields, times, validator

_SAFE = frozenset({"GET", "HEAD", "QUERY"})
_DELIVERY = 0.05
"""Seconds that the last words of an answer that breaks off have to go."""
_MOST_BROKEN = 1_000


class BrokenAnswers:
    """The validators of answers that broke off: who has one does not have the answer; one an application."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._validators: LRUCache[str, bool] = LRUCache(_MOST_BROKEN)

    def add(self, etag: str) -> None:
        """An answer with that validator broke off."""
        with self._lock:
            self._validators[etag] = True

    def __contains__(self, etag: object) -> bool:
        with self._lock:
            return etag in self._validators

    @classmethod
    def of_application(cls) -> BrokenAnswers:
        """Those of the application that answers now."""
        broken: BrokenAnswers = current_app.extensions.setdefault("shelfgraph.broken", cls())
        return broken


def answered(endpoint: Endpoint, question: Request) -> Response:
    """The answer as it is made, 304 where the client has it.

    Raises what the endpoint raises, and NotEvaluated where it is longer than answers may be here.
    """
    etag = validator(endpoint.version, question)
    if is_known(etag):
        return unchanged(etag, FORMATS[question.format].content_type)
    started = time.perf_counter()
    answer = _limited(endpoint.ask(question), current_app.config["MAX_BYTES"])
    if answer.version:
        # Another generation may have been shown since the request came.
        etag = validator(answer.version, question)
    return headed(_streamed(answer, question.format, started, etag), etag)


class _Limited(Answer):
    """An answer that breaks off behind so many bytes."""

    def __init__(self, answer: Answer, most: int) -> None:
        self._answer, self._most = answer, most
        self.version, self.hit, self.queued, self.serialised = (
            answer.version, answer.hit, answer.queued, answer.serialised,
        )  # fmt: skip

    def __iter__(self) -> Iterator[bytes]:
        """Yield the bytes.

        Raises NotEvaluated where there are too many.
        """
        sent = 0
        for part in self._answer:
            sent += len(part)
            if sent > self._most:
                yield part[: len(part) - (sent - self._most)]
                raise _too_long(self._most)
            yield part

    def close(self) -> None:
        """Give the answer up."""
        self._answer.close()


def _limited(answer: Answer, most: int) -> Answer:
    """The answer, which has no more bytes than that (0: any number).

    Raises NotEvaluated where all of it is there and has more.
    """
    if answer.whole is None:
        return _Limited(answer, most) if most else answer
    if 0 < most < sum(map(len, answer.whole)):
        answer.close()
        raise _too_long(most)
    return answer


def _too_long(most: int) -> NotEvaluated:
    return NotEvaluated(f"the answer has more than {most:,} bytes; ask for less, or add a LIMIT")


def is_known(etag: str | None) -> bool:
    """Whether the client says that it has the answer."""
    known = etag is not None and request.method in _SAFE and request.if_none_match.contains_weak(etag)
    return known and etag not in BrokenAnswers.of_application()


def unchanged(etag: str | None, content_type: str, *, weak: bool = False) -> Response:
    """304; what the answer would be decides the other fields, and the server leaves the type itself out."""
    return headed(Response(status=304, content_type=content_type), etag, weak=weak)


def headed(response: Response, etag: str | None, *, weak: bool = False) -> Response:
    """The answer with what a cache needs to know."""
    response.headers.update(cache_fields(etag, weak=weak))
    return response


def _streamed(answer: Answer, format_: str, started: float, etag: str | None) -> Response:
    headers = {"Server-Timing": timing(answer, started)}
    content_type = FORMATS[format_].content_type
    # What is all there goes out in one piece, and says its length, to HEAD as well.
    whole = answer.whole
    body: bytes | Iterator[bytes]
    if whole is not None:
        body = b"".join(whole)
    elif request.method == "HEAD":
        body = iter(())
    else:
        body = _chunks(answer, format_, etag, BrokenAnswers.of_application())
    response = Response(body, headers=headers, content_type=content_type)
    response.call_on_close(answer.close)
    return response


def timing(answer: Answer, started: float) -> str:
    """How long the question stood in the queue, was evaluated and written (Server-Timing, in milliseconds).

    Rows are evaluated while they are written.  Of an answer that is sent as it comes, only its beginning is timed.
    """
    spent = time.perf_counter() - started
    if answer.hit:
        return f"cache;desc=hit;dur={spent * 1_000:.2f}"
    return times(answer.queued, spent - answer.queued - answer.serialised, answer.serialised)


def _chunks(answer: Answer, format_: str, etag: str | None, broken: BrokenAnswers) -> Iterator[bytes]:
    """Yield the bytes; an answer that breaks off says so."""
    try:
        with answer:
            yield from answer
    except QueryError as fault:
        if etag:
            broken.add(etag)
        yield FORMATS[format_].broken.format(fault).encode()
        # A server that hears of the fault at once may drop what it has not sent yet.
        time.sleep(_DELIVERY)
        raise
