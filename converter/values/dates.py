"""Dates in the precision that they have: XSD types where the day, month or year is certain, EDTF where it is not.

Sources: XML Schema 1.1 part 2, https://www.w3.org/TR/xmlschema11-2/, and the Extended Date/Time Format,
https://www.loc.gov/standards/datetime/ (levels 0 and 1).
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal, NamedTuple

from converter.values.date_words import in_words

Datatype = Literal["gYear", "gYearMonth", "date", "dateTime", "edtf"]
LONGEST = 120
"""A longer text is no date; it is not searched for one."""


class Date(NamedTuple):
    """The lexical form, its datatype (an XSD name or "edtf"), the first year that it allows, and what is doubtful."""

    lexical: str
    datatype: Datatype
    year: int | None
    doubt: str | None = None


_UNKNOWN = re.compile(
    r"\[?(?:n\.?\s?d\.?|s\.?\s?[adf]\.?|o\.?\s?j\.?|undated|unknown|no date|sin fecha|sem data|-+)\]?", re.IGNORECASE
)
_PREFIX = re.compile(r"info:eu-repo/date/[A-Za-z]+/", re.IGNORECASE)
_ZONE = r"Z|[+-](?:0\d|1[0-3]):?[0-5]\d|[+-]14:?00|[+-](?:0\d|1[0-4])"
_CLOCK = r"(?:[01]\d|2[0-3]):[0-5]\d"
# A year of copyright behind a year of issue says when the text was protected, not when it appeared.
_COPYRIGHT = r"(?:©\s?|℗\s?|\(c\)\s?|cop\.?\s?|copyright\s|c|p)(\d{4})"
# So does a year of printing, which is that of a copy.
_PRINTED_BEHIND = re.compile(
    r"(?<=\d)\s?[,;]?\s?[\[(]?(?:printed|impr\.?|druck|tirage|repr(?:\.|int(?:ed)?))\s(?:in\s)?\d{4}[\])]?\.?$"
    r"|(?<=\d)\s?[,;]?\s?[\[(]?\d{4}\s(?:printing|impression|reprint)[\])]?\.?$",
    re.IGNORECASE,
)
_COPYRIGHT_BEHIND = re.compile(rf"(?:(?<=[\d\]?])|(?<=\bprinting))\s?[,;]?\s?\[?{_COPYRIGHT}\]?\.?\]?$", re.IGNORECASE)
# "©2011 [2012]": what stands behind it in brackets, the catalogue found out.
_COPYRIGHT_BEFORE = re.compile(rf"\[?{_COPYRIGHT}\]?\s?[,;]?\s?(?=\[\D*\d{{4}})", re.IGNORECASE)
_CORRECTED = re.compile(r"\b(?:i\.\s?e\.,?|recte|erschienen|ersch\.|paru en|publicado en)\s*(\d{4})\b")
_TIME_OF_DAY = re.compile(r"\s\d{1,2}:\d\d(?::\d\d)?(?:\s(?:[A-Z]{3,4}|[+-]\d{4}))?(?=\s|$)")
_LONE_YEAR = re.compile(r"(?<![\w:./-])(1[4-9][0-9]{2}|20[0-9]{2})(?![\w./-]*\d)")
_ERAS = {"明治": 1868, "大正": 1912, "昭和": 1926, "平成": 1989, "令和": 2019, "民國": 1912, "民国": 1912}
_ERAS |= {"M": 1868, "T": 1912, "S": 1926, "H": 1989, "R": 2019}
_ROMAN = {"M": 1000, "D": 500, "C": 100, "L": 50, "X": 10, "V": 5, "I": 1}
_FIRST_PRINTED, _LAST = 1400, 2100
_OF_NO_OTHER_CALENDAR = 1500
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹๐๑๒๓๔๕๖๗๘๙", "0123456789" * 3)
"""The digits of Arabic, Persian and Thai."""
_ASKED = re.compile(r"-\?{1,2}(?=-|$)")
"""A month or day that is not known."""
_ERA = re.compile(r"\b(?:a\.?\s?h|b\.?\s?e|a\.?\s?m|hijr[aiy]|saka)\b\.?|هـ|ه\b", re.IGNORECASE)
"""What says that a year is of another era; beside a year of ours it would say nothing of that."""


@lru_cache(maxsize=10_000)
def parse(text: str) -> Date | None:
    """The date that the text means, None where it means none that can be.

    >>> parse("2010"), parse("2010-03-04").datatype, parse("May 2012").lexical
    (Date(lexical='2010', datatype='gYear', year=2010, doubt=None), 'date', '2012-05')
    >>> parse("ca. 1955").lexical, parse("1940-1949").lexical, parse("1960's").lexical, parse("2021-21").lexical
    ('1955~', '1940/1949', '196X', '2021-21')
    >>> parse("23-27 May 2019").lexical, parse("3 de mayo de 2010").lexical, parse("[2009?], ©2008").lexical
    ('2019-05-23/2019-05-27', '2010-05-03', '2009?')
    >>> parse("198X").year, parse("2010 [2011]").lexical, parse("2010-06-?").lexical, parse("before 1950").lexical
    (1980, '[2010,2011]', '2010-06-XX', '../1950')
    >>> parse("2019-02-30") is None
    True
    """
    stated = text[: LONGEST + 1].translate(_DIGITS)
    value = _PREFIX.sub("", unicodedata.normalize("NFKC", stated).replace("\u2044", "/").strip())
    if len(value) > LONGEST or any(character.isdigit() and not character.isascii() for character in value):
        return None  # the lexical forms of XSD and EDTF have ASCII digits alone
    found = _parsed(value)
    # In digits of its own a text may count years as its own calendar does, of which none is as late as this.
    return None if found and stated != text[: LONGEST + 1] and (found.year or 0) < _OF_NO_OTHER_CALENDAR else found


def _parsed(value: str) -> Date | None:
    if corrected := _CORRECTED.search(value):
        value = corrected[1]
    value = _PRINTED_BEHIND.sub("", _COPYRIGHT_BEHIND.sub("", value)).rstrip(",;: ")
    value = _COPYRIGHT_BEFORE.sub("", value) or value
    if re.match(r"\d{4}-", value):
        value = _ASKED.sub("-XX", value)
    for pattern, make in _FORMS:
        match = pattern.fullmatch(value)
        if match:
            return make(match)
    return _worded(value)


def of_parts(year: str, month: str = "", day: str = "") -> str:
    """Year, month and day that a source states one by one, as far as the calendar and the seasons of EDTF have them.

    >>> of_parts("2011", "5", "3"), of_parts("2011", "21"), of_parts("2011", "13"), of_parts("2011", "5", "32")
    ('2011-05-03', '2011-21', '2011', '2011-05')
    """
    parts = [year.zfill(4) if year else ""]
    if month.isdecimal() and (1 <= int(month) <= 12 or 21 <= int(month) <= 41):
        parts.append(month.zfill(2))
        if day.isdecimal() and year.isdecimal() and _is_day(int(year), int(month), int(day)):
            parts.append(day.zfill(2))
    return "-".join(parts)


def copyright_apart(text: str) -> tuple[str, str]:
    """What a statement of publication says of the issue, and the year of copyright behind it or alone in it.

    >>> copyright_apart("[2009?], ©2008."), copyright_apart("c1998"), copyright_apart("2011")
    (('[2009?]', '2008'), ('', '1998'), ('2011', ''))
    >>> copyright_apart("©2011 [2012]"), copyright_apart("c2011, [2012 printing]")
    (('[2012]', '2011'), ('', '2011'))
    """
    value = _PRINTED_BEHIND.sub("", text.strip())
    if (before := _COPYRIGHT_BEFORE.match(value)) and parse(value[before.end() :]):
        return value[before.end() :], before[1]
    if alone := re.fullmatch(rf"\[?{_COPYRIGHT}\]?\.?", value, re.IGNORECASE):
        return "", alone[1]
    behind = _COPYRIGHT_BEHIND.search(value)
    return (value[: behind.start()].rstrip(" ,;"), behind[1]) if behind else (value, "")


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
    """Year, month and day; a month or day of zeros is one that nobody knows."""
    year, month, day, *_ = [*(int(part) for part in match.groups() if part), 0, 0]
    return _calendar(year, month or None, (day or None) if month else None)


def _two_parts(match: re.Match[str]) -> Date | None:
    """Year and month, a season of EDTF, or two years of a century: "2010-05", "2021-21", "1998-99"."""
    number = int(match[2])
    if number <= 12:
        return _iso(match)
    if 21 <= number <= 41 and match[0][4] == "-":
        pair = number == (int(match[1]) + 1) % 100
        return Date(match[0], "edtf", int(match[1]), "read as a season (EDTF); it may be two years" if pair else None)
    return _short_range(match) if len(match[2]) == 2 else None


def _moment(match: re.Match[str]) -> Date | None:
    day = _calendar(int(match["year"]), int(match["month"]), int(match["day"]))
    if day is None:
        return None
    zone = (match["zone"] or "").upper().replace("UTC", "Z").replace("GMT", "Z")
    if zone[:1] in {"+", "-"}:
        digits = zone[1:].replace(":", "").ljust(4, "0")
        zone = f"{zone[0]}{digits[:2]}:{digits[2:]}"
    seconds = match["seconds"] or ":00"
    return Date(f"{day.lexical}T{match['clock']}{seconds}{zone}", "dateTime", day.year)


def _day_of_moment(match: re.Match[str]) -> Date | None:
    """The day of a moment whose clock XSD does not know: midnight as the end of a day, a leap second, "10:00 AM"."""
    day = _calendar(int(match[1]), int(match[2]), int(match[3]))
    return day and day._replace(doubt="the day is kept; the time of day is not understood")


def _days_of_moments(match: re.Match[str]) -> Date | None:
    """The days from one moment to another: intervals of EDTF have no clock."""
    days = _range(match)
    return days and days._replace(doubt="the days are kept; intervals have no time of day")


def _zoned(match: re.Match[str]) -> Date | None:
    """A day, month or year with a time zone, as XSD allows: "2010-05-03+02:00"."""
    return _day(match[1])


def _basic(match: re.Match[str]) -> Date | None:
    """A moment without its hyphens and colons: "20190304T101112Z"."""
    day = _calendar(int(match[1]), int(match[2]), int(match[3]))
    clock = f"{match[4]}:{match[5]}:{match[6]}{(match[7] or '').upper()}"
    return day and Date(f"{day.lexical}T{clock}", "dateTime", day.year)


def _week(match: re.Match[str]) -> Date | None:
    """A week of ISO 8601 as its days, or one day of it: "2019-W05", "2019-W05-3"."""
    try:
        first = date.fromisocalendar(int(match[1]), int(match[2]), int(match[3] or 1))
    except ValueError:
        return None
    if match[3]:
        return _calendar(first.year, first.month, first.day)
    return _edtf(f"{first.isoformat()}/{(first + timedelta(days=6)).isoformat()}", int(match[1]))


def _ordinal(match: re.Match[str]) -> Date | None:
    """A day by its number in the year (ISO 8601): "2019-123"."""
    year, number = int(match[1]), int(match[2])
    if not (_is_year(year) and 1 <= number <= 365 + calendar.isleap(year)):
        return None
    day = date(year, 1, 1) + timedelta(days=number - 1)
    return _calendar(year, day.month, day.day)


def _months(match: re.Match[str]) -> Date | None:
    """Two months, each before its year: "12/2011-01/2012"."""
    start, end = _calendar(int(match[2]), int(match[1])), _calendar(int(match[4]), int(match[3]))
    is_range = start and end and start.lexical < end.lexical
    return _edtf(f"{start.lexical}/{end.lexical}", start.year) if is_range and start and end else None


def _other_era(match: re.Match[str]) -> Date | None:
    """The year of our era that stands behind one of another: "1432 [2011]", "5771 [2010 or 2011]".

    Where both are of ours, as in "2010 [2011]", nobody says which one it is.
    """
    start, end = int(match[2]), int(match[3] or match[2])
    if not _FIRST_PRINTED <= start <= end <= _LAST:
        return None
    if int(match[1]) in range(_FIRST_PRINTED + 60, _LAST):
        return _of_two(int(match[1]), start, "[]")
    return _calendar(start) if start == end else _edtf(f"[{start}..{end}]", start)


def _roman(match: re.Match[str]) -> Date | None:
    """A year in the numerals of the Romans, as old prints have it: "MDCCCXLVIII", "M.D.C.C.L."."""
    values = [_ROMAN[sign] for sign in match[0].upper() if sign in _ROMAN]
    pairs = zip(values, [*values[1:], 0], strict=True)
    year = sum(-one if one < following else one for one, following in pairs)
    return _calendar(year) if _FIRST_PRINTED <= year <= _LAST and len(values) > 1 else None


def _slashed(match: re.Match[str]) -> Date | None:
    one, other, year = int(match[1]), int(match[2]), int(match[3])
    if one > 12 >= other or one == other:
        return _calendar(year, other, one)
    if other > 12 >= one:
        return _calendar(year, one, other)
    return _calendar(year, doubt="day and month cannot be distinguished; the year is kept")


def _month_first(match: re.Match[str]) -> Date | None:
    return _calendar(int(match[2]), int(match[1]) or None)


def _qualified(sign: str) -> Callable[[re.Match[str]], Date | None]:
    def make(match: re.Match[str]) -> Date | None:
        return _edtf(f"{match[1]}{sign}", int(match[1]))

    return make


def _range(match: re.Match[str]) -> Date | None:
    start, end = _day(match["start"]), _day(match["end"])
    if start is None or end is None or start.lexical > end.lexical:
        return None
    return start if start.lexical == end.lexical else _edtf(f"{start.lexical}/{end.lexical}", start.year)


def _short_range(match: re.Match[str]) -> Date | None:
    start, end = int(match[1]), int(match[1][:2] + match[2])
    found = _edtf(f"{start:04d}/{end:04d}", start) if end > start else None
    return found and found._replace(doubt="read as two years; it may be a month that cannot be")


def _doubted_range(match: re.Match[str]) -> Date | None:
    """Two years of which one is uncertain at the least: "1945?-1950?"."""
    start, end = int(match[1]), int(match[3])
    return _edtf(f"{match[1]}{match[2]}/{match[3]}{match[4]}", start) if start <= end else None


def _either(match: re.Match[str]) -> Date | None:
    """Two years, of which nobody says which it is, or both: "2010 or 2011", "2010, 2011"."""
    is_one = re.fullmatch(r"\s(?:or|oder|ou|o)\s", match[2], re.IGNORECASE)
    return _of_two(int(match[1]), int(match[3]), "[]" if is_one else "{}")


def _of_two(one: int, other: int, signs: str) -> Date | None:
    """One of two years, or both of them, as EDTF has sets (level 2)."""
    found = _edtf(f"{signs[0]}{one:04d},{other:04d}{signs[1]}", one) if one != other else _calendar(one)
    return found and found._replace(doubt="of two years the first is kept as that of publication")


def _set(match: re.Match[str]) -> Date | None:
    """A set of years as EDTF has it: "[2010,2011]", "{1960,1961}", "[1990..1995]"."""
    return _edtf(match[0], int(match[1] or match[2]))


def _about_range(match: re.Match[str]) -> Date | None:
    """Two years that are both not sure: "ca. 2010-2012"."""
    start, end = int(match[1]), int(match[2])
    return _edtf(f"{start:04d}~/{end:04d}~", start) if start < end else None


def _decades(match: re.Match[str]) -> Date | None:
    """From one decade to another: "1990s-2000s"."""
    return _edtf(f"{match[1]}X/{match[2]}X", int(match[1]) * 10) if int(match[1]) < int(match[2]) else None


def _before(match: re.Match[str]) -> Date | None:
    return _edtf(f"../{match[1]}", int(match[1]))


def _since(match: re.Match[str]) -> Date | None:
    year = match[1] or match[2]
    return _edtf(f"{year}/..", int(year))


def _quarter(match: re.Match[str]) -> Date | None:
    """A quarter of a year, which EDTF numbers behind the seasons: "2010-Q1"."""
    year, number = match[1] or match[4], match[2] or match[3]
    return _edtf(f"{year}-{32 + int(number)}", int(year))


def _days_before_month(match: re.Match[str]) -> Date | None:
    """Days that stand before their month, as Europe writes them: "12.-13.5.2010", "30.05.-02.06.2010"."""
    year, month = int(match[5]), int(match[4])
    start, end = _calendar(year, int(match[2] or month), int(match[1])), _calendar(year, month, int(match[3]))
    is_range = start and end and start.lexical < end.lexical
    return _edtf(f"{start.lexical}/{end.lexical}", year) if is_range and start and end else None


def _between(match: re.Match[str]) -> Date | None:
    """One year of several, nobody knows which."""
    start, end = int(match[1]), int(match[2])
    return _edtf(f"[{start:04d}..{end:04d}]", start) if start < end else None


def _open(match: re.Match[str]) -> Date | None:
    """What began and goes on: "1999-", "[1999?]-", as catalogues write it."""
    return _edtf(f"{match[1]}{'?' if '?' in match[0] else ''}/..", int(match[1]))


def _unspecified(match: re.Match[str]) -> Date | None:
    """Digits that nobody knows, as EDTF, its drafts, and catalogues write them: "201X", "199u", "[19--?]"."""
    known = match[1]
    # Of a decade the first year; a century names none.
    return _edtf(known.ljust(4, "X"), int(f"{known}0") if len(known) == len("198") else None)


def _decade(known: str) -> Date | None:
    return _edtf(f"{known}X", int(known) * 10)


def _uncertain(year: str) -> Date | None:
    return _edtf(f"{year}?", int(year))


def _part_uncertain(match: re.Match[str]) -> Date | None:
    """A year that is not sure before a month that is (EDTF level 2): "2004?-06"."""
    day = _day("-".join(part for part in match.groups() if part))
    return day and _edtf(match[0], day.year)


def _level_1(match: re.Match[str]) -> Date | None:
    """A date of EDTF level 1, or an interval of such, that its parts allow."""
    value = re.sub(r"[ux]", "X", match[0])
    ends = [_end(part) for part in value.split("/")]
    if len(ends) == 1:
        return ends[0]
    start, end = (re.sub(r"(?i)^open$", "..", re.sub(r"(?i)^unknown$", "", part)) for part in value.split("/"))
    if any(part not in {"", ".."} and _end(part) is None for part in (start, end)) or not {start, end} - {"", ".."}:
        return None
    year = next((found.year for part in (start, end) if (found := _end(part)) and found.year), None)
    return _edtf(f"{start}/{end}", year)


def _end(text: str) -> Date | None:
    """One date of EDTF level 1."""
    match = _EDTF_DATE.fullmatch(text)
    if not match:
        return None
    year, month, day = match["year"], match["month"], match["day"]
    if month and month.isdecimal() and not (1 <= int(month) <= 12 or (21 <= int(month) <= 41 and not day)):
        return None
    if day and day.isdecimal() and (not month or (month.isdecimal() and not _is_leap_day(year, int(month), int(day)))):
        return None
    if text.replace("-", "").isdecimal() and not (month and int(month) > 12):
        return _day(text)
    # Of a decade the first year; a century names none.
    return _edtf(text, int(year.replace("X", "0")) if year.count("X") < 2 else None)


def _is_leap_day(year: str, month: int, day: int) -> bool:
    return _is_day(int(year) if year.isdecimal() else 2000, month, day)


def _east_asian(match: re.Match[str]) -> Date | None:
    """Year, month and day as China, Japan and Korea write them, years of Japanese eras too."""
    number = 1 if match["year"] == "元" else int(match["year"])
    year = _ERAS[match["era"]] + number - 1 if match["era"] else number
    if not match["era"] and len(match["year"]) != 4:
        return None
    return _calendar(year, int(match["month"]) if match["month"] else None, int(match["day"]) if match["day"] else None)


def _worded(value: str) -> Date | None:
    """A date with the name of a month or season, else the only year that the text names."""
    stated = in_words(_TIME_OF_DAY.sub("", value))
    if stated:
        found = [_calendar(*one) if one[1] is None or one[1] <= 12 else _season(one) for one in stated.dates]
        if all(found):
            first, last = found[0], found[-1]
            if first and last and (first is last or first.lexical < last.lexical):
                whole = first if first is last else _edtf(f"{first.lexical}/{last.lexical}", first.year)
                return whole and whole._replace(doubt=stated.doubt)
    years = {match[1] for match in _LONE_YEAR.finditer(value)}
    if len(years) == 1 and not _ERA.search(value) and re.search(r"[^\W\d_]", value):
        return _calendar(int(years.pop()), doubt="only the year is understood")
    if re.fullmatch(r"[\d\s,;&()\[\]<>/?–—-]+", value):
        several = [int(number) for number in re.findall(r"\d+", value)]
        if len(several) > 2 and several == sorted(several) and several[0] >= _FIRST_PRINTED and several[-1] <= _LAST:
            return _calendar(several[0], doubt="of several years the first is kept")
    return None


def _season(stated: tuple[int, int | None, int | None]) -> Date | None:
    return _edtf(f"{stated[0]:04d}-{stated[1]:02d}", stated[0])


def _edtf(lexical: str, year: int | None) -> Date | None:
    return Date(lexical, "edtf", year) if year is None or _is_year(year) else None


def _day(text: str) -> Date | None:
    year, month, day, *_ = [*(int(part) for part in text.split("-")), None, None]
    return _calendar(year or 0, month, day)


_DAY = r"\d{4}(?:-\d{2}(?:-\d{2})?)?"
_EDTF_DATE = re.compile(
    r"(?P<year>\d{4}|\d{3}X|\d{2}XX|XXXX)(?:-(?P<month>\d\d|XX)(?:-(?P<day>\d\d|XX))?)?(?P<sign>[?~%]?)"
)
_ABOUT = r"(?:ca?\.? ?)?"
_PART = r"(?:(?:\d{4}|\d{3}[Xxu]|\d{2}[Xxu]{2})(?:-(?:\d\d|[Xxu]{2})){0,2}[?~%]?)"
_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Date | None]], ...] = (
    (re.compile(r"\[?(\d{4})\]?\.?"), lambda match: _qualified("~")(match) if "[" in match[0] else _iso(match)),
    (re.compile(r"(\d{4})[-/.](\d{1,2})[-/.]?"), _two_parts),
    (re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})[/.]?"), _iso),
    (re.compile(r"(\d{4})(\d{2})(\d{2})"), _iso),
    (re.compile(r"(1[89]\d{2}|20\d{2})(0[1-9]|1[0-2])"), _iso),
    (
        re.compile(
            rf"(?P<year>\d{{4}})[-/](?P<month>\d\d)[-/](?P<day>\d\d)[T ](?P<clock>{_CLOCK})"
            rf"(?P<seconds>:[0-5]\d(?:\.\d+)?)? ?(?P<zone>{_ZONE}|UTC|GMT)?",
            re.IGNORECASE,
        ),
        _moment,
    ),
    (re.compile(rf"(\d{{4}})(\d\d)(\d\d)T([01]\d|2[0-3])([0-5]\d)([0-5]\d)({_ZONE})?", re.IGNORECASE), _basic),
    (re.compile(r"(\d{4})-?W(\d\d)(?:-?([1-7]))?"), _week),
    (re.compile(r"(\d{4})-(\d{3})"), _ordinal),
    (re.compile(r"(\d{4})\. ?(\d{1,2})\.(?: ?(\d{1,2})\.)?"), _iso),
    (re.compile(r"(\d{1,2})/(\d{4})\s?[-–]\s?(\d{1,2})/(\d{4})"), _months),
    (re.compile(r"<(\d{4})>"), _iso),
    (re.compile(r"\[?(?=[MDCLXVI. ]{3,})M[. ]*(?:[MDCLXVI][. ]*){1,14}\]?"), _roman),
    (re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})"), _slashed),
    (re.compile(r"(\d{1,2})[-/.](\d{4})"), _month_first),
    (re.compile(r"\[?(\d{4})\]?\s?\?+\]?\.?"), _qualified("?")),
    (
        re.compile(r"\[?(?:ca\.?|c\.|c(?= )|circa|about|approximately|um) ?(\d{4})\]?\??\]?", re.IGNORECASE),
        _qualified("~"),
    ),
    (re.compile(rf"\[?{_COPYRIGHT}\]?\.?", re.IGNORECASE), _iso),
    (re.compile(r"\[?(\d{3}|\d{2})[-–]{1,2}\??\]?\.?"), _unspecified),
    (re.compile(r"\[?(\d{3})\?\]?"), _unspecified),
    (
        re.compile(
            r"(?:(?:the|in|early|mid|middle|late|about|ca?\.|circa)[\s-]*){0,3}(\d{3})0(?:['’]?s|er(?: Jahren?)?)"
            r"|(?:les )?années (\d{3})0|(?:los )?años (\d{3})0|(?:gli )?anni (\d{3})0|(?:la )?d[eé]cada de (\d{3})0",
            re.IGNORECASE,
        ),
        lambda match: _decade(next(filter(None, match.groups()))),
    ),
    (re.compile(r"(\d{3})0['’]?s\s?(?:[-–—/]|to)\s?(\d{3})0['’]?s"), _decades),
    (re.compile(r"[Yy+](\d{4})"), _iso),
    (re.compile(r"\[(\d{4})(?:,|\.\.)\d{4}\]|\{(\d{4})(?:,|\.\.)\d{4}\}"), _set),
    (re.compile(r"\[?\?(\d{4})\]?|\[?(\d{4})\]? \(\?\)"), lambda match: _uncertain(match[1] or match[2])),
    (re.compile(r"(\d{4})[?~%]-(\d\d)(?:-(\d\d))?"), _part_uncertain),
    (re.compile(rf"({_DAY})(?:Z|[+-]\d\d:\d\d)"), _zoned),
    (re.compile(rf"(?P<start>{_DAY})T[\d:.Z+-]{{2,20}}/(?P<end>{_DAY})(?:T[\d:.Z+-]{{2,20}})?"), _days_of_moments),
    (re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:T|\s(?=\d))[^/]{0,40}"), _day_of_moment),
    (
        re.compile(
            r"\[?([12]\d{3})\]?(\s?/?[,;&]\s?|\s(?:or|and|oder|und|ou|et|o|y|e)\s)\[?([12]\d{3})\]?",
            re.IGNORECASE,
        ),
        _either,
    ),
    (re.compile(r"\[?(?:ca?\.?|circa|about|um|vers) ?(\d{4})\s?[-–/]\s?(\d{4})\??\]?", re.IGNORECASE), _about_range),
    (
        re.compile(r"\[?(?:before|prior to|not after|until|bis|vor|avant|antes de|<)\s?(\d{4})\??\]?", re.IGNORECASE),
        _before,
    ),
    (
        re.compile(
            r"\[?(?:not before|after|since|from|post|ab|seit|nach|depuis|après|desde|>)[\s-]?(\d{4})\??\]?"
            r"|\[?(\d{4})(?:\s?[-–]\s?(?:present|heute|today|now|\]?)|\sor later|\sonwards)\]?",
            re.IGNORECASE,
        ),
        _since,
    ),
    (re.compile(r"(\d{4})[-\s/,]{0,2}Q([1-4])|Q([1-4])[-\s/,]{1,2}(\d{4})", re.IGNORECASE), _quarter),
    (
        re.compile(r"(\d{1,2})\.?(?:(?<=\.)(\d{1,2})\.)?\s?[-–]\s?(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})"),
        _days_before_month,
    ),
    (
        re.compile(
            r"(?:from )?(?P<start>\d{4}(?:-\d\d(?:-\d\d)?)?) (?:to|until|till|bis|au|à|a|al|até) "
            r"(?P<end>\d{4}(?:-\d\d(?:-\d\d)?)?)",
            re.IGNORECASE,
        ),
        _range,
    ),
    (re.compile(rf"\[?(?P<start>{_DAY})\]? ?[/–—-] ?\[?(?P<end>{_DAY})\]?\.?"), _range),
    (re.compile(r"\[?(\d{4})(\??)\]? ?[-–/] ?[<\[]?(\d{4})(\??)[>\]]?"), _doubted_range),
    (re.compile(r"<?\[?(\d{4})\??\]?\??\s?[-–]\s?>?"), _open),
    (
        re.compile(rf"\[?between {_ABOUT}(\d{{4}})\??(?: and |-){_ABOUT}(\d{{4}})\??\]?\.?", re.IGNORECASE),
        _between,
    ),
    (re.compile(rf"{_PART}|(?:{_PART}|\.\.|unknown)?/(?:{_PART}|\.\.|open|unknown)?", re.IGNORECASE), _level_1),
    (
        re.compile(
            r"(?P<era>明治|大正|昭和|平成|令和|民國|民国)?\s?(?P<year>\d{1,4}|元)\s?[年년]度?\s?"
            r"(?:(?P<month>\d{1,2})\s?[月월]\s?(?:(?P<day>\d{1,2})\s?[日일])?)?"
        ),
        _east_asian,
    ),
    (
        re.compile(
            r"(?P<era>明治|大正|昭和|平成|令和|民國|民国|[MTSHR](?=\d{1,2}\.))\s?(?P<year>\d{1,3})"
            r"(?:\.(?P<month>\d{1,2})(?:\.(?P<day>\d{1,2}))?)?"
        ),
        _east_asian,
    ),
    (
        re.compile(
            r"(\d{4})(?:\s?(?:a\.?\s?h\.?|h\.?|هـ?|a\.?\s?m\.?)\s?[\[/=(]|\s?[\[(])\s?(\d{4})(?:\s?(?:or|/|-)\s?(\d{4}))?"
            r"(?:\s?(?:a\.?\s?d\.?|c\.?\s?e\.?|m\.?|م))?\s?[\])]?\.?",
            re.IGNORECASE,
        ),
        _other_era,
    ),
)
