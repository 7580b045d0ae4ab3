"""One client's connection: its requests, one after the other, each answered here or by the application behind.

What the application answers is passed on byte by byte, no faster than the client takes it.  Each client has a
connection to the application of its own, so that no request can be taken for another's.
"""

from __future__ import annotations

import contextlib
import enum
import socket
from selectors import EVENT_READ, EVENT_WRITE
from typing import TYPE_CHECKING

from server.reception import heads
from server.reception.passing import Passing
from server.reception.question import Question, may_be_one

if TYPE_CHECKING:
    from server.reception.desk import Desk
    from server.reception.evaluator import Ask

_BLOCK, _PIECE = 1 << 16, 1 << 18
"""Bytes that are read at one time from a client, and from the application."""
_AHEAD = 1 << 17
"""Bytes that a client may send ahead of the answers."""
_IDLE, _LATE, _STUCK, _DRAINING = 60.0, 30.0, 120.0, 2.0
"""Seconds that a connection may rest, a head may take, a client may take nothing, and the last of it may be awaited."""
_FRESH = 5.0
"""Seconds for which a connection to the application is used again: it may be about to be closed."""


class State(enum.Enum):
    """What is under way on a connection."""

    IDLE = enum.auto()
    """Nothing, or a request of which not all has come."""
    ASKED = enum.auto()
    """A question is with the evaluator."""
    PASSING = enum.auto()
    """A request is with the application."""
    TUNNEL = enum.auto()
    """All bytes are passed on as they are, since the framing of a request was unusual."""
    DRAINING = enum.auto()
    """All has been said; what the client still sends is read away, so that it sees the end of the answer."""


