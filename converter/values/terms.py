"""RDF terms as N-Triples text: made once, checked once; a triple is a line.

Source: RDF 1.1 N-Triples, https://www.w3.org/TR/n-triples/ (canonical form), and RFC 3987 for IRIs.
"""

from __future__ import annotations

import re
from functools import lru_cache

from pyoxigraph import NamedNode

type_ = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
XSD = "http://www.w3.org/2001/XMLSchema#"

_TAG = re.compile(r"[a-z]{1,8}(?:-[a-z0-9]{1,8})*")
# Canonical N-Triples escapes these and no others.
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
_TO_ESCAPE = re.compile(r'["\\\x00-\x1f\x7f]')
# Surrogates are no characters; U+FFFE, U+FFFF and most controls stand in no XML document, nor so in RDF/XML.
UNCARRIABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


_PARTING = re.compile(r"(?<=\S)[\x0b\x0c\x1c-\x1f]+(?=\S)")


def carriable(text: str) -> str:
    r"""The text without the characters that no document of XML can carry; those that alone part words leave a blank.

    >>> carriable("kelp\x0bforest\x00s")
    'kelp forests'
    """
    return UNCARRIABLE.sub("", _PARTING.sub(" ", text))


@lru_cache(maxsize=50_000)
def iri(text: str) -> str:
    """The IRI as an N-Triples term.

    Raises ValueError where the text is no absolute IRI (RFC 3987), with the parser's reason.

    >>> iri("http://example.org/a")
    '<http://example.org/a>'
    """
    try:
        NamedNode(text)
    except ValueError as fault:
        raise ValueError(f"{text[:200]!r} is not an absolute IRI: {fault}") from None
    if UNCARRIABLE.search(text):
        raise ValueError(f"{text[:200]!r} is not an absolute IRI: it holds a control character")
    return f"<{text}>"


def literal(text: str, language: str | None = None, datatype: str | None = None) -> str:
    r"""The literal as an N-Triples term; the language tag is lower case, as stores keep it.

    Raises ValueError where the tag is no tag, or the text holds a character that RDF/XML cannot carry.

    >>> literal('say "hi"\n', "en-HK")
    '"say \\"hi\\"\\n"@en-hk'
    >>> literal("2010", datatype=XSD + "gYear")
    '"2010"^^<http://www.w3.org/2001/XMLSchema#gYear>'
    """
    if UNCARRIABLE.search(text):
        raise ValueError(f"{text[:80]!r} holds a control character; remove it before it becomes a literal")
    quoted = '"' + _TO_ESCAPE.sub(_escaped, text) + '"'
    if language is not None:
        tag = language.lower()
        if not _TAG.fullmatch(tag):
            raise ValueError(f"{language!r} is not a language tag (BCP 47)")
        return f"{quoted}@{tag}"
    return f"{quoted}^^{iri(datatype)}" if datatype else quoted


def integer(number: int) -> str:
    """The number as an xsd:integer term.

    >>> integer(3)
    '"3"^^<http://www.w3.org/2001/XMLSchema#integer>'
    """
    return f'"{number}"^^<{XSD}integer>'


def triple(subject: str, predicate: str, object_: str) -> str:
    """One line of N-Triples, without its line end."""
    return f"{subject} {predicate} {object_} ."


def _escaped(match: re.Match[str]) -> str:
    character = match[0]
    return _ESCAPES.get(character) or f"\\u{ord(character):04X}"
