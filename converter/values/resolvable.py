"""DOIs and handles as they are written: bare, behind a prefix, in the address of a resolver, repository or publisher.

Sources: the DOI Handbook, https://www.doi.org/doi-handbook/HTML/ (a DOI name does not know case; what stands in
brackets is a part of it), and RFC 3651 for handles.
"""

from __future__ import annotations

import html
import re
from urllib.parse import unquote

from converter.values.check_digits import Identifier

DOI_PREFIX = re.compile(
    r"(?:(?:https?://)?(?:dx[.-]|www[.-])?doi[.-]org[a-z0-9.-]*/|info:doi/|(?:urn:)?doi[\])]?\s*:?\s*)+", re.IGNORECASE
)
_DOI = re.compile(r"10\.[0-9]{4,9}(?:\.[0-9]+)*/\S+")
# Where a DOI begins among others: behind a separator, with what may stand before it.
_NEXT_DOI = re.compile(
    r"(?:^|(?<=[\s;,|]))(?:(?:(?:https?://)?(?:dx\.|www\.)?doi\.org/|info:doi/|doi:?)\s*)?(?=10\.[0-9]{4,9}(?:\.[0-9]+)*/)",
    re.IGNORECASE,
)
_ENCODED = re.compile(r"%(?:2[0-9A-F]|3[A-F]|5[BD]|7[BD])", re.IGNORECASE)
_RESOLVER = re.compile(r"(?:https?://)?(?:dx[.-]|www[.-])?doi[.-]org", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"[(\[]\s*(?=10\.|doi\b)", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:https?|ftp)://", re.IGNORECASE)
_SESSION = re.compile(r";jsessionid=[^?#]*", re.IGNORECASE)
# The check character of a SICI may be the sign that begins a fragment elsewhere: "3.0.CO;2-#".
_QUERY = re.compile(r"[?&](?:[A-Za-z_.-]+=|$).*|(?<!;[0-9]-)#.*", re.DOTALL)
# What the address of a publisher's page adds to the name of the work.
_PAGE = re.compile(
    r"(?:/(?:abstract|full(?:[.-]?(?:text|html|pdf))?|e?pdf(?:direct|full|plus)?|epub|html|meta|summary|references"
    r"|issuetoc|tables|citedby|suppinfo|related|standard|asset/.{0,200})|\.pdf|\.full|\.abstract)(?:/.{0,80})?$",
    re.IGNORECASE,
)
# Behind the resolver, where everything may be a part of the name, what publishers add to the address of a text.
_FULL = re.compile(r"(?:/(?:full|abstract))?/?$", re.IGNORECASE)
_BRACKETS = {")": "(", "]": "[", "}": "{", ">": "<"}
_HANDLE = re.compile(r"[0-9]+(?:\.[0-9]+)*/\S+")
_HANDLE_ADDRESS = re.compile(
    r"(?:(?:https?://)?(?:hdl\.handle\.net|hdl\.\w+\.\w+)/|hdl:|handle:|info:hdl/)\s*(.+)", re.IGNORECASE
)
_LOCAL_HANDLE = re.compile(r"https?://[^/]+/(?:[^?#]*/)?(?:handle|bitstream)/([0-9][0-9.]*/[^?#\s]+)", re.IGNORECASE)
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_LONGEST = 4_000


def doi(text: str) -> Identifier | None:
    """The first DOI of the text without its resolver, in lower case.

    >>> doi("https://dx.doi.org/doi:10.5555/AB.1"), doi("10.5555%2Fx").value, doi("11.5555/x")
    (Identifier(value='10.5555/ab.1', doubt=None), '10.5555/x', None)
    >>> doi("10.5555/doi.7").value, doi("10.5555/a b")
    ('10.5555/doi.7', Identifier(value='10.5555/a', doubt='a DOI and more'))
    """
    found = dois(text)
    if len(found) > 1:
        return Identifier(found[0].value, "a DOI and more")
    return found[0] if found else None