class Connection:
    """A client, and the application behind."""

    __slots__ = (
        "_ask", "_came", "_client", "_client_mask", "_desk", "_ended", "_last", "_passing", "_since", "_state",
        "_to_client", "_to_upstream", "_upstream", "_upstream_mask", "_used", "closed",
    )  # fmt: skip

    def __init__(self, desk: Desk, client: socket.socket) -> None:
        self._desk, self._client = desk, client
        self._state = State.IDLE
        self._came, self._to_client, self._to_upstream = bytearray(), bytearray(), bytearray()
        self._ask: Ask | None = None
        self._passing: Passing | None = None
        self._upstream: socket.socket | None = None
        self._client_mask = self._upstream_mask = 0
        self._used = 0.0
        self._since = desk.now
        self._ended = self._last = self.closed = False
        self._watch()

    def client_ready(self, mask: int) -> None:
        """The client has sent something, or takes more."""
        if self.closed:
            return
        if self._state is not State.DRAINING and (self._state is not State.IDLE or not self._came):
            self._since = self._desk.now
        if mask & EVENT_WRITE:
            self._send_client(b"")
        if mask & EVENT_READ and not self.closed:
            self._read_client()
        self._watch()

    def upstream_ready(self, mask: int) -> None:
        """The application has sent something, or takes more."""
        if self.closed or self._upstream is None:
            return
        self._since = self._desk.now
        if mask & EVENT_WRITE:
            self._send_upstream(b"")
        if mask & EVENT_READ and not self.closed:
            self._read_upstream(self._upstream)
        self._watch()

    def answer(self, data: bytes, *, last: bool) -> None:
        """Send an answer that was made here."""
        self._state, self._ask = State.IDLE, None
        self._last = last
        self._send_client(data)
        self._go_on()
        self._watch()

    def turn_away(self, ask: Ask) -> None:
        """Let the application answer a question after all."""
        self._ask = None
        self._pass(ask.question.raw, 0, ask.question, last=ask.question.last)
        self._watch()

    def overdue(self, now: float) -> bool:
        """Whether it has rested, or its client has not gone on, for too long."""
        rested = now - self._since
        if self._state is State.DRAINING:
            return rested > _DRAINING
        if self._to_client:
            return rested > _STUCK
        return self._state is State.IDLE and rested > (_LATE if self._came else _IDLE)

    def close(self) -> None:
        """Close it; whoever works for its client is told."""
        if self.closed:
            return
        self.closed = True
        if self._ask:
            self._ask.over = True
        if self._passing:
            self._desk.has_left(self._passing.name)
        self._drop_upstream()
        if self._client_mask:
            self._desk.selector.unregister(self._client)
        self._client.close()
        self._desk.forget(self)

    def _read_client(self) -> None:
        try:
            data = self._client.recv(_BLOCK)
        except BlockingIOError:
            return
        except OSError:
            self.close()
            return
        if self._state is State.IDLE and data and not self._came and not self._to_client:
            # Nearly all requests come in one piece, and alone.
            if not self._at_once(data):
                self._came += data
                self._go_on()
        elif self._state is State.DRAINING:
            if not data:
                self.close()
        elif data:
            self._came += data
            self._go_on()
        elif self._state is State.ASKED or (self._state is State.IDLE and self._to_client):
            # It may wait for the answer that is on its way.
            self._ended = True
        else:
            self.close()

    def _at_once(self, data: bytes) -> bool:
        """Whether the bytes are a request that is answered here, or about to be."""
        desk = self._desk
        if again := desk.repeated(data):
            reply, self._last = again
            self._send_client(reply)
        elif ask := desk.asked(self, data):
            self._state, self._ask = State.ASKED, ask
        else:
            return False
        if self._last:
            self._finish()
        return True

    def _go_on(self) -> None:
        """Do what the bytes that have come ask for."""
        while not self.closed:
            if self._state is State.IDLE and (self._last or (self._ended and not self._came)):
                self._finish()
                return
            if self._state is State.IDLE and self._came:
                if not self._begin():
                    return
            elif self._state is State.PASSING and self._passing and self._passing.rest and self._came:
                part = bytes(self._came[: self._passing.rest])
                del self._came[: len(part)]
                self._passing.rest -= len(part)
                self._send_upstream(part)
                return
            elif self._state is State.TUNNEL and self._came:
                part = bytes(self._came)
                self._came.clear()
                self._send_upstream(part)
                return
            else:
                return

    def _begin(self) -> bool:
        """Begin with the next request; False where more of it has to come."""
        came = self._came
        end = came.find(heads.END) + len(heads.END)
        if end < len(heads.END) and len(came) <= heads.LARGEST and b"\n\n" not in came:
            return False
        head = heads.read(bytes(came[:end]))
        if head is None:
            return self._tunnel()
        whole = head.length + head.body
        question = None
        if self._desk.lends and may_be_one(head):
            if len(came) < whole:
                return False
            question = self._desk.questions.read(head, bytes(came[:whole]))
        raw = bytes(came[:whole])
        del came[:whole]
        if question and (ask := self._desk.ask(self, question)):
            self._state, self._ask = State.ASKED, ask
        else:
            self._pass(raw, whole - len(raw), question, last=head.last, head_only=head.method == "HEAD")
        return True

    def _pass(self, raw: bytes, rest: int, question: Question | None, *, last: bool, head_only: bool = False) -> None:
        """Pass a request on, of which so many bytes have still to come."""
        self._state = State.PASSING
        desk = self._desk
        self._passing = Passing(desk.name(), question, desk.shown, rest=rest, last=last, head_only=head_only)
        if self._reach():
            self._send_upstream(self._passing.named(raw))

    def _tunnel(self) -> bool:
        self._state = State.TUNNEL
        return self._reach()

    def _reach(self) -> bool:
        """Whether there is a connection to the application; where there is none, the client is told."""
        if self._upstream and self._desk.now - self._used < _FRESH:
            return True
        self._drop_upstream()
        try:
            self._upstream = self._desk.connect()
        except OSError:
            self._state, self._passing, self._last = State.IDLE, None, True
            self._came.clear()
            self._send_client(self._desk.unavailable())
            self._finish()
            return False
        return True

    def _read_upstream(self, upstream: socket.socket) -> None:
        try:
            data = upstream.recv(_PIECE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        passing = self._passing
        if self._state is State.TUNNEL:
            self._send_client(data)
            if not data:
                self._finish()
        elif passing is None:
            # It says nothing without being asked, but that it ends.
            self._drop_upstream()
        else:
            complete = passing.came(data)
            self._send_client(data)
            if not self.closed and (complete or not data):
                self._passed(passing, complete=complete)

    def _passed(self, passing: Passing, *, complete: bool) -> None:
        """The answer of the application has ended, or broken off."""
        self._state, self._passing = State.IDLE, None
        self._used = self._desk.now
        if complete:
            self._desk.learn(passing)
        self._last = self._last or not complete or passing.last
        if self._last or passing.rest:
            self._drop_upstream()
            self._finish()
        self._go_on()

    def _finish(self) -> None:
        """Close the connection, once the client has taken all."""
        self._drop_upstream()
        if self.closed or self._state is State.DRAINING:
            return
        self._last, self._passing = True, None
        self._state = State.IDLE
        if not self._to_client:
            self._state = State.DRAINING
            self._came.clear()
            if self._ended:
                self.close()
                return
            with contextlib.suppress(OSError):
                self._client.shutdown(socket.SHUT_WR)

    def _send_client(self, data: bytes) -> None:
        """Send to the client, after what waits; what does not go now waits."""
        if self._send(self._client, self._to_client, data):
            if self._last and self._state is State.IDLE and not self._to_client and not data:
                self._finish()
        else:
            self.close()

    def _send_upstream(self, data: bytes) -> None:
        if self._upstream and not self._send(self._upstream, self._to_upstream, data):
            # What it has said before it closed is still to be read.
            self._to_upstream.clear()

    @staticmethod
    def _send(to: socket.socket, waiting: bytearray, data: bytes) -> bool:
        """Whether the other side is there."""
        try:
            if waiting:
                waiting += data
                del waiting[: to.send(waiting)]
            elif data:
                sent = to.send(data)
                if sent < len(data):
                    waiting += memoryview(data)[sent:]
        except BlockingIOError:
            if not waiting:
                waiting += data
        except OSError:
            return False
        return True

    def _drop_upstream(self) -> None:
        if self._upstream:
            if self._upstream_mask:
                self._desk.selector.unregister(self._upstream)
            self._upstream.close()
            self._upstream, self._upstream_mask = None, 0
            self._to_upstream.clear()

    def _watch(self) -> None:
        """Wait for what is to be done next, and for nothing else."""
        if self.closed:
            return
        reads = not self._ended and len(self._came) < _AHEAD and not self._to_upstream
        mask = (EVENT_READ if reads else 0) | (EVENT_WRITE if self._to_client else 0)
        if mask != self._client_mask:
            self._desk.await_(self._client, self._client_mask, mask, self.client_ready)
            self._client_mask = mask
        if self._upstream:
            mask = (0 if self._to_client else EVENT_READ) | (EVENT_WRITE if self._to_upstream else 0)
            if mask != self._upstream_mask:
                self._desk.await_(self._upstream, self._upstream_mask, mask, self.upstream_ready)
                self._upstream_mask = mask
