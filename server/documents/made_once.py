"""What takes long to count: it is made once for each version of the dataset, behind the requests."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from converter.errors import QueryError
from server.sparql import Endpoint

T = TypeVar("T")


class MadeOnce(Generic[T]):
    """A value that is made anew when the dataset has changed; a request waits for it as long as it likes."""

    def __init__(self, endpoint: Endpoint, make: Callable[[], T]) -> None:
        self._endpoint, self._make = endpoint, make
        self._lock = threading.Lock()
        self._version: str | None = None
        self._value: T | None = None
        self._making: threading.Thread | None = None

    def value(self, seconds: float) -> T | None:
        """The value; None where making it takes longer than so many seconds."""
        version = self._endpoint.version
        with self._lock:
            if self._version == version and self._value is not None:
                return self._value
            if self._making is None or not self._making.is_alive():
                self._making = threading.Thread(target=self._run, args=(version,), daemon=True)
                self._making.start()
            making = self._making
        making.join(seconds)
        with self._lock:
            return self._value if self._version == version else None

    def _run(self, version: str) -> None:
        try:
            value = self._make()
        except QueryError:
            # The next request begins anew; a store that is too busy to count is not too busy to be described.
            return
        with self._lock:
            if self._endpoint.version == version:
                self._version, self._value = version, value
