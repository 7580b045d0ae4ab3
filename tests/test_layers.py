"""Data flows one way: who may import whom."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.conftest import ROOT

NEVER = {
    "ontology": {"converter", "queries", "server", "shelfgraph"},
    "queries": {"converter", "ontology", "server", "shelfgraph"},
    "converter": {"server", "shelfgraph", "queries"},
    "server": {"converter.sources", "shelfgraph"},
    "shelfgraph": set(),
}
MODULES = [path for package in NEVER for path in sorted((ROOT / package).rglob("*.py"))]


def imported(source: str) -> set[str]:
    """The modules that a source imports, each under all its parents' names too."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return {".".join(name.split(".")[:end]) for name in names for end in range(1, name.count(".") + 2)}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_from_no_layer_above_its_own(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0]
    assert not imported(path.read_text(encoding="utf-8")) & NEVER[package]


def test_a_breach_would_be_seen() -> None:
    assert "converter.sources" in imported("from converter.sources.detection import read")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_is_longer_than_a_subject(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 350
