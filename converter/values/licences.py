"""Licences and access rights, from every spelling that repositories use.

Sources: https://creativecommons.org/licenses/, https://rightsstatements.org/, and the COAR access rights,
http://purl.org/coar/access_right/.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import ontology

_CC = "http://creativecommons.org/"
_CC_ADDRESS = re.compile(
    r"creativecommons\.org/(?:licen[sc]es/(?P<parts>[a-z]+(?:-[a-z]+)*)/(?P<version>\d\.\d)"
    r"(?:/(?P<port>[a-z]{2,8})(?=[/?#\s\"'<>)]|$))?"
    r"|publicdomain/(?P<domain>zero|mark)/1\.0)",
    re.IGNORECASE,
)
_SPDX = "http://spdx.org/licenses/"
_IN_SPDX = re.compile(
    rf"{_CC}licenses/(?P<parts>by|by-sa|by-nd|by-nc|by-nc-sa|by-nc-nd)/(?P<version>[234]\.0|2\.5|(?<!nd/)1\.0)/"
)
_RIGHTS_ADDRESS = re.compile(r"rightsstatements\.org/(?:vocab|page)/(?P<code>[A-Za-z-]+)/1\.0", re.IGNORECASE)
_PART_WORDS = {
    "nc": (
        r"\bnc\b|non\s*-?\s*commercial\w*|n[oã]o?\s*-?\s*comercial|sem uso comercial|pas d.utilisation commerciale"
        r"|nicht\s*-?\s*kommerziell|keine kommerzielle nutzung|niet\s*-?\s*commercieel"
    ),
    "nd": (
        r"\bnd\b|no\s*-?\s*deriv\w*|(?:sin|sem|sense)\s*-?\s*(?:obras?\s*)?-?\s*derivad\w*|pas de modification"
        r"|keine bearbeitung|non opere derivate|geen\s*-?\s*afgeleide\w*"
    ),
    "sa": (
        r"\bsa\b|share\s*-?\s*alike|compartir?\s*-?\s*igual|compartilha\s*-?\s*igual|weitergabe unter gleichen \w+"
        r"|partage (?:dans les mêmes conditions|à l.identique)|condividi allo stesso modo|gelijk\s*-?\s*delen"
    ),
}
"""What a licence adds to attribution: its code, and what it is called in the languages of its deeds."""
_PARTS = tuple((name, re.compile(words, re.IGNORECASE)) for name, words in _PART_WORDS.items())
_CC_NAME = re.compile(
    r"\bcc[\s_-]*by\b|creative\s*commons|^\s*(?:attribution|atribuci[oó]n|atribuição|reconocimiento|reconeixement"
    r"|namensnennung|attribuzione|paternité|naamsvermelding)"
    rf"(?:[\s_,-]*(?:{'|'.join(_PART_WORDS.values())}))*\s+[1-4]\.\d\b",
    re.IGNORECASE,
)
_CC_CODE = re.compile(r"\bcc[\s_-]*by(?:[\s_-]*(?:nc|nd|sa)\b)*", re.IGNORECASE)
_CODE_OF_EPRINTS = re.compile(r"cc[_-](?P<parts>by(?:[_-](?:nc|nd|sa))*)[_-](?P<version>[1-4])", re.IGNORECASE)
# Every licence that Creative Commons has published (1.0 to 4.0), and no other code.
_CODES = frozenset("by by-sa by-nd by-nc by-nc-sa by-nc-nd by-nd-nc sa nd nc nc-sa nd-nc sampling devnations".split())
_VERSIONS = frozenset("1.0 2.0 2.1 2.5 3.0 4.0".split())
_VERSION = re.compile(r"\b([1-4])\.(\d)\b")
_YEAR = re.compile(r"\d{4}")
_SHORT = 300
_SPACE = re.compile(r"[\s_]+")
_NUMBERED = re.compile(r"\b(?:version|v\.?)\s*(?=\d)")
_WEB = re.compile(r"https?://(?:www\.)?|www\.", re.IGNORECASE)
_PAGE = re.compile(r"(?:/(?:legalcode|deed)?)?(?:\.(?:[a-z]{2}\.)?(?:html?|txt|php|md|en))?/?$", re.IGNORECASE)
_UNTIL = re.compile(
    r"(?P<what>[^\d:;,(]{3,60}?)\s{0,3}[:;,(-]?\s{0,3}\b"
    r"(?:until|till|through|ends?(?: on)?|expires?(?: on)?|bis(?: zum)?|jusqu['’]au|hasta(?: el)?|até|fino al?"
    r"|tot(?: en met)?|t\.?\s?o\.?\s?m\.?|til|до)\b[\s:]{0,4}(?P<end>\S.*)",
    re.IGNORECASE,
)
_OPEN, _EMBARGOED, _OF_METADATA = "c_abf2", "c_f1cf", "c_14cb"
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


class Licence(NamedTuple):
    """The address of a licence or rights statement, and what is doubtful about it."""

    iri: str
    doubt: str | None = None


def licence(text: str) -> Licence | None:
    """The licence that the text names, None where it names none with its version.

    >>> licence("https://creativecommons.org/licenses/by-nc-nd/3.0/us/").iri
    'http://creativecommons.org/licenses/by-nc-nd/3.0/us/'
    >>> licence("Attribution-NonCommercial-NoDerivatives 4.0 International").iri
    'http://creativecommons.org/licenses/by-nc-nd/4.0/'
    >>> licence("Atribución-NoComercial-SinDerivadas 3.0 España").iri
    'http://creativecommons.org/licenses/by-nc-nd/3.0/es/'
    >>> licence("Creative Commons Attribution"), licence("CC0 1.0").iri
    (None, 'http://creativecommons.org/publicdomain/zero/1.0/')
    >>> licence("CC BY or CC0"), licence("CC BY 4.0 (text), CC BY-NC 4.0 (figures)")
    (None, None)
    >>> licence("Open Data Commons Open Database License (ODbL) v1.0").iri
    'http://spdx.org/licenses/ODbL-1.0'
    """
    addresses = {_cc_iri(match) for match in _CC_ADDRESS.finditer(text) if _is_published(match)}
    if addresses:
        return Licence(addresses.pop()) if len(addresses) == 1 else None
    if match := _RIGHTS_ADDRESS.search(text):
        return Licence(f"http://rightsstatements.org/vocab/{match['code']}/1.0/")
    return _named(text) if len(text) <= _SHORT else None


def _named(text: str) -> Licence | None:
    """The Creative Commons licence that a name of it means."""
    codes = {"".join(re.findall(r"[a-z]+", match[0].casefold())) for match in _CC_CODE.finditer(text)}
    is_zero = re.search(r"\bcc[\s-]?0\b|\bcc zero\b", text, re.IGNORECASE)
    if len(codes) + bool(is_zero) > 1:
        return None  # several, of which the text leaves a choice or gives each to a part
    if is_zero:
        return Licence(f"{_CC}publicdomain/zero/1.0/")
    versions = list(_VERSION.finditer(text))
    if not versions and (match := _CODE_OF_EPRINTS.fullmatch(text.strip())):
        return _named(f"CC {match['parts'].replace('_', '-')} {match['version']}.0")
    version = versions[-1] if len({one[0] for one in versions}) == 1 else None
    if _CC_NAME.search(text) and version and version[0] in _VERSIONS:
        words = text.replace("_", "-")
        parts = ["by", *(name for name, pattern in _PARTS if pattern.search(words))]
        if not {"nd", "sa"} <= set(parts):
            port = "" if version[0] == "4.0" else _port(text[version.end() :]) or _port(text[versions[0].end() :])
            return Licence(f"{_CC}licenses/{'-'.join(parts)}/{version[0]}/{port}")
    spdx = ontology.values("licence").get(_key(text))
    return Licence(spdx) if spdx else None


def _key(text: str) -> str:
    """A name or an address as the table of licences has it: small letters, no brackets, no scheme, no ending of a page.

    >>> _key("The MIT License (MIT)."), _key("https://www.opendatacommons.org/licenses/odbl/1-0/")
    ('mit license mit', 'opendatacommons.org/licenses/odbl/1-0')
    """
    bare = text.strip().casefold()
    if address := _WEB.match(bare):
        return _PAGE.sub("", bare[address.end() :])
    words = re.sub(r"[()\[\],;:–—\"'’]+", " ", _NUMBERED.sub("v", bare.replace("licence", "license")))
    return _SPACE.sub(" ", words).strip(" .").removeprefix("the ")


def _port(behind: str) -> str:
    """The port of a licence that stands behind its version: the law of which country it is adapted to.

    >>> _port(" United States"), _port(" Unported"), _port(" de")
    ('us/', '', 'de/')
    """
    words = " ".join(re.findall(r"[^\W\d_]+", behind.casefold()))
    ports = ontology.values("cc-port")
    code = ports.get(words, words if words in set(ports.values()) else "")
    return f"{code}/" if code else ""


def in_spdx(address: str) -> str:
    """The address in the list of SPDX of a licence of Creative Commons that is adapted to no country; empty for others.

    >>> in_spdx("http://creativecommons.org/licenses/by-nc-nd/4.0/")
    'http://spdx.org/licenses/CC-BY-NC-ND-4.0'
    >>> in_spdx("http://creativecommons.org/publicdomain/zero/1.0/"), in_spdx("http://creativecommons.org/licenses/by/3.0/us/")
    ('http://spdx.org/licenses/CC0-1.0', '')
    """
    if address == f"{_CC}publicdomain/zero/1.0/":
        return f"{_SPDX}CC0-1.0"
    match = _IN_SPDX.fullmatch(address)
    return f"{_SPDX}CC-{match['parts'].upper()}-{match['version']}" if match else ""


def name_of(address: str) -> str:
    """What people call the licence at an address.

    >>> name_of("http://creativecommons.org/licenses/by-nc/4.0/"), name_of("http://rightsstatements.org/vocab/InC/1.0/")
    ('CC BY-NC 4.0', 'InC 1.0')
    """
    if match := _CC_ADDRESS.search(address):
        if match["domain"]:
            return {"zero": "CC0 1.0", "mark": "Public Domain Mark 1.0"}[match["domain"].lower()]
        return f"CC {match['parts'].upper()} {match['version']}"
    if match := _RIGHTS_ADDRESS.search(address):
        return f"{match['code']} 1.0"
    return address.partition("://")[2].rstrip("/") or address


def access(text: str) -> str | None:
    """The local name of the COAR access right that the text names.

    >>> access("info:eu-repo/semantics/openAccess"), access("Restricted Access"), access("All rights reserved")
    ('c_abf2', 'c_16ec', None)
    >>> access("Embargoed access until 2031-05-01"), access("Closed until May 2031"), access("restricted till 2031")
    ('c_f1cf', 'c_f1cf', 'c_16ec')
    """
    if found := _access(text):
        return found
    ending = _ending(text)
    found = _access(ending["what"]) if ending else None
    # What is closed to a day is under embargo; what is open to a day says nothing of the time behind it.
    return {_OPEN: None, _OF_METADATA: _EMBARGOED}.get(found, found) if found else None


def end_of_access(text: str) -> str:
    """The words for the date until which an access right holds; empty where the text names none.

    >>> end_of_access("embargoed access until 2031-05-01"), end_of_access("embargoed access")
    ('2031-05-01', '')
    """
    ending = _ending(text) if access(text) else None
    return ending["end"].strip(" ).;") if ending else ""


def _ending(text: str) -> re.Match[str] | None:
    """What holds, and until when, where a year is said for that."""
    found = _UNTIL.fullmatch(text.strip()) if len(text) <= _SHORT else None
    return found if found and _YEAR.search(found["end"]) else None


def _access(text: str) -> str | None:
    bare = re.sub(r"^info:eu-repo/semantics/", "", text.strip(), flags=re.IGNORECASE)
    known = ontology.values("access")
    spellings = (_SPACE.sub(" ", form).casefold() for form in (bare, _CAMEL.sub(" ", bare)))
    target = next((known[spelling] for spelling in spellings if spelling in known), None)
    return target.partition(":")[2] if target else None


def _is_published(match: re.Match[str]) -> bool:
    return bool(match["domain"]) or (match["parts"].lower() in _CODES and match["version"] in _VERSIONS)


def _cc_iri(match: re.Match[str]) -> str:
    if match["domain"]:
        return f"{_CC}publicdomain/{match['domain'].lower()}/1.0/"
    # Behind the version stands a port, or a page about the licence ("deed.en", "legalcode"), which is no other licence.
    port = (match["port"] or "").lower()
    known = match["version"] != "4.0" and port in set(ontology.values("cc-port").values())
    return f"{_CC}licenses/{match['parts'].lower()}/{match['version']}/{f'{port}/' if known else ''}"
