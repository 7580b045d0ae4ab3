"""What a name is the name of, as far as its form shows: a person, an organisation, or nobody.

The words are in `ontology/names.csv`.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Literal

import ontology
from converter.values.names import COMMA, is_suffix

Kind = Literal["person", "organisation"]
_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_LETTER = re.compile(r"[^\W\d_]")
_DIGIT = re.compile(r"\d")
_TRAILING_DATES = re.compile(r"(?<![\s,])[\s,]+(?:b\.|d\.|ca\.|fl\.)?\s?\d{4}\??(?:\s?-\s?(?:\d{4}\??)?)?\.?$")
_INITIAL = re.compile(r"(?:[^\W\d_]\.-?){1,4}")
_INITIALS = re.compile(r"(?:[^\W\d_]\.?[\s-]?){1,4}")
# States and unions are written with points as initials are.
_STATE = re.compile(r"(?:U\.\s?S\.(?:\s?A\.)?|U\.\s?K\.|U\.\s?N\.|E\.\s?U\.)(?:\s|$)")
_NOT_A_WORD = re.compile(r"[^\w/#&]+|_+")
_WORD_SIGN = re.compile(r"\w")
_CODED = re.compile(r"\s*\(?\s*:\s*[({]?\s*(?:un(?:ac|al|ap|as|av|kn)|none|null|tba|etal)\b", re.IGNORECASE)
_CODED_WHOLE = re.compile(
    r"\s*\(?\s*:\s*[({]?\s*(?:un(?:ac|al|ap|as|av|kn)|none|null|tba|etal)\s*[)}]?\s*\)?\s*", re.IGNORECASE
)
_DATE = re.compile(r"\s*\d{4}(?:-\d{1,2}){1,2}\s*")
_LONGEST_PART = 6
"""More words before or behind the comma make a sentence, not a name."""


def kind(text: str) -> Kind | None:
    """What the form of a name shows that it is the name of; None where it shows nothing.

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
    if has_title(parts[0]):
        return "person"
    if len(parts) == 1:
        return _kind_of_whole(parts[0])
    if len(parts) == 2:
        return _kind_of_parted(*parts)
    return "organisation" if has_strong(words_of(parts[0])) else None


def is_nobody(text: str) -> bool:
    """Whether the value stands where a name would and names no one.

    >>> is_nobody("None"), is_nobody("(:unav)"), is_nobody("[s.n.]"), is_nobody("None, Jean"), is_nobody("--")
    (True, True, True, False, True)
    >>> is_nobody("[Name of the author missing]"), is_nobody("Auteur non identifié"), is_nobody("Author, A.")
    (True, True, False)
    >>> is_nobody("Senior Professor"), is_nobody("[s.n.?] (Oslo)"), is_nobody("1955-09-09"), is_nobody("Dean, Al")
    (True, True, True, False)
    """
    if _CODED.match(text) or not _WORD_SIGN.search(text) or text.strip() == "NA" or _DATE.fullmatch(text):
        return True
    if bracketed := _BRACKETED.match(text.strip()):
        # "[s.n.] (Oslo)": what stands behind a name that a cataloguer did not find is where it was printed.
        text = bracketed[0] if is_nobody(bracketed[0][1:-1]) else text
    titles, ranks = ontology.agent_words("title"), ontology.agent_words("rank")
    if "," not in text and len(words := words_of(text)) > 1 and all(word in titles or word in ranks for word in words):
        return True
    known = ontology.agent_words("nobody")
    parts = {" ".join(_NOT_A_WORD.sub(" ", part).split()).casefold() for part in COMMA.split(text)} - {""}
    whole = " ".join(_NOT_A_WORD.sub(" ", text).split()).casefold()
    return whole in known or all(part in known or _is_lack(part.split()) for part in parts)


def _is_lack(words: list[str]) -> bool:
    """Whether several words, in small letters, say that a name is not there, and nothing else."""
    lacking, besides = ontology.agent_words("nobody-lack"), ontology.agent_words("nobody-besides")
    return len(words) > 1 and not lacking.isdisjoint(words) and all(word in lacking | besides for word in words)


def is_coded(text: str) -> bool:
    """Whether the value is one of DataCite's codes for a value that is not known, not there or not to be told.

    >>> is_coded("(:unav)"), is_coded(":tba"), is_coded("(:unav) shelf 12")
    (True, True, False)
    """
    return bool(_CODED_WHOLE.fullmatch(text))


def is_generic(name: str) -> bool:
    """Whether many organisations bear the name: a part of one that is not named, or nothing but common words.

    >>> is_generic("Department of Physics"), is_generic("University Press"), is_generic("Tern University Press")
    (True, True, False)
    >>> is_generic("Department of Physics, Tern University"), is_generic("Elsevier")
    (False, False)
    """
    parts = COMMA.split(name)
    words = words_of(name)
    units = ontology.agent_words("unit")
    if words and all(word in units for word in words):
        return True
    heads = ontology.agent_words("unit-of-another")
    if len(parts) > 1 or not words:
        return False
    return words[0] in heads or (len(words) < 3 and words[-1] in ontology.agent_words("unit-at-the-end"))


