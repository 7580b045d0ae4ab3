"""The answer of a worker as its bytes come; what goes wrong while its beginning is held back has its own status."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator

from converter.errors import QueryError
from server.endpoint import Answer, QuerySyntax, Refused, Request, WorkerDied
from server.endpoint.evaluator import Worker
from server.endpoint.worker import DATA, END, FAULT, LAST, SERIALISED

HOLD_BACK = 65_536
"""Bytes of a result that are made before its status is sent: a fault within them has a true status."""

SLICE, TURN = 0.02, 0.2
"""Seconds of the processor that a query has for itself when others wait, and how long it may take to get them."""

_READERS_SHARE = 10
"""How many times the deadline an answer may take in all, most of it waiting for a slow reader."""


class PoolAnswer(Answer):
    """The bytes of one result; leaving it before its end kills the worker."""

    def __init__(self, worker: Worker, asked: float, timeout: float, give_back: Callable[[PoolAnswer], None]) -> None:
        self.worker = worker
        self._timeout, self._give_back = timeout, give_back
        self._spent_before = worker.spent
        self.begun = time.monotonic()
        """When a worker took the query."""
        self.queued = self.begun - asked
        """Seconds that the query waited for a worker."""
        self.serialised = 0.0
        """Seconds of its making from the first row to the last, once it has ended."""
        self._deadline = asked + timeout
        self._last = self._deadline + timeout * _READERS_SHARE
        self._held: list[bytes] = []
        self._streams = False
        self.finished = False
        """Whether the worker has said all."""
        self.last = False
        """Whether the worker is not to be asked again."""
        self.released = False
        """Whether the worker has been given back."""
        self.ended: QueryError | None = None
        """Why it was ended: to make room for others, or since nobody waits for it."""
        self.died = False
        """Whether the query broke its worker."""

    @property
    def whole(self) -> tuple[bytes, ...] | None:
        """The bytes of an answer that its beginning was all of."""
        return tuple(data for data in self._held if data) if self.finished else None

    def begin(self, request: Request) -> None:
        """Ask, and read the beginning, in which a fault still has a true status."""
        self.worker.send(request)
        length = 0
        while not self.finished and length < HOLD_BACK:
            data = self._next()
            self._held.append(data)
            length += len(data)
        self._streams = not self.finished

    @property
    def sends(self) -> bool:
        """Whether its beginning has gone, so that it can only break off."""
        return self._streams

    @property
    def spent(self) -> float:
        """Seconds of the processor that the query has taken."""
        return self.worker.spent - self._spent_before

    def turn_left(self, now: float) -> float:
        """Seconds until the query should make room for others; one that sends already waits for its reader."""
        longest = SLICE if self._streams else TURN
        return min(SLICE - self.spent, self.begun + longest - now)

    def __iter__(self) -> Iterator[bytes]:
        """Yield the bytes; a fault after the beginning ends the iteration with its exception."""
        held, self._held = self._held, []
        yield from (data for data in held if data)
        while not self.finished:
            # A slow reader does not use up the time of its query.
            self._deadline = min(time.monotonic() + self._timeout, self._last)
            if data := self._next():
                yield data
        self.close()

    def close(self) -> None:
        """Give the worker back, killed where it has not finished."""
        if not self.released:
            self.released = True
            self._give_back(self)

    def end(self, reason: QueryError) -> None:
        """Kill the worker; who reads the answer is told the reason."""
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
        self.finished, self.last = True, kind == LAST
        if kind in {END, LAST}:
            (self.serialised,) = SERIALISED.unpack(data)
            self.close()
            return b""
        if kind != FAULT:
            raise WorkerDied("a worker answered in a way that is not known")
        self.close()
        told = json.loads(data)
        if told["kind"] == "syntax":
            raise QuerySyntax(told["message"], told["line"], told["column"])
        if "Permission denied" in told["message"] or "SERVICE" in told["message"]:
            raise Refused("the query asks another server, which this endpoint never does")
        raise WorkerDied(told["message"])
