"""What went wrong in a load is known afterwards, without having been asked for before."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from tests.commands import shelfgraph

RECORDS = """id,dc.title,dc.date.issued
1,A light,2019-13
2,A tern,2018-14
3,A gull,2017
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder into which two records were loaded that cannot be quite right."""
    table = tmp_path / "works.csv"
    table.write_text(RECORDS, encoding="utf-8")
    shelfgraph("load", table, "--data", tmp_path / "d")
    return tmp_path / "d"


def rows(*words: str | Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(shelfgraph("report", *words).stdout.decode())))


def test_findings_of_one_kind_are_one_line_with_their_number_and_an_example(folder: Path) -> None:
    found = [row for row in rows("--data", folder) if row["field"] == "dc.date.issued"]
    assert [(row["level"], row["findings"], row["value"]) for row in found] == [("warning", "2", "2019-13")]


def test_each_finding_can_be_listed_and_a_level_be_chosen(folder: Path) -> None:
    found = rows("--each", "--level", "warning", "--data", folder)
    assert {row["value"] for row in found} == {"2019-13", "2018-14"}
    assert rows("--level", "error", "--data", folder) == []


def test_the_report_is_that_of_the_last_load_and_goes_with_what_is_forgotten(folder: Path) -> None:
    table = folder.parent / "more.csv"
    table.write_text("id,dc.title,dc.date.issued\n4,A skua,2016-15\n", encoding="utf-8")
    shelfgraph("load", table, "--data", folder)
    assert [row["value"] for row in rows("--each", "--level", "warning", "--data", folder)] == ["2016-15"]
    shelfgraph("forget", "4", "--data", folder)
    done = shelfgraph("report", "--data", folder)
    assert done.returncode == 1
    assert "no load or harvest has kept findings" in done.stderr.decode()


def test_a_run_that_reads_nothing_leaves_the_report_of_the_one_before(folder: Path) -> None:
    shelfgraph("load", folder.parent / "missing.csv", "--data", folder)
    assert len(rows("--each", "--level", "warning", "--data", folder)) == 2
