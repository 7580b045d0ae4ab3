"""What a value is in its format: the same words are another thing in another place of a source."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from converter.report import Report
from converter.sources.detection import read
from tests.truth.records import Graph, datacite, mods

_ANSWER = (
    '<crossref_result xmlns="http://www.crossref.org/qrschema/3.0"><query_result><body><query>'
    '<crm-item name="publisher-name">Harbour Press</crm-item><doi_record>'
    '<crossref xmlns="http://www.crossref.org/xschema/1.1"><journal>'
    "<journal_metadata><full_title>Tide Letters</full_title><doi_data><doi>10.5555/tide</doi></doi_data>"
    "</journal_metadata><journal_issue><publication_date><year>2008</year></publication_date></journal_issue>"
    '<journal_article language="fr"><titles><title>Un titre</title>'
    '<original_language_title language="en">A title</original_language_title></titles>{}'
    "<doi_data><doi>10.5555/tide.1</doi></doi_data></journal_article></journal></crossref>"
    "</doi_record></query></body></query_result></crossref_result>"
)
_OWN_DATE = "<publication_date><year>2018</year></publication_date>"


def _saf(inner: str) -> str:
    return f'<dublin_core schema="dc"><dcvalue element="title">Shores</dcvalue>{inner}</dublin_core>'


def _tags(graph: Graph, path: str) -> list[tuple[str, str]]:
    """The values at a property of the work, each with its language."""
    topic = "<http://xmlns.com/foaf/0.1/primaryTopic>"
    found = graph.store.query(f"SELECT DISTINCT ?v (LANG(?v) AS ?tag) WHERE {{ ?d {topic}/{path} ?v }}")
    return sorted((row["v"].value, row["tag"].value) for row in found)  # type: ignore[union-attr]


def test_a_value_of_an_archive_package_has_the_language_that_is_written_with_it(tmp_path: Path) -> None:
    stated = _saf('<dcvalue element="title" qualifier="alternative" language="fr">Rivages</dcvalue>')
    graph = Graph(tmp_path, "dublin_core.xml", stated)
    assert _tags(graph, "<http://purl.org/dc/terms/alternative>") == [("Rivages", "fr")]


def test_an_article_with_a_date_of_its_own_does_not_have_that_of_its_issue(tmp_path: Path) -> None:
    with_own, without = (Graph(tmp_path, "answer.xml", _ANSWER.format(date)) for date in (_OWN_DATE, ""))
    assert with_own.values("dcterms:issued") == with_own.values("fabio:hasPublicationYear") == ["2018"]
    assert without.values("dcterms:issued") == ["2008"]


def test_an_answer_of_crossref_names_the_publisher_and_the_doi_of_the_journal(tmp_path: Path) -> None:
    graph = Graph(tmp_path, "answer.xml", _ANSWER.format(_OWN_DATE))
    assert graph.values("dcterms:publisher/foaf:name") == ["Harbour Press"]
    assert "https://doi.org/10.5555/tide" in graph.values("dcterms:isPartOf")
    assert graph.values("prism:doi") == ["10.5555/tide.1"]
    assert _tags(graph, "<http://purl.org/dc/terms/alternative>") == [("A title", "en")]
    assert graph.values("dc:language") == ["fr"]


@pytest.mark.parametrize(
    ("kind", "path", "expected"),
    [
        ("JOUR", "prism:publicationName", ["From city to house"]),
        ("THES", "prism:publicationName", []),
        ("PAT", "dcterms:isPartOf", []),
        ("BOOK", "dcterms:isPartOf/dcterms:title", ["From city to house"]),
        ("RPRT", "prism:publicationName", []),
    ],
)
def test_the_secondary_title_of_a_reference_is_what_it_is_in_its_kind(
    tmp_path: Path, kind: str, path: str, expected: list[str]
) -> None:
    graph = Graph(tmp_path, "one.ris", f"TY  - {kind}\nTI  - Heat\nT2  - From city to house\nER  - \n")
    assert graph.values(path) == expected


def test_a_doi_where_a_reference_has_its_kind_of_work_is_a_doi(tmp_path: Path) -> None:
    graph = Graph(tmp_path, "one.ris", "TY  - JOUR\nTI  - Heat\nM3  - 10.5555/heat.1\nER  - \n")
    assert graph.values("prism:doi") == ["10.5555/heat.1"]
    assert graph.values("dc:type") == ["JOUR"]


def test_what_base_adds_to_a_record_is_read_by_its_own_names(tmp_path: Path) -> None:
    stated = (
        '<base_dc:dc xmlns:base_dc="http://oai.base-search.net/base_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        "<dc:title>Shores</dc:title><dc:date>2011-05-02T09:00:00Z</dc:date><base_dc:year>1998</base_dc:year>"
        "<base_dc:lang>fin</base_dc:lang><base_dc:link>https://r.example.org/7</base_dc:link>"
        '<base_dc:autoclasscode type="ddc">551</base_dc:autoclasscode></base_dc:dc>'
    )
    graph = Graph(tmp_path, "base.xml", stated)
    assert graph.values("fabio:hasPublicationYear") == ["1998"]
    assert graph.values("dc:language") == ["fin"]
    assert graph.values("foaf:page") == ["https://r.example.org/7"]
    assert graph.values("dc:subject") == ["551"]


def _short_view(rows: str, more: str = "", head: str = "") -> str:
    cells = "".join(
        f'<tr><td class="metadataFieldLabel">{label}:</td><td class="metadataFieldValue">{value}</td></tr>'
        for label, _, value in (row.partition("=") for row in rows.split("|"))
    )
    cited = "<p>Please use this identifier: <code>https://r.example.org/handle/4321/7</code></p>"
    return f"<html><head>{head}</head><body>{cited}<table>{cells}</table>{more}</body></html>"


def test_a_short_view_says_all_that_it_shows(tmp_path: Path) -> None:
    file = '<a href="/bitstream/4321/7/1/shores.pdf">shores.pdf (4.4Mb)</a>'
    rows = "Title=Shores|Author(s)=Gull, Ann<br>Tern, Bo|Appears in Collections=Tidal Papers"
    graph = Graph(tmp_path, "page.html", _short_view(rows, file))
    assert graph.values("dc:creator") == ["Gull, Ann", "Tern, Bo"]
    assert graph.values("^foaf:primaryTopic/dcterms:isPartOf/dcterms:title") == ["Tidal Papers"]
    assert graph.values("foaf:page") == ["https://r.example.org/handle/4321/7"]
    exemplar = "frbr:embodiment/frbr:exemplar"
    assert graph.values(f"{exemplar}/dcterms:title") == ["shores.pdf"]
    assert graph.values(f"{exemplar}/dcterms:extent") == ["4.4Mb"]
    assert graph.values(f"{exemplar}/fabio:hasURL") == ["https://r.example.org/bitstream/4321/7/1/shores.pdf"]


def test_the_head_of_a_page_completes_its_short_view(tmp_path: Path) -> None:
    head = (
        '<meta name="DC.type" content="Thesis"><meta name="DCTERMS.issued" content="2003">'
        '<meta name="DCTERMS.dateAccepted" content="2013-05-09T05:16:48Z">'
        '<meta name="dcterms.creator" content="Director, Web Team">'
    )
    graph = Graph(tmp_path, "page.html", _short_view("Title=Shores|Author=Gull, Ann|Year accepted=2003", head=head))
    assert graph.values("dc:creator") == ["Gull, Ann"]
    assert graph.values("fabio:hasPublicationYear") == graph.values("dcterms:dateAccepted") == ["2003"]
    assert graph.values("dc:type") == ["Thesis"]


def test_a_handle_of_no_registered_prefix_is_no_address(tmp_path: Path) -> None:
    item = {"uuid": "0d6c1b8e-95a2-4f5d-8f57-3a8f9d6f6a11", "handle": "123456789/7", "type": "item"}
    stated = json.dumps({**item, "metadata": {"dc.title": [{"value": "Shores"}]}})
    graph = Graph(tmp_path, "item.json", stated)
    assert graph.values("^foaf:primaryTopic/prov:hadPrimarySource") == []
    assert graph.values("fabio:hasHandle") == ["123456789/7"]


def test_the_handle_of_a_work_is_not_that_of_the_record_about_it(tmp_path: Path) -> None:
    stated = (
        '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><GetRecord><record><header>'
        "<identifier>oai:n.example.org:4321/99T</identifier><datestamp>2012-08-03</datestamp></header><metadata>"
        '<nsdl_dc:nsdl_dc xmlns:nsdl_dc="http://ns.nsdl.org/nsdl_dc_v1.02/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>Shores</dc:title>'
        '<dc:identifier xsi:type="nsdl_dc:ResourceHandle">hdl:4321/11T</dc:identifier>'
        '<dc:identifier xsi:type="nsdl_dc:MetadataHandle">hdl:4321/99T</dc:identifier>'
        "</nsdl_dc:nsdl_dc></metadata></record></GetRecord></OAI-PMH>"
    )
    graph = Graph(tmp_path, "record.xml", stated)
    assert graph.values("fabio:hasHandle") == ["4321/11T"]
    assert "hdl:4321/99T" in graph.values("^foaf:primaryTopic/dcterms:identifier")


def test_files_of_qualified_dublin_core_are_files(tmp_path: Path) -> None:
    stated = (
        "<qualifieddc><title>Shores</title><recordID>4321_7</recordID>"
        '<file bundle="ORIGINAL" href="https://r.example.org/shores.mp4" type="video/mp4"/>'
        '<file bundle="page" href="https://r.example.org/about"/></qualifieddc>'
    )
    graph = Graph(tmp_path, "one.xml", stated)
    assert graph.values("frbr:embodiment/frbr:exemplar/fabio:hasURL") == ["https://r.example.org/shores.mp4"]
    assert graph.values("foaf:page") == ["https://r.example.org/about"]
    assert graph.values("dcterms:identifier") == ["4321_7"]


def test_a_record_in_the_text_of_what_a_harvester_passes_on_is_read(tmp_path: Path) -> None:
    inner = (
        '&lt;record xmlns="http://www.openarchives.org/OAI/2.0/"&gt;&lt;header&gt;&lt;identifier&gt;r:2'
        "&lt;/identifier&gt;&lt;/header&gt;&lt;metadata&gt;odd&lt;oai_dc:dc"
        ' xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/"&gt;'
        "&lt;dc:title&gt;Shores&lt;/dc:title&gt;&lt;/oai_dc:dc&gt;&lt;/metadata&gt;&lt;/record&gt;"
    )
    stated = (
        '<updateRequest xmlns:srw="http://www.loc.gov/zing/srw/"><srw:record><srw:recordData>'
        f'<document xmlns="http://h.example.org/document"><part name="record">{inner}</part></document>'
        "</srw:recordData></srw:record></updateRequest>"
    )
    assert Graph(tmp_path, "one.xml", stated).values("dcterms:title") == ["Shores"]


def test_the_name_of_an_item_is_its_title_where_its_metadata_have_none(tmp_path: Path) -> None:
    item = {"id": 7, "name": "Shores", "handle": "4321/7", "type": "item"}
    bare, titled = (
        Graph(tmp_path, "item.json", json.dumps([{**item, "metadata": [{"key": key, "value": "Shores"}]}]))
        for key in ("dc.description", "dc.title")
    )
    assert bare.values("dcterms:title") == titled.values("dcterms:title") == ["Shores"]


@pytest.mark.parametrize("role", ["advisor", "directeur(trice) de recherche/advisor", "Advisor; Betreuer"])
def test_a_role_in_several_languages_is_one_role(tmp_path: Path, role: str) -> None:
    stated = (
        '<thesis xmlns="http://www.ndltd.org/standards/metadata/etdms/1.1/"><title>Shores</title>'
        f'<publisher country="Canada">Harbour Press</publisher><contributor role="{role}">Gull, Ann</contributor>'
        "</thesis>"
    )
    graph = Graph(tmp_path, "thesis.xml", stated)
    roles = graph.values("pro:isDocumentContextFor/pro:withRole")
    assert "http://purl.org/spar/scoro/supervisor" in roles
    assert graph.values("fabio:hasPlaceOfPublication/rdfs:label") == ["Canada"]


def test_a_role_that_is_not_known_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "thesis.xml"
    path.write_text(
        '<thesis xmlns="http://www.ndltd.org/standards/metadata/etdms/1.1/"><title>Shores</title>'
        '<contributor role="lighthouse keeper">Gull, Ann</contributor></thesis>',
        encoding="utf-8",
    )
    with (tmp_path / "report.csv").open("w", encoding="utf-8") as out:
        assert list(read(str(path), report=Report(out)))
    assert "lighthouse keeper,the role of Gull, Ann" in (tmp_path / "report.csv").read_text("utf-8").replace('"', "")


@pytest.mark.parametrize(("version", "expected"), [("1.0", ["1.0"]), ("v2.3.1-beta", ["v2.3.1-beta"]), ("final", [])])
def test_a_number_of_a_version_is_a_version(tmp_path: Path, version: str, expected: list[str]) -> None:
    graph = Graph(tmp_path, "one.xml", datacite(f"<version>{version}</version>"))
    assert graph.values("dcat:version") == expected


def test_a_deposit_says_that_it_is_reviewed_and_not_what_its_descriptions_are(tmp_path: Path) -> None:
    def statement(uri: str, value: str) -> str:
        return f'<statement propertyURI="{uri}" valueURI="{value}"/>'

    kind = statement("http://purl.org/dc/elements/1.1/type", "http://purl.org/eprint/entityType/ScholarlyWork")
    status = statement("http://purl.org/eprint/terms/status", "http://purl.org/eprint/status/PeerReviewed")
    stated = (
        '<descriptionSet xmlns="http://purl.org/eprint/epdcx/2006-11-16/"><description>'
        f'{kind}{status}<statement propertyURI="http://purl.org/dc/elements/1.1/title">'
        "<valueString>Shores</valueString></statement></description></descriptionSet>"
    )
    graph = Graph(tmp_path, "deposit.xml", stated)
    assert graph.values("dc:type") == []
    assert graph.values("pso:holdsStatusInTime/pso:withStatus") == ["http://purl.org/spar/pso/peer-reviewed"]


def test_what_the_software_makes_of_files_is_no_copy_of_the_work(tmp_path: Path) -> None:
    files = [
        {"name": "shores.pdf", "bundleName": "ORIGINAL"},
        {"name": "shores.pdf.txt", "bundleName": "TEXT"},
        {"name": "shores.pdf.jpg", "bundleName": "THUMBNAIL"},
        {"name": "license.txt", "bundleName": "LICENSE"},
    ]
    item = {"id": 7, "handle": "4321/7", "metadata": [{"key": "dc.title", "value": "Shores"}], "bitstreams": files}
    graph = Graph(tmp_path, "item.json", json.dumps(item))
    assert graph.values("frbr:embodiment/frbr:exemplar/dcterms:title") == ["shores.pdf"]
    assert graph.values("dcterms:hasFormat/dcterms:title") == ["shores.pdf.txt"]
    assert graph.values("dcterms:relation/dcterms:title") == ["license.txt", "shores.pdf.jpg"]


def test_a_head_without_its_page_is_read(tmp_path: Path) -> None:
    head = '<meta name="DC.creator" content="Gull, Ann" />\n<meta name="DC.title" content="Shores" />\n'
    graph = Graph(tmp_path, "head.html", head)
    assert graph.values("dc:creator") == ["Gull, Ann"]


def test_a_title_has_the_language_that_stands_in_braces_behind_it(tmp_path: Path) -> None:
    item = {
        "id": "https://r.example.org/handle/4321/7",
        "title": "Shores",
        "alt_title": ["Rannat {fi}"],
        "year": "2024",
    }
    graph = Graph(tmp_path, "item.json", json.dumps(item))
    assert _tags(graph, "<http://purl.org/dc/terms/alternative>") == [("Rannat", "fi")]
    assert graph.values("fabio:hasHandle") == ["4321/7"]


def test_when_a_data_set_was_updated_is_said_of_it(tmp_path: Path) -> None:
    graph = Graph(tmp_path, "one.xml", datacite('<dates><date dateType="Updated">2021-05-02</date></dates>'))
    assert graph.values("dcterms:modified") == ["2021-05-02"]


def test_boxes_of_one_place_are_several(tmp_path: Path) -> None:
    corners = "<westBoundLongitude>{}</westBoundLongitude><northBoundLatitude>2</northBoundLatitude>"
    box = f"<geoLocationBox>{corners}</geoLocationBox>"
    place = f"<geoLocations><geoLocation>{box.format(1)}{box.format(3)}</geoLocation></geoLocations>"
    graph = Graph(tmp_path, "one.xml", datacite(place))
    assert graph.values("dc:coverage") == [
        "Box westBoundLongitude=1 northBoundLatitude=2",
        "Box westBoundLongitude=3 northBoundLatitude=2",
    ]


@pytest.mark.parametrize(
    ("stated", "expected"),
    [("501100000780", ["https://doi.org/10.13039/501100000780"]), ("staff-17", [])],
)
def test_a_number_of_the_funder_registry_is_one_or_nothing(tmp_path: Path, stated: str, expected: list[str]) -> None:
    funding = (
        "<fundingReferences><fundingReference><funderName>Sea Fund</funderName>"
        f'<funderIdentifier funderIdentifierType="Crossref Funder ID">{stated}</funderIdentifier>'
        "</fundingReference></fundingReferences>"
    )
    graph = Graph(tmp_path, "one.xml", datacite(funding))
    assert graph.values("frapo:hasFundingAgency/owl:sameAs") == expected


def test_the_licence_of_a_deposit_is_that_of_the_work(tmp_path: Path) -> None:
    stated = (
        '<mets:mets xmlns:mets="http://www.loc.gov/METS/" xmlns:ds="https://dissem.in/deposit/terms/"'
        ' xmlns:mods="http://www.loc.gov/mods/v3"><mets:dmdSec><mets:mdWrap><mets:xmlData><mods:mods>'
        "<mods:titleInfo><mods:title>Shores</mods:title></mods:titleInfo></mods:mods></mets:xmlData></mets:mdWrap>"
        "</mets:dmdSec><mets:amdSec><mets:rightsMD><mets:mdWrap><mets:xmlData><ds:license>"
        "<ds:licenseURI>https://creativecommons.org/licenses/by/4.0/</ds:licenseURI></ds:license>"
        "</mets:xmlData></mets:mdWrap></mets:rightsMD></mets:amdSec></mets:mets>"
    )
    graph = Graph(tmp_path, "mets.xml", stated)
    assert graph.values("dcterms:license") == ["http://creativecommons.org/licenses/by/4.0/"]


def test_a_community_is_no_collection_under_its_older_name(tmp_path: Path) -> None:
    sets = "".join(f"<setSpec>{name}</setSpec>" for name in ("com_4321_1", "hdl_4321_1", "col_4321_2", "hdl_4321_2"))
    stated = (
        '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords><record><header>'
        f"<identifier>oai:r.example.org:4321/7</identifier>{sets}</header><metadata>"
        '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Shores</dc:title></oai_dc:dc>'
        "</metadata></record></ListRecords></OAI-PMH>"
    )
    graph = Graph(tmp_path, "one.xml", stated)
    (collection,) = graph.values("^foaf:primaryTopic/dcterms:isPartOf")
    assert collection.endswith("4321-2")


@pytest.mark.parametrize("key", ["dc.contributor.organization", "dc.subject.discipline"])
def test_a_language_in_braces_is_no_part_of_a_name(tmp_path: Path, key: str) -> None:
    item = {"id": "https://r.example.org/handle/4321/7", "dc.title": "Shores", key: ["Ranta {fi}", "Beach {en}"]}
    graph = Graph(tmp_path, "item.json", json.dumps(item))
    assert graph.values("dc:contributor|dc:subject") == ["Beach", "Ranta"]
    assert graph.values("fabio:hasHandle") == ["4321/7"]


def test_the_number_of_another_edition_puts_a_thesis_in_no_book(tmp_path: Path) -> None:
    item = {
        "dc.title": "Shores",
        "dc.type": "Doctoral thesis",
        "dc.relation.ispartofseries": "Sea Notes",
        "dc.identifier.isbn": "978-3-16-148410-0",
        "dc.relation.isbn": "0-306-40615-2",
    }
    graph = Graph(tmp_path, "item.json", json.dumps(item))
    assert graph.values("prism:isbn") == ["9783161484100"]
    assert graph.values("dcterms:isPartOf/dcterms:title") == ["Sea Notes"]
    assert graph.values("dcterms:relation") == ["urn:isbn:9780306406157"]


def test_identifiers_of_the_parts_of_a_package_are_not_those_of_the_work(tmp_path: Path) -> None:
    def descriptor(urn: str) -> str:
        return f"<d:Descriptor><d:Statement><i:Identifier>{urn}</i:Identifier></d:Statement></d:Descriptor>"

    stated = (
        '<d:DIDL xmlns:d="urn:mpeg:mpeg21:2002:02-DIDL-NS" xmlns:i="urn:mpeg:mpeg21:2002:01-DII-NS"'
        f' xmlns:m="http://www.loc.gov/mods/v3"><d:Item>{descriptor("urn:nbn:nl:ui:25-7")}'
        f"<d:Item>{descriptor('urn:nbn:nl:ui:25-7-mods')}<d:Component><d:Resource><m:mods><m:titleInfo>"
        "<m:title>Shores</m:title></m:titleInfo></m:mods></d:Resource></d:Component></d:Item></d:Item></d:DIDL>"
    )
    graph = Graph(tmp_path, "one.xml", stated)
    assert graph.values("datacite:hasIdentifier/literal:hasLiteralValue") == ["urn:nbn:nl:ui:25-7"]


def test_what_a_catalogue_notes_for_itself_describes_no_work(tmp_path: Path) -> None:
    inner = (
        '<note type="creatorCount">3</note><note type="metadata visibility">FREE</note><note>With a map.</note>'
        '<note type="version identification">publishersversion</note>'
        '<accessCondition type="info:eu-repo/semantics/openAccess"/>'
    )
    graph = Graph(tmp_path, "one.xml", mods(inner))
    assert graph.values("dcterms:description") == ["With a map."]
    assert graph.values("pso:holdsStatusInTime/pso:withStatus") == ["http://purl.org/spar/pso/published"]
    assert graph.values("dcterms:accessRights") == ["http://purl.org/coar/access_right/c_abf2"]


def test_who_invented_what_a_patent_is_about_is_its_author(tmp_path: Path) -> None:
    name = (
        '<name type="personal"><namePart>Gull, Ann</namePart><role><roleTerm type="code">inv</roleTerm></role></name>'
    )
    graph = Graph(tmp_path, "one.xml", mods(f'{name}<identifier type="patent_number">US7</identifier>'))
    assert graph.values("dc:creator") == ["Gull, Ann"]
    assert graph.values("datacite:hasIdentifier/datacite:usesIdentifierScheme")[0].endswith("patent")


@pytest.mark.parametrize(
    ("kind", "publisher"), [("article", []), ("inproceedings", []), ("techreport", ["Sea & Shore Institute"])]
)
def test_an_institution_is_the_publisher_of_reports(tmp_path: Path, kind: str, publisher: list[str]) -> None:
    entry = f"@{kind}{{a, title={{Sand & silt}}, institution={{Sea & Shore Institute}}}}\n"
    graph = Graph(tmp_path, "one.bib", entry)
    assert graph.values("dc:publisher") == publisher
    assert graph.values("dcterms:title") == ["Sand & silt"]


@pytest.mark.parametrize(
    ("keywords", "expected"),
    [("Cells, Cultured; Rats", ["Cells, Cultured", "Rats"]), ("sand, silt", ["sand", "silt"])],
)
def test_commas_part_no_keywords_that_semicolons_part(tmp_path: Path, keywords: str, expected: list[str]) -> None:
    graph = Graph(tmp_path, "one.bib", f"@article{{a, title={{A title}}, keywords={{{keywords}}}}}\n")
    assert graph.values("dc:subject") == expected


def test_an_entity_that_was_encoded_twice_is_one_sign(tmp_path: Path) -> None:
    item = {"title": "Tides&amp;#58; a history", "year": "1999", "doi": "10.5555/t"}
    graph = Graph(tmp_path, "one.json", json.dumps(item))
    assert graph.values("dcterms:title") == ["Tides: a history"]
