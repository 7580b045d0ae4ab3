"""What people type → what is looked up: forms of identifiers, words of every script, keys of names in order."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from converter.values import recognition

# Scripts that are written without spaces: kana, ideographs, hangul syllables, Thai, Lao, Khmer, Burmese.
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af\u0e00-\u0eff\u1000-\u109f"
                       r"\u1780-\u17ff\U00020000-\U0003ffff]+")  # fmt: skip
_LEADING = re.compile(r"^[\W_]+")


def normal_forms(text: str) -> list[str]:
    """What a text may be as an identifier, each in the form in which identifiers are compared.

    >>> normal_forms("https://doi.org/10.5555/AB"), normal_forms("ISBN 0-306-40615-2"), normal_forms("Quill, A")
    (['10.5555/ab'], ['9780306406157'], [])
    """
    return list(dict.fromkeys(value.lower() for value in recognition.forms(text)))


def spaced(text: str) -> str:
    """The text with what is written without spaces as overlapping pairs of letters, each a word.

    >>> spaced("論國際貿易 2010").split(), spaced("lights")
    (['論國', '國際', '際貿', '貿易', '易', '2010'], 'lights')
    """
    return (
        _UNSPACED.sub(lambda run: f" {' '.join([*_pairs(run[0]), run[0][-1]])} ", text) if not text.isascii() else text
    )


def phrase(text: str) -> str:
    """The same for a text that is looked for: pairs alone, so that it is found inside a longer one.

    >>> phrase("國際貿易"), phrase("易")
    ('國際 際貿 貿易', '易')
    """
    return " ".join(_UNSPACED.sub(lambda run: f" {' '.join(_pairs(run[0]) or run[0])} ", text).split())


@lru_cache(maxsize=20_000)
def sort_key(text: str) -> str:
    """The key by which a name or title is put in its place: without case, accents, and what stands before its letters.

    >>> sort_key("“Über” Möwen"), sort_key("[An] Atlas"), sort_key("國際")
    ('uber” mowen', 'an] atlas', '國際')
    """
    folded = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(character for character in folded if not unicodedata.combining(character))
    return " ".join(_LEADING.sub("", unicodedata.normalize("NFC", bare)).split())[:200]


def _pairs(letters: str) -> list[str]:
    return [letters[place : place + 2] for place in range(len(letters) - 1)]
