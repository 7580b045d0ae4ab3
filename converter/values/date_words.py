"""Dates in words: the names of months and seasons of many languages, with days and years in whatever order.

The names are those of `ontology/calendar.csv`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

import ontology

_TOKEN = re.compile(r"\d+|[^\W\d_]+|[^\w\s]")
_JOINED = frozenset("- – — / to a bis au al and y et und e & till until".split())
# Words that stand between the parts of a date and say nothing, and what makes an ordinal of a day.
_SILENT = frozenset(
    "of de del d do da the den el le di des den dia st nd rd th er º ª . , ' ’ ( ) [ ] em en in o day г р року года"
    " ročník år monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun".split()
)


class Stated(NamedTuple):
    """One or two dates (year, month or season, day), the ends of an interval, and what is doubtful."""

    dates: tuple[tuple[int, int | None, int | None], ...]
    doubt: str | None = None


@lru_cache(maxsize=1)
def _names() -> Mapping[str, int]:
    return {row["name"]: int(row["number"]) for _, row in ontology.table("calendar.csv")}


def in_words(text: str) -> Stated | None:
    """The date or interval that the words name, None where a word is none of a date.

    >>> in_words("Sept. 5th, 2010").dates, in_words("Sep-Oct 2013").dates
    (((2010, 9, 5),), ((2013, 9, None), (2013, 10, None)))
    >>> in_words("30 May - 2 June 2019").dates, in_words("Fall 2021").dates
    (((2019, 5, 30), (2019, 6, 2)), ((2021, 23, None),))
    >>> in_words("in press") is None
    True
    """
    read = _read(_TOKEN.findall(text.casefold()))
    if read is None:
        return None
    years, months, days, order = read
    if not months or not years or len(years) > 2 or len(months) > 2 or len(days) > 2:
        return None
    if any(month > 12 for month in months):
        return _of_seasons(years, months, days)
    if len(days) == len(months) == 1 and len(years) == 1:
        return Stated(((years[0], months[0], days[0]),))
    if not days:
        if len(months) == len(years) == 1:
            return Stated(((years[0], months[0], None),))
        first, last = years[0], years[-1]
        if len(months) == 2 and (len(years) == 2 or months[0] < months[1]):
            return Stated(((first, months[0], None), (last, months[1], None)))
        return Stated(((first, None, None),), "the months are of two years; the first year is kept")
    if len(days) == 2 and len(months) <= 2 and order in {"dd m", "m dd", "dm dm", "md md"}:
        return Stated(((years[0], months[0], days[0]), (years[-1], months[-1], days[1])))
    return Stated(((years[0], months[0], None),), "the days are not understood") if len(months) == 1 else None


def _of_seasons(years: list[int], months: list[int], days: list[int]) -> Stated | None:
    if days:
        return None
    if len(years) == 2:
        return Stated(((years[0], None, None), (years[1], None, None)), "a season of two years; the years are kept")
    if len(months) == 2:
        return Stated(((years[0], None, None),), "two seasons; the year is kept")
    return Stated(((years[0], months[0], None),))


def _read(tokens: list[str]) -> tuple[list[int], list[int], list[int], str] | None:
    """Years, months, days, and the order of the last two; None where a token is no part of a date."""
    years: list[int] = []
    months: list[int] = []
    days: list[int] = []
    order: list[str] = []
    names = _names()
    for place, token in enumerate(tokens):
        if token in names:
            months.append(names[token])
            order.append("m")
        elif token.isdecimal() and len(token) == 4:
            years.append(int(token))
        elif (
            token.isdecimal()
            and len(token) <= 2
            and years
            and place
            and tokens[place - 1] in {"/", "-", "–"}
            and (tokens[place - 2].isdecimal() and len(tokens[place - 2]) == 4)
        ):
            # "Winter 2009/10": the second year of two.
            years.append(years[-1] // 100 * 100 + int(token))
        elif token.isdecimal() and len(token) <= 2 and 1 <= int(token) <= 31:
            days.append(int(token))
            order.append("d")
        elif token not in _SILENT and token not in _JOINED:
            return None
    shape = "".join(order)
    return years, months, days, {"ddm": "dd m", "mdd": "m dd", "dmdm": "dm dm", "mdmd": "md md"}.get(shape, shape)
