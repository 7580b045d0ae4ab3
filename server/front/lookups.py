"""Look-ups: questions that walk from a constant to what stands beside it, and cannot take long whatever the data are.

One or two patterns, of which one names a subject or an object, and which share a variable where they are two.  So no
more is looked at than all statements a few times over; no function, no path, no service, no second group.

Source: https://www.w3.org/TR/sparql11-query/#sparqlGrammar, of which this reads a small part strictly.
"""

from __future__ import annotations

import re

_IRI = r"""<[^<>"{}|^`\\\x00-\x20]*>"""
_NAME = r"(?:[A-Za-z][A-Za-z0-9_-]*)?:[A-Za-z0-9_][A-Za-z0-9_-]*"
_VARIABLE = r"[?$][A-Za-z][A-Za-z0-9_]*"
_LITERAL = rf'"[^"\\\r\n]*"(?:@[A-Za-z]+(?:-[A-Za-z0-9]+)*|\^\^(?:{_IRI}|{_NAME}))?|[0-9]+'
_NODE, _VERB, _OBJECT = rf"{_IRI}|{_NAME}|{_VARIABLE}", rf"{_IRI}|{_NAME}|{_VARIABLE}|a", ""
_BLANK = r"[ \t\r\n]"


def _pattern(number: int) -> str:
    return rf"(?P<subject{number}>{_NODE}){_BLANK}+(?:{_VERB}){_BLANK}+(?P<object{number}>{_NODE}|{_LITERAL}){_BLANK}*"


_LOOK_UP = re.compile(
    rf"{_BLANK}*(?:PREFIX{_BLANK}+(?:[A-Za-z][A-Za-z0-9_-]*)?:{_BLANK}*{_IRI}{_BLANK}*)*"
    rf"(?:SELECT(?:{_BLANK}+DISTINCT)?(?:{_BLANK}*\*|(?:{_BLANK}+{_VARIABLE})+)|ASK){_BLANK}*(?:WHERE{_BLANK}*)?"
    rf"\{{{_BLANK}*{_pattern(1)}(?:\.{_BLANK}*(?:{_pattern(2)}(?:\.{_BLANK}*)?)?)?\}}{_BLANK}*"
    rf"(?:LIMIT{_BLANK}+[0-9]+{_BLANK}*)?(?:\#[^\r\n]*)?{_BLANK}*".encode(),
    re.IGNORECASE,
)
_VARIABLES = (b"?", b"$")


def is_look_up(query: bytes) -> bool:
    """Whether a query is a look-up.

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
