"""The extra sweep over what others wrote: real records, the suites of the W3C, the record that the project began with.

None of it stands in the repository.  `SHELFGRAPH_COLLECTION=FOLDER pytest tests/sweep` runs over a folder that has
some of `records/` (files of real records, a folder a format), `conformance/` (suites and harnesses) and `seed/`.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.conftest import ROOT

COLLECTION = Path(os.environ.get("SHELFGRAPH_COLLECTION") or ROOT / "collection")
_NEEDS = {
    "test_records.py": "records",
    "test_conformance.py": "conformance/suites.tar.xz",
    "test_seed.py": "seed",
}


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out what runs over something that is not there."""
    needed = _NEEDS.get(collection_path.name)
    return True if needed and not (COLLECTION / needed).exists() else None


@pytest.fixture(scope="session")
def records() -> Path:
    """Real records of many repositories, by format."""
    return COLLECTION / "records"
