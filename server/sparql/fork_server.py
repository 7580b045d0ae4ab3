"""The process that makes the workers: all that they need is imported, nothing is open, and one thread runs.

A worker is a fork of it, and stands ready in a tenth of the time that an interpreter takes to start.  The web process,
which has threads, locks and sockets, is never forked.  Orders come over a socket: a verb and the number of a process,
or the three pipes of one that is to be made; the answer is a number.

One that holds a generation in memory (`resident`) gives it to all of its workers, and says a number when it is ready.
"""

from __future__ import annotations

import contextlib
import errno
import gc
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
from pathlib import Path

import pyoxigraph

from server.sparql import in_memory_store, worker

RUNNING = 256
"""What stands for an exit code while there is none."""

_ORDER, _ANSWER = struct.Struct("!ci"), struct.Struct("!i")
_MAKE, _END, _HOW = b"M", b"E", b"H"
_SIGNALS = {b"P": signal.SIGSTOP, b"R": signal.SIGCONT, b"K": signal.SIGKILL}
_VERBS = {int(number): verb for verb, number in _SIGNALS.items()}
_GONE = -signal.SIGKILL
_SWEEP = 0.1
"""Seconds between two looks for processes that are ending."""


class Nursery:
    """The making process as the web process sees it: started when it is first needed, and again where it has died.

    One that holds the generation in the folder `holds` in memory, at most `limit` bytes of it, is started by
    `wait_ready` and not again.
    """

    def __init__(self, name: str, holds: str = "", limit: int = 0) -> None:
        self._arguments = [name, holds, str(limit)] if holds else [name]
        self._holds = bool(holds)
        self._lock = threading.Lock()
        self._closed = self._retired = False
        self._workers = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._channel, self._its = socket.socketpair()

    def wait_ready(self) -> None:
        """Start, and wait until all of the generation is in memory.

        Raises MemoryError where it takes too much, OSError where it cannot be read.
        """
        with self._lock:
            if self._closed:
                raise ConnectionError("the server is stopping")
            self._start()
            channel = self._channel
        code = _answer(channel)
        if code == -errno.ENOMEM:
            raise MemoryError("the data take more memory than they may")
        _check(code)

    def make(self, *pipes: int) -> int:
        """The number of a new process that reads requests from the first pipe, and writes frames to the second.

        From the third it reads who is to step back (`stepping`).
        Raises OSError where no process can be made.
        """
        with self._lock:
            if self._closed:
                raise ConnectionError("the server is stopping")
            if not self._holds and (self._process is None or self._process.poll() is not None):
                self._start()
            number = self._order(_MAKE, 0, *pipes)
            _check(number)
            self._workers += 1
        return number

    def let_go(self) -> None:
        """A worker is needed no more."""
        with self._lock:
            self._workers -= 1
            last = self._retired and not self._workers
        if last:
            self.close()

    def retire(self) -> None:
        """End with the last of the workers."""
        with self._lock:
            self._retired = True
            last = not self._workers
        if last:
            self.close()

    def signal(self, process: int, number: int) -> None:
        """Let a process stand still, go on, or end."""
        self._told(_VERBS[number], process)

    def end(self, process: int) -> None:
        """Kill a process; nobody waits for its end."""
        self._told(_END, process)

    def how(self, process: int) -> int:
        """How a process ended: its exit code, the negative number of a signal, or `RUNNING`."""
        return self._told(_HOW, process)

    def close(self) -> None:
        """End the process, and with it all that it made."""
        with self._lock:
            self._closed = True
            self._channel.close()
            self._its.close()
            if self._process:
                self._process.kill()
                self._process.wait()

    def _told(self, verb: bytes, process: int) -> int:
        with self._lock, contextlib.suppress(OSError):
            return self._order(verb, process)
        # The maker is gone, and what it made goes with it.
        return _GONE

    def _order(self, verb: bytes, process: int, *descriptors: int) -> int:
        socket.send_fds(self._channel, [_ORDER.pack(verb, process)], descriptors)
        return _answer(self._channel)

    def _start(self) -> None:
        self._channel.close()
        self._channel, its = socket.socketpair()
        with its:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [sys.executable, "-P", "-m", "server.sparql.fork_server", *self._arguments],
                env={**os.environ, "PYTHONPATH": module_path()},
                stdin=its.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                # Out of reach of the terminal's interrupt, yet in our session: the kernel weighs priorities within one.
                process_group=0,
            )


