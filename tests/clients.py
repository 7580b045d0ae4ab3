"""Clients of others that the tests let loose on a site: programs of an environment of their own (`clients.txt`).

Some of them are old, and what they need hinders no version of what is tested.  A test is skipped where that
environment was not made, and says how to make it; `make test` makes it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

_PROGRAMS = Path(__file__).with_name("programs")
_PLACE = Path(f"{sys.prefix}-clients")


def read(program: str, *arguments: str) -> Any:
    """What a program of `programs/` writes: what its client makes of a site."""
    return json.loads(run(_PROGRAMS / program, *arguments))


def run(program: str | Path, *arguments: str | Path, folder: Path | None = None) -> str:
    """What a program writes that runs in the environment of the clients; one without a folder is installed there.

    Raises AssertionError, with what it says, where it fails.
    """
    if not (_PLACE / "installed").exists():
        pytest.skip(f"no clients of others are installed; make {_PLACE.name}/installed installs them")
    command = [_PLACE / "bin" / "python", "-I", "-W", "ignore", _PLACE / "bin" / program, *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode == 0, done.stderr
    return done.stdout
