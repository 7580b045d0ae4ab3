"""Counts → a chart that needs no script: bars in per cent of the width, with a title each and a table behind them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from converter.store.catalogue_entry import plurals
from server.http.languages import digits, gettext, later

_STEPS = (1, 2, 5, 10, 20, 25, 50)
_LINES = 5
"""Grid lines at the most."""
_WIDE = 0.76
"""The part of its place that a bar takes."""
_TOP = 14
OTHER = later("Other")
"""What the series are called together that have no colour of their own."""
SERIES = 4
"""Colours of the style sheet."""
_APART = 17
"""Pixels between two names at the end of a chart."""


class Segment(NamedTuple):
    """A part of a bar: its class in the style sheet, its upper end and height in pixels."""

    kind: str
    y: str
    height: str


class Bar(NamedTuple):
    """A year: its place and width in per cent, what it says, its parts, its link."""

    year: int
    x: str
    width: str
    title: str
    segments: tuple[Segment, ...]
    link: str


class Tick(NamedTuple):
    """A name on an axis with its place."""

    place: str
    text: str


class Name(NamedTuple):
    """What a colour stands for, with its place at the end of the chart."""

    kind: str
    text: str
    at: float
    y: float


class Chart(NamedTuple):
    """A chart of bars by year with its table."""

    id: str
    caption: str
    note: str
    height: int
    bars: tuple[Bar, ...]
    grid: tuple[Tick, ...]
    ticks: tuple[Tick, ...]
    names: tuple[Name, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[int, ...], int], ...]
    described: str

    @property
    def ground(self) -> int:
        """The height at which the bars stand."""
        return self.height


def by_year(
    name: str,
    caption: str,
    counts: Mapping[int, Mapping[str, int]],
    *,
    height: int = 130,
    note: str = "",
    link: str = "",
) -> Chart | None:
    """The chart of the counts of each year and series; None where there are fewer than two years.

    `link` holds the place of a year as `{}`.
    """
    years = sorted(counts)
    if len(years) < 2:
        return None
    span = range(years[0], years[-1] + 1)
    series = _series(counts)
    top, lines = scale(max(sum(counts[year].values()) for year in years))
    per_work = (height - _TOP) / top
    slot = 100 / len(span)
    bars = []
    for place, year in enumerate(span):
        parts = [counts.get(year, {}).get(one, 0) for one in series]
        if not any(parts):
            continue
        upper, segments = float(height), []
        for number, part in enumerate(parts, 1):
            if part:
                upper -= part * per_work
                segments.append(Segment(f"c{number}", _px(upper), _px(part * per_work)))
        bars.append(
            Bar(
                year,
                _px(place * slot + slot * (1 - _WIDE) / 2),
                _px(slot * _WIDE),
                _title(year, parts, series),
                tuple(segments),
                link.format(year) if link else "",
            )
        )
    last = [counts.get(years[-1], {}).get(one, 0) for one in series]
    best = max(years, key=lambda year: sum(counts[year].values()))
    return Chart(
        id=name,
        caption=caption,
        note=note or gettext("%(first)s to %(last)s", first=years[0], last=years[-1]),
        height=height,
        bars=tuple(bars),
        grid=tuple(Tick(_px(height - line * per_work), digits(line)) for line in lines),
        ticks=tuple(
            Tick(_px(place * slot + slot / 2), str(year))
            for place, year in enumerate(span)
            if year % _every(len(span)) == 0
        ),
        names=tuple(_names(series, last, height, per_work)) if len(series) > 1 else (),
        columns=tuple(series) if len(series) > 1 else (),
        rows=tuple(
            (year, tuple(counts[year].get(one, 0) for one in series), sum(counts[year].values()))
            for year in reversed(years)
        ),
        described=gettext(
            "Bar chart, %(first)s to %(last)s. Most in %(year)s: %(n)s. The same figures stand in the table below.",
            first=years[0],
            last=years[-1],
            year=best,
            n=digits(sum(counts[best].values())),
        ),
    )


def scale(most: int) -> tuple[int, list[int]]:
    """The upper end of an axis, and its lines from 0 on.

    >>> scale(2453), scale(3)
    ((2500, [0, 500, 1000, 1500, 2000, 2500]), (3, [0, 1, 2, 3]))
    """
    factor = 1
    while True:
        for step in _STEPS:
            size = step * factor
            if most <= size * _LINES:
                top = max(1, -(-most // size)) * size
                return top, list(range(0, top + 1, size))
        factor *= 100


def grouped(rows: Iterable[tuple[int | None, str, int]], last: int) -> tuple[dict[int, dict[str, int]], int]:
    """Counts by year and type with at most four types, and how many works have no year that can be shown."""
    totals: dict[str, int] = {}
    kept = [(year, name, works) for year, name, works in rows if year is not None]
    shown = [(year, name, works) for year, name, works in kept if last - 60 <= year <= last]
    for _, name, works in shown:
        totals[name] = totals.get(name, 0) + works
    ranked = sorted(totals, key=lambda name: -totals[name])
    own = ranked[: SERIES - 1] if len(ranked) > SERIES else ranked
    counts: dict[int, dict[str, int]] = {}
    for year, name, works in shown:
        column = gettext(plurals()[name] if name in own else OTHER)
        of_year = counts.setdefault(year, {})
        of_year[column] = of_year.get(column, 0) + works
    return counts, sum(totals.values())


def shares(counts: Sequence[tuple[str, str, int]]) -> list[tuple[str, str, int, str]]:
    """Label, link and number of ranked bars, each with its length in per cent of the longest."""
    most = max((number for _, _, number in counts), default=0)
    return [(label, link, number, _px(100 * number / most)) for label, link, number in counts if most]


def _series(counts: Mapping[int, Mapping[str, int]]) -> list[str]:
    totals: dict[str, int] = {}
    for of_year in counts.values():
        for name, number in of_year.items():
            totals[name] = totals.get(name, 0) + number
    return sorted(totals, key=lambda name: (name == gettext(OTHER), -totals[name]))[:SERIES]


def _names(series: Sequence[str], last: Sequence[int], height: int, per_work: float) -> Iterable[Name]:
    """Yield the names at the end of the last bar, pushed apart from below upwards."""
    upper, free = float(height), float(height)
    for number, (name, part) in enumerate(zip(series, last, strict=True), 1):
        middle = upper - part * per_work / 2
        free = min(middle, free - _APART) if number > 1 else middle
        yield Name(f"c{number}", name, round(middle, 2), round(free, 2))
        upper -= part * per_work


def _title(year: int, parts: Sequence[int], series: Sequence[str]) -> str:
    stated = ", ".join(f"{name}: {digits(part)}" for part, name in zip(parts, series, strict=True) if part)
    return f"{year}: {digits(sum(parts))}" + (f" ({stated})" if len(series) > 1 else "")


def _every(years: int) -> int:
    return next(step for step in (1, 2, 5, 10, 20, 50, 100, 1000) if years <= step * 9)


def _px(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
