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
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

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

    def run(self, arguments: Sequence[str], stdin: bytes | None) -> subprocess.CompletedProcess[bytes]:
        """What a command answers."""
        with contextlib.ExitStack() as stack:
            out, err = (stack.enter_context(tempfile.TemporaryFile()) for _ in range(2))
            source, into = os.pipe()
            writing = threading.Thread(target=_write, args=(into, stdin or b""))
            mine, theirs = socket.socketpair()
            with mine:
                mine.settimeout(_LONGEST)
                message = json.dumps({"arguments": arguments, "folder": str(Path.cwd()), "environment": {**os.environ}})
                with theirs, self._sending:
                    files = [source, out.fileno(), err.fileno(), theirs.fileno()]
                    socket.send_fds(self._socket, [message.encode("utf-8", "surrogateescape")], files)
                os.close(source)
                writing.start()
                code = int(mine.recv(64).decode() or -signal.SIGKILL)
            writing.join()
            out.seek(0)
            err.seek(0)
            return subprocess.CompletedProcess(["shelfgraph", *arguments], code, out.read(), err.read())

    def close(self) -> None:
        """End it."""
        self._socket.close()
        self._process.wait()


@cache
def _loaded() -> Loaded:
    loaded = Loaded()
    atexit.register(loaded.close)
    return loaded


def shelfgraph(*arguments: str | Path, stdin: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    """What the command answers."""
    return _loaded().run([*map(str, arguments)], stdin)


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
    """Fork the command and send how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    command = os.fork()
    if command == 0:
        os.close(files[3])
        _command(call, files[:3])
    _, status = os.waitpid(command, 0)
    with contextlib.suppress(OSError), socket.socket(fileno=files[3]) as answer:
        answer.send(str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


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
