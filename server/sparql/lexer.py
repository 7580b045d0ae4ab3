r"""The one reader of SPARQL text: what must be known of a query before it is evaluated.

Its form, whether it calls another server or changes data, whether its answers vary, its columns, its kind (what it
shares with queries that differ in values only), and whether it is a look-up.
Strings, IRIs, comments, variables and prefixed names are read apart from bare words, after the `\u` escapes that SPARQL
resolves before anything else (SPARQL 1.1 section 19.2).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Literal, NamedTuple

from server.sparql import QuerySyntax, Refused

Form = Literal["select", "ask", "construct", "describe"]

_IRI = r"""<[^<>"{}|^`\\\x00-\x20]*>"""
_LONGEST_PREFIX = 60
"""Characters of a prefix that are looked at: without a limit, names and points by turns are read again and again."""
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
# A string that does not end is no SPARQL; it goes to the end of its line or of the text, so that no text is read twice.
_TOKEN = re.compile(
    rf"""
      (?P<comment>\#[^\n\r]*)
    | (?P<iri>{_IRI})
    | (?P<string>'{{3}}(?:\\.|.)*?(?:'{{3}}|\Z) | "{{3}}(?:\\.|.)*?(?:"{{3}}|\Z)
              | '(?:[^'\\\n\r]|\\.)*+'? | "(?:[^"\\\n\r]|\\.)*+"?)
    | (?P<variable>[?$]\w+)
    | (?P<tag>@[a-zA-Z]+(?:-[a-zA-Z0-9]+)*)
    | (?P<prefixed>(?:[^\W\d_](?:[\w.·-]{{0,{_LONGEST_PREFIX}}}[\w·-])?)?:(?:[\w:]|%[0-9A-Fa-f]{{2}}|\\.)?
                  (?:(?:[\w.:·-]|%[0-9A-Fa-f]{{2}}|\\.)*)
              | _:\w[\w.-]*)
    | (?P<word>[^\W\d_]\w*)
    | (?P<number>\d+)
    | (?P<other>\s+|.)
    """,
    re.VERBOSE | re.DOTALL,
)
# The beginning of most queries, up to what their form is; what is unusual there is read word by word.
_BEGINNING = re.compile(
    rf"(?:\s++|\#[^\n\r]*+|BASE\s*+{_IRI}|PREFIX\s++(?:[^\W\d_][\w.·-]{{0,{_LONGEST_PREFIX}}}+)?:\s*+{_IRI})*+"
    r"(SELECT|ASK|CONSTRUCT|DESCRIBE)(?=[\s?$*({<])",
    re.IGNORECASE,
)
_READ, _REMEMBERED = 4_096, 1_000
"""Characters of a query by which its kind is known; kinds that are remembered."""
_FORMS: frozenset[str] = frozenset({"select", "ask", "construct", "describe"})
_UPDATES = frozenset({"insert", "delete", "clear", "drop", "create", "copy", "move", "add", "with", "load"})
_DESCRIBING = {"http://www.w3.org/ns/shacl#": frozenset(), "http://rdfs.org/ns/void#": frozenset({"inDataset"})}
"""Namespaces in which the dataset is described → their terms that records have, too."""
# Their values differ between two evaluations, so that no answer with them may be kept.
_VOLATILE = frozenset({"now", "rand", "uuid", "struuid"})
_MAY_VARY = ("now", "rand", "uuid")
"""What stands in all of them: most queries have none of it, and need not be read word by word."""

_NAME = r"(?:[A-Za-z][A-Za-z0-9_-]*)?:[A-Za-z0-9_][A-Za-z0-9_-]*"
_VARIABLE = r"[?$][A-Za-z][A-Za-z0-9_]*"
_LITERAL = rf'"[^"\\\r\n]*"(?:@[A-Za-z]+(?:-[A-Za-z0-9]+)*|\^\^(?:{_IRI}|{_NAME}))?|[0-9]+'
_NODE = rf"{_IRI}|{_NAME}|{_VARIABLE}"
_BLANK = r"[ \t\r\n]"
# Never given back, so that blanks are read once.
_BLANKS = rf"{_BLANK}*+"


def _pattern(number: int) -> str:
    return (
        rf"(?P<subject{number}>{_NODE}){_BLANK}+(?:{_NODE}|a){_BLANK}+(?P<object{number}>{_NODE}|{_LITERAL}){_BLANKS}"
    )


_LOOK_UP = re.compile(
    rf"{_BLANKS}(?:PREFIX{_BLANK}+(?:[A-Za-z][A-Za-z0-9_-]*)?:{_BLANKS}{_IRI}{_BLANKS})*"
    rf"(?:SELECT(?:{_BLANK}+DISTINCT)?(?:{_BLANKS}\*|(?:{_BLANK}+{_VARIABLE})+)|ASK){_BLANKS}(?:WHERE{_BLANKS})?"
    rf"\{{{_BLANKS}{_pattern(1)}(?:\.{_BLANKS}(?:{_pattern(2)}(?:\.{_BLANKS})?)?)?\}}{_BLANKS}"
    rf"(?:LIMIT{_BLANK}+[0-9]+{_BLANKS})?(?:\#[^\r\n]*)?{_BLANKS}".encode(),
    re.IGNORECASE,
)
_VARIABLES = (b"?", b"$")


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


def is_of_description(query: str) -> bool:
    """Whether a query names a term that the description of the dataset has and no record, and no dataset of its own.

    >>> is_of_description("PREFIX sh: <http://www.w3.org/ns/shacl#> SELECT * { ?s sh:prefix ?p }")
    True
    >>> is_of_description("PREFIX v: <http://rdfs.org/ns/void#> SELECT * FROM <urn:g> { ?s v:class ?p }")
    False
    >>> is_of_description("PREFIX v: <http://rdfs.org/ns/void#> SELECT * { ?s v:inDataset 'v:class' }")
    False
    """
    if not any(space in query for space in _DESCRIBING):
        return False
    spaces: dict[str, str] = {}
    found, last = False, ("", "")
    for token in tokens(unescaped(query)):
        address = token.text[1:-1] if token.kind == "iri" else ""
        if address and last[0] == "prefix":
            spaces[last[1]] = address
        elif token.kind == "prefixed":
            prefix, _, name = token.text.partition(":")
            address = spaces.get(f"{prefix}:", "") + name
        elif token.kind == "word" and token.text.lower() == "from":
            return False
        for space, shared in _DESCRIBING.items():
            found |= address.startswith(space) and address.removeprefix(space) not in {"", *shared}
        last = (last[1].lower() if token.kind == "prefixed" else "", token.text)
    return found


def form(query: str) -> Form:
    """The form of the query, when it is one that is answered.

    Raises Refused for SERVICE, LOAD and updates, QuerySyntax for a text that is no query.

    >>> form("PREFIX ask: <urn:x> CONSTRUCT WHERE { ?s ask:b ?o }")
    'construct'
    """
    found: Form | None = None
    text = unescaped(query)
    calls = "service" in text.lower()
    if not calls and (beginning := _BEGINNING.match(text)):
        return beginning[1].lower()  # type: ignore[return-value] # it is one of the four
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


def named(query: str, in_scope: Iterable[str]) -> str:
    """The query with its outermost `*` replaced by the variables in scope, in the order of their first appearance.

    >>> named("SELECT DISTINCT * { ?z a ?b . ?b ?z ?a }", ["a", "b", "z"])
    'SELECT DISTINCT ?z ?b ?a { ?z a ?b . ?b ?z ?a }'
    """
    star = star_of(query)
    if star is None:
        return query
    order: dict[str, int] = {}
    for token in tokens(unescaped(query)):
        if token.kind == "variable":
            order.setdefault(token.text[1:], token.offset)
    columns = sorted(in_scope, key=lambda name: order.get(name, len(query)))
    return f"{query[:star]}{' '.join(f'?{name}' for name in columns) or '*'}{query[star + 1 :]}"


def star_of(query: str) -> int | None:
    r"""Where the star of the outermost SELECT stands; None where its columns are named, or escapes stand before it.

    >>> star_of("# SELECT *\nSELECT REDUCED *{}"), star_of("SELECT (COUNT(*) AS ?n) {}"), star_of("ASK { SELECT * {} }")
    (26, None, None)
    >>> star_of(r"SELECT \u002A { ?s ?p 2*3 }") is None
    True
    """
    if "*" not in query:
        return None
    text = unescaped(query)
    selecting = False
    for token in tokens(text):
        if not selecting and token.kind == "word" and token.text.lower() in {"ask", "construct", "describe"}:
            return None
        if not selecting:
            selecting = token.kind == "word" and token.text.lower() == "select"
        elif token.kind != "word" or token.text.lower() not in {"distinct", "reduced"}:
            whole = token.text == "*" and text[: token.offset + 1] == query[: token.offset + 1]
            return token.offset if whole else None
    return None


@lru_cache(_REMEMBERED)
def kind(query: str) -> str:
    """A query without what only its values say; a number counts by its digits, since a limit says how much is wanted.

    >>> kind('SELECT ?a1 { ?a1 <urn:b#2> "Lake" } LIMIT 50 # first')
    "SELECT ?a1 { ?a1 <urn:b#2> '' } LIMIT 00"
    """
    return " ".join(_general(token) for token in tokens(query[:_READ]))


def _general(token: Word) -> str:
    match token.kind:
        case "string":
            return "''"
        case "number":
            return "0" * len(token.text)
    return token.text


def is_look_up(query: bytes) -> bool:
    """Whether a query walks from a constant to what stands beside it, and cannot take long whatever the data are.

    It has one or two patterns, of which one names a subject or an object, and which share a variable.
    So no more is looked at than all statements a few times over; no function, path, service or second group is in it.
    A small part of the grammar is read strictly (a walk over tokens takes eight times as long, and this is asked of
    every request).

    >>> is_look_up(b"SELECT ?o { <urn:a> ?p ?o }"), is_look_up(b"SELECT * { ?s ?p ?o }")
    (True, False)
    >>> is_look_up(b"ASK { <urn:a> <urn:p> ?x . ?x a ?y }"), is_look_up(b"ASK { <urn:a> ?p ?x . ?y ?q <urn:b> }")
    (True, False)
    """
    match = _LOOK_UP.fullmatch(query)
    if match is None:
        return False
    first, last, second, end = match.group("subject1", "object1", "subject2", "object2")
    if second is None:
        return not (first.startswith(_VARIABLES) and last.startswith(_VARIABLES))
    names = {node[1:] for node in (first, last) if node.startswith(_VARIABLES)}
    others = {node[1:] for node in (second, end) if node.startswith(_VARIABLES)}
    return len(names) + len(others) < 4 and not names.isdisjoint(others)
