"""The repositories that have been harvested: what it takes to harvest each of them again."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

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
