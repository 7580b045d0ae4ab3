"""A work and what it is linked with: people and publisher at the start, journal, subjects and funders at the end."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from server.pages.network import cut

_WIDTH, _ROW, _GAP, _TOP = 860, 23, 36, 16
_START, _END = 265, 545
"""Where the circles of the two columns stand."""
_BOX, _HIGH = 116, 52
_MOST = 10
"""Things of a group that are drawn."""
_SMALLEST, _LARGEST = 3.5, 8.0


class Linked(NamedTuple):
    """A thing that a work is linked with: its name, its page, how many works it has, and whether it is identified."""

    label: str
    link: str
    works: int
    known: bool = True


class Spot(NamedTuple):
    """A thing in the picture: what it is called, in whole and cut, its place and size, and the line to it."""

    title: str
    label: str
    link: str
    known: bool
    x: int
    y: float
    size: str
    text_x: int
    anchor: str
    path: str


class Heading(NamedTuple):
    """The name of a group, with its place."""

    text: str
    x: int
    y: float
    anchor: str


class Surroundings(NamedTuple):
    """The picture: its size, the groups with what stands in them, and how many of each are not drawn."""

    width: int
    height: float
    middle: float
    headings: tuple[Heading, ...]
    spots: tuple[Spot, ...]
    rests: tuple[tuple[Heading, int], ...]


Group = tuple[str, Sequence[Linked]]


def surroundings(start: Sequence[Group], end: Sequence[Group]) -> Surroundings | None:
    """The picture of the groups beside a work; None where fewer than two things are linked with it."""
    columns = [[group for group in groups if group[1]] for groups in (start, end)]
    if sum(len(linked) for groups in columns for _, linked in groups) < 2:
        return None
    height = max(_height(groups) for groups in columns)
    middle = height / 2
    most = max(one.works for groups in columns for _, linked in groups for one in linked)
    headings, spots, rests = [], [], []
    for groups, x, anchor in zip(columns, (_START, _END), ("end", "start"), strict=True):
        y, side = (height - _height(groups)) / 2 + _TOP, -12 if anchor == "end" else 12
        for name, linked in groups:
            headings.append(Heading(name, x + side, y + 2, anchor))
            for one in linked[:_MOST]:
                y += _ROW
                size = _SMALLEST + (_LARGEST - _SMALLEST) * math.sqrt(max(0, one.works - 1) / max(1, most - 1))
                edge = _WIDTH / 2 + (-_BOX / 2 if anchor == "end" else _BOX / 2)
                bend = (x + edge) / 2
                path = f"M{x} {_px(y)}C{_px(bend)} {_px(y)} {_px(bend)} {_px(middle)} {_px(edge)} {_px(middle)}"
                spots.append(
                    Spot(one.label, cut(one.label), one.link, one.known, x, y, _px(size), x + side, anchor, path)
                )
            if len(linked) > _MOST:
                y += _ROW
                rests.append((Heading(name, x + side, y + 4, anchor), len(linked) - _MOST))
            y += _GAP
    return Surroundings(_WIDTH, height, middle, tuple(headings), tuple(spots), tuple(rests))


def _height(groups: Sequence[Group]) -> float:
    rows = sum(min(len(linked), _MOST) + (len(linked) > _MOST) for _, linked in groups)
    return max(float(_HIGH + 8), rows * _ROW + _GAP * max(0, len(groups) - 1) + 2 * _TOP)


def _px(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
