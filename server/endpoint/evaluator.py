"""One worker process as the web process sees it: requests in, frames out, and its end at any time."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec

from server.endpoint import QueryTimeout, Request, WorkerDied
from server.endpoint.worker import HEAD, LENGTH, READY

_START = 20.0
"""Seconds that a worker may take to open its generation."""


class Worker:
    """One process, and the pipe to it."""

    def __init__(self, store: Path, memory: int, base: str) -> None:
        self.store = store
        self._ready = False
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", "server.endpoint.worker", str(store), str(memory), base],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            # Out of reach of the terminal's interrupt, yet in our session: the kernel weighs priorities within one.
            process_group=0,
        )

    def send(self, request: Request) -> None:
        """Give the worker a query."""
        assert self._process.stdin is not None  # noqa: S101 - PIPE says so
        data = msgspec.msgpack.encode(request)
        try:
            self._process.stdin.write(LENGTH.pack(len(data)) + data)
        except BrokenPipeError:
            raise self._died() from None

    def frame(self, deadline: float) -> tuple[bytes, bytes]:
        """The next frame: its kind and its data.

        Raises QueryTimeout at the deadline (of time.monotonic), WorkerDied where the process ended.
        """
        self.wait_ready()
        return self._frame(deadline)

    def wait_ready(self) -> None:
        """Wait until the store is open.

        Raises WorkerDied where it cannot be opened.
        """
        if not self._ready:
            kind, _ = self._frame(time.monotonic() + _START)
            if kind != READY:
                raise WorkerDied("a worker could not open the store")
            self._ready = True

    def step_back(self) -> None:
        """Let the process have only the time that no other wants, from now to its end."""
        with contextlib.suppress(OSError):
            # An ordinary user may not take this back, so that the process is not used again.
            if hasattr(os, "SCHED_IDLE"):
                os.sched_setscheduler(self._process.pid, os.SCHED_IDLE, os.sched_param(0))
            else:
                os.setpriority(os.PRIO_PROCESS, self._process.pid, 19)

    def kill(self) -> None:
        """End the process at once."""
        self.stop()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()

    def stop(self) -> None:
        """End the process; who reads from it sees its end."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def _frame(self, deadline: float) -> tuple[bytes, bytes]:
        kind, length = HEAD.unpack(self._read(HEAD.size, deadline))
        return kind, self._read(length, deadline)

    def _read(self, length: int, deadline: float) -> bytes:
        assert self._process.stdout is not None  # noqa: S101 - PIPE says so
        descriptor = self._process.stdout.fileno()
        parts = []
        while length:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([descriptor], [], [], left)[0]:
                raise QueryTimeout("the query took longer than is allowed")
            part = os.read(descriptor, length)
            if not part:
                raise self._died()
            parts.append(part)
            length -= len(part)
        return b"".join(parts)

    def _died(self) -> WorkerDied:
        try:
            code = self._process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            code = 0
        if code == -signal.SIGSEGV:
            return WorkerDied("the query is nested too deep to be evaluated; make it flatter")
        return WorkerDied("the query needs more memory than is allowed, or broke its evaluation; make it smaller")
