"""Work that several processes share: what hinders one of them from beginning is what is raised."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from converter.errors import StoreError
from server.process_map import spread


def begin(path: str) -> None:
    Path(path).read_bytes()


def leave(_: str) -> None:
    os._exit(9)


def doubled(numbers: list[int]) -> list[int]:
    return [2 * number for number in numbers]


def refuse(numbers: list[int]) -> list[int]:
    raise StoreError(f"{numbers} are too large")


def test_results_come_in_the_order_of_the_work() -> None:
    found = spread(doubled, iter(range(40)), begin=begin, stated=(os.devnull,), processes=2, at_once=3)
    assert [number for part in found for number in part] == [*range(0, 80, 2)]


def test_why_a_process_could_not_begin_is_raised(tmp_path: Path) -> None:
    found = spread(doubled, iter([1]), begin=begin, stated=(str(tmp_path / "none"),), processes=1, at_once=1)
    with pytest.raises(FileNotFoundError, match="none"):
        list(found)


def test_why_the_work_failed_is_raised() -> None:
    found = spread(refuse, iter([7]), begin=begin, stated=(os.devnull,), processes=1, at_once=1)
    with pytest.raises(StoreError, match="too large"):
        list(found)


def test_a_process_that_is_killed_is_a_sentence() -> None:
    found = spread(doubled, iter([1]), begin=leave, stated=("",), processes=1, at_once=1)
    with pytest.raises(StoreError, match="was killed"):
        list(found)
