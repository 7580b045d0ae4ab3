"""`serve URL` and `serve --harvest-every`: a process beside the site harvests repositories, again and again.

It is started as `python -m shelfgraph.refreshing FOLDER SECONDS [--allow-host=HOST...] [URL...]`, and ends when its
standard input does: with the site, however that ends.  Each harvest is a process of its own, one at a time; the site
sees its generations as any other.  The URLs are harvested first; what has been harvested into the folder before is
kept fresh with them.
"""

from __future__ import annotations

import contextlib
import os
import random
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import click

from converter.errors import ShelfgraphError, StoreError, UsageError
from converter.harvest.repositories import Known, known

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_JITTER = 0.1
_LEAST, _END = 0.2, 10.0
"""Seconds between two rounds at the least; seconds that a harvest may take to end when it must."""
_AGAIN = 60
"""Seconds until a repository is asked again that has not answered yet, twice as many after each time."""
_CAME = (0, 1)
"""Exit codes of a harvest that reached its end, 1 where some records could not be had."""


def seconds(text: str) -> int:
    """The seconds of an interval.

    Raises UsageError where it is none.

    >>> seconds("30m"), seconds("1d")
    (1800, 86400)
    """
    match = re.fullmatch(r"([1-9]\d{0,5})([smhd])", text.strip())
    if not match:
        raise UsageError(f"--harvest-every: {text!r} is no interval; write 30m, 1h or 1d")
    return int(match[1]) * _UNITS[match[2]]


@contextlib.contextmanager
def kept_fresh(folder: Path, every: int, addresses: Sequence[str] = (), allowed: Sequence[str] = ()) -> Iterator[None]:
    """A process that harvests the repositories at the addresses and those of a folder while the block runs.

    The hosts that are `allowed` may be asked though they are not public.

    Raises UsageError where there is none.
    """
    if not addresses and not repositories(folder):
        raise UsageError(
            f"--harvest-every: no repository of {folder} has been harvested;"
            f" run “shelfgraph harvest URL --data {folder}” first"
        )
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [
            sys.executable,
            "-m",
            "shelfgraph.refreshing",
            str(folder),
            str(every),
            *(f"--allow-host={host}" for host in allowed),
            *addresses,
        ],
        stdin=subprocess.PIPE,
        # Out of reach of the terminal's interrupt: it ends with its input.
        start_new_session=True,
    )
    try:
        yield
    finally:
        assert process.stdin is not None  # noqa: S101 - PIPE says so
        process.stdin.close()
        try:
            process.wait(timeout=_END + 5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def repositories(folder: Path) -> list[Known]:
    """The repositories that have been harvested into a folder.

    Raises StoreError where nothing has been loaded.
    """
    from converter.store.archive import Archive
    from converter.store.data_folder import DataFolder

    DataFolder(folder).agreed()
    archive = Archive(folder / "archive.sqlite")
    try:
        return known(name for name, _ in archive.notes("harvest "))
    finally:
        archive.close()


def main(folder: Path, every: int, words: Sequence[str] = ()) -> None:
    """Harvest at once and then at that interval, never quite the same, until the standard input ends.

    An address that has not been harvested yet is asked again sooner, for as long as it does not answer.
    """
    options = [word for word in words if word.startswith("--")]
    waiting, again = [word for word in words if word not in options], min(_AGAIN, every)
    while True:
        begun = time.monotonic()
        found = _told(folder)
        waiting = [address for address in waiting if not is_known(address, found)]
        for repository in [*(_Target(address) for address in waiting), *map(_target, found)]:
            code = _harvested(folder, repository, options)
            if code is None:
                return
            if code in _CAME and repository.url in waiting:
                waiting.remove(repository.url)
        rest = again if waiting else every
        again = min(2 * again, every)
        pause = rest * random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311 - so that many sites do not ask at once
        if _ended(max(_LEAST, begun + pause - time.monotonic())):
            return


def is_known(address: str, found: Sequence[Known]) -> bool:
    """Whether the repository at an address is one of those that have been harvested.

    >>> held = [Known("x", "oai", "https://x.example.org/oai/request", "")]
    >>> [is_known(f"https://{host}.example.org/", held) for host in "xy"]
    [True, False]
    >>> is_known("https://x.example.org/server/api", held)
    False
    """
    here = urlsplit(address)
    if here.path.strip("/"):
        return any(one.url.rstrip("/") == address.rstrip("/") for one in found)
    return any(urlsplit(one.url).netloc == here.netloc for one in found)


class _Target(NamedTuple):
    """What is harvested, and the options of the command that does it."""

    url: str
    options: tuple[str, ...] = ()


def _target(repository: Known) -> _Target:
    options = ["--repository", repository.source]
    options += ["--set", repository.set] if repository.set else []
    options += ["--rest"] if repository.kind == "rest" else []
    return _Target(repository.url, tuple(options))


def _told(folder: Path) -> list[Known]:
    """The repositories; none where the folder cannot be read now, which is given."""
    try:
        return repositories(folder)
    except StoreError as fault:
        _say(str(fault))
        return []


def _harvested(folder: Path, target: _Target, options: Sequence[str]) -> int | None:
    """Harvest what changed at a repository, and say what went wrong: its exit code, None where the site has ended."""
    words = ["harvest", target.url, "--data", str(folder), *target.options, *options]
    with subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-m", "shelfgraph", *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stderr is not None  # noqa: S101 - PIPE says so
        said = b""
        while part := _next(process.stderr.fileno()):
            said += part
        if part is None:
            _end(process)
            return None
        code = process.wait()
    if code:
        _say(f"harvest of {target.url}: {reason(said.decode('utf-8', 'replace'), code)}; it is tried again later")
    return code


def _next(descriptor: int) -> bytes | None:
    """What a harvest says next, empty at its end; None where the site has ended first."""
    while True:
        ready, _, _ = select.select([descriptor, sys.stdin], [], [])
        if sys.stdin in ready and not os.read(sys.stdin.fileno(), 1024):
            return None
        if descriptor in ready:
            return os.read(descriptor, 65_536)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Interrupt a harvest, which keeps what has come; end it where that takes too long."""
    process.send_signal(signal.SIGINT)
    try:
        process.communicate(timeout=_END)
    except subprocess.TimeoutExpired:
        process.kill()


def _ended(within: float) -> bool:
    """Whether the standard input ends within so many seconds."""
    until = time.monotonic() + within
    while (left := until - time.monotonic()) > 0:
        ready, _, _ = select.select([sys.stdin], [], [], left)
        if ready and not os.read(sys.stdin.fileno(), 1024):
            return True
    return False


def reason(said: str, code: int) -> str:
    r"""Why a harvest ended with a code, out of what it said.

    >>> reason("endpoint http://x/\nshelfgraph: http://x/: no answer\n", 3), reason("skipped 2", 1)
    ('http://x/: no answer', 'some records could not be had')
    """
    lines = [line.removeprefix("shelfgraph: ") for line in said.splitlines() if line.startswith("shelfgraph: ")]
    stated = [line for line in lines if not line.startswith("addresses begin")]
    return stated[-1] if stated else "some records could not be had" if code == 1 else f"ended with {code}"


def _say(words: str) -> None:
    click.echo(f"shelfgraph: {' '.join(words.split())}", err=True)


if __name__ == "__main__":
    with contextlib.suppress(ShelfgraphError, KeyboardInterrupt):
        main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
