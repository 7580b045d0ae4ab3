"""The data, held in this process for look-ups: from disk at once, and in memory as soon as they are there."""

from __future__ import annotations

import contextlib
import io
import os
import threading

import pyoxigraph

from server.front.messages import Shown
from server.sparql import Request
from server.sparql.in_memory_store import loaded, own_memory, resident_bytes
from server.sparql.worker import answer

LARGEST = 16_384
"""Bytes that an answer may have here."""


class TooLong(Exception):
    """The answer has more bytes than one may have here, or there is none."""


class _Body(io.BytesIO):
    """A file that holds a short answer and refuses a long one."""

    def write(self, data: bytes, /) -> int:  # type: ignore[override] # the engine writes nothing but bytes
        if self.tell() + len(data) > LARGEST:
            raise TooLong
        return super().write(data)


class LookupStore:
    """The generation that is shown: opened from disk, and then loaded into memory where it may be."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._shown = Shown()
        self._store: pyoxigraph.Store | None = None
        self.resident = False
        """Whether it is in memory."""

    def __bool__(self) -> bool:
        return self._store is not None

    def show(self, shown: Shown) -> None:
        """Hold that generation, and no other from now on; until it is open, there is none."""
        with self._lock:
            before, self._shown = self._shown, shown
            if _data(before) == _data(shown):
                return
            # To let memory go takes long, as do the others; the engine lets other threads run meanwhile.
            unused = [self._store]
            if before.version != shown.version or not shown.folder:
                self._store, self.resident = None, False
        threading.Thread(target=self._open, args=(shown, unused), name="look-up store", daemon=True).start()

    def answer(self, request: Request) -> tuple[bytes, float]:
        """The answer to a look-up, and the seconds that it took to be written.

        Raises TooLong where it is too long, or the engine finds fault with the query.
        """
        body, store = _Body(), self._store
        if store is None:
            raise TooLong
        try:
            written = answer(store, request, body, self._shown.base)
        except (SyntaxError, ValueError, RuntimeError, OSError) as fault:
            raise TooLong from fault
        return body.getvalue(), written

    def _open(self, shown: Shown, unused: list[pyoxigraph.Store | None]) -> None:
        """Open the generation, and load it into memory; the life of a thread."""
        if shown.folder and self._store is None:
            with contextlib.suppress(OSError):
                self._set(pyoxigraph.Store.read_only(shown.folder), shown, resident=False)
        unused.clear()
        if shown.memory:
            with contextlib.suppress(MemoryError, OSError):
                store = loaded(shown.folder, shown.memory + resident_bytes(os.getpid()))
                own_memory()
                unused.append(self._store)
                self._set(store, shown, resident=True)
                unused.clear()

    def _set(self, store: pyoxigraph.Store, shown: Shown, *, resident: bool) -> None:
        with self._lock:
            if _data(self._shown) == _data(shown):
                self._store, self.resident = store, resident


def _data(shown: Shown) -> tuple[str, str, int]:
    return shown.version, shown.folder, shown.memory
