"""A harvest that is killed at any moment, and run again, ends with the whole archive."""

from __future__ import annotations

import contextlib
import logging
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from converter.store.archive import Archive
from tests.misbehaving import Fault, Repository, collection, serving
from tests.waiting import until

KILLS = int(os.environ.get("SHELFGRAPH_KILLS", "4"))
"""How many moments are tried; each is another seed."""
COMMAND = "from shelfgraph.harvesting import harvest; harvest()"


@pytest.fixture(autouse=True)
def quiet_server() -> Iterator[None]:
    logger = logging.getLogger("werkzeug")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    yield
    logger.setLevel(before)


def harvesting(address: str, data: Path) -> subprocess.Popen[bytes]:
    """The command, running."""
    arguments = [address, "--data", str(data), "--repository", "test", "--base", "https://data.example.org/"]
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def ended(process: subprocess.Popen[bytes]) -> int:
    """The exit code, once the command has ended by itself; what it said is shown where the test fails."""
    stated, _ = process.communicate(timeout=60)
    print(stated.decode())
    return process.returncode


def dump(data: Path) -> list[str]:
    """What the archive holds of the records, without the moments at which they came."""
    archive = Archive(data / "archive.sqlite")
    try:
        return sorted(
            f"{identifier} {datestamp} {deleted}" for identifier, datestamp, deleted in archive.of_source("test")
        )
    finally:
        archive.close()


def repository(*, poisonous: bool) -> Repository:
    """Many small pages, one of which breaks off the first time, and another may have a record that never comes."""
    records = [served._replace(poisonous=poisonous and served.number == 77) for served in collection(150, deleted=[5])]
    return Repository(records, page_size=5, faults=[None, None, None, Fault.TRUNCATED])


@pytest.mark.parametrize("seed", range(KILLS))
def test_a_harvest_that_was_killed_goes_on_to_the_whole_archive(seed: int, tmp_path: Path) -> None:
    poisonous, chance = seed % 10 == 9, random.Random(seed)
    served = repository(poisonous=poisonous)
    with serving(served.app()) as address:
        for _ in range(2):
            _killed_after_some_requests(served, address, tmp_path, chance.randint(1, 33), chance.random() / 50)
        assert ended(harvesting(address + served.path, tmp_path)) == (1 if poisonous else 0)
    expected = [
        f"{one.identifier} {one.datestamp:%Y-%m-%dT%H:%M:%SZ} {one.deleted}"
        for one in served.records
        if not one.poisonous
    ]
    assert dump(tmp_path) == sorted(expected)


def _killed_after_some_requests(served: Repository, address: str, data: Path, count: int, later: float) -> None:
    """Kill a harvest when it has asked so often, and a moment later; it may have ended before."""
    served.asked.clear()
    process = harvesting(address + served.path, data)
    until(lambda: len(served.asked) >= count or process.poll() is not None)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=later)
    process.kill()
    process.communicate(timeout=100)
