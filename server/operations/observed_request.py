"""One request as it is seen from outside: its name, how long it took, what it cost."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from server.http.headers import GENERATION
from server.http.request_ids import HEADER, PASSED, client, request_id
from server.sparql.client_disconnect import CURRENT, PendingRequest

if TYPE_CHECKING:
    from types import TracebackType

_METHODS = frozenset({"GET", "HEAD", "POST", "QUERY", "OPTIONS", "PUT", "DELETE", "PATCH"})


@dataclass(slots=True, eq=False)
class ObservedRequest(PendingRequest):
    """A request under way, which may be waited for by an endpoint.

    `route` is the pattern that matched its path, empty where none did; `length` is how many bytes its answer is to
    have, -1 where nobody knows; `broken` is why it had fewer.  `queued` and `evaluated` are the seconds that
    its `queries` waited and ran; `kept` are those of them that came out of memory.
    """

    id: str
    method: str
    path: str
    route: str = ""
    status: int = 500
    length: int = -1
    bytes: int = 0
    queries: int = 0
    kept: int = 0
    queued: float = 0.0
    evaluated: float = 0.0
    broken: str = ""
    seconds: float = 0.0
    generation: str = ""
    """The version of the data that was shown when it came, or from which its answer is made."""
    passed: str = ""
    """Its name with whoever passed it on, where somebody did."""


def current() -> ObservedRequest | None:
    """The request that this thread works for, where there is one."""
    request = CURRENT.get()
    return request if isinstance(request, ObservedRequest) else None


class Observer:
    """An application that reports each request when it begins, and when the last byte of its answer has gone.

    `generation` returns the version of the data that is shown, empty where versions have no order.
    """

    def __init__(
        self,
        inner: WSGIApplication,
        begun: Callable[[ObservedRequest], None],
        ended: Callable[[ObservedRequest], None],
        generation: Callable[[], str] = str,
    ) -> None:
        self._inner, self._begun, self._ended, self._generation = inner, begun, ended, generation

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The answer of the application, named."""
        method = environ["REQUEST_METHOD"]
        seen = ObservedRequest(
            request_id(environ.get("HTTP_X_REQUEST_ID")),
            method if method in _METHODS else "OTHER",
            environ.get("PATH_INFO", "").encode("latin-1", "replace").decode("utf-8", "replace"),
        )
        seen.generation = self._generation()
        seen.passed = environ.get(PASSED, "")
        seen.client = client(seen.passed, environ.get("HTTP_X_FORWARDED_FOR", ""))
        CURRENT.set(seen)

        def start(
            status: str,
            headers: list[tuple[str, str]],
            exc_info: tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None] | None = None,
        ) -> Callable[[bytes], object]:
            seen.status = int(status[:3])
            seen.length = int(next((value for name, value in headers if name.lower() == "content-length"), -1))
            named = [*headers, (HEADER, seen.id)]
            if seen.generation:
                named.append((GENERATION, seen.generation))
            return start_response(status, named, exc_info)

        self._begun(seen)
        try:
            return _Body(self._inner(environ, start), seen, self._ended)
        except BaseException:
            self._ended(seen)
            CURRENT.set(None)
            raise


class _Body:
    """The bytes of an answer, counted; whoever sends them closes it."""

    def __init__(self, inner: Iterable[bytes], seen: ObservedRequest, ended: Callable[[ObservedRequest], None]) -> None:
        self._inner, self._parts = inner, iter(inner)
        self._seen, self._ended = seen, ended
        self._whole = seen.method == "HEAD"
        self._closed = False

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        try:
            part = next(self._parts)
        except StopIteration:
            self._whole = True
            raise
        except Exception as fault:  # noted, whatever it is, and raised
            self._seen.broken = type(fault).__name__
            raise
        self._seen.bytes += len(part)
        return part

    def close(self) -> None:
        """Close the answer, and report that it has ended."""
        if self._closed:
            return
        self._closed = True
        try:
            closing: Any = getattr(self._inner, "close", None)
            if closing:
                closing()
        finally:
            seen = self._seen
            if seen.left or (not self._whole and not seen.broken and seen.bytes != seen.length):
                seen.broken = "client left"
            seen.seconds = time.perf_counter() - seen.came
            self._ended(seen)
            CURRENT.set(None)
