"""The index of the names of the version of the dataset that is shown, made in the background when it is asked for."""

from __future__ import annotations

import threading
import time

from converter.errors import QueryError
from server.reconciliation.name_index import Index
from server.sparql import Endpoint

_WAIT = 20.0
"""Seconds that a question waits for the index."""
PAUSE = 2.0
"""Seconds until one is made again that failed."""


class NotReady(QueryError):
    """The names are still being read."""


class Indexes:
    """The index that answers now: of the version that was shown when it was asked for, or of a later one."""

    def __init__(self, endpoint: Endpoint, base: str) -> None:
        self._endpoint, self._base = endpoint, base
        self._state = threading.Condition()
        self._index: Index | None = None
        self._number = self._begun = self._failed = 0
        """The number of the index that is there, of the last one that was begun, and of the last one that failed."""
        self._making = False
        self._fault: QueryError | None = None
        self._tried = float("-inf")

    def current(self, wait: float = _WAIT) -> Index:
        """The index to ask.

        Raises NotReady where it is not ready in time, and what the endpoint raised where it cannot be made.
        """
        version = self._endpoint.version
        deadline = time.monotonic() + wait
        with self._state:
            next_ = self._begun + 1
            # One that was begun after this was asked is of what was shown then, or of what came later.
            while self._index is None or (self._index.version != version and self._number < next_):
                if self._failed < next_:
                    self._begin()
                if not self._making:
                    raise self._fault or NotReady("the names could not be read")
                if not self._state.wait(deadline - time.monotonic()):
                    raise NotReady("the names of this dataset are still being read; ask again in some seconds")
            return self._index

    def _begin(self) -> None:
        """Begin to make an index, where none is made, and none has failed just now."""
        rests = self._failed == self._begun and time.monotonic() < self._tried + PAUSE
        if not self._making and not rests:
            self._making, self._tried = True, time.monotonic()
            self._begun += 1
            threading.Thread(target=self._make, args=(self._endpoint.version,), name="names", daemon=True).start()

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
                if made:
                    self._index, self._number = made, self._begun
                else:
                    self._failed = self._begun
                self._state.notify_all()
