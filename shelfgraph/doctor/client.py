"""One request → its answer, whole, within a time and a size; nothing is unpacked, followed or tried again unasked."""

from __future__ import annotations

import importlib.metadata
import time
import zlib
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

import urllib3
from urllib3.exceptions import HTTPError, LocationValueError

_LARGEST = 8 << 20
_BLOCK = 1 << 16
_MOST_REDIRECTS = 5
MOVED = frozenset({301, 302, 307, 308})
"""Redirects to where the same thing stands."""
_REDIRECTS = MOVED | {303}


class NoAnswer(Exception):
    """A request has no answer; the message says why."""


class Late(NoAnswer):
    """A request has no answer yet."""


class Reply(NamedTuple):
    """An answer: where it came from, its status, its headers, its body as it was sent, and how long it took."""

    address: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float

    @property
    def media_type(self) -> str:
        """The content type without parameters."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    @property
    def stated(self) -> str:
        """The status and the type in a few words."""
        return f"{self.status}, {self.media_type or 'no content type'}"

    def names(self, header: str) -> frozenset[str]:
        """The members of a header that is a list, in lower case."""
        return frozenset(part.strip().lower() for part in self.headers.get(header, "").split(",") if part.strip())


class Client:
    """Asks with a time limit of so many seconds for each answer."""

    def __init__(self, timeout: float) -> None:
        self.timeout = timeout
        version = importlib.metadata.version("shelfgraph")
        self._headers = {"User-Agent": f"Shelfgraph-doctor/{version}", "Connection": "close"}

    def ask(
        self,
        method: str,
        address: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        timeout: float | None = None,
    ) -> Reply:
        """The answer; a redirect is one.

        Raises NoAnswer, and Late where the time is up.
        """
        started = time.monotonic()
        limit = timeout or self.timeout
        # A connection of its own for each request: what one answer breaks must not be held against the next.
        with urllib3.PoolManager(retries=False) as pool:
            try:
                response = pool.request(
                    method,
                    address,
                    body=body,
                    headers={"Accept-Encoding": "identity", **self._headers, **(headers or {})},
                    timeout=urllib3.Timeout(total=limit),
                    preload_content=False,
                    redirect=False,
                    decode_content=False,
                )
            except LocationValueError:
                raise NoAnswer("the address cannot be asked") from None
            except urllib3.exceptions.NewConnectionError as fault:
                # Of urllib3's kinds it is a timeout too, but nobody has waited.
                raise NoAnswer(f"no connection: {_words(fault)}") from None
            except urllib3.exceptions.TimeoutError:
                raise Late(f"no answer within {limit:g} seconds") from None
            except (HTTPError, OSError, ValueError) as fault:
                raise NoAnswer(f"no answer: {_words(fault)}") from None
            try:
                content = _body(response, started + limit, limit)
            finally:
                response.close()
        return Reply(address, response.status, response.headers, content, time.monotonic() - started)

    def follow(
        self, address: str, headers: Mapping[str, str] | None = None, through: frozenset[int] = _REDIRECTS
    ) -> Reply:
        """The answer after all redirects of these kinds.

        Raises NoAnswer.
        """
        for _ in range(_MOST_REDIRECTS + 1):
            reply = self.ask("GET", address, headers)
            location = reply.headers.get("Location")
            if reply.status not in through or not location:
                return reply
            address = _led(address, location)
        raise NoAnswer(f"more than {_MOST_REDIRECTS} redirects")


def unpacked(body: bytes) -> bytes:
    """What a gzip body holds.

    Raises ValueError where it is none, is cut, or holds too much.
    """
    unpacking = zlib.decompressobj(31)
    try:
        plain = unpacking.decompress(body, _LARGEST)
    except zlib.error as fault:
        raise ValueError(str(fault)) from None
    if not unpacking.eof:
        raise ValueError("it ends too early, or holds too much")
    return plain


def _led(address: str, location: str) -> str:
    """Where a redirect leads."""
    try:
        found = urljoin(address, location).partition("#")[0]
        if urlsplit(found).scheme in {"http", "https"}:
            return found
    except ValueError:
        pass
    raise NoAnswer(f"a redirect to {location}")


def _body(response: urllib3.BaseHTTPResponse, until: float, limit: float) -> bytes:
    parts: list[bytes] = []
    size = 0
    try:
        while part := response.read1(_BLOCK, decode_content=False):
            parts.append(part)
            size += len(part)
            if size > _LARGEST:
                raise NoAnswer(f"an answer of more than {_LARGEST:,} bytes")
            if time.monotonic() > until:
                raise Late(f"an answer that took more than {limit:g} seconds")
    except urllib3.exceptions.TimeoutError:
        raise Late(f"an answer that was not whole within {limit:g} seconds") from None
    except (HTTPError, OSError) as fault:
        raise NoAnswer(f"the answer broke off: {_words(fault)}") from None
    return b"".join(parts)


def _words(fault: Exception) -> str:
    """What a fault says, without the object that urllib3 puts before it."""
    stated = fault.args[0] if fault.args and isinstance(fault.args[0], str) else str(fault)
    return stated.rpartition(">: ")[2] or stated or type(fault).__name__
