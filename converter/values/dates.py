"""Dates in the precision that they have: XSD types where the day, month or year is certain, EDTF where it is not.

Sources: XML Schema 1.1 part 2, https://www.w3.org/TR/xmlschema11-2/, and the Extended Date/Time Format,
https://www.loc.gov/standards/datetime/ (level 1).
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from typing import Literal, NamedTuple

Datatype = Literal["gYear", "gYearMonth", "date", "dateTime", "edtf"]


class Date(NamedTuple):
    """The lexical form, its datatype (an XSD name or "edtf"), the first year that it names, and what is doubtful."""

    lexical: str
    datatype: Datatype
    year: int | None
    doubt: str | None = None


_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan janvier enero janeiro januar",
            "february feb février febrero fevereiro februar",
            "march mar mars marzo março märz",
            "april apr avril abril",
            "may mai mayo maio",
            "june jun juin junio junho juni",
            "july jul juillet julio julho juli",
            "august aug août agosto",
            "september sep sept septembre septiembre setembro",
            "october oct octobre octubre outubro oktober",
            "november nov novembre noviembre novembro",
            "december dec décembre diciembre dezembro dezember",
        ),
        1,
    )
    for name in names.split()
}
_UNKNOWN = re.compile(r"(?:n\.?\s?d\.?|s\.?\s?[adf]\.?|undated|unknown|no date|\[?n\.d\.\]?|-+)", re.IGNORECASE)
_PREFIX = re.compile(r"info:eu-repo/date/[A-Za-z]+/", re.IGNORECASE)
_ZONE = r"(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d|[+-]14:00)"
_TIME = r"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?"


def parse(text: str) -> Date | None:
    """The date that the text means, None where it means none that can be.

    >>> parse("2010"), parse("2010-03-04").datatype, parse("May 2012").lexical
    (Date(lexical='2010', datatype='gYear', year=2010, doubt=None), 'date', '2012-05')
    >>> parse("ca. 1955").lexical, parse("1940-1949").lexical, parse("1960's").lexical
    ('1955~', '1940/1949', '196X')
    >>> parse("2019-02-30") is None
    True
    """
    value = _PREFIX.sub("", text.strip())
    if any(character.isdigit() and not character.isascii() for character in value):
        return None  # the lexical forms of XSD and EDTF have ASCII digits alone
    for pattern, make in _FORMS:
        match = pattern.fullmatch(value)
        if match and (found := make(match)):
            return found
    return None


def why_not(text: str) -> str:
    """Why the text is no date, in words.

    >>> why_not("2010-13"), why_not("2019-02-30"), why_not("n.d.")
    ('no month 13', 'no day 30 in 2019-02', 'it says that no date is known')
    """
    value = _PREFIX.sub("", text.strip())
    if _UNKNOWN.fullmatch(value):
        return "it says that no date is known"
    match = re.match(r"(\d{4})-(\d{1,2})(?:-(\d{1,3}))?(?!\d)", value)
    if match:
        year, month = int(match[1]), int(match[2])
        if not 1 <= month <= 12:
            return f"no month {match[2]}"
        if match[3] and not _is_day(year, month, int(match[3])):
            return f"no day {match[3]} in {match[1]}-{match[2]}"
    return "no form of a date that is known"


def _is_year(year: int) -> bool:
    return 1 <= year <= 9999


def _is_day(year: int, month: int, day: int) -> bool:
    return _is_year(year) and 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]


def _calendar(year: int, month: int | None = None, day: int | None = None, doubt: str | None = None) -> Date | None:
    """The date in the precision of what is given, None where the calendar has no such day."""
    if not _is_year(year):
        return None
    if month is None:
        return Date(f"{year:04d}", "gYear", year, doubt)
    if not 1 <= month <= 12:
        return None
    if day is None:
        return Date(f"{year:04d}-{month:02d}", "gYearMonth", year, doubt)
    return Date(f"{year:04d}-{month:02d}-{day:02d}", "date", year, doubt) if _is_day(year, month, day) else None


def _iso(match: re.Match[str]) -> Date | None:
    return _calendar_text("-".join(part for part in match.groups() if part))


def _moment(match: re.Match[str]) -> Date | None:
    day = _calendar(int(match["year"]), int(match["month"]), int(match["day"]))
    if day is None:
        return None
    return Date(f"{day.lexical}T{match['time']}{match['zone'] or ''}", "dateTime", day.year)


def _minutes(match: re.Match[str]) -> Date | None:
    day = _calendar(int(match[1]), int(match[2]), int(match[3]))
    return day and Date(f"{day.lexical}T{match[4]}:00{match[5] or ''}", "dateTime", day.year)


def _named(match: re.Match[str]) -> Date | None:
    month = _MONTHS.get(match["month"].casefold().rstrip("."))
    if month is None:
        return None
    day = match.groupdict().get("day")
    return _calendar(int(match["year"]), month, int(day) if day else None)


def _slashed(match: re.Match[str]) -> Date | None:
    one, other, year = int(match[1]), int(match[2]), int(match[3])
    if one > 12 >= other:
        return _calendar(year, other, one)
    if other > 12 >= one:
        return _calendar(year, one, other)
    if one == other:
        return _calendar(year, one, other)
    return _calendar(year, doubt="day and month cannot be told apart; the year is kept")


def _qualified(sign: str) -> Callable[[re.Match[str]], Date | None]:
    def make(match: re.Match[str]) -> Date | None:
        return _edtf(f"{match[1]}{sign}", int(match[1]))

    return make


def _range(match: re.Match[str]) -> Date | None:
    start, end = _calendar_text(match["start"]), _calendar_text(match["end"])
    if start is None or end is None or start.lexical > end.lexical:
        return None
    return _edtf(f"{start.lexical}/{end.lexical}", start.year)


def _short_range(match: re.Match[str]) -> Date | None:
    start, end = int(match[1]), int(match[1][:2] + match[2])
    found = _edtf(f"{start:04d}/{end:04d}", start) if end > start else None
    return found and found._replace(doubt="read as two years; it may be a month that cannot be")


def _doubted_range(match: re.Match[str]) -> Date | None:
    """Two years of which one is uncertain at the least: "1945?-1950?"."""
    start, end = int(match[1]), int(match[3])
    return _edtf(f"{match[1]}{match[2]}/{match[3]}{match[4]}", start) if start <= end else None


def _decade(match: re.Match[str]) -> Date | None:
    return _edtf(f"{match[1]}X", None)


def _edtf(lexical: str, year: int | None) -> Date | None:
    return Date(lexical, "edtf", year) if year is None or _is_year(year) else None


def _calendar_text(text: str) -> Date | None:
    year, month, day, *_ = [*(int(part) for part in text.split("-")), None, None]
    return _calendar(year or 0, month, day)


_DAY = r"\d{4}(?:-\d{2}(?:-\d{2})?)?"
_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Date | None]], ...] = (
    (re.compile(r"(\d{4})"), _iso),
    (re.compile(r"(\d{4})[-/.](\d{1,2})"), lambda match: _iso(match) or _year_pair(match)),
    (re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})"), _iso),
    (re.compile(r"(\d{4})(\d{2})(\d{2})"), _iso),
    (
        re.compile(rf"(?P<year>\d{{4}})-(?P<month>\d\d)-(?P<day>\d\d)[T ](?P<time>{_TIME}) ?(?P<zone>{_ZONE})?"),
        _moment,
    ),
    (re.compile(rf"(\d{{4}})-(\d\d)-(\d\d)[T ]((?:[01]\d|2[0-3]):[0-5]\d)({_ZONE})?"), _minutes),
    (re.compile(r"(?P<month>[^\W\d]{3,10}\.?),? (?P<year>\d{4})"), _named),
    (re.compile(r"(?P<month>[^\W\d]{3,10}\.?) (?P<day>\d{1,2}),? (?P<year>\d{4})"), _named),
    (re.compile(r"(?P<day>\d{1,2})[-. ] ?(?P<month>[^\W\d]{3,10}\.?)[-,. ] ?(?P<year>\d{4})"), _named),
    (re.compile(r"(?P<year>\d{4})[- ](?P<month>[^\W\d]{3,10}\.?)(?:[- ](?P<day>\d{1,2}))?"), _named),
    (re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})"), _slashed),
    (re.compile(r"\[?(\d{4})\]?\?+\]?"), _qualified("?")),
    (re.compile(r"\[(\d{4})\]"), _qualified("~")),
    (re.compile(r"(?:\[?(?:ca?\.?|circa|about|approximately) ?)(\d{4})\]?", re.IGNORECASE), _qualified("~")),
    (re.compile(r"©\s?(\d{4})"), _iso),
    (re.compile(r"(\d{3})0'?s"), _decade),
    (re.compile(rf"(?P<start>{_DAY}) ?[/–—] ?(?P<end>{_DAY})"), _range),
    (re.compile(r"(?P<start>\d{4}) ?- ?(?P<end>\d{4})"), _range),
    (re.compile(r"(\d{4})(\??) ?- ?(\d{4})(\??)"), _doubted_range),
)


def _year_pair(match: re.Match[str]) -> Date | None:
    """Two years of a century, where the second cannot be a month: "1998-99"."""
    return _short_range(match) if len(match[2]) == 2 and int(match[2]) > 12 else None
