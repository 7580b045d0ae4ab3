"""Numbers that carry a check digit: of books, serials, music, persons and organisations, and the sums behind them.

A function gives None where the text is no number of its kind or the check digit is wrong, and never raises.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Identifier(NamedTuple):
    """An identifier in its normal form, and what is doubtful about it."""

    value: str
    doubt: str | None = None


_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
_LONGEST = 2_000
_DASHES = re.compile("[\u2010-\u2015\u2212\u00ad]")
_ISBN = re.compile(r"(?<![0-9-])(?:97[89](?:[\s-]?[0-9]){10}|(?:[0-9][\s-]?){9}[0-9Xx])(?![0-9])")
_NOT_ISBN_WORDS = re.compile(
    r"isbn|urn|e-?book|print|pdf|epub|paperback|hardcover|hardback|pbk|hbk|ebk|online|and|[\W0-9_xX]|1[03]",
    re.IGNORECASE,
)


def ean_13(digits: str) -> bool:
    """Whether thirteen digits sum up as those of an International Article Number (ISBN, ISMN) do.

    >>> ean_13("9783161484100"), ean_13("9783161484101")
    (True, False)
    """
    return sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits)) % 10 == 0


def mod_11_2(digits: str) -> bool:
    """Whether the last character is the check of those before it (ISO 7064, MOD 11-2: ORCID, ISNI).

    >>> mod_11_2("0000000218250097"), mod_11_2("0000000218250098")
    (True, False)
    """
    total = 0
    for digit in digits[:-1]:
        total = (total + int(digit)) * 2 % 11
    check = (12 - total % 11) % 11
    return digits[-1] == ("X" if check == 10 else str(check))


def isbn(text: str) -> Identifier | None:
    """The ISBN as 13 digits, where the check digit is right; of ten digits it is made one of thirteen.

    >>> isbn("ISBN: 978-3-16-148410-0 (print)").value, isbn("0-306-40615-2").value, isbn("978-3-16-148410-1")
    ('9783161484100', '9780306406157', None)
    """
    found = isbns(text)
    return found[0] if found and len(_NOT_ISBN_WORDS.sub("", text[:_LONGEST])) <= 20 else None


def isbns(text: str) -> list[Identifier]:
    """Every ISBN in the text, each once, as 13 digits.

    >>> [found.value for found in isbns("978-3-16-148410-0 (hbk), 0306406152 (pbk) and 9783161484100")]
    ['9783161484100', '9780306406157']
    """
    shapes = (match[0] for match in _ISBN.finditer(_DASHES.sub("-", text[:_LONGEST])))
    return [Identifier(digits) for digits in dict.fromkeys(map(_thirteen, shapes)) if digits]


def _thirteen(text: str) -> str:
    """The thirteen digits of an ISBN, empty where its check digit is wrong or it is a number of music."""
    digits = re.sub(r"[\s-]", "", text).upper()
    if not digits.isascii():
        return ""
    if len(digits) == 10:
        total = sum(
            (10 if digit == "X" else int(digit)) * weight
            for digit, weight in zip(digits, range(10, 0, -1), strict=True)
        )
        if total % 11:
            return ""
        twelve = f"978{digits[:9]}"
        return next(full for check in range(10) if ean_13(full := f"{twelve}{check}"))
    return digits if digits[:3] in {"978", "979"} and digits[3] + digits[2] != "09" and ean_13(digits) else ""


def issn(text: str) -> Identifier | None:
    """The ISSN with its hyphen, where the check digit is right (ISO 3297).

    >>> issn("http://id.crossref.org/issn/0003-4967")
    Identifier(value='0003-4967', doubt=None)
    >>> issn("00034967"), issn("ISSN 0378-5955 (online)").value, issn("0003-4968")
    (Identifier(value='0003-4967', doubt=None), '0378-5955', None)
    """
    match = re.fullmatch(
        r"(?:https?://(?:\w+\.)*(?:crossref|issn|worldcat)\.org/(?:resource/)?)?(?:urn:)?(?:[ep]?-?issn(?:-?l)?\s*[:/]?\s*)?"
        r"([0-9]{4})\s?[-–]?\s?([0-9]{3})([0-9Xx])\s*(?:\([^)]*\))?",
        text.strip(),
        re.IGNORECASE,
    )
    if not match:
        return None
    digits = match[1] + match[2]
    check = (11 - sum(int(digit) * weight for digit, weight in zip(digits, range(8, 1, -1), strict=True)) % 11) % 11
    last = match[3].upper()
    return Identifier(f"{match[1]}-{match[2]}{last}") if last == ("X" if check == 10 else str(check)) else None


def orcid(text: str) -> Identifier | None:
    """The ORCID iD in its hyphened form, where the check digit is right (ISO 7064, MOD 11-2).

    >>> orcid("https://orcid.org/0000-0002-1825-0097").value, orcid("0000-0002-1825-0098")
    ('0000-0002-1825-0097', None)
    """
    match = re.fullmatch(
        r"(?:https?://(?:www\.)?orcid\.org/|orcid:?\s*)?([0-9]{4})-?([0-9]{4})-?([0-9]{4})-?([0-9]{3}[0-9X])/?",
        text.strip(),
        re.IGNORECASE,
    )
    if not match:
        return None
    value = "-".join(match.groups()).upper()
    return Identifier(value) if mod_11_2(value.replace("-", "")) else None


def isni(text: str) -> Identifier | None:
    """The ISNI without spaces, where the check digit is right.

    >>> isni("0000 0001 2103 2683").value
    '0000000121032683'
    """
    bare = re.sub(r"^(?:https?://(?:www\.)?isni\.org/(?:isni/)?|isni:?)", "", text.strip(), flags=re.IGNORECASE)
    value = re.sub(r"[\s-]", "", bare).upper()
    return Identifier(value) if re.fullmatch(r"[0-9]{15}[0-9X]", value) and mod_11_2(value) else None


def lei(text: str) -> Identifier | None:
    """The Legal Entity Identifier, where its check digits are right (ISO 17442, MOD 97-10).

    >>> lei("5493001KJTIIGC8Y1R12").value
    '5493001KJTIIGC8Y1R12'
    """
    value = text.strip().upper()
    if not re.fullmatch(r"[A-Z0-9]{18}[0-9]{2}", value):
        return None
    number = int("".join(str(int(character, 36)) for character in value))
    return Identifier(value) if number % 97 == 1 else None


def ismn(text: str) -> Identifier | None:
    """The International Standard Music Number in 13 digits, where the check digit is right (ISO 10957).

    >>> ismn("M-2306-7118-7").value, ismn("979-0-2306-7118-7").value, ismn("979-0-2306-7118-8")
    ('9790230671187', '9790230671187', None)
    """
    digits = re.sub(r"[\s-]", "", re.sub(r"^ISMN:?\s*", "", text.strip(), flags=re.IGNORECASE)).upper()
    digits = "9790" + digits[1:] if digits.startswith("M") else digits
    right = re.fullmatch(r"9790[0-9]{9}", digits) and ean_13(digits)
    return Identifier(digits) if right else None


def ror(text: str) -> Identifier | None:
    """The ROR id, where its check digits are right (ISO 7064, MOD 97-10, over Crockford's base 32).

    >>> ror("https://ror.org/02zhqgq86").value, ror("02zhqgq87")
    ('02zhqgq86', None)
    """
    match = re.fullmatch(r"(?:(?:https?://)?ror\.org/)?(0[a-hj-km-np-tv-z0-9]{6})([0-9]{2})", text.strip().lower())
    if not match:
        return None
    number = 0
    for character in match[1]:
        number = number * 32 + _CROCKFORD.index(character)
    return Identifier(match[1] + match[2]) if 98 - (number * 100) % 97 == int(match[2]) else None
