"""Identifiers in their normal form: one function a scheme, text in, value out, with the check digit where there is one.

A function gives None where the text is no identifier of its scheme, and never raises.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import quote, unquote

from pyoxigraph import NamedNode

from converter.values.check_digits import ean_13, mod_11_2


class Identifier(NamedTuple):
    """An identifier in its normal form, and what is doubtful about it."""

    value: str
    doubt: str | None = None


_DOI = re.compile(r"(10\.[0-9]{4,9}(?:\.[0-9]+)*/\S+)")
_DOI_PREFIX = re.compile(r"(?:(?:https?://)?(?:dx\.)?doi\.org/|doi\s*:?\s*)+", re.IGNORECASE)
_SECOND_DOI = re.compile(r"[;,|](?=(?:doi:)?10\.[0-9]{4,9}/)", re.IGNORECASE)
_HANDLE = re.compile(r"[0-9]+(?:\.[0-9]+)*/\S+")
_HANDLE_ADDRESS = re.compile(r"(?:https?://(?:hdl\.handle\.net|hdl\.\w+\.\w+)/|hdl:|info:hdl/)(.+)", re.IGNORECASE)
_LOCAL_HANDLE = re.compile(r"https?://[^/]+/(?:[^?#]*/)?(?:handle|bitstream)/([0-9][0-9.]*/[^?#\s]+)", re.IGNORECASE)
_ARXIV = re.compile(r"(?:[0-9]{4}\.[0-9]{4,5}|[a-z-]+(?:\.[A-Z]{2})?/[0-9]{7})(?:v[0-9]+)?")
_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
_ILLEGAL = re.compile(r"[^\x21\x23-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7a\x7e-\U0010ffff%]")
_LOOSE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


def doi(text: str) -> Identifier | None:
    """The DOI without its resolver, its case kept.

    >>> doi("https://dx.doi.org/doi:10.5555/AB.1"), doi("10.5555%2Fx").value, doi("11.5555/x")
    (Identifier(value='10.5555/AB.1', doubt=None), '10.5555/x', None)
    >>> doi("10.5555/doi.7").value, doi("10.5555/a b")
    ('10.5555/doi.7', Identifier(value='10.5555/a', doubt='a DOI and more'))
    """
    bare = text.strip()
    if prefix := _DOI_PREFIX.match(bare):  # at the start alone: "doi" may stand in the suffix of a DOI
        bare = bare[prefix.end() :]
    if "%2f" in bare.lower():
        bare = unquote(bare)
    match = _DOI.match(bare)
    doubt = None
    if not match:
        match = _DOI.search(text)
        doubt = "a DOI inside other text"
    if not match:
        return None
    first, *others = _SECOND_DOI.split(match[1], maxsplit=1)
    value = first.rstrip(".,;:")
    if value.endswith(")") and value.count("(") < value.count(")"):
        value = value.rstrip(")")
    more = others or match.end() < len(match.string.rstrip())
    return Identifier(value, doubt or ("a DOI and more" if more else None))


def handle(text: str) -> Identifier | None:
    """The handle without its resolver, its repository, and the file that an address leads to.

    >>> handle("http://hdl.handle.net/10722/129504").value, handle("https://x.org/bitstream/2062/31/a.pdf").value
    ('10722/129504', '2062/31')
    """
    told = text.strip()
    if match := _HANDLE_ADDRESS.match(told) or _LOCAL_HANDLE.match(told):
        parts = unquote(re.split(r"[?#]", match[1])[0]).split("/")
        told = "/".join(parts[:2] if "/bitstream/" in match[0] else parts)
    value = told.strip().rstrip("/")
    return Identifier(value) if _HANDLE.fullmatch(value) else None


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
    """
    bare = re.sub(r"^(?:arxiv:\s*|https?://(?:www\.)?arxiv\.org/(?:abs|pdf)/)", "", text.strip(), flags=re.IGNORECASE)
    bare = bare.removesuffix(".pdf")
    return Identifier(bare) if _ARXIV.fullmatch(bare) else None


