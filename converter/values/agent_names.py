"""What a value says of an agent: which names stand in it, what each is, and what stands in it beside the names.

The form of a name tells a person or an organisation where the source says nothing; where it does not, nothing is told.
The words are in `ontology/names.csv`.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Literal, NamedTuple

import ontology
from converter.values import identifiers
from converter.values.names import COMMA, is_suffix

Kind = Literal["person", "organisation"]

_SEMICOLON = re.compile(r"\s*[;；؛⁏]\s*")
_IDEOGRAPHIC = re.compile(r"\s*、\s*")
_HAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_AND = re.compile(r"\s+(?:and|&|und|et|y|e)\s+")
_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_LETTER = re.compile(r"[^\W\d_]")
_DIGIT = re.compile(r"\d")
_TRAILING_DATES = re.compile(r"(?<![\s,])[\s,]+(?:b\.|d\.|ca\.|fl\.)?\s?\d{4}\??(?:\s?-\s?(?:\d{4}\??)?)?\.?$")
_INITIAL = re.compile(r"(?:[^\W\d_]\.-?){1,4}")
_INITIALS = re.compile(r"(?:[^\W\d_]\.?[\s-]?){1,4}")
# States and unions are written with points as initials are.
_STATE = re.compile(r"(?:U\.\s?S\.(?:\s?A\.)?|U\.\s?K\.|U\.\s?N\.|E\.\s?U\.)(?:\s|$)")
_NOT_A_WORD = re.compile(r"[^\w/#&]+|_+")
_CODED = re.compile(r"\s*\(?\s*:\s*\(?\s*(?:un(?:ac|al|ap|as|av|kn)|none|null|tba|etal)\b", re.IGNORECASE)
_AND_OTHERS = re.compile(
    r"(?<![\s,;])[\s,;]*[\s,;](?:et\.? al(?:\.|ii|ia)?|and others|u\. ?a\.|y otros|& al\.)\.?$", re.IGNORECASE
)
_AUTHORITY = re.compile(r"\s*::\s*")
_ORCID = re.compile(
    r"(?:https?://)?(?:www\.)?(?:orcid(?:\.org/|\s?i?d?\s?[:=]?\s?))?\b(\d{4}-\d{4}-\d{4}-\d{3}[\dXx])\b/?",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_MASK = re.compile(r"\[?\be-?mail(?: address removed)?\]|\[e-?mail[^\[\]]*\]", re.IGNORECASE)
_EMPTY_BRACKETS = re.compile(r"\(\s*(?:orcid:?)?\s*\)|\[\s*(?:orcid:?)?\s*\]|<\s*>|\{\s*\}", re.IGNORECASE)
_EDGES = " \t,;:|/–—-"
_LONGEST_PART = 6
"""More words before or behind the comma make a sentence, not a name."""


class Named(NamedTuple):
    """A name and what stands beside it in the value: an authority, an ORCID iD, web addresses, an affiliation.

    `doubt` is what a person should look at.
    """

    name: str
    authority: str = ""
    confidence: int | None = None
    orcid: str = ""
    addresses: tuple[str, ...] = ()
    affiliation: str = ""
    doubt: str = ""


def kind(text: str) -> Kind | None:
    """What the form of a name tells that it is the name of; None where it does not tell.

    >>> kind("Bank, Ann"), kind("Ministry of Tides, Wrenland"), kind("I. M. Church"), kind("Kelp Union")
    ('person', 'organisation', 'person', None)
    >>> kind("de la Cruz, Ana"), kind("東京大学"), kind("Acme, Inc."), kind("Marsh Bank of the North")
    ('person', 'organisation', 'organisation', 'organisation')
    """
    bare = _TRAILING_DATES.sub("", _BRACKETED.sub(" ", text).strip())
    parts = [" ".join(part.split()) for part in COMMA.split(bare) if part.strip()]
    if not parts or not _LETTER.search(bare):
        return None
    if _is_company(parts):
        return "organisation"
    if len(parts) == 2 and is_suffix(parts[1], alone=True):
        return _kind_of_whole(parts[0]) or "person"
    while len(parts) > 2 and is_suffix(parts[-1]):
        parts.pop()
    if len(parts) == 3 and is_suffix(parts[1], alone=True):
        parts.pop(1)
    if len(parts) == 1:
        return _kind_of_whole(parts[0])
    if len(parts) == 2:
        return _kind_of_parted(*parts)
    return "organisation" if any(_has_strong(_words(part)) for part in parts) else None


def is_nobody(text: str) -> bool:
    """Whether the value stands where a name would and names no one.

    >>> is_nobody("None"), is_nobody("(:unav)"), is_nobody("[s.n.]"), is_nobody("None, Jean"), is_nobody("--")
    (True, True, True, False, True)
    """
    if _CODED.match(text) or not re.search(r"\w", text) or text.strip() == "NA":
        return True
    known = _nobodies()
    parts = {" ".join(_NOT_A_WORD.sub(" ", part).split()).casefold() for part in COMMA.split(text)} - {""}
    whole = " ".join(_NOT_A_WORD.sub(" ", text).split()).casefold()
    return whole in known or parts <= known


def is_generic(name: str) -> bool:
    """Whether many organisations bear the name: a part of one that is not named, or nothing but common words.

    >>> is_generic("Department of Physics"), is_generic("University Press"), is_generic("Tern University Press")
    (True, True, False)
    >>> is_generic("Department of Physics, Tern University"), is_generic("Elsevier")
    (False, False)
    """
    parts = COMMA.split(name)
    words = _words(name)
    units = ontology.agent_words("unit")
    if words and all(word in units for word in words):
        return True
    heads = ontology.agent_words("unit-of-another")
    if len(parts) > 1 or not words:
        return False
    return words[0] in heads or (len(words) < 3 and words[-1] in ontology.agent_words("unit-at-the-end"))


def named(text: str, *, affiliation_follows: bool = False) -> list[Named]:
    """The names in a value, each with what stands beside it; a value that is one name is one.

    Names stand between semicolons where each part is one; a part that only an organisation can be called by, behind a
    person, is where that person worked.  `affiliation_follows` says that what follows the first semicolon always is.

    >>> [one.name for one in named("Kim, B.; Lee, C.; Park, D.")]
    ['Kim, B.', 'Lee, C.', 'Park, D.']
    >>> [one[::5] for one in named("Gull, Ann; University of the North")]
    [('Gull, Ann', 'University of the North')]
    >>> named("Rook, Ida https://orcid.org/0000-0002-1825-0097")[0].orcid
    '0000-0002-1825-0097'
    """
    found: list[Named] = []
    for part in _parts(text, affiliation_follows=affiliation_follows):
        one = extracted(part)
        if found and not one.name:
            last = found[-1]
            found[-1] = last._replace(orcid=last.orcid or one.orcid, addresses=last.addresses + one.addresses)
        elif found and not found[-1].affiliation and _is_place(part, found[-1].name, affiliation_follows):
            found[-1] = found[-1]._replace(affiliation=part)
        else:
            found.append(one)
    return found


def extracted(text: str) -> Named:
    """One name, told from the authority, ORCID iD and web addresses that stand in its value.

    >>> extracted("Doe, J.::rp001::600")[:3]
    ('Doe, J.', 'rp001', 600)
    """
    authority, confidence = "", None
    name, *told = _AUTHORITY.split(text)
    if told and name.strip():
        if len(told) > 1 and re.fullmatch(r"-?[0-9]{1,4}", told[-1]):
            confidence = int(told.pop())
        authority = "::".join(told)
    else:
        name = text
    orcid = doubt = ""
    for match in _ORCID.finditer(name):
        read = identifiers.NORMALISERS["orcid"](match[1])
        orcid = orcid or (read.value if read else "")
        doubt = doubt or ("" if read else f"{match[1]} is no ORCID iD (its check digit is wrong)")
    bare = _ORCID.sub(" ", name)
    addresses = tuple(
        found for one in _ADDRESS.findall(bare) if (found := identifiers.web_address(one.rstrip(").,;]")))
    )
    bare = _MASK.sub(" ", _ADDRESS.sub(" ", bare))
    if bare != name:
        bare = _EMPTY_BRACKETS.sub(" ", bare)
        bare = re.sub(r"\borcid\b\s*(?:id)?\s*:?\s*$", "", bare.strip(_EDGES + "([<"), flags=re.IGNORECASE)
        bare = " ".join(bare.split()).strip(_EDGES + "([<")
    bare = _AND_OTHERS.sub("", bare)
    return Named(bare.strip(), authority, confidence, orcid, addresses, doubt=doubt)


def _parts(text: str, *, affiliation_follows: bool) -> list[str]:
    """The parts of the value between the signs that part names; the value alone where a part cannot be a name."""
    whole = [text.strip()]
    parts = [part for part in _SEMICOLON.split(text.strip()) if part]
    if affiliation_follows and len(parts) > 1:
        first, _, rest = _SEMICOLON.sub("\0", text.strip(), count=1).partition("\0")
        return [first, rest] if first and rest else parts
    if len(parts) == 1 and "、" in text and _HAN.search(text):
        parts = [part for part in _IDEOGRAPHIC.split(parts[0]) if part]
    if len(parts) == 1:
        parts = _joined_by_and(parts[0])
    if len(parts) < 2 or not all(_LETTER.search(part) for part in parts):
        return parts if len(parts) == 1 else whole
    return parts


def _joined_by_and(text: str) -> list[str]:
    """The persons of "Rook, Ida and Gull, Ann": each has its own comma."""
    parts = _AND.split(text)
    if len(parts) > 1 and all(len(COMMA.findall(part)) == 1 and kind(part) == "person" for part in parts):
        return parts
    return [text]


def _is_place(part: str, before: str, affiliation_follows: bool) -> bool:
    if affiliation_follows:
        return True
    return kind(before) == "person" and (kind(part) == "organisation" or bool(re.fullmatch(r"[A-Z]{3,}", part)))


def _kind_of_whole(name: str) -> Kind | None:
    words = _words(name)
    if _has_strong(words) or any(part in name for part in ontology.agent_words("organisation-part")):
        return "organisation"
    long_words = [word for word in words if len(word.replace(".", "")) > 1]
    soft = ontology.agent_words("organisation-or-surname")
    if len(long_words) > 2 and any(word in soft for word in words):
        return "organisation"
    # "I. Rook", "Ida M. Rook", "Rook I."
    tokens = name.split()
    initials = [token for token in tokens if _INITIAL.fullmatch(token)]
    is_personal = bool(initials) and len(tokens) - len(initials) in {1, 2, 3} and len(initials) < 5
    if is_personal and not _STATE.match(name) and not _DIGIT.search(name) and not any(word == "&" for word in words):
        return "person"
    return None


def _kind_of_parted(family: str, given: str) -> Kind | None:
    """What "Family, Given" is: a person, but for words that only organisations bear."""
    if not _LETTER.search(family) or not _LETTER.search(given) or _DIGIT.search(family + given):
        return None
    family_words, given_words = _words(family), _words(given)
    particles = ontology.agent_words("particle")
    own = [word for word in family_words if word not in particles]
    soft = ontology.agent_words("organisation-or-surname")
    if any(part in family + given for part in ontology.agent_words("organisation-part")):
        return "organisation"
    if len(own) > 1 and not (_INITIALS.fullmatch(given) and given.isupper()):
        if _has_strong(family_words):
            return "organisation"
        if any(word in soft for word in own):
            return "organisation" if len(own) > 2 or _has_connector(family_words) else None
    if len(given_words) > 1:
        if _has_strong(given_words):
            return "organisation"
        if any(word in soft for word in given_words[1:]) or given_words[0] in soft:
            return "organisation" if _has_connector(given_words) else None
    if {"and", "&", "und", "et"} & {*family_words, *given_words}:
        return None
    return "person" if max(len(family_words), len(given_words)) <= _LONGEST_PART else None


def _is_company(parts: list[str]) -> bool:
    """Whether the name ends in the form of a company: "Acme, Inc.", "Acme Tide GmbH"."""
    companies = ontology.agent_words("company")
    last = parts[-1].casefold().strip().rstrip(".")
    if last in companies:
        # "Bank, Co" and "Lu, SA" are persons: two letters without a point are initials.
        return len(parts) > 1 and (len(last) > 2 or parts[-1].endswith(".") or len(parts) > 2)
    words = parts[-1].split()
    if len(parts) > 1 or len(words) < 2:
        return False
    end = words[-1].casefold().rstrip(".")
    return end in companies and (len(end) > 2 or words[-1].isupper() or words[-1] == "Co.")


def _has_strong(words: list[str]) -> bool:
    strong = ontology.agent_words("organisation")
    return any(word in strong for word in words) or any(f"{one} {other}" in strong for one, other in pairwise(words))


def _has_connector(words: list[str]) -> bool:
    connectors = ontology.agent_words("connector")
    return any(word in connectors for word in words[1:])


def _words(text: str) -> list[str]:
    parted = text.casefold().replace(",", " ").replace("/", " ").split()
    return [bare for word in parted if (bare := word.strip(".,:;()[]{}\"'“”‘’«»"))]


def _nobodies() -> frozenset[str]:
    return ontology.agent_words("nobody")
