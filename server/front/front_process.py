"""The process that holds the connections: it waits for all of them at once, and for none of them alone."""

from __future__ import annotations

import contextlib
import errno
import gc
import os
import resource
import secrets
import selectors
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import msgspec

from server.front.connection import Connection
from server.front.event_threads import Superseded
from server.front.messages import Answered, Channel, Report, Shown
from server.front.responder import Responder
from server.processes.network_guard import deny_internet

_SWEEP, _REPORT = 5.0, 0.1
"""Seconds between two looks for connections that rest, and for which answers are reported in one piece."""
_MOST_HELD = 8 << 20
"""Bytes of reports that an application may leave unread."""
_AT_ONCE = 64
"""Connections that are accepted before others are served."""
_RETRY = 0.01
"""Seconds between two looks whether the application listens."""
_FULL = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


class Front:
    """All connections of a site; the application listens at `application`, and is heard at `control`.

    Answers on their way have `last` seconds at the end.
    """

    def __init__(self, listening: socket.socket, control: str, application: str, last: float) -> None:
        self.selector: selectors.BaseSelector = selectors.DefaultSelector()
        self.now = time.perf_counter()
        self._listening, self._application, self._place = listening, application, Path(control)
        self._prefix, self._count = secrets.token_hex(8), 0
        self._connections: set[Connection] = set()
        self._answered: list[Answered] = []
        self.responder = Responder(self._answered.append)
        self._channel: Channel | None = None
        self._left: list[str] = []
        self._resident = False
        self._swept = self._reported = self.now
        self._opens = self._open_now = False
        """Whether connections are to be accepted, once the application listens, and whether they are."""
        self._last, self._until = last, 0.0
        """When this process ends, once it is to."""
        self._control = socket.socket(socket.AF_UNIX)
        self._control.bind(control)
        self._control.listen(1)
        listening.setblocking(False)
        self.selector.register(self._control, selectors.EVENT_READ, self._meet)
        self.selector.register(sys.stdin.fileno(), selectors.EVENT_READ, self._end)

    def run(self) -> None:
        """Go on until the process that started this one has ended."""
        threading.Thread(target=self._run_thread, name="second thread", daemon=True).start()
        self._run_thread(leads=True)

    def _run_thread(self, *, leads: bool = False) -> None:
        """Handle all events, or wait while another thread does; the life of a thread."""
        try:
            while True:
                if not leads:
                    self.responder.threads.wait_for_turn()
                    self.now = time.perf_counter()
                    self.responder.take_over()
                leads = False
                with contextlib.suppress(Superseded):
                    self._go_on()
        except BaseException:
            traceback.print_exc()
            # Whoever started this process starts another; half of it would serve nobody.
            os._exit(1)

    def _go_on(self) -> None:
        select = self.selector.select
        while True:
            events = select(self._pause())
            self.now = time.perf_counter()
            for key, mask in events:
                self._handle(key.data, mask)
            if self._has_news() and self.now - self._reported > _REPORT:
                self._report()
            if self.now - self._swept > _SWEEP:
                self._sweep()
            if self._opens and not self._until:
                self._open()
            if self._until and (self.now > self._until or not any(held.busy for held in self._connections)):
                self._clear_away()
                os._exit(0)

    @staticmethod
    def _handle(ready: Callable[[int], None], mask: int) -> None:
        """Let whoever waited for an event go on; a fault of ours costs no more than one connection."""
        try:
            ready(mask)
        except Superseded:
            raise
        except Exception:  # whatever it is, the other connections go on, and it is printed
            traceback.print_exc()
            concerned = getattr(ready, "__self__", None)
            if not isinstance(concerned, Connection):
                raise
            concerned.close()

    def name(self) -> str:
        """A name for a request that is passed on; nobody can guess one that is under way."""
        self._count += 1
        return f"{self._prefix}.{self._count}"

    def connect(self) -> socket.socket:
        """A connection to the application.

        Raises OSError where it is not there, or has too many.
        """
        made = socket.socket(socket.AF_UNIX)
        made.setblocking(False)
        try:
            made.connect(self._application)
        except OSError:
            made.close()
            raise
        return made

    def forget(self, connection: Connection) -> None:
        """A connection has been closed."""
        self._connections.discard(connection)

    def has_left(self, name: str) -> None:
        """The client of a request that was passed on has gone before its answer was complete."""
        self._left.append(name)
        self._report()

    def _pause(self) -> float:
        """Seconds until something is to be done, whatever comes."""
        until = self._until or self._swept + _SWEEP
        if self._opens and not self._until:
            until = min(until, self.now + _RETRY)
        if self._has_news():
            until = min(until, self._reported + _REPORT)
        return max(0.0, until - time.perf_counter())

    def _meet(self, _: int) -> None:
        """The application is there."""
        connection, _address = self._control.accept()
        connection.setblocking(False)
        self._part()
        self._channel = Channel(connection)
        self.selector.register(self._channel, selectors.EVENT_READ, self._hear)

    def _part(self) -> None:
        """The application is there no more, or is another one."""
        self.responder.show(Shown())
        if self._channel:
            self.selector.unregister(self._channel)
            self._channel.close()
            self._channel = None

    def _hear(self, _: int) -> None:
        """Answer from what the application shows, and from nothing else, and say at once that this is so."""
        channel = self._channel
        if channel is None:
            return
        try:
            for data in channel.receive():
                self.responder.show(msgspec.msgpack.decode(data, type=Shown))
                self._opens = not self._open_now
        except (OSError, EOFError, ValueError):
            self._part()
        else:
            self._report()

    def _open(self) -> None:
        """Accept connections from now on, where the application does: it may be heard before it listens."""
        with contextlib.suppress(OSError):
            self.connect().close()
            self.selector.register(self._listening, selectors.EVENT_READ, self._accept)
            self._open_now, self._opens = True, False
            os.write(1, b"\n")

    def _accept(self, _: int) -> None:
        for _turn in range(_AT_ONCE):
            try:
                client, address = self._listening.accept()
            except BlockingIOError:
                return
            except OSError as fault:
                if fault.errno in _FULL:
                    # Those that rest are looked for, and it goes on as soon as there is room.
                    self.selector.unregister(self._listening)
                    self._open_now, self._opens = False, True
                    self._swept = self.now - _SWEEP
                return
            client.setblocking(False)
            with contextlib.suppress(OSError):
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._connections.add(Connection(self, client, address[0]))

    def _sweep(self) -> None:
        self._swept = self.now
        for connection in [held for held in self._connections if held.overdue(self.now)]:
            connection.close()

    def _has_news(self) -> bool:
        if self._answered or self._left or self._resident is not self.responder.resident:
            return True
        return bool(self._channel and self._channel.held)

    def _report(self) -> None:
        """Report to the application what has happened."""
        self._reported = self.now
        self._resident = self.responder.resident
        report = Report([*self._answered], self._left, self.responder.shown.number, self._resident)
        self._answered.clear()
        self._left = []
        try:
            # An application that reads nothing any more is not written to for ever.
            if self._channel is None or self._channel.held >= _MOST_HELD:
                raise ConnectionError
            self._channel.post(report)
        except OSError:
            if report.answered:
                print(f"shelfgraph: {len(report.answered)} answers are in no log: nobody listens", file=sys.stderr)

    def _end(self, _: int) -> None:
        """Whoever started this process has ended, or wants it to: what is on its way has a moment to go."""
        self._until = self.now + self._last
        self.selector.unregister(sys.stdin.fileno())
        with contextlib.suppress(KeyError):
            self.selector.unregister(self._listening)

    def _clear_away(self) -> None:
        """Remove the sockets and their folder: who made them may have been killed."""
        with contextlib.suppress(OSError):
            self._place.unlink(missing_ok=True)
            Path(self._application).unlink(missing_ok=True)
            self._place.parent.rmdir()


def main(listening: str, control: str, application: str, last: str) -> None:
    """The life of the process: the number of the listening socket, where to meet the application, the last seconds."""
    # It ends with the process that started it, which hears the terminal's interrupt.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _allow_many()
    # What is there already is never looked at again by the collector, whose pauses everybody would share.
    gc.freeze()
    # Look-ups call nobody; neither could they.
    deny_internet()
    with contextlib.suppress(FileNotFoundError):
        Path(control).unlink()
    Front(socket.socket(fileno=int(listening)), control, application, float(last)).run()


def _allow_many() -> None:
    """Let this process have as many connections as the system allows it."""
    with contextlib.suppress(OSError, ValueError):
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


if __name__ == "__main__":
    main(*sys.argv[1:])