def _answer(channel: socket.socket) -> int:
    answer = channel.recv(_ANSWER.size)
    if not answer:
        raise ConnectionResetError("the process that makes workers has ended")
    return int(_ANSWER.unpack(answer)[0])


def _check(number: int) -> None:
    """Raise the OSError that a negative number stands for."""
    if number < 0:
        raise OSError(-number, os.strerror(-number))


def module_path() -> str:
    """Where modules are looked for: where this one is, and never the folder that the user happens to stand in."""
    return os.pathsep.join([str(Path(__file__).parents[2]), *filter(None, [os.environ.get("PYTHONPATH")])])


class _Maker:
    """The process itself: what runs, what was left to end, and the store that all of its workers share."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._store: pyoxigraph.Store | None = None
        self._running: set[int] = set()
        self._ending: set[int] = set()

    def hold(self, generation: str, limit: int) -> None:
        """Take a generation into memory, and say how that went."""
        code = 0
        try:
            self._store = in_memory_store.loaded(generation, limit)
        except MemoryError:
            code = -errno.ENOMEM
        except OSError:
            code = -errno.EIO
        self._channel.sendall(_ANSWER.pack(code))

    def obey(self) -> None:
        """Do what is asked until nobody can ask any more."""
        while True:
            self._ending -= {process for process in self._ending if os.waitpid(process, os.WNOHANG)[0]}
            if not select.select([self._channel], [], [], _SWEEP if self._ending else None)[0]:
                continue
            message, descriptors, _, _ = socket.recv_fds(self._channel, _ORDER.size, 3)
            if not message:
                return
            verb, process = _ORDER.unpack(message)
            number = self._made(*descriptors) if verb == _MAKE else self._done(verb, process)
            self._channel.sendall(_ANSWER.pack(number))

    def _made(self, *pipes: int) -> int:
        """The number of a new process, or a negative error number."""
        parent = os.getpid()
        try:
            process = os.fork()
        except OSError as fault:
            process = -(fault.errno or 1)
        if process == 0:
            _be_a_worker(*pipes, parent=parent, store=self._store)
        for pipe in pipes:
            os.close(pipe)
        if process > 0:
            self._running.add(process)
        return process

    def _done(self, verb: bytes, process: int) -> int:
        """0, or how the process ended.  A number that is not among those that run may be another's by now."""
        if process not in self._running:
            return _GONE
        if verb in _SIGNALS:
            os.kill(process, _SIGNALS[verb])
        elif verb == _END:
            os.kill(process, signal.SIGKILL)
            self._running.remove(process)
            self._ending.add(process)
        elif verb == _HOW:
            ended, status = os.waitpid(process, os.WNOHANG)
            if not ended:
                return RUNNING
            self._running.remove(process)
            return os.waitstatus_to_exitcode(status)
        return 0


def _be_a_worker(requests: int, frames: int, orders: int, *, parent: int, store: pyoxigraph.Store | None) -> None:
    """The life of a forked process, which never comes back."""
    try:
        # The socket of the orders is the standard input, and goes with it.
        os.dup2(requests, 0)
        os.dup2(frames, 1)
        os.close(requests)
        os.close(frames)
        worker.main(parent, store, orders)
    finally:
        os._exit(1)


def _main(_: str, holds: str = "", limit: str = "0") -> None:
    """The life of the process; its name is for whoever lists processes."""
    maker = _Maker(socket.socket(fileno=0))
    if holds:
        maker.hold(holds, int(limit))
    # What is there already is never looked at again by the collector, and stays shared.
    gc.freeze()
    maker.obey()


if __name__ == "__main__":
    _main(*sys.argv[1:])
