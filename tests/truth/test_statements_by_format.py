"""Claims of every kind in small records of many formats, from `further.json`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.truth.claims import (
    Claim,
    check,
)

CLAIMS = [
    Claim(**stated) for stated in json.loads(Path(__file__).with_name("further.json").read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.says)
def test_the_graph_says_what_the_source_says(claim: Claim, tmp_path: Path) -> None:
    check(claim, tmp_path)
