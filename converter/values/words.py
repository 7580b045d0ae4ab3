"""The words of a text as they may be compared: without markup, accents, and what TeX writes for them."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator

_WORD = re.compile(r"[^\W_]+")
_MARKUP = re.compile(r"<[^>]*>")
_TEX_LETTERS = {"i": "i", "j": "j", "o": "o", "O": "o", "l": "l", "L": "l", "ss": "ss", "ae": "ae", "AE": "ae"}
_TEX_LETTERS |= {"oe": "oe", "OE": "oe", "aa": "a", "AA": "a"}
_TEX = re.compile(r"\\(?P<name>[A-Za-z]+)\s?|\\[^A-Za-z\s]|[{}$]")
_LETTERS = str.maketrans({"ı": "i", "ø": "o", "ł": "l", "ß": "ss", "æ": "ae", "œ": "oe", "đ": "d"})


_DATE = re.compile(r"[0-9]{4}(?:-[0-9]{2}){1,2}(?:/[0-9]{4}(?:-[0-9]{2}){0,2})?")
_CONTROL = re.compile(r"\s*\([A-Za-z][\w-]*\)\s*(?:fst0*)?(?=[\w-]*\d)")


def texts_in(value: object) -> Iterator[str]:
    """Yield every text and number in nested lists and dictionaries.

    >>> list(texts_in({"a": ["x", None, {"b": 2}]}))
    ['x', '2']
    """
    if isinstance(value, dict):
        for inner in value.values():
            yield from texts_in(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from texts_in(inner)
    elif value is not None:
        yield str(value)


def number_of(text: str) -> str:
    """The text without what stands before a number in MARC, which says whose it is.

    >>> number_of("(DE-588)118540238"), number_of("(see) notes"), number_of("PoS(IHEP-LHC)001")
    ('118540238', '(see) notes', 'PoS(IHEP-LHC)001')
    >>> number_of("(OCoLC)fst01151070")
    '1151070'
    """
    match = _CONTROL.match(text)
    return text[match.end() :] if match else text


def end_of(address: str) -> str:
    """The last part of an address, which may be an identifier; empty where the text is none.

    >>> end_of("https://isni.org/isni/0000000122986657/"), end_of("a/b")
    ('0000000122986657', '')
    """
    return address.rstrip("/").rpartition("/")[2] if "://" in address else ""


def of_a_date(text: str) -> list[str]:
    """The months and days of a date as they are written without a zero; none where the text is no date.

    >>> of_a_date("2013-02-01/2013-03"), of_a_date("2013-02-01 03:00:00")
    (['2', '1', '3'], [])
    """
    return re.findall(r"-0([1-9])", text) if _DATE.fullmatch(text) else []


def words(text: str) -> list[str]:
    r"""The words of a text, in small letters.

    >>> words(r'<i>G{\"o}del</i>, Über'), words("R&amp;D")
    (['godel', 'uber'], ['r', 'd'])
    """
    if text.isascii() and text.isalnum():
        return [text.lower()]
    if "&" in text:
        text = html.unescape(text)
    if "\\" in text or "{" in text:
        text = _TEX.sub(lambda match: _TEX_LETTERS.get(match["name"] or "", ""), text)
    plain = _MARKUP.sub(" ", text) if "<" in text else text
    if not plain.isascii():
        plain = "".join(sign for sign in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(sign))
    return _WORD.findall(plain.lower().translate(_LETTERS))
