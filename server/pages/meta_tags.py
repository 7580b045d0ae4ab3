"""What reference managers and search engines read in the head of a page: Highwire and Dublin Core tags.

Sources: https://scholar.google.com/intl/en/scholar/inclusion.html#indexing, and Dublin Core in HTML,
https://www.dublincore.org/specifications/dublin-core/dc-html/.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from server.representations.dublin_core import simple
from server.representations.registry import Description
from server.representations.work import Work

_ISSUERS = {"thesis": "citation_dissertation_institution", "report": "citation_technical_report_institution"}
"""What a work is in CSL → the tag of who stands behind it, "citation_publisher" for all others."""


class Meta(NamedTuple):
    """A tag: its name, its content, and the language of that."""

    name: str
    content: str
    language: str | None = None


def meta_tags(described: Description) -> list[Meta]:
    """The tags of a record: Highwire's first, then an element of Dublin Core each."""
    highwire = [tag for tag in _highwire(described.work) if tag.content]
    return highwire + [
        Meta(f"DC.{element}", value.text, value.language)
        for element, value in simple(described.view, described.address)
    ]


def _highwire(work: Work) -> Iterator[Meta]:
    for title in work.titles[:1]:
        yield Meta("citation_title", work.full_title, title.language)
    for agent in work.authors:
        yield Meta("citation_author", agent.name)
        yield Meta("citation_author_orcid", f"https://orcid.org/{agent.orcid}" if agent.orcid else "")
        yield from (Meta("citation_author_institution", name) for name in agent.affiliations)
    yield Meta("citation_publication_date", "/".join(work.date))
    yield Meta("citation_journal_title", work.journal)
    yield Meta("citation_inbook_title", work.book)
    yield Meta("citation_volume", work.volume)
    yield Meta("citation_issue", work.issue)
    yield Meta("citation_firstpage", work.first_page)
    yield Meta("citation_lastpage", work.last_page)
    yield Meta("citation_conference_title", work.event.name)
    yield from (Meta("citation_issn", value) for value in work.issns)
    yield from (Meta("citation_isbn", value) for value in work.isbns)
    yield Meta("citation_doi", work.doi)
    yield Meta(_ISSUERS.get(work.kind.csl, "citation_publisher"), work.issuer)
    yield Meta("citation_technical_report_number", work.own_number if work.kind.csl == "report" else "")
    yield Meta("citation_language", work.language)
    yield from (Meta("citation_keywords", value.text) for value in work.subjects)
    yield Meta("citation_abstract_html_url", work.landing)
    # One: of several, reference managers take whichever comes first.
    yield Meta("citation_pdf_url", work.main_pdf.address if work.main_pdf else "")
