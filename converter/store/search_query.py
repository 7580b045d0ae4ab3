"""What people type into the search box → what the index is asked.

lights terns            works with both words, or with words that begin so
"night migration"       these words beside each other, in this order
lights NOT harbour      -harbour says the same
author:quill title:tern subject:light   words of one field
year:2001-2010          year:2001, year:2001-, year:-2010
"""

from __future__ import annotations

import re
from typing import NamedTuple

from converter.values.lookup import phrase

_PART = re.compile(r'(?P<no>(?:\bNOT\s+|(?<!\S)-)?)(?:(?P<field>[A-Za-z]+):)?(?:"(?P<exact>[^"]*)"?|(?P<word>[^\s"]+))')
_YEARS = re.compile(r"(\d{4})?(?:(-|–|\.\.)(\d{4})?)?")
_WORD = re.compile(r"\w+")
_FIELDS = {"author": "agent", "name": "agent", "title": "title", "text": "text", "abstract": "text", "subject": "text"}
_SHORTEST = 3
"""Letters from which on a word stands for all that begin so."""
_MOST = 24
"""Words of a question that are looked for."""


class Part(NamedTuple):
    """Words that belong together: the column where they stand (empty for all), and whether they stand as they are."""

    words: tuple[str, ...]
    column: str = ""
    exact: bool = False
    excluded: bool = False


class Question(NamedTuple):
    """What is looked for: words, and the years between which a work appeared."""

    parts: tuple[Part, ...] = ()
    first: int | None = None
    last: int | None = None

    @property
    def words(self) -> list[str]:
        """The words that a work must have, as they were typed."""
        return [word for part in self.parts if not part.excluded for word in part.words]


def question(text: str) -> Question:
    """The question that a text asks.

    >>> question('lights -harbour author:quill year:2001-').parts[1:], question("year:2001-").first
    ((Part(words=('harbour',), column='', exact=False, excluded=True), \
Part(words=('quill',), column='agent', exact=False, excluded=False)), 2001)
    """
    parts: list[Part] = []
    first = last = None
    for match in _PART.finditer(text):
        field = (match["field"] or "").lower()
        said = match["exact"] if match["exact"] is not None else match["word"]
        years = _YEARS.fullmatch(said) if field == "year" else None
        if years and any(years.groups()):
            first = int(years[1]) if years[1] else None
            last = int(years[3]) if years[3] else None if years[2] else first
            continue
        if field and field not in _FIELDS:
            said = f"{field} {said}"
        words = tuple(_WORD.findall(said))[:_MOST]
        if words and not (len(words) == 1 and words[0] in {"AND", "NOT", "OR"} and not match["exact"]):
            parts.append(Part(words, _FIELDS.get(field, ""), match["exact"] is not None, bool(match["no"].strip())))
    return Question(tuple(parts[:_MOST]), first, last)


def expression(asked: Question, column: str = "", *, ranked: bool = True) -> str:
    """The question in the language of the index (FTS5); words that name no column are looked for in `column`.

    Where the answer is `ranked`, a word itself counts beside those that begin so; the works are the same.

    >>> expression(question('terns "night light" -sea'))
    '(("terns" OR "terns" *) AND "night light") NOT ("sea")'
    >>> expression(question("國際貿易"))
    '("國際 際貿 貿易")'
    """
    wanted = [_part(part, column, ranked=ranked) for part in asked.parts if not part.excluded]
    unwanted = [_part(part._replace(exact=True), "", ranked=ranked) for part in asked.parts if part.excluded]
    if not wanted:
        return ""
    text = f"({' AND '.join(wanted)})"
    return f"{text} NOT ({' OR '.join(unwanted)})" if unwanted else text


def _part(part: Part, column: str, *, ranked: bool) -> str:
    if part.exact:
        text = f'"{phrase(" ".join(part.words))}"'
    else:
        stated = [_begun(word, ranked=ranked) for word in part.words]
        text = stated[0] if len(stated) == 1 else f"({' AND '.join(stated)})"
    where = part.column or column
    return f"{{{where}}} : {text}" if where else text


def _begun(word: str, *, ranked: bool) -> str:
    """A word, or what begins with it where it is long enough."""
    paired = phrase(word)
    if paired != word:
        return f'"{paired}"'
    if len(word) >= _SHORTEST or not word.isascii():
        return f'("{word}" OR "{word}" *)' if ranked else f'"{word}" *'
    return f'"{word}"'
