"""What FAIR assessment services look for is there, at the places where they look (metrics of FAIRsFAIR, F-UJI)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any
from xml.sax.saxutils import escape

import pytest
import rdflib

from tests.conftest import Site
from tests.test_sparql import ask

FILES = {"91": [("article.pdf", "application/pdf", 296)], "92": [("passages.csv", "text/csv", 1214)]}
TITLES = {"91": ("Terns at twelve lights", "Article"), "92": ("Passages of terns", "Dataset")}
ABSTRACT = "How lights along a coast guide terns that migrate at night, observed over three autumns."
DCTERMS = rdflib.Namespace("http://purl.org/dc/terms/")
PROV = rdflib.Namespace("http://www.w3.org/ns/prov#")
LICENCE = "http://creativecommons.org/licenses/by/4.0/"


def element(path: str, value: str) -> str:
    """A value in the format xoai."""
    inside = f'<element name="none"><field name="value">{escape(value)}</field></element>'
    for name in reversed(path.split(".")):
        inside = f'<element name="{name}">{inside}</element>'
    return inside


def record(number: str) -> str:
    """A record with all that the metrics ask for."""
    handle = f"4321/{number}"
    title, type_ = TITLES[number]
    fields = [
        ("dc.title", title),
        ("dc.type", type_),
        ("dc.identifier.uri", f"http://hdl.handle.net/{handle}"),
        ("dc.identifier.doi", f"10.5555/lights.{number}"),
        ("dc.rights", "info:eu-repo/semantics/openAccess"),
        ("dc.rights.uri", "https://creativecommons.org/licenses/by/4.0/"),
        ("dc.language.iso", "en"),
        ("dc.subject", "lighthouses"),
        ("dc.publisher", "Tern and Harbour Press"),
        ("dc.date.issued", "2021-05-04"),
        ("dc.description.abstract", ABSTRACT),
        ("dc.contributor.author", "Quill, Ann"),
        ("dc.relation.uri", "https://doi.org/10.5555/other"),
    ]
    streams = "".join(
        f'<element name="bitstream"><field name="name">{name}</field><field name="format">{format_}</field>'
        f'<field name="size">{size}</field><field name="url">https://files.example.org/{name}</field></element>'
        for name, format_, size in FILES[number]
    )
    bundle = (
        f'<element name="bundles"><element name="bundle"><field name="name">ORIGINAL</field>'
        f'<element name="bitstreams">{streams}</element></element></element>'
    )
    values = "".join(element(*field) for field in fields)
    return (
        f"<record><header><identifier>oai:r.example.org:{handle}</identifier><datestamp>2024-04-01T00:00:00Z</datestamp>"
        f'</header><metadata><metadata xmlns="http://www.lyncode.com/xoai">{values}{bundle}</metadata></metadata></record>'
    )


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An article and a dataset."""
    source = tmp_path_factory.mktemp("fair") / "fair.xml"
    records = "".join(map(record, TITLES))
    source.write_text(
        '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2024-05-01T00:00:00Z</responseDate>'
        '<request verb="ListRecords" metadataPrefix="xoai">https://r.example.org/oai</request>'
        f"<ListRecords>{records}</ListRecords></OAI-PMH>",
        encoding="utf-8",
    )
    running = Site(source)
    yield running
    running.stop()


NUMBERS = pytest.mark.parametrize("number", TITLES)


def page(site: Site, number: str) -> str:
    """The page of the work."""
    return ask(site, "GET", f"/record/4321/{number}.html").body.decode()


def embedded(site: Site, number: str) -> dict[str, Any]:
    """The description in the page."""
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page(site, number), re.DOTALL)
    assert found
    stated: dict[str, Any] = json.loads(unescape(found[1]))
    return stated


