"""A worker process as the web process sees it: requests in, frames out, and its end at any time."""

from __future__ import annotations

import contextlib
import socket
import time

import msgspec

from server.sparql import QueryTimeout, Request, WorkerDied
from server.sparql.fork_server import ForkServer
from server.sparql.lower_priority import Priority, lower
from server.sparql.worker import HEAD, LENGTH, READY, Opening

_START = 20.0
"""Seconds that a worker may take to open its generation."""
_LEAST = 0.001
"""Seconds that what has come already is waited for, however late it is."""
_BLOCK = 1 << 18
"""Bytes that are read at one time."""
_DIED = "the query takes more memory than there is for queries, or is nested too deep; make it smaller, or flatter"

_ORPHAN = "the process that makes the workers has ended, and another is being started; ask again"


class EndedIdle(WorkerDied):
    """The process had ended before it was asked, which is no fault of the query."""


class EndedWithMaker(WorkerDied):
    """The process ended since what made it had, which is no fault of the query."""


class Worker:
    """One process, and the socket to it; one that is `warmed` makes what it needs its own before it is ready.

    Raises OSError where no process can be made.
    """

    def __init__(self, server: ForkServer, opening: Opening, *, warmed: bool = False) -> None:
        self.opening, self.warmed = opening, warmed
        self.is_used = False
        """Whether a query has taken so long that it may have copied all that was shared."""
        self._server = server
        self._channel, its = socket.socketpair()
        self._held = bytearray()
        """What was read and not yet asked for."""
        try:
            with its:
                self.process = server.make(its)
        except OSError:
            self._channel.close()
            raise
        self._send(msgspec.structs.replace(opening, own=warmed))

    def wait_ready(self) -> None:
        """Wait until the generation is open.

        Raises WorkerDied where it cannot be opened.
        """
        with contextlib.suppress(WorkerDied):
            kind, _ = self.frame(time.monotonic() + _START)
            if kind == READY:
                return
        raise WorkerDied("the dataset cannot be opened")

    def send(self, request: Request) -> None:
        """Give the worker a query.

        Raises EndedIdle where the process has ended before, or is about to.
        """
        if self.process.is_orphan or not self._send(request):
            raise EndedIdle("a worker has ended without a query")

    def frame(self, deadline: float) -> tuple[bytes, bytes]:
        """The next frame: its kind and its data.

        Raises QueryTimeout at the deadline (of time.monotonic), WorkerDied where the process ended, EndedWithMaker
        where that was for the end of what made it.
        """
        kind, length = HEAD.unpack(self._read(HEAD.size, deadline))
        return kind, self._read(length, deadline)

    @property
    def spent(self) -> float:
        """Seconds of the processor that the process has taken; a clock like any other, where the system keeps none."""
        try:
            # How Linux names the clock of a process.
            return time.clock_gettime(~self.process.number << 3 | 2)
        except OSError:
            return time.monotonic()

    def lower(self, priority: Priority) -> None:
        """Let the query that it has now have less of the processor, to its end."""
        self.is_used = True
        lower(self.process.number, priority)

    def stop(self) -> None:
        """End the process; who reads from it sees its end."""
        self.process.kill()

    def kill(self) -> None:
        """End the process at once, and all that belongs to it."""
        self.process.kill()
        self.process.close()
        self._channel.close()
        self._server.let_go()

    def _send(self, message: msgspec.Struct) -> bool:
        data = msgspec.msgpack.encode(message)
        self._channel.settimeout(None)
        try:
            self._channel.sendall(LENGTH.pack(len(data)) + data)
        except ConnectionError:
            return False
        return True

    def _read(self, length: int, deadline: float) -> bytes:
        while len(self._held) < length:
            self._channel.settimeout(max(_LEAST, deadline - time.monotonic()))
            try:
                part = self._channel.recv(_BLOCK)
            except TimeoutError:
                raise QueryTimeout("the query took longer than is allowed") from None
            except ConnectionError:
                part = b""
            if not part:
                raise EndedWithMaker(_ORPHAN) if self.process.is_orphan else WorkerDied(_DIED)
            self._held += part
        data = bytes(self._held[:length])
        del self._held[:length]
        return data
