"""Every kind of field: four times the values take four times the steps, eight times the text eight times the time."""

from __future__ import annotations

import pytest

import ontology
from converter.mapping.engine import Mapper
from converter.record import Field, Record
from tests.growth import in_proportion, steps

_MAPPER = Mapper()
_BESIDE = (
    Field("dc.title", "T"),
    Field("dc.type", "Article"),
    Field("dc.contributor.author", "Gull, Ann"),
    Field("dc.relation.ispartof", "Journal of Terns"),
    Field("dc.identifier.issn", "0302-9743"),
)
_VALUES = (
    *("Value {}", "10.5555/{}", "Gull{}, Ann", "{:04}-05-03", "Journal {} ; {}", "https://x.example.org/{}", "eng"),
    *("uuid-{}", "Gull, Ann=rp{}", "info:eu-repo/grantAgreement/EC/FP7/{}/EU/x/", "{:04}-9743", "Terns{} - injuries"),
)
_UNITS = ("a ", "; ", "1 ", "(", "a@", "10.5555/a;", "A. ", "::", "||", "- ", "Vol. 3 no. ", "<p ", "&amp;", "2010/")
_SHORT = 2_000


def _kinds() -> dict[str, str]:
    """One field of each kind of row: kind, node and parser → field."""
    found: dict[str, str] = {}
    for row in ontology.Crosswalk().rows.values():
        found.setdefault(" ".join(filter(None, (row.kind, row.node, row.parser))), row.field.replace("*", "x"))
    return found


KINDS = _kinds()


def test_every_kind_is_here() -> None:
    assert len(KINDS) > 70


@pytest.mark.parametrize("values", [_VALUES, ("eng",)], ids=["different", "equal"])
@pytest.mark.parametrize("kind", KINDS)
def test_four_times_the_values_take_four_times_the_steps(kind: str, values: tuple[str, ...]) -> None:
    def record(size: int) -> Record:
        texts = (values[number % len(values)].format(number, number) for number in range(1, size + 1))
        many = (Field(KINDS[kind], text, place=number) for number, text in enumerate(texts, 1))
        return Record("oai:x.example.org:1", fields=(*_BESIDE, *many))

    _MAPPER.map(record(2))
    small, large = (steps(lambda size=size: _MAPPER.map(record(size))) for size in (36, 144))
    assert large < 5 * small


@pytest.mark.parametrize("kind", KINDS)
def test_a_long_value_takes_time_in_proportion(kind: str) -> None:
    def mapped(unit: str, size: int) -> None:
        _MAPPER.map(Record("oai:x.example.org:1", fields=(*_BESIDE, Field(KINDS[kind], (unit * size)[:size] + "!"))))

    unlike = [unit for unit in _UNITS if not in_proportion(lambda size, unit=unit: mapped(unit, size), _SHORT)]
    assert unlike == [], KINDS[kind]