def isbn(text: str) -> Identifier | None:
    """The ISBN with its hyphens, where the check digit is right.

    >>> isbn("ISBN: 978-3-16-148410-0 (print)").value, isbn("0-306-40615-2").value, isbn("978-3-16-148410-1")
    ('978-3-16-148410-0', '0-306-40615-2', None)
    """
    match = re.search(r"(?<![0-9-])(?:[0-9][\s-]?){9}(?:[0-9Xx]|[0-9](?:[\s-]?[0-9]){3})(?![0-9-])", text)
    if not match or len(re.sub(r"(?i)isbn|urn|e-?book|print|pdf|epub|[\W0-9_xX]|1[03]", "", text)) > 20:
        return None
    value = re.sub(r"\s", "-", match[0].strip()).upper()
    digits = value.replace("-", "")
    if len(digits) == 10:
        total = sum(
            (10 if digit == "X" else int(digit)) * weight
            for digit, weight in zip(digits, range(10, 0, -1), strict=True)
        )
        return Identifier(value) if total % 11 == 0 else None
    if len(digits) == 13 and digits.isdigit() and digits[:3] in {"978", "979"}:
        return Identifier(value) if ean_13(digits) else None
    return None


def issn(text: str) -> Identifier | None:
    """The ISSN with its hyphen, where the check digit is right (ISO 3297).

    >>> issn("00034967"), issn("ISSN 0378-5955 (online)").value, issn("0003-4968")
    (Identifier(value='0003-4967', doubt=None), '0378-5955', None)
    """
    match = re.fullmatch(
        r"(?:urn:)?(?:[ep]?-?issn(?:-?l)?\s*:?\s*)?([0-9]{4})\s?[-–]?\s?([0-9]{3})([0-9Xx])\s*(?:\([^)]*\))?",
        text.strip(),
        re.IGNORECASE,
    )
    if not match:
        return None
    digits = match[1] + match[2]
    check = (11 - sum(int(digit) * weight for digit, weight in zip(digits, range(8, 1, -1), strict=True)) % 11) % 11
    last = match[3].upper()
    return Identifier(f"{match[1]}-{match[2]}{last}") if last == ("X" if check == 10 else str(check)) else None


def orcid(text: str) -> Identifier | None:
    """The ORCID iD in its hyphened form, where the check digit is right (ISO 7064, MOD 11-2).

    >>> orcid("https://orcid.org/0000-0002-1825-0097").value, orcid("0000-0002-1825-0098")
    ('0000-0002-1825-0097', None)
    """
    match = re.fullmatch(
        r"(?:https?://(?:www\.)?orcid\.org/|orcid:?\s*)?([0-9]{4})-?([0-9]{4})-?([0-9]{4})-?([0-9]{3}[0-9X])/?",
        text.strip(),
        re.IGNORECASE,
    )
    if not match:
        return None
    value = "-".join(match.groups()).upper()
    return Identifier(value) if mod_11_2(value.replace("-", "")) else None


def isni(text: str) -> Identifier | None:
    """The ISNI without spaces, where the check digit is right.

    >>> isni("0000 0001 2103 2683").value
    '0000000121032683'
    """
    bare = re.sub(r"^(?:https?://(?:www\.)?isni\.org/(?:isni/)?|isni:?)", "", text.strip(), flags=re.IGNORECASE)
    value = re.sub(r"[\s-]", "", bare).upper()
    return Identifier(value) if re.fullmatch(r"[0-9]{15}[0-9X]", value) and mod_11_2(value) else None


def lei(text: str) -> Identifier | None:
    """The Legal Entity Identifier, where its check digits are right (ISO 17442, MOD 97-10).

    >>> lei("5493001KJTIIGC8Y1R12").value
    '5493001KJTIIGC8Y1R12'
    """
    value = text.strip().upper()
    if not re.fullmatch(r"[A-Z0-9]{18}[0-9]{2}", value):
        return None
    number = int("".join(str(int(character, 36)) for character in value))
    return Identifier(value) if number % 97 == 1 else None


def ismn(text: str) -> Identifier | None:
    """The International Standard Music Number in 13 digits, where the check digit is right (ISO 10957).

    >>> ismn("M-2306-7118-7").value, ismn("979-0-2306-7118-7").value, ismn("979-0-2306-7118-8")
    ('9790230671187', '9790230671187', None)
    """
    digits = re.sub(r"[\s-]", "", re.sub(r"^ISMN:?\s*", "", text.strip(), flags=re.IGNORECASE)).upper()
    digits = "9790" + digits[1:] if digits.startswith("M") else digits
    right = re.fullmatch(r"9790[0-9]{9}", digits) and ean_13(digits)
    return Identifier(digits) if right else None


