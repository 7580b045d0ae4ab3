"""Which of two versions of a record is kept: one item has one owner, and the newer version stands."""

from __future__ import annotations

import re
from typing import NamedTuple

_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?)?")


class Version(NamedTuple):
    """A version of a record: whose it is, the rank of that source (the lower goes before), its datestamp."""

    source: str
    rank: int
    datestamp: str | None


def refusal(held: Version, come: Version, *, again: bool, asked: bool) -> str | None:
    """Why the version that comes is not taken in the place of the one that is held; None where it is.

    `again` says that this run brought a version before; `asked` that the repository itself has just been asked, whose
    answer of now counts, whatever its clock said before.

    >>> old, new = Version("a", 1, "2019-01-01"), Version("a", 1, "2020-05-01T10:00:00Z")
    >>> refusal(old, new, again=False, asked=False)
    >>> refusal(new, old, again=False, asked=False)
    'its datestamp 2019-01-01 is before 2020-05-01T10:00:00Z of the version that is held'
    >>> refusal(old, Version("b", 2, "2026-01-01"), again=False, asked=True)
    'the item belongs to the source “a”, which goes before “b”'
    """
    if held.source != come.source:
        if come.rank < held.rank:
            return None
        return f"the item belongs to the source “{held.source}”, which goes before “{come.source}”"
    order = compared(held.datestamp, come.datestamp)
    if order > 0 and (again or not asked):
        return f"its datestamp {come.datestamp} is before {held.datestamp} of the version that is held"
    if order == 0 and again and not asked:
        return "another version of it came before in the same load, and neither is known to be newer"
    return None


def compared(one: str | None, other: str | None) -> int:
    """1 where the first datestamp is later, -1 where it is earlier, 0 where they are equal or cannot be compared.

    >>> compared("2020-01-02", "2020-01-02T10:00:00Z"), compared("2021-01-01", "2020-12-31T23:59:59Z")
    (0, 1)
    """
    first, second = _MOMENT.match(one or ""), _MOMENT.match(other or "")
    if not first or not second:
        return 0
    length = min(len(first[0]), len(second[0]))
    a, b = first[0][:length].replace(" ", "T"), second[0][:length].replace(" ", "T")
    return (a > b) - (a < b)
