"""What is used of libraries beyond what they promise, why, and that the range of their versions is pinned for it."""

from __future__ import annotations

import inspect
import tomllib
from collections.abc import Callable
from typing import Any, NamedTuple

import citeproc
import pytest
from citeproc import model, string

from tests.conftest import ROOT


class Part(NamedTuple):
    """A function of a library, its parameters as they are relied on, and what it is replaced or called for."""

    library: str
    function: Callable[..., Any]
    parameters: str
    reason: str


PARTS = (
    Part("citeproc-py", model.Name.initialize, "self given mark context", "it makes initials where a style wants none"),
    Part("citeproc-py", string.String.capitalize_first, "self", "it changes the case of letters that are not Latin"),
    Part("citeproc-py", model.CitationStylesElement.xpath_search, "self expression", "it looks 170 times a citation"),
    Part("citeproc-py", model.Parent.calls_variable, "self", "the same"),
    Part("citeproc-py", model.Text.calls_variable, "self", "the same"),
)


def test_what_is_replaced_is_what_it_was() -> None:
    found = {part.function.__qualname__: " ".join(inspect.signature(part.function).parameters) for part in PARTS}
    assert found == {part.function.__qualname__: part.parameters for part in PARTS}
    # Roles that the processor does not know are added to these.
    assert (type(citeproc.NAMES), type(citeproc.VARIABLES)) == (list, list)


@pytest.mark.parametrize("library", sorted({part.library for part in PARTS}))
def test_a_library_of_which_private_parts_are_used_has_a_pinned_range(library: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    ranges = [line.removeprefix(library) for group in groups for line in group if line.startswith(f"{library}>")]
    assert ranges
    assert all(",<" in one for one in ranges)
