"""Clients that left before their answer began, found by the connections that are still there.

The server says neither when a client leaves nor on which connection a request came.  But it closes the connection at
once, and the system tells of the others whence they are and when data moved on them last (`connections`).  A client is
gone where none of them can be its own, in two looks one after the other.  Whatever is doubtful counts as there: then
the query has its time, as it has where the system tells nothing.
"""

from __future__ import annotations

import contextlib
import math
import threading
import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence, Set

from server.endpoint.leaving import Asker
from server.watching.connections import Connection, connections, packed, prove

_PAUSE = 0.25
"""Seconds between two looks."""
_PATIENCE = 1.0
"""Seconds that a request waits before anybody looks for its client."""
_DELIVERY = 1.0
"""Seconds that a request may take from the system to the application, on a server that is neither late nor crowded."""
_NEAR = 0.1
"""The same, where it is to be told which request it was that came on a connection."""
_LATE = 0.25
"""How many seconds later than it should a look is where the process has stood still: what came then came late."""
_PROOFS = 3
_SPARE_THREADS = 32
"""Threads of the server that are free while requests do not wait for one."""


class Departures:
    """Finds those who have left among the requests at a port, which are answered by so many threads."""

    def __init__(self, port: int, threads: int) -> None:
        self._port, self._crowd = port, threads - _SPARE_THREADS
        self._live: set[Asker] = set()
        self._known: set[Asker] = set()
        self._suspects: set[Asker] = set()
        self._doubtful: set[Asker] = set()
        self._doubtful_until = 0.0
        threading.Thread(target=self._look_out, name="departures", daemon=True).start()

    def begun(self, asker: Asker) -> None:
        """A request has come."""
        self._live.add(asker)

    def ended(self, asker: Asker) -> None:
        """A request has been answered."""
        self._live.discard(asker)

    def _look_out(self) -> None:
        """Look now and then; the life of a thread, which ends where the system does not tell."""
        if not _told():
            return
        due = time.perf_counter()
        while True:
            time.sleep(_PAUSE)
            due += _PAUSE
            now = time.perf_counter()
            late = now - due
            due = now
            self._get_to_know(now, late)
            self._look(now)

    def _get_to_know(self, now: float, late: float) -> None:
        """Take note of those who have come, and of which nobody knows how long they had been under way."""
        live = self._live.copy()
        if late > _LATE or len(live) > self._crowd:
            self._doubtful_until = now + _DELIVERY
        self._doubtful &= live
        if now < self._doubtful_until:
            self._doubtful |= live - self._known
        self._known = live

    def _look(self, now: float) -> None:
        """Tell those who cannot be found for the second time."""
        waiting = [asker for asker in self._known if asker.wait and asker.address]
        missing: set[Asker] = set()
        if any(now - asker.since > _PATIENCE for asker in waiting):
            with contextlib.suppress(OSError):
                missing = gone(waiting, connections(self._port), self._doubtful)
        missing = {asker for asker in missing if now - asker.since > _PATIENCE}
        for asker in missing & self._suspects:
            asker.leave()
        self._suspects = missing


def _told() -> bool:
    """Whether the system tells what there is; on a machine that is busy it may do so too late once."""
    for _ in range(_PROOFS):
        with contextlib.suppress(OSError):
            prove()
            return True
        time.sleep(_PATIENCE)
    return False


def gone(waiting: Iterable[Asker], open_: Iterable[Connection], doubtful: Set[Asker] = frozenset()) -> set[Asker]:
    """Those who wait and whose connection cannot be among those that are open.

    The requests of the doubtful may have been under way for any time before they came.
    """
    askers, found = defaultdict[bytes, list[Asker]](list), defaultdict[bytes, list[Connection]](list)
    for asker in waiting:
        askers[packed(asker.address)].append(asker)
    for connection in open_:
        found[connection.address].append(connection)
    missing: set[Asker] = set()
    # An address that is none says nothing.
    askers.pop(b"", None)
    for address, ours in askers.items():
        ours.sort(key=lambda asker: asker.since)
        theirs = sorted(found[address], key=lambda connection: connection.received)
        for asker in ours:
            first = -math.inf if asker in doubtful else asker.came - _DELIVERY
            others = (other for other in ours if other is not asker)
            if not _may_be_there(first, asker.since + _NEAR, others, theirs):
                missing.add(asker)
    return missing


def _may_be_there(first: float, last: float, others: Iterable[Asker], open_: Sequence[Connection]) -> bool:
    """Whether a connection may be that of a request that came then; all are in the order of their times."""
    place = bisect_left(open_, first, key=lambda connection: connection.received)
    if place < len(open_) and open_[place].received <= last:
        return True
    unexplained: list[float] = []
    for connection in open_:
        if connection.received < first:
            # A request that stood behind another on its connection came before the answer to that went.
            if connection.sent >= first:
                return True
            # Where nothing has gone yet, a request waits that came then.
            if not connection.answered:
                unexplained.append(connection.received)
        elif connection.sent <= last:
            # A request has come on it later and waits, or stands behind this one.
            unexplained.append(connection.received)
    return not _explained(unexplained, others)


def _explained(moments: Iterable[float], askers: Iterable[Asker]) -> bool:
    """Whether there is for each of the moments another asker that came then; all are in the order of their times."""
    rest = iter(askers)
    for moment in moments:
        later = next((asker for asker in rest if asker.since + _NEAR >= moment), None)
        if later is None or later.came - _NEAR > moment:
            return False
    return True
