"""The works that a record with an item of its own holds or led to: those of a journal, a book, an issue, a person."""

from __future__ import annotations

from typing import NamedTuple

import ontology
from converter.values.terms import iri
from server.descriptions import description
from server.http.languages import gettext
from server.representations.registry import Description
from server.sparql import Endpoint

MOST = 200
"""Works that a page names."""
_HELD = ("dcterms:isPartOf", "frbr:partOf")
_MADE = ("dcterms:creator", "dcterms:contributor")


class Held(NamedTuple):
    """Works under a heading, each with its address and title; `is_all` says that there are no more."""

    heading: str
    works: tuple[tuple[str, str], ...]
    is_all: bool


def held_works(endpoint: Endpoint, described: Description) -> list[Held]:
    """What other records say to be part of an item, and to be by it; each branch begins at a constant: a look-up."""
    found = []
    for heading, names in ((gettext("Works in it"), _HELD), (gettext("Works"), _MADE)):
        item = iri(described.address)
        branches = " UNION ".join(f"{{ ?work {_term(name)} {item} }}" for name in names)
        rows = description.rows(
            endpoint,
            f"SELECT ?work (MIN(?title) AS ?name) WHERE {{ {{ SELECT DISTINCT ?work WHERE {{ {branches}"
            f" ?document {_term('foaf:primaryTopic')} ?work . }} LIMIT {MOST + 1} }}"
            f" OPTIONAL {{ ?work {_term('dcterms:title')} ?title }} }} GROUP BY ?work ORDER BY ?name ?work",
        )
        works = tuple((row["work"], row.get("name", "")) for row in rows if row.get("work"))
        if works:
            found.append(Held(heading, works[:MOST], len(works) <= MOST))
    return found


def _term(name: str) -> str:
    return iri(ontology.expand(name, "held works"))
