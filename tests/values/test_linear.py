"""No function on a value takes longer than in proportion to it: what eight times the text costs, by its ratio."""

from __future__ import annotations

import inspect
from collections.abc import Callable

import pytest

from converter.values import (
    check_digits,
    dates,
    identifiers,
    info_uris,
    languages,
    licences,
    mail,
    mesh,
    recognition,
    resolvable,
    serials,
    text,
)
from tests.growth import in_proportion

MODULES = (
    *(check_digits, dates, identifiers, info_uris, languages, licences, mail, mesh, recognition, resolvable, serials),
    text,
)
UNITS = (" ", "a", "a ", "- ", "1", "1 ", "(", "<p ", "a@", "a.", "10.5555/a;", "; ", "/", "&amp;", "A b ", "at ", "\t")
_SHORT = 4_000


def functions() -> list[tuple[str, Callable[[str], object]]]:
    """Every public function on one text."""
    found = []
    for module in MODULES:
        for name, function in vars(module).items():
            plain = getattr(function, "__wrapped__", function)
            if name.startswith("_") or not inspect.isfunction(plain) or plain.__module__ != module.__name__:
                continue
            needed = [one for one in inspect.signature(plain).parameters.values() if one.default is one.empty]
            if [one.annotation for one in needed] == ["str"] and needed[0].name in {"text", "value"}:
                found.append((f"{module.__name__}.{name}", plain))
    return found


@pytest.mark.parametrize(("name", "function"), functions(), ids=lambda part: part if isinstance(part, str) else "")
def test_a_value_costs_no_more_than_its_length(name: str, function: Callable[[str], object]) -> None:
    unlike = [
        unit
        for unit in UNITS
        if not in_proportion(lambda size, unit=unit: function((unit * size)[:size] + "!"), _SHORT)
    ]
    assert unlike == [], name
