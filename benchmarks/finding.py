"""How many works a reader finds by parts of their titles: python benchmarks/finding.py DATA [NUMBER [SEED]].

Of so many random works of a data folder whose titles have two long words, which no more than five titles have both, it
asks the search with these words as they are, with a letter of one put wrong, and with the last three letters of one
cut; of those in Chinese, Japanese or Korean with four characters from the middle of the title.  It prints how many of
them stand first, and among the first five.
"""

from __future__ import annotations

import random
import re
import string
import sys
from collections.abc import Sequence
from pathlib import Path

from converter.store.catalogue_reader import Row
from converter.store.catalogue_search import Search, Wanted
from converter.store.reader import ArchiveReader

LONG = re.compile(r"[^\W\d_]{6,}")
UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{6,}")
SIZE = 5


def main(folder: Path, number: int = 60, seed: int = 1) -> None:
    """Print the figures."""
    archive, chance = ArchiveReader(folder / "archive.sqlite"), random.Random(seed)
    catalogue, search = archive.catalogue, archive.searches
    if catalogue is None or search is None:
        raise SystemExit(f"{folder}: no catalogue; load it again")
    numbers = [number for (number,) in catalogue.ask("SELECT id FROM work ORDER BY id", ())]
    chance.shuffle(numbers)
    spaced: list[tuple[Row, list[str]]] = []
    unspaced: list[tuple[Row, str]] = []
    for row in (row for start in range(0, len(numbers), 200) for row in catalogue.rows(numbers[start : start + 200])):
        words = list(dict.fromkeys(word for word in LONG.findall(row.title) if word.isascii()))
        pair = chance.sample(words, 2) if len(words) > 1 and len(spaced) < number else []
        # Words that many titles share tell no work from the others.
        if pair and search.find(Wanted(" ".join(f"title:{word}" for word in pair))).total <= SIZE:
            spaced.append((row, pair))
        if (run := UNSPACED.search(row.title)) and len(unspaced) < number:
            unspaced.append((row, run[0][1:5]))
    print(f"{catalogue.total():,} works, {len(spaced)} of them looked for")
    printed("two words of the title", search, [(row, f"{one} {other}") for row, (one, other) in spaced])
    printed("a letter of one wrong", search, [(row, f"{one} {wrong(other, chance)}") for row, (one, other) in spaced])
    printed("three letters of one cut", search, [(row, f"{one} {other[:-3]}") for row, (one, other) in spaced])
    printed("four characters from within", search, unspaced)


def printed(what: str, search: Search, asked: Sequence[tuple[Row, str]]) -> None:
    """Print of how many works a search for the text has them first, and among the first five."""
    places = []
    for row, text in asked:
        found = search.find(Wanted(text))
        places.append(row.id in (first := search.page(found, "relevance", 1, SIZE)) and first.index(row.id) == 0)
        places.append(row.id in first)
    print(f"{what}: {sum(places[::2])} of {len(asked)} first, {sum(places[1::2])} among the first {SIZE}")


def wrong(word: str, chance: random.Random) -> str:
    """The word with one of its inner letters in the place of another."""
    place = chance.randrange(1, len(word) - 1)
    letter = chance.choice([one for one in string.ascii_lowercase if one != word[place].lower()])
    return word[:place] + letter + word[place + 1 :]


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
