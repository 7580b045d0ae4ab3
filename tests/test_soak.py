"""The soak holds for seconds, and its reference notices what a site must never do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.soak import Reference, soak


@pytest.mark.alone
def test_a_site_under_everything_at_once_loses_nothing_and_answers_right(tmp_path: Path) -> None:
    made = soak(10, 1, tmp_path)
    assert made.reference.problems == []
    assert made.reference.counts["look-ups right"] > 0
    assert made.peak > 0


@pytest.mark.parametrize(("found", "is_wrong"), [(None, True), (1, True), (2, False), (3, False), (4, True)])
def test_a_version_that_is_lost_old_or_from_nowhere_is_noticed(found: int | None, is_wrong: bool) -> None:
    reference = Reference(tried={7: 3})
    reference.version(7, found, 2, "here")
    assert bool(reference.problems) is is_wrong


def test_two_answers_of_one_generation_are_noticed() -> None:
    reference = Reference()
    for generation, answer in ((1, "a"), (2, "b"), (1, "a")):
        reference.alike(generation, "q", answer)
    assert reference.problems == []
    reference.alike(2, "q", "a")
    assert len(reference.problems) == 1
