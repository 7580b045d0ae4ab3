"""Golden records: one input, the triples expected of it, and what the report says; both stand side by side.

`GOLDEN=rewrite pytest tests/test_golden.py` writes what is expected anew: `git diff` is the review.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pyshacl import validate
from rdflib import Graph

from converter.graph import ntriples
from converter.mapping.engine import Mapper
from converter.report import Finding, Report
from converter.sources.detection import read
from tests.conftest import EXAMPLES, GOLDEN, ROOT

FOLDER = GOLDEN
INPUTS = sorted(path for path in FOLDER.iterdir() if path.suffix != ".nt") + sorted(EXAMPLES.iterdir())


class Lines(Report):
    """A report as lines of text."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def add(self, finding: Finding) -> None:
        self.lines.append(f"# {finding.level}: {finding.field}: {finding.value!r}: {finding.reason}\n")


def converted(path: Path) -> str:
    """The triples of all records of a file, and below them what the report says."""
    mapper, report = Mapper(), Lines()
    lines: list[str] = []
    for record in read(str(path), report=report):
        mapped = mapper.map(record)
        report.extend(mapped.findings)
        lines += mapped.lines
    return ntriples(lines, mapper.base).decode() + "".join(report.lines)


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: path.name)
def test_a_record_becomes_what_is_expected(path: Path) -> None:
    golden = FOLDER / f"{path.name}.nt"
    found = converted(path)
    if os.environ.get("GOLDEN") == "rewrite":
        golden.write_text(found, encoding="utf-8")
    assert found == golden.read_text(encoding="utf-8")


def test_every_expectation_has_its_input() -> None:
    assert {path.name for path in FOLDER.glob("*.nt")} == {f"{path.name}.nt" for path in INPUTS}
    assert len(INPUTS) >= 25


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("path", INPUTS, ids=lambda path: path.name)
def test_no_golden_record_violates_a_shape(path: Path) -> None:
    graph = Graph().parse(FOLDER / f"{path.name}.nt", format="nt")
    shapes = str(ROOT / "ontology" / "shapes.ttl")
    _, _, text = validate(graph, shacl_graph=shapes, inference="none", do_owl_imports=False)
    assert "Severity: sh:Violation" not in text
