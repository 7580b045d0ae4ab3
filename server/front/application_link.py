"""The application's end: it lends the reception an evaluator, and hears whom it has answered and who has left."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

import msgspec

from converter.errors import QueryError
from server.front.messages import Answered, Channel, Shown, Told
from server.sparql.client_disconnect import Asker
from server.sparql.pool import Pool
from server.sparql.worker import Opening
from server.sparql.worker_handle import Worker

_PAUSE, _AGAIN = 0.2, 1.0
"""Seconds between two looks at what the pool shows, and before another evaluator is lent: changes come in crowds."""
_MOST_GONE = 1_024


class Link:
    """The connection to a reception at `control`; `pool` lends the evaluators, where there is one."""

    def __init__(self, control: Path, pool: Pool | None = None) -> None:
        self._control, self._pool = control, pool
        self._under_way: dict[str, Asker] = {}
        self._gone: OrderedDict[str, None] = OrderedDict()
        self._sending = threading.Lock()
        self._channel: Channel | None = None
        self._worker: Worker | None = None
        self._number = 0
        self._lost = False
        self._settled = 0.0
        self.resident = False
        """Whether look-ups find all of the data in memory."""
        self.on_answered: Callable[[Answered], object] = id
        """What is called with each answer that the reception gave."""

    def start(self) -> None:
        """Meet the reception, again and again; from now on it takes connections."""
        threading.Thread(target=self._meet, name="reception", daemon=True).start()
        threading.Thread(target=self._lend, name="lending", daemon=True).start()

    def begun(self, name: str, asker: Asker) -> None:
        """A request that was passed on is answered now."""
        self._under_way[name] = asker
        if name in self._gone:
            asker.leave()

    def ended(self, name: str) -> None:
        """It has been answered."""
        self._under_way.pop(name, None)

    def changed(self) -> None:
        """The pool shows other data."""
        self._settled = time.monotonic() + _AGAIN
        with self._sending, contextlib.suppress(OSError):
            if self._channel:
                self._channel.send(self._shown())

    def _shown(self, lent: tuple[str, Opening] | None = None) -> Shown:
        """What is shown, or what an evaluator that is lent has."""
        if self._pool is None:
            return Shown("")
        version, opening = lent or self._pool.stock.shown
        memory = self._pool.resident if opening.resident else 0
        return Shown(version, self._number if lent else 0, opening.store, opening.base, memory)

    def _meet(self) -> None:
        """Hear what the reception tells; the life of a thread."""
        while True:
            with contextlib.suppress(OSError, EOFError), socket.socket(socket.AF_UNIX) as connection:
                connection.connect(str(self._control))
                channel = Channel(connection)
                with self._sending:
                    channel.send(self._shown())
                    self._channel, self._lost = channel, True
                while True:
                    for data in channel.receive():
                        self._heard(msgspec.msgpack.decode(data, type=Told))
            with self._sending:
                self._channel, self._lost, self.resident = None, True, False
            time.sleep(_PAUSE)

    def _heard(self, told: Told) -> None:
        self.resident = told.resident
        for answered in told.answered:
            self.on_answered(answered)
        for name in told.left:
            self._gone[name] = None
            if asker := self._under_way.get(name):
                asker.leave()
        while len(self._gone) > _MOST_GONE:
            self._gone.popitem(last=False)
        if told.lost == self._number:
            self._lost, self._settled = True, time.monotonic() + _AGAIN

    def _lend(self) -> None:
        """See to it that the reception has an evaluator of the newest data; the life of a thread."""
        pool = self._pool
        while pool and not pool.stock.closed:
            time.sleep(_PAUSE)
            channel, before = self._channel, self._worker
            due = self._lost or before is None or before.opening != pool.stock.opening
            if not due or channel is None or time.monotonic() < self._settled:
                continue
            self._lost = False
            self._number += 1
            try:
                self._worker, version = pool.stock.lend()
                with self._sending:
                    channel.send(self._shown((version, self._worker.opening)), *self._worker.pipes)
            except (OSError, QueryError):
                self._lost, self._settled = True, time.monotonic() + _AGAIN
            if before and before is not self._worker:
                before.kill()
        if self._worker:
            self._worker.kill()
