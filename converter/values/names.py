"""Names as printed, and the parts of them that the print makes plain; nothing is guessed."""

from __future__ import annotations

import re
from typing import NamedTuple

COMMA = re.compile(r"[,،，﹐]")
"""The commas of Latin, Arabic and East Asian print."""

_DATES = re.compile(r"(?:b\.|d\.|ca\.|fl\.)?\s*\d{4}\??\s*-?\s*(?:\d{4}\??)?\.?")
_TRAILING_DATES = re.compile(r"(?<![\s,])[\s,]+(\d{4}\s*-\s*(?:\d{4})?)\.?$")
_SUFFIX = re.compile(
    r"(?:Jr|Sr|Junior|Senior|Júnior|Filho|Neto|Dr|Prof|Ph\.?\s?D|M\.?\s?D|M\.?\s?S|DrPH|MPH|RN|Esq|I{1,3}|IV|VI{0,3})\.?",
    re.IGNORECASE,
)
# Right behind a family name, "MS" and "I" are initials; these are none.
_SURE_SUFFIX = re.compile(r"(?:Jr|Sr|Junior|Senior|Júnior|Esq|Ph\.?\s?D|I{2,3}|IV)\.?", re.IGNORECASE)
# What follows a family or given name without a comma; a lone V is an initial.
_BEHIND = re.compile(r"(?P<name>\S.*\S)\s+(?P<suffix>Jr\.?|Sr\.?|II|III|IV)")
# A full stop behind a whole name ends the heading; one behind an initial or an abbreviation belongs to it.
_FULL_STOP = re.compile(r"(?:^|[\s-])[^\W\d_][^\W\d_A-Z]{3,}\.$")
# "Hendriks, prof.dr.ir. W.H.": a title before the given names is none of them.
_TITLES = re.compile(
    r"(?:(?:prof|dr)(?:\.\s?|\s)(?:(?:prof|dr|drs|ir|ing|mr|mag)(?:\.\s?|\s)){0,4}|(?:(?:drs|ir|ing|mag|dipl)\.\s?)+)(?=\S)",
    re.IGNORECASE,
)
_SITE = re.compile(
    r"(?P<name>.+?)[.,;]?\s+The\s+Journal['’]?s\s+web\s*site\s+is\s+(?:located\s+)?at\s+(?P<site>\S+?)[.;]?",
    re.IGNORECASE,
)
# "Asheville, N.C. : Tern Press": the colon of catalogues stands between blanks.
_PLACE = re.compile(r"(?P<place>[^:;()]{2,60}) : (?P<name>[^:;]+)")
_EMAIL = re.compile(r"(?<![^\s@])[^\s@]+@[^\s@]+\.[^\s@]+|\[e-mail address removed\]")


class PersonName(NamedTuple):
    """A name as printed, and its parts where a comma separates them."""

    full: str
    family: str | None = None
    given: str | None = None
    dates: str | None = None
    suffix: str | None = None
    doubt: str | None = None


class Publisher(NamedTuple):
    """The name of a publisher, and what some write beside it: the journal's web site, the place of publication."""

    name: str
    site: str | None = None
    doubt: str | None = None
    place: str | None = None


