"""One request → its answer, on disk where it is large; tried again, later and later, where the fault may pass.

The retries are not urllib3's (`Retry`): whether a fault may pass is often known only when the body has been read, which
that has no part in, and a fault of one record is asked again less often than one of the network.
"""

from __future__ import annotations

import contextlib
import dataclasses
import importlib.metadata
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import BinaryIO, NamedTuple, TypeVar, cast
from urllib.parse import urlencode, urljoin, urlsplit

import urllib3
from urllib3.exceptions import HTTPError, LocationValueError

from converter.errors import SourceUnreachable, network_reason
from converter.harvest import Options
from converter.harvest.inner_addresses import RefusedAddress, Rule

T = TypeVar("T")

_CHUNK = 1 << 16
_IN_MEMORY = 8 * 1024 * 1024
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 5
_MAY_PASS = frozenset({408, 425, 429, 500, 502, 503, 504})
_BUSY = frozenset({429, 503})
_OWN_FAULT = 3
"""Attempts at what the repository itself calls its fault: mostly one bad record, which stays bad."""


class Passing(Exception):
    """A fault that may be gone the next time; `wait` is what the repository asks for, in seconds.

    `most` is how many attempts are worth while.
    """

    def __init__(self, reason: str, wait: float | None = None, most: int | None = None) -> None:
        super().__init__(reason)
        self.wait, self.most = wait, most


class Lasting(Exception):
    """A fault that asking again does not mend."""


class Failed(SourceUnreachable):
    """A request that was given up; `reason` says why without naming the address."""

    def __init__(self, address: str, reason: str, attempts: int) -> None:
        tries = f" (asked {attempts} times)" if attempts > 1 else ""
        super().__init__(f"{address}: {reason}{tries}; check the address, or try again later")
        self.reason = reason


@dataclasses.dataclass(frozen=True)
class Clock:
    """Time and chance, which tests replace."""

    sleep: Callable[[float], None] = time.sleep
    monotonic: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    chance: Callable[[], float] = random.random


class Body(NamedTuple):
    """What came: its bytes from the beginning, the status, and the address after all redirects."""

    stream: BinaryIO
    status: int
    address: str


class Client:
    """Makes requests, one at a time, over connections that are used again."""

    def __init__(self, options: Options, clock: Clock, accept: str = "text/xml") -> None:
        self.requests = self.retries = 0
        self._options, self._clock = options, clock
        self._last = -options.delay
        version = importlib.metadata.version("shelfgraph")
        self._pool = urllib3.PoolManager(
            headers={
                "User-Agent": f"Shelfgraph/{version}",
                "Accept": accept,
                "Accept-Encoding": "gzip, deflate",
            },
            timeout=urllib3.Timeout(connect=options.connect_seconds, read=options.read_seconds),
            retries=False,
        )
        self._pool.pool_classes_by_scheme = Rule(options.url, options.allowed_hosts).pools()

    def close(self) -> None:
        """Let go of the connections."""
        self._pool.clear()

    def fetch(
        self,
        address: str,
        parameters: Mapping[str, str | Sequence[str]],
        read: Callable[[Body], T],
        attempts: int | None = None,
    ) -> T:
        """What `read` makes of the answer; `read` may raise Passing or Lasting.

        Raises Failed where no attempt gave an answer.
        """
        sign = "&" if urlsplit(address).query else "?"
        whole = f"{address}{sign}{urlencode(parameters, doseq=True)}" if parameters else address
        attempts = attempts or self._options.attempts
        for attempt in range(1, attempts + 1):
            self._pause()
            try:
                with self._answer(whole) as body:
                    return read(body)
            except Passing as fault:
                if attempt >= min(attempts, fault.most or attempts):
                    raise Failed(whole, str(fault), attempt) from None
                self.retries += 1
                self._clock.sleep(self._seconds_before(attempt, fault.wait))
            except Lasting as fault:
                raise Failed(whole, str(fault), 1) from None
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _seconds_before(self, attempt: int, asked: float | None) -> float:
        """How long to wait: what the repository asks for, else longer each time, and never quite the same."""
        if asked is not None:
            return min(max(asked, 0.0), self._options.longest_wait)
        return float(min(2.0 ** (attempt - 1), self._options.longest_wait) * (0.5 + self._clock.chance() / 2))

    def _pause(self) -> None:
        wait = self._last + self._options.delay - self._clock.monotonic()
        if self._options.delay and self.requests and wait > 0:
            self._clock.sleep(wait)
        self._last = self._clock.monotonic()

    @contextlib.contextmanager
    def _answer(self, address: str) -> Iterator[Body]:
        for _ in range(_MOST_REDIRECTS + 1):
            response = self._request(address)
            try:
                location = response.headers.get("Location") if response.status in _REDIRECTS else None
                if not location:
                    with self._spooled(response) as stream:
                        yield Body(stream, response.status, address)
                    return
                address = _redirected(address, location)
            finally:
                # An answer that was not read to its end would be the beginning of the next one.
                response.close()
        raise Lasting(f"more than {_MOST_REDIRECTS} redirects")

    def _request(self, address: str) -> urllib3.BaseHTTPResponse:
        self.requests += 1
        try:
            response = self._pool.request("GET", address, preload_content=False, redirect=False)
        except RefusedAddress as fault:
            raise Lasting(str(fault)) from None
        except LocationValueError:
            raise Lasting("not an address that can be asked") from None
        except HTTPError as fault:
            raise Passing(f"no answer: {network_reason(fault)}") from None
        if response.status in _MAY_PASS:
            asked = response.headers.get("Retry-After") if response.status in _BUSY else None
            response.close()
            most = _OWN_FAULT if response.status == 500 else None
            raise Passing(f"HTTP {response.status}", retry_after(asked, self._clock.now()), most)
        return response

    @contextlib.contextmanager
    def _spooled(self, response: urllib3.BaseHTTPResponse) -> Iterator[BinaryIO]:
        """The body, unpacked; SpooledTemporaryFile goes to disk by itself."""
        end, size = self._clock.monotonic() + self._options.answer_seconds, 0
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as spool:
            try:
                for chunk in response.stream(_CHUNK, decode_content=True):
                    size += len(chunk)
                    if size > self._options.most_bytes:
                        raise Lasting(f"an answer of more than {self._options.most_bytes} bytes")
                    if self._clock.monotonic() > end:
                        raise Passing(f"an answer that took more than {self._options.answer_seconds:.0f} seconds")
                    spool.write(chunk)
            except HTTPError as fault:
                raise Passing(f"the answer broke off: {network_reason(fault)}") from None
            spool.seek(0)
            yield cast("BinaryIO", spool)


def _redirected(address: str, location: str) -> str:
    target = urljoin(address, location)
    if urlsplit(target).scheme not in {"http", "https"}:
        raise Lasting(f"a redirect to {target!r}, which is neither http nor https")
    return target


def retry_after(value: str | None, now: datetime) -> float | None:
    """The seconds that a Retry-After header asks for, as a number or a date; None where it says nothing sensible.

    >>> moment = datetime(2024, 1, 1, tzinfo=UTC)
    >>> retry_after("120", moment), retry_after("Mon, 01 Jan 2024 00:01:00 GMT", moment), retry_after("soon", moment)
    (120.0, 60.0, None)
    """
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds()
