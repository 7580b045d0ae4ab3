"""One question to a service over HTTP and the bytes of its answer, over connections that are used again."""

from __future__ import annotations

import contextlib
import socket
import time
from functools import partial
from typing import cast
from urllib.parse import urlsplit

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, ProtocolError, ReadTimeoutError
from urllib3.response import HTTPResponse

from converter.errors import UsageError, network_reason
from server.sparql import ClientLeft, QueryTimeout, ServiceFailed
from server.sparql.client_disconnect import Wait, current_wait

_CONNECTING, _LEAST = 10.0, 0.001
"""Seconds that a connection may take, and that what has come already is waited for."""


class _Connection(HTTPConnection):
    """A connection that is cut when nobody waits any more for the answer on it."""

    def getresponse(self) -> HTTPResponse:  # type: ignore[override] # as urllib3 has it
        with current_wait() as wait:
            wait.give_up = partial(_cut, self.sock)
            if wait.deserted:
                raise ConnectionAbortedError
            return super().getresponse()


class _SecureConnection(_Connection, HTTPSConnection):
    """The same, encrypted."""


class Service:
    """Who is asked, at `url`; at most `idle` connections are kept.

    Raises UsageError where the address is none.
    """

    def __init__(self, url: str, idle: int) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None:
            raise UsageError(f"the endpoint {url!r} must begin with http:// or https:// and name a host, and no user")
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._pool = urllib3.connection_from_url(url, maxsize=idle)
        self._pool.ConnectionCls = _SecureConnection if parts.scheme == "https" else _Connection

    def post(self, body: str, headers: dict[str, str], deadline: float, wait: Wait, *, again: bool = True) -> Exchange:
        """The exchange, once the head of the answer is there; the deadline is one of time.monotonic.

        Raises QueryTimeout, ClientLeft where nobody waits for it any more, or ServiceFailed where nobody answers.
        """
        left = _left(deadline)
        try:
            response = self._pool.urlopen(
                "POST", self._path, body, headers, retries=False, redirect=False, preload_content=False,
                timeout=urllib3.Timeout(connect=min(_CONNECTING, left), read=left),
            )  # fmt: skip
        except ReadTimeoutError:
            raise _late() from None
        except HTTPError as fault:
            if wait.deserted:
                raise ClientLeft from None
            if again and isinstance(fault, ProtocolError):
                # A connection that was kept may have been closed at the other end since.
                return self.post(body, headers, deadline, wait, again=False)
            reason = f"the service behind this site does not answer ({network_reason(fault)}); try again later"
            raise ServiceFailed(reason) from None
        return Exchange(response, deadline)

    def close(self) -> None:
        """Close the connections that are kept."""
        self._pool.close()


class Exchange:
    """The answer to one question; closing it before its end closes the connection."""

    def __init__(self, response: urllib3.BaseHTTPResponse, deadline: float) -> None:
        self._response = response
        self.deadline = deadline
        """When the next bytes must have come, by time.monotonic."""
        self.status = response.status

    def header(self, name: str) -> str:
        """The value of a header, empty where there is none."""
        return self._response.headers.get(name, "")

    @property
    def media_type(self) -> str:
        """What the answer is said to be."""
        return self.header("Content-Type").partition(";")[0].strip().lower()

    def read(self, length: int) -> bytes:
        """The next bytes, at most so many; none at the end.

        Raises QueryTimeout at the deadline, ServiceFailed where the answer is broken off.
        """
        connection = cast("HTTPConnection | None", self._response.connection)
        if connection and connection.sock:
            connection.sock.settimeout(_left(self.deadline))
        try:
            return self._response.read1(length)
        except ReadTimeoutError:
            raise _late() from None
        except HTTPError as fault:
            raise ServiceFailed(
                f"the service behind this site broke its answer off ({network_reason(fault)})"
            ) from None

    def close(self) -> None:
        """Close the connection, unless the answer is at its end: then it is kept."""
        self._response.close()


def _cut(connection: socket.socket) -> None:
    """End a connection from which another thread reads."""
    with contextlib.suppress(OSError):
        # Of one that is encrypted too, whose own way is not for two threads.
        socket.socket.shutdown(connection, socket.SHUT_RDWR)


def _left(deadline: float) -> float:
    """The seconds until a deadline, which are never none."""
    return max(_LEAST, deadline - time.monotonic())


def _late() -> QueryTimeout:
    return QueryTimeout("the service took longer than is allowed")
