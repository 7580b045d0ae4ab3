"""Relations in words: "Is part of: Sand Letters" in a field that says only that something is related.

The words are the kinds of `ontology/formats/relation-types.csv`.
"""

from __future__ import annotations

import re

from ontology.source_tables import field_of

_WORDS = re.compile(r"(?P<kind>[A-Za-z][A-Za-z_ -]{3,29}?)\s{0,3}[:=：]\s*(?P<rest>\S.*)", re.DOTALL)
# "isPartOf https://example.org/sand": nothing else stands before an address.
_BEFORE_ADDRESS = re.compile(r"(?P<kind>[A-Za-z][A-Za-z_ -]{3,29})\s+(?P<rest>https?://\S+)", re.IGNORECASE)
_ARTICLE = re.compile(r"\b(?:an?|the)\b", re.IGNORECASE)


def stated(value: str) -> tuple[str, str] | None:
    """The field that the words before a colon or an address name, and what stands behind it; None where none is named.

    >>> stated("Is part of: Sand Letters"), stated("isVersionOf: https://doi.org/10.5555/a")
    (('dc.relation.ispartof', 'Sand Letters'), ('dc.relation.isversionof', 'https://doi.org/10.5555/a'))
    >>> stated("Terns: a study"), stated("https://example.org/")
    (None, None)
    >>> stated("isPartOf https://example.org/sand"), stated("Available at https://example.org/sand")
    (('dc.relation.ispartof', 'https://example.org/sand'), None)
    """
    match = _BEFORE_ADDRESS.fullmatch(value.strip()) or _WORDS.fullmatch(value.strip())
    field = field_of("relation-types", _ARTICLE.sub("", match["kind"])) if match else ""
    return (field, match["rest"]) if match and field else None
