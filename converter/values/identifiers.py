"""Identifiers in their normal form: one function a scheme, text in, value out, with the check digit where there is one.

A function gives None where the text is no identifier of its scheme, and never raises.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from urllib.parse import quote

from pyoxigraph import NamedNode

from converter.values.check_digits import Identifier, isbn, ismn, isni, issn, lei, orcid, ror
from converter.values.resolvable import DOI_PREFIX, doi, handle

_ARXIV = re.compile(r"(?:[0-9]{4}\.[0-9]{4,5}|[a-z-]+(?:\.[A-Z]{2})?/[0-9]{7})(?:v[0-9]+)?")
_ILLEGAL = re.compile(r'[\x00-\x20"<>\\^`{|}]')
_LOOSE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


def pmid(text: str) -> Identifier | None:
    """The PubMed number.

    >>> pmid("PMID: 20650877").value, pmid("http://www.ncbi.nlm.nih.gov/pubmed/23295480").value, pmid("PMC35")
    ('20650877', '23295480', None)
    """
    match = re.fullmatch(
        r"(?:pmid:?\s*|https?://(?:www\.)?(?:ncbi\.nlm\.nih\.gov/pubmed|pubmed\.ncbi\.nlm\.nih\.gov)/)?([0-9]{1,9})/?",
        text.strip(),
        re.IGNORECASE,
    )
    return Identifier(match[1]) if match else None


def pmcid(text: str) -> Identifier | None:
    """The PubMed Central number; one without its letters is doubtful.

    >>> pmcid("pmc3539697").value, pmcid("3539697").doubt
    ('PMC3539697', 'no PMC before the number: it may be a PubMed number')
    """
    match = re.fullmatch(
        r"(?:https?://\S+?/articles?/)?(?:pmcid:?\s*)?(pmc)?([0-9]{3,9})/?", text.strip(), re.IGNORECASE
    )
    if not match:
        return None
    doubt = None if match[1] else "no PMC before the number: it may be a PubMed number"
    return Identifier(f"PMC{match[2]}", doubt)


def arxiv(text: str) -> Identifier | None:
    """The arXiv number, of the new or the old form.

    >>> arxiv("arXiv:1112.6130v2").value, arxiv("http://arxiv.org/abs/hep-th/9901001").value
    ('1112.6130v2', 'hep-th/9901001')
    >>> arxiv("arXiv:2101.00001v2 [cs.DL]").value
    '2101.00001v2'
    """
    bare = re.sub(r"^(?:arxiv:\s*|https?://(?:www\.)?arxiv\.org/(?:abs|pdf)/)", "", text.strip(), flags=re.IGNORECASE)
    bare = re.sub(r"\.pdf$|\s*\[[A-Za-z-]+(?:\.[A-Za-z-]+)?\]$", "", bare)
    return Identifier(bare) if _ARXIV.fullmatch(bare) else None


def fundref(text: str) -> Identifier | None:
    """The Open Funder Registry's number of a funder as the DOI that it is.

    >>> fundref("501100000555").value, fundref("https://doi.org/10.13039/501100000555").value
    ('10.13039/501100000555', '10.13039/501100000555')
    """
    match = re.fullmatch(rf"(?:{DOI_PREFIX.pattern})?(?:10\.13039/)?([0-9]{{6,}})", text.strip(), re.IGNORECASE)
    return Identifier(f"10.13039/{match[1]}") if match else None


def uuid(text: str) -> Identifier | None:
    """The UUID in lower case."""
    value = text.strip().lower()
    return Identifier(value) if re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", value) else None


def url(text: str) -> Identifier | None:
    """The web address.

    >>> url("http://example.org/a b").value
    'http://example.org/a%20b'
    """
    found = web_address(text)
    return Identifier(found) if found else None


# Two addresses are none.
_IS_FOLLOWED = re.compile(r"\s(?:and |or )|[\s;,|](?:https?|ftp)://", re.IGNORECASE)


def web_address(text: str) -> str | None:
    """The web address as a valid IRI: what may not stand in one is percent-encoded.

    >>> web_address("https://example.org/x?a=1&amp;b=<2>"), web_address("www.example.org"), web_address("see http://x")
    ('https://example.org/x?a=1&b=%3C2%3E', None, None)
    """
    bare = text.strip().replace("&amp;", "&")
    if not re.match(r"(?:https?|ftp)://[^\s/?#]", bare, re.IGNORECASE) or _IS_FOLLOWED.search(bare):
        return None
    legal = _LOOSE_PERCENT.sub("%25", bare)
    head, mark, tail = legal.partition("//")
    host, slash, path = tail.partition("/")
    legal = head + mark + host + slash + _ILLEGAL.sub(_encoded, path).replace("[", "%5B").replace("]", "%5D")
    first, sharp, fragment = legal.partition("#")
    legal = first + sharp + fragment.replace("#", "%23")
    try:
        NamedNode(legal)
    except ValueError:
        return None
    return legal


def resolved(template: str, value: str) -> str | None:
    """The address at which a scheme shows an identifier, None where it shows none.

    What would end a path or a query is percent-encoded: a DOI may hold < > ? and #.

    >>> resolved("https://doi.org/{v}", "10.5555/(sici)1999(1)7:1<1::a>3.0.co;2-k")
    'https://doi.org/10.5555/(sici)1999(1)7:1%3C1::a%3E3.0.co;2-k'
    """
    if template.startswith("{v}") or not template:
        return web_address(template.replace("{v}", value)) if template else None
    return web_address(template.replace("{v}", quote(value, safe="/:;()@!$&'*+,=-._~")))


def _encoded(match: re.Match[str]) -> str:
    return quote(match[0].encode("utf-8", "replace"))


def _like(pattern: str, strip: str = "", upper: bool = False) -> Callable[[str], Identifier | None]:
    """A scheme whose identifiers are what a pattern says, once a prefix is taken off."""
    shape, prefix = re.compile(pattern, re.IGNORECASE), re.compile(f"(?:{strip})", re.IGNORECASE)

    def normal(text: str) -> Identifier | None:
        value = prefix.sub("", text.strip(), count=1) if strip else text.strip()
        value = value.upper() if upper else value
        return Identifier(value) if shape.fullmatch(value) else None

    return normal


NORMALISERS: Mapping[str, Callable[[str], Identifier | None]] = {
    "ark": _like(r"ark:/?[0-9]{5,9}/\S+", strip=r"^https?://[^/]+/(?=ark:)"),
    "arxiv": arxiv,
    "bibcode": _like(r"[0-9]{4}\S{14}\S"),
    "doi": doi,
    "fundref": fundref,
    "handle": handle,
    "isbn": isbn,
    "isni": isni,
    "ismn": ismn,
    "issn": issn,
    "lei": lei,
    "number": _like(r"[0-9]+"),
    "oai": _like(r"oai:.+"),
    "oclc": _like(r"[0-9]+", strip=r"^(?:\(OCoLC\)|oc[mn]|on|oclc:?\s*)"),
    "openalex": _like(r"[WAISVCPF][0-9]+", strip=r"^https?://openalex\.org/"),
    "orcid": orcid,
    "pmcid": pmcid,
    "pmid": pmid,
    "researcherid": _like(r"[A-Z]{1,3}-[0-9]{4}-[0-9]{4}"),
    "ror": ror,
    "scopus-eid": _like(r"2-s2\.0-[0-9]+", strip=r"^eid[_=:]\s*"),
    "url": url,
    "urn": _like(r"urn:[a-z0-9][a-z0-9-]{0,31}:\S+", strip=r"^https?://[^\s:]{1,200}?(?=urn:)"),
    "uuid": uuid,
    "wos": _like(r"[A-Z0-9]{15}", strip=r"^(?:WOS|ISI|UT)\s*:\s*", upper=True),
}
"""The rules that schemes.csv names in its column `normalise`."""
