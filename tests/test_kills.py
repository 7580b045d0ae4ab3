"""A command that is killed at any moment loses nothing, and leaves nothing that a person has to remove."""

from __future__ import annotations

import fcntl
import os
import random
from pathlib import Path

import pytest

from converter.store.leftovers import PART, SORTING, held, sweep
from tests.kills import Killed
from tests.misbehaving import Repository, collection, serving


@pytest.mark.parametrize("command", ["load", "harvest", "dump", "backup", "forget"])
def test_a_killed_command_loses_nothing_and_leaves_nothing(tmp_path: Path, command: str) -> None:
    repository = Repository(collection(60))
    with serving(repository.app()) as address:
        assert Killed(tmp_path, address + repository.path).problems(command, random.Random(command)) == []


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