def links(site: Site, number: str) -> dict[str, list[tuple[str, str]]]:
    """Relation → the addresses and media types of the header of the page."""
    found: dict[str, list[tuple[str, str]]] = {}
    header = ask(site, "GET", f"/record/4321/{number}.html").headers["link"]
    for address, relation, _, type_ in re.findall(r'<([^>]+)>; rel="([^"]+)"(; type="([^"]+)")?', header):
        found.setdefault(relation, []).append((address, type_))
    return found


@NUMBERS
def test_a_persistent_identifier_is_named_f1(shelf: Site, number: str) -> None:
    # That it leads back here cannot be on this machine.
    assert links(shelf, number)["cite-as"] == [(f"https://hdl.handle.net/4321/{number}", "")]


@NUMBERS
def test_core_metadata_are_in_the_page_and_in_datacite_f2(shelf: Site, number: str) -> None:
    stated = embedded(shelf, number)
    assert (stated["name"], stated["author"]["name"]) == (TITLES[number][0], "Quill, Ann")
    assert (stated["publisher"]["name"], stated["datePublished"]) == ("Tern and Harbour Press", "2021-05-04")
    assert (stated["abstract"], stated["keywords"]) == (ABSTRACT, "lighthouses")
    assert f"10.5555/lights.{number}" in json.dumps(stated["identifier"])
    kernel = json.loads(ask(shelf, "GET", f"/record/4321/{number}.datacite.json").body)
    assert {"titles", "creators", "publisher", "publicationYear", "subjects", "descriptions"} <= {*kernel}


@NUMBERS
def test_files_are_named_with_address_type_and_size_f3_r1(shelf: Site, number: str) -> None:
    ((name, format_, size),) = FILES[number]
    address = f"https://files.example.org/{name}"
    stated = embedded(shelf, number)
    # schema.org says `distribution` of a dataset, and search engines for data read nothing else.
    property_, kind = ("distribution", "DataDownload") if number == "92" else ("encoding", "MediaObject")
    (file,) = stated[property_] if isinstance(stated[property_], list) else [stated[property_]]
    assert (file["@type"], file["contentUrl"], file["encodingFormat"]) == (kind, address, format_)
    assert file["contentSize"].split() == [str(size), "bytes"]
    assert {"distribution", "encoding"} & {*stated} == {property_}
    assert links(shelf, number)["item"] == [(address, format_)]


# rdflib's reader of JSON-LD uses what rdflib itself has deprecated.
@pytest.mark.filterwarnings("ignore:.*is deprecated, use Dataset:DeprecationWarning")
@NUMBERS
def test_metadata_are_found_by_programs_f4_i1(shelf: Site, number: str) -> None:
    types = {type_ for _, type_ in links(shelf, number)["describedby"]}
    assert {"text/turtle", "application/ld+json"} <= types
    for accept, format_ in {"text/turtle": "turtle", "application/ld+json": "json-ld"}.items():
        answer = ask(shelf, "GET", f"/record/4321/{number}", Accept=accept)
        graph = rdflib.Graph().parse(data=answer.body, format=format_)
        assert len(graph) > 50


@NUMBERS
def test_access_licence_and_provenance_can_be_read_a1_r1(shelf: Site, number: str) -> None:
    stated = embedded(shelf, number)
    assert (stated["isAccessibleForFree"], stated["conditionsOfAccess"]) == (True, "open access")
    assert (stated["license"]["@id"], links(shelf, number)["license"]) == (LICENCE, [(LICENCE, "")])
    graph = rdflib.Graph().parse(data=ask(shelf, "GET", f"/record/4321/{number}.ttl").body, format="turtle")
    item = rdflib.URIRef(f"{shelf.base}item/4321/{number}")
    assert graph.value(item, DCTERMS.license) == rdflib.URIRef(LICENCE)
    assert graph.value(item, DCTERMS.accessRights) is not None
    assert (None, PROV.wasDerivedFrom, None) in graph


@NUMBERS
def test_related_works_are_linked_i3(shelf: Site, number: str) -> None:
    text = ask(shelf, "GET", f"/record/4321/{number}.nt").body.decode()
    assert "https://doi.org/10.5555/other" in text
