"""Which identifiers a value holds: one or several, of the scheme that its field states or of those that it shows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import ontology
from converter.values import identifiers
from converter.values.check_digits import Identifier, isbn, isbns, issn
from converter.values.identifiers import NORMALISERS
from converter.values.resolvable import doi, dois, handle

OTHER = "scheme/other"
_Rule = Callable[[str], Identifier | None]
_RECOGNISERS: tuple[tuple[str, re.Pattern[str], _Rule], ...] = tuple(
    (scheme, re.compile(beginning, re.IGNORECASE), rule)
    for scheme, beginning, rule in (
        ("datacite:handle", r"https?:|hdl[:.]|handle:|info:hdl", handle),
        (
            "datacite:doi",
            r"[(\[]?10\.[0-9]|[(\[]?doi|urn:doi|info:doi|(?:https?://)?(?:dx[.-]|www[.-])?doi[.-]org|https?://[^/\s]+/(?:[\w-]+/){0,3}doi/",
            doi,
        ),
        ("datacite:pmcid", r"PMC[0-9]|https?://\S{1,200}/pmc/articles|pmcid", NORMALISERS["pmcid"]),
        ("datacite:pmid", r"pmid|https?://\S{0,100}pubmed|info:pmid", NORMALISERS["pmid"]),
        ("datacite:arxiv", r"arxiv|https?://(?:www\.)?arxiv|info:arxiv", NORMALISERS["arxiv"]),
        ("datacite:ark", r"ark:|https?://[^/\s]+/ark:", NORMALISERS["ark"]),
        ("datacite:isbn", r"urn:isbn", isbn),
        ("datacite:issn", r"urn:issn", issn),
        ("datacite:urn", r"urn:|https?://[^/\s]+/(?:[^/\s]*[=/])?urn:nbn:", NORMALISERS["urn"]),
        ("scheme/oai", r"oai:", NORMALISERS["oai"]),
        ("scheme/uuid", r"[0-9a-f]{8}-", NORMALISERS["uuid"]),
        ("datacite:issn", r"(?:[ep]?-?issn\W{0,3})?[0-9]{4}-?[0-9]{3}|https?://portal\.issn\.org", issn),
        ("datacite:isbn", r"(?!https?:)", isbn),
        ("datacite:url", r"https?:|ftp:", NORMALISERS["url"]),
    )
)
"""Scheme, how a text begins that shows it, and the rule that must then hold; the first that does is taken."""
_NAMING = frozenset(
    {"datacite:handle", "datacite:urn", "datacite:ark", "datacite:arxiv", "datacite:pmid", "datacite:pmcid"}
)
"""The schemes whose identifiers name a work that a relation may lead to."""
_SYSTEMS = {"datacite:isbn": "isbn", "datacite:issn": "issn"}
"""The schemes whose identifiers name a book or a serial → their namespace of URNs."""
_OF_SYSTEM = re.compile(r"\s*(?:urn:)?is[bs]n\b", re.IGNORECASE)
_BETWEEN = re.compile(r"\s*[;|]\s*|\s*,\s+|\s+(?:and|und|et|y|e|&)\s+")
_LOOSE = re.compile(r"[\s;,|]+(?:(?:and|und|et|y|e|&)\s+)?")
_NEXT_ADDRESS = re.compile(r"[\s;,|]+(?=(?:https?|ftp)://)")
_OF_RESOLVER = re.compile(r"(?:https?://)?hdl\.handle\.net/|hdl:|handle:|info:hdl/", re.IGNORECASE)
_YEAR = re.compile(r"\b(?:1[5-9]|20)[0-9]{2}\b")
# "Polymers 15 (21): 4262 (2023)": a journal, its volume, issue, pages and year.
_SHORT_CITATION = re.compile(r"[^\W\d_][^\d()]{2,100}\d{1,4}\s?\(\w{1,6}\)\s?[:,]\s?\w.{0,40}\((?:1[5-9]|20)\d\d\)")
_STOP = re.compile(r"[,.;:)]\s")
_WORD = re.compile(r"[^\W\d_]{2,}")
_LONGEST = 2_000


def sniff(text: str) -> tuple[str, Identifier]:
    """The scheme that the text shows by itself, and the identifier; `scheme/other` where it shows none.

    >>> sniff("http://hdl.handle.net/10722/1")
    ('datacite:handle', Identifier(value='10722/1', doubt=None))
    >>> sniff("doi:10.5555/x")[0], sniff("URN:NBN:fi-fe2022")[0], sniff("shelf 12")[0], sniff("urn:isbn:0306406152")[0]
    ('datacite:doi', 'datacite:urn', 'scheme/other', 'datacite:isbn')
    """
    value = text.strip()
    for scheme, beginning, normal in _RECOGNISERS:
        if beginning.match(value) and (found := normal(value)):
            return scheme, found
    return OTHER, Identifier(value)


def recognised(text: str) -> list[tuple[str, Identifier]]:
    """Every identifier of a value of which nobody says what it is, each with the scheme that it shows.

    A DOI is a handle below the prefix 10: at the address of the resolver of handles it is both.

    >>> [found.value for _, found in recognised("doi:10.5555/a; ISBN 0306406152")]
    ['10.5555/a', '9780306406157']
    >>> [scheme for scheme, _ in recognised("http://hdl.handle.net/10.5555/A")]
    ['datacite:doi', 'datacite:handle']
    """
    value = text.strip()
    addresses = _NEXT_ADDRESS.split(value) if len(value) <= _LONGEST else [value]
    if len(addresses) > 1:
        parts = [sniff(part) for part in addresses]
        if all(scheme != OTHER for scheme, _ in parts):
            return list(dict.fromkeys(parts))
    whole = sniff(value)
    if len(value) <= _LONGEST and _BETWEEN.search(value):
        parts = [sniff(part) for part in _BETWEEN.split(value) if part]
        if len(parts) > 1 and all(scheme not in {OTHER, "datacite:url"} and not found.doubt for scheme, found in parts):
            return list(dict.fromkeys(parts))
    found = [(whole[0], one) for one in several(whole[0], value)] or [whole]
    also = [one for _, named_ in found for one in as_doi(value, named_)] if whole[0] == "datacite:handle" else []
    return [*(("datacite:doi", one) for one in also), *found]


def as_doi(text: str, named_: Identifier) -> list[Identifier]:
    """The DOI that a handle is as well, empty where it is none; a repository may call by itself what none resolves."""
    return dois(named_.value) if _OF_RESOLVER.match(text.strip()) and named_.value.startswith("10.") else []


def several(scheme: str, text: str) -> list[Identifier]:
    """Every identifier of one scheme in the text, in its order; empty where there is none.

    A separator inside an identifier separates nothing: DOIs and addresses end where another one begins.

    >>> [found.value for found in several("datacite:pmid", "20650877, 23295480")]
    ['20650877', '23295480']
    >>> [found.value for found in several("datacite:url", "http://example.org/a;b=1?c=2;d=3")]
    ['http://example.org/a;b=1?c=2;d=3']
    """
    value = text.strip()
    name = ontology.schemes().get(scheme, {}).get("normalise", "")
    if not name:
        return [Identifier(value)]
    if name == "doi":
        return dois(value)
    if name == "isbn":
        return isbns(value)
    if name == "url":
        return _each(_NEXT_ADDRESS.split(value), identifiers.url) or _one(value, identifiers.url)
    rule = NORMALISERS[name]
    whole = _one(value, rule)
    if len(value) > _LONGEST or not _LOOSE.search(value):
        return whole
    return whole or _each(_LOOSE.split(value), rule) or _each(_BETWEEN.split(value), rule)


def forms(text: str) -> list[str]:
    """What a text may be as an identifier, each in its normal form: the one rule of search, redirects, reconciliation.

    >>> forms("https://doi.org/10.5555/ABC"), forms("ISBN 0-306-40615-2"), forms("Quill, A")
    (['10.5555/abc'], ['9780306406157'], [])
    """
    value = text.strip()
    shown = [found for scheme, found in recognised(value) if scheme not in {OTHER, "datacite:url"}]
    # What one number may be of several schemes is given by its check digit, or by who asks for it.
    typed = [NORMALISERS[name](value) for name in ("handle", "orcid", "ror", "isni", "issn", "isbn", "pmid")]
    return list(dict.fromkeys(one.value for one in (*shown, *typed) if one and one.doubt is None))


def spellings(text: str) -> list[str]:
    """The forms under which the graph may know what a reader calls by this text: as it is, and in normal form.

    >>> spellings("https://doi.org/10.5555/ABC")
    ['https://doi.org/10.5555/ABC', '10.5555/abc']
    """
    return list(dict.fromkeys((text.strip(), *forms(text))))


def named(text: str) -> list[str]:
    """The addresses of what a value names: a web address, DOIs, handles, URNs; empty where it names nothing.

    >>> named("10.5555/A; doi:10.5555/b"), named("a later work")
    (['https://doi.org/10.5555/a', 'https://doi.org/10.5555/b'], [])
    >>> named("ISBN 0-306-40615-2; URN:ISSN:8765-0185")
    ['urn:isbn:9780306406157', 'urn:issn:8765-0185']
    """
    several = _BETWEEN.split(text.strip()) if len(text) <= _LONGEST else []
    found = [(part, sniff(part)) for part in several if part]
    parts = [_address(part, *one) for part, one in found if one[0] != OTHER]
    if len(found) > 1 and all(parts) and len(parts) == len(found):
        return list(dict.fromkeys(part for part in parts if part))
    whole = _address(text, *sniff(text))
    return [whole] if whole else []


def _address(text: str, scheme: str, found: Identifier) -> str | None:
    """The address of what a value of a scheme names, None where it names nothing."""
    page = ontology.schemes().get(scheme, {}).get("page", "")
    if scheme == "datacite:doi" and not found.doubt:
        # One DOI has one address, however it is written.
        return identifiers.resolved(page, found.value)
    if _OF_SYSTEM.match(text) and scheme in _SYSTEMS:
        # The number of a book or a serial, said to be one, names it.
        return f"urn:{_SYSTEMS[scheme]}:{found.value}"
    own = identifiers.web_address(text)
    if own or found.doubt or scheme not in _NAMING:
        return own
    return identifiers.resolved(page, found.value) or found.value


def is_citation(text: str) -> bool:
    """Whether the text is a citation in words, as EPrints gives one among the identifiers.

    >>> is_citation("Rook, Ida (2015) On terns. Journal of Beaches, 12 (3). pp. 4-9. ISSN 8765-010X")
    True
    >>> is_citation("doi:10.5555/a"), is_citation("Report no. 12 of 2015")
    (False, False)
    """
    value = text.strip()
    if len(value) < 20 or re.match(r"\S+:\S{4}", value):
        return False
    if _SHORT_CITATION.match(value):
        return True
    if len(value) < 30 or len(_STOP.findall(value)) < 2:
        return False
    return len(_WORD.findall(value[:_LONGEST])) >= 5 and bool(_YEAR.search(value))


def _one(value: str, rule: _Rule) -> list[Identifier]:
    found = rule(value)
    return [found] if found else []


def _each(parts: Iterable[str], rule: _Rule) -> list[Identifier]:
    """The parts as identifiers, empty where one of them is none."""
    read = [rule(part) for part in parts if part]
    found = [one for one in read if one]
    return list(dict.fromkeys(found)) if len(found) == len(read) else []
