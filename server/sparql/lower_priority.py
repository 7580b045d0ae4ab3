"""Lower priority: a query over its slice leaves the processor to others, and its worker is as before when it is done.

The pool lowers the thread that evaluates from outside.  Such a thread may not have its priority back without privileges
(sched(7)), so the first thread of a worker, which evaluates nothing, starts another one for the next query: a thread
inherits the priority of the one that starts it.
"""

from __future__ import annotations

import contextlib
import enum
import os
import queue
import threading
from collections.abc import Callable
from pathlib import Path

RETURNS = hasattr(os, "SCHED_IDLE")
"""Whether a worker is as before after it has been lowered; elsewhere all of its process stays low."""
_OWN = os.getpriority(os.PRIO_PROCESS, 0)
_LOW = min(19, _OWN + 5)
"""At this niceness a process has a third of what an ordinary one has, and a hundred times what an idle one has."""


class Priority(enum.IntEnum):
    """How much of the processor a query has beside others."""

    NORMAL = 0
    LOW = 1
    """A third, where others want it."""
    LOWEST = 2
    """What nobody else wants."""


def lower(process: int, priority: Priority) -> None:
    """Lower the threads of a worker, but its first; where the system forbids it, the query goes on as it did."""
    with contextlib.suppress(OSError):
        if not RETURNS:
            os.setpriority(os.PRIO_PROCESS, process, 19 if priority is Priority.LOWEST else _LOW)
            return
        threads = {int(path.name) for path in Path(f"/proc/{process}/task").iterdir()}
        for thread in threads - {process}:
            with contextlib.suppress(ProcessLookupError):
                if priority is Priority.LOWEST:
                    os.sched_setscheduler(thread, os.SCHED_IDLE, os.sched_param(0))
                else:
                    os.setpriority(os.PRIO_PROCESS, thread, _LOW)


def is_lowered() -> bool:
    """Whether this thread has less than ordinary priority."""
    return RETURNS and (os.sched_getscheduler(0) == os.SCHED_IDLE or os.getpriority(os.PRIO_PROCESS, 0) > _OWN)


class Threads:
    """The threads of a worker that evaluate, one after the other."""

    def __init__(self) -> None:
        self._wanted: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._started: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._current = 0

    def renew(self) -> bool:
        """Whether this thread has been lowered, and another has been started to follow it."""
        if not is_lowered():
            return False
        self._wanted.put(None)
        self._started.get()
        return True

    def run(self, answer_next: Callable[[], bool]) -> None:
        """Call it again and again; the life of a process, which ends where it returns False or raises."""
        self._start(answer_next, follows=False)
        while True:
            self._wanted.get()
            self._start(answer_next, follows=True)

    def _start(self, answer_next: Callable[[], bool], *, follows: bool) -> None:
        try:
            threading.Thread(target=self._work, args=(answer_next, follows), daemon=True).start()
        except RuntimeError:
            # There is no memory for a thread, and there will be none for a query.
            os._exit(1)

    def _work(self, answer_next: Callable[[], bool], follows: bool) -> None:
        mine = self._current = threading.get_ident()
        if follows:
            self._started.put(None)
        try:
            while self._current == mine:
                if not answer_next():
                    os._exit(0)
        except BaseException:
            os._exit(1)