def person(text: str) -> PersonName:
    """The name with the parts that its commas show.

    >>> person("Liang, J")
    PersonName(full='Liang, J', family='Liang', given='J', dates=None, suffix=None, doubt=None)
    >>> person("Rolston, Holmes, 1932-").dates, person("Gale, Michael, Jr.").suffix
    ('1932-', 'Jr.')
    >>> person("Hendriks, prof.dr.ir. W.H.").given, person("Rook, Drew").given
    ('W.H.', 'Drew')
    >>> person("Hawksley").family is None
    True
    """
    full = re.sub(r"(?<!\s)\s+,", ",", " ".join(text.split()))
    doubt = _doubt(full)
    name, dates = full, None
    if match := _TRAILING_DATES.search(full):
        name, dates = full[: match.start()], match[1].strip()
    parts = [part.strip() for part in COMMA.split(name) if part.strip()]
    if len(parts) > 2 and is_suffix(parts[1], alone=True) and not is_suffix(parts[2]):
        # BibTeX and American catalogues write "Smith, Jr., John".
        parts[1], parts[2] = parts[2], parts[1]
    suffix = None
    if len(parts) > 2:
        if all(is_suffix(part) for part in parts[2:]):
            suffix = ", ".join(parts[2:])
        elif len(parts) == 3 and _DATES.fullmatch(parts[2]):
            dates = parts[2]
        else:
            return PersonName(full, dates=dates, doubt=doubt or "several commas: the parts of the name are not given")
    if len(parts) < 2 or is_suffix(parts[1], alone=True):
        return PersonName(full, dates=dates, suffix=parts[1] if len(parts) > 1 else None, doubt=doubt)
    family, given = parts[:2]
    for own in (family, given):
        if not suffix and (match := _BEHIND.fullmatch(own)):
            suffix = match["suffix"]
            family, given = (match["name"], given) if own is family else (family, match["name"])
    if _FULL_STOP.search(given):
        given = given[:-1]
    if title := _TITLES.match(given):
        given = given[title.end() :]
    return PersonName(full, family, given, dates, suffix, doubt)


def is_suffix(text: str, *, alone: bool = False) -> bool:
    """Whether the text is what follows the names of a person; `alone` says that no given name stands before it.

    >>> is_suffix("Jr."), is_suffix("MD"), is_suffix("MD", alone=True), is_suffix("John")
    (True, True, False, False)
    """
    return bool((_SURE_SUFFIX if alone else _SUFFIX).fullmatch(text.strip()))


def publisher(text: str) -> Publisher:
    """The publisher, distinguished from the web site of the journal.

    >>> publisher("Tern Press. The Journal's web site is located at http://tern.example.org/")
    Publisher(name='Tern Press', site='http://tern.example.org/', doubt=None, place=None)
    >>> publisher("Asheville, N.C. : Tern Press")[::3]
    ('Tern Press', 'Asheville, N.C.')
    """
    text = " ".join(text.split())
    match = _SITE.fullmatch(text)
    if match:
        return Publisher(match["name"].rstrip(" .,;"), match["site"])
    if re.fullmatch(r"https?://\S+", text):
        return Publisher("", doubt="a web address where a name is meant")
    if match := _PLACE.fullmatch(text):
        return Publisher(match["name"], place=match["place"].strip("[] "))
    doubt = "a sentence more than a name" if len(text) > 200 or re.search(r"https?://", text) else None
    return Publisher(text.strip(), doubt=doubt)


def publishers(text: str) -> list[str]:
    """The parts of a value in which several publishers stand, with semicolons between them.

    >>> publishers("Tern Press ; Institute of Tides"), publishers("Tern Press")
    (['Tern Press', 'Institute of Tides'], ['Tern Press'])
    """
    return [part.strip() for part in text.split(";") if part.strip()] or [text]


def name_and_key(text: str) -> tuple[str, str] | None:
    """The name before and the key behind the last equals sign.

    >>> name_and_key("Lu, L=rp00477")
    ('Lu, L', 'rp00477')
    """
    name, sign, key = text.rpartition("=")
    return (name.strip(), key.strip()) if sign and name.strip() and key.strip() else None


def name_and_value(text: str) -> tuple[str, str] | None:
    """The name before and the value behind "::", or behind the first colon.

    >>> name_and_value("Wren, Ada::0000-0002-1825-0097")
    ('Wren, Ada', '0000-0002-1825-0097')
    """
    for sign in ("::", ":"):
        name, found, value = text.partition(sign)
        if found and name.strip() and value.strip():
            return name.strip(), value.strip()
    return None


def _doubt(name: str) -> str | None:
    if _EMAIL.search(name):
        return "an e-mail address where a name is meant"
    if name.endswith((",", ";")):
        return "a name that ends in a comma or semicolon"
    return None
