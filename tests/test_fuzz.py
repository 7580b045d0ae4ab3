"""A short form of `make fuzz`."""

from __future__ import annotations

import pytest

from tests.fuzz import TARGETS, fuzz


@pytest.mark.parametrize("name", TARGETS)
def test_whatever_is_sent_is_read_or_refused(name: str) -> None:
    assert fuzz(name, 40) > 1
