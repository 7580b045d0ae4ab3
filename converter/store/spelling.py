"""The nearest spelling of a word that no record has: a letter wrong, missing, too many, or changed with the next."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any

_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
_SHORTEST, _LONGEST = 4, 40


def corrected(word: str, ask: Callable[[str, Any], list[Any]]) -> str:
    """The word of the index that is one letter away and stands in most records; empty where there is none, or no need.

    `ask` runs a statement on the catalogue.
    """
    bare = folded(word)
    if not _SHORTEST <= len(bare) <= _LONGEST or not bare.isascii():
        return ""
    begun = ask("SELECT 1 FROM search_words WHERE term >= ? AND term < ? LIMIT 1", (bare, bare + "\U0010ffff"))
    if begun:
        return ""
    rows = ask(
        "SELECT term FROM json_each(?) AS near JOIN search_words ON term = near.value ORDER BY doc DESC, term LIMIT 1",
        (json.dumps(list(dict.fromkeys(near(bare)))),),
    )
    return str(rows[0][0]) if rows else ""


def near(word: str) -> Iterator[str]:
    """Yield everything that is one letter away from a word.

    >>> "terns" in near("tenrs"), "terns" in near("ters"), "terns" in near("ternss"), "terns" in near("tewns")
    (True, True, True, True)
    """
    for place in range(len(word) + 1):
        head, tail = word[:place], word[place:]
        if tail:
            yield head + tail[1:]
            yield from (head + letter + tail[1:] for letter in _LETTERS)
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        yield from (head + letter + tail for letter in _LETTERS)


def folded(word: str) -> str:
    """The word as the index holds it: without case and accents.

    >>> folded("Möwen")
    'mowen'
    """
    return "".join(
        letter for letter in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(letter)
    )
