"""Rows of a query → a chart where their columns suit: years with a number, or names with a number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from server.charts import bars
from server.charts.bars import Chart
from server.http.languages import gettext, within

_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d+)?")
_YEAR = re.compile(r"\d{4}")
_WORD = re.compile(r"(?<=[a-z])(?=[A-Z0-9])")
_BARS = 30


class Drawn(NamedTuple):
    """A chart of bars by year, or ranked bars as label, link, number and length in per cent."""

    by_year: Chart | None
    ranked: list[tuple[str, str, int, str]]
    more: int


def drawn(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Drawn | None:
    """The chart of rows; None where no column holds a number for each, or there are too few rows.

    >>> drawn(("funder", "works"), [["A", "3"], ["B", "1"]]).ranked
    [('A', '', 3, '100'), ('B', '', 1, '33.33')]
    >>> drawn(("title",), [["A"], ["B"]]) is None
    True
    """
    if len(rows) < 2 or len(columns) < 2:
        return None
    numeric = [place for place in range(1, len(columns)) if all(_NUMBER.fullmatch(row[place]) for row in rows)]
    if not numeric:
        return None
    value = numeric[0]
    if all(_YEAR.fullmatch(row[0]) for row in rows):
        caption = gettext("%(number)s by %(name)s", number=heading(columns[value]), name=within(heading(columns[0])))
        stated = [(int(row[0]), " ".join(row[1:value]), max(0, round(float(row[value])))) for row in rows]
        years = [year for year, _, _ in stated]
        if max(years) - min(years) <= 150:
            return Drawn(bars.by_year("result", caption, _in_series(stated), height=220), [], 0)
    labelled = [(_label(row[:value]), row[0] if "://" in row[0] else "", round(float(row[value]))) for row in rows]
    positive = sorted((one for one in labelled if one[2] > 0), key=lambda one: -one[2])
    if len(positive) < 2:
        return None
    return Drawn(None, bars.shares(positive[:_BARS]), max(0, len(positive) - _BARS))


def heading(column: str) -> str:
    """What stands above a column, in the language of the page where its word is known there.

    >>> heading("works"), heading("firstYear"), heading("doi"), heading("issnL")
    ('Works', 'First year', 'DOI', 'ISSN-L')
    """
    known = {"doi": "DOI", "issn": "ISSN", "issnL": "ISSN-L", "orcid": "ORCID", "mesh": "MeSH"}
    return gettext(known.get(column) or _WORD.sub(" ", column).capitalize())


def _label(texts: Sequence[str]) -> str:
    """What a bar is called: the words that stand before its number, an address where there is nothing else.

    >>> _label(["http://x/1", "Pike, C", "false"]), _label(["http://x/1"]), _label(["Article", "2010"])
    ('Pike, C', 'http://x/1', 'Article – 2010')
    """
    words = [text for text in texts if text and "://" not in text and text not in {"true", "false"}]
    return " – ".join(words) or texts[0]


def _in_series(stated: Sequence[tuple[int, str, int]]) -> dict[int, dict[str, int]]:
    """Counts by year and name; where there are more names than colours, the smaller ones together."""
    totals: dict[str, int] = {}
    for _, name, number in stated:
        totals[name] = totals.get(name, 0) + number
    kept = sorted(totals, key=lambda name: -totals[name])
    kept = kept if len(kept) <= bars.SERIES else kept[: bars.SERIES - 1]
    counts: dict[int, dict[str, int]] = {}
    for year, name, number in stated:
        of_year = counts.setdefault(year, {})
        column = name if name in kept else gettext(bars.OTHER)
        of_year[column] = of_year.get(column, 0) + number
    return counts
