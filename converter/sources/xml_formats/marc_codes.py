"""What the codes of a MARC 21 record say: the kind of work (leader and 008), the date (008), terms of RDA (33X).

Source: MARC 21 Format for Bibliographic Data, https://www.loc.gov/marc/bibliographic/bdleader.html and bd008.html.
"""

from __future__ import annotations

import re
from functools import lru_cache

import ontology

_OF_TEXT = {
    "m": "Book",
    "a": "Book chapter",
    "b": "Article",
    "s": "Periodical",
    "c": "Collection",
}
"""Bibliographic level (leader 07) of language material → its kind; any other is a text."""
_SERIALS = {"n": "Newspaper", "m": "Book series"}
"""Type of continuing resource (008/21) → its kind; any other is a periodical."""
_FILES = {"a": "Dataset", "j": "Interactive resource", "d": "Text"}
"""Type of computer file (008/26) → its kind; any other is software."""
_OTHERS = {
    **dict.fromkeys("cd", "Musical notation"),
    **dict.fromkeys("ef", "Map"),
    "g": "Moving image",
    **dict.fromkeys("ij", "Sound"),
    "k": "Image",
    "o": "Collection",
    "p": "Collection",
    "r": "Physical object",
}
"""Type of record (leader 06) of what is no language material → its kind."""


def kind_of_work(leader: str, data: str, *, is_thesis: bool) -> str:
    """The kind of work; empty where the codes are none of the standard's.

    A dissertation note says more than the level "monograph" does.

    >>> kind_of_work("00000nam a22", "", is_thesis=False), kind_of_work("00000nam a22", "", is_thesis=True)
    ('Book', 'Thesis')
    >>> kind_of_work("00000nas a22", "990101c19999999no fr n", is_thesis=False)
    'Newspaper'
    """
    record, level = leader[6:7], leader[7:8]
    if is_thesis and (record in {"a", "t"} or not record.strip()):
        return "Thesis"
    if record == "t":
        return "Manuscript"
    if record == "a":
        return _SERIALS.get(data[21:22], "Periodical") if level == "s" else _OF_TEXT.get(level, "Text")
    if record == "m":
        return _FILES.get(data[26:27], "Software")
    return _OTHERS.get(record, "")


def coded_date(kind: str, first: str, second: str) -> str:
    """The date of publication in field 008: of one year, or of a serial or set from one to another; empty where none.

    >>> coded_date("s", "2009", "    "), coded_date("c", "1999", "9999"), coded_date("m", "2001", "2003")
    ('2009', '1999/..', '2001/2003')
    """
    if not re.fullmatch(r"\d{4}|\d{2,3}u{1,2}", first) or kind in {"n", "b"}:
        return ""
    if kind in {"c", "d", "u", "m", "i", "k"} and re.fullmatch(r"\d{4}", second) and second != first:
        return f"{first}/{'..' if second == '9999' else second}"
    return first


RDA = {
    "rdacontent": "http://id.loc.gov/vocabulary/contentTypes/",
    "rdamedia": "http://id.loc.gov/vocabulary/mediaTypes/",
    "rdacarrier": "http://id.loc.gov/vocabulary/carriers/",
}
"""List of RDA's terms → what the address of a term in it begins with."""


@lru_cache(maxsize=1)
def _rda_terms() -> dict[tuple[str, str], str]:
    rows = [row for _, row in ontology.table("rda.csv")]
    return {(row["list"], row[column]): row["code"] for row in rows for column in ("code", "term")}


def rda_code(list_: str, term: str) -> str:
    """The code of a term in a list of RDA, which may be named by its code or its words; empty where it is none.

    >>> rda_code("rdacarrier", "Online resource"), rda_code("rdacarrier", "nc"), rda_code("rdacarrier", "nide")
    ('cr', 'nc', '')
    """
    return _rda_terms().get((list_, " ".join(term.casefold().split())), "")
