"""What a work is, in the words of each of those who cite it (`ontology/works.csv`)."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import ontology
from server.representations.view import View


class Kind(NamedTuple):
    """What a work is, in the words of each of those who cite it (a row of `ontology/works.csv`)."""

    class_: str
    schema_org: str
    csl: str
    bibtex: str
    ris: str
    datacite: str


def kind_of(view: View, address: str, *, in_journal: bool) -> Kind:
    """The kind of a work; what nobody says the type of and stands in a journal is an article of it."""
    stated = kind(_classes(view, address))
    return (
        kind(frozenset({ontology.expand("fabio:JournalArticle", "kinds")}))
        if in_journal and stated == kinds()[-1][1]
        else stated
    )


@lru_cache(maxsize=1)
def kinds() -> tuple[tuple[str, Kind], ...]:
    """The rows of `ontology/works.csv`, the most specific class first, each with its IRI."""
    rows = [(place, Kind(*row.values())) for place, row in ontology.table("works.csv")]
    return tuple((ontology.expand(row.class_, place), row) for place, row in rows)


def kind(classes: frozenset[str]) -> Kind:
    """What a work of these classes is called: by the most specific that is known.

    >>> kind(frozenset({"http://purl.org/spar/fabio/Expression", "http://purl.org/spar/fabio/BookChapter"})).csl
    'chapter'
    """
    rows = kinds()
    return next((row for class_, row in rows if class_ in classes), rows[-1][1])


def _classes(view: View, address: str) -> frozenset[str]:
    own = {*view.nodes(address, "rdf:type"), *view.nodes(address, "dcterms:type")}
    works = (node for work in view.nodes(address, "frbr:realizationOf") for node in view.nodes(work, "rdf:type"))
    return frozenset(own.union(works))
