"""No function on a value takes longer than in proportion to it: what four times the text costs, by its ratio."""

from __future__ import annotations

import inspect
import time
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

MODULES = (
    *(check_digits, dates, identifiers, info_uris, languages, licences, mail, mesh, recognition, resolvable, serials),
    text,
)
UNITS = (" ", "a", "a ", "- ", "1", "1 ", "(", "<p ", "a@", "a.", "10.5555/a;", "; ", "/", "&amp;", "A b ", "at ", "\t")
_SHORT, _LONG = 4_000, 32_000
# Eight times the text is allowed thirty times the time: a machine is never as quiet as arithmetic, and a quadratic
# function takes sixty-four times.  Below this nothing is distinguished from the noise.
_MOST, _NOISE = 30, 0.02


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


def cost(function: Callable[[str], object], value: str) -> float:
    """The processor time of a call, the least of three."""
    times = []
    for _ in range(3):
        start = time.process_time()
        function(value)
        times.append(time.process_time() - start)
    return min(times)


@pytest.mark.parametrize(("name", "function"), functions(), ids=lambda part: part if isinstance(part, str) else "")
def test_a_value_costs_no_more_than_its_length(name: str, function: Callable[[str], object]) -> None:
    for unit in UNITS:
        long = cost(function, (unit * _LONG)[:_LONG] + "!")
        if long > _NOISE:
            short = cost(function, (unit * _SHORT)[:_SHORT] + "!")
            assert long < _MOST * max(short, _NOISE / _MOST), (name, unit, short, long)
