"""The command `shelfgraph` for tests: each call is a process of its own, forked where the program is loaded already.

To start Python and load the program takes longer than most commands do.  So one process, started with the first call,
loads it; it opens nothing and has no thread, and each call is a fork of it: with its own arguments, folder,
environment, input and end.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import io
import json
import os
import pkgutil
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).parents[1]
_LONGEST = 300.0
"""Seconds; no claim, but the end of a command that would never end."""
_MESSAGE = 1 << 20


class Loaded:
    """The process that has loaded the program."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            command = [sys.executable, "-m", "tests.commands", str(theirs.fileno())]
            self._process = subprocess.Popen(command, cwd=ROOT, pass_fds=[theirs.fileno()])
        self._socket = ours
        self._sending = threading.Lock()

    def start(self, arguments: Sequence[str], files: Sequence[int]) -> Running:
        """A command with these as standard input, output and error."""
        ours, theirs = socket.socketpair()
        message = json.dumps({"arguments": arguments, "folder": str(Path.cwd()), "environment": {**os.environ}})
        with theirs, self._sending:
            socket.send_fds(self._socket, [message.encode("utf-8", "surrogateescape")], [*files, theirs.fileno()])
        return Running(["shelfgraph", *arguments], ours)

    def close(self) -> None:
        """End it."""
        self._socket.close()
        self._process.wait()


class Running:
    """A command that runs, with what `subprocess.Popen` says of one; its errors are read where they go to a pipe."""

    def __init__(self, arguments: Sequence[str], answer: socket.socket, stderr: IO[bytes] | None = None) -> None:
        self.args, self.stderr = arguments, stderr
        self._answer = answer.makefile("r")
        self._socket = answer
        self.pid = int(self._answer.readline())
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """How it has ended, None where it runs."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """How it ends.

        Raises subprocess.TimeoutExpired where it does not in so many seconds.
        """
        if self.returncode is None:
            if not select.select([self._socket], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(self.args, timeout or 0)
            self.returncode = int(self._answer.readline())
            self._answer.close()
            self._socket.close()
        return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[bytes, bytes]:
        """What it has written, nothing to standard output, once it has ended."""
        stated = b""
        end = time.monotonic() + (timeout or _LONGEST)
        if self.stderr and not self.stderr.closed:
            while select.select([self.stderr], [], [], max(0.0, end - time.monotonic()))[0]:
                part = os.read(self.stderr.fileno(), 65_536)
                if not part:
                    self.stderr.close()
                    break
                stated += part
        self.wait(max(0.0, end - time.monotonic()))
        return b"", stated

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


@cache
def _loaded() -> Loaded:
    loaded = Loaded()
    atexit.register(loaded.close)
    return loaded


def shelfgraph(*arguments: str | Path, stdin: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    """What the command answers."""
    words = [*map(str, arguments)]
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        source, into = os.pipe()
        running = _loaded().start(words, [source, out.fileno(), err.fileno()])
        os.close(source)
        _write(into, stdin or b"")
        code = running.wait(_LONGEST)
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(running.args, code, out.read(), err.read())


def started(*arguments: str | Path) -> Running:
    """The command, running: it reads nothing, and what it writes to standard output goes nowhere."""
    reading, writing = os.pipe()
    with open(os.devnull, "r+b") as nothing:  # noqa: PTH123
        running = _loaded().start([*map(str, arguments)], [nothing.fileno(), nothing.fileno(), writing])
    os.close(writing)
    running.stderr = os.fdopen(reading, "rb")
    return running


def alive(pid: int) -> bool:
    """Whether a process still does anything."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _write(descriptor: int, data: bytes) -> None:
    with contextlib.suppress(BrokenPipeError), os.fdopen(descriptor, "wb") as file:
        file.write(data)


def _serve(calls: socket.socket) -> None:
    """Fork for each call; the life of the process that has loaded the program."""
    # Those who wait for the commands are waited for by nobody.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        message, files, _, _ = socket.recv_fds(calls, _MESSAGE, 4)
        if not message:
            return
        if os.fork() == 0:
            calls.close()
            _wait(json.loads(message), files)
        for file in files:
            os.close(file)


def _wait(call: dict[str, Any], files: Sequence[int]) -> None:
    """Fork the command; send its number, and how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    *own, answer = files
    command = os.fork()
    if command == 0:
        os.close(answer)
        _command(call, own)
    else:
        for file in own:
            os.close(file)
        with contextlib.suppress(BrokenPipeError):
            os.write(answer, b"%d\n" % command)
            ended = os.pidfd_open(command)
            if ended not in select.select([answer, ended], [], [])[0]:
                # Who called it has gone.
                os.kill(command, signal.SIGTERM)
            _, status = os.waitpid(command, 0)
            os.write(answer, b"%d\n" % os.waitstatus_to_exitcode(status))
        raise SystemExit(0)


def _command(call: dict[str, Any], files: Sequence[int]) -> None:
    """Be the command."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    sys.stdin, sys.stdout, sys.stderr = (
        open(number, mode, encoding="utf-8", errors=errors)  # noqa: PTH123, SIM115 - a number is no path
        for number, mode, errors in ((0, "r", "strict"), (1, "w", "strict"), (2, "w", "backslashreplace"))
    )
    os.chdir(call["folder"])
    os.environ.clear()
    os.environ.update(call["environment"])
    tempfile.tempdir = None
    sys.argv = ["shelfgraph", *call["arguments"]]
    main(prog_name="shelfgraph")


def _load() -> None:
    """Load the program, and the tables that every conversion needs."""
    for package in ("converter", "ontology", "queries", "server", "shelfgraph"):
        for module in pkgutil.walk_packages([str(ROOT / package)], f"{package}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stderr(io.StringIO()):
        main(["convert", str(ROOT / "examples"), "-o", f"{folder}/x.nt"], standalone_mode=False)
    gc.freeze()
    # A thread would be missing in a fork.
    assert len([*Path("/proc/self/task").iterdir()]) == 1


if __name__ == "__main__":
    from shelfgraph.cli import main

    _load()
    _serve(socket.socket(fileno=int(sys.argv[1])))
