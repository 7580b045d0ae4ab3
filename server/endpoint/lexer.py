r"""The words of a SPARQL query: which form it has, and whether it asks for what is never done.

Strings, IRIs, comments, variables and prefixed names are told apart from bare words, after the `\u` escapes that SPARQL
resolves before anything else (SPARQL 1.1 section 19.2).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from server.endpoint import QuerySyntax, Refused

Form = Literal["select", "ask", "construct", "describe"]

_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_TOKEN = re.compile(
    r"""
      (?P<comment>\#[^\n\r]*)
    | (?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
    | (?P<string>'{3}(?:'{0,2}(?:[^'\\]|\\.))*'{3} | "{3}(?:"{0,2}(?:[^"\\]|\\.))*"{3}
              | '(?:[^'\\\n\r]|\\.)*' | "(?:[^"\\\n\r]|\\.)*")
    | (?P<variable>[?$]\w+)
    | (?P<tag>@[a-zA-Z]+(?:-[a-zA-Z0-9]+)*)
    | (?P<prefixed>(?:[^\W\d_](?:[\w.·-]*[\w·-])?)?:(?:[\w:]|%[0-9A-Fa-f]{2}|\\.)?(?:(?:[\w.:·-]|%[0-9A-Fa-f]{2}|\\.)*)
              | _:\w[\w.-]*)
    | (?P<word>[^\W\d_]\w*)
    | (?P<other>\s+|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_FORMS: frozenset[str] = frozenset({"select", "ask", "construct", "describe"})
_UPDATES = frozenset({"insert", "delete", "clear", "drop", "create", "copy", "move", "add", "with", "load"})


class Word(NamedTuple):
    """A bare word in lower case, and where it stands."""

    text: str
    offset: int


def words(query: str) -> Iterator[Word]:
    """Yield the bare words of a query in lower case.

    >>> [word.text for word in words("SELECT * { ?service a <urn:LOAD> } # SERVICE")]
    ['select', 'a']
    """
    for match in _TOKEN.finditer(unescaped(query)):
        if match.lastgroup == "word":
            yield Word(match[0].lower(), match.start())


def form(query: str) -> Form:
    """The form of the query, when it is one that is answered.

    Raises Refused for SERVICE, LOAD and updates, QuerySyntax for a text that is no query.

    >>> form("PREFIX ask: <urn:x> CONSTRUCT WHERE { ?s ask:b ?o }")
    'construct'
    """
    found: Form | None = None
    for word in words(query):
        if word.text == "service":
            raise Refused("SERVICE is refused: this endpoint asks no other; put the two answers together at your side")
        if found is None and word.text in _UPDATES:
            raise Refused(f"{word.text.upper()} is refused: this endpoint is read-only")
        if found is None and word.text in _FORMS:
            found = word.text  # type: ignore[assignment] # it is one of the four
    if found is None:
        raise QuerySyntax("no SELECT, ASK, CONSTRUCT or DESCRIBE in the query", 1, 1)
    return found


def unescaped(query: str) -> str:
    r"""The query with its codepoint escapes resolved.

    >>> unescaped(r"SER\u0056ICE")
    'SERVICE'
    """
    return _ESCAPE.sub(_character, query)


def _character(match: re.Match[str]) -> str:
    number = int(match[1] or match[2], 16)
    return chr(number) if number <= 0x10FFFF and not 0xD800 <= number <= 0xDFFF else "\ufffd"
