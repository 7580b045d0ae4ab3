"""What stands against a work or follows from it: retractions, corrections, concerns, updates; said on both works."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import ontology
from converter.values.terms import iri
from server.descriptions import description
from server.http.languages import gettext, later
from server.representations.registry import Description
from server.sparql import Endpoint


class _Kind(NamedTuple):
    """A relation between a notice and a work: its property each way, what is said on either page."""

    by_notice: str
    by_work: str
    of_work: str
    of_notice: str
    grave: bool


_KINDS = (
    _Kind(
        "cito:retracts",
        "cito:isRetractedBy",
        later("This work has been retracted"),
        later("This retracts another work"),
        True,
    ),
    _Kind(
        "cito:disputes", "cito:isDisputedBy", later("Concern has been expressed"), later("This expresses concern"), True
    ),
    _Kind(
        "cito:corrects",
        "cito:isCorrectedBy",
        later("This work has been corrected"),
        later("This corrects another work"),
        False,
    ),
    _Kind(
        "cito:updates",
        "cito:isUpdatedBy",
        later("There is an update of this work"),
        later("This updates another work"),
        False,
    ),
)


class Notice(NamedTuple):
    """A sentence, whether it is grave, and the works that it is about: address and title, empty where none is known."""

    text: str
    grave: bool
    works: tuple[tuple[str, str], ...]


def notices(endpoint: Endpoint, described: Description) -> list[Notice]:
    """The notices that the page of a work shows, the gravest first; those that only another record states too."""
    found: dict[tuple[str, bool], dict[str, str]] = {}
    for row in description.rows(endpoint, _query(described)):
        kind = _KINDS[int(row["kind"])]
        text = kind.of_work if row["side"] == "work" else kind.of_notice
        grave = kind.grave and row["side"] == "work"
        found.setdefault((gettext(text), grave), {})[row.get("known", row["other"])] = row.get("title", "")
    return [Notice(text, grave, tuple(sorted(works.items()))) for (text, grave), works in found.items()]


def _query(described: Description) -> str:
    """The question for both directions of each relation; each branch begins at a constant, so that it is a look-up."""
    pages = [link.address or "" for link in described.view.links(described.address, "foaf:page")]
    selves = [described.address, *(page for page in pages if page.startswith("https://doi.org/"))]
    branches = " UNION ".join(branch for own in selves for branch in _branches(iri(own)))
    title, page = (iri(ontology.expand(name, "notices")) for name in ("dcterms:title", "foaf:page"))
    return (
        f"SELECT DISTINCT ?kind ?side ?other ?known ?title WHERE {{ {{ {branches} }}"
        f" OPTIONAL {{ {{ ?known {page} ?other ; {title} ?title }}"
        f" UNION {{ ?other {title} ?title BIND(?other AS ?known) }} }} }} ORDER BY ?kind ?other ?title LIMIT 100"
    )


def _branches(own: str) -> Iterator[str]:
    for number, kind in enumerate(_KINDS):
        notice, work = (iri(ontology.expand(name, "notices")) for name in (kind.by_notice, kind.by_work))
        for pattern, side in (
            (f"?other {notice} {own}", "work"),
            (f"{own} {work} ?other", "work"),
            (f"{own} {notice} ?other", "notice"),
            (f"?other {work} {own}", "notice"),
        ):
            yield f'{{ {pattern} BIND({number} AS ?kind) BIND("{side}" AS ?side) }}'
