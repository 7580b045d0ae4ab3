"""Statements between resources → a picture: the most tied one at the start, what it leads to in columns beside it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

_COLUMNS, _ROWS = 3, 12
"""Steps from the first resource that are drawn, and how many resources a step has at the most."""
_WIDTH, _STEP, _LEFT, _ROW, _TOP = 960, 330, 16, 30, 22


class Node(NamedTuple):
    """A resource of the picture: its address, where it stands, and its distance from the first one."""

    address: str
    x: int
    y: int
    step: int


class Edge(NamedTuple):
    """A line between two resources: its path, and the properties that it stands for."""

    path: str
    properties: tuple[str, ...]


class Picture(NamedTuple):
    """The picture: its size, its lines, its resources; so many `more` are not drawn."""

    width: int
    height: int
    edges: tuple[Edge, ...]
    nodes: tuple[Node, ...]
    more: int


def pictured(ties: Sequence[tuple[str, str, str]]) -> Picture | None:
    """The picture of what leads to what (start, property, end); None where nothing leads to another.

    >>> picture = pictured([("a", "p", "b"), ("a", "q", "b"), ("b", "p", "c")])
    >>> [(node.address, node.step) for node in picture.nodes], picture.edges[0].properties
    ([('b', 0), ('a', 1), ('c', 1)], ('p', 'q'))
    """
    between: dict[tuple[str, str], dict[str, None]] = {}
    around: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for start, property_, end in ties:
        if start != end:
            between.setdefault((start, end), {})[property_] = None
            around[start][end] = around[end][start] = None
    if not around:
        return None
    first = max(around, key=lambda address: len(around[address]))
    steps, seen = [[first]], {first}
    while len(steps) < _COLUMNS:
        following = [other for address in steps[-1] for other in around[address] if other not in seen]
        # What is tied to two of the step before stands once.
        fresh = list(dict.fromkeys(following))[:_ROWS]
        if not fresh:
            break
        seen.update(fresh)
        steps.append(fresh)
    height = _TOP * 2 + _ROW * (max(map(len, steps)) - 1)
    nodes = {}
    for number, step in enumerate(steps):
        top = (height - _ROW * (len(step) - 1)) // 2
        for row, address in enumerate(step):
            nodes[address] = Node(address, _LEFT + number * _STEP, top + row * _ROW, number)
    edges = tuple(
        Edge(_path(nodes[start], nodes[end]), tuple(properties))
        for (start, end), properties in between.items()
        if start in nodes and end in nodes
    )
    return Picture(_WIDTH, height, edges, tuple(nodes.values()), len(around) - len(nodes))


def _path(start: Node, end: Node) -> str:
    if start.step == end.step:
        bow = start.x - 14
        return f"M{start.x} {start.y}Q{bow} {(start.y + end.y) // 2} {end.x} {end.y}"
    middle = (start.x + end.x) // 2
    return f"M{start.x} {start.y}C{middle} {start.y} {middle} {end.y} {end.x} {end.y}"
