"""The answer of a worker as its bytes come; what goes wrong while its beginning is held back has its own status."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator

from converter.errors import QueryError
from server.sparql import Answer, NotEvaluated, QuerySyntax, Refused, Request, WorkerDied
from server.sparql.lower_priority import Priority
from server.sparql.ready_workers import ReadyWorkers
from server.sparql.worker import DATA, END, FAULT, LAST, SERIALISED
from server.sparql.worker_process import Worker

HOLD_BACK = 65_536
"""Bytes of a result that are made before its status is sent: a fault within them has a true status."""

SLICE, TURN = 0.02, 0.2
"""Seconds of the processor that a query has for itself when others wait, and how long it may take to get them."""

LOW_SLICE, LOW_TURN = 1.0, 10.0
"""The same of a long query, before it has what nobody else wants."""

SENDING_SLICE = 0.1
"""The slice of one that sends and was known to be long: a megabyte is made in it, and its worker is used again."""

_PACE, _LENIENCE = 131_072, 3.0
"""Bytes a second that a reader should take, and seconds that it may be late: what is later is slow."""

_READERS_SHARE = 10
"""How many times the deadline an answer may take in all, most of it waiting for a slow reader."""


class PoolAnswer(Answer):
    """The bytes of one result; leaving it before its end kills the worker."""

    client = ""
    """Who asked, where that is known."""
    long = False
    """Whether it was known to be long before it began."""
    priority = Priority.NORMAL
    sends = False
    """Whether its beginning has gone, so that it can only break off."""
    finished = False
    """Whether the worker has sent all."""
    reusable = False
    """Whether the worker may be asked again."""
    released = False
    """Whether the worker has been given back."""
    died = False
    """Whether the query broke its worker."""
    ended: QueryError | None = None
    """Why it was ended: to make room for others, or since nobody waits for it."""

    def __init__(
        self,
        worker: Worker,
        home: ReadyWorkers,
        request: Request,
        asked: float,
        timeout: float,
        give_back: Callable[[PoolAnswer], None],
    ) -> None:
        self.worker, self.home, self.request = worker, home, request
        self.version = home.generation.version
        self._give_back = give_back
        self._spent_before = worker.spent
        self.begun = time.monotonic()
        """When a worker took the query."""
        self._turn_begun, self._spent_by_turn = self.begun, 0.0
        self.queued = self.begun - asked
        self._deadline = asked + timeout
        self._last = self._deadline + timeout * _READERS_SHARE
        self._held: list[bytes] = []
        self._late, self._handed = 0.0, 0.0
        """Seconds that the reader is late, and since when it has the last bytes (0: it waits for more)."""

    def begin(self) -> None:
        """Ask, and read the beginning, in which a fault still has a true status."""
        self.worker.send(self.request)
        length = 0
        while not self.finished and length < HOLD_BACK:
            data = self._next()
            self._held.append(data)
            length += len(data)
        self.sends = not self.finished
        if self.finished:
            self.whole = tuple(data for data in self._held if data)

    @property
    def spent(self) -> float:
        """Seconds of the processor that the query has taken."""
        return self.worker.spent - self._spent_before

    def lower(self, priority: Priority) -> None:
        """Have less of the processor from now on, for a turn of its own."""
        self.priority = priority
        self._turn_begun, self._spent_by_turn = time.monotonic(), self.spent
        self.worker.lower(priority)

    def turn_left(self, now: float) -> float:
        """Seconds until the query should have less of the processor where others want it."""
        if self.priority is Priority.LOW or (self.long and not self.sends):
            slice_, turn = LOW_SLICE, LOW_TURN
        elif self.sends:
            # One that sends already may wait for its reader.
            slice_, turn = (SENDING_SLICE, TURN) if self.long else (SLICE, SLICE)
        else:
            slice_, turn = SLICE, TURN
        return min(slice_ - (self.spent - self._spent_by_turn), self._turn_begun + turn - now)

    def lateness(self, now: float) -> float:
        """Seconds that its reader is later than a slow one may be."""
        handed = self._handed
        return self._late + (now - handed if handed else 0.0) - _LENIENCE

    def __iter__(self) -> Iterator[bytes]:
        """Yield the bytes; a fault after the beginning ends the iteration with its exception."""
        held, self._held = self._held, []
        for data in held:
            yield from self._read(data)
        while not self.finished:
            yield from self._read(self._next())
        self.close()

    def _read(self, data: bytes) -> Iterator[bytes]:
        """Yield the bytes, if there are some, and note how long their reader has them."""
        if data:
            self._handed = time.monotonic()
            yield data
            spent, self._handed = time.monotonic() - self._handed, 0.0
            # A slow reader does not use up the time of its query.
            self._deadline = min(self._deadline + spent, self._last)
            # What was taken early is no credit: it may only have filled the buffers on the way.
            self._late = max(0.0, self._late + spent - len(data) / _PACE)

    def close(self) -> None:
        """Give the worker back, killed where it has not finished."""
        if not self.released:
            self.released = True
            self._give_back(self)

    def end(self, reason: QueryError) -> None:
        """Kill the worker; whoever reads the answer is given the reason."""
        self.ended = reason
        self.worker.stop()

    def _next(self) -> bytes:
        try:
            kind, data = self.worker.frame(self._deadline)
        except WorkerDied:
            if self.ended:
                raise self.ended from None
            self.died = True
            raise
        if kind == DATA:
            return data
        self.finished = True
        if kind in {END, LAST}:
            self.serialised, renewed = SERIALISED.unpack(data)
            # One that was lowered after it had looked stays low.
            self.reusable = kind == END and (renewed or self.priority is Priority.NORMAL)
            self.close()
            return b""
        if kind != FAULT:
            raise WorkerDied("a worker answered in a way that is not known")
        self.reusable = self.priority is Priority.NORMAL
        self.close()
        fault = json.loads(data)
        if fault["kind"] == "syntax":
            raise QuerySyntax(fault["message"], fault["line"], fault["column"])
        if "Permission denied" in fault["message"] or "SERVICE" in fault["message"]:
            raise Refused("the query asks another server, which this endpoint never does")
        raise (WorkerDied if fault["kind"] == "store" else NotEvaluated)(fault["message"])
