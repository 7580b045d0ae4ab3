"""The documents on security and reliability name tests that are there."""

from __future__ import annotations

import re

import pytest

from tests.conftest import ROOT

ROWS = [
    (name, path, test)
    for name in ("security.md", "reliability.md")
    for path, test in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", (ROOT / "docs" / name).read_text(encoding="utf-8"))
]


@pytest.mark.parametrize(("name", "path", "test"), ROWS)
def test_a_row_names_a_test_that_is_there(name: str, path: str, test: str) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    assert re.search(rf"^(?:def|class) {test}\b", text, re.MULTILINE), f"{name} names {path}::{test}"


@pytest.mark.parametrize("name", ["security.md", "reliability.md"])
def test_each_row_names_a_test(name: str) -> None:
    rows = [line for line in (ROOT / "docs" / name).read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    assert [
        row for row in rows if "`tests/" not in row and not re.match(r"\| (?:what is feared|promise) \|", row)
    ] == []
