"""One client's connection: its requests, one after the other, each answered here or by the application behind.

What the application answers is passed on byte by byte, no faster than the client takes it.  Each client has a
connection to the application of its own, so that no request can be taken for another's.  A `Buffer` is one side of it,
a `Passing` the request that the application answers now.
"""

from __future__ import annotations

import contextlib
import enum
import socket
import struct
from collections.abc import Callable
from http.client import responses
from selectors import EVENT_READ, EVENT_WRITE, BaseSelector
from typing import Protocol

import httptools

from server.front import plain_request, request_heads
from server.front.plain_request import PlainRequest
from server.front.request_heads import Head
from server.front.responder import COMMON_FIELDS, Responder
from server.http.request_ids import PASSED_HEADER

_BLOCK, _PIECE = 1 << 16, 1 << 18
"""Bytes that are read at one time from a client, and from the application."""
_AHEAD = 1 << 17
"""Bytes that a client may send ahead of the answers."""
_IDLE, _LATE, _STUCK, _DRAINING = 60.0, 30.0, 120.0, 2.0
"""Seconds that a connection may rest, a head may take, a client may take nothing, and the last of it may be awaited."""
_FRESH = 5.0
"""Seconds for which a connection to the application is used again: it may be about to be closed."""
_OF_CONNECTION = frozenset({b"connection", b"keep-alive", b"transfer-encoding", b"trailer"})
_UNAVAILABLE = (
    b'{"type": "about:blank", "title": "Service Unavailable", "status": 503,'
    b' "detail": "The site is starting, stopping or overloaded; try again."}\n'
)


class Buffer:
    """One side of a connection: a socket that is never waited for alone; `ready` is called with its events."""

    def __init__(self, selector: BaseSelector, socket_: socket.socket, ready: Callable[[int], None]) -> None:
        self._selector, self._socket, self._ready = selector, socket_, ready
        self._mask = 0
        self.waiting = bytearray()
        """What did not go yet."""

    def receive(self, most: int) -> bytes | None:
        """What has come; nothing where it has ended, None where nothing has come.

        Raises OSError where it broke.
        """
        try:
            return self._socket.recv(most)
        except BlockingIOError:
            return None

    def send(self, data: bytes = b"") -> bool:
        """Send after what waits, as far as there is room, and say whether the other end is there."""
        waiting = self.waiting
        try:
            if waiting:
                waiting += data
                del waiting[: self._socket.send(waiting)]
            elif data:
                sent = self._socket.send(data)
                if sent < len(data):
                    waiting += memoryview(data)[sent:]
        except BlockingIOError:
            if not waiting:
                waiting += data
        except OSError:
            return False
        return True

    def watch(self, *, reads: bool) -> None:
        """Wait for what may be read, where it is wanted, and for room, where something waits."""
        mask = (EVENT_READ if reads else 0) | (EVENT_WRITE if self.waiting else 0)
        if mask == self._mask:
            return
        if not self._mask:
            self._selector.register(self._socket, mask, self._ready)
        elif mask:
            self._selector.modify(self._socket, mask, self._ready)
        else:
            self._selector.unregister(self._socket)
        self._mask = mask

    def end(self) -> None:
        """Say that nothing more is sent."""
        self._socket.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        """Let the other end see, once this is closed, that what it has is not all."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def close(self) -> None:
        """Close it."""
        if self._mask:
            self._selector.unregister(self._socket)
            self._mask = 0
        self._socket.close()


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
    """A request with the application: its name, how many of its bytes are to come, and how far its answer has come.

    The answer is passed on as it comes; a client of HTTP/1.0 is sent the same without chunks.
    """

    def __init__(self, head: Head, name: str, rest: int) -> None:
        self.name, self.rest, self.last = name, rest, head.last
        self._head = head
        self._parser = httptools.HttpResponseParser(self)
        self._fields, self._written = bytearray(), bytearray()
        """What a client of HTTP/1.0 is to be sent: the header fields, and what it has not been sent yet."""
        self._has_length = self._complete = False

    def named(self, raw: bytes) -> bytes:
        """The request with its name; no client can give it one that counts."""
        line, end, rest = raw.partition(b"\r\n")
        if self._head.old:
            line = line[:-1] + b"1"
        return b"%b%b%b: %b\r\n%b" % (line, end, PASSED_HEADER.encode(), self.name.encode(), rest)

    def came(self, data: bytes) -> tuple[bytes, bool]:
        """What the client is sent of these bytes of the answer, and whether it is complete with them."""
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self.last = True
        if self._head.old:
            data, self._written = bytes(self._written), bytearray()
        return data, self._complete

    @property
    def is_cut(self) -> bool:
        """Whether a client would take what it has of the answer, which broke off, for all of it."""
        return self._head.old and not self._complete and not self._has_length

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header field of the answer; those of the connection behind are no business of a client of HTTP/1.0."""
        name = name.lower()
        self._has_length = self._has_length or name == b"content-length"
        if self._is_without_body and name == b"connection" and value.lower() == b"close":
            self.last = True
        if self._head.old and name not in _OF_CONNECTION:
            self._fields += b"%b: %b\r\n" % (name, value)

    def on_headers_complete(self) -> None:
        """The head of the answer has come."""
        if self._head.old:
            status = self._parser.get_status_code()
            line = f"HTTP/1.1 {status} {responses.get(status, '')}\r\n".encode()
            self._written += line + self._fields + b"connection: close\r\n\r\n"
        self._complete = self._is_without_body
        # The parser would wait for the body of an answer to HEAD that does not say how long it would be.
        self.last = self.last or not (self._is_without_body or self._parser.should_keep_alive())

    def on_body(self, data: bytes) -> None:
        """A part of the answer's body."""
        if self._head.old:
            self._written += data

    def on_message_complete(self) -> None:
        """All of the answer has come."""
        self._complete = True

    @property
    def _is_without_body(self) -> bool:
        return self._head.method == "HEAD"


