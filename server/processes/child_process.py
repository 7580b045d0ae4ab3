"""Processes of our own modules."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

_PR_SET_PDEATHSIG = 1


def end_with_parent() -> None:
    """Let the kernel end this process with the thread that made it, where it can: on Linux (prctl(2))."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def start(module: str, *arguments: str, **options: Any) -> subprocess.Popen[bytes]:
    """A process that runs a module with these arguments; `options` are those of subprocess.Popen.

    Modules are looked for where this one is, and never in the folder that the user happens to stand in.
    Raises OSError where no process can be made.
    """
    path = os.pathsep.join([str(Path(__file__).parents[2]), *filter(None, [os.environ.get("PYTHONPATH")])])
    return subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-P", "-m", module, *arguments], env={**os.environ, "PYTHONPATH": path}, **options
    )
