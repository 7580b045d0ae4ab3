"""A command that is killed at any moment loses nothing, and leaves nothing that a person has to remove."""

from __future__ import annotations

import fcntl
import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from converter.store.leftovers import PART, SORTING, held, sweep
from tests.kills import COMMANDS, Killed, ready


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Killed]:
    with ready(tmp_path_factory.mktemp("kills"), 60) as killed:
        yield killed


@pytest.mark.parametrize("command", COMMANDS)
def test_a_killed_command_loses_nothing_and_leaves_nothing(killed: Killed, command: str) -> None:
    assert killed.problems(command, random.Random(command)) == []


def test_what_somebody_holds_is_no_leftover(tmp_path: Path) -> None:
    left, kept, young = tmp_path / ".sorting-left", tmp_path / ".1.nt.9.part", tmp_path / ".2.nt.9.part"
    left.mkdir()
    (left / "1").touch()
    for file in (kept, young):
        file.touch()
    for path in (left, kept):
        os.utime(path, (0, 0))
    with held(kept):
        sweep(tmp_path, SORTING, PART)
        assert sorted(tmp_path.iterdir()) == [kept, young]
    sweep(tmp_path, SORTING, PART)
    assert sorted(tmp_path.iterdir()) == [young]
    with young.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
