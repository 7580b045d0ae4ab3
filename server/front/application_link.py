"""The application's end: it says from what the front may answer, and hears whom it has answered and who has left.

No client sees an older generation after a newer one: before the application shows another one it lets the front
answer nothing by itself (`withhold`), and waits until the front has obeyed.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

import msgspec

from server.front.messages import Answered, Channel, Report, Shown
from server.sparql import WorkerDied
from server.sparql.client_disconnect import PendingRequest
from server.sparql.pool import Pool

_PAUSE = 0.2
"""Seconds between two tries to meet the front."""
_LONGEST = 10.0
"""Seconds that the front may take to obey; it takes no longer than one round of events."""
_MOST_GONE = 1_024


class Link:
    """The connection to a front at `control`, which may answer from the data of the pool, where there is one."""

    def __init__(self, control: Path, pool: Pool | None = None) -> None:
        self._control, self._pool = control, pool
        self._under_way: dict[str, PendingRequest] = {}
        self._gone: OrderedDict[str, None] = OrderedDict()
        self._changed = threading.Condition()
        self._channel: Channel | None = None
        self._number = self._obeyed = 0
        self._withheld = False
        self.resident = False
        """Whether look-ups find all of the data in memory."""
        self.on_answered: Callable[[Answered], object] = id
        """What is called with each answer that the front gave."""
        if pool:
            pool.on_change(self.refresh)

    def start(self) -> None:
        """Meet the front, again and again; from now on it accepts connections."""
        threading.Thread(target=self._meet, name="front", daemon=True).start()

    def begun(self, name: str, request: PendingRequest) -> None:
        """A request that was passed on is answered now."""
        self._under_way[name] = request
        if name in self._gone:
            request.leave()

    def ended(self, name: str) -> None:
        """It has been answered."""
        self._under_way.pop(name, None)

    def withhold(self) -> None:
        """Let the front answer nothing by itself until `show`, and wait until it has obeyed.

        Raises WorkerDied where it does not.
        """
        with self._changed:
            self._withheld = True
            self._send()
            channel, number = self._channel, self._number
            if channel is None:
                return
            # Another front begins with nothing, and is sent what is shown then.
            if not self._changed.wait_for(lambda: self._channel is not channel or self._obeyed >= number, _LONGEST):
                raise WorkerDied("the process that holds the connections does not answer")

    def show(self) -> None:
        """Let the front answer from what the pool shows now."""
        with self._changed:
            self._withheld = False
            self._send()

    def refresh(self) -> None:
        """Let the front have what the pool shows now, unless that is withheld."""
        with self._changed:
            if not self._withheld:
                self._send()

    def _send(self) -> None:
        """Send the front what it may answer from, with the lock held."""
        self._number += 1
        with contextlib.suppress(OSError):
            if self._channel:
                self._channel.send(self._shown())

    def _shown(self) -> Shown:
        if self._pool is None or self._withheld:
            return Shown(number=self._number)
        generation = self._pool.shown
        opening = generation.opening
        memory = self._pool.resident if opening.resident else 0
        return Shown(generation.version, self._number, opening.store, opening.base, memory)

    def _meet(self) -> None:
        """Hear what the front reports; the life of a thread."""
        while True:
            with contextlib.suppress(OSError, EOFError), socket.socket(socket.AF_UNIX) as connection:
                connection.connect(str(self._control))
                channel = Channel(connection)
                with self._changed:
                    self._channel = channel
                    self._send()
                while True:
                    for data in channel.receive():
                        self._heard(msgspec.msgpack.decode(data, type=Report))
            with self._changed:
                self._channel, self.resident = None, False
                self._changed.notify_all()
            time.sleep(_PAUSE)

    def _heard(self, report: Report) -> None:
        self.resident = report.resident
        with self._changed:
            self._obeyed = report.shown
            self._changed.notify_all()
        for answered in report.answered:
            self.on_answered(answered)
        for name in report.left:
            self._gone[name] = None
            if request := self._under_way.get(name):
                request.leave()
        while len(self._gone) > _MOST_GONE:
            self._gone.popitem(last=False)
