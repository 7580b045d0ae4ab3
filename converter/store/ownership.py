"""Which of two versions of a record is kept: one item has one owner, and the newer version stands."""

from __future__ import annotations

import re
from typing import NamedTuple

from converter.record import Record

_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?)?")


class Version(NamedTuple):
    """A version of a record: whose it is, the rank of that source (the lower goes before), its datestamp there.

    `listed` is what the source calls it, `passed_on` what it is called at its origin where that is another repository.
    """

    source: str
    rank: int
    datestamp: str | None
    listed: str = ""
    passed_on: str = ""


def version(record: Record, rank: int) -> Version:
    """The version that a record is, whatever it says of itself: its source is the one that gave it."""
    came = record.listed
    passed_on = record.identifier if record.is_passed_on else ""
    return Version(came.source, rank, came.datestamp, came.identifier, passed_on)


def refusal(held: Version, come: Version, *, again: bool, asked: bool) -> str | None:
    """Why the new version does not replace the one that is kept; None where it does.

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
        return _of_another(held, come)
    if come.passed_on and held.listed != come.listed:
        return f"{come.listed} says to be the item that {held.listed} is"
    order = compared(held.datestamp, come.datestamp)
    if order > 0 and (again or not asked):
        return f"its datestamp {come.datestamp} is before {held.datestamp} of the version that is held"
    if order == 0 and again and not asked:
        return "another version of it came before in the same load, and neither is known to be newer"
    return None


def _of_another(held: Version, come: Version) -> str | None:
    """Why an item does not change its owner; what somebody says of the origin of a record takes it from nobody.

    >>> _of_another(Version("a", 2, None, "oai:a:1"), Version("b", 1, None, "oai:b:9", "oai:a:1"))
    'the item belongs to the source “a”, and “b” only passes it on'
    >>> _of_another(Version("b", 1, None, "oai:b:9", "oai:a:1"), Version("a", 2, None, "oai:a:1"))
    """
    if come.passed_on and not held.passed_on:
        return f"the item belongs to the source “{held.source}”, and “{come.source}” only passes it on"
    comes_from_its_origin = bool(held.passed_on) and not come.passed_on and held.passed_on == come.listed
    if comes_from_its_origin or come.rank < held.rank:
        return None
    return f"the item belongs to the source “{held.source}”, which goes before “{come.source}”"


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
