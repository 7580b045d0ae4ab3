"""A worker process as the web process sees it: requests in, frames out, and its end at any time."""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import signal
import time

import msgspec

from server.sparql import QueryTimeout, Request, WorkerDied
from server.sparql.fork_server import RUNNING, ForkServer
from server.sparql.lower_priority import Priority, lower
from server.sparql.worker import HEAD, LENGTH, READY, Opening

_START, _END, _PAUSE = 20.0, 1.0, 0.005
"""Seconds that a worker may take to open its generation, and to end; seconds between two looks whether it has ended."""
_PIPE = 1 << 18
"""Bytes that the pipe of the frames takes, where the system allows it."""


class EndedIdle(WorkerDied):
    """The process had ended before it was asked, which is no fault of the query."""


class Worker:
    """One process, and the pipes to it; one that is `warmed` makes what it needs its own before it is ready.

    Raises OSError where no process can be made.
    """

    def __init__(self, server: ForkServer, opening: Opening, *, warmed: bool = False) -> None:
        self.opening, self.warmed = opening, warmed
        self.is_used = False
        """Whether a query has taken so long that it may have copied all that was shared."""
        self._server = server
        requests, self._requests = os.pipe()
        self._frames, frames = os.pipe()
        with contextlib.suppress(OSError, AttributeError):
            fcntl.fcntl(frames, fcntl.F_SETPIPE_SZ, _PIPE)
        self._held = bytearray()
        """What was read and not yet asked for."""
        self._readable = select.poll()
        self._readable.register(self._frames, select.POLLIN)
        try:
            self.process = server.make(requests, frames)
        except OSError:
            os.close(self._requests)
            os.close(self._frames)
            raise
        finally:
            os.close(requests)
            os.close(frames)
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

        Raises EndedIdle where the process has ended before.
        """
        if not self._send(request):
            raise EndedIdle("a worker has ended without a query")

    def frame(self, deadline: float) -> tuple[bytes, bytes]:
        """The next frame: its kind and its data.

        Raises QueryTimeout at the deadline (of time.monotonic), WorkerDied where the process ended.
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
        os.close(self._requests)
        os.close(self._frames)
        self._server.let_go()

    def _send(self, message: msgspec.Struct) -> bool:
        data = msgspec.msgpack.encode(message)
        view = memoryview(LENGTH.pack(len(data)) + data)
        with contextlib.suppress(BrokenPipeError):
            while view:
                view = view[os.write(self._requests, view) :]
        return not view

    def _read(self, length: int, deadline: float) -> bytes:
        while len(self._held) < length:
            left = deadline - time.monotonic()
            if left <= 0 or not self._readable.poll(left * 1_000):
                raise QueryTimeout("the query took longer than is allowed")
            part = os.read(self._frames, _PIPE)
            if not part:
                raise self._died()
            self._held += part
        data = bytes(self._held[:length])
        del self._held[:length]
        return data

    def _died(self) -> WorkerDied:
        until = time.monotonic() + _END
        while (code := self._server.exit_code(self.process)) == RUNNING and time.monotonic() < until:
            time.sleep(_PAUSE)
        if code == -signal.SIGSEGV:
            return WorkerDied("the query is nested too deep to be evaluated; make it flatter")
        return WorkerDied("the query needs more memory than is allowed, or broke its evaluation; make it smaller")
