"""How alike two names are: "Surname, Given" and "Given Surname", initials, accents, the words of a title.

Pure functions of text; a likeness goes from 0 to 100, which is the same name.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from typing import NamedTuple

LONGEST = 500
"""Characters of a name that are looked at."""

_UNDECOMPOSED = str.maketrans({"ø": "o", "ł": "l", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
_ASCII = re.compile(r"[a-z0-9]+")
_INITIALS = re.compile(r"\b[A-Z]{2,3}\b")
_LOWER = re.compile(r"[a-z]")
# Scripts that are written without spaces: each character is a word.
_SOLID = re.compile("([\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])")
_PARTS = 5
"""Words of a name up to which any of them may begin the family name."""
_CLOSE = 0.8
"""Likeness of two words from which one may be the other, mistyped."""


class _Person(NamedTuple):
    """A reading of a name: the words of the family name, those of the given names."""

    family: tuple[str, ...]
    given: tuple[str, ...]


def words(text: str) -> list[str]:
    """The words of a text, without case, accents and punctuation.

    >>> words("Sjöström, Ø. & the O'Neills"), words("王伟")
    (['sjostrom', 'o', 'the', 'o', 'neills'], ['王', '伟'])
    """
    low = text[:LONGEST].casefold()
    if low.isascii():
        return _ASCII.findall(low)
    plain = "".join(_letters(unicodedata.normalize("NFKD", low.translate(_UNDECOMPOSED))))
    return _SOLID.sub(r" \1 ", plain).split()


def person_words(text: str) -> list[str]:
    """The words of a person's name; initials that stand together are taken apart.

    >>> person_words("Brandt-Yao, L.M."), person_words("Brandt-Yao, LM")
    (['brandt', 'yao', 'l', 'm'], ['brandt', 'yao', 'l', 'm'])
    """
    return words(_apart(text) if _LOWER.search(text) else text)


@lru_cache(maxsize=4_096)
def _key(text: str) -> tuple[str, ...]:
    return tuple(words(text))


def title_likeness(one: str, other: str) -> float:
    """How alike two titles, names of organisations or headings are.

    >>> title_likeness("Annals of Coastal Ecology", "annals of coastal ecology.")
    100.0
    >>> 50 < title_likeness("Annals of Coastal Ecology", "Annals of Costal Ecology") < 100
    True
    >>> title_likeness("Annals of Coastal Ecology", "Harbour Reports") < 50
    True
    >>> title_likeness("Log of the watch, part 7", "Log of the watch, part 8")
    75.0
    """
    first, second = _key(one), _key(other)
    if not first or not second:
        return 0.0
    if first == second:
        return 100.0
    counts = Counter(first), Counter(second)
    if counts[0] == counts[1]:
        return 97.0
    # A word counts by its length: "of" means less than "ecology".
    shared = sum(len(word) * number for word, number in (counts[0] & counts[1]).items())
    dice = 2 * shared / (sum(map(len, first)) + sum(map(len, second)))
    # Two numbers are as different as two words, however few letters they have.
    most = 95.0 if _numbers(first) == _numbers(second) else 75.0
    return min(most, 100 * (dice + _ratio(" ".join(first), " ".join(second))) / 2)


def person_likeness(one: str, other: str) -> float:
    """How alike two names of persons are, in whatever order their parts stand.

    >>> person_likeness("Olga Sandoval", "Sandoval, Olga"), person_likeness("Sandoval, O.", "Sandoval, Olga")
    (100.0, 82.0)
    >>> person_likeness("Quill, B", "Quill, A"), person_likeness("Quill", "Marrow")
    (40.0, 0.0)
    """
    return max((_alike(first, second) for first in _readings(one) for second in _readings(other)), default=0.0)


def year_likeness(one: str, other: str) -> float:
    """How alike two dates are by their years: repositories and publishers are often a year apart.

    >>> year_likeness("2019", "2019-11"), year_likeness("2019", "2020"), year_likeness("2019", "1919")
    (100.0, 60.0, 0.0)
    """
    found = [re.match(r"\s*(\d{4})(?!\d)", text) for text in (one, other)]
    if not found[0] or not found[1]:
        return 0.0
    apart = abs(int(found[0][1]) - int(found[1][1]))
    return {0: 100.0, 1: 60.0}.get(apart, 0.0)


@lru_cache(maxsize=8_192)
def _readings(text: str) -> tuple[_Person, ...]:
    """How a name may be read: as its comma says, else with the family name at either end."""
    before, comma, after = text[:LONGEST].partition(",")
    if comma and (family := words(before)):
        given = after.partition(",")[0]
        # In a name all in capitals short words are as likely names.
        names = words(_apart(given) if _LOWER.search(text) else given)
        return (_Person(tuple(family), tuple(word for word in names if not word.isdigit())),)
    parts = tuple(word for word in person_words(text) if not word.isdigit())
    if len(parts) < 2:
        return (_Person(parts, ()),) if parts else ()
    ends = [_Person(parts[place:], parts[:place]) for place in range(max(1, len(parts) - _PARTS), len(parts))]
    return (*ends, _Person(parts[:1], parts[1:]))


def _numbers(text: tuple[str, ...]) -> list[str]:
    return sorted(word for word in text if word.isdecimal())


def _apart(text: str) -> str:
    """The text with initials that stand together taken apart."""
    return _INITIALS.sub(lambda match: " ".join(match[0]), text)


def _alike(one: _Person, other: _Person) -> float:
    family = _family(one.family, other.family)
    return round(family * (40 + 60 * _given(one.given, other.given)), 1) if family else 0.0


def _family(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    if one == other or "".join(one) == "".join(other):
        return 1.0
    if set(one) < set(other) or set(other) < set(one):
        return 0.9
    ratio = _ratio("".join(one), "".join(other))
    return ratio * 0.95 if ratio >= _CLOSE else 0.0


def _given(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    if one == other or "".join(one) == "".join(other):
        return 1.0
    if not one or not other:
        return 0.5
    pairs = [_names(first, second) for first, second in zip(one, other, strict=False)]
    if pairs[0] == 0:
        return 0.0
    return max(0.0, sum(pairs) / len(pairs) - 0.05 * abs(len(one) - len(other)))


def _names(one: str, other: str) -> float:
    """How alike two given names are: the same, an initial of it, mistyped, another."""
    if one == other:
        return 1.0
    if 1 in {len(one), len(other)}:
        return 0.7 if one[0] == other[0] else 0.0
    return 0.8 if _ratio(one, other) >= _CLOSE else 0.0


def _ratio(one: str, other: str) -> float:
    # The matcher finds more or less by which of the two comes first.
    first, second = sorted((one, other))
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    # The bounds are cheap, the ratio is not.
    return matcher.ratio() if matcher.real_quick_ratio() > 0.5 and matcher.quick_ratio() > 0.5 else 0.0


def _letters(text: str) -> Sequence[str]:
    return [
        character if unicodedata.category(character)[0] in "LNM" else " "
        for character in text
        if not unicodedata.combining(character)
    ]
