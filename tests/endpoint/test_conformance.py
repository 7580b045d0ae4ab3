"""The tests of the W3C for SPARQL 1.0 and 1.1, against the running server; skipped where the suites are not here."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests.conftest import COMMAND, SHARED, Site

HARNESS = SHARED / "conformance" / "harness"
ALLOWED = HARNESS / "allow" / "pyoxigraph-0.5.13.txt"
# Updates, federation and entailment are what this endpoint does not do.
_QUERIES = """aggregates bind bindings cast construct csv-tsv-res exists functions grouping json-res negation
project-expression property-path subquery syntax-fed syntax-query"""
CATEGORIES = {"10": ["sparql10/*"], "11": [f"sparql11/{name}" for name in _QUERIES.split()]}


@pytest.fixture(scope="session")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked suite."""
    packed = SHARED / "conformance" / "suites.tar.xz"
    if not packed.exists():
        pytest.skip("the conformance suites are not here")
    if not os.environ.get("SHELFGRAPH_CONFORMANCE"):
        pytest.skip("set SHELFGRAPH_CONFORMANCE=1: the suites take minutes")
    folder = tmp_path_factory.mktemp("suites")
    with tarfile.open(packed) as archive:
        archive.extractall(folder, filter="data")
    return next(path for path in folder.rglob("sparql") if path.is_dir())


def run(script: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """What a harness says."""
    return subprocess.run(
        [sys.executable, str(HARNESS / script), *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=400,
    )


@pytest.mark.parametrize(("version", "ports"), [("10", "23050-24050"), ("11", "24051-25051")])
def test_queries_give_what_the_suite_expects(suite: Path, version: str, ports: str) -> None:
    launch = f"{' '.join(COMMAND)} serve {{data.nq}} --port {{port}} --workers 1"
    url = "http://127.0.0.1:{port}/sparql"
    told = run(
        "sparql_suite.py",
        *("--suite", suite, "--ports", ports, "--query", url, "--launch", launch, "--allow-fail", ALLOWED),
        *("--categories", *CATEGORIES[version]),
    )
    assert told.returncode == 0, told.stdout[-4_000:] + told.stderr[-2_000:]


def test_the_protocol_gives_what_the_suite_expects(suite: Path, site: Site) -> None:
    told = run("protocol_suite.py", "--suite", suite, "--query", f"{site.base}sparql", "--extra")
    assert told.returncode == 0, told.stdout[-4_000:] + told.stderr[-2_000:]
