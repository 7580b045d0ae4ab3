"""Processes of our own modules."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

_PR_SET_PDEATHSIG = 1
between_forks = threading.Lock()
"""Held by each thread of a process that is forked while it does more than wait: what it has then, a module that it
imports or a lock, nobody would ever give back in the child."""
os.register_at_fork(
    before=between_forks.acquire, after_in_parent=between_forks.release, after_in_child=between_forks.release
)


def end_with_parent(parent: int) -> None:
    """Let this process end with the one that made it: at once on Linux (prctl(2)), in a second elsewhere."""
    if sys.platform != "linux":
        threading.Thread(target=_follow, args=(parent,), daemon=True).start()
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    # It may have ended before that.
    if os.getppid() != parent:
        os._exit(0)


def _follow(parent: int) -> None:
    """End this process, also in the middle of a query: the engine lets other threads run."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(0)


def start(module: str, *arguments: str, **options: Any) -> subprocess.Popen[bytes]:
    """A process that runs a module with these arguments; `options` are those of subprocess.Popen.

    Modules are looked for where this one is, and never in the folder that the user happens to stand in.
    Raises OSError where no process can be made.
    """
    path = os.pathsep.join([str(Path(__file__).parents[2]), *filter(None, [os.environ.get("PYTHONPATH")])])
    return subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-P", "-m", module, *arguments], env={**os.environ, "PYTHONPATH": path}, **options
    )
