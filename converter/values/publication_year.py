"""The year of publication: the one rule by which graph, lists, search, feeds, citations and queries know it.

A date of issue counts first, then a date of publication (print, then online), then the year of copyright, and last
the only or earliest date of which the source does not say what it is the date of.  The end of an embargo, a date of
accession, a placeholder and the year 0 never count.  A moment that a machine noted counts only where no day is given:
alone, or as one of the three that DSpace notes when a work first appears in it (accession, availability, issue).  Two
are accession and availability, and name no publication.  Of a decade ("198X") the first year counts, where no other
date names one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from converter.values.dates import Date

RANKS: Mapping[str, int] = {"issued": 0, "published-print": 1, "published-online": 2, "copyright": 3, "undefined": 4}
"""What a date is the date of, as the crosswalk says it in its column `parser` → its rank."""
EARLIEST = 1000
YEARS_AHEAD = 5
"""How many years after it is written, or is read where it does not say when, a record may name as its own."""
# A day is noted without a clock, or as midnight in whole hours of some zone.
_NOTED_BY_A_MACHINE = re.compile(r"\d{4}-\d\d-\d\dT(?!\d\d:00:00(?:\.0+)?(?:Z|[+-]\d\d:\d\d)?$)")
_ACCESSION_AND_AVAILABILITY = 2
_DECADE = re.compile(r"\d{3}X")
_FIRST_DIGITS = re.compile(r"\d{4}")


class Dated(NamedTuple):
    """A date of a record, and the rank of what it is the date of."""

    rank: int
    date: Date


class Chosen(NamedTuple):
    """The place of the date that decides, its year, and whether the date itself is that of issue."""

    place: int
    year: int
    is_issue: bool


def latest(datestamp: str | None, now: int) -> int:
    """The last year that a record of this datestamp, which is read in the year `now`, can have appeared in.

    >>> latest("2013-02-27T01:39:58Z", 2026), latest(None, 2026), latest("9999-01-01", 2026)
    (2018, 2031, 2031)
    """
    written = _FIRST_DIGITS.match(datestamp or "")
    year = int(written[0]) if written else 0
    return (min(year, now) if year >= EARLIEST else now) + YEARS_AHEAD


def is_plausible(date: Date, last: int) -> bool:
    """Whether a work can have appeared in the year of the date."""
    return date.year is not None and EARLIEST <= date.year <= last


def is_decade(date: Date) -> bool:
    """Whether no more than the decade of a date is known.

    >>> from converter.values.dates import parse
    >>> is_decade(parse("198X")), is_decade(parse("1985-XX"))
    (True, False)
    """
    return bool(_DECADE.match(date.lexical))


def publication(dates: Sequence[Dated], last: int) -> Chosen | None:
    """The date that decides the year of publication, None where none does.

    >>> from converter.values.dates import parse
    >>> moment = Dated(4, parse("2013-02-27T01:39:58Z"))
    >>> publication([moment, Dated(4, parse("2011-05")), Dated(3, parse("2012"))], 2031)
    Chosen(place=2, year=2012, is_issue=False)
    >>> publication([moment, Dated(4, parse("2011-05"))], 2031)
    Chosen(place=1, year=2011, is_issue=True)
    >>> publication([Dated(0, parse("9999"))], 2031) is None
    True
    """
    undefined = RANKS["undefined"]
    plausible = [(place, one) for place, one in enumerate(dates) if is_plausible(one.date, last)]
    noted = [one for one in plausible if one[1].rank == undefined and _NOTED_BY_A_MACHINE.match(one[1].date.lexical)]
    stated = [one for one in plausible if one not in noted]
    stated = [one for one in stated if not is_decade(one[1].date)] or stated
    if not stated:
        if not noted or len(noted) == _ACCESSION_AND_AVAILABILITY:
            return None
        place, moment = min(noted, key=lambda one: one[1].date.lexical)
        return Chosen(place, moment.date.year or 0, is_issue=False)
    best = min(one.rank for _, one in stated)
    peers = [(place, one.date) for place, one in stated if one.rank == best]
    if best != undefined:
        place, date = peers[0]
        return Chosen(place, date.year or 0, is_issue=best < RANKS["copyright"])
    first = min(date.year or 0 for _, date in peers)
    place, date = max((peer for peer in peers if peer[1].year == first), key=lambda peer: len(peer[1].lexical))
    # One day, named by some values as far as its year or month alone, is one date; of several, none is that of issue.
    is_one = all(date.lexical.startswith(other.lexical) for _, other in peers)
    return Chosen(place, first, is_issue=is_one)
