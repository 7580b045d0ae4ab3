"""`serve`: the dumps that a site offers of each generation, made beside it by a process with the lowest priority.

The process is started as `python -m shelfgraph.offering FOLDER PARENT`, and ends with its parent.
"""

from __future__ import annotations

import contextlib
import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from converter.errors import ShelfgraphError
from converter.store.data_folder import DataFolder
from server.processes import child_process

KEPT = 2
"""Generations whose dumps stay, so that a download of the last one goes on."""
LOOKING, _END = 0.5, 10.0
"""Seconds between two looks for a new generation; seconds that the process has to end."""
_REST = 9
"""Dumps take a tenth of the time of one processor at most: after them is a rest of so many times as long."""
_NICEST = 19


@contextlib.contextmanager
def offered(folder: Path) -> Iterator[Callable[[], None]]:
    """What begins to make the dumps of each new generation, which it does while the block runs.

    A folder that cannot be written has those that it has.
    """
    ended = threading.Event()
    thread = threading.Thread(target=_follow, args=(folder, ended), daemon=True)
    try:
        yield thread.start if os.access(folder, os.W_OK) else lambda: None
    finally:
        ended.set()
        if thread.is_alive():
            thread.join()


def _follow(folder: Path, ended: threading.Event) -> None:
    made = 0
    while not ended.wait(LOOKING):
        newest = DataFolder(folder).newest()
        if newest is None or newest.number == made:
            continue
        begun, made = time.monotonic(), newest.number
        make(folder, ended)
        ended.wait(_REST * (time.monotonic() - begun))


def make(folder: Path, ended: threading.Event) -> None:
    """Wait for the process that makes the dumps; where the site ends first, interrupt it."""
    # The terminal's interrupt is for the site, which then ends this.
    process = child_process.start(
        "shelfgraph.offering", str(folder), str(os.getpid()), stdin=subprocess.DEVNULL, start_new_session=True
    )
    while process.poll() is None:
        if ended.wait(LOOKING):
            process.send_signal(signal.SIGINT)
            try:
                process.wait(_END)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def main(folder: Path, parent: int) -> None:
    """Make what is lacking, and say nothing but what went wrong."""
    from shelfgraph.publishing import offer

    child_process.end_with_parent(parent)
    os.nice(_NICEST)
    try:
        # A bar, and notes on what a dump does not hold, are for those who ask for one.
        with contextlib.redirect_stderr(io.StringIO()):
            offer(folder, KEPT)
    except (OSError, ShelfgraphError) as fault:
        click.echo(f"shelfgraph: the dumps of {folder} are not made: {fault}; the next generation is tried", err=True)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main(Path(sys.argv[1]), int(sys.argv[2]))
