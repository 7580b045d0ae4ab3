"""How many requests a client may send: as many at once as in a minute, and then as they come back, one by one."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from cachetools import LRUCache

_CLIENTS = 10_000


class RateLimit:
    """`most` requests a minute from one client; `clock` gives seconds."""

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._clock = most, clock
        self._left: LRUCache[str, tuple[float, float]] = LRUCache(_CLIENTS)
        """For each client how many requests are left, and when that was so."""

    def wait(self, client: str) -> int:
        """The seconds after which a client may ask, 0 where it may now, which is counted.

        >>> moment = [0.0]
        >>> limit = RateLimit(2, lambda: moment[0])
        >>> [limit.wait("a"), limit.wait("a"), limit.wait("a"), limit.wait("b")]
        [0, 0, 30, 0]
        >>> moment[0] = 30.0
        >>> [limit.wait("a"), limit.wait("a")]
        [0, 30]
        """
        now, a_second = self._clock(), self._most / 60
        left, since = self._left.get(client, (float(self._most), now))
        left = min(float(self._most), left + (now - since) * a_second)
        allowed = left >= 1
        self._left[client] = (left - allowed, now)
        return 0 if allowed else math.ceil((1 - left) / a_second)
