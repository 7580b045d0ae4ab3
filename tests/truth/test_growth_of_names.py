"""Twice the names take twice the steps: no value and no record of names makes the mapping slow."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from converter.mapping.engine import Mapper
from converter.record import Field, Record
from converter.values import agent_kinds, agent_names, names
from tests.growth import in_proportion, steps

AUTHOR = "dc.contributor.author"
RECORDS: dict[str, Callable[[int], list[Field]]] = {
    "equal names": lambda n: [Field(AUTHOR, "Lu, L") for _ in range(n)],
    "different names": lambda n: [Field(AUTHOR, f"Lu{i}, L") for i in range(n)],
    "names in one value": lambda n: [Field(AUTHOR, "; ".join(["Lu, L"] * n))],
    "equal names in two fields": lambda n: [Field(name, "Lu, L") for name in (AUTHOR, "dc.creator") for _ in range(n)],
    "keys of equal names": lambda n: [
        *(Field(AUTHOR, "Lu, L") for _ in range(n)),
        *(Field("dc.identifier.authority", "Lu, L=rp1") for _ in range(n)),
    ],
    "one key on many names": lambda n: [Field(AUTHOR, f"Lu{i}, L", authority="rp1") for i in range(n)],
    "affiliations by place": lambda n: [
        *(Field(AUTHOR, f"Lu{i}, L") for i in range(n)),
        *(Field("oairecerif.author.affiliation", f"Tern {i}") for i in range(n)),
    ],
    "affiliations of authors": lambda n: [
        *(Field(AUTHOR, f"Lu{i}, L", place=i + 1) for i in range(n)),
        *(Field("oairecerif.author.affiliation", f"Tern {i}", of=i + 1, place=n + i + 1) for i in range(n)),
    ],
    "funders, grants and titles by place": lambda n: [
        Field(name, f"{100000 + i}")
        for name in ("project.funder.name", "project.funder.identifier", "oaire.awardNumber", "oaire.awardTitle")
        for i in range(n)
    ],
    "titles": lambda n: [Field("dc.title", f"T{i}", language="en" if i % 2 else "fr") for i in range(n)],
    "acknowledgements": lambda n: [Field("view.funding.statement", f"Thanks {i}") for i in range(n)],
}
TEXTS: dict[str, Callable[[int], str]] = {
    "blanks": lambda n: "A" + " " * n + "B",
    "semicolons": lambda n: ";" * n,
    "semicolons and blanks": lambda n: "; " * n + "a",
    "commas": lambda n: ", " * n,
    "brackets": lambda n: "(" * n,
    "a bracket and blanks": lambda n: "(" + " " * n,
    "digits": lambda n: "1" * n,
    "halves of an ORCID iD": lambda n: "1234-" * n,
    "and": lambda n: "a and " * n,
    "initials": lambda n: "A. " * n,
    "authorities": lambda n: "a::" * n,
    "addresses": lambda n: "A, B;" + " http://x.example;" * n,
    "degrees": lambda n: "A," + " B. C." * n,
    "years": lambda n: "1234 " * n,
    "letters": lambda n: "a" * n,
    "and others": lambda n: " et al" * n,
    "masks": lambda n: "[e-mail" * n,
}


@pytest.mark.parametrize("kind", RECORDS)
def test_four_times_the_names_take_four_times_the_steps(kind: str) -> None:
    mapper = Mapper()

    def record(size: int) -> Record:
        return Record("oai:x.example.org:1", fields=tuple(RECORDS[kind](size)))

    mapper.map(record(2))
    small, large = (steps(lambda size=size: mapper.map(record(size))) for size in (50, 200))
    assert large < 5 * small


@pytest.mark.parametrize("kind", TEXTS)
@pytest.mark.parametrize(
    "read", [agent_names.named, agent_kinds.kind, agent_kinds.is_nobody, agent_kinds.is_generic, names.person]
)
def test_a_long_value_takes_time_in_proportion(kind: str, read: Callable[[str], object]) -> None:
    assert in_proportion(lambda size: read(TEXTS[kind](size)), 2_000)
