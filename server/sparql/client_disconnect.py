"""Who waits for the beginning of an answer; what nobody waits for any more is ended.

Whoever serves requests makes an `Asker` of each, lets its thread know it (`ASKER`), and calls `leave` when its client
has gone.  An endpoint joins the asker to a `Wait` for as long as it evaluates: several askers share one where they ask
the same, and it is given up when the last of them has left.  Who asks without a request never leaves.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from server.sparql import ClientLeft


@dataclass(slots=True, kw_only=True, eq=False)
class Asker:
    """A request; `came` is when it came, in seconds of `time.perf_counter`."""

    came: float = field(default_factory=time.perf_counter)
    wait: Wait | None = None
    """What it waits for now."""
    left: bool = False

    def leave(self) -> None:
        """Its client has gone."""
        self.left = True
        if wait := self.wait:
            wait.look()


ASKER: ContextVar[Asker | None] = ContextVar("asker", default=None)
"""The request that this thread works for, where there is one."""


class Wait:
    """The wait for one answer, of one asker or of several."""

    def __init__(self) -> None:
        self._askers: list[Asker] = []
        self._changed = threading.Condition()
        self._over = False
        self.give_up: Callable[[], None] | None = None
        """What is called when the last asker has left; who sets it looks at `deserted` afterwards."""

    @property
    def deserted(self) -> bool:
        """Whether all have left."""
        return all(asker.left for asker in tuple(self._askers))

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
        with Joined(self) as joined, self._changed:
            while not self._over:
                if joined.asker.left:
                    raise ClientLeft
                self._changed.wait()

    def join(self, asker: Asker) -> None:
        """One more waits."""
        self._askers.append(asker)

    def part(self, asker: Asker) -> None:
        """One waits no more."""
        self._askers.remove(asker)


class Joined:
    """The asker of this thread while it waits: for that, or else for what it waits for already."""

    __slots__ = ("_before", "asker", "wait")

    def __init__(self, wait: Wait | None = None) -> None:
        self.asker = ASKER.get() or Asker()
        self._before = self.asker.wait
        self.wait = wait or self._before or Wait()

    def __enter__(self) -> Self:
        self.wait.join(self.asker)
        self.asker.wait = self.wait
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.asker.wait = self._before
        self.wait.part(self.asker)
