"""Answers that were made once: kept in a bounded number of bytes, and made once where several ask at the same time.

An answer is whole before it is kept.  The version of the dataset is part of the key, so that nothing stale is served;
what asks for the time or for chance is never kept.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from server.endpoint import Answer, Endpoint, Request
from server.endpoint.lexer import is_volatile

Key = tuple[str, Request]
_OVERHEAD = 512
"""Bytes that an entry costs beside its query and its answer."""


class Cached:
    """An endpoint that remembers the answers of another: at most `limit` bytes, no answer above `largest`."""

    def __init__(self, endpoint: Endpoint, *, limit: int = 64 << 20, largest: int = 1 << 20) -> None:
        self._endpoint = endpoint
        self._limit, self._largest = limit, largest
        self._kept: OrderedDict[Key, tuple[bytes, ...]] = OrderedDict()
        self._under_way: dict[Key, threading.Event] = {}
        self._lock = threading.Lock()
        self.held = 0
        """Bytes that the kept answers take."""

    @property
    def version(self) -> str:
        """The version of the dataset."""
        return self._endpoint.version

    def ask(self, request: Request) -> Answer:
        """The kept answer, or a new one that is kept once it has been read to its end.

        Raises what the endpoint behind raises.
        """
        key = (self._endpoint.version, request)
        found = self._found_or_mine(key)
        if found is not None:
            return Kept(found)
        try:
            if is_volatile(request.query):
                return self._endpoint.ask(request)
            return _Recording(self._endpoint.ask(request), self, key, self._largest)
        finally:
            # Those who waited ask for themselves where the beginning was not all.
            with self._lock:
                event = self._under_way.pop(key, None)
            if event is not None:
                event.set()

    def close(self) -> None:
        """Close the endpoint behind."""
        self._endpoint.close()

    def keep(self, key: Key, parts: tuple[bytes, ...]) -> None:
        """Keep an answer, and let the ones go that were not asked for longest."""
        size = _size(key, parts)
        with self._lock:
            if key in self._kept or key[0] != self._endpoint.version or size > self._limit:
                return
            self._kept[key] = parts
            self.held += size
            while self.held > self._limit:
                self.held -= _size(*self._kept.popitem(last=False))

    def _found_or_mine(self, key: Key) -> tuple[bytes, ...] | None:
        """The kept answer; None for the first who asks, who makes it, and for those who waited for it in vain."""
        waited = False
        while True:
            with self._lock:
                found = self._kept.get(key)
                if found is not None:
                    self._kept.move_to_end(key)
                    return found
                event = self._under_way.get(key)
                if event is None or waited:
                    self._under_way.setdefault(key, threading.Event())
                    return None
            event.wait()
            waited = True


class Kept:
    """An answer out of memory."""

    hit = True

    def __init__(self, parts: tuple[bytes, ...]) -> None:
        self._parts = parts

    def __iter__(self) -> Iterator[bytes]:
        """Yield the bytes."""
        return iter(self._parts)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Nothing is held."""


class _Recording(Kept):
    """An answer that is kept when it has been read to its end and is not too large."""

    hit = False

    def __init__(self, answer: Answer, cache: Cached, key: Key, largest: int) -> None:
        super().__init__(())
        self._answer, self._cache, self._key, self._left = answer, cache, key, largest
        whole = getattr(answer, "whole", None)
        if whole is not None:
            self._parts = whole
            cache.keep(key, whole)

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
        if self._left >= 0:
            self._cache.keep(self._key, tuple(parts))

    def close(self) -> None:
        """Give the answer up."""
        self._answer.close()


def _size(key: Key, parts: tuple[bytes, ...]) -> int:
    return len(key[1].query.encode()) + sum(map(len, parts)) + _OVERHEAD
