"""Rendered documents, kept for as long as the dataset is the same: nothing is rendered twice."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

Key = tuple[str, ...]
"""The version of the dataset first, then what makes a document another one."""


class Rendered(NamedTuple):
    """A document as it is sent: its bytes, status, ETag, and the headers that are its own."""

    body: bytes
    status: int
    etag: str
    headers: tuple[tuple[str, str], ...]


def rendered(body: bytes, form: str, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> Rendered:
    """The document with its ETag: strong, and another for each form even where the bytes are the same."""
    return Rendered(body, status, hashlib.sha256(form.encode() + b"\0" + body).hexdigest()[:32], headers)


class Renderings:
    """The documents that were asked for last, up to so many bytes."""

    def __init__(self, limit: int = 64 << 20) -> None:
        self._limit = limit
        self._held: OrderedDict[Key, Rendered] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def get(self, key: Key, render: Callable[[], Rendered | None]) -> Rendered | None:
        """The document, rendered now if it is not held; None, which is not kept, where there is nothing to render."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
        made = render()
        if made is None:
            return None
        with self._lock:
            if key not in self._held:
                self._held[key] = made
                self._size += len(made.body)
            while self._size > self._limit and len(self._held) > 1:
                _, old = self._held.popitem(last=False)
                self._size -= len(old.body)
        return made
