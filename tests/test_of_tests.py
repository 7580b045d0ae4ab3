"""What every test keeps to: it reaches into nothing private of ours, waits for no time to pass, has its own ports."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT, free_port

EXCEPT = {"waiting.py", "test_private_parts.py"}
"""What waits for all tests, and what looks whether the private parts of a library are still as they were."""
TESTS = [path for path in sorted((ROOT / "tests").rglob("*.py")) if path.name not in EXCEPT]
DOCUMENTED = {"_replace", "_asdict", "_fields", "_Element", "_exit"}
"""Names with an underscore that their documentation names: of named tuples, lxml and os."""


def breaches(source: str) -> Iterator[str]:
    """Yield what reaches into private parts of others, what sleeps, and what a failing test would leave behind."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Attribute(value=owner, attr=name) if is_private(name):
                if ast.unparse(owner) not in {"self", "cls", "super()"}:
                    yield ast.unparse(node)
            case ast.ImportFrom(names=names):
                yield from (f"import {one.name}" for one in names if is_private(one.name))
            case ast.Call(func=ast.Attribute(attr="setattr"), args=[_, ast.Constant(value=str(name)), *_]):
                if is_private(name.rpartition(".")[2]):
                    yield ast.unparse(node)
            case ast.Call(func=ast.Attribute(value=ast.Name(id="time"), attr="sleep")):
                yield ast.unparse(node)
            case ast.FunctionDef(
                decorator_list=[*_, ast.Name(id="contextmanager") | ast.Attribute(attr="contextmanager")]
            ):
                yield from left_open(node)


def left_open(node: ast.stmt) -> Iterator[str]:
    """Yield where something stands behind a bare `yield` of a context: a test that fails would leave it undone."""
    body: list[ast.stmt] = getattr(node, "body", [])
    for one in body:
        if isinstance(one, ast.Expr) and isinstance(one.value, ast.Yield) and one is not body[-1]:
            yield ast.unparse(one)
        elif isinstance(one, ast.With | ast.If | ast.For | ast.While):
            yield from left_open(one)


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name not in DOCUMENTED


@pytest.mark.parametrize("path", TESTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_it_reaches_into_nothing_private_sleeps_for_no_time_and_leaves_nothing_open(path: Path) -> None:
    assert list(breaches(path.read_text(encoding="utf-8"))) == []


def test_a_breach_would_be_seen() -> None:
    source = "from a import _b\nc._d()\nmonkeypatch.setattr(e, '_f', 1)\ntime.sleep(1)\nself._own\nos._exit(1)\n"
    source += "@contextmanager\ndef site():\n    with one() as it:\n        yield it\n        it.stop()\n"
    assert len(list(breaches(source))) == 5


def test_no_port_is_given_to_two_tests() -> None:
    # Those at work beside this one, and more than a block of each.
    command = "from tests.conftest import free_port; print(*(free_port() for _ in range(120)), flush=True); input()"
    others = [
        subprocess.Popen(
            [sys.executable, "-c", command], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    stated = [other.stdout.readline().split() for other in others if other.stdout]
    given = [*(free_port() for _ in range(120)), *(int(port) for line in stated for port in line)]
    for other in others:
        other.communicate("\n", timeout=100)
    assert len({*given}) == len(given) == 360
