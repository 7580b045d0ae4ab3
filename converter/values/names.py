"""Names as printed, and the parts of them that the print makes plain; nothing is guessed."""

from __future__ import annotations

import re
from typing import NamedTuple

_ALONE = re.compile(r"[^\s,]+")
_DATES = re.compile(r"(?:b\.|d\.|ca\.|fl\.)?\s*\d{4}\??\s*-?\s*(?:\d{4}\??)?\.?")
_TRAILING_DATES = re.compile(r"(?<![\s,])[\s,]+(\d{4}\s*-\s*(?:\d{4})?)\.?$")
_SUFFIX = re.compile(r"(?:Jr|Sr|Dr|Prof|Ph\.?\s?D|M\.?\s?D|M\.?\s?S|DrPH|MPH|RN|Esq|I{1,3}|IV)\.?", re.IGNORECASE)
_SITE = re.compile(
    r"(?P<name>.+?)[.,;]?\s+The\s+Journal['’]?s\s+web\s*site\s+is\s+(?:located\s+)?at\s+(?P<site>\S+?)[.;]?",
    re.IGNORECASE,
)
_ORGANISATION = re.compile(
    r"\b(?:universit(?:y|ies|é|ät|à|as|eit|et|eti)|universi(?:dad|dade|da|teit|tet|teti)|univerzita|yliopisto|college|"
    r"institut(?:e|ion|o|et|te)?|instituut|department|departamento|département|dept\.?|faculty|facult(?:y|é|ad)|fakulta|"
    r"laborator(?:y|ies|io|ium)|laboratoire|laboratoř|school of|association|society|société|sociedad|academ(?:y|ia|ie)|"
    r"foundation|fundação|fundación|ministry|ministerio|ministère|commission|committee|council|board|bureau|agency|"
    r"centre|center|centro|museum|library|bibliothek|bibliothèque|biblioteca|hospital|inc\.?|ltd\.?|gmbh|corporation|"
    r"company|consortium|program(?:me)?|division|office of|service|survey|press|verlag|network|group|federation|"
    r"observatory|archives?)\b",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"(?<![^\s@])[^\s@]+@[^\s@]+\.[^\s@]+|\[e-mail address removed\]")


class PersonName(NamedTuple):
    """A name as printed, and its parts where a comma tells them apart."""

    full: str
    family: str | None = None
    given: str | None = None
    dates: str | None = None
    suffix: str | None = None
    doubt: str | None = None


class Publisher(NamedTuple):
    """The name of a publisher, and the web site of the journal that some repositories write behind it."""

    name: str
    site: str | None = None
    doubt: str | None = None


def person(text: str) -> PersonName:
    """The name with the parts that its commas show.

    >>> person("Liang, J")
    PersonName(full='Liang, J', family='Liang', given='J', dates=None, suffix=None, doubt=None)
    >>> person("Rolston, Holmes, 1932-").dates, person("Gale, Michael, Jr.").suffix
    ('1932-', 'Jr.')
    >>> person("Hawksley").family is None
    True
    """
    full = re.sub(r"\s+,", ",", " ".join(text.split()))
    doubt = _doubt(full)
    name, dates = full, None
    if match := _TRAILING_DATES.search(full):
        name, dates = full[: match.start()], match[1].strip()
    parts = [part.strip() for part in name.split(",") if part.strip()]
    suffix = None
    if len(parts) > 2:
        if all(_SUFFIX.fullmatch(part) for part in parts[2:]):
            suffix = ", ".join(parts[2:])
        elif len(parts) == 3 and _DATES.fullmatch(parts[2]):
            dates = parts[2]
        else:
            return PersonName(full, dates=dates, doubt=doubt or "several commas: the parts of the name are not told")
    if len(parts) < 2 or _SUFFIX.fullmatch(parts[1]):
        return PersonName(full, dates=dates, suffix=parts[1] if len(parts) > 1 else None, doubt=doubt)
    return PersonName(full, parts[0], parts[1], dates, suffix, doubt)


def looks_like_organisation(text: str) -> bool:
    """Whether the name holds a word that only organisations bear.

    >>> looks_like_organisation("Institute of Oceanography"), looks_like_organisation("Center, Ann")
    (True, False)
    """
    if re.fullmatch(r"[^,]+,\s*(?:[^\W\d_]\.?\s?){1,3}|\S+,\s*\S+", text.strip()):
        return False  # "Company, A. B.": a person may be called anything
    family, comma, given = text.strip().partition(",")
    if comma and _ALONE.fullmatch(family) and "," not in given and not _ORGANISATION.search(given):
        return False  # "College, Sarah Jane"
    return bool(_ORGANISATION.search(text))


def publisher(text: str) -> Publisher:
    """The publisher, told from the web site of the journal.

    >>> publisher("Tern Press. The Journal's web site is located at http://tern.example.org/")
    Publisher(name='Tern Press', site='http://tern.example.org/', doubt=None)
    """
    match = _SITE.fullmatch(text.strip())
    if match:
        return Publisher(match["name"].rstrip(" .,;"), match["site"])
    doubt = "a sentence more than a name" if len(text) > 200 or re.search(r"https?://", text) else None
    return Publisher(text.strip(), doubt=doubt)


def split_names(text: str) -> list[str]:
    """The names between semicolons, where each looks like one; else the text alone.

    >>> split_names("Pike, C.; Wren, M."), split_names("Pike, C.")
    (['Pike, C.', 'Wren, M.'], ['Pike, C.'])
    """
    parts = [part.strip() for part in text.split(";") if part.strip()]
    return parts if len(parts) > 1 and all(re.search(r"[, ]", part) for part in parts) else [text.strip()]


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
    if ";" in name:
        return "several names in one value"
    return None
