"""The index of the present version of the dataset, made in the background when it is first asked for."""

from __future__ import annotations

import threading
import time

from converter.errors import QueryError
from server.reconciliation.name_index import Index
from server.sparql import Endpoint

_WAIT = 20.0
"""Seconds that a question waits for the first index."""
_PAUSE = 2.0
"""Seconds between two attempts to make one."""


class NotReady(QueryError):
    """The names are still being read."""


class Indexes:
    """The index that answers now; the one of an earlier version goes on until its successor is ready."""

    def __init__(self, endpoint: Endpoint, base: str) -> None:
        self._endpoint, self._base = endpoint, base
        self._state = threading.Condition()
        self._index: Index | None = None
        self._making = False
        self._fault: QueryError | None = None
        self._tried = float("-inf")

    def current(self, wait: float = _WAIT) -> Index:
        """The index to ask.

        Raises NotReady where the first one is not ready in time, and what the endpoint raised where it cannot be made.
        """
        version = self._endpoint.version
        deadline = time.monotonic() + wait
        with self._state:
            self._begin(version)
            while self._index is None:
                if not self._making:
                    raise self._fault or NotReady("the names could not be read")
                if not self._state.wait(deadline - time.monotonic()):
                    raise NotReady("the names of this dataset are still being read; ask again in some seconds")
            return self._index

    def _begin(self, version: str) -> None:
        """Begin to make an index where there is none of that version."""
        fresh = self._index is not None and self._index.version == version
        if not fresh and not self._making and time.monotonic() >= self._tried + _PAUSE:
            self._making, self._tried = True, time.monotonic()
            threading.Thread(target=self._make, args=(version,), name="names", daemon=True).start()

    def _make(self, version: str) -> None:
        made: Index | None = None
        fault: QueryError | None = None
        try:
            filling = Index(version)
            filling.fill(self._endpoint, self._base)
            made = filling
        except QueryError as stated:
            fault = stated
        finally:
            with self._state:
                self._making, self._fault = False, fault
                self._index = made or self._index
                self._state.notify_all()
