"""What tests share: the example records, the command, and a running site."""

from __future__ import annotations

import atexit
import os
import random
import re
import socket
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
import rdflib

from tests.commands import shelfgraph, started  # noqa: F401 - some tests look for the command here
from tests.waiting import until_answered

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
GOLDEN = ROOT / "tests" / "golden"
LONGEST = (
    "tests/test_publishing.py",
    "tests/test_whole.py",
    "tests/browser/test_accessible.py",
    "tests/sparql/test_departures.py",
    "tests/sparql/test_abuse.py",
    "tests/sources/test_hostile.py",
    "tests/feeds/test_export.py",
    "tests/front/test_front.py",
    "tests/harvest/test_serving.py",
    "tests/sparql/test_remote.py",
    "tests/sparql/test_priorities.py",
    "tests/feeds/test_dump_command.py",
    "tests/test_site.py",
    "tests/test_cli.py",
    "tests/feeds/test_mirror.py",
    "tests/feeds/test_oai.py",
    "tests/test_store.py",
)
"""The files that take longest: they begin first, so that at the end none of them is left to one process."""
# How long an example takes says more of the machine than of the program.
# A run of one commit has one result where others wait for it; elsewhere each run draws examples of its own.
hypothesis.settings.register_profile("shelfgraph", deadline=None, derandomize="CI" in os.environ)
hypothesis.settings.load_profile("shelfgraph")
COMMAND = [sys.executable, "-m", "shelfgraph"]
collect_ignore = ["programs"]  # They run in another environment: `clients.py`.


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the files that take longest begin first."""
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.nodeid.partition("::")[0], len(places)))


@pytest.fixture(scope="session", autouse=True)
def literals_as_they_are() -> None:
    """Keep rdflib from writing "Z" as "+00:00" and "01" as 1: a comparison would see other literals than were made."""
    rdflib.NORMALIZE_LITERALS = False


@pytest.fixture(autouse=True)
def literals_stay_as_they_are() -> Iterator[None]:
    """The SHACL validator switches it on again."""
    yield
    rdflib.NORMALIZE_LITERALS = False


def _ports() -> Iterator[int]:
    """Yield each port once, of blocks that no other process of tests has: their first port is held until this one ends.

    A port that is only looked at may be another test's before the site listens on it: the one then waits for an answer
    of the other.  All are below those that the system gives to clients by itself.
    """
    blocks = [*range(15_000, 32_000, _BLOCK)]
    random.SystemRandom().shuffle(blocks)
    for first in blocks:
        held = _bound(first)
        if held:
            atexit.register(held.close)
            for port in range(first + 1, first + _BLOCK):
                if bound := _bound(port):
                    bound.close()
                    yield port


def _bound(port: int) -> socket.socket | None:
    """A socket with that port, None where somebody has it."""
    bound = socket.socket()
    try:
        bound.bind(("127.0.0.1", port))
    except OSError:
        bound.close()
        return None
    return bound


_BLOCK = 100
_PORTS = _ports()


def free_port() -> int:
    """A port that nobody listens on, that no other test is given, and the system gives to no client."""
    return next(_PORTS)


class Site:
    """A running `shelfgraph serve`; with `dumps` it makes those of each generation."""

    def __init__(self, *arguments: str | Path, host: str = "127.0.0.1", dumps: bool = False) -> None:
        self.port = free_port()
        self.base = f"http://{f'[{host}]' if ':' in host else host}:{self.port}/"
        self.process = started(
            "serve", "--dumps" if dumps else "--no-dumps", *arguments, "--host", host, "--port", str(self.port)
        )
        try:
            until_answered(self._reached, OSError)
        except OSError:
            self.process.kill()
            raise RuntimeError(self.process.communicate()[1].decode()) from None

    def _reached(self) -> None:
        if self.process.poll() is not None:
            raise RuntimeError(self.process.communicate()[1].decode())
        urllib.request.urlopen(self.base, timeout=100).close()

    def stop(self) -> str:
        """What it had to say."""
        self.process.terminate()
        _, stated = self.process.communicate(timeout=100)
        return re.sub(r"\s+", " ", stated.decode())


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """The example records, served with a short timeout for queries."""
    running = Site(EXAMPLES, "--timeout", "2")
    yield running
    running.stop()
