"""Somebody and those around: a picture of a name in the middle and at most twelve around it, by shared works."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

_WIDTH, _HEIGHT = 720, 350
_RADIUS_X, _RADIUS_Y = 185, 150
_CUT = 26


class Node(NamedTuple):
    """A neighbour: place, label with its place and side, link, whether identified, and the line to it."""

    x: str
    y: str
    label: str
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


def around(hub: str, neighbours: Sequence[tuple[str, str, int, bool]]) -> Network | None:
    """The picture of the neighbours (label, link, shared works, identified), from the top by shared works.

    None where there are fewer than two.
    """
    if len(neighbours) < 2:
        return None
    most = max(shared for _, _, shared, _ in neighbours)
    nodes = []
    for place, (label, link, shared, known) in enumerate(neighbours):
        angle = 2 * math.pi * place / len(neighbours) - math.pi / 2
        x, y = _WIDTH / 2 + _RADIUS_X * math.cos(angle), _HEIGHT / 2 + (_RADIUS_Y - 5) * math.sin(angle)
        side = 0 if abs(math.cos(angle)) < 0.2 else 1 if math.cos(angle) > 0 else -1
        nodes.append(
            Node(
                _px(x),
                _px(y),
                cut(label),
                _px(x + 13 * side),
                _px(y + 4 if side else y - 14 if math.sin(angle) < 0 else y + 24),
                {0: "middle", 1: "start", -1: "end"}[side],
                f"{label}: {shared} shared work{'' if shared == 1 else 's'}",
                link,
                known,
                _px(1 + 6 * shared / most),
            )
        )
    return Network(_WIDTH, _HEIGHT, cut(hub), tuple(nodes))


def cut(label: str) -> str:
    """The label at most so long as a picture has room for.

    >>> cut("Foundation for Night Ecology of the North")
    'Foundation for Night Ecol…'
    """
    return label if len(label) <= _CUT else f"{label[: _CUT - 1].rstrip()}…"


def _px(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
