"""A work as CSL-JSON (https://docs.citationstyles.org/en/stable/specification.html, appendices III and IV)."""

from __future__ import annotations

import json
from typing import Any

from server.site.work import Agent, Work

_ROLES = {
    "author": "author",
    "editor": "editor",
    "translator": "translator",
    "illustrator": "illustrator",
    "compiler": "compiler",
    "curator": "curator",
}
"""Our roles → the name variables of CSL."""


def csl_json(work: Work) -> bytes:
    """The work as one object of CSL-JSON."""
    return json.dumps(csl_item(work), ensure_ascii=False, indent=1).encode() + b"\n"


def csl_item(work: Work) -> dict[str, Any]:
    """The variables of the work that are known."""
    numbers = {identifier.scheme: identifier.value for identifier in work.identifiers}
    pages = "-".join(part for part in (work.first_page, work.last_page) if part)
    item: dict[str, Any] = {
        "id": work.address,
        "type": work.kind.csl,
        "title": work.titles[0].text if work.titles else "",
        **{name: [_name(agent) for agent in work.roles.get(role, ())] for role, name in _ROLES.items()},
        "issued": {"date-parts": [[int(part) for part in work.date]]} if work.date else {},
        "container-title": work.journal or work.book,
        "collection-title": work.series,
        "collection-number": work.number if work.series else "",
        "volume": work.volume,
        "issue": work.issue,
        "page": pages or work.article_number,
        "publisher": "; ".join(work.publishers),
        # The place of a journal's publisher has no part in a citation.
        "publisher-place": "" if work.journal else work.place,
        "genre": work.types[0] if work.kind.csl in {"thesis", "report"} and work.types else "",
        "DOI": work.doi,
        "ISSN": work.issn,
        "ISBN": work.isbn,
        "PMID": numbers.get("pmid", ""),
        "PMCID": numbers.get("pmcid", ""),
        "URL": work.link,
        "language": work.languages[0] if work.languages else "",
        "abstract": "\n".join(value.text for value in work.abstracts),
        "keyword": ", ".join(value.text for value in work.subjects),
    }
    return {name: value for name, value in item.items() if value}


def _name(agent: Agent) -> dict[str, str]:
    if agent.organisation or not agent.family:
        return {"literal": agent.name}
    return {"family": agent.family, **({"given": agent.first_names} if agent.given else {})}
