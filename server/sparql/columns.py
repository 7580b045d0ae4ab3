r"""The columns of `SELECT *` as the query names them: the engine gives them in the order of the alphabet.

The engine says which variables are in scope; where they appear is read from the words of the query.
"""

from __future__ import annotations

from collections.abc import Iterable

from server.sparql.lexer import Word, tokens, unescaped


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
        elif not _is_modifier(token):
            whole = token.text == "*" and text[: token.offset + 1] == query[: token.offset + 1]
            return token.offset if whole else None
    return None


def _is_modifier(token: Word) -> bool:
    return token.kind == "word" and token.text.lower() in {"distinct", "reduced"}
