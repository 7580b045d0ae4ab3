"""What the project says of itself, and the one place where each thing is said."""

from __future__ import annotations

import importlib.metadata
import re
import tomllib

import yaml

from tests.commands import shelfgraph
from tests.conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))


def test_the_citation_says_what_the_project_says() -> None:
    assert {key: CITATION[key] for key in ("version", "license", "keywords")} == {
        key: PROJECT[key] for key in ("version", "license", "keywords")
    }
    assert CITATION["abstract"].startswith(PROJECT["description"])
    assert CITATION["authors"] == PROJECT["authors"] == [{"name": "The Shelfgraph authors"}]


def test_the_citation_has_what_version_1_2_0_of_its_format_asks_for() -> None:
    assert {"cff-version", "message", "title", "authors"} <= CITATION.keys()
    assert (CITATION["cff-version"], CITATION["type"], CITATION["title"]) == ("1.2.0", "software", "Shelfgraph")


def test_the_version_stands_in_no_code() -> None:
    assert shelfgraph("--version").stdout.decode().split()[-1] == importlib.metadata.version("shelfgraph")
    code = "".join(
        path.read_text(encoding="utf-8")
        for package in ("converter", "ontology", "queries", "server", "shelfgraph")
        for path in (ROOT / package).rglob("*.py")
    )
    assert f'"{PROJECT["version"]}"' not in code


def test_the_least_python_is_the_first_that_is_named() -> None:
    named = re.findall(r"Python :: (3\.\d+)", "\n".join(PROJECT["classifiers"]))
    assert PROJECT["requires-python"] == f">={named[0]}"


def test_links_of_the_documents_lead_somewhere() -> None:
    targets = {
        (name, target)
        for name in ("CONTRIBUTING.md", "SECURITY.md")
        for target in re.findall(r"\]\(([^)#]+)\)", (ROOT / name).read_text(encoding="utf-8"))
    }
    assert {name for name, _ in targets} == {"CONTRIBUTING.md", "SECURITY.md"}
    assert [(name, target) for name, target in targets if not (ROOT / target).exists()] == []


def test_the_modules_that_the_architecture_names_are_there() -> None:
    named = set(re.findall(r"`((?:\w+/)+\w+\.py)`", (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")))
    roots = (ROOT, ROOT / "converter", ROOT / "server")
    assert len(named) > 20
    assert {name for name in named if not any((root / name).exists() for root in roots)} == set()
