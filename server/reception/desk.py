"""The process that holds the connections: it waits for all of them at once, and for none of them alone."""

from __future__ import annotations

import contextlib
import errno
import os
import resource
import secrets
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path

import msgspec

from server.endpoint.answering import times, validator
from server.endpoint.plain import SMALLEST_PACKED as PACKED
from server.endpoint.plain import fields
from server.problems import BORNE
from server.reception.connection import Connection
from server.reception.evaluator import PATIENCE, Ask, Evaluator, Lost
from server.reception.memory import Kept, Memory
from server.reception.messages import Answered, Channel, Shown, Told
from server.reception.passing import Passing
from server.reception.question import Question, Questions
from server.reception.shapes import Shapes
from server.watching.seen import request_id

_SWEEP, _REPORT = 5.0, 0.1
"""Seconds between two looks for connections that rest, and for which answers are told of in one piece."""
_MOST_TOLD, _MOST_HELD = 1_000, 8 << 20
_REMEMBERED = 16 << 20
"""Bytes of answers that are remembered here."""
_QUICK, _SLOW = 3.0, 0.01
"""Milliseconds that the application may take for a question of which the next is asked here, and seconds that one may
take here so that the next is."""
_AT_ONCE = 64
_FULL = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
_UNAVAILABLE = (
    b'{"type": "about:blank", "title": "Service Unavailable", "status": 503,'
    b' "detail": "The site is starting, stopping or overloaded; try again."}\n'
)


