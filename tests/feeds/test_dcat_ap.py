"""The dataset as portals and search engines for data want it: DCAT-AP 3.0.1, and Google's rules for Dataset."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pyoxigraph
import pytest
import rdflib
from rdflib.namespace import DCTERMS, FOAF, SKOS

from server.app import create_app
from server.feeds.json_lines import StoreEndpoint
from server.settings import Settings
from tests.commands import shelfgraph
from tests.conftest import EXAMPLES, Site
from tests.test_sparql import ask

DCAT = rdflib.Namespace("http://www.w3.org/ns/dcat#")
SPDX = rdflib.Namespace("http://spdx.org/rdf/terms#")
HOME = "http://127.0.0.1:8000/"
"""What addresses begin with, where nobody chose it."""
VCARD = rdflib.Namespace("http://www.w3.org/2006/vcard/ns#")
LICENCE = "https://creativecommons.org/publicdomain/zero/1.0/"
WORDS = (
    "--title",
    "Records of the north",
    "--description",
    "What the lighthouses of the north have printed since 1850, & <what> was said of it.",
    "--publisher",
    "Tern and Harbour Library <https://library.example.org/>",
    "--contact",
    "data+north@example.org",
    "--keyword",
    "lighthouses",
    "--keyword",
    "migration of terns",
    "--theme",
    "TECH",
    "--licence",
    LICENCE,
)

ASKED = {
    # Mandatory, then recommended where there is something to say of a site of ours.
    DCAT.Catalog: (
        (DCTERMS.description, DCTERMS.publisher, DCTERMS.title),
        (
            DCAT.dataset,
            DCAT.service,
            DCAT.themeTaxonomy,
            DCTERMS.issued,
            DCTERMS.language,
            DCTERMS.license,
            DCTERMS.modified,
            FOAF.homepage,
        ),
    ),
    DCAT.Dataset: (
        (DCTERMS.description, DCTERMS.title),
        (DCAT.contactPoint, DCAT.distribution, DCAT.keyword, DCTERMS.publisher, DCTERMS.temporal, DCAT.theme),
    ),
    DCAT.Distribution: ((DCAT.accessURL,), (DCTERMS.description, DCTERMS.format, DCTERMS.license)),
    DCAT.DataService: (
        (DCAT.endpointURL, DCTERMS.title),
        (
            DCAT.contactPoint,
            DCAT.endpointDescription,
            DCAT.keyword,
            DCAT.servesDataset,
            DCAT.theme,
            DCTERMS.conformsTo,
            DCTERMS.license,
            DCTERMS.publisher,
        ),
    ),
    FOAF.Agent: ((FOAF.name,), ()),
    SPDX.Checksum: ((SPDX.algorithm, SPDX.checksumValue), ()),
    SKOS.Concept: ((SKOS.prefLabel,), ()),
    SKOS.ConceptScheme: ((DCTERMS.title,), ()),
    VCARD.Kind: ((VCARD.fn, VCARD.hasEmail), ()),
    DCTERMS.PeriodOfTime: ((), (DCAT.startDate, DCAT.endDate)),
}
"""Class → the properties that DCAT-AP 3.0.1 demands of it, and those that it recommends."""

RANGES = {
    DCAT.contactPoint: VCARD.Kind,
    DCAT.compressFormat: DCTERMS.MediaType,
    DCAT.dataset: DCAT.Dataset,
    DCAT.distribution: DCAT.Distribution,
    DCAT.landingPage: FOAF.Document,
    DCAT.mediaType: DCTERMS.MediaType,
    DCAT.servesDataset: DCAT.Dataset,
    DCAT.service: DCAT.DataService,
    DCAT.theme: SKOS.Concept,
    DCAT.themeTaxonomy: SKOS.ConceptScheme,
    DCTERMS.conformsTo: DCTERMS.Standard,
    DCTERMS.format: DCTERMS.MediaTypeOrExtent,
    DCTERMS.language: DCTERMS.LinguisticSystem,
    DCTERMS.license: DCTERMS.LicenseDocument,
    DCTERMS.publisher: FOAF.Agent,
    DCTERMS.temporal: DCTERMS.PeriodOfTime,
    FOAF.homepage: FOAF.Document,
    SPDX.checksum: SPDX.Checksum,
}
"""Property → the class that its values must have."""

ONCE = {
    DCAT.Catalog: (DCTERMS.publisher, DCTERMS.issued, DCTERMS.modified, DCTERMS.license, FOAF.homepage),
    DCAT.Dataset: (DCTERMS.publisher, DCTERMS.issued, DCTERMS.modified, DCAT.version),
    DCAT.Distribution: (DCTERMS.format, DCTERMS.license, DCAT.mediaType, DCAT.byteSize, SPDX.checksum),
    DCAT.DataService: (DCTERMS.license,),
}
"""Class → the properties that stand once at most."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The example records with a dump, and all that can be said of a dataset."""
    folder = tmp_path_factory.mktemp("portal") / "data"
    for command in (["load", EXAMPLES], ["dump"]):
        assert shelfgraph(*command, "--data", folder).returncode == 0
    site = Site("--data", folder, *WORDS)
    yield site
    site.stop()


@pytest.fixture(scope="module")
def stated(served: Site) -> rdflib.Graph:
    """What the dataset says of itself."""
    return rdflib.Graph().parse(data=ask(served, "GET", "/shelf.ttl").body, format="turtle")


