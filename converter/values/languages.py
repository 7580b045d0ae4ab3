"""Languages: the tag of a text and the language of a work, from every form of code that repositories use.

Sources: BCP 47 (RFC 5646) for tags; ISO 639-1 and 639-2, whose addresses the Library of Congress keeps,
http://id.loc.gov/vocabulary/iso639-1 and http://id.loc.gov/vocabulary/iso639-2 (bibliographic codes); ISO 639-3 for the
languages that these do not have, by the addresses of Lexvo, http://lexvo.org/id/iso639-3/.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

import ontology

_TAG = re.compile(r"[a-z]{2,3}(?:-[a-z]{4})?(?:-(?:[a-z]{2}|\d{3}))?")
_NO_LANGUAGE = frozenset({"", "-", "*", "none", "n/a", "other", "und", "mul", "zxx", "mis"})
_NOT_NAMED = frozenset(
    {*("mul", "zxx", "und", "mis", "multilingual", "multiple languages", "no linguistic content", "undetermined")}
)
_ONE, _TWO = "http://id.loc.gov/vocabulary/iso639-1/", "http://id.loc.gov/vocabulary/iso639-2/"
_THREE = "http://lexvo.org/id/iso639-3/"
_A_GROUP = "bh"
"""The one code of ISO 639-1 that is of a group of languages."""
_BETWEEN = re.compile(r"\s*[/;,|&+]\s*|\s+(?:and|und|et|y|e|och|og)\s+|\s+")
_LISTED = re.compile(r"\s*[/;,|&+]\s*|\s+(?:and|und|et|y|e|och|og)\s+")
_LONGEST = 300
_NOTED = re.compile(r"^(?:(?:text|written|published|article|paper)\s+)?in\s+(?:the\s+)?(?=[^\W\d_]{4})")
_ADDRESS = re.compile(
    r"(?:https?://)?(?:www\.)?(?:id\.loc\.gov/vocabulary/(?:iso639-\d|languages)|lexvo\.org/(?:id|page)/iso639-\d)/"
    r"|(?:iso[ -]?)?639-[1-3]:?\s+|urn:x-language:",
    re.IGNORECASE,
)
"""What stands before a code: the lists in which it stands."""
_WITHDRAWN = dict(
    pair.split(":") for pair in "iw:he in:id ji:yi sh:sr mo:ro mol:rum scc:srp scr:hrv esp:epo fri:fry ajm:jrb".split()
)
"""Codes of ISO 639 and of MARC that were withdrawn and that records still bear → the codes of now."""


class Language(NamedTuple):
    """A language: its ISO 639-1 code, its ISO 639-2 code (terminological), its address, its tag, what is doubtful."""

    code2: str | None
    code3: str
    iri: str
    tag: str
    doubt: str | None = None


def language_tag(code: str | None) -> str | None:
    """The BCP 47 tag of a language column, in lower case as stores keep it; None where the code is none.

    >>> [language_tag(code) for code in ("en_HK", "eng", "en_US.UTF-8", "-", None, "*", "none", "xyz", "pt_BR")]
    ['en-hk', 'en', 'en-us', None, None, None, None, None, 'pt-br']
    """
    if code is None:
        return None
    return _tag(code)


def in_lexvo(found: Language) -> str:
    """The address in Lexvo of a language that the Library of Congress has; empty where that of ISO 639-3 is not known.

    Of the codes that are in ISO 639-2 alone, many are of groups, which ISO 639-3 has not.

    >>> in_lexvo(language("en")), in_lexvo(language("yap"))
    ('http://lexvo.org/id/iso639-3/eng', '')
    """
    return _THREE + found.code3 if found.code2 and found.code2 != _A_GROUP else ""


@lru_cache(maxsize=1_000)
def language(value: str) -> Language | None:
    """The language that a code or name means, None where ISO 639 has none of it.

    >>> language("eng").iri, language("Čeština").tag, language("en_US").code3
    ('http://id.loc.gov/vocabulary/iso639-1/en', 'cs', 'eng')
    >>> language("yap").iri, language("other") is None
    ('http://id.loc.gov/vocabulary/iso639-2/yap', True)
    """
    text = _bare(_ADDRESS.sub("", value.strip().casefold()[:_LONGEST], count=1))
    if text in _NO_LANGUAGE:
        return None
    found = _of_code(re.split(r"[-_.]", text)[0]) if re.fullmatch(r"[a-z]{2,3}(?:[-_.].*)?", text) else None
    if found:
        return found
    babel = ontology.values("babel")
    if code := babel.get(text.removeprefix("lang")):
        return _of_code(code)
    named = (
        _by_name().get(text)
        or _by_name().get(text.removeprefix("lang"))
        or _by_name().get(re.sub(r"\s*\(.*\)$", "", text))
    )
    if named:
        return named
    parts = {_by_name().get(part.strip()) for part in re.split(r"[/;,]", text)} - {None}
    if len(parts) == 1:
        return next(part for part in parts if part)._replace(doubt="the language is one name among several words")
    return None


def why_not(value: str) -> str:
    """Why a value names no language, in words.

    >>> why_not("mul"), why_not("Elvish")
    ('it says that there are several languages, or none; kept as text', 'no language of ISO 639; kept as text')
    """
    is_said = value.strip().casefold() in _NOT_NAMED
    return (
        f"{'it says that there are several languages, or none' if is_said else 'no language of ISO 639'}; kept as text"
    )


@lru_cache(maxsize=1_000)
def languages(value: str) -> tuple[Language, ...]:
    """Every language that a value names, each once: several names or codes, or codes written together as MARC did.

    >>> [found.tag for found in languages("English; French")], [found.tag for found in languages("engfre")]
    (['en', 'fr'], ['en', 'fr'])
    >>> [found.tag for found in languages("Text in English.")], [found.tag for found in languages("langngerman")]
    (['en'], ['de'])
    >>> [found.tag for found in languages("yue")], [found.tag for found in languages("Greek, Modern (1453-)")]
    (['yue'], ['el'])
    """
    text = _bare(value.strip().casefold()[:_LONGEST])
    if re.fullmatch(r"(?:[a-z]{3}){2,}", text) and text not in _by_name():
        codes = [_of_code(text[start : start + 3]) for start in range(0, len(text), 3)]
        if all(codes):
            return tuple(dict.fromkeys(code for code in codes if code))
    whole = language(value)
    if whole and whole.doubt is None:
        return (whole,)
    for pattern in (_LISTED, _BETWEEN):
        parts = [part for part in pattern.split(text) if part and part not in _NO_LANGUAGE]
        found = [language(part) for part in parts]
        if len(found) > 1 and all(one and one.doubt is None for one in found):
            return tuple(dict.fromkeys(one for one in found if one))
    return (whole,) if whole else ()


def _bare(text: str) -> str:
    """The text without the words and the full stop of a note: "text in english." is english, not Indonesian as well."""
    return _NOTED.sub("", text).removesuffix(".").rstrip()


@lru_cache(maxsize=1_000)
def _tag(code: str) -> str | None:
    text = code.strip().replace("_", "-").split(".")[0].lower()
    if text in _NO_LANGUAGE:
        return None
    head, *rest = text.split("-")
    known = _of_code(head)
    if known is None:
        return None
    tag = "-".join([known.tag, *rest])
    return tag if _TAG.fullmatch(tag) else None


def _of_code(code: str) -> Language | None:
    """The language of a code; the 7,500 that ISO 639-3 alone has are read at the first that no other list knows."""
    found = _by_code().get(code) or _individual_by_code().get(code)
    return found or (_of_code(_WITHDRAWN[code]) if code in _WITHDRAWN else None)


@lru_cache(maxsize=1)
def _by_code() -> Mapping[str, Language]:
    return {
        code: _language(row)
        for row in ontology.languages()
        for code in (row["code2"], row["code3"], row["bibliographic"])
        if code
    }


@lru_cache(maxsize=1)
def _individual_by_code() -> Mapping[str, Language]:
    return {row["code3"]: _individual(row) for row in ontology.individual_languages()}


@lru_cache(maxsize=1)
def _by_name() -> Mapping[str, Language]:
    names = {name: _individual(row) for row in ontology.individual_languages() for name in row["names"].split("|")}
    names |= {name: _language(row) for row in ontology.languages() for name in row["names"].split("|")}
    return {name: found for name, found in names.items() if name}


def _individual(row: Mapping[str, str]) -> Language:
    return Language(None, row["code3"], _THREE + row["code3"], row["code3"])


def _language(row: Mapping[str, str]) -> Language:
    code2 = row["code2"] or None
    return Language(code2, row["code3"], _ONE + code2 if code2 else _TWO + row["bibliographic"], code2 or row["code3"])
