"""One question to a service over HTTP and the bytes of its answer, over connections that are used again."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from functools import partial
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import urlsplit

from converter.errors import UsageError
from server.sparql import ClientLeft, QueryTimeout, ServiceFailed
from server.sparql.client_disconnect import Wait

_CONNECTING = 10.0
"""Seconds that a connection may take."""


class Service:
    """Who is asked, at `url`; at most `idle` connections are kept.

    Raises UsageError where the address is none.
    """

    def __init__(self, url: str, idle: int) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None:
            raise UsageError(f"the endpoint {url!r} must begin with http:// or https:// and name a host, and no user")
        self._connected = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._host, self._port = parts.hostname, parts.port
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._most = idle
        self._idle: list[HTTPConnection] = []
        self._closed = False
        self._lock = threading.Lock()

    def post(self, body: str, headers: dict[str, str], deadline: float, wait: Wait) -> Exchange:
        """The exchange, once the head of the answer is there; the deadline is one of time.monotonic.

        Raises QueryTimeout, ClientLeft where nobody waits for it any more, or ServiceFailed where nobody answers.
        """
        with self._lock:
            kept = self._idle.pop() if self._idle else None
        if kept:
            try:
                return self._posted(kept, body, headers, deadline, wait)
            except (OSError, HTTPException):
                # It may have been closed at the other end since.
                kept.close()
        fresh = self._connected(self._host, self._port, timeout=min(_CONNECTING, _left(deadline)))
        try:
            fresh.connect()
            return self._posted(fresh, body, headers, deadline, wait)
        except (OSError, HTTPException) as fault:
            fresh.close()
            if wait.deserted:
                raise ClientLeft from None
            raise ServiceFailed(f"the service behind this site does not answer ({fault}); try again later") from None

    def close(self) -> None:
        """Close the connections that are kept."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def give_back(self, connection: HTTPConnection) -> None:
        """Keep a connection whose answer was read to its end."""
        with self._lock:
            if len(self._idle) < self._most and not self._closed:
                self._idle.append(connection)
                return
        connection.close()

    def _posted(
        self, connection: HTTPConnection, body: str, headers: dict[str, str], deadline: float, wait: Wait
    ) -> Exchange:
        if connection.sock is not None:
            connection.sock.settimeout(_left(deadline))
            wait.give_up = partial(_cut, connection.sock)
        if wait.deserted:
            raise ConnectionAbortedError
        try:
            connection.request("POST", self._path, body, headers)
            return Exchange(self, connection, connection.getresponse(), deadline)
        except TimeoutError:
            connection.close()
            raise _late() from None


class Exchange:
    """The answer to one question; closing it before its end closes the connection."""

    def __init__(self, service: Service, connection: HTTPConnection, response: HTTPResponse, deadline: float) -> None:
        self._service, self._connection, self._response = service, connection, response
        self.deadline = deadline
        """When the next bytes must have come, by time.monotonic."""
        self.status = response.status

    def header(self, name: str) -> str:
        """The value of a header, empty where there is none."""
        return self._response.getheader(name) or ""

    @property
    def media_type(self) -> str:
        """What the answer is said to be."""
        return self.header("Content-Type").partition(";")[0].strip().lower()

    def read(self, length: int) -> bytes:
        """The next bytes, at most so many; none at the end.

        Raises QueryTimeout at the deadline, ServiceFailed where the answer is broken off.
        """
        if self._connection.sock is not None:
            self._connection.sock.settimeout(_left(self.deadline))
        try:
            return self._response.read1(length)
        except TimeoutError:
            raise _late() from None
        except (OSError, HTTPException) as fault:
            raise ServiceFailed(f"the service behind this site broke its answer off ({fault})") from None

    def close(self) -> None:
        """Keep the connection where the answer is at its end, close it where not."""
        # With a known length the last byte is the end, although nobody has read beyond it.
        at_end = self._response.isclosed() or self._response.length == 0
        self._response.close()
        if at_end and not self._response.will_close:
            self._service.give_back(self._connection)
        else:
            self._connection.close()


def _cut(connection: socket.socket) -> None:
    """End a connection from which another thread reads."""
    with contextlib.suppress(OSError):
        # Of one that is encrypted too, whose own way is not for two threads.
        socket.socket.shutdown(connection, socket.SHUT_RDWR)


def _left(deadline: float) -> float:
    """The seconds until a deadline.

    Raises QueryTimeout where there is none left.
    """
    left = deadline - time.monotonic()
    if left <= 0:
        raise _late()
    return left


def _late() -> QueryTimeout:
    return QueryTimeout("the service took longer than is allowed")
