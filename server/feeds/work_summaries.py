"""What the graph says of works in a few words: for a feed that lists them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from converter.values.terms import iri
from server.descriptions.description import rows
from server.http.validated import carriable
from server.sparql import Endpoint

_PREFIXES = (
    "PREFIX co: <http://purl.org/co/> PREFIX dcterms: <http://purl.org/dc/terms/> "
    "PREFIX foaf: <http://xmlns.com/foaf/0.1/> PREFIX pro: <http://purl.org/spar/pro/> "
    "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
)
_AUTHOR = (
    "?item pro:isDocumentContextFor ?role . ?role pro:withRole pro:author "
    "OPTIONAL { ?role rdfs:label ?printed } OPTIONAL { ?role pro:isHeldBy/foaf:name ?named } "
    "OPTIONAL { ?role co:index ?place } BIND(COALESCE(?printed, ?named) AS ?author)"
)
_PATTERNS = ("?item dcterms:title ?title", "?item dcterms:abstract ?abstract", _AUTHOR)
"""What is asked of each work.  The works stand inside each branch: outside, an engine reads every title there is."""


@dataclass
class Stated:
    """A work in a few words: its title, its abstract, its authors in their order."""

    title: str = ""
    abstract: str = ""
    authors: list[str] = field(default_factory=list)


def stated(endpoint: Endpoint, items: Iterable[str]) -> dict[str, Stated]:
    """The works with these addresses, those that the graph knows.

    Raises what the endpoint raises.
    """
    values = " ".join(map(iri, items))
    if not values:
        return {}
    query = (
        f"{_PREFIXES} SELECT ?item ?title ?abstract ?author ?place WHERE "
        f"{{ {' UNION '.join(f'{{ VALUES ?item {{ {values} }} {pattern} }}' for pattern in _PATTERNS)} }}"
    )
    works: dict[str, Stated] = {}
    authors: dict[str, set[tuple[int, str]]] = {}
    for row in rows(endpoint, query):
        work = works.setdefault(row["item"], Stated())
        # Of several titles the same one each time.
        work.title = min(filter(None, (work.title, carriable(row.get("title", "")))), default="")
        work.abstract = min(filter(None, (work.abstract, carriable(row.get("abstract", "")))), default="")
        if name := carriable(row.get("author", "")).strip():
            authors.setdefault(row["item"], set()).add((_place(row.get("place", "")), name))
    for item, found in authors.items():
        works[item].authors = [name for _, name in sorted(found)]
    return works


def _place(text: str) -> int:
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 10 else 0
