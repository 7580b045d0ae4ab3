"""When and where a work appeared, as citations tell it."""

from __future__ import annotations

import re

from server.pages.view import View

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
# A machine noted the moment; a day is a date without a clock, or midnight somewhere in whole hours.
_DAY = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?(?:T\d{2}:00:00(?:\.0+)?Z)?")
_JOURNALS = frozenset({"fabio:Journal", "fabio:Magazine", "fabio:Newspaper", "fabio:Periodical"})
_SERIES = frozenset({"fabio:Series", "fabio:BookSeries"})


def date_of(view: View, address: str) -> tuple[str, ...]:
    """The year of issue, its month and day, as far as they are known."""
    found = _DATE.match(_issued(view, address))
    return tuple(part for part in found.groups() if part) if found else ()


def containers_of(view: View, address: str) -> dict[str, str]:
    """What the work is part of: the names of journal, book and series, with their numbers."""
    found: dict[str, str] = {}
    for part in view.links(address, "dcterms:isPartOf"):
        where = part.address or ""
        # A container that the record names by nothing but a number is not called by its address.
        name = view.text(where, "dcterms:title")
        types = {value.text for value in view.links(where, "rdf:type")}
        if types & _JOURNALS:
            found.setdefault("journal", name)
            found.setdefault("issn", view.text(where, "prism:issn") or view.text(where, "prism:eIssn"))
        elif types & _SERIES:
            found.setdefault("series", name)
            found.setdefault("issn", view.text(where, "prism:issn"))
        elif "fabio:Expression" in types or view.text(where, "prism:isbn"):
            found.setdefault("book", name)
            found.setdefault("isbn", view.text(where, "prism:isbn"))
    return found


def _issued(view: View, address: str) -> str:
    """The date of issue; where none is called so, the earliest date of the work that is no moment of a machine."""
    told = view.text(address, "dcterms:issued") or view.text(address, "fabio:hasPublicationYear")
    dates = (value.text for value in view.texts(address, "dcterms:date"))
    return told or min((date for date in dates if _DAY.fullmatch(date)), default="")
