"""Answers that were made once: kept in a bounded number of bytes, and made once where several ask at the same time.

An answer that several wait for is made while one of them is there, whoever asked first.  An answer is whole before it
is kept.  The version of the dataset is part of the key, so that nothing stale is served; what asks for the time or for
chance is never kept.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from typing import NamedTuple

from server.sparql import Answer, Endpoint, QueryTimeout, Request, WorkerDied
from server.sparql.client_disconnect import Joined, Wait
from server.sparql.lexer import is_volatile

Key = tuple[str, Request]
_OVERHEAD = 512
"""Bytes that an entry costs beside its query and its answer."""


class Figures(NamedTuple):
    """Questions answered out of memory and not, bytes and number of the answers that are kept."""

    hits: int
    misses: int
    bytes: int
    entries: int


class Cached:
    """An endpoint that remembers the answers of another: at most `limit` bytes, no answer above `largest`."""

    def __init__(self, endpoint: Endpoint, *, limit: int = 64 << 20, largest: int = 1 << 20) -> None:
        self._endpoint = endpoint
        self._limit, self._largest = limit, largest
        self._kept: OrderedDict[Key, tuple[bytes, ...]] = OrderedDict()
        self._under_way: dict[Key, _Making] = {}
        self._lock = threading.Lock()
        self._hits = self._misses = 0
        self.held = 0
        """Bytes that the kept answers take."""

    @property
    def behind(self) -> Endpoint:
        """The endpoint that is asked for what is not kept."""
        return self._endpoint

    def figures(self) -> Figures:
        """How often memory served, and what it holds."""
        with self._lock:
            return Figures(self._hits, self._misses, self.held, len(self._kept))

    @property
    def version(self) -> str:
        """The version of the dataset."""
        return self._endpoint.version

    def ask(self, request: Request) -> Answer:
        """The kept answer, or a new one that is kept once it has been read to its end.

        Raises what the endpoint behind raises; those who waited for one answer are told the same, but for ClientLeft.
        """
        if is_volatile(request.query):
            return self._endpoint.ask(request)
        key = (self._endpoint.version, request)
        making = self._found_or_mine(key)
        if isinstance(making, tuple):
            return Kept(making)
        try:
            with Joined(making):
                return _Recording(self._endpoint.ask(request), self, key, self._largest)
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
        self._endpoint.close()

    def count(self, *, hit: bool) -> None:
        """Count a question that was answered before it came here."""
        with self._lock:
            self._hits += hit
            self._misses += not hit

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

    def _found_or_mine(self, key: Key) -> tuple[bytes, ...] | _Making:
        """The kept answer; for the first who asks, and for those who waited for it in vain, what they are to make."""
        waited = False
        while True:
            with self._lock:
                found, making = self._kept.get(key), self._under_way.get(key)
                if found is not None:
                    self._hits += 1
                    self._kept.move_to_end(key)
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

    hit = True

    def __init__(self, parts: tuple[bytes, ...]) -> None:
        self._parts = parts

    @property
    def whole(self) -> tuple[bytes, ...] | None:
        """All of its bytes, where they are there."""
        return self._parts

    def __iter__(self) -> Iterator[bytes]:
        """Yield the bytes."""
        return iter(self._parts)

    def close(self) -> None:
        """Nothing is held."""


class _Recording(Kept):
    """An answer that is kept when it has been read to its end and is not too large."""

    hit = False

    def __init__(self, answer: Answer, cache: Cached, key: Key, largest: int) -> None:
        super().__init__(())
        self._answer, self._cache, self._key, self._left = answer, cache, key, largest
        self._whole: tuple[bytes, ...] | None = getattr(answer, "whole", None)
        if self._whole is not None:
            cache.keep(key, self._whole)

    @property
    def whole(self) -> tuple[bytes, ...] | None:
        """All of its bytes, where they are there."""
        return self._whole

    @property
    def queued(self) -> float:
        """Seconds that the query waited for a worker."""
        return float(getattr(self._answer, "queued", 0.0))

    @property
    def serialised(self) -> float:
        """Seconds of its making from the first row to the last."""
        return float(getattr(self._answer, "serialised", 0.0))

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
