"""A SPARQL 1.1 endpoint elsewhere, in the place of our own store: every page and feed works over it.

Source: https://www.w3.org/TR/sparql11-protocol/; the version is the digest of a probe, asked again after some seconds.
"""

from __future__ import annotations

import hashlib
import re
import threading
import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from types import TracebackType
from typing import Self
from urllib.parse import urlencode, urlsplit

from converter.errors import UsageError
from server.endpoint import QuerySyntax, QueryTimeout, QueueFull, Refused, Request, WorkerDied
from server.endpoint.formats import FORMATS

_BLOCK = 65_536
_REASON = 2_000
_PROBE = Request("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "csv", inside=True)
_PLACE = re.compile(r"line:?\s+(\d+)(?:,\s*|\s+)col(?:umn)?:?\s+(\d+)|at (\d+):(\d+)", re.IGNORECASE)
# Media types that a service may know in the place of ours.
_ALSO = {"ttl": "text/turtle", "jsonld": "application/ld+json", "nt": "application/n-triples, text/plain;q=0.5"}


class Remote:
    """The service at `url`; `timeout` in seconds, `largest` in bytes of one answer, `idle` connections are kept.

    `recheck` is how many seconds the version holds before it is probed again.
    """

    def __init__(
        self, url: str, *, timeout: float = 30.0, largest: int = 1 << 30, idle: int = 8, recheck: float = 5.0
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise UsageError(f"the endpoint {url!r} must begin with http:// or https:// and name a host")
        self.timeout, self.largest = timeout, largest
        self._secure, self._host, self._port = parts.scheme == "https", parts.hostname, parts.port
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._most, self._recheck = idle, recheck
        self._idle: list[HTTPConnection] = []
        self._lock = threading.Lock()
        self._probing = threading.Lock()
        self._version, self._checked = "", float("-inf")

    @property
    def version(self) -> str:
        """The version of the dataset: the digest of how many triples there are; the last one while it is out of reach.

        Raises WorkerDied or QueryTimeout where the service has never answered.
        """
        with self._probing:
            if time.monotonic() - self._checked >= self._recheck:
                try:
                    with self.ask(_PROBE) as answer:
                        self._version = hashlib.sha256(b"".join(answer)).hexdigest()[:16]
                except (QueryTimeout, WorkerDied, QueueFull):
                    if not self._version:
                        raise
                self._checked = time.monotonic()
            return self._version

    def ask(self, request: Request) -> RemoteAnswer:
        """The answer, once the service has said that there is one.

        Raises QuerySyntax, QueryTimeout, QueueFull, WorkerDied or Refused.
        """
        deadline = time.monotonic() + self.timeout
        body = urlencode(
            [
                ("query", request.query),
                *(("default-graph-uri", graph) for graph in request.default_graphs),
                *(("named-graph-uri", graph) for graph in request.named_graphs),
            ]
        )
        format_ = FORMATS[request.format]
        headers = {
            "Accept": _ALSO.get(request.format, format_.media_types[0]),
            "Content-Type": "application/x-www-form-urlencoded",
            "User-Agent": "shelfgraph",
        }
        connection, response = self._sent(body, headers)
        answer = RemoteAnswer(self, connection, response, deadline)
        if response.status != 200:
            with answer:
                raise _fault(response.status, answer.beginning(_REASON))
        kind = (response.getheader("Content-Type") or "").partition(";")[0].strip().lower()
        if kind not in format_.media_types:
            answer.close()
            raise WorkerDied(f"the service answered as {kind or 'nothing named'}, and not as {format_.media_types[0]}")
        return answer

    def close(self) -> None:
        """Close the connections that are kept."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def give_back(self, connection: HTTPConnection) -> None:
        """Keep a connection whose answer was read to its end."""
        with self._lock:
            if len(self._idle) < self._most:
                self._idle.append(connection)
                return
        connection.close()

    def _sent(self, body: str, headers: dict[str, str]) -> tuple[HTTPConnection, HTTPResponse]:
        """The connection and the head of the answer; a kept connection may have been closed at the other end."""
        with self._lock:
            kept = self._idle.pop() if self._idle else None
        if kept:
            try:
                return kept, self._asked(kept, body, headers)
            except TimeoutError:
                kept.close()
                raise QueryTimeout("the service took longer than is allowed") from None
            except (OSError, HTTPException):
                kept.close()
        fresh = (HTTPSConnection if self._secure else HTTPConnection)(self._host, self._port, timeout=self.timeout)
        try:
            return fresh, self._asked(fresh, body, headers)
        except TimeoutError:
            fresh.close()
            raise QueryTimeout("the service took longer than is allowed") from None
        except (OSError, HTTPException) as fault:
            fresh.close()
            raise QueueFull(f"the service {self._host} does not answer ({fault}); try again later") from None

    def _asked(self, connection: HTTPConnection, body: str, headers: dict[str, str]) -> HTTPResponse:
        connection.request("POST", self._path, body, headers)
        return connection.getresponse()


class RemoteAnswer:
    """The bytes of one answer; leaving it before its end closes the connection."""

    def __init__(self, remote: Remote, connection: HTTPConnection, response: HTTPResponse, deadline: float) -> None:
        self._remote, self._connection, self._response = remote, connection, response
        self._deadline = deadline
        self._left = remote.largest
        self._closed = False

    def beginning(self, length: int) -> str:
        """The first bytes as text, for a reason."""
        return self._read(length).decode("utf-8", "replace")

    def __iter__(self) -> Iterator[bytes]:
        """Yield the bytes; an answer that is cut, late or too large ends with its exception."""
        while part := self._read(_BLOCK):
            self._left -= len(part)
            if self._left < 0:
                self.close()
                raise WorkerDied(f"the answer has more than {self._remote.largest:,} bytes; ask for less")
            yield part
        self.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Keep the connection where the answer is at its end, close it where not."""
        if self._closed:
            return
        self._closed = True
        # With a known length the last byte is the end, although nobody has read beyond it.
        at_end = self._response.isclosed() or self._response.length == 0
        self._response.close()
        if at_end and not self._response.will_close:
            self._remote.give_back(self._connection)
        else:
            self._connection.close()

    def _read(self, length: int) -> bytes:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise QueryTimeout("the service took longer than is allowed")
        if self._connection.sock is not None:
            self._connection.sock.settimeout(left)
        try:
            return self._response.read1(length)
        except TimeoutError:
            raise QueryTimeout("the service took longer than is allowed") from None
        except (OSError, HTTPException) as fault:
            raise WorkerDied(f"the service broke its answer off ({fault})") from None


def _fault(status: int, reason: str) -> QuerySyntax | QueryTimeout | QueueFull | Refused | WorkerDied:
    """What a refusal of the service means.

    >>> fault = _fault(400, "Parse error: line 2, column 5")
    >>> (fault.line, fault.column), type(_fault(503, "")).__name__
    ((2, 5), 'QueryTimeout')
    """
    told = " ".join(reason.split())[:500] or f"status {status}"
    place = _PLACE.search(told)
    if status == 400:
        numbers = [int(number) for number in place.groups() if number] if place else [1, 1]
        return QuerySyntax(told, *numbers)
    if status in {401, 403, 405}:
        return Refused(f"the service refuses the query: {told}")
    if status in {408, 503, 504}:
        return QueryTimeout(f"the service gave the query up: {told}")
    if status == 429:
        return QueueFull(f"the service has too many queries: {told}")
    return WorkerDied(f"the service failed with status {status}: {told}")
