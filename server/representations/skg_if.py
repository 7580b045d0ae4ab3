"""Works and things for scientific knowledge graphs: SKG-IF, the framework of the Research Data Alliance.

Every entity stands for itself in one graph, under the address that it has here; what the framework has no entity for
(a place, a collection) gives an empty graph, and identifiers whose scheme it does not know are left out.
Sources: https://skg-if.github.io/interoperability-framework/ and https://skg-if.github.io/context/, version 1.1.0.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import ontology
from server.representations.view import Value, View
from server.representations.work import Work, identifiers_of, orcid

CONTEXT = "https://w3id.org/skg-if/context/1.1.0/skg-if.json"
_SCHEMES = frozenset(
    "arxiv bibcode crossref doi eissn handle isbn issn ivoid lissn omid openalex opendoar orcid pmcid pmid ror spase "
    "url urn viaf w3id".split()
)
_TYPES = {"dataset": "research data", "software": "research software"}
"""What a work is in CSL → its kind of product; what is not a document is "other"."""
_OTHER = frozenset({"graphic", "map", "motion_picture", "musical_score", "song", "collection", "periodical"})
_DATES = {
    "Created": "creation",
    "Copyrighted": "copyright",
    "Accepted": "acceptance",
    "Collected": "collected",
    "Updated": "modified",
    "Valid": "validity",
}
_ACCESS = {
    "open access": "open",
    "embargoed access": "embargoed",
    "restricted access": "restricted",
    "metadata only access": "closed",
}
_RELATED = {
    "cites": {"Cites", "References"},
    "is_supplemented_by": {"IsSupplementedBy"},
    "is_documented_by": {"IsDocumentedBy"},
    "is_new_version_of": {"IsNewVersionOf"},
    "is_part_of": {"IsPartOf"},
}
_ROLES = frozenset({"author", "editor", "publisher"})
_CONTRIBUTIONS = {"supervisor": "supervision"}
"""Our roles → the contributions of CRediT."""
_PARTS = frozenset({"fabio:JournalVolume", "fabio:JournalIssue"})

Entity = dict[str, Any]


def skg_if(view: View, address: str, work: Callable[[], Work]) -> bytes:
    """The work with all that it leads to, or the thing alone; `work` is asked where the address is of an item."""
    if address.startswith(f"{view.base}item/"):
        made = work()
        entities = [_product(made, view), *_entities(view, _linked(made, view))]
    else:
        entities = [*_entities(view, [address])]
    graph = [_kept(entity) for entity in entities]
    document = {"@context": [CONTEXT, {"@base": view.base}], "@graph": graph}
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


def _product(work: Work, view: View) -> Entity:
    kind = "other" if work.kind.csl in _OTHER else _TYPES.get(work.kind.csl, "literature")
    return {
        "local_identifier": work.address,
        "entity_type": "product",
        "identifiers": _identifiers(work.identifiers),
        "titles": _by_language([*work.titles, *work.other_titles]),
        "abstracts": _by_language(work.abstracts),
        "product_type": kind,
        "topics": [{"term": value.address} for value in work.subjects if value.address],
        "contributions": [*_contributions(view, work.address)],
        "manifestations": [_manifestation(work, view)],
        "funding": view.nodes(work.address, "frapo:isFundedBy"),
        "related_products": {
            name: list(dict.fromkeys(one.address for one in work.related if one.relation in relations))
            for name, relations in _RELATED.items()
        },
    }


def _manifestation(work: Work, view: View) -> Entity:
    status = _ACCESS.get(work.access_name, "")
    return {
        "type": {
            "class": ontology.expand(work.kind.class_, "works.csv"),
            "labels": {"none": work.genre},
            "defined_in": ontology.prefixes()[work.kind.class_.partition(":")[0]],
        },
        "dates": {
            "publication": "-".join(work.date),
            **{_DATES[name]: day for name, day in work.dates if name in _DATES},
        },
        "identifiers": [{"scheme": "url", "value": work.landing}],
        "access_rights": {"status": status} if status else {},
        # The documentation calls it `licence`, the context, which decides, `license`.
        "license": work.licence,
        "version": work.version,
        "biblio": {
            "issue": work.issue,
            "volume": work.volume,
            "edition": work.edition,
            "pages": {"first": work.first_page, "last": work.last_page or work.first_page} if work.first_page else {},
            "in": next(_venues(view, work.address), ""),
        },
    }


def _contributions(view: View, address: str) -> Iterator[Entity]:
    """Yield who had a part in the work; a role that the framework does not know is not named."""
    for node in view.nodes(address, "pro:isDocumentContextFor"):
        role = next(iter(view.nodes(node, "pro:withRole")), "").rpartition("/")[2]
        rank = view.text(node, "co:index")
        for holder in view.nodes(node, "pro:isHeldBy"):
            yield {
                "by": holder,
                "role": role if role in _ROLES else "",
                "rank": int(rank) if rank else "",
                "declared_affiliations": view.nodes(node, "pro:relatesToOrganization"),
                "contribution_types": [_CONTRIBUTIONS[role]] if role in _CONTRIBUTIONS else [],
            }


def _venues(view: View, address: str) -> Iterator[str]:
    """Yield what a work appeared in, the nearest first; its volume and issue are none."""
    seen, above = {address}, view.nodes(address, "frbr:partOf")
    while above:
        (one, *above) = above
        if one not in seen:
            seen.add(one)
            above += view.nodes(one, "frbr:partOf")
            if not _PARTS & _classes(view, one):
                yield one


def _linked(work: Work, view: View) -> list[str]:
    """The addresses of what a work leads to, each once."""
    contributions = [*_contributions(view, work.address)]
    grants = view.nodes(work.address, "frapo:isFundedBy")
    found = [one["by"] for one in contributions]
    found += [org for one in contributions for org in one["declared_affiliations"]]
    found += _venues(view, work.address)
    found += [*grants, *(agency for grant in grants for agency in view.nodes(grant, "frapo:hasFundingAgency"))]
    found += [value.address for value in work.subjects if value.address]
    return list(dict.fromkeys(found))


def _entities(view: View, addresses: Iterable[str]) -> Iterator[Entity]:
    """Yield what is known of things, each by its kind."""
    for address in addresses:
        classes = _classes(view, address)
        describe = next((describe for class_, describe in _KINDS.items() if class_ in classes), None)
        if describe:
            yield {"local_identifier": address, **describe(view, address)}


def _classes(view: View, address: str) -> set[str]:
    return {value.text for value in view.links(address, "rdf:type")}


def _person(view: View, address: str) -> Entity:
    number = orcid(view, address)
    known = [("orcid", number)] if number else []
    return {
        "entity_type": "person",
        "identifiers": _identifiers([*known, *identifiers_of(view, address)]),
        "name": view.label(address),
        "given_name": view.text(address, "foaf:givenName"),
        "family_name": view.text(address, "foaf:familyName"),
    }


def _organisation(view: View, address: str) -> Entity:
    return {
        "entity_type": "organisation",
        "identifiers": _identifiers(identifiers_of(view, address)),
        "name": view.label(address),
        "types": ["funder"] if "frapo:FundingAgency" in _classes(view, address) else [],
    }


def _agent(view: View, address: str) -> Entity:
    known = _identifiers(identifiers_of(view, address))
    return {"entity_type": "agent", "identifiers": known, "name": view.label(address)}


def _venue(type_: str) -> Callable[[View, str], Entity]:
    def describe(view: View, address: str) -> Entity:
        names = {"issn": "prism:issn", "eissn": "prism:eIssn", "lissn": "fabio:hasIssnL", "isbn": "prism:isbn"}
        known = [(scheme, value.text) for scheme, name in names.items() for value in view.texts(address, name)]
        return {
            "entity_type": "venue",
            "identifiers": _identifiers([*known, *identifiers_of(view, address)]),
            "name": view.label(address),
            "type": type_,
        }

    return describe


def _grant(view: View, address: str) -> Entity:
    return {
        "entity_type": "grant",
        "identifiers": _identifiers(identifiers_of(view, address)),
        "grant_number": view.text(address, "frapo:hasGrantNumber"),
        "titles": _by_language(view.texts(address, "dcterms:title")),
        "funding_agency": next(iter(view.nodes(address, "frapo:hasFundingAgency")), ""),
        "website": next(iter(view.nodes(address, "foaf:page")), ""),
    }


def _topic(view: View, address: str) -> Entity:
    same = [*view.nodes(address, "skos:exactMatch"), *view.nodes(address, "owl:sameAs")]
    labels = _by_language(view.texts(address, "skos:prefLabel"))
    return {
        "entity_type": "topic",
        "identifiers": [{"scheme": "url", "value": value} for value in dict.fromkeys(same)],
        "labels": {language: texts[0] for language, texts in labels.items()} or {"none": view.label(address)},
    }


_KINDS: Mapping[str, Callable[[View, str], Entity]] = {
    "foaf:Person": _person,
    "frapo:FundingAgency": _organisation,
    "foaf:Organization": _organisation,
    "foaf:Agent": _agent,
    "frapo:Grant": _grant,
    "skos:Concept": _topic,
    "fabio:Book": _venue("book"),
    "fabio:ConferenceProceedings": _venue("conference"),
    "fabio:AcademicProceedings": _venue("conference"),
    **dict.fromkeys(("fabio:Journal", "fabio:Magazine", "fabio:Newspaper", "fabio:Periodical"), _venue("journal")),
    **dict.fromkeys(("fabio:BookSeries", "fabio:Series"), _venue("other")),
}
"""Classes of things → what describes one, the most specific first."""


def _identifiers(found: Iterable[tuple[str, str]]) -> list[Entity]:
    """The identifiers whose scheme the framework knows, each once."""
    known = dict.fromkeys((scheme, value) for scheme, value in found if scheme in _SCHEMES)
    return [{"scheme": scheme, "value": value} for scheme, value in known]


def _by_language(values: Iterable[Value]) -> dict[str, list[str]]:
    """The texts by their languages; `none` stands for one that is not known."""
    found: dict[str, list[str]] = {}
    for value in values:
        texts = found.setdefault((value.language or "none").partition("-")[0].lower(), [])
        if value.text not in texts:
            texts.append(value.text)
    return found


def _kept(value: Any) -> Any:
    """The value without empty members; a list stays one."""
    if isinstance(value, dict):
        kept = {name: _kept(inner) for name, inner in value.items()}
        return {name: inner for name, inner in kept.items() if inner not in ("", [], {})}
    return [_kept(inner) for inner in value] if isinstance(value, list) else value
