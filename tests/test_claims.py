"""Every test can fail: it asserts something, and what it asserts is no constant."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache

import pytest

from tests.conftest import ROOT

FILES = {str(path.relative_to(ROOT)): path for path in sorted((ROOT / "tests").rglob("test_*.py"))}
ALWAYS_TRUE = (ast.Constant, ast.Tuple, ast.JoinedStr, ast.Lambda, ast.GeneratorExp)


def idle(tree: ast.AST) -> Iterator[str]:
    """The assertions that are true whatever happens: of a text, a tuple, a generator, or beside such a thing."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert):
            sides = node.test.values if isinstance(node.test, ast.BoolOp) else [node.test]
            if any(isinstance(side, ALWAYS_TRUE) for side in sides):
                yield ast.unparse(node)


WAITS = ("until", "until_answered")
"""They fail where what is waited for does not come true."""


def silent(tree: ast.AST) -> Iterator[str]:
    """The tests without an assertion, an expected fault or a call of something that may hold one.

    A property of Hypothesis may be that nothing is raised.
    """
    for test in ast.walk(tree):
        if isinstance(test, ast.FunctionDef) and test.name.startswith("test_"):
            decorated = " ".join(map(ast.unparse, test.decorator_list))
            calls = {ast.unparse(node.func) for node in ast.walk(test) if isinstance(node, ast.Call)}
            asserts = any(isinstance(node, ast.Assert) for node in ast.walk(test))
            if not (asserts or "given(" in decorated or calls & {"pytest.raises", *WAITS, *helpers()}):
                yield test.name


@cache
def helpers() -> frozenset[str]:
    """The functions of the tests that assert something."""
    return frozenset(
        function.name
        for path in (ROOT / "tests").rglob("*.py")
        for function in ast.walk(parsed(path.read_text(encoding="utf-8")))
        if isinstance(function, ast.FunctionDef)
        and not function.name.startswith("test_")
        and any(isinstance(node, ast.Assert) for node in ast.walk(function))
    )


def parsed(source: str) -> ast.AST:
    """The syntax tree of a module."""
    return ast.parse(source)


@pytest.mark.parametrize("name", FILES)
def test_every_test_can_fail(name: str) -> None:
    tree = parsed(FILES[name].read_text(encoding="utf-8"))
    assert [*idle(tree)] == []
    assert [*silent(tree)] == []


@pytest.mark.parametrize(
    "test", ["assert (1, 2)", "assert found or True", "assert 'x'", "assert (line for line in lines)"]
)
def test_an_assertion_that_is_always_true_is_seen(test: str) -> None:
    assert [*idle(parsed(test))]


def test_a_test_without_an_assertion_is_seen() -> None:
    assert [*silent(parsed("def test_it():\n    list(read('x'))"))] == ["test_it"]
