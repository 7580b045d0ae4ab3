"""The front as a child of the process that serves: it has the port, and comes back where it ends."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from converter.errors import UsageError
from server.processes import child_process
from server.processes.child_process import between_forks

_BACKLOG = 2_048
_LONGEST_PLACE = 60
"""The address of a socket has a hundred bytes (unix(7), sun_path)."""
_PAUSE, _LAST, _ENDING = 0.5, 1.0, 1.0
"""Seconds before it is started again, that answers on their way have at the end, and in which it ends after that."""


@contextlib.contextmanager
def front(host: str, port: int, opened: Callable[[], object]) -> Iterator[tuple[Path, Path]]:
    """Two places for sockets: where the application is to listen, and where it meets the front.

    `opened` is called once, when the front accepts connections for the first time.
    Raises UsageError where the port is taken, the host is not this machine's, or there is no place for sockets.
    """
    with _listening(host, port) as listening, _folder() as folder:
        application, control = Path(folder) / "application", Path(folder) / "control"
        running = FrontProcess(listening, control, application, opened=opened)
        try:
            yield application, control
        finally:
            running.stop()


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    both = host == "::" and socket.has_dualstack_ipv6()
    try:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG, dualstack_ipv6=both)
    except (OSError, OverflowError) as fault:
        # Python adds in brackets what was attempted, which stands here already.
        reason = str(getattr(fault, "strerror", None) or fault).partition(" (while")[0]
        raise UsageError(f"cannot listen on {host}:{port}: {reason}; name another with --host and --port") from None


def _folder() -> tempfile.TemporaryDirectory[str]:
    """A folder of this user's alone, in a place whose name is short enough for sockets."""
    place = tempfile.gettempdir()
    if len(place) > _LONGEST_PLACE:
        place = "/tmp"  # noqa: S108 - what is made there is nobody else's
    try:
        return tempfile.TemporaryDirectory(prefix="shelfgraph-", dir=place)
    except OSError as fault:
        raise UsageError(f"there is no place for sockets: {fault}; name a short one in TMPDIR") from None


class FrontProcess:
    """The process, started again until it is stopped; answers on their way have `last` seconds then.

    `opened` is called once, when it accepts connections for the first time.
    """

    def __init__(
        self,
        listening: socket.socket,
        control: Path,
        application: Path,
        last: float = _LAST,
        opened: Callable[[], object] = bool,
    ) -> None:
        self._listening, self._last, self._opened = listening, last, opened
        self._arguments = [str(listening.fileno()), str(control), str(application), str(last)]
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._process = self._start()
        self._keeping = threading.Thread(target=self._keep, daemon=True)
        self._keeping.start()

    def stop(self) -> None:
        """End it; what is on its way to a client has a moment to go."""
        with self._lock:
            self._stopped.set()
            if self._process.stdin:
                self._process.stdin.close()
            try:
                self._process.wait(self._last + _ENDING)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._keeping.join()

    def _start(self) -> subprocess.Popen[bytes]:
        return child_process.start(
            "server.front.front_process",
            *self._arguments,
            # At whose end it ends.
            stdin=subprocess.PIPE,
            # On which it says that it accepts connections.
            stdout=subprocess.PIPE,
            pass_fds=[self._listening.fileno()],
            process_group=0,
        )

    def _keep(self) -> None:
        opened = self._opened
        while True:
            # Where it ends by itself, its input is closed here.
            with self._process:
                while self._says():
                    with between_forks:
                        opened()
                    opened = bool
            self._stopped.wait(_PAUSE)
            with self._lock, between_forks:
                if self._stopped.is_set():
                    return
                print(
                    "shelfgraph: the process that holds the connections ended, and is started again",
                    file=sys.stderr,
                )
                self._process = self._start()

    def _says(self) -> bytes:
        """What the process says next, nothing once it has ended."""
        said = self._process.stdout
        return os.read(said.fileno(), 1) if said else b""