class Desk:
    """All connections of a site; the application listens at `application`, and tells of itself at `control`."""

    def __init__(self, listening: socket.socket, control: str, application: str) -> None:
        self.selector = selectors.DefaultSelector()
        self.now = time.perf_counter()
        self._listening, self._application = listening, application
        self._lot, self._count = secrets.token_hex(8), 0
        self._connections: set[Connection] = set()
        self.questions = Questions()
        self._shapes, self._memory = Shapes(), Memory(_REMEMBERED)
        self._evaluator: Evaluator | None = None
        self._channel: Channel | None = None
        self._version = ""
        self.shown = 0
        """How often the application has shown other data."""
        self._answered: list[Answered] = []
        self._left: list[str] = []
        self._lost = 0
        self._swept = self._told = self.now
        self._second, self._date = 0, b""
        self._borne = "".join(f"{name.lower()}: {value}\r\n" for name, value in BORNE.items()).encode()
        self._control = socket.socket(socket.AF_UNIX)
        self._control.bind(control)
        self._control.listen(1)
        listening.setblocking(False)
        self.selector.register(self._control, selectors.EVENT_READ, self._meet)
        self.selector.register(sys.stdin.fileno(), selectors.EVENT_READ, self._end)

    def run(self) -> None:
        """Go on until the process that started this one has ended."""
        select = self.selector.select
        while True:
            events = select(self._pause())
            self.now = time.perf_counter()
            for key, mask in events:
                key.data(mask)
            if self._evaluator:
                self._look_at(self._evaluator)
            if self._has_news() and self.now - self._told > _REPORT:
                self._tell()
            if self.now - self._swept > _SWEEP:
                self._sweep()

    def await_(self, on: socket.socket, before: int, mask: int, ready: Callable[[int], None]) -> None:
        """Wait for other events than before."""
        if not before:
            self.selector.register(on, mask, ready)
        elif mask:
            self.selector.modify(on, mask, ready)
        else:
            self.selector.unregister(on)

    def name(self) -> str:
        """A name for a request that is passed on; nobody can guess one that is under way."""
        self._count += 1
        return f"{self._lot}.{self._count}"

    def connect(self) -> socket.socket:
        """A connection to the application.

        Raises OSError where it is not there, or has too many.
        """
        made = socket.socket(socket.AF_UNIX)
        made.setblocking(False)
        try:
            made.connect(self._application)
        except OSError:
            made.close()
            raise
        return made

    def forget(self, connection: Connection) -> None:
        """A connection has been closed."""
        self._connections.discard(connection)

    def has_left(self, name: str) -> None:
        """The client of a request that was passed on has gone before its answer was complete."""
        self._left.append(name)
        self._tell()

    def repeated(self, raw: bytes) -> tuple[bytes, bool] | None:
        """The answer to a request that was answered before, and whether the connection ends with it."""
        kept = self._memory.get(raw)
        if kept is None:
            return None
        name = request_id(kept.question.given)
        reply = self._reply(b"cache;desc=hit;dur=0.00", kept.fields, name, kept.body, last=kept.question.last)
        self._note(kept.question, name, len(kept.body), time.perf_counter() - self.now)
        return reply, kept.question.last

    @property
    def lends(self) -> bool:
        """Whether questions can be asked here at all."""
        return self._evaluator is not None

    def asked(self, connection: Connection, raw: bytes) -> Ask | None:
        """The question under way that a request is, where it is like others that are asked here."""
        question = self.questions.like_others(raw) if self._evaluator else None
        return self.ask(connection, question) if question else None

    def ask(self, connection: Connection, question: Question) -> Ask | None:
        """The question under way, where it is one that is asked here."""
        evaluator = self._evaluator
        if evaluator is None or question.shape not in self._shapes:
            return None
        asked = Ask(connection, question, self.now)
        if not evaluator.ask(asked, self.now):
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
            self._keep(question, bytes(passing.fields), bytes(passing.body))

    def unavailable(self) -> bytes:
        """What a client is told while there is no application."""
        head = b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/problem+json\r\nretry-after: 1\r\n"
        tail = b"cache-control: no-store\r\nconnection: close\r\ncontent-length: %d\r\n\r\n" % len(_UNAVAILABLE)
        return head + self._borne + tail + _UNAVAILABLE

    def _done(self, ask: Ask) -> None:
        """Send what the evaluator has answered."""
        question, body = ask.question, bytes(ask.body)
        if question.packs and len(body) >= PACKED:
            self._turned_away(ask)
            return
        now = time.perf_counter()
        queued, evaluated = ask.begun - ask.came, now - ask.begun
        told = times(queued, evaluated - ask.written, ask.written)
        named, name = self._fields(ask, len(body)), request_id(question.given)
        ask.connection.answer(self._reply(told.encode(), named, name, body, last=question.last), last=question.last)
        if ask.etag:
            self._keep(question, named, body)
        if evaluated > _SLOW:
            self._shapes.forget(question.shape)
        self._note(question, name, len(body), time.perf_counter() - ask.came, queued, evaluated)

    def _keep(self, question: Question, told: bytes, body: bytes) -> None:
        self._memory.keep(question.raw, Kept(told, body, question))

    def _note(
        self, question: Question, name: str, length: int, seconds: float, queued: float = -1.0, evaluated: float = 0.0
    ) -> None:
        """Take note of an answer, which had been made before where it did not wait."""
        query = question.plain.request.query
        kept = queued < 0
        told = Answered(name, question.method, query, length, seconds, max(0.0, queued), evaluated, kept=kept)
        self._answered.append(told)

    def _turned_away(self, ask: Ask) -> None:
        """What the evaluator cannot answer, or not shortly, is for the application, and so are others like it."""
        self._shapes.ban(ask.question.shape)
        ask.connection.turn_away(ask)

    def _fields(self, ask: Ask, length: int) -> bytes:
        told = fields(ask.question.plain, ask.etag, length)
        return "".join(f"{name.lower()}: {value}\r\n" for name, value in told).encode("latin-1") + self._borne

    def _reply(self, timing: bytes, told: bytes, name: str, body: bytes, *, last: bool) -> bytes:
        end = b"connection: close\r\n\r\n" if last else b"\r\n"
        return b"HTTP/1.1 200 OK\r\nserver-timing: %b\r\n%bx-request-id: %b\r\ndate: %b\r\n%b%b" % (
            timing, told, name.encode(), self._today(), end, body,
        )  # fmt: skip

    def _today(self) -> bytes:
        second = int(time.time())
        if second != self._second:
            self._second, self._date = second, formatdate(second, usegmt=True).encode()
        return self._date

    def _pause(self) -> float:
        """Seconds until something is to be done, whatever comes."""
        until = self._swept + _SWEEP
        if self._has_news():
            until = min(until, self._told + _REPORT)
        if self._evaluator and self._evaluator.begun is not None:
            until = min(until, self._evaluator.begun + PATIENCE)
        return max(0.0, until - time.perf_counter())

    def _look_at(self, evaluator: Evaluator) -> None:
        """Give the evaluator up that takes too long."""
        if evaluator.begun is None or self.now - evaluator.begun <= PATIENCE:
            return
        # On a machine that stood still it may have answered meanwhile.
        self._frames(0)
        if self._evaluator is evaluator and evaluator.begun is not None and self.now - evaluator.begun > PATIENCE:
            self._give_up(evaluator)

    def _frames(self, _: int) -> None:
        if evaluator := self._evaluator:
            try:
                evaluator.read(time.perf_counter())
            except Lost:
                self._give_up(evaluator)

    def _give_up(self, evaluator: Evaluator) -> None:
        """Ask the evaluator no more; the application answers what it has not, and lends another."""
        self._lost = evaluator.number
        for place, ask in enumerate(self._return(evaluator)):
            if not place:
                self._shapes.ban(ask.question.shape)
            ask.over = True
            ask.connection.turn_away(ask)
        self._tell()

    def _return(self, evaluator: Evaluator) -> list[Ask]:
        """The questions that it leaves."""
        self._evaluator = None
        self.selector.unregister(evaluator)
        return evaluator.left()

    def _meet(self, _: int) -> None:
        """The application is there."""
        connection, _address = self._control.accept()
        connection.setblocking(False)
        self._part()
        self._channel = Channel(connection)
        self.selector.register(self._channel, selectors.EVENT_READ, self._hear)

    def _part(self) -> None:
        """The application is there no more, or is another one."""
        self._show("")
        if self._channel:
            self.selector.unregister(self._channel)
            self._channel.close()
            self._channel = None

    def _hear(self, _: int) -> None:
        channel = self._channel
        if channel is None:
            return
        try:
            for data in channel.receive():
                shown = msgspec.msgpack.decode(data, type=Shown)
                if shown.version != self._version or not shown.number:
                    self._show(shown.version)
                if shown.number:
                    self._borrow(Evaluator(shown, channel.pipes(), self._done, self._turned_away))
                self._open()
        except (OSError, EOFError, ValueError):
            self._part()

    def _show(self, version: str) -> None:
        """Answer nothing from other data than those that the application shows."""
        self._version = version
        self.shown += 1
        self._memory.clear()
        self._shapes.clear()
        self._borrow(None)

    def _borrow(self, evaluator: Evaluator | None) -> None:
        if self._evaluator:
            for ask in self._return(self._evaluator):
                ask.over = True
                ask.connection.turn_away(ask)
        self._evaluator = evaluator
        if evaluator:
            self.selector.register(evaluator, selectors.EVENT_READ, self._frames)

    def _open(self) -> None:
        """Take connections, from now on."""
        with contextlib.suppress(KeyError):
            self.selector.register(self._listening, selectors.EVENT_READ, self._accept)

    def _accept(self, _: int) -> None:
        for _turn in range(_AT_ONCE):
            try:
                client, _address = self._listening.accept()
            except BlockingIOError:
                return
            except OSError as fault:
                if fault.errno in _FULL:
                    # Those that rest are looked for, and then it goes on.
                    self.selector.unregister(self._listening)
                    self._swept = self.now - _SWEEP + 0.2
                return
            client.setblocking(False)
            with contextlib.suppress(OSError):
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._connections.add(Connection(self, client))

    def _sweep(self) -> None:
        self._swept = self.now
        for connection in [held for held in self._connections if held.overdue(self.now)]:
            connection.close()
        if self._channel:
            self._open()

    def _has_news(self) -> bool:
        return bool(self._answered or self._left or self._lost or (self._channel and self._channel.held))

    def _tell(self) -> None:
        """Tell the application what has happened."""
        self._told = self.now
        told = Told(self._answered, self._left, self._lost)
        self._answered, self._left, self._lost = [], [], 0
        # An application that hears nothing any more is not told for ever.
        if self._channel and self._channel.held < _MOST_HELD:
            with contextlib.suppress(OSError):
                self._channel.post(told)

    def _end(self, _: int) -> None:
        os._exit(0)


def main(listening: str, control: str, application: str) -> None:
    """The life of the process: the number of the listening socket, and where to meet the application."""
    # It ends with the process that started it, which hears the terminal's interrupt.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _allow_many()
    with contextlib.suppress(FileNotFoundError):
        Path(control).unlink()
    Desk(socket.socket(fileno=int(listening)), control, application).run()


def _allow_many() -> None:
    """Let this process have as many connections as the system allows it."""
    with contextlib.suppress(OSError, ValueError):
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


if __name__ == "__main__":
    main(*sys.argv[1:])
