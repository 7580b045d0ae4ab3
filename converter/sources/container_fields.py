"""What a work stands in, as formats state it in parts → the fields that the crosswalk reads."""

from __future__ import annotations

from collections.abc import Iterable

from converter.sources.builder import Draft
from converter.values import iris, serials
from ontology.source_tables import field_of, kinds

ISSN_KINDS = kinds("issn-kinds")
"""The kinds of ISSN by Crossref's names → field."""
IN_BOOKS = frozenset(
    "book-chapter book-section book-part book-track reference-entry proceedings-article paper-conference chapter"
    " entry-encyclopedia entry-dictionary report-component".split()
)
"""Types of Crossref and of citation processors that stand in books or proceedings."""


def of_host(kind: str) -> str:
    """The field of a number of what the work stands in, by the name of its kind; empty where it is no ISSN or ISBN.

    >>> of_host("ISSN"), of_host("isbn"), of_host("DOI")
    ('dc.identifier.issn', 'dc.relation.isbn', '')
    """
    field = field_of("identifier-types", kind, "")
    return "dc.relation.isbn" if field.endswith("isbn") else field if "issn" in field else ""


def series_text(title: str, issn: str = "", number: str = "") -> str:
    """A series with its ISSN and the number in it, as catalogues write it (ISBD area 6).

    >>> series_text("Sea notes", "8765-0185", "5"), series_text("Sea notes")
    ('Sea notes, ISSN 8765-0185 ; 5', 'Sea notes')
    """
    shown = title + (f", ISSN {issn}" if issn else "")
    return f"{shown} ; {number}" if number else shown


def add_series(draft: Draft, title: str, issn: str, number: str, *, is_again: bool = False) -> None:
    """Take a series; one that is given again, in the form of its heading, is given once."""
    if not title and not issn:
        return
    shown = series_text(title or f"ISSN {issn}", issn if title else "", number)
    named = iris.slug(serials.series(shown).title)
    if not is_again or named not in draft.series:
        draft.series.add(named)
        draft.add("dc.relation.ispartofseries", shown)


def add_titles(draft: Draft, titles: list[str], kind: str, series_number: str = "") -> None:
    """Take the titles of containers: of two that a chapter or paper has, the first is that of the series."""
    series = titles[:-1] if kind in IN_BOOKS and len(titles) > 1 else []
    for title in series:
        draft.add("dc.relation.ispartofseries", series_text(title, number=series_number))
    for title in titles[len(series) :]:
        draft.add("dc.relation.ispartof", title)


def add_issns(draft: Draft, numbers: Iterable[str], kinds: dict[str, str]) -> None:
    """Take ISSNs, each under the field of its kind where that is given; `kinds` is ISSN → kind."""
    for number in dict.fromkeys([*kinds, *numbers]):
        draft.add(ISSN_KINDS.get(kinds.get(number, ""), "dc.identifier.issn"), number)


def add_conference(draft: Draft, name: str = "", place: str = "", start: str = "", end: str = "") -> None:
    """Take a conference: its name, its place, its first and last day."""
    if name:
        draft.add("dc.relation.conference", name)
    if place:
        draft.add("oaire.citation.conferencePlace", place)
    if start or end:
        draft.add("oaire.citation.conferenceDate", f"{start}/{end}" if start and end and start != end else start or end)