def has_title(text: str) -> bool:
    """Whether the name begins with an academic or other title, which only persons bear.

    >>> has_title("Professor Ann Rook"), has_title("Rook"), has_title("Doctor")
    (True, False, False)
    """
    words = words_of(COMMA.split(text, maxsplit=1)[0])
    return len(words) > 1 and words[0] in ontology.agent_words("title") and not has_strong(words)


def has_initials(name: str) -> bool:
    """Whether the name is written with initials as persons are: "I. Rook", "Ida M. Rook", "Rook I."."""
    tokens = name.split()
    initials = [token for token in tokens if _INITIAL.fullmatch(token)]
    others = len(tokens) - len(initials)
    is_joined = any(token.lower() in {"and", "&", "und", "et", "of"} for token in tokens)
    return (
        bool(initials)
        and 0 < others < 4
        and len(initials) < 5
        and not (_STATE.match(name) or _DIGIT.search(name) or is_joined)
    )


def _kind_of_whole(name: str) -> Kind | None:
    words = words_of(name)
    if has_strong(words) or any(part in name for part in ontology.agent_words("organisation-part")):
        return "organisation"
    long_words = [word for word in words if len(word.replace(".", "")) > 1]
    soft = ontology.agent_words("organisation-or-surname")
    if len(long_words) > 2 and any(word in soft for word in words):
        return "organisation"
    return "person" if has_initials(name) else None


def _kind_of_parted(family: str, given: str) -> Kind | None:
    """What "Family, Given" is: a person, but for words that only organisations bear."""
    if not _LETTER.search(family) or not _LETTER.search(given) or _DIGIT.search(family + given):
        return None
    family_words, given_words = words_of(family), words_of(given)
    particles = ontology.agent_words("particle")
    own = [word for word in family_words if word not in particles]
    soft = ontology.agent_words("organisation-or-surname")
    if any(part in family + given for part in ontology.agent_words("organisation-part")):
        return "organisation"
    if len(own) > 1 and not (_INITIALS.fullmatch(given) and given.isupper()):
        if has_strong(family_words):
            return "organisation"
        if any(word in soft for word in own):
            return "organisation" if len(own) > 2 or _has_connector(family_words) else None
    if _has_organisation(given_words):
        # "Springfield, University of" is inverted, and "KML, Kestrel Memorial Library" led by its letters; else the
        # second part may be where the one of the first works.
        is_one = family.isupper() or given_words[-1] in ontology.agent_words("connector")
        return "organisation" if is_one else None
    if {"and", "&", "und", "et"} & {*family_words, *given_words}:
        return None
    return None if _is_sentence(family) or _is_sentence(given) else "person"


def _is_company(parts: list[str]) -> bool:
    """Whether the name ends in the form of a company: "Acme, Inc.", "Acme Tide GmbH"."""
    companies = ontology.agent_words("company")
    last = parts[-1].casefold().strip().rstrip(".")
    if last in companies:
        # "Jackson, S.A." and "Lu, SA" are persons: two letters are initials.
        return len(parts) > 1 and (len(last.replace(".", "")) > 2 or len(parts) > 2)
    words = parts[-1].split()
    if len(parts) > 1 or len(words) < 2:
        return False
    end = words[-1].casefold().rstrip(".")
    return end in companies and (len(end) > 2 or words[-1].isupper() or words[-1] == "Co.")


def has_strong(words: list[str]) -> bool:
    """Whether one of the words, or two of them in a row, are found in names of organisations alone."""
    strong = ontology.agent_words("organisation")
    return any(word in strong for word in words) or any(f"{one} {other}" in strong for one, other in pairwise(words))


def _has_organisation(words: list[str]) -> bool:
    """Whether a part behind a comma holds words of organisations; one alone may be a given name."""
    if len(words) < 2:
        return False
    return has_strong(words) or any(word in ontology.agent_words("organisation-or-surname") for word in words)


def _is_sentence(part: str) -> bool:
    """Whether the part before or behind the comma says more than names: many words, or words in small letters."""
    words = part.split()
    passing = ontology.agent_words("particle") | ontology.agent_words("connector")
    small = [word for word in words if word.islower() and word.strip(".,'’") not in passing]
    return len(words) > _LONGEST_PART or (len(small) > 1 and not part.islower())


def _has_connector(words: list[str]) -> bool:
    connectors = ontology.agent_words("connector")
    return any(word in connectors for word in words[1:])


def words_of(text: str) -> list[str]:
    """The words of a name in small letters, without the punctuation round them."""
    parted = text.casefold().replace(",", " ").replace("/", " ").split()
    return [bare for word in parted if (bare := word.strip(".,:;()[]{}\"'“”‘’«»"))]
