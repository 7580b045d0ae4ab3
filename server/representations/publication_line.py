"""When and where a work appeared, as citations state it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from server.representations.view import View

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?:T.*)?")
_JOURNALS = frozenset({"fabio:Journal", "fabio:Magazine", "fabio:Newspaper", "fabio:Periodical"})
_SERIES = frozenset({"fabio:Series", "fabio:BookSeries"})
_WITHIN_JOURNALS = frozenset({"fabio:JournalVolume", "fabio:JournalIssue"})


def date_of(view: View, address: str) -> tuple[str, ...]:
    """The year of publication, and the month and day of that date, as far as they are known."""
    year = view.text(address, "fabio:hasPublicationYear")
    found = _DATE.fullmatch(view.text(address, "prism:publicationDate") or view.text(address, "dcterms:issued"))
    # Graphs that are not ours may have a date of issue and no year.
    if found and year in {"", found[1]}:
        return tuple(part for part in found.groups() if part)
    return (year,) if year else ()


class Containers(NamedTuple):
    """What a work is part of, as the record prints it; what is not known is empty.

    `number` is that of the work, or of the book around it, in the series.
    """

    journal: str = ""
    in_journal: bool = False
    book: str = ""
    series: str = ""
    number: str = ""
    issn: str = ""
    isbn: str = ""


def containers_of(view: View, address: str) -> Containers:
    """What the work is part of: the journal or the book around it, and the series of either."""
    journals, books, series = _parts(view, address)
    journal, book = next(iter(journals), ""), next(iter(books), "")
    members = [address, *books]
    for member in books:
        series += [part for part in _parts(view, member)[2] if part not in series]
    numbers = [view.text(member, "fabio:hasSequenceIdentifier") for member in members]
    numbers += [_number_within(view, member) for member in members]
    printed = [value.text for value in view.texts(address, "prism:publicationName")]
    return Containers(
        # A journal that several records name is called as this one calls it.
        journal=_called(view, journal, printed) if journal or not book else "",
        in_journal=bool(journal),
        book=_called(view, book, printed if not journal else []),
        series=_called(view, next(iter(series), ""), []),
        number=next(filter(None, numbers), ""),
        issn=next(filter(None, (_issn(view, node) for node in (*journals, *books, *series))), ""),
        isbn=view.text(book, "prism:isbn"),
    )


def _parts(view: View, address: str) -> tuple[list[str], list[str], list[str]]:
    """The journals, the books and the series that something is part of."""
    journals, books, series = list[str](), list[str](), list[str]()
    for part in view.links(address, "dcterms:isPartOf"):
        where = part.address or ""
        types = {value.text for value in view.links(where, "rdf:type")}
        if types & _JOURNALS:
            journals.append(where)
        elif types & _SERIES:
            series.append(where)
        elif types & _WITHIN_JOURNALS or view.nodes(where, "frbr:partOf"):
            continue
        elif "fabio:Expression" in types or view.text(where, "prism:isbn"):
            books.append(where)
    return journals, books, series


def _called(view: View, address: str, printed: Sequence[str]) -> str:
    """What a container is called: as the record prints it, else as the graph has it; a number alone is no name."""
    title = view.text(address, "dcterms:title")
    return title if title in printed else next(iter(printed), title)


def _issn(view: View, address: str) -> str:
    return view.text(address, "prism:issn") or view.text(address, "prism:eIssn")


def _number_within(view: View, address: str) -> str:
    """The number of a thing in a series, where it is part of several and each number is a part of its own series."""
    for part in view.nodes(address, "dcterms:isPartOf"):
        if view.nodes(part, "frbr:partOf") and not {v.text for v in view.links(part, "rdf:type")} & _WITHIN_JOURNALS:
            return view.text(part, "fabio:hasSequenceIdentifier")
    return ""
