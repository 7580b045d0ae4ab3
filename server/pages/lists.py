"""The works that lead to a thing, a page at a time, as rows for people and as a Hydra collection for programs.

Source: Hydra Core Vocabulary, https://www.hydra-cg.com/spec/latest/core/.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from converter.store.catalogue_reader import CatalogueReader, Row
from converter.values.terms import integer, iri, literal, triple, type_
from server.descriptions import description
from server.descriptions.paths import page_of
from server.sparql import Endpoint

SIZE = 50
"""Works on a page."""

_HYDRA = "http://www.w3.org/ns/hydra/core#"
_PREFIXES = (
    "PREFIX dcterms: <http://purl.org/dc/terms/> PREFIX foaf: <http://xmlns.com/foaf/0.1/> "
    "PREFIX frbr: <http://purl.org/vocab/frbr/core#> PREFIX pro: <http://purl.org/spar/pro/> "
)


_TERM = "<http://purl.org/spar/fabio/hasSubjectTerm>"
_QUALIFIER = "<http://id.nlm.nih.gov/mesh/vocab#hasQualifier>"


class Works(NamedTuple):
    """A page of works (item, title, year as far as they are known), its number from 1, and how many there are.

    `listed` are the same works as the catalogue has them, where there is one.
    """

    rows: list[dict[str, str]]
    number: int
    total: int
    listed: list[Row] | None = None

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(1, -(-self.total // SIZE))


def works_of(endpoint: Endpoint, base: str, address: str, number: int, catalogue: CatalogueReader | None) -> Works:
    """A page of the works that lead to a thing, from the catalogue where there is one, else from the graph."""
    return _listed(catalogue, base, address, number) if catalogue else _asked(endpoint, base, address, number)


def _listed(catalogue: CatalogueReader, base: str, address: str, number: int) -> Works:
    thing = catalogue.thing(address.removeprefix(base))
    if thing is None:
        return Works([], number, 0, [])
    found = catalogue.works(thing.id, number, SIZE)
    rows = [
        {"item": f"{base}item/{row.path}", "title": row.title, "year": str(row.stated.get("year") or "")}
        for row in found
    ]
    return Works([{name: text for name, text in row.items() if text} for row in rows], number, thing.works, found)


def _asked(endpoint: Endpoint, base: str, address: str, number: int) -> Works:
    """The works that lead to a thing straight, over a role, an issue or volume, or a heading."""
    chosen = _leading(base, address)
    counted = description.rows(endpoint, f"{_PREFIXES} SELECT (COUNT(DISTINCT ?item) AS ?n) WHERE {{ {chosen} }}")
    total = int(counted[0]["n"]) if counted else 0
    if (number - 1) * SIZE >= total:
        return Works([], number, total)
    # The order is that of the addresses: it costs one pass, and is the same on every page.
    page = f"SELECT DISTINCT ?item WHERE {{ {chosen} }} ORDER BY ?item LIMIT {SIZE} OFFSET {(number - 1) * SIZE}"
    return Works(description.named(endpoint, page), number, total)


def lines_of(works: Works, address: str, document: str) -> Iterator[str]:
    """Yield the triples of a page: the collection with its total, the page with its neighbours, members with labels."""
    collection, page = iri(f"{address}#works"), iri(_view(document, works.number))
    yield triple(collection, type_, iri(f"{_HYDRA}Collection"))
    yield triple(collection, iri(f"{_HYDRA}totalItems"), integer(works.total))
    yield triple(collection, iri(f"{_HYDRA}view"), page)
    yield triple(page, type_, iri(f"{_HYDRA}PartialCollectionView"))
    for name, number in neighbours(works).items():
        yield triple(page, iri(_HYDRA + name), iri(_view(document, number)))
    for row in works.rows:
        item = iri(row["item"])
        yield triple(collection, iri(f"{_HYDRA}member"), item)
        if "title" in row:
            yield triple(item, iri("http://www.w3.org/2000/01/rdf-schema#label"), literal(row["title"]))


def neighbours(works: Works) -> dict[str, int]:
    """The pages beside a page, by their names in Hydra."""
    around = {"first": 1, "previous": works.number - 1, "next": works.number + 1, "last": works.last}
    return {name: number for name, number in around.items() if 1 <= number <= works.last}


def _view(document: str, number: int) -> str:
    """What a page is called in the graph: the first is a part of the description, which has a name of its own."""
    return page_of(document, number) if number > 1 else f"{document}#page-1"


def _leading(base: str, address: str) -> str:
    """A pattern for the items that lead to a thing; parts of items are none."""
    thing = iri(address)
    return (
        f"{{ ?item ?property {thing} }} UNION {{ ?role pro:isHeldBy|pro:relatesToOrganization {thing} . "
        f"?item pro:isDocumentContextFor ?role }} UNION {{ ?item (frbr:partOf|dcterms:isPartOf)+ {thing} }} "
        f"UNION {{ ?source dcterms:isPartOf {thing} ; foaf:primaryTopic ?item }} UNION {{ ?item {thing} ?value }} "
        f"UNION {{ ?item {_TERM} ?pair . ?pair {_QUALIFIER} {thing} }} "
        f'FILTER(STRSTARTS(STR(?item), "{base}item/") && !CONTAINS(STR(?item), "#"))'
    )
