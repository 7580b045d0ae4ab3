"""What is answered here: questions that were answered before, look-ups, and questions like others that were quick.

Look-ups are evaluated in this process, on the generation that is shown, with another thread to go on where one takes
long (`turn`).  Other quick questions go to the evaluator.  All else, and whatever disappoints, is for the application.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from email.utils import formatdate
from typing import TYPE_CHECKING

from server.front.data_copy import Holding, TooLong
from server.front.event_threads import Turn
from server.front.forwarding import Passing
from server.front.lent_worker import PATIENCE, Ask, Evaluator, Lost
from server.front.lookups import is_look_up
from server.front.messages import Answered, Shown
from server.front.plain_request import Question, Questions
from server.front.quick_queries import Shapes
from server.front.response_cache import Kept, Memory
from server.front.unavailable import BORNE_FIELDS
from server.http.request_ids import request_id
from server.sparql.plain_queries import SMALLEST_PACKED, fields
from server.sparql.response_headers import times, validator

if TYPE_CHECKING:
    from server.front.connection import Connection
    from server.front.request_heads import Head

_REMEMBERED = 16 << 20
"""Bytes of answers that are remembered here."""
_QUICK, _SLOW = 3.0, 0.01
"""Milliseconds that the application may take for a question of which the next is asked here, and seconds that one may
take here so that the next is."""

Reply = tuple[bytes, bool]
"""An answer with its head, and whether the connection ends with it."""


class Counter:
    """Answers of the version that is shown; `noted` is called with each that was given."""

    def __init__(self, noted: Callable[[Answered], None]) -> None:
        self.turn = Turn()
        self.evaluator: Evaluator | None = None
        self.shown = 0
        """How often the application has shown other data."""
        self._noted = noted
        self._version = ""
        self._holding = Holding()
        self._questions, self._shapes, self._memory = Questions(), Shapes(), Memory(_REMEMBERED)
        self._looking_up: tuple[Connection, Question] | None = None
        self._second, self._date = 0, b""

    @property
    def is_open(self) -> bool:
        """Whether anything is answered here."""
        return self.evaluator is not None or bool(self._holding)

    @property
    def resident(self) -> bool:
        """Whether look-ups find all of the data in memory."""
        return self._holding.resident

    def show(self, shown: Shown) -> None:
        """Answer nothing from other data than those that the application shows."""
        self._holding.show(shown)
        if shown.version == self._version and shown.number:
            return
        self._version = shown.version
        self.shown += 1
        self._memory.clear()
        self._shapes.clear()

    def at_once(self, connection: Connection, raw: bytes, came: float) -> Reply | Ask | None:
        """The answer to a request, or the question that it has become; None where it is for the application."""
        question = self._questions.like_others(raw) if self.is_open else None
        return self.ask(connection, question, came) if question else None

    def question(self, raw: bytes, head: Head) -> Question | None:
        """The question that a whole request is, where it is plain and short."""
        return self._questions.read(head, raw)

    def ask(self, connection: Connection, question: Question, came: float) -> Reply | Ask | None:
        """The answer to a question, or the question under way."""
        kept = self._memory.get(question.asked)
        if kept:
            self._questions.expect(question)
            name = request_id(question.given)
            self._note(question, name, len(kept.body), time.perf_counter() - came)
            return self._reply(question, b"cache;desc=hit;dur=0.00", kept.fields, name, kept.body)
        if self._holding and not self._shapes.is_banned(question.shape) and is_look_up(question.query):
            return self._looked_up(connection, question, came)
        evaluator = self.evaluator
        if evaluator is None or question.shape not in self._shapes:
            return None
        asked = Ask(connection, question, came)
        if not evaluator.ask(asked, came):
            return None
        # While it is evaluated.
        asked.etag = validator(evaluator.version, question.plain.request)
        return asked

    def learn(self, passing: Passing) -> None:
        """Take note of what a question cost that the application answered, and of what it answered."""
        question = passing.question
        if question is None or not passing.found or passing.shown != self.shown:
            return
        if passing.milliseconds is not None and passing.milliseconds <= _QUICK:
            self._shapes.learn(question.shape)
        elif passing.milliseconds is not None:
            self._shapes.forget(question.shape)
        if passing.stands:
            self._memory.keep(question.asked, Kept(bytes(passing.fields), bytes(passing.body)))

    def done(self, ask: Ask) -> None:
        """Send what the evaluator has answered."""
        question, evaluated = ask.question, time.perf_counter() - ask.begun
        reply = self._made(
            question, bytes(ask.body), ask.etag, ask.came, (ask.begun - ask.came, evaluated, ask.written)
        )
        if reply is None:
            self.turned_away(ask)
            return
        ask.connection.answer(*reply)
        if evaluated > _SLOW:
            self._shapes.forget(question.shape)

    def turned_away(self, ask: Ask) -> None:
        """What the evaluator cannot answer, or not shortly, is for the application, and so are others like it."""
        self.ban(ask)
        ask.connection.turn_away(ask.question)

    def ban(self, ask: Ask) -> None:
        """Let the application answer questions like this from now on."""
        self._shapes.ban(ask.question.shape)

    def overdue(self, now: float) -> bool:
        """Whether the evaluator has been at a question for too long, even if it has just answered."""
        evaluator = self.evaluator
        if evaluator is None or evaluator.begun is None or now - evaluator.begun <= PATIENCE:
            return False
        # On a machine that stood still it may have answered meanwhile.
        with contextlib.suppress(Lost):
            evaluator.read(time.perf_counter())
        return evaluator.begun is not None and now - evaluator.begun > PATIENCE

    def take_over(self) -> None:
        """Let the application answer the look-up that has kept the other thread, and others like it."""
        if self._looking_up:
            connection, question = self._looking_up
            self._shapes.ban(question.shape)
            connection.turn_away(question)

    def _looked_up(self, connection: Connection, question: Question, came: float) -> Reply | None:
        """The answer to a look-up; None where it is too long, or nobody would take over."""
        self._looking_up = connection, question
        if not self.turn.begin():
            return None
        begun = time.perf_counter()
        try:
            body, written = self._holding.answer(question.plain.request)
        except TooLong:
            body = None
        self.turn.end()
        if body is not None:
            etag = validator(self._version, question.plain.request)
            spent = begun - came, time.perf_counter() - begun, written
            if reply := self._made(question, body, etag, came, spent):
                return reply
        self._shapes.ban(question.shape)
        return None

    def _made(
        self, question: Question, body: bytes, etag: str | None, came: float, spent: tuple[float, float, float]
    ) -> Reply | None:
        """The reply with an answer that was begun, made and written in so many seconds; None where it is packed."""
        if question.packs and len(body) >= SMALLEST_PACKED:
            return None
        told = fields(question.plain, etag, len(body))
        named = "".join(f"{name.lower()}: {value}\r\n" for name, value in told).encode("latin-1") + BORNE_FIELDS
        if etag:
            self._memory.keep(question.asked, Kept(named, body))
        queued, evaluated, written = spent
        name = request_id(question.given)
        self._note(question, name, len(body), time.perf_counter() - came, queued, evaluated)
        return self._reply(question, times(queued, evaluated - written, written).encode(), named, name, body)

    def _note(
        self, question: Question, name: str, length: int, seconds: float, queued: float = -1.0, evaluated: float = 0.0
    ) -> None:
        """Take note of an answer, which had been made before where it did not wait."""
        query, kept = question.plain.request.query, queued < 0
        self._noted(Answered(name, question.method, query, length, seconds, max(0.0, queued), evaluated, kept=kept))

    def _reply(self, question: Question, timing: bytes, told: bytes, name: str, body: bytes) -> Reply:
        end = b"connection: close\r\n\r\n" if question.last else b"\r\n"
        head = b"HTTP/1.1 200 OK\r\nserver-timing: %b\r\n%bx-request-id: %b\r\ndate: %b\r\n%b" % (
            timing, told, name.encode(), self._today(), end,
        )  # fmt: skip
        return head + body, question.last

    def _today(self) -> bytes:
        second = int(time.time())
        if second != self._second:
            self._second, self._date = second, formatdate(second, usegmt=True).encode()
        return self._date
