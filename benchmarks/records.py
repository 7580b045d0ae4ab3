"""Records that nobody ever catalogued, as many as are wanted and always the same: a table to measure with."""

from __future__ import annotations

import csv
import random
import string
from pathlib import Path

WORDS = """amber basin cedar delta ember fjord grain harbour island juniper kelp lagoon meadow nectar orchard pebble
quarry river saddle timber upland valley willow yarrow zephyr""".split()
COLUMNS = """id collection dc.identifier.uri dc.title[en] dc.contributor.author dc.date.issued dc.type dc.subject[en]
dc.description.abstract[en] dc.language.iso dc.relation.ispartof dc.publisher""".split()
KINDS = ("Article", "Thesis", "Book", "Dataset")


def write(path: Path, number: int) -> None:
    """Write a table of so many records."""
    chance = random.Random(1)
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        table.writerows(_row(chance, which) for which in range(1, number + 1))


def _row(chance: random.Random, which: int) -> list[str]:
    def words(count: int) -> str:
        return " ".join(chance.choices(WORDS, k=count))

    def person() -> str:
        return f"{words(1).title()}-{chance.randrange(900)}, {chance.choice(string.ascii_uppercase)}"

    return [
        str(which),
        "20.500.12345/1",
        f"http://hdl.handle.net/20.500.12345/{which}",
        words(7).capitalize(),
        "||".join(person() for _ in range(chance.randrange(1, 5))),
        f"{chance.randrange(1980, 2025)}-0{chance.randrange(1, 10)}",
        chance.choice(KINDS),
        "||".join(words(2) for _ in range(3)),
        words(60),
        "en",
        f"Journal of {words(2)}",
        "Example Press",
    ]
