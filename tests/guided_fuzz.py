"""The targets of `tests.fuzz` under atheris, which chooses inputs by the lines of the program that they reach.

`make fuzz-guided SECONDS=600` gives each target its part of the time, in a process of its own: the first fault ends it.
"""

from __future__ import annotations

import importlib
import subprocess
import sys
import tempfile

PACKAGES = ("converter", "ontology", "server", "shelfgraph")


def guided(name: str, seconds: int) -> None:
    """Feed a target for so many seconds, and end the process: with 0 where nothing broke."""
    # It is installed where it is asked for.
    atheris = importlib.import_module("atheris")
    with atheris.instrument_imports(include=PACKAGES):
        from tests import fuzz  # noqa: PLC0415 - it is changed while it is imported
    # What breaks something is kept beside other temporary files, and named.
    words = [f"-max_total_time={seconds}", f"-artifact_prefix={tempfile.gettempdir()}/", "-print_final_stats=1"]
    atheris.Setup([sys.argv[0], "-timeout=60", *words], fuzz.one_input(name))
    atheris.Fuzz()


def main(seconds: int) -> int:
    """Give each target its part of the time; how many of them something broke."""
    from tests.fuzz import TARGETS  # noqa: PLC0415 - not before it is changed

    broken = 0
    for name in TARGETS:
        command = [sys.executable, "-m", "tests.guided_fuzz", str(max(1, seconds // len(TARGETS))), name]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        broken += done.returncode != 0
        runs = [line for line in done.stderr.splitlines() if line.startswith(("Done", "stat::number_of_executed"))]
        print(f"{name}: {' '.join(runs) or done.stderr[-3000:]}", flush=True)
    print(f"{len(TARGETS)} targets, {broken} broken")
    return broken


if __name__ == "__main__":
    if len(sys.argv) > 2:
        guided(sys.argv[2], int(sys.argv[1]))
    sys.exit(main(int(sys.argv[1])) > 0)
