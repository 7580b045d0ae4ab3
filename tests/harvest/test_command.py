"""`shelfgraph harvest`: its exit codes, and what is left of a harvest that did not come to its end."""

from __future__ import annotations

import contextlib
import logging
import os
import pty
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from converter.store.archive import Archive
from tests.commands import shelfgraph
from tests.conftest import COMMAND
from tests.misbehaving import Repository, collection, serving
from tests.waiting import until


@pytest.fixture(autouse=True)
def quiet_server() -> Iterator[None]:
    logger = logging.getLogger("werkzeug")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    yield
    logger.setLevel(before)


def count(data: Path) -> int:
    """How many records a folder holds."""
    archive = Archive(data / "archive.sqlite")
    try:
        return sum(source.records for source in archive.sources())
    finally:
        archive.close()


def test_some_records_that_fail_end_with_1_and_are_named_in_the_report(tmp_path: Path) -> None:
    repository = Repository([served._replace(poisonous=served.number == 5) for served in collection(10)])
    report = tmp_path / "report.csv"
    with serving(repository.app()) as address:
        done = shelfgraph("harvest", address + repository.path, "--data", tmp_path / "d", "--report", report)
    assert (done.returncode, count(tmp_path / "d")) == (1, 9)
    assert "oai:repository.example.org:12345/5,error" in report.read_text(encoding="utf-8")


def test_an_interrupted_harvest_ends_with_130_and_keeps_what_came(tmp_path: Path) -> None:
    repository = Repository(collection(100))
    with serving(repository.app()) as address:
        command = [*COMMAND, "harvest", address + repository.path, "--data", str(tmp_path / "d"), "--delay", "0.3"]
        process = subprocess.Popen(command, stderr=subprocess.PIPE)
        until(lambda: sum(asked.get("verb") == "ListRecords" for asked in repository.asked) >= 3)
        process.send_signal(signal.SIGINT)
        _, stated = process.communicate(timeout=30)
        assert (process.returncode, stated.decode().splitlines()[-1]) == (130, "shelfgraph: interrupted")
        assert 0 < count(tmp_path / "d") < 100
        assert shelfgraph(*command[len(COMMAND) : -2]).returncode == 0
    assert count(tmp_path / "d") == 100


@pytest.mark.parametrize("options", [[], ["--rest"]])
def test_a_site_that_is_no_repository_ends_with_3_and_leaves_no_folder(options: list[str], tmp_path: Path) -> None:
    with serving(Repository([], path="/elsewhere").app()) as address:
        done = shelfgraph("harvest", address, "--data", tmp_path / "d", *options)
    assert (done.returncode, done.stderr.decode().count("\n"), (tmp_path / "d").exists()) == (3, 1, False)


def test_a_format_that_is_not_offered_leaves_no_folder(tmp_path: Path) -> None:
    repository = Repository(collection(3))
    with serving(repository.app()) as address:
        done = shelfgraph("harvest", address + repository.path, "--data", tmp_path / "d", "--prefix", "mods")
    assert (done.returncode, (tmp_path / "d").exists()) == (1, False)


def test_a_source_that_is_forgotten_and_forgiven_is_harvested_from_the_beginning_again(tmp_path: Path) -> None:
    repository, data = Repository(collection(10)), tmp_path / "d"
    with serving(repository.app()) as address:
        for _ in range(2):
            assert shelfgraph("harvest", address + repository.path, "--data", data).returncode == 0
            assert count(data) == 10
            assert shelfgraph("forget", "127.0.0.1", "--data", data).returncode == 0
            refused = shelfgraph("harvest", address + repository.path, "--data", data)
            assert (refused.returncode, b"is not harvested: it was forgotten on" in refused.stderr) == (1, True)
            assert count(data) == 0
            assert shelfgraph("forget", "127.0.0.1", "--forgive", "--data", data).returncode == 0
    assert not [asked for asked in repository.asked if "from" in asked]


def test_a_terminal_shows_how_many_come_in_a_second(tmp_path: Path) -> None:
    repository = Repository(collection(40))
    ours, theirs = pty.openpty()
    shown = b""
    with serving(repository.app()) as address:
        command = [*COMMAND, "harvest", address + repository.path, "--data", str(tmp_path / "d"), "--delay", "0.2"]
        process = subprocess.Popen(command, stderr=theirs, env={**os.environ, "TERM": "xterm", "COLUMNS": "120"})
        os.close(theirs)
        # The end of a terminal is a fault of reading it.
        with contextlib.suppress(OSError):
            while chunk := os.read(ours, 65_536):
                shown += chunk
        process.wait()
    os.close(ours)
    assert process.returncode == 0
    text = re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]", b"", shown).decode()
    assert re.search(r"\d+/(?:40|\?) [^\n]*\d records/s", text.partition("endpoint")[0])
    assert re.search(r"seconds +\d+\.\d, \d+ records/s", text)
