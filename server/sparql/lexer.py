r"""The words of a SPARQL query: which form it has, and whether it asks for what is never done.

Strings, IRIs, comments, variables and prefixed names are told apart from bare words, after the `\u` escapes that SPARQL
resolves before anything else (SPARQL 1.1 section 19.2).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from server.sparql import QuerySyntax, Refused

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


# Their values differ between two evaluations, so that no answer with them may be kept.
_VOLATILE = frozenset({"now", "rand", "uuid", "struuid"})
_MAY_VARY = ("now", "rand", "uuid")
"""What stands in all of them: most queries have none of it, and need not be read word by word."""
# The beginning of most queries, whose form is known without more ado: no comment, no escape.
_PLAIN_HEAD = re.compile(
    r"""\s*(?:(?:PREFIX\s+[\w.-]*:|BASE)\s*<[^<>"{}|^`\\\x00-\x20]*>\s*)*(SELECT|ASK|CONSTRUCT|DESCRIBE)(?=[\s{?$*(<])""",
    re.IGNORECASE | re.ASCII,
)


class Word(NamedTuple):
    """A token, where it stands, and its kind (a group of the pattern)."""

    text: str
    offset: int
    kind: str = "word"


def tokens(text: str) -> Iterator[Word]:
    """Yield what stands in a query without escapes; white space and comments are left out.

    >>> [token.kind for token in tokens("SELECT ?x # ?y")]
    ['word', 'variable']
    """
    for match in _TOKEN.finditer(text):
        if match.lastgroup and match.lastgroup != "comment" and not match[0].isspace():
            yield Word(match[0], match.start(), match.lastgroup)


def words(query: str) -> Iterator[Word]:
    """Yield the bare words of a query in lower case.

    >>> [word.text for word in words("SELECT * { ?service a <urn:LOAD> } # SERVICE")]
    ['select', 'a']
    """
    for token in tokens(unescaped(query)):
        if token.kind == "word":
            yield Word(token.text.lower(), token.offset)


def is_volatile(query: str) -> bool:
    """Whether the query asks for the time or for chance, so that its answers differ.

    >>> is_volatile("SELECT (NOW() AS ?now) {}"), is_volatile("SELECT ?now { ?now a ?rand }")
    (True, False)
    """
    lowered = unescaped(query).lower()
    return any(part in lowered for part in _MAY_VARY) and any(word.text in _VOLATILE for word in words(query))


def form(query: str) -> Form:
    """The form of the query, when it is one that is answered.

    Raises Refused for SERVICE, LOAD and updates, QuerySyntax for a text that is no query.

    >>> form("PREFIX ask: <urn:x> CONSTRUCT WHERE { ?s ask:b ?o }")
    'construct'
    """
    found: Form | None = None
    calls = "service" in unescaped(query).lower()
    plain = None if calls else _PLAIN_HEAD.match(query)
    if plain:
        return plain[1].lower()  # type: ignore[return-value] # it is one of the four
    for word in words(query):
        if word.text == "service":
            raise Refused("SERVICE is refused: this endpoint asks no other; put the two answers together at your side")
        if found is None and word.text in _UPDATES:
            raise Refused(f"{word.text.upper()} is refused: this endpoint is read-only")
        if found is None and word.text in _FORMS:
            found = word.text  # type: ignore[assignment] # it is one of the four
        if found and not calls:
            break
    if found is None:
        raise QuerySyntax("no SELECT, ASK, CONSTRUCT or DESCRIBE in the query", 1, 1)
    return found


def is_of_graphs(form: Form) -> bool:
    """Whether the answer to a query of this form is a graph.

    >>> is_of_graphs("construct"), is_of_graphs("ask")
    (True, False)
    """
    return form in {"construct", "describe"}


def unescaped(query: str) -> str:
    r"""The query with its codepoint escapes resolved.

    >>> unescaped(r"SER\u0056ICE")
    'SERVICE'
    """
    return _ESCAPE.sub(_character, query) if "\\" in query else query


def _character(match: re.Match[str]) -> str:
    number = int(match[1] or match[2], 16)
    return chr(number) if number <= 0x10FFFF and not 0xD800 <= number <= 0xDFFF else "\ufffd"