class Host(Protocol):
    """What a connection needs of the process that holds it; `now` is the time of this round of events."""

    now: float
    selector: BaseSelector
    """Where sockets are waited for."""
    responder: Responder
    """What is answered without the application."""

    def name(self) -> str:
        """A name for a request that is passed on."""

    def connect(self) -> socket.socket:
        """A connection to the application; raises OSError where there is none."""

    def has_left(self, name: str) -> None:
        """The client of that request has gone before its answer was complete."""

    def forget(self, connection: Connection) -> None:
        """The connection has been closed."""


class Connection:
    """A client, and the application behind."""

    def __init__(self, host: Host, client: socket.socket, address: str) -> None:
        self._host, self._address = host, address
        self._client = Buffer(host.selector, client, self._client_ready)
        self._state = State.IDLE
        self._came = bytearray()
        self._passing: Passing | None = None
        self._upstream: Buffer | None = None
        self._used = 0.0
        self._since = host.now
        self._ended = self._last = self.closed = False
        self._watch()

    def pass_on(self, asked: PlainRequest) -> None:
        """Let the application answer a request after all."""
        self._pass(asked.head, asked.raw, 0)
        self._watch()

    @property
    def busy(self) -> bool:
        """Whether an answer is on its way, or a part of it has not gone yet."""
        return self._passing is not None or bool(self._client.waiting)

    def overdue(self, now: float) -> bool:
        """Whether it has rested, or its client has not gone on, for too long."""
        rested = now - self._since
        if self._state is State.DRAINING:
            return rested > _DRAINING
        if self._client.waiting:
            return rested > _STUCK
        return self._state is State.IDLE and rested > (_LATE if self._came else _IDLE)

    def close(self) -> None:
        """Close it; whoever works for its client is informed."""
        if self.closed:
            return
        self.closed = True
        if self._passing:
            self._host.has_left(self._passing.name)
        self._drop_upstream()
        self._client.close()
        self._host.forget(self)

    def _client_ready(self, mask: int) -> None:
        """The client has sent something, or takes more."""
        if self.closed:
            return
        if self._state is not State.DRAINING and (self._state is not State.IDLE or not self._came):
            self._since = self._host.now
        if mask & EVENT_WRITE:
            self._send_client()
        if mask & EVENT_READ and not self.closed:
            self._read_client()
        self._watch()

    def _upstream_ready(self, mask: int) -> None:
        """The application has sent something, or takes more."""
        if self.closed or self._upstream is None:
            return
        self._since = self._host.now
        if mask & EVENT_WRITE:
            self._send_upstream()
        if mask & EVENT_READ and not self.closed:
            self._read_upstream(self._upstream)
        self._watch()

    def _read_client(self) -> None:
        try:
            data = self._client.receive(_BLOCK)
        except OSError:
            self.close()
            return
        if data is None:
            return
        if self._state is State.DRAINING:
            if not data:
                self.close()
        elif data:
            self._came += data
            self._go_on()
        elif self._state is State.IDLE and self._client.waiting:
            # It may wait for the answer that is on its way.
            self._ended = True
        elif (self._state is State.IDLE and self._came) or (self._passing and self._passing.rest):
            self._break_off()
        else:
            self.close()

    def _break_off(self) -> None:
        """Let the application say what it is to a request of which the rest will not come."""
        self._ended = True
        if self._state is State.IDLE:
            self._state = State.TUNNEL
            if self._reach():
                self._send_upstream(bytes(self._came))
                self._came.clear()
        if self._upstream:
            self._upstream.end()

    def _go_on(self) -> None:
        """Do what the bytes that have come ask for."""
        while not self.closed:
            if self._state is State.IDLE and (self._last or (self._ended and not self._came)):
                self._finish()
                return
            if self._state is State.IDLE and self._came:
                if not self._begin():
                    return
                continue
            passing = self._passing
            if self._came and (self._state is State.TUNNEL or (passing and passing.rest)):
                part = bytes(self._came[: passing.rest] if passing else self._came)
                del self._came[: len(part)]
                if passing:
                    passing.rest -= len(part)
                self._send_upstream(part)
            return

    def _begin(self) -> bool:
        """Begin with the next request; False where more of it has to come."""
        came = self._came
        end = came.find(request_heads.END) + len(request_heads.END)
        if end < len(request_heads.END) and len(came) <= request_heads.LARGEST and b"\n\n" not in came:
            return False
        head = request_heads.read(bytes(came[:end]))
        if head is None:
            self._state = State.TUNNEL
            return self._reach()
        whole, responder = head.length + head.body, self._host.responder
        is_plain = responder.is_open and plain_request.may_be_one(head)
        if is_plain and len(came) < whole:
            return False
        raw = bytes(came[:whole])
        del came[:whole]
        asked = plain_request.read(head, raw) if is_plain else None
        reply = asked and responder.respond(asked, self._host.now, self.pass_on)
        if reply is None:
            self._pass(head, raw, whole - len(raw))
        else:
            self._last = head.last
            self._send_client(reply)
        return True

    def _pass(self, head: Head, raw: bytes, rest: int) -> None:
        """Pass a request on, of which so many bytes have still to come."""
        self._state = State.PASSING
        passing = self._passing = Passing(head, f"{self._host.name()}@{self._address}", rest)
        if self._reach():
            self._send_upstream(passing.named(raw))

    def _reach(self) -> bool:
        """Whether there is a connection to the application; where there is none, the client gets 503."""
        if self._upstream and self._host.now - self._used < _FRESH:
            return True
        self._drop_upstream()
        try:
            self._upstream = Buffer(self._host.selector, self._host.connect(), self._upstream_ready)
        except OSError:
            self._came.clear()
            self._state, self._passing = State.IDLE, None
            self._send_client(_unavailable())
            self._finish()
            return False
        return True

    def _read_upstream(self, upstream: Buffer) -> None:
        try:
            data = upstream.receive(_PIECE)
        except OSError:
            data = b""
        passing = self._passing
        if data is None:
            return
        if self._state is State.TUNNEL:
            self._send_client(data)
            if not data:
                self._finish()
        elif passing is None:
            # It says nothing without being asked, but that it ends.
            self._drop_upstream()
        else:
            sent, complete = passing.came(data)
            self._send_client(sent)
            if not self.closed and (complete or not data):
                self._passed(passing, complete=complete)

    def _passed(self, passing: Passing, *, complete: bool) -> None:
        """The answer of the application has ended, or broken off."""
        self._state, self._passing = State.IDLE, None
        self._used = self._host.now
        if passing.is_cut:
            self._client.reset()
            self.close()
            return
        self._last = self._last or not complete or passing.last or passing.rest > 0
        if self._last:
            self._drop_upstream()
        self._go_on()

    def _finish(self) -> None:
        """Close the connection, once the client has taken all."""
        self._drop_upstream()
        if self.closed or self._state is State.DRAINING:
            return
        self._last, self._passing, self._state = True, None, State.IDLE
        if self._client.waiting:
            return
        if self._ended:
            self.close()
            return
        self._state = State.DRAINING
        self._came.clear()
        with contextlib.suppress(OSError):
            self._client.end()

    def _send_client(self, data: bytes = b"") -> None:
        """Send to the client; where all that waited has gone, the connection may be at its end."""
        if not self._client.send(data):
            self.close()
        elif not data and self._state is State.IDLE and not self._client.waiting and (self._last or self._ended):
            self._finish()

    def _send_upstream(self, data: bytes = b"") -> None:
        if self._upstream and not self._upstream.send(data):
            # What it has said before it closed is still to be read.
            self._upstream.waiting.clear()

    def _drop_upstream(self) -> None:
        if self._upstream:
            self._upstream.close()
            self._upstream = None

    def _watch(self) -> None:
        """Wait for what is to be done next, and for nothing else: no side sends faster than the other takes."""
        if self.closed:
            return
        upstream = self._upstream
        stuck = upstream is not None and bool(upstream.waiting)
        self._client.watch(reads=not self._ended and len(self._came) < _AHEAD and not stuck)
        if upstream:
            upstream.watch(reads=not self._client.waiting)


def _unavailable() -> bytes:
    """The answer, with which a connection ends."""
    head = b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/problem+json\r\nretry-after: 1\r\n"
    tail = b"cache-control: no-store\r\nconnection: close\r\ncontent-length: %d\r\n\r\n" % len(_UNAVAILABLE)
    return head + COMMON_FIELDS + tail + _UNAVAILABLE
