"""The memory of what was made from one generation of the data, bounded in bytes; the oldest entries go first.

One rule of invalidation for all of them: an entry is returned while the generation that it was made from is shown.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from cachetools import LRUCache

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

_OVERHEAD = 500
"""Bytes that an entry costs beside what it holds."""


class GenerationCache(Generic[Key, Value]):
    """At most `limit` bytes of entries, for any number of threads.

    `shown` returns the version that is shown now; `size` the bytes of an entry.

    >>> shown = "1"
    >>> cache = GenerationCache[str, bytes](1 << 20, lambda: shown, lambda key, value: len(value))
    >>> cache.keep("a", "1", b"one"), cache.get("a")
    (None, b'one')
    >>> shown = "2"
    >>> cache.get("a"), cache.keep("a", "1", b"one"), cache.get("a")
    (None, None, None)
    """

    def __init__(self, limit: int, shown: Callable[[], str], size: Callable[[Key, Value], int]) -> None:
        self._shown, self._size = shown, size
        self._lock = threading.Lock()
        self._version = ""
        self._entries: LRUCache[Key, tuple[Value, int]] = LRUCache(limit, getsizeof=lambda entry: entry[1])

    def get(self, key: Key) -> Value | None:
        """The entry, where it was made from the generation that is shown."""
        version = self._shown()
        with self._lock:
            self._turn_to(version)
            entry = self._entries.get(key)
        return entry[0] if entry else None

    def keep(self, key: Key, version: str, value: Value) -> None:
        """Keep what was made from a version, if that is shown and it is not too large."""
        size = self._size(key, value) + _OVERHEAD
        shown = self._shown()
        with self._lock:
            self._turn_to(shown)
            if version == shown and size <= self._entries.maxsize:
                self._entries[key] = value, size

    @property
    def bytes(self) -> int:
        """What the entries take."""
        return int(self._entries.currsize)

    def __len__(self) -> int:
        return len(self._entries)

    def _turn_to(self, version: str) -> None:
        if version != self._version:
            self._version = version
            self._entries.clear()
