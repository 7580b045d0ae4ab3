"""Rendered documents, kept for as long as the dataset is the same: nothing is rendered twice."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import NamedTuple

from server.http.generation_cache import GenerationCache

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
    """The documents of the version that `shown` returns: those that were asked for last, up to so many bytes."""

    def __init__(self, shown: Callable[[], str], limit: int = 64 << 20) -> None:
        self._kept = GenerationCache[Key, Rendered](limit, shown, lambda _, made: len(made.body))

    def get(self, key: Key, render: Callable[[], Rendered | None]) -> Rendered | None:
        """The document, rendered now if it is not kept; None, which is not kept, where there is nothing to render."""
        made = self._kept.get(key)
        if made is None and (made := render()) is not None:
            self._kept.keep(key, key[0], made)
        return made
