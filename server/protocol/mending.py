"""What may have been meant by a query that is not SPARQL: a word of the language, a prefix, a bracket that is missing.

Nothing is changed unasked: each finding is a sentence, and the query as it would be with it.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import NamedTuple

from server.http.languages import gettext
from server.sparql.lexer import tokens, unescaped

_WORDS = frozenset(
    """
    base prefix select distinct reduced construct describe ask from named where order by asc desc group having limit
    offset values optional filter union minus bind graph service silent as in not exists undef a true false
    str lang langmatches datatype bound iri uri bnode rand abs ceil floor round concat strlen ucase lcase
    encode_for_uri contains strstarts strends strbefore strafter year month day hours minutes seconds timezone tz now
    uuid struuid md5 sha1 sha256 sha384 sha512 coalesce if strlang strdt sameterm isiri isuri isblank isliteral
    isnumeric regex substr replace count sum min max avg sample group_concat separator lateral triple subject predicate
    object istriple adjust
    """.split()
)
"""The words of SPARQL 1.1, section 19.8, with those that the engine knows beside them."""
_MEANT = sorted(_WORDS - {"a", "as", "by", "in", "if", "tz"})
_CLOSING = {"{": "}", "(": ")"}


class Mended(NamedTuple):
    """What may have been meant: a hint, the words of a button, the query with it; a word that is not known, its place.

    Hint, button and query are empty where nothing is written like the word.
    """

    hint: str
    offer: str
    query: str
    word: str = ""
    line: int = 0
    column: int = 0


def mended(query: str, undeclared: list[str], prefixes: Mapping[str, str]) -> Mended | None:
    r"""The first thing that can be mended; None where nothing is known to help.

    >>> mended("SELECT ?s { OPTIONL { ?s a ?o } }", [], {}).hint
    'Did you mean OPTIONAL?'
    >>> mended("SELECT ?s { ?s dcterm:title ?o }", ["dcterm"], {"dcterms": "http://purl.org/dc/terms/"}).offer
    'Write dcterms: and run'
    >>> mended("SELECT ?s { ?s ?p ?o", [], {}).query
    'SELECT ?s { ?s ?p ?o\n}'
    >>> mended("SELECT ?s { ?s ?p ?o }", [], {}) is None
    True
    """
    text = unescaped(query)
    return _prefix(text, undeclared, prefixes) or _word(text) or _bracket(text)


def _prefix(query: str, undeclared: list[str], prefixes: Mapping[str, str]) -> Mended | None:
    known = [name for name in undeclared if name in prefixes]
    if known:
        lines = "\n".join(f"PREFIX {name}: <{prefixes[name]}>" for name in known)
        names = " and ".join(f"{name}:" for name in known)
        return Mended("", gettext("Add %(what)s and run", what=names), f"{lines}\n{query}")
    for name in undeclared:
        for meant in difflib.get_close_matches(name, list(prefixes), 1, 0.7):
            parts, end = list[str](), 0
            for word in tokens(query):
                if word.kind == "prefixed" and word.text.startswith(f"{name}:"):
                    parts += [query[end : word.offset], meant]
                    end = word.offset + len(name)
            text = "".join([*parts, query[end:]])
            line = "" if _declares(query, meant) else f"PREFIX {meant}: <{prefixes[meant]}>\n"
            return Mended(*_offer(f"{meant}:"), line + text)
    return None


def _word(query: str) -> Mended | None:
    """The first bare word that SPARQL does not know, with what is written like it."""
    variables = {word.text[1:] for word in tokens(query) if word.kind == "variable"}
    for word in tokens(query):
        if word.kind != "word" or word.text.lower() in _WORDS:
            continue
        meant = next(iter(difflib.get_close_matches(word.text.lower(), _MEANT, 1, 0.75)), "").upper()
        if word.text in variables:
            meant = f"?{word.text}"
        start = word.offset
        line, column = query.count("\n", 0, start) + 1, start - query.rfind("\n", 0, start)
        found = (word.text[:60], line, column)
        if not meant:
            return Mended("", "", "", *found)
        text = query[:start] + meant + query[start + len(word.text) :]
        hint, offer = _offer(meant)
        return Mended(hint, offer, text, *found)
    return None


def _bracket(query: str) -> Mended | None:
    """The brackets that are open at the end."""
    open_: list[str] = []
    for word in tokens(query):
        if word.text in _CLOSING:
            open_.append(word.text)
        elif word.text in _CLOSING.values():
            if not open_ or _CLOSING[open_[-1]] != word.text:
                return None
            open_.pop()
    if not open_:
        return None
    lacking = "\n".join(_CLOSING[one] for one in reversed(open_))
    one = "A bracket is" if len(open_) == 1 else f"{len(open_)} brackets are"
    shown = lacking.replace("\n", " ")
    return Mended(
        f"{one} not closed: “{shown}” is missing at the end.",
        gettext("Add %(what)s and run", what=shown),
        f"{query}\n{lacking}",
    )


def _offer(meant: str) -> tuple[str, str]:
    """The question whether a word is meant, which stands in an English message, and what the button says."""
    return f"Did you mean {meant}?", gettext("Write %(what)s and run", what=meant)


def _declares(query: str, prefix: str) -> bool:
    before = ""
    for word in tokens(query):
        if before == "prefix" and word.text == f"{prefix}:":
            return True
        before = word.text.lower()
    return False
