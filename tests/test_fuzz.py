"""A short form of `make fuzz`."""

from __future__ import annotations

import random

import pytest

from tests.fuzz import TARGETS, fuzz, one_input


@pytest.mark.parametrize("name", TARGETS)
def test_whatever_is_sent_is_read_or_refused(name: str) -> None:
    assert fuzz(name, 40) > 1


def test_bytes_stand_for_an_input_of_a_target(monkeypatch: pytest.MonkeyPatch) -> None:
    fed: list[object] = []
    monkeypatch.setitem(TARGETS, "Range", TARGETS["Range"]._replace(feed=fed.append))
    feed = one_input("Range")
    for number in range(200):
        feed(random.Random(number).randbytes(64))
    assert len({str(one) for one in fed}) > 1
