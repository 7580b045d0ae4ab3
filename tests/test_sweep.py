"""Real records of many repositories, where the collection is there: nothing is lost, nothing hangs, nothing grows."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pyoxigraph
import pytest

from converter.errors import ShelfgraphError
from converter.mapping import Mapper
from converter.privacy import masked
from converter.record import Record
from converter.sources.detect import read
from tests.conftest import COMMAND, SHARED, shelfgraph

FOLDERS = sorted(path.name for path in (SHARED / "records").glob("*/"))


def complete(mapper: Mapper, record: Record) -> None:
    """Every value of the record is in the graph, in a line of the report, or private; nothing else becomes of one."""
    mapped = mapper.map(record)
    assert len(mapped.outcomes) >= len(record.fields) + len(record.files)
    makers = {id(origin.field) for origins in mapped.lines.values() for origin in origins}
    told = {(finding.field, finding.value) for finding in mapped.findings}
    for field, _, outcome in mapped.outcomes:
        in_graph, in_report = id(field) in makers, (field.name, masked(field.value)) in told
        expected = {"mapped": in_graph, "fallback": in_graph and in_report, "reported": in_report}
        assert expected.get(outcome, record.deleted or in_report or outcome == "private"), (field, outcome)
    lines = "\n".join(mapped.lines)
    assert len(list(pyoxigraph.parse(lines, format=pyoxigraph.RdfFormat.N_TRIPLES))) == len(mapped.lines)


def told(act: Callable[[], object]) -> str:
    """What the fault says in which an act ends, nothing where it ends well."""
    try:
        act()
    except ShelfgraphError as fault:
        return str(fault)
    return ""


@pytest.mark.parametrize("folder", FOLDERS or ["none"])
def test_every_real_record_converts_or_gets_a_clear_error(records: Path, folder: str) -> None:
    mapper = Mapper()
    for path in sorted((records / folder).iterdir()):
        fault = told(lambda path=path: [complete(mapper, record) for record in read(str(path))])
        assert not fault or str(path) in fault
        assert "\n" not in fault


def test_all_real_records_load_and_loading_them_again_changes_nothing(records: Path, tmp_path: Path) -> None:
    first = subprocess.run(
        [*COMMAND, "load", records, "--data", tmp_path / "data"], capture_output=True, check=False, timeout=900
    )
    # Broken files are told one by one; the others have been loaded.
    assert first.returncode == 1
    assert b"Traceback" not in first.stderr
    before = shelfgraph("log", "--data", tmp_path / "data").stdout
    assert before.count(b"\n") > 10_000
    again = shelfgraph("load", records, "--data", tmp_path / "data")
    assert b"Traceback" not in again.stderr
    assert shelfgraph("log", "--data", tmp_path / "data").stdout == before


def test_the_largest_file_loads_in_less_than_200_megabytes(records: Path, tmp_path: Path) -> None:
    largest = max((path for path in records.rglob("*") if path.is_file()), key=lambda path: path.stat().st_size)
    process = subprocess.Popen(
        [*COMMAND, "load", largest, "--data", tmp_path / "data"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    assert used.ru_maxrss < 200_000
