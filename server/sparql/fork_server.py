"""The process that makes the workers: all that they need is imported, nothing is open, and one thread runs.

A worker is a fork of it, and stands ready in a tenth of the time that an interpreter takes to start.  The web process,
which has threads, locks and sockets, is never forked.  It asks for a worker by sending the socket that the worker is to
have, and receives the number of the new process, with a descriptor that names it.

One that holds a generation in memory (`holds`) shares it with all of its workers, and sends a number when it is ready.
"""

from __future__ import annotations

import contextlib
import errno
import gc
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
from typing import NamedTuple

import pyoxigraph

from server.processes import child_process
from server.sparql import in_memory_store, worker

_NUMBER = struct.Struct("!i")
_MAKE = b"m"
"""What is sent with the socket of a worker that is to be made."""


class Process(NamedTuple):
    """A worker: its number, a descriptor that names it for good (pidfd_open(2), Linux 5.3) or -1, and what made it."""

    number: int
    descriptor: int
    maker: subprocess.Popen[bytes] | None = None

    @property
    def is_orphan(self) -> bool:
        """Whether what made it has ended, and it has with that."""
        return self.maker is not None and self.maker.poll() is not None

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
        self._closed = False
        self._needed = 1
        """How many need it: its workers, and whoever made it."""
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: socket.socket | None = None

    def wait_ready(self) -> None:
        """Start, and wait until all of the generation is in memory.

        Raises MemoryError where it takes too much, OSError where it cannot be read.
        """
        with self._lock:
            channel = self._start()
        try:
            _answer(channel)
        except OSError as fault:
            if fault.errno == errno.ENOMEM:
                raise MemoryError("the data take more memory than they may") from None
            raise

    def make(self, channel: socket.socket) -> Process:
        """A new process that reads requests from the other end of a socket, and writes frames to it.

        Raises OSError where no process can be made.
        """
        with self._lock:
            ours = self._channel
            if ours is None or (not self._holds and self._process and self._process.poll() is not None):
                ours = self._start()
            socket.send_fds(ours, [_MAKE], [channel.fileno()])
            process = _answer(ours)._replace(maker=self._process)
            self._needed += 1
        return process

    def let_go(self) -> None:
        """A worker needs it no more, or whoever made it; it ends with the last of them."""
        with self._lock:
            self._needed -= 1
            last = not self._needed
        if last:
            self.close()

    def close(self) -> None:
        """End the process, and with it all that it made."""
        with self._lock:
            self._closed = True
            if self._channel:
                self._channel.close()
            if self._process:
                self._process.kill()
                self._process.wait()

    def _start(self) -> socket.socket:
        if self._closed:
            raise ConnectionError("the server is stopping")
        if self._channel:
            self._channel.close()
        self._channel, its = socket.socketpair()
        with its:
            self._process = child_process.start(
                "server.sparql.fork_server",
                *self._arguments,
                stdin=its.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                # Out of reach of the terminal's interrupt, yet in our session: the kernel weighs priorities within one.
                process_group=0,
            )
        return self._channel


def _answer(channel: socket.socket) -> Process:
    """The process that was made; raises the OSError that a negative number stands for."""
    answer, descriptors, _, _ = socket.recv_fds(channel, _NUMBER.size, 1)
    if not answer:
        raise ConnectionResetError("the process that makes workers has ended")
    (number,) = _NUMBER.unpack(answer)
    if number < 0:
        raise OSError(-number, os.strerror(-number))
    return Process(number, descriptors[0] if descriptors else -1)


def _held(generation: str, limit: int, channel: socket.socket) -> pyoxigraph.Store | None:
    """The generation in memory, where that is possible; how it went is sent."""
    store, code = None, 0
    try:
        store = in_memory_store.loaded(generation, limit)
    except MemoryError:
        code = -errno.ENOMEM
    except OSError:
        code = -errno.EIO
    channel.sendall(_NUMBER.pack(code))
    return store


def _make(channel: socket.socket, store: pyoxigraph.Store | None) -> bool:
    """Make the process that is asked for, and send its number with a descriptor of it, or a negative error number.

    False where nobody can ask any more.
    """
    message, (*its,), _, _ = socket.recv_fds(channel, len(_MAKE), 1)
    if not message:
        return False
    parent, descriptors = os.getpid(), list[int]()
    try:
        number = os.fork()
    except OSError as fault:
        number = -(fault.errno or 1)
    if number == 0:
        _be_a_worker(*its, parent=parent, store=store)
    if number > 0:
        with contextlib.suppress(AttributeError, OSError):
            descriptors.append(os.pidfd_open(number))
    socket.send_fds(channel, [_NUMBER.pack(number)], descriptors)
    for descriptor in (*its, *descriptors):
        os.close(descriptor)
    return True


def _be_a_worker(channel: int, *, parent: int, store: pyoxigraph.Store | None) -> None:
    """The life of a forked process, which never comes back."""
    try:
        child_process.end_with_parent(parent)
        # The socket of the fork server is the standard input, and goes with it.
        os.dup2(channel, 0)
        os.close(channel)
        worker.main(store)
    finally:
        os._exit(1)


def _main(_: str, holds: str = "", limit: str = "0") -> None:
    """The life of the process; its name is for whoever lists processes."""
    channel = socket.socket(fileno=0)
    store = _held(holds, int(limit), channel) if holds else None
    # The kernel keeps nothing of a worker that has ended.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    # What is there already is never looked at again by the collector, and stays shared.
    gc.freeze()
    while _make(channel, store):
        pass


if __name__ == "__main__":
    _main(*sys.argv[1:])
