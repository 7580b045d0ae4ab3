"""The commands of the librarian: fields, explain, validate."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from tests.conftest import EXAMPLES, ROOT, shelfgraph


def table(*arguments: str | Path) -> list[dict[str, str]]:
    """The rows that a command prints."""
    done = shelfgraph(*arguments)
    assert done.returncode == 0, done.stderr.decode()
    return list(csv.DictReader(io.StringIO(done.stdout.decode())))


def test_every_value_of_the_seed_has_its_place(seed: Path) -> None:
    *_, whole = table("fields", seed)
    assert (whole["values"], whole["mapped"], whole["private"]) == ("56", "55", "1")


def test_every_field_is_shown_with_its_row_of_the_crosswalk() -> None:
    rows = {row["field"]: row for row in table("fields", EXAMPLES / "listrecords-dim.xml")}
    assert (rows["local.shelf.mark"]["fallback"], rows["dc.title"]["mapped"]) == ("1", "3")
    name, line = rows["dc.title"]["crosswalk"].split(":")
    assert (ROOT / "ontology" / name).read_text(encoding="utf-8").splitlines()[int(line) - 1].startswith("dc.title,")


def test_an_address_that_is_private_is_no_example() -> None:
    assert "coast.example.org" not in str(table("fields", EXAMPLES / "lighthouse.txt"))


def test_a_statement_is_explained_by_all_the_values_that_make_it() -> None:
    person = "https://data.example.org/person/20-500-12345/rp00042"
    rows = table("explain", EXAMPLES / "lighthouse.txt", "--subject", person)
    assert {row["field"] for row in rows} == {"dc.contributor.author", "dc.identifier.authority"}


def test_what_a_field_makes_is_shown_alone() -> None:
    rows = table("explain", EXAMPLES / "lighthouse.txt", "--field", "dc.identifier.pmid")
    assert len(rows) == 6
    assert {row["value"] for row in rows} == {"99000142"}


def test_the_examples_are_valid_and_their_gaps_are_counted(tmp_path: Path) -> None:
    findings = tmp_path / "findings.csv"
    rows = table("validate", EXAMPLES, "--csv", findings)
    assert {row["severity"] for row in rows} == {"warning", "info"}
    with findings.open(encoding="utf-8", newline="") as lines:
        told = list(csv.DictReader(lines))
    assert sum(int(row["count"]) for row in rows) == len(told)
    assert {row["message"] for row in told if row["record"] == "20.500.12345/801"} >= {"no abstract"}


@pytest.mark.parametrize("folder", ["html", "dim", "oai_dc"])
def test_no_real_record_violates_a_shape(records: Path, folder: str, tmp_path: Path) -> None:
    """Of each file the first records; a violation would be a fault of the mapping, and ends with 4."""
    chosen = tmp_path / "chosen"
    chosen.mkdir()
    for path in sorted((records / folder).iterdir())[:25]:
        if path.stat().st_size < 20_000:
            (chosen / path.name).write_bytes(path.read_bytes())
    assert shelfgraph("validate", chosen).returncode in {0, 1}
