"""The words by which a record is found, taken from its statements: what is not published cannot be found."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from converter.mapping.context import term
from converter.values.lookup import spaced

_LINE = re.compile(r'<[^>]*> (<[^>]*>) "((?:[^"\\]++|\\.)*+)"(@\S+)? \.')
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_PLAIN = {"n": "\n", "r": "\r", "t": "\t", "b": " ", "f": " "}
_TITLES = ("dcterms:title", "dcterms:alternative", "fabio:hasTranslatedTitle", "fabio:hasSubtitle")
_AGENTS = ("foaf:name", "foaf:familyName", "foaf:givenName", "rdfs:label")
_NO_WORDS = ("schema:sha256",)


class Words(NamedTuple):
    """Titles, names, and everything else that is text."""

    title: str
    agent: str
    text: str


def words_of(lines: Iterable[str]) -> Words:
    r"""The words of a record's lines: plain and language-tagged literals; dates, counts and digests are none.

    What is written without spaces stands in pairs of letters.

    >>> words_of(['<x:i> <http://purl.org/dc/terms/title> "A \\"light\\""@en .'])
    Words(title='A "light"', agent='', text='')
    """
    titles, agents, skipped = (frozenset(map(term, names)) for names in (_TITLES, _AGENTS, _NO_WORDS))
    found: dict[str, dict[str, None]] = {"title": {}, "agent": {}, "text": {}}
    for line in lines:
        match = _LINE.fullmatch(line)
        if match and match[1] not in skipped:
            column = "title" if match[1] in titles else "agent" if match[1] in agents else "text"
            found[column][spaced(unescaped(match[2]))] = None
    return Words(*("\n".join(sorted(values)) for values in found.values()))


def unescaped(text: str) -> str:
    """The text of a literal of N-Triples."""
    return _ESCAPE.sub(_unescaped, text) if "\\" in text else text


def _unescaped(match: re.Match[str]) -> str:
    if code := match[1] or match[2]:
        return chr(int(code, 16))
    return _PLAIN.get(match[3], match[3])
