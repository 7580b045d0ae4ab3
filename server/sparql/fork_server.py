"""The process that makes the workers: all that they need is imported, nothing is open, and one thread runs.

A worker is a fork of it, and stands ready in a tenth of the time that an interpreter takes to start.  The web process,
which has threads, locks and sockets, is never forked.  It asks over a socket, with the two pipes of a worker that is to
be made, or with the number of one that has ended.

One that holds a generation in memory (`holds`) shares it with all of its workers, and sends a number when it is ready.
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
from typing import NamedTuple

import pyoxigraph
from cachetools import LRUCache

from server.sparql import in_memory_store, worker

RUNNING = 256
"""What stands for an exit code while there is none."""

_NUMBER = struct.Struct("!i")
_MAKE = 0
"""The request for a new worker; any other number is that of a process whose exit code is wanted."""
_MOST_CODES = 1_000


class Process(NamedTuple):
    """A worker: its number, and a descriptor that names it for good (pidfd_open(2), Linux 5.3), or -1."""

    number: int
    descriptor: int

    def kill(self) -> None:
        """End it at once; it may have ended before."""
        with contextlib.suppress(OSError):
            if self.descriptor >= 0:
                signal.pidfd_send_signal(self.descriptor, signal.SIGKILL)
            else:
                os.kill(self.number, signal.SIGKILL)

    def close(self) -> None:
        """Name it no more."""
        if self.descriptor >= 0:
            os.close(self.descriptor)


class ForkServer:
    """The process as the web process sees it: started when it is first needed, and again where it has died.

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
        code, _ = _answer(channel)
        if code == -errno.ENOMEM:
            raise MemoryError("the data take more memory than they may")
        _check(code)

    def make(self, requests: int, frames: int) -> Process:
        """A new process that reads requests from one pipe, and writes frames to the other.

        Raises OSError where no process can be made.
        """
        with self._lock:
            if self._closed:
                raise ConnectionError("the server is stopping")
            if not self._holds and (self._process is None or self._process.poll() is not None):
                self._start()
            number, descriptor = self._asked(_MAKE, requests, frames)
            _check(number)
            self._workers += 1
        return Process(number, descriptor)

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

    def exit_code(self, process: Process) -> int:
        """How a process ended: its exit code, the negative number of a signal, or `RUNNING`."""
        with self._lock, contextlib.suppress(OSError):
            return self._asked(process.number)[0]
        # The maker is gone, and what it made goes with it.
        return -signal.SIGKILL

    def close(self) -> None:
        """End the process, and with it all that it made."""
        with self._lock:
            self._closed = True
            self._channel.close()
            self._its.close()
            if self._process:
                self._process.kill()
                self._process.wait()

    def _asked(self, number: int, *descriptors: int) -> tuple[int, int]:
        socket.send_fds(self._channel, [_NUMBER.pack(number)], descriptors)
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


def _answer(channel: socket.socket) -> tuple[int, int]:
    """A number, and the descriptor that comes with it, or -1."""
    answer, descriptors, _, _ = socket.recv_fds(channel, _NUMBER.size, 1)
    if not answer:
        raise ConnectionResetError("the process that makes workers has ended")
    return int(_NUMBER.unpack(answer)[0]), descriptors[0] if descriptors else -1


def _check(number: int) -> None:
    """Raise the OSError that a negative number stands for."""
    if number < 0:
        raise OSError(-number, os.strerror(-number))


def module_path() -> str:
    """Where modules are looked for: where this one is, and never the folder that the user happens to stand in."""
    return os.pathsep.join([str(Path(__file__).parents[2]), *filter(None, [os.environ.get("PYTHONPATH")])])


class _Maker:
    """The process itself: how its children ended, and the store that all of them share."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._store: pyoxigraph.Store | None = None
        self._codes: LRUCache[int, int] = LRUCache(_MOST_CODES)

    def hold(self, generation: str, limit: int) -> None:
        """Load a generation into memory, and send how that went."""
        code = 0
        try:
            self._store = in_memory_store.loaded(generation, limit)
        except MemoryError:
            code = -errno.ENOMEM
        except OSError:
            code = -errno.EIO
        self._channel.sendall(_NUMBER.pack(code))

    def obey(self) -> None:
        """Do what is asked until nobody can ask any more, and let no child that has ended stay behind."""
        woken, wake = socket.socketpair()
        woken.setblocking(False)
        wake.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
        while True:
            ready, _, _ = select.select([self._channel, woken], [], [])
            if woken in ready:
                woken.recv(1_024)
            self._reap()
            if self._channel not in ready:
                continue
            message, descriptors, _, _ = socket.recv_fds(self._channel, _NUMBER.size, 2)
            if not message:
                return
            (number,) = _NUMBER.unpack(message)
            if number == _MAKE:
                self._make(*descriptors)
            else:
                self._channel.sendall(_NUMBER.pack(self._codes.get(number, RUNNING)))

    def _reap(self) -> None:
        with contextlib.suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                self._codes[ended[0]] = os.waitstatus_to_exitcode(ended[1])

    def _make(self, requests: int, frames: int) -> None:
        """Make a process, and send its number with a descriptor of it, or a negative error number."""
        parent, descriptors = os.getpid(), list[int]()
        try:
            number = os.fork()
        except OSError as fault:
            number = -(fault.errno or 1)
        if number == 0:
            _be_a_worker(requests, frames, parent=parent, store=self._store)
        os.close(requests)
        os.close(frames)
        if number > 0:
            self._codes.pop(number, None)
            with contextlib.suppress(AttributeError, OSError):
                descriptors.append(os.pidfd_open(number))
        socket.send_fds(self._channel, [_NUMBER.pack(number)], descriptors)
        for descriptor in descriptors:
            os.close(descriptor)


def _be_a_worker(requests: int, frames: int, *, parent: int, store: pyoxigraph.Store | None) -> None:
    """The life of a forked process, which never comes back."""
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        # The socket of the fork server is the standard input, and goes with it.
        os.dup2(requests, 0)
        os.dup2(frames, 1)
        os.close(requests)
        os.close(frames)
        worker.main(parent, store)
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
