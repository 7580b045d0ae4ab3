"""Answers that were made once: kept in a bounded number of bytes, and made once where several ask at the same time.

An answer that several wait for is made while one of them is there, whoever asked first.  An answer is whole before it
is kept, and kept for the version of the data that it was made from; what asks for the time or for chance is never kept.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import NamedTuple

from server.http.generation_cache import GenerationCache
from server.sparql import Answer, Endpoint, QueryTimeout, Request, WorkerDied
from server.sparql.client_disconnect import Wait
from server.sparql.lexer import is_volatile


class Figures(NamedTuple):
    """Queries answered out of memory and not, bytes and number of the answers that are kept."""

    hits: int
    misses: int
    bytes: int
    entries: int


class Cached:
    """An endpoint that remembers the answers of another: at most `limit` bytes, no answer above `largest`."""

    def __init__(self, endpoint: Endpoint, *, limit: int = 64 << 20, largest: int = 1 << 20) -> None:
        self.behind = endpoint
        """The endpoint that is asked for what is not kept."""
        self._largest = largest
        self._kept = GenerationCache[Request, Kept](limit, lambda: endpoint.version, _size)
        self._under_way: dict[tuple[str, Request], _Making] = {}
        self._lock = threading.Lock()
        self._hits = self._misses = 0

    def figures(self) -> Figures:
        """How often memory served, and what it holds."""
        return Figures(self._hits, self._misses, self._kept.bytes, len(self._kept))

    @property
    def version(self) -> str:
        """The version of the dataset."""
        return self.behind.version

    def ask(self, request: Request) -> Answer:
        """The kept answer, or a new one that is kept once it has been read to its end.

        Raises what the endpoint behind raises; those who waited for one answer are given the same, but for ClientLeft.
        """
        if is_volatile(request.query):
            return self.behind.ask(request)
        # Who asks now may have seen the version that is shown now, and joins nobody who asked before it was.
        key = (self.version, request)
        making = self._found_or_mine(key)
        if isinstance(making, Kept):
            return making
        try:
            with making.joined():
                return _Recording(self.behind.ask(request), self, key, self._largest)
        except (QueryTimeout, WorkerDied) as fault:
            making.fault = fault
            raise
        finally:
            # Those who waited ask for themselves where the beginning was not all.
            with self._lock:
                if self._under_way.get(key) is making:
                    del self._under_way[key]
            making.end()

    def close(self) -> None:
        """Close the endpoint behind."""
        self.behind.close()

    def count(self, *, hit: bool) -> None:
        """Count a query that was answered before it came here."""
        with self._lock:
            self._hits += hit
            self._misses += not hit

    def keep(self, version: str, request: Request, parts: tuple[bytes, ...]) -> None:
        """Keep an answer that was made from a version of the data."""
        self._kept.keep(request, version, Kept(parts, version))

    def _found_or_mine(self, key: tuple[str, Request]) -> Kept | _Making:
        """The kept answer; for the first who asks, and for those who waited for it in vain, what they are to make."""
        waited = False
        while True:
            found = self._kept.get(key[1])
            with self._lock:
                making = self._under_way.get(key)
                if found is not None:
                    self._hits += 1
                    return found
                if making is None or waited:
                    self._misses += 1
                    mine = _Making()
                    self._under_way.setdefault(key, mine)
                    return mine
            making.hold()
            if making.fault:
                raise type(making.fault)(*making.fault.args)
            waited = True


class _Making(Wait):
    """The wait for the beginning of an answer that is being made, and what went wrong with it."""

    def __init__(self) -> None:
        super().__init__()
        self.fault: QueryTimeout | WorkerDied | None = None


class Kept(Answer):
    """An answer out of memory."""

    def __init__(self, parts: tuple[bytes, ...], version: str = "") -> None:
        self.whole, self.version, self.hit = parts, version, True

    def __iter__(self) -> Iterator[bytes]:
        """Yield the bytes."""
        return iter(self.whole or ())

    def close(self) -> None:
        """Nothing is held."""


class _Recording(Answer):
    """An answer that is kept when it has been read to its end and is not too large."""

    def __init__(self, answer: Answer, cache: Cached, key: tuple[str, Request], largest: int) -> None:
        self._answer, self._cache, self._request, self._left = answer, cache, key[1], largest
        self.version, self.whole, self.queued = answer.version or key[0], answer.whole, answer.queued
        self.serialised = answer.serialised
        if self.whole is not None:
            cache.keep(self.version, self._request, self.whole)

    def __iter__(self) -> Iterator[bytes]:
        """Yield the bytes."""
        parts: list[bytes] = []
        for part in self._answer:
            self._left -= len(part)
            if self._left >= 0:
                parts.append(part)
            else:
                parts.clear()
            yield part
        self.serialised = self._answer.serialised
        if self._left >= 0:
            self._cache.keep(self.version, self._request, tuple(parts))

    def close(self) -> None:
        """Give the answer up."""
        self._answer.close()


def _size(request: Request, kept: Kept) -> int:
    return len(request.query.encode()) + sum(map(len, kept.whole or ()))
