"""The words of a text as they may be compared: without markup, accents, and what TeX writes for them."""

from __future__ import annotations

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+")
_MARKUP = re.compile(r"<[^>]*>")
_TEX_LETTERS = {"i": "i", "j": "j", "o": "o", "O": "o", "l": "l", "L": "l", "ss": "ss", "ae": "ae", "AE": "ae"}
_TEX_LETTERS |= {"oe": "oe", "OE": "oe", "aa": "a", "AA": "a"}
_TEX = re.compile(r"\\(?P<name>[A-Za-z]+)\s?|\\[^A-Za-z\s]|[{}$]")
_LETTERS = str.maketrans({"ı": "i", "ø": "o", "ł": "l", "ß": "ss", "æ": "ae", "œ": "oe", "đ": "d"})


def words(text: str) -> list[str]:
    r"""The words of a text, in small letters.

    >>> words(r'<i>G{\"o}del</i>, Über')
    ['godel', 'uber']
    """
    if text.isascii() and text.isalnum():
        return [text.lower()]
    if "\\" in text or "{" in text:
        text = _TEX.sub(lambda match: _TEX_LETTERS.get(match["name"] or "", ""), text)
    plain = _MARKUP.sub(" ", text) if "<" in text else text
    if not plain.isascii():
        plain = "".join(sign for sign in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(sign))
    return _WORD.findall(plain.lower().translate(_LETTERS))