@pytest.mark.parametrize("class_", ASKED, ids=lambda class_: str(class_).rpartition("/")[2])
def test_all_that_dcat_ap_demands_and_recommends_is_said(stated: rdflib.Graph, class_: rdflib.URIRef) -> None:
    subjects = [*stated.subjects(rdflib.RDF.type, class_)]
    lacking = {
        (subject, property_)
        for subject in subjects
        for property_ in sum(ASKED[class_], ())
        if stated.value(subject, property_) is None
    }
    assert (bool(subjects), lacking) == (True, set())


def test_values_are_of_the_classes_that_dcat_ap_demands(stated: rdflib.Graph) -> None:
    wrong = {
        (property_, value)
        for property_, class_ in RANGES.items()
        for value in stated.objects(None, property_)
        if (value, rdflib.RDF.type, class_) not in stated
    }
    assert wrong == set()
    assert {property_ for property_ in RANGES if not [*stated.objects(None, property_)]} == set()


def test_what_may_stand_once_stands_once(stated: rdflib.Graph) -> None:
    many = [
        (subject, property_)
        for class_, properties in ONCE.items()
        for subject in stated.subjects(rdflib.RDF.type, class_)
        for property_ in properties
        if len([*stated.objects(subject, property_)]) > 1
    ]
    assert many == []


def test_what_the_operator_says_stands_in_the_description(stated: rdflib.Graph) -> None:
    (dataset,) = stated.subjects(rdflib.RDF.type, DCAT.Dataset)
    publisher, contact = stated.value(dataset, DCTERMS.publisher), stated.value(dataset, DCAT.contactPoint)
    assert str(stated.value(dataset, DCTERMS.description)) == WORDS[3]
    assert str(stated.value(publisher, FOAF.name)) == "Tern and Harbour Library"
    assert stated.value(publisher, FOAF.page) == rdflib.URIRef("https://library.example.org/")
    assert stated.value(contact, VCARD.hasEmail) == rdflib.URIRef("mailto:data%2Bnorth@example.org")
    assert {str(word) for word in stated.objects(dataset, DCAT.keyword)} == {"lighthouses", "migration of terns"}
    assert str(stated.value(stated.value(dataset, DCAT.theme), SKOS.prefLabel)) == "Science and technology"


def embedded(page: str) -> dict[str, Any]:
    """The one node of JSON-LD in a page."""
    (found,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    node: dict[str, Any] = json.loads(found)
    assert node["@context"] == "https://schema.org"
    return node


@pytest.mark.parametrize("path", ["/", "/shelf.html"])
def test_the_pages_hold_a_dataset_by_the_rules_of_google(served: Site, path: str) -> None:
    node = embedded(ask(served, "GET", path, Accept="text/html").body.decode())
    assert (node["@type"], node["@id"]) == ("Dataset", f"{HOME}shelf")
    assert node["name"] == "Records of the north"
    # Between 50 and 5,000 characters.
    assert node["description"] == WORDS[3]
    assert 50 <= len(node["description"]) <= 5_000
    assert (node["license"], node["isAccessibleForFree"]) == (LICENCE, True)
    assert (node["creator"]["@type"], node["creator"]["name"]) == ("Organization", "Tern and Harbour Library")
    assert node["keywords"] == ["lighthouses", "migration of terns", "Science and technology"]
    assert node["includedInDataCatalog"]["@type"] == "DataCatalog"


def test_the_page_of_the_dataset_names_its_files_and_its_years(served: Site) -> None:
    page = ask(served, "GET", "/shelf.html").body.decode()
    node = embedded(page)
    file = node["distribution"]
    answer = ask(served, "GET", "/" + file["contentUrl"].removeprefix(HOME))
    assert (file["@type"], answer.status, file["contentSize"]) == ("DataDownload", 200, f"{len(answer.body)} B")
    assert file["encodingFormat"] == ["application/n-triples", "application/zstd"]
    assert re.fullmatch(r"\d{4}/\d{4}", node["temporalCoverage"])
    assert "Tern and Harbour Library" in page
    assert "&lt;what&gt;" in page


def test_the_site_map_has_the_page_of_the_dataset(served: Site) -> None:
    assert f"<loc>{HOME}shelf.html</loc>" in ask(served, "GET", "/sitemap-0.xml").body.decode()


@pytest.mark.parametrize("path", ["/shelf.html", "/"])
def test_what_nobody_said_is_not_stated(path: str) -> None:
    base = "https://x.example.org/"
    client = create_app(Settings(base), StoreEndpoint(pyoxigraph.Store(), base)).test_client()
    node = embedded(client.get(path).text)
    assert not {"license", "publisher", "creator", "keywords", "distribution", "temporalCoverage"} & {*node}
    # A description there always is.
    assert len(node["description"]["@value"]) >= 50
    stated = rdflib.Graph().parse(data=client.get("/shelf.nt").data, format="nt")
    assert not [*stated.objects(None, DCTERMS.publisher), *stated.objects(None, DCTERMS.license)]


@pytest.mark.parametrize("text", ["</script><b>", 'a " b', "a\x00\x0bb", "5 < 6 & 7", "ü 日本"])
def test_no_text_of_an_operator_ends_the_page_or_the_description(text: str) -> None:
    base = "https://x.example.org/"
    settings = Settings(base, title=text, description=text, publisher=(text, ""), keywords=(text,), contact=text)
    client = create_app(settings, StoreEndpoint(pyoxigraph.Store(), base)).test_client()
    shown = "".join(text.replace("\x0b", " ").split("\x00"))
    for suffix, form in {"nt": "nt", "ttl": "turtle", "rdf": "xml"}.items():
        graph = rdflib.Graph().parse(data=client.get(f"/shelf.{suffix}").data, format=form)
        assert {str(word) for word in graph.objects(None, DCAT.keyword)} == {shown}
    assert embedded(client.get("/shelf.html").text)["keywords"] == text