def ror(text: str) -> Identifier | None:
    """The ROR id, where its check digits are right (ISO 7064, MOD 97-10, over Crockford's base 32).

    >>> ror("https://ror.org/02zhqgq86").value, ror("02zhqgq87")
    ('02zhqgq86', None)
    """
    match = re.fullmatch(r"(?:(?:https?://)?ror\.org/)?(0[a-hj-km-np-tv-z0-9]{6})([0-9]{2})", text.strip().lower())
    if not match:
        return None
    number = 0
    for character in match[1]:
        number = number * 32 + _CROCKFORD.index(character)
    return Identifier(match[1] + match[2]) if 98 - (number * 100) % 97 == int(match[2]) else None


def fundref(text: str) -> Identifier | None:
    """The Open Funder Registry's number of a funder as the DOI that it is.

    >>> fundref("501100000555").value, fundref("https://doi.org/10.13039/501100000555").value
    ('10.13039/501100000555', '10.13039/501100000555')
    """
    match = re.fullmatch(rf"(?:{_DOI_PREFIX.pattern})?(?:10\.13039/)?([0-9]{{6,}})", text.strip(), re.IGNORECASE)
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


def web_address(text: str) -> str | None:
    """The web address as a valid IRI: what may not stand in one is percent-encoded.

    >>> web_address("https://example.org/x?a=1&amp;b=<2>"), web_address("www.example.org"), web_address("see http://x")
    ('https://example.org/x?a=1&b=%3C2%3E', None, None)
    """
    bare = text.strip().replace("&amp;", "&")
    if not re.match(r"(?:https?|ftp)://[^\s/?#]", bare, re.IGNORECASE) or re.search(r"\s(?:https?://|and |or )", bare):
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
    "urn": _like(r"urn:[a-z0-9][a-z0-9-]{0,31}:\S+"),
    "uuid": uuid,
    "wos": _like(r"[A-Z0-9]{15}", strip=r"^(?:WOS|ISI|UT)\s*:\s*", upper=True),
}
"""The rules that schemes.csv names in its column `normalise`."""

_RECOGNISERS: tuple[tuple[str, str, Callable[[str], Identifier | None]], ...] = (
    ("datacite:handle", r"https?:|hdl:|info:hdl", handle),
    ("datacite:doi", r"10\.[0-9]|doi|https?://(?:dx\.)?doi\.org", doi),
    ("datacite:pmcid", r"PMC[0-9]|https?://\S+/pmc/articles", pmcid),
    ("datacite:pmid", r"pmid|https?://\S*pubmed", pmid),
    ("datacite:arxiv", r"arxiv|https?://arxiv", arxiv),
    ("datacite:ark", r"ark:|https?://[^/]+/ark:", NORMALISERS["ark"]),
    ("datacite:urn", r"urn:", NORMALISERS["urn"]),
    ("scheme/oai", r"oai:", NORMALISERS["oai"]),
    ("scheme/uuid", r"[0-9a-f]{8}-", uuid),
    ("datacite:issn", r"(?:[ep]?-?issn\D*)?[0-9]{4}-[0-9]{3}", issn),
    ("datacite:isbn", r"(?!https?:)", isbn),
    ("datacite:url", r"https?:|ftp:", url),
)
"""Scheme, how a text begins that shows it, and the rule that must then hold; the first that does is taken."""


def sniff(text: str) -> tuple[str, Identifier]:
    """The scheme that the text shows by itself, and the identifier; `scheme/other` where it shows none.

    >>> sniff("http://hdl.handle.net/10722/1")
    ('datacite:handle', Identifier(value='10722/1', doubt=None))
    >>> sniff("doi:10.5555/x")[0], sniff("URN:NBN:fi-fe2022")[0], sniff("shelf 12")[0]
    ('datacite:doi', 'datacite:urn', 'scheme/other')
    """
    value = text.strip()
    for scheme, beginning, normal in _RECOGNISERS:
        if re.match(beginning, value, re.IGNORECASE) and (found := normal(value)):
            return scheme, found
    return "scheme/other", Identifier(value)
