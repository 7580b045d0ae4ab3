"""Works and things as SKG-IF: entities of the framework's kinds, in its words, under our addresses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from converter.record import Field
from server.representations.registry import Description
from server.representations.skg_if import CONTEXT
from tests.site.test_exports import everything
from tests.site.test_forms import described_fields, written

THINGS = everything()
SCHEMES = set(
    "arxiv bibcode crossref doi eissn handle isbn issn ivoid lissn omid openalex opendoar orcid pmcid pmid ror spase "
    "url urn viaf w3id".split()
)
FIELDS = {
    "product": "titles abstracts product_type topics contributions manifestations relevant_organisations funding "
    "related_products",
    "agent": "name",
    "person": "name given_name family_name affiliations",
    "organisation": "name short_name other_names website country types",
    "grant": "grant_number titles abstracts acronym funding_agency funding_stream currency funded_amount keywords "
    "duration website beneficiaries contributions",
    "venue": "name acronym type series access_rights creation_date contributions",
    "topic": "labels",
}
"""Kind of entity → its properties, beside those that all have (docs of the framework, 1.1.0)."""
VALUES = {
    "product_type": {"literature", "research data", "research software", "other"},
    "role": {"author", "editor", "publisher"},
    "status": {"open", "closed", "embargoed", "restricted", "unavailable"},
    "type": {"journal", "conference", "book", "repository", "other", "unknown"},
    "scheme": SCHEMES,
}
"""Property → the values that the framework allows."""
LEADING = {"term", "by", "funding_agency", "in"}
"""Properties whose values are local identifiers."""


def graph(thing: Description) -> list[dict[str, Any]]:
    """The entities of a document."""
    document = json.loads(written(".skg-if.json", thing))
    assert document["@context"] == [CONTEXT, {"@base": "https://data.example.org/"}]
    entities: list[dict[str, Any]] = document["@graph"]
    return entities


def pairs(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield every property with its value."""
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict):
            for name, inner in one.items():
                yield name, inner
                yield from pairs(inner)


@pytest.mark.parametrize("thing", THINGS, ids=lambda thing: thing.address.rpartition("item/")[2])
def test_a_work_and_all_that_it_leads_to_are_entities_of_the_framework(thing: Description) -> None:
    entities = graph(thing)
    assert (entities[0]["entity_type"], entities[0]["local_identifier"]) == ("product", thing.address)
    names = [entity["local_identifier"] for entity in entities]
    assert len(names) == len(set(names))
    for entity in entities:
        allowed = {"local_identifier", "identifiers", "entity_type", *FIELDS[entity["entity_type"]].split()}
        assert {*entity} <= allowed, entity
        for name, value in pairs(entity):
            assert value not in ("", [], {}, None), name
            if isinstance(value, str):
                assert value in VALUES.get(name, {value}), (name, value)
            if name in LEADING:
                assert value in names, (name, value)
    authors = [one["by"] for one in entities[0].get("contributions", ()) if one.get("role") == "author"]
    assert authors == [agent.address for agent in thing.work.roles.get("author", ())]


def test_languages_access_parts_and_relations_are_in_the_words_of_the_framework() -> None:
    (product, *others) = graph(
        described_fields(
            Field("dc.title", "Terns at twelve lights", language="en_GB"),
            Field("dc.title.alternative", "Seeschwalben", language="de"),
            Field("dc.type", "Dataset"),
            Field("dc.contributor.author", "Quill, Ann"),
            Field("dc.contributor.advisor", "Marrow, T"),
            Field("dc.rights", "info:eu-repo/semantics/restrictedAccess"),
            Field("dc.date.issued", "2021-05-04"),
            Field("dc.relation.isnewversionof", "https://doi.org/10.5555/older"),
        )
    )
    assert product["titles"] == {"en": ["Terns at twelve lights"], "de": ["Seeschwalben"]}
    assert product["product_type"] == "research data"
    (shape,) = product["manifestations"]
    assert shape["access_rights"] == {"status": "restricted"}
    assert shape["dates"] == {"publication": "2021-05-04"}
    by = {one.get("role", ""): one for one in product["contributions"]}
    assert by["author"]["rank"] == 1
    assert by[""]["contribution_types"] == ["supervision"]
    assert {entity["name"] for entity in others} == {"Quill, Ann", "Marrow, T"}
