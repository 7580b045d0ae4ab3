"""Who waits for the beginning of an answer; what nobody waits for any more is ended.

Whoever serves requests makes a `PendingRequest` of each, sets it as the one that its thread works for (`CURRENT`), and
calls `leave` when its client has gone.  An endpoint joins it to a `Wait` for as long as it evaluates: several requests
share one where they ask the same, and it is given up when the last of them has left.  A query without a request never
leaves.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from server.sparql import ClientLeft


@dataclass(slots=True, kw_only=True, eq=False)
class PendingRequest:
    """A request; `came` is when it came, in seconds of `time.perf_counter`."""

    came: float = field(default_factory=time.perf_counter)
    client: str = ""
    """Who asks: an address, or a network of them that one client has; empty where nobody knows."""
    wait: Wait | None = None
    """What it waits for now."""
    left: bool = False

    def leave(self) -> None:
        """Its client has gone."""
        self.left = True
        if wait := self.wait:
            wait.look()


CURRENT: ContextVar[PendingRequest | None] = ContextVar("request", default=None)
"""The request that this thread works for, where there is one."""


class Wait:
    """The wait for one answer, of one request or of several."""

    def __init__(self) -> None:
        self._requests: list[PendingRequest] = []
        self._changed = threading.Condition()
        self._over = False
        self.give_up: Callable[[], None] | None = None
        """What is called when the last client has left; who sets it looks at `deserted` afterwards."""

    @property
    def client(self) -> str:
        """Who asked first."""
        return next((request.client for request in tuple(self._requests)), "")

    @property
    def deserted(self) -> bool:
        """Whether all have left."""
        return all(request.left for request in tuple(self._requests))

    def look(self) -> None:
        """Let the one go who has left, and give up where that was the last."""
        with self._changed:
            self._changed.notify_all()
        # In this order: who has got an answer takes this back before it waits no more.
        if self.deserted and (give_up := self.give_up):
            give_up()

    def end(self) -> None:
        """Let all go who wait."""
        with self._changed:
            self._over = True
            self._changed.notify_all()

    def hold(self) -> None:
        """Wait with the others until the end.

        Raises ClientLeft where the client of this thread has gone.
        """
        with self.joined() as request, self._changed:
            self._changed.wait_for(lambda: self._over or request.left)
            if not self._over:
                raise ClientLeft

    @contextmanager
    def joined(self) -> Iterator[PendingRequest]:
        """The request of this thread, which waits for this meanwhile."""
        request = CURRENT.get() or PendingRequest()
        before, request.wait = request.wait, self
        self._requests.append(request)
        try:
            yield request
        finally:
            request.wait = before
            self._requests.remove(request)


@contextmanager
def current_wait() -> Iterator[Wait]:
    """What the request of this thread waits for already, or else a wait of its own."""
    request = CURRENT.get()
    wait = (request and request.wait) or Wait()
    with wait.joined():
        yield wait
