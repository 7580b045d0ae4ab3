"""The evaluator that the application has lent: questions go into its pipe one after the other, frames come out.

It is a worker like any other (`server/sparql/worker.py`); whoever lent it ends it where it is lost.
"""

from __future__ import annotations

import contextlib
import os
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from server.front.messages import Shown
from server.front.plain_request import Question
from server.sparql.worker import DATA, END, HEAD, LAST, LENGTH, SERIALISED

if TYPE_CHECKING:
    from server.front.connection import Connection

PATIENCE = 0.1
"""Seconds that a question may take here before it is one for the application."""
LARGEST = 16_384
"""Bytes that an answer may have here."""
_MOST_WAITING = 128
_BLOCK = 1 << 17


@dataclass(slots=True, eq=False)
class Ask:
    """A question under way, when it came, and what has come of its answer; seconds are of `time.perf_counter`."""

    connection: Connection
    question: Question
    came: float
    etag: str | None = None
    body: bytearray = field(default_factory=bytearray)
    begun: float = 0.0
    """When the evaluator came to it."""
    written: float = 0.0
    """Seconds from the first row to the last."""
    over: bool = False
    """Whether the answer is awaited no more."""


class Lost(Exception):
    """The evaluator has ended, or is to be."""


class Evaluator:
    """The evaluator by its two pipes; `done` is called with each answer, `turned_away` with what is none for it."""

    def __init__(
        self,
        shown: Shown,
        pipes: tuple[int, int],
        done: Callable[[Ask], None],
        turned_away: Callable[[Ask], None],
    ) -> None:
        self.version, self.number = shown.version, shown.number
        requests, frames = pipes
        self._requests, self._frames = requests, frames
        self._done, self._turned_away = done, turned_away
        self._waiting: deque[Ask] = deque()
        self._held = bytearray()
        os.set_blocking(requests, False)
        os.set_blocking(frames, False)

    def fileno(self) -> int:
        """Where frames come, to wait for."""
        return self._frames

    @property
    def begun(self) -> float | None:
        """Since when it works at a question; None where it rests."""
        return self._waiting[0].begun if self._waiting else None

    @property
    def first(self) -> Ask | None:
        """The question that it works at."""
        return self._waiting[0] if self._waiting else None

    def ask(self, ask: Ask, now: float) -> bool:
        """Whether it takes the question."""
        told = msgspec.msgpack.encode(ask.question.plain.request)
        message = LENGTH.pack(len(told)) + told
        if len(self._waiting) >= _MOST_WAITING:
            return False
        try:
            # It is short enough to go whole or not at all (pipe(7), PIPE_BUF).
            os.write(self._requests, message)
        except OSError:
            return False
        ask.begun = now
        self._waiting.append(ask)
        return True

    def read(self, now: float) -> None:
        """Take what has come.

        Raises Lost where it has ended, or has grown so much that it is to be replaced.
        """
        try:
            data = os.read(self._frames, _BLOCK)
        except BlockingIOError:
            return
        if not data:
            raise Lost
        self._held += data
        held, place, size = self._held, 0, HEAD.size
        while len(held) - place >= size:
            kind, length = HEAD.unpack_from(held, place)
            end = place + size + length
            if len(held) < end:
                break
            self._frame(kind, held[place + size : end], now)
            place = end
        del held[:place]

    def left(self) -> list[Ask]:
        """Those whose answer is still awaited; to be called when it is lost."""
        for descriptor in (self._requests, self._frames):
            with contextlib.suppress(OSError):
                os.close(descriptor)
        return [ask for ask in self._waiting if not ask.over]

    def _frame(self, kind: bytes, data: bytearray, now: float) -> None:
        if not self._waiting:
            raise Lost
        ask = self._waiting[0]
        if kind == DATA:
            if not ask.over and len(ask.body) + len(data) <= LARGEST:
                ask.body += data
            elif not ask.over:
                self._turn_away(ask)
            return
        self._waiting.popleft()
        if self._waiting:
            self._waiting[0].begun = now
        if not ask.over:
            if kind in {END, LAST}:
                ask.over = True
                (ask.written,) = SERIALISED.unpack(data)
                self._done(ask)
            else:
                self._turn_away(ask)
        if kind == LAST:
            raise Lost

    def _turn_away(self, ask: Ask) -> None:
        ask.over = True
        self._turned_away(ask)
