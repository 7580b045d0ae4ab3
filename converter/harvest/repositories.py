"""The repositories that have been harvested: what it takes to harvest each of them again, and how far each is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from converter.harvest.position import decoded

_POSITION = re.compile(r"harvest (.+) (oai|rest) (\S+)(?: (\S+))?")


class Known(NamedTuple):
    """A repository: what it is called here, how it is asked, where, and for which set."""

    source: str
    kind: str
    url: str
    set: str


def known(notes: Iterable[str]) -> list[Known]:
    """The repositories whose positions an archive keeps, by the names of its notes.

    >>> known(["crosswalk", "harvest the library oai http://x/oai col_1"])
    [Known(source='the library', kind='oai', url='http://x/oai', set='col_1')]
    """
    matches = (_POSITION.fullmatch(name) for name in notes)
    return [Known(*(part or "" for part in match.groups())) for match in matches if match]


class Underway(NamedTuple):
    """A first harvest that has not ended: whose it is, how many records came, of how many if that is known."""

    source: str
    came: int
    size: int | None


def underway(notes: Iterable[tuple[str, str]]) -> list[Underway]:
    """The first harvests that have begun and not ended, by the names and texts of the notes of an archive.

    >>> underway([("harvest library oai http://x/oai", '{"token": "t", "count": 300, "size": 1200}')])
    [Underway(source='library', came=300, size=1200)]
    >>> underway([("harvest library oai http://x/oai", '{"completed": "2026-01-01T00:00:00Z"}')])
    []
    """
    found = []
    for name, text in notes:
        repository, at = _POSITION.fullmatch(name), decoded(text)
        if repository and not at.completed:
            found.append(Underway(repository[1], at.count, at.size))
    return found
