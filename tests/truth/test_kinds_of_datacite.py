"""Whatever general type DataCite states, what is described keeps to the profile."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.commands import shelfgraph

GENERAL = ("Award", "Dataset", "Event", "Instrument", "PhysicalObject", "Project", "Service", "StudyRegistration")


@pytest.mark.parametrize("general", GENERAL)
def test_a_record_of_each_general_type_keeps_to_the_profile(general: str, tmp_path: Path) -> None:
    described = {
        "doi": "10.5072/tides",
        "types": {"resourceTypeGeneral": general},
        "titles": [{"title": "Tides"}],
        "descriptions": [{"description": "About tides.", "descriptionType": "Abstract"}],
        "creators": [{"name": "Rook, Ida", "nameType": "Personal"}],
        "publicationYear": 2020,
    }
    path = tmp_path / "described.json"
    path.write_text(json.dumps(described), encoding="utf-8")
    assert b",violation," not in shelfgraph("validate", path).stdout
