"""What a value says of agents: which names stand in it, and what stands in it beside the names.

The words are in `ontology/names.csv`.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import ontology
from converter.values import identifiers
from converter.values.agent_kinds import has_initials, has_strong, has_title, kind, words_of
from converter.values.names import COMMA

_SEMICOLON = re.compile(r"\s*[;；؛⁏]\s*")
_IDEOGRAPHIC = re.compile(r"\s*、\s*")
_AND = re.compile(r"\s+(?:and|&|und|et|y|e)\s+")
_BAR = re.compile(r"\s+[/|]\s+")
_LETTER = re.compile(r"[^\W\d_]")
_AND_OTHERS = re.compile(
    r"(?<![\s,;])[\s,;]*[\s,;](?:et\.? al(?:\.|ii|ia)?|and others|u\. ?a\.|y otros|& al\.)\.?$", re.IGNORECASE
)
_AUTHORITY = re.compile(r"\s*::\s*")
_ORCID = re.compile(
    r"(?:https?://)?(?:www\.)?(?:orcid(?:\.org/|\s?i?d?\s?[:=]?\s?))?\b(\d{4}-\d{4}-\d{4}-\d{3}[\dXx])\b/?",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_MASK = re.compile(r"(?:\be-?mail\s*:\s*)?(?:\[?\be-?mail(?: address removed)?\]|\[e-?mail[^\[\]]*\])", re.IGNORECASE)
_EMPTY_BRACKETS = re.compile(r"\(\s*(?:orcid:?)?\s*\)|\[\s*(?:orcid:?)?\s*\]|<\s*>|\{\s*\}", re.IGNORECASE)
# "Wang, Zi, Ph. D. Institute of Tides"
_DEGREE = re.compile(
    r"(?P<name>[^,]+,[^,]+?),?\s*(?P<degree>\b[A-Z][A-Za-z]{0,4}\. ?[A-Z]\.(?:[A-Z]\.)?)[\s,]*(?P<place>[A-Z].+)"
)
# "Rook, Ida, AUTHOR (Institute of Tides)", and "Rook, Ida (ed.)": behind the first comma "Ed" is a name.
_ROLE = re.compile(r"(?P<name>[^,]+,[^,]*[^\s,]),\s*(?P<role>[^\W\d]+(?: [^\W\d]+)?)\.?(?:\s*\((?P<place>[^()]+)\))?")
_ROLE_IN_BRACKETS = re.compile(r"(?P<name>[^()\[\]]+)[(\[](?P<role>[^\W\d]+(?: [^\W\d]+)?)\.?(?P<place>)[)\]]\.?")
# "Rook, Ida (University of Tides)"
_PLACE_IN_BRACKETS = re.compile(r"(?P<name>[^,()]+,[^,()]+)\((?P<place>[^()]{4,})\)")
# "Rook, Ida [UNISHORE]"; three letters at the least, since two may be a role or a degree.
_ACRONYM_IN_BRACKETS = re.compile(r"(?P<name>[^,\[\]]+,[^,\[\]]+)\[(?P<place>[A-Z][A-Z&./-]{2,14})\]")
_SUPPLIED = re.compile(r"\[([^\[\],]+,[^\[\],]+)\]")
_EDGES = " \t,;:|/–—-"


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


def named(text: str, *, affiliation_follows: bool = False, is_person: bool = False) -> list[Named]:
    """The names in a value, each with what stands beside it; a value that is one name is one.

    Names stand between semicolons where each part is one; a part that only an organisation can be called by, behind a
    person, is where that person worked.  `affiliation_follows` says that what follows the first semicolon always is,
    `is_person` that each is a person, of whom a comma may part where that person works.

    >>> [one.name for one in named("Kim, B.; Lee, C.; Park, D.")]
    ['Kim, B.', 'Lee, C.', 'Park, D.']
    >>> [one[::5] for one in named("Gull, Ann; University of the North")]
    [('Gull, Ann', 'University of the North')]
    >>> named("Rook, Ida https://orcid.org/0000-0002-1825-0097")[0].orcid
    '0000-0002-1825-0097'
    """
    found: list[Named] = []
    addresses: list[list[str]] = []
    text = " ".join(text.split())
    for part in _parts(text, affiliation_follows=affiliation_follows, is_person=is_person):
        one = extracted(part)
        if is_person or has_title(one.name):
            one = _told_from_place(one)
        if found and not one.name:
            found[-1] = found[-1]._replace(orcid=found[-1].orcid or one.orcid)
            addresses[-1] += one.addresses
        elif found and not found[-1].affiliation and _is_place(part, found[-1].name, affiliation_follows):
            found[-1] = found[-1]._replace(affiliation=part)
        else:
            found.append(one)
            addresses.append([*one.addresses])
    return [one._replace(addresses=tuple(pages)) for one, pages in zip(found, addresses, strict=True)]


def extracted(text: str) -> Named:
    """One name, distinguished from the authority, ORCID iD and web addresses that stand in its value.

    >>> extracted("Doe, J.::rp001::600")[:3]
    ('Doe, J.', 'rp001', 600)
    """
    authority, confidence = "", None
    text = " ".join(text.split())
    name, *stated = _AUTHORITY.split(text)
    if stated and name.strip():
        if len(stated) > 1 and re.fullmatch(r"-?[0-9]{1,4}", stated[-1]):
            confidence = int(stated.pop())
        authority = "::".join(stated)
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
    # EPrints writes "Tide Research Group, ": a family name without a given one.
    bare = _AND_OTHERS.sub("", bare).strip().rstrip(",;").rstrip()
    if supplied := _SUPPLIED.fullmatch(bare):
        # A cataloguer brackets the name of an author whom the work itself does not name.
        bare = supplied[1]
    bare, affiliation, beside = _told_from_role(bare)
    return Named(bare, authority, confidence, orcid, addresses, affiliation, doubt or beside)


def _told_from_role(name: str) -> tuple[str, str, str]:
    """The name without the role or degree behind it, where the one of the name works, and what stood there."""
    if match := _DEGREE.fullmatch(name):
        place = match["place"].strip(" .,")
        if (
            match["degree"].casefold().replace(" ", "").rstrip(".") in ontology.agent_words("degree")
            and kind(place) == "organisation"
        ):
            return match["name"].strip(" ,"), place, f"the degree {match['degree']} stands in the name"
    if (match := _PLACE_IN_BRACKETS.fullmatch(name)) and kind(match["place"]) == "organisation":
        return match["name"].strip(), match["place"].strip(), ""
    if match := _ACRONYM_IN_BRACKETS.fullmatch(name):
        return match["name"].strip(), match["place"], ""
    match = _ROLE.fullmatch(name) or _ROLE_IN_BRACKETS.fullmatch(name)
    if match and match["role"].casefold() in ontology.agent_words("role") and _LETTER.search(match["name"]):
        return match["name"].strip(), (match["place"] or "").strip(), f"the role {match['role']} stands in the name"
    return name, "", ""


def _parts(text: str, *, affiliation_follows: bool, is_person: bool) -> list[str]:
    """The parts of the value between the signs that part names; the value alone where a part cannot be a name."""
    whole = [text.strip()]
    parts = [part for part in _SEMICOLON.split(text.strip()) if part]
    if affiliation_follows and len(parts) > 1:
        first, _, rest = _SEMICOLON.sub("\0", text.strip(), count=1).partition("\0")
        return [first, rest] if first and rest else parts
    if len(parts) == 1 and "、" in text and any(map(_is_east_asian, text)):
        parts = [part for part in _IDEOGRAPHIC.split(parts[0]) if part]
    if len(parts) == 1:
        parts = _joined_by_and(parts[0], is_person=is_person)
    if len(parts) < 2 or not all(_LETTER.search(part) for part in parts):
        return parts if len(parts) == 1 else whole
    return parts


def _is_east_asian(sign: str) -> bool:
    """Whether a sign is one of Japanese, Chinese or Korean; of a pattern, these signs would take 3 ms to compile."""
    return "\u3040" <= sign <= "\u30ff" or "\u3400" <= sign <= "\u9fff" or "\uac00" <= sign <= "\ud7af"


def _joined_by_and(text: str, *, is_person: bool) -> list[str]:
    """The persons of "Rook, Ida and Gull, Ann" and of "I. Rook, A. Gull and B. Tern": each is plainly one.

    Where a field names persons alone, "Ida Rook and Ann Gull." are two.
    """
    for sign in (_BAR, _AND):
        parts = sign.split(text)
        if len(parts) > 1 and all(len(COMMA.findall(part)) == 1 and kind(part) == "person" for part in parts):
            return parts
    parts = [name for part in parts for name in COMMA.split(part)]
    parts = [name.strip() for name in parts if name.strip()]
    if is_person and _AND.search(text) and all(map(_is_full_name, parts)) and any(" " in name for name in parts):
        return [_without_end(name) for name in parts]
    return parts if len(parts) > 1 and all(has_initials(name) for name in parts) else [text]


def _is_full_name(text: str) -> bool:
    """Whether a text may be a name in the order in which it is spoken: a few words in capitals, and none of a title."""
    words, passing = words_of(text), ontology.agent_words("title") | ontology.agent_words("rank")
    particles = ontology.agent_words("particle")
    written = all(word[0].isupper() or word.casefold() in particles for word in text.split())
    return written and 0 < len(words) < 5 and passing.isdisjoint(words) and not has_strong(words)


def _without_end(name: str) -> str:
    """The name without the point that ends a statement: that of an initial or of "Jr." is its own."""
    return name[:-1] if re.search(r"[^\W\d_]{3}\.$", name) else name


def _told_from_place(one: Named) -> Named:
    """A person distinguished from an organisation behind a comma: "Professor Ann Rook, University of Tides"."""
    name, comma, rest = (part.strip() for part in one.name.partition(","))
    if comma and len(name.split()) == 1 and name.rstrip("."):
        # "Professor, Ann Rook, PhD, University of Tides": what stands before the place is all of the person.
        name, comma, rest = (part.strip() for part in one.name.rpartition(","))
    is_told = comma and not one.affiliation and len(name.split()) > 1 and not has_strong(words_of(name))
    return one._replace(name=name, affiliation=rest) if is_told and has_strong(words_of(rest)) else one


def _is_name(part: str) -> bool:
    """Whether a part is written as persons are, "Tern, Bo", and neither part of it is an acronym as of an institute."""
    words = part.replace(",", " ").split()
    return kind(part) == "person" and not any(re.fullmatch(r"[A-Z]{3,}", word) for word in words)


def _is_place(part: str, before: str, affiliation_follows: bool) -> bool:
    if affiliation_follows:
        return not _is_name(part)
    return kind(before) == "person" and (kind(part) == "organisation" or bool(re.fullmatch(r"[A-Z]{3,}", part)))
