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


def test_the_table_of_clients_has_the_rows_that_it_counts_each_with_version_state_and_test() -> None:
    text = (ROOT / "docs" / "clients.md").read_text(encoding="utf-8")
    tables, _, _ = text.partition("### F-UJI")
    rows = [line.strip("|").split(" | ") for line in tables.splitlines() if re.match(r"\| (?!program )", line)]
    assert text.splitlines()[2].startswith(f"{len(rows)} rows")
    assert [row for row in rows if len(row) != 6 or not all(map(str.strip, row))] == []
    assert [row for row in rows if not row[2].startswith("works")] == []
    named = re.findall(r"`(tests/[\w/]+(?:\.py)?)`", tables)
    assert [path for path in named if not (ROOT / path).exists()] == []
    assert "program" not in {row[0].strip() for row in rows}
