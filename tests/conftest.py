"""What tests share: the example records, the command, and a running site."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
import rdflib

from tests.waiting import until_answered

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
GOLDEN = ROOT / "tests" / "golden"
ALONE = (
    "tests/front/",
    "tests/sparql/test_abuse.py",
    "tests/sparql/test_departures.py",
    "tests/sparql/test_leaving.py",
    "tests/sparql/test_overload.py",
    "tests/sparql/test_pool.py",
    "tests/sparql/test_resident.py",
    "tests/sparql/test_turns.py",
    "tests/operations/test_logged.py",
    "tests/test_sparql.py",
)
"""Tests of what clients wait for beside others: they have the machine to themselves."""
# How long an example takes says more of the machine than of the program.
hypothesis.settings.register_profile("shelfgraph", deadline=None)
hypothesis.settings.load_profile("shelfgraph")
COMMAND = [sys.executable, "-m", "shelfgraph"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that run alone."""
    for item in items:
        if item.nodeid.startswith(ALONE):
            item.add_marker("alone")


@pytest.fixture(scope="session", autouse=True)
def literals_as_they_are() -> None:
    """Keep rdflib from writing "Z" as "+00:00" and "01" as 1: a comparison would see other literals than were made."""
    rdflib.NORMALIZE_LITERALS = False


@pytest.fixture(autouse=True)
def literals_stay_as_they_are() -> Iterator[None]:
    """The SHACL validator switches it on again."""
    yield
    rdflib.NORMALIZE_LITERALS = False


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Site:
    """A running `shelfgraph serve`."""

    def __init__(self, *arguments: str | Path, host: str = "127.0.0.1") -> None:
        self.port = free_port()
        self.base = f"http://{f'[{host}]' if ':' in host else host}:{self.port}/"
        self.process = subprocess.Popen(
            [*COMMAND, "serve", *map(str, arguments), "--host", host, "--port", str(self.port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        try:
            until_answered(self._reached, OSError)
        except OSError:
            self.process.kill()
            raise RuntimeError(self.process.communicate()[1].decode()) from None

    def _reached(self) -> None:
        if self.process.poll() is not None:
            raise RuntimeError(self.process.communicate()[1].decode())
        urllib.request.urlopen(self.base, timeout=5).close()

    def stop(self) -> str:
        """What it had to say."""
        self.process.terminate()
        _, stated = self.process.communicate(timeout=20)
        return re.sub(r"\s+", " ", stated.decode())


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """The example records, served with a short timeout for queries."""
    running = Site(EXAMPLES, "--timeout", "2")
    yield running
    running.stop()
