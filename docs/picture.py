"""Draws the rooms of the server and who imports whom: docs/rooms.txt → docs/rooms.svg, or standard output for `-`."""

from __future__ import annotations

import sys
from pathlib import Path

_HERE = Path(__file__).parent
_WIDTH, _HEIGHT, _GAP, _ROW = 128, 34, 22, 92
"""Pixels of a box, between two boxes, and from one row to the next."""


def read() -> dict[str, list[str]]:
    """Room → the rooms that it imports."""
    found: dict[str, list[str]] = {}
    for line in (_HERE / "rooms.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            name, _, others = line.partition(":")
            found[name] = others.split()
    return found


def rows(rooms: dict[str, list[str]]) -> list[list[str]]:
    """The rooms from above to below: each above all that it imports."""
    depths: dict[str, int] = {}

    def depth(name: str) -> int:
        if name not in depths:
            below = [other for other in rooms.get(name, []) if other in rooms]
            depths[name] = 1 + max(map(depth, below), default=-1)
        return depths[name]

    deepest = max(map(depth, rooms))
    return [[name for name in rooms if depths[name] == number] for number in range(deepest, -1, -1)]


def drawn(rooms: dict[str, list[str]]) -> str:
    """The picture: an arrow from each room to those that it imports."""
    lines = rows(rooms)
    wide = max(map(len, lines)) * (_WIDTH + _GAP) + _GAP
    places = {
        name: ((wide - len(line) * (_WIDTH + _GAP) + _GAP) // 2 + place * (_WIDTH + _GAP), _GAP + number * _ROW)
        for number, line in enumerate(lines)
        for place, name in enumerate(line)
    }
    arrows = [_arrow(places[name], places[other]) for name in rooms for other in rooms[name] if other in places]
    boxes = [_box(name, *place) for name, place in places.items()]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {len(lines) * _ROW}" role="img" '
        'font-family="sans-serif" font-size="13">\n<title>The rooms of server/, each above what it imports</title>\n'
        '<defs><marker id="a" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0 8 4 0 8z" fill="#557"/></marker></defs>\n'
    )
    return head + "".join(f"{part}\n" for part in (*arrows, *boxes)) + "</svg>\n"


def _arrow(begin: tuple[int, int], end: tuple[int, int]) -> str:
    (left, top), (other_left, other_top) = begin, end
    down = other_top >= top
    x, y = left + _WIDTH // 2, top + (_HEIGHT if down else 0)
    to_x, to_y = other_left + _WIDTH // 2, other_top + (0 if down else _HEIGHT)
    return f'<path d="M{x} {y} {to_x} {to_y}" stroke="#99a" fill="none" marker-end="url(#a)"/>'


def _box(name: str, left: int, top: int) -> str:
    middle, base = left + _WIDTH // 2, top + _HEIGHT // 2 + 5
    return (
        f'<rect x="{left}" y="{top}" width="{_WIDTH}" height="{_HEIGHT}" rx="6" fill="#eef" stroke="#557"/>'
        f'<text x="{middle}" y="{base}" text-anchor="middle">{name}</text>'
    )


if __name__ == "__main__":
    picture = drawn(read())
    if sys.argv[1:] == ["-"]:
        sys.stdout.buffer.write(picture.encode())
    else:
        (_HERE / "rooms.svg").write_text(picture, encoding="utf-8")
