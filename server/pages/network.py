"""Somebody and those around: a picture of a name in the middle and at most twelve around it, by shared works."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from server.http.languages import ngettext

_WIDTH, _HEIGHT = 720, 350
_RADIUS_X, _RADIUS_Y = 185, 150
_CUT = 26


class Node(NamedTuple):
    """A neighbour: place, size, label with its place and side, number, link, whether identified, the line to it."""

    x: str
    y: str
    size: str
    label: str
    number: int
    label_x: str
    label_y: str
    anchor: str
    title: str
    link: str
    known: bool
    line: str


class Network(NamedTuple):
    """The picture: its size, the name in the middle, the neighbours."""

    width: int
    height: int
    hub: str
    nodes: tuple[Node, ...]
    ties: tuple[tuple[str, str], ...]


def around(
    hub: str, neighbours: Sequence[tuple[str, str, int, bool]], ties: Sequence[tuple[int, int, int]] = ()
) -> Network | None:
    """The picture of the neighbours (label, link, shared works, identified), from the top by shared works.

    `ties` are the places of two neighbours that share works with each other there, and how many.
    None where there are fewer than two.
    """
    if len(neighbours) < 2:
        return None
    most = max(shared for _, _, shared, _ in neighbours)
    nodes = []
    for place, (label, link, shared, known) in enumerate(neighbours):
        angle = 2 * math.pi * place / len(neighbours) - math.pi / 2
        x, y = _WIDTH / 2 + _RADIUS_X * math.cos(angle), _HEIGHT / 2 + (_RADIUS_Y - 5) * math.sin(angle)
        said = ngettext("%(n)s shared work", "%(n)s shared works", shared)
        side = 0 if abs(math.cos(angle)) < 0.2 else 1 if math.cos(angle) > 0 else -1
        nodes.append(
            Node(
                _px(x),
                _px(y),
                _px(4 + 6 * math.sqrt(shared / most)),
                cut(label),
                shared,
                _px(x + 13 * side),
                _px(y + 4 if side else y - 14 if math.sin(angle) < 0 else y + 24),
                {0: "middle", 1: "start", -1: "end"}[side],
                f"{label}: {said}",
                link,
                known,
                _px(1 + 6 * shared / most),
            )
        )
    strongest = max((shared for _, _, shared in ties), default=1)
    return Network(
        _WIDTH,
        _HEIGHT,
        cut(hub),
        tuple(nodes),
        tuple((_bow(nodes[one], nodes[other]), _px(0.75 + 3 * shared / strongest)) for one, other, shared in ties),
    )


def _bow(one: Node, other: Node) -> str:
    """A line between two neighbours, which bends away from the middle as far as they are apart."""
    middle = [(float(one.x) + float(other.x)) / 2, (float(one.y) + float(other.y)) / 2]
    bent = [(place - centre) * 1.15 + centre for place, centre in zip(middle, (_WIDTH / 2, _HEIGHT / 2), strict=True)]
    return f"M{one.x} {one.y}Q{_px(bent[0])} {_px(bent[1])} {other.x} {other.y}"


def cut(label: str) -> str:
    """The label at most so long as a picture has room for.

    >>> cut("Foundation for Night Ecology of the North")
    'Foundation for Night Ecol…'
    """
    return label if len(label) <= _CUT else f"{label[: _CUT - 1].rstrip()}…"


def _px(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
