"""When and where a work appeared, as citations tell it."""

from __future__ import annotations

import re

from server.pages.view import View

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?:T.*)?")
_JOURNALS = frozenset({"fabio:Journal", "fabio:Magazine", "fabio:Newspaper", "fabio:Periodical"})
_SERIES = frozenset({"fabio:Series", "fabio:BookSeries"})


def date_of(view: View, address: str) -> tuple[str, ...]:
    """The year of publication, and the month and day of that date, as far as they are known."""
    year = view.text(address, "fabio:hasPublicationYear")
    found = _DATE.fullmatch(view.text(address, "prism:publicationDate") or view.text(address, "dcterms:issued"))
    # Graphs that are not ours may have a date of issue and no year.
    if found and year in {"", found[1]}:
        return tuple(part for part in found.groups() if part)
    return (year,) if year else ()


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
