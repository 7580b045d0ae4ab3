"""Who may import whom: data flow one way, and no two modules or rooms need each other."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache

import pytest

from tests.conftest import ROOT

PACKAGES = ("ontology", "queries", "converter", "server", "shelfgraph")
NEVER = {
    "ontology": {"converter", "queries", "server", "shelfgraph"},
    "queries": {"converter", "ontology", "server", "shelfgraph"},
    "converter": {"server", "shelfgraph"},
    "server": {"converter.sources", "shelfgraph"},
    "shelfgraph": set(),
}
TOGETHER = {"app", "run", ""}
"""The modules of the server that put its rooms together."""
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for package in PACKAGES
    for path in sorted((ROOT / package).rglob("*.py"))
}


def table() -> dict[str, set[str]]:
    """Room → the rooms that it may import (docs/rooms.txt)."""
    found: dict[str, set[str]] = {}
    for line in (ROOT / "docs" / "rooms.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            name, _, others = line.partition(":")
            found[name] = {*others.split()}
    return found


def imported(source: str) -> set[str]:
    """The names that a source imports, those for the type checker alone included."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def with_parents(names: Iterable[str]) -> set[str]:
    """The names, each under all its parents' names too."""
    return {".".join(name.split(".")[:end]) for name in names for end in range(1, name.count(".") + 2)}


@cache
def needs() -> dict[str, set[str]]:
    """Module → the modules of ours that it imports."""
    found: dict[str, set[str]] = {}
    for module, path in MODULES.items():
        names = imported(path.read_text(encoding="utf-8"))
        known = {name if name in MODULES else name.rpartition(".")[0] for name in names}
        found[module] = {name for name in known if name in MODULES} - {module}
    return found


def circles(graph: Mapping[str, set[str]]) -> list[list[str]]:
    """The groups of nodes that lead to each other, each in the order of the alphabet (Tarjan's algorithm)."""
    numbers: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(node: str) -> None:
        numbers[node] = lowest[node] = len(numbers)
        stack.append(node)
        for following in sorted(graph.get(node, ())):
            if following not in numbers:
                visit(following)
            if following in stack:
                lowest[node] = min(lowest[node], lowest[following])
        if lowest[node] == numbers[node]:
            group = stack[stack.index(node) :]
            del stack[stack.index(node) :]
            if len(group) > 1:
                found.append(sorted(group))

    for node in sorted(graph):
        if node not in numbers:
            visit(node)
    return found


def room(module: str) -> str:
    """The room of the server that a module is in; empty for none."""
    return ".".join(module.split(".")[1:2]) if module.startswith("server.") else ""


def rooms() -> dict[str, set[str]]:
    """Room of the server → the rooms that it imports."""
    found: dict[str, set[str]] = {}
    for module, others in needs().items():
        if module.split(".")[0] == "server":
            found.setdefault(room(module), set()).update(room(other) for other in others if room(other))
    return {name: others - {name} for name, others in found.items()}


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_from_no_layer_above_its_own(module: str) -> None:
    source = MODULES[module].read_text(encoding="utf-8")
    assert not with_parents(imported(source)) & NEVER[module.split(".", maxsplit=1)[0]]


def test_a_breach_would_be_seen() -> None:
    assert "converter.sources" in with_parents(imported("from converter.sources.detection import read"))
    assert imported("if TYPE_CHECKING:\n    from server.app import create_app") == {"server.app.create_app"}
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": set()}) == [["a", "b", "c"]]


@pytest.mark.parametrize("module", [name for name in MODULES if name.startswith(("server.sparql", "server.front"))])
def test_what_evaluates_and_holds_connections_needs_no_framework(module: str) -> None:
    # The front, the fork server and its workers start without it, and have no memory for it.
    assert "flask" not in with_parents(imported(MODULES[module].read_text(encoding="utf-8")))


def test_no_modules_need_each_other() -> None:
    # What a package offers under its own name is loaded when it is asked for.
    assert circles({name: others for name, others in needs().items() if name not in {"server", "converter"}}) == []


def test_every_room_imports_what_the_table_lets_it() -> None:
    found, stated = rooms(), table()
    beyond = {name: found[name] - stated.get(name, set()) for name in found if name not in TOGETHER}
    assert {name: others for name, others in beyond.items() if others} == {}, "see docs/rooms.txt"


def test_every_arrow_of_the_table_is_needed() -> None:
    unused = {name: others - rooms().get(name, set()) for name, others in table().items()}
    assert {name: others for name, others in unused.items() if others} == {}, "see docs/rooms.txt"


def test_no_rooms_need_each_other() -> None:
    assert circles(table()) == []


def test_the_picture_is_drawn_from_the_table() -> None:
    drawn = subprocess.run([sys.executable, ROOT / "docs" / "picture.py", "-"], capture_output=True, check=True)
    assert drawn.stdout == (ROOT / "docs" / "rooms.svg").read_bytes(), "run python docs/picture.py"


def test_no_two_modules_of_the_server_have_one_name() -> None:
    names = Counter(path.name for module, path in MODULES.items() if module.startswith("server."))
    assert [name for name, number in names.items() if number > 1] == ["__init__.py"]


@pytest.mark.parametrize("module", MODULES)
def test_a_module_says_in_one_sentence_what_it_holds(module: str) -> None:
    # Length is no rule: a module is one subject, and one whose first sentence needs an "and also" is two.
    stated = ast.get_docstring(ast.parse(MODULES[module].read_text(encoding="utf-8"))) or ""
    first = stated.split("\n\n", maxsplit=1)[0]
    assert first
    assert len(first) < 400
