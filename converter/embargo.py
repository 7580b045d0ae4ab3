"""What of a record may be shown on a day: a file under embargo, or for some readers only, is withheld until its day.

Withheld are its name, address, checksum and all that is said of it, also where a field repeats the address or the
checksum.  Days are UTC, written 2026-11-30.  A file that its source calls open is shown; else the last day of its
embargo counts, then that of the record, then the access right of the record.  An end that cannot be read is none.
What holds from a later day on (a licence of Crossref) is not said before that day.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import PurePosixPath
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import msgspec

import ontology
from converter.record import Field, File, Record
from converter.report import Finding
from converter.values import dates, licences

NEVER = "9999-12-31"
"""The last day of what has no end."""
LATEST = "9999-12-30"
"""A day on which every end has passed that there is: as on which a record is published that withholds nothing more."""
_OPEN, _EMBARGOED, _FOR_SOME, _FOR_NONE = "c_abf2", "c_f1cf", "c_16ec", "c_14cb"
_HAS_EMBARGO = "fabio:hasEmbargoDate"
_EU_END = re.compile(r"info:eu-repo/date/embargoEnd/(\S+)", re.IGNORECASE)
_DAY = re.compile(r"(?<!\d)(\d{4})-(\d{2})(?:-(\d{2}))?(?![\d-])")
_YEAR = re.compile(r"(?<!\d)(\d{4})()()(?!\d)")
_UNDER_EMBARGO = re.compile(r"\W*(?:under embargo|embargoed\b|embargo\b\D{0,30}\d{4})", re.IGNORECASE)
_NO_EMBARGO = re.compile(r"(?:no(?:ne|t embargoed|thing)?|false|0|n/?a|-*|no embargo\b.*|open.*)", re.IGNORECASE)
_ANYBODY = re.compile(r"-[rw]\s+['\"]?(?:anonymous|anyone|everyone|public)['\"]?", re.IGNORECASE)
_SAF_GROUP = re.compile(r"-[rw]\s+\S")
_FILE_PLACE = re.compile(
    r"/(?:bitstreams?|retrieve|download|viewcontent\.cgi|getfile|filestream)(?:[/?]|$)", re.IGNORECASE
)
_FILE_NAME = re.compile(
    r"\.(?:pdf|docx?|pptx?|xlsx?|odt|ods|epub|zip|tar|t?gz|7z|rar|csv|txt|rtf|xml|mp[34]|wav|mov|avi|jpe?g|png|tiff?)",
    re.IGNORECASE,
)


class Visible(NamedTuple):
    """A record as it may be shown on a day, why not all of it, and from when on more of it is (None: no more ever)."""

    record: Record
    findings: tuple[Finding, ...] = ()
    until: str | None = None


def today() -> str:
    """The day that it is, in UTC."""
    return datetime.now(UTC).date().isoformat()


def start_of_reading(policies: Iterable[tuple[str, str]]) -> str:
    """The date from which on anybody may read a file, out of its policies: each an action and the start of it.

    It is empty where none says when reading begins, or one says that it has begun.

    >>> start_of_reading([("READ", "2031-01-01"), ("READ", "2030-01-01"), ("WRITE", "")]), start_of_reading([])
    ('2030-01-01', '')
    >>> start_of_reading([("READ", "2031-01-01"), ("READ", "")])
    ''
    """
    starts = [start for action, start in policies if action.upper() in {"", "READ"}]
    return min(starts) if starts and all(starts) else ""


def on_day(record: Record, day: str) -> Visible:
    """The record as it may be shown on a day.

    >>> kept = Field("dc.rights", "embargoedAccess"), Field("dc.date.embargoEnd", "2030-01-31")
    >>> record = Record("r", fields=kept, files=(File("a.pdf"),))
    >>> [(len(seen.record.files), seen.until) for seen in (on_day(record, "2030-01-31"), on_day(record, "2030-02-01"))]
    [(0, '2030-02-01'), (1, None)]
    """
    whole = _end_of_record(record)
    ends = [_end_of_file(file, whole) for file in record.files]
    closed = [file for file, end in zip(record.files, ends, strict=True) if day <= end]
    later = {field: end for field in record.fields if field.since and day <= (end := _day_before(field.since))}
    if not closed and day > whole and not later:
        return Visible(record)
    hidden = {
        field: end
        for field in record.fields
        if field not in later and day <= (end := _end_of_field(field, whole, record.files, ends))
    }
    changes = [end for end in (*ends, *hidden.values(), *later.values()) if day <= end < NEVER]
    fields = tuple(field for field in record.fields if field not in hidden and field not in later)
    files = tuple(file for file, end in zip(record.files, ends, strict=True) if day > end)
    name = record.handle or record.identifier
    findings = [Finding(name, "info", "view.file", "", _words(end)) for end in ends if day <= end]
    findings += [Finding(name, "info", field.name, "", _words(end)) for field, end in hidden.items()]
    findings += [Finding(name, "info", field.name, field.value, f"holds from {field.since} on") for field in later]
    until = _after(min(changes)) if changes else None
    return Visible(msgspec.structs.replace(record, fields=fields, files=files), tuple(findings), until)


def _words(end: str) -> str:
    stated = "without an end that is known" if end == NEVER else f"until {end} has passed"
    return f"withheld {stated}: a file that is not open to all; it stays in the archive"


def _end_of_record(record: Record) -> str:
    """The last day on which the files of a record are closed; empty where they are not."""
    rights: set[str | None] = set()
    ends: list[str] = []
    unread = False
    for field in record.fields:
        role = _role(field.name)
        found = _EU_END.search(field.value)
        if found or role == "embargo":
            end = _last_day(found[1] if found else field.value)
            ends += [end] if end else []
            unread = unread or not (end or _NO_EMBARGO.fullmatch(field.value.strip()))
        elif role == "rights":
            access = licences.access(field.value)
            in_words = access is None and bool(_UNDER_EMBARGO.match(field.value))
            rights.add(_EMBARGOED if in_words else access)
            stated = field.value if in_words else licences.end_of_access(field.value)
            ends += [end] if (end := _last_day(stated)) else []
    if _EMBARGOED in rights and not ends:
        # DataCite and OpenAIRE give the end as the day from which on the work is available.
        starts = [_last_day(field.value) for field in record.fields if field.name.lower() == "datacite.available"]
        ends = [_before(start) for start in starts if start]
    if ends:
        return max(ends)
    if rights & {_EMBARGOED, _FOR_SOME, _FOR_NONE} or (unread and _OPEN not in rights):
        return NEVER
    return ""


def _end_of_file(file: File, whole: str) -> str:
    """The last day on which a file is closed: as the source says of it, else of the record."""
    start = _last_day(file.available or "")
    access = _access(file)
    if start:
        return _before(start) if access not in {_FOR_SOME, _FOR_NONE} else NEVER
    if access == _OPEN:
        return ""
    if access == _EMBARGOED:
        return whole or NEVER
    return NEVER if access else whole


def _access(file: File) -> str | None:
    stated = file.access or ""
    if _ANYBODY.search(stated):
        return _OPEN
    if _SAF_GROUP.match(stated.strip()):
        return _FOR_SOME
    return licences.access(stated) or licences.access(file.description or "")


def _end_of_field(field: Field, whole: str, files: tuple[File, ...], ends: list[str]) -> str:
    """The last day on which a field is withheld because it says what is withheld of a file; empty where it is not."""
    value = field.value
    address = urlsplit(value.strip()) if value.strip().lower().startswith(("http://", "https://")) else None
    last = unquote(PurePosixPath(address.path).name) if address else ""
    said = [
        end
        for file, end in zip(files, ends, strict=True)
        if end and (any(text and text in value for text in (file.url, file.checksum)) or (last and last == file.name))
    ]
    if said:
        return max(said)
    if address and whole and (_FILE_PLACE.search(address.path) or _FILE_NAME.fullmatch(PurePosixPath(last).suffix)):
        return whole
    return ""


@lru_cache(maxsize=4096)
def _role(name: str) -> str:
    """What a field says of access: `rights`, the end of an `embargo`, or nothing."""
    row = ontology.crosswalk().row(name)
    if "embargo" in name.lower() or ontology.expand(_HAS_EMBARGO, "program") in row.properties:
        return "embargo"
    return "rights" if row.kind == "rights" or "rights" in name.lower() or "access" in name.lower() else ""


def _last_day(text: str) -> str:
    """The last day of the date that a text names, empty where it names none.

    >>> _last_day("2030"), _last_day("2030-02"), _last_day("Embargo expires: 2016-11-04"), _last_day("6 months")
    ('2030-12-31', '2030-02-28', '2016-11-04', '')
    """
    known = dates.parse(text)
    stated = known.lexical if known else ""
    found = _DAY.search(text) or _DAY.search(stated) or _YEAR.search(stated) or _YEAR.search(text)
    if not found:
        return ""
    year, month, day = int(found[1]), int(found[2] or 12), int(found[3] or 0)
    try:
        if day:
            return date(year, month, day).isoformat()
        following = date(year + month // 12, month % 12 + 1, 1)
        return (following - timedelta(days=1)).isoformat()
    except (ValueError, OverflowError):
        return NEVER if year >= 9999 else ""


def _day_before(since: str) -> str:
    """The last day on which what begins at a date does not hold yet; empty for one that is no date.

    >>> _day_before("2031-05"), _day_before("2031"), _day_before("soon")
    ('2031-04-30', '2030-12-31', '')
    """
    start = f"{since}-01-01"[:10] if re.fullmatch(r"\d{4}(?:-\d{2}){0,2}", since[:10]) else ""
    try:
        return _before(start) if start else ""
    except (ValueError, OverflowError):
        return ""


def _before(day: str) -> str:
    return day if day == NEVER else (date.fromisoformat(day) - timedelta(days=1)).isoformat()


def _after(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()
