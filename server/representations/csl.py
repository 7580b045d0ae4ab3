"""A work as CSL-JSON (https://docs.citationstyles.org/en/stable/specification.html, appendices III and IV)."""

from __future__ import annotations

import json
from typing import Any

from server.representations.publication_line import Issued
from server.representations.work import Agent, Work

ROLES = {
    "author": "author",
    "editor": "editor",
    "translator": "translator",
    "illustrator": "illustrator",
    "compiler": "compiler",
    "curator": "curator",
    "series-editor": "collection-editor",
}
"""Our roles → the name variables of CSL."""
_SEASONS = ("Spring", "Summer", "Autumn", "Winter")
_PARTICLES = frozenset(
    "af av da das de del dela della den der di do dos du la le van ten ter und van vom von zu zum zur".split()
)


def csl_json(work: Work) -> bytes:
    """The work as one object of CSL-JSON."""
    return json.dumps(csl_item(work), ensure_ascii=False, indent=1).encode() + b"\n"


def csl_item(work: Work) -> dict[str, Any]:
    """The variables of the work that are known."""
    numbers = {identifier.scheme: identifier.value for identifier in work.identifiers}
    pages = "-".join(work.page_range)
    item: dict[str, Any] = {
        "id": work.address,
        "type": work.kind.csl,
        "title": " ".join(work.full_title.split()),
        **{name: [_name(agent) for agent in work.roles.get(role, ())] for role, name in ROLES.items()},
        "author": [_name(agent) for agent in work.authors],
        "issued": _issued(work.issued),
        "container-title": work.journal or work.book,
        "collection-title": work.series,
        "collection-number": work.number if work.series else "",
        "event-title": work.event.name,
        "event-place": work.event.place,
        "event-date": _date(*work.event.span),
        "note": work.more_series,
        "edition": work.edition,
        "number": work.own_number,
        "volume": work.volume,
        "issue": work.issue,
        "page": pages or work.article_number,
        "publisher": work.issuer,
        # The place of a journal's publisher has no part in a citation.
        "publisher-place": "" if work.journal else work.place,
        "genre": work.genre if work.kind.csl in {"thesis", "report", "article"} else "",
        "version": work.version,
        "DOI": work.doi,
        "ISSN": ", ".join(work.issns),
        "ISBN": ", ".join(work.isbns),
        "PMID": numbers.get("pmid", ""),
        "PMCID": numbers.get("pmcid", ""),
        "URL": work.link,
        "language": work.language,
        "abstract": "\n".join(value.text for value in work.abstracts),
        "keyword": work.keywords,
    }
    return {name: value for name, value in item.items() if value}


def _date(*days: tuple[str, ...]) -> dict[str, Any]:
    """One day, or the first and the last of several; empty for none."""
    return {"date-parts": [[int(part) for part in day] for day in days if day]} if any(days) else {}


def _issued(issued: Issued) -> dict[str, Any]:
    found = _date(issued.date, issued.end)
    found |= {"season": _SEASONS.index(issued.season) + 1} if issued.season else {}
    return found | ({"circa": True} if issued.circa else {})


def _name(agent: Agent) -> dict[str, str]:
    if not agent.person:
        return {"literal": agent.name}
    if not agent.family:
        return {"family": agent.name}
    given, particle = _parted(agent.first_names)
    parts = {"family": agent.family, "given": given, "dropping-particle": particle, "suffix": agent.suffix}
    return {name: part for name, part in parts.items() if part}


def _parted(given: str) -> tuple[str, str]:
    """The given names, and the particle of the family name that catalogues write behind them.

    >>> _parted("Aldo Matos da"), _parted("Aldo"), _parted("da")
    (('Aldo Matos', 'da'), ('Aldo', ''), ('da', ''))
    """
    words = given.split()
    end = len(words)
    while end > 1 and words[end - 1] in _PARTICLES:
        end -= 1
    return " ".join(words[:end]), " ".join(words[end:])
