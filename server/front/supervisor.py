"""The front as a child of the process that serves: it has the port, and comes back where it ends."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from converter.errors import UsageError
from server.processes import child_process

_BACKLOG = 2_048
_LONGEST_PLACE = 60
"""The address of a socket has a hundred bytes (unix(7), sun_path)."""
_PAUSE, _LAST, _ENDING = 0.5, 1.0, 1.0
"""Seconds before it is started again, that answers on their way have at the end, and in which it ends after that."""


@contextlib.contextmanager
def front(host: str, port: int) -> Iterator[tuple[Path, Path]]:
    """Two places for sockets: where the application is to listen, and where it meets the front.

    Raises UsageError where the port is taken, the host is not this machine's, or there is no place for sockets.
    """
    with _listening(host, port) as listening, _folder() as folder:
        application, control = Path(folder) / "application", Path(folder) / "control"
        running = FrontProcess(listening, control, application)
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
        raise UsageError(f"cannot listen on {host}:{port}: {fault}; name another with --host and --port") from None


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
    """The process, started again until it is stopped; answers on their way have `last` seconds then."""

    def __init__(self, listening: socket.socket, control: Path, application: Path, last: float = _LAST) -> None:
        self._listening, self._last = listening, last
        self._arguments = [str(listening.fileno()), str(control), str(application), str(last)]
        self._lock = threading.Lock()
        self._stopped = False
        self._process = self._start()
        threading.Thread(target=self._keep, daemon=True).start()

    def stop(self) -> None:
        """End it; what is on its way to a client has a moment to go."""
        with self._lock:
            self._stopped = True
            if self._process.stdin:
                self._process.stdin.close()
            try:
                self._process.wait(self._last + _ENDING)
            except subprocess.TimeoutExpired:
                self._process.kill()
            _buried(self._process)

    def _start(self) -> subprocess.Popen[bytes]:
        return child_process.start(
            "server.front.front_process",
            *self._arguments,
            # At whose end it ends.
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            pass_fds=[self._listening.fileno()],
            process_group=0,
        )

    def _keep(self) -> None:
        while True:
            self._process.wait()
            time.sleep(_PAUSE)
            with self._lock:
                if self._stopped:
                    return
                _buried(self._process)
                print(
                    "shelfgraph: the process that holds the connections ended, and is started again",
                    file=sys.stderr,
                )
                self._process = self._start()


def _buried(process: subprocess.Popen[bytes]) -> None:
    """Wait for the end of a process, of which nothing stays."""
    process.wait()
    if process.stdin:
        process.stdin.close()