def dois(text: str) -> list[Identifier]:
    """Every DOI of the text, each once.

    >>> [found.value for found in dois("10.5555/two.a; https://doi.org/10.5555/TWO.b")]
    ['10.5555/two.a', '10.5555/two.b']
    >>> [found.value for found in dois("http://publisher.example.org/doi/10.5555/nous.12244/abstract")]
    ['10.5555/nous.12244']
    >>> [found.value for found in dois("10.5555/(SICI)1999(1999)7:1<1::AID-SND1>3.0.CO;2-K")]
    ['10.5555/(sici)1999(1999)7:1<1::aid-snd1>3.0.co;2-k']
    >>> [found.value for found in dois("10.5555/A/abstract; doi.org/10.5555/b?utm_source=x, 10.5555/3.0.CO;2-#")]
    ['10.5555/a', '10.5555/b', '10.5555/3.0.co;2-#']
    """
    value = _INVISIBLE.sub("", text[:_LONGEST]).strip()
    if opening := _IN_BRACKETS.match(value):
        value = value[opening.end() :]
    if "&" in value:
        value = html.unescape(value)
    starts = [match.start() for match in _NEXT_DOI.finditer(value)]
    if len(starts) > 1:
        ends = [*starts[1:], len(value)]
        parts = [value[start:end].rstrip(" ;,|&") for start, end in zip(starts, ends, strict=True)]
        parts = [re.sub(r"(?:[\s;,|]+(?:and|und|y|et|e)?)+$", "", part) for part in parts]
        if not re.search(r"\w", value[: starts[0]]):
            found = [one for part in parts if (one := _one(part))]
            return list({one.value: one for one in found}.values())
    one = _one(value)
    return [one] if one else []


def _one(text: str) -> Identifier | None:
    is_address = bool(_ADDRESS.match(text))
    is_resolved = bool(_RESOLVER.match(text))
    bare = unquote(text) if is_address or is_resolved or _ENCODED.search(text) else text
    if prefix := DOI_PREFIX.match(bare):  # at the start alone: "doi" may stand in the suffix of a DOI
        bare = bare[prefix.end() :]
    match = _DOI.match(bare)
    doubt = None
    if not match:
        match = _DOI.search(bare)
        if not match:
            return None
        doubt = None if is_address else "a DOI inside other text"
    more = match.end() < len(bare.rstrip())
    value = _closed(_QUERY.sub("", _SESSION.sub("", match[0])))
    pattern = _FULL if is_resolved else _PAGE
    if (page := pattern.search(value)) and page.start() > value.index("/"):
        value = value[: page.start()]
    value = _closed(value)
    if not value.partition("/")[2]:
        return None
    # Case is that of ASCII alone: other letters have no second form in a DOI.
    lower = "".join(character.lower() if character.isascii() else character for character in value)
    return Identifier(lower, doubt or ("a DOI and more" if more else None))


def _closed(value: str) -> str:
    """The DOI without punctuation that ends the sentence around it, and without brackets that it does not open."""
    while value:
        last = value[-1]
        if last in ".,;:\"'\u201d\u2019" or (last in _BRACKETS and value.count(last) > value.count(_BRACKETS[last])):
            value = value[:-1]
        else:
            break
    return value


def handle(text: str) -> Identifier | None:
    """The handle without its resolver, its repository, and the file that an address leads to.

    >>> handle("http://hdl.handle.net/10722/129504").value, handle("https://x.org/bitstream/2062/31/a.pdf").value
    ('10722/129504', '2062/31')
    >>> handle("https://x.org/xmlui/handle/2062/31;jsessionid=1A?locale=en").value
    '2062/31'
    """
    stated = text[:_LONGEST].strip()
    if match := _HANDLE_ADDRESS.match(stated) or _LOCAL_HANDLE.match(stated):
        parts = unquote(_SESSION.sub("", re.split(r"[?#]", match[1])[0])).split("/")
        stated = "/".join(parts[:2] if "/bitstream/" in match[0] else parts)
    value = stated.strip().rstrip("/.,;")
    return Identifier(value) if _HANDLE.fullmatch(value) else None
