"""Values that relationships bring, and texts that may hold several addresses: steps and time in proportion."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from converter.mapping.engine import Mapper
from converter.record import Field, Record
from converter.sources.record_identity import handle_of
from converter.values import dates, languages, licences, recognition
from tests.growth import in_proportion, steps

_MAPPER = Mapper()
_NUMBERS: dict[str, tuple[Callable[[int], str], Callable[[int], str]]] = {
    "a number each": (lambda number: f"virtual::{number}", lambda number: f"virtual::{number}"),
    "one number for all": (lambda _: "virtual::7", lambda _: "virtual::7"),
    "numbers at the values": (lambda number: f"virtual::{number}", lambda _: ""),
}
_UNITS = (
    " ",
    "; ",
    "hdl:",
    " http://",
    "10.5555/a;",
    "cc by ",
    "cc by-nc ",
    "[",
    "c2011 ",
    "2011 ",
    "in ",
    "urn:isbn:",
)


@pytest.mark.parametrize("kind", _NUMBERS)
def test_four_times_the_related_authors_take_four_times_the_steps(kind: str) -> None:
    of_value, of_relation = _NUMBERS[kind]

    def record(size: int) -> Record:
        authors = [
            Field("dc.contributor.author", f"Gull{number}, Ann", authority=of_value(number)) for number in range(size)
        ]
        uuids = [f"b1111111-2222-3333-4444-{number:012}" for number in range(size)]
        relations = [
            Field("relation.isAuthorOfPublication", uuid, authority=of_relation(number) or None)
            for number, uuid in enumerate(uuids)
        ]
        return Record("oai:x.example.org:1", fields=(Field("dc.title", "T"), *authors, *relations))

    _MAPPER.map(record(2))
    small, large = (steps(lambda size=size: _MAPPER.map(record(size))) for size in (36, 144))
    assert large < 5 * small


@pytest.mark.parametrize(
    "read",
    [
        lambda text: handle_of([Field("dc.identifier.uri", text)]),
        dates.copyright_apart,
        languages.languages,
        licences.licence,
        recognition.named,
    ],
    ids=["handles", "copyright", "languages", "licences", "addresses"],
)
def test_a_long_text_takes_time_in_proportion(read: Callable[[str], object]) -> None:
    def once(unit: str, size: int) -> None:
        read((unit * size)[:size] + "!")

    assert [unit for unit in _UNITS if not in_proportion(lambda size, unit=unit: once(unit, size), 2_000)] == []
