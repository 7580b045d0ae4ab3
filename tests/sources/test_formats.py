"""Formats that have a table in `ontology/formats`: what each of them says reaches its field."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

import ontology
from converter.mapping.engine import Mapper
from converter.record import Record
from converter.report import Finding, Report
from converter.sources.detection import read
from ontology import source_tables
from ontology.source_tables import TableError, field_of, json_formats, source_table, xml_formats
from tests.conftest import COMMAND, ROOT
from tests.sources.test_kinds import Findings


class Kept(Report):
    """A report that keeps its findings."""

    def __init__(self) -> None:
        super().__init__()
        self.findings: list[Finding] = []

    def add(self, finding: Finding) -> None:
        super().add(finding)
        self.findings.append(finding)


def one(text: str, tmp_path: Path, report: Report | None = None) -> Record:
    path = tmp_path / "source"
    path.write_text(text, encoding="utf-8")
    (record,) = read(str(path), report=report)
    return record


def said(record: Record) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for field in record.fields:
        found.setdefault(field.name, []).append(field.value)
    return found


XML = {
    "arXiv": (
        (
            '<arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>0999.00123</id><created>2007-04-02</created>'
            "<authors><author>"
            "<keyname>van den Berg</keyname><forenames>Nils</forenames><affiliation>Shore</affiliation></author>"
            "</authors>"
            "<title>Grains</title><categories>math.CO cs.DM</categories><doi>10.5555/a</doi></arXiv>"
        ),
        {
            "dc.title": ["Grains"],
            "dc.contributor.author": ["van den Berg, Nils"],
            "oairecerif.author.affiliation": ["Shore"],
            "dc.identifier.arxiv": ["0999.00123"],
            "dc.identifier.doi": ["10.5555/a"],
            "dc.subject.arxiv": ["math.CO", "cs.DM"],
            "dc.date.issued": ["2007-04-02"],
        },
    ),
    "jpcoar": (
        (
            ""
            '<jpcoar:jpcoar xmlns:jpcoar="https://github.com/JPCOAR/schema/blob/master/2.0/" xmlns:dc="http://purl.org/dc/'
            'elements/1.1/" xmlns:datacite="https://schema.datacite.org/meta/kernel-4/"><dc:title>砂</dc:title>'
            '<jpcoar:creator><jpcoar:nameIdentifier nameIdentifierScheme="ORCID">0000-0002-1825-0097'
            "</jpcoar:nameIdentifier>"
            '<jpcoar:creatorName xml:lang="ja">浜田, 海</jpcoar:creatorName><jpcoar:affiliation>'
            "<jpcoar:affiliationName>Shore</jpcoar:affiliationName></jpcoar:affiliation></jpcoar:creator>"
            '<jpcoar:contributor contributorType="Editor"><jpcoar:contributorName>Aas, Tove</jpcoar:contributorName>'
            "</jpcoar:contributor><jpcoar:publisher><jpcoar:publisherName>Pebble</jpcoar:publisherName>"
            "</jpcoar:publisher>"
            '<datacite:date dateType="Issued">2015</datacite:date>'
            '<jpcoar:identifier identifierType="HDL">http://hdl.handle.net/1/2</jpcoar:identifier>'
            '<jpcoar:relation relationType="isVersionOf"><jpcoar:relatedIdentifier identifierType="DOI">10.5555/v'
            "</jpcoar:relatedIdentifier></jpcoar:relation>"
            "<jpcoar:fundingReference><jpcoar:funderName>JSPS</jpcoar:funderName><jpcoar:awardNumber>12"
            "</jpcoar:awardNumber>"
            "</jpcoar:fundingReference>"
            '<jpcoar:sourceIdentifier identifierType="EISSN">8765-0134</jpcoar:sourceIdentifier>'
            "<jpcoar:file><jpcoar:URI>https://r.example.org/a.pdf</jpcoar:URI><jpcoar:mimeType>application/pdf"
            "</jpcoar:mimeType>"
            "</jpcoar:file></jpcoar:jpcoar>"
        ),
        {
            "dc.title": ["砂"],
            "dc.contributor.author": ["浜田, 海"],
            "dc.contributor.editor": ["Aas, Tove"],
            "dc.publisher": ["Pebble"],
            "dc.date.issued": ["2015"],
            "dc.identifier.handle": ["http://hdl.handle.net/1/2"],
            "dc.relation.isversionof": ["https://doi.org/10.5555/v"],
            "project.funder.name": ["JSPS"],
            "oaire.awardNumber": ["12"],
            "dc.identifier.eissn": ["8765-0134"],
        },
    ),
    "junii2": (
        (
            '<junii2 xmlns="http://irdb.nii.ac.jp/oai"><title>T</title><creator>Rook, Ida</creator><jtitle>Notes'
            "</jtitle>"
            "<issn>8765-0134</issn><volume>2</volume><spage>3</spage><dateofissued>1999</dateofissued></junii2>"
        ),
        {
            "dc.title": ["T"],
            "dc.relation.ispartof": ["Notes"],
            "oaire.citation.startPage": ["3"],
            "dc.date.issued": ["1999"],
        },
    ),
    "oaf": (
        (
            '<oaf:entity xmlns:oaf="http://namespace.openaire.eu/oaf"><oaf:result>'
            '<title classid="main title">Sand</title>'
            '<title classid="alternative title">Grit</title>'
            '<creator rank="1" name="Ida" surname="Rook">Rook, Ida</creator>'
            "<dateofacceptance>2001-02-03</dateofacceptance>"
            '<journal issn="8765-0134" vol="3" sp="1" ep="9">Notes</journal>'
            '<pid classid="doi">10.5555/o</pid><bestaccessright classid="OPEN"/></oaf:result></oaf:entity>'
        ),
        {
            "dc.title": ["Sand"],
            "dc.title.alternative": ["Grit"],
            "dc.contributor.author": ["Rook, Ida"],
            "dc.relation.ispartof": ["Notes"],
            "dc.identifier.issn": ["8765-0134"],
            "oaire.citation.endPage": ["9"],
            "dc.identifier.doi": ["10.5555/o"],
            "dc.rights.accessrights": ["OPEN"],
        },
    ),
    "onix": (
        (
            '<ONIXMessage xmlns="http://ns.editeur.org/onix/3.0/reference"><Header><SentDateTime>2020'
            "</SentDateTime></Header>"
            "<Product><RecordReference>x</RecordReference><ProductIdentifier><ProductIDType>15</ProductIDType><IDValue>"
            "9789910000379</IDValue></ProductIdentifier><DescriptiveDetail><TitleDetail><TitleType>01</TitleType>"
            "<TitleElement><TitleText>Dunes</TitleText><Subtitle>A walk</Subtitle></TitleElement></TitleDetail>"
            "<Contributor><ContributorRole>A01</ContributorRole><NamesBeforeKey>Ida</NamesBeforeKey>"
            "<KeyNames>Rook</KeyNames>"
            "</Contributor><Contributor><ContributorRole>B01</ContributorRole><PersonNameInverted>Aas, Tove"
            "</PersonNameInverted></Contributor></DescriptiveDetail><PublishingDetail><Publisher><PublisherName>Pebble"
            "</PublisherName></Publisher><PublishingDate><PublishingDateRole>01</PublishingDateRole>"
            "<Date>20200401</Date>"
            "</PublishingDate></PublishingDetail></Product></ONIXMessage>"
        ),
        {
            "dc.identifier.isbn": ["9789910000379"],
            "dc.title": ["Dunes"],
            "dc.title.subtitle": ["A walk"],
            "dc.contributor.author": ["Rook, Ida"],
            "dc.contributor.editor": ["Aas, Tove"],
            "dc.publisher": ["Pebble"],
            "dc.date.issued": ["20200401"],
        },
    ),
    "onix with short tags": (
        (
            '<ONIXmessage xmlns="http://ns.editeur.org/onix/3.0/short" release="3.0"><header><sender><x298>P</x298>'
            "</sender></header><product><a001>x</a001><productidentifier><b221>15</b221><b244>9789910000379</b244>"
            "</productidentifier><descriptivedetail><titledetail><b202>01</b202><titleelement><x409>01</x409>"
            "<b203>Dunes</b203><b029>A walk</b029></titleelement></titledetail><contributor><b035>A01</b035>"
            "<b039>Ida</b039><b040>Rook</b040></contributor><contributor><b035>B01</b035><b037>Aas, Tove</b037>"
            "</contributor></descriptivedetail><publishingdetail><publisher><b291>01</b291><b081>Pebble</b081></publisher>"
            "<publishingdate><x448>01</x448><b306>20200401</b306></publishingdate></publishingdetail></product>"
            "</ONIXmessage>"
        ),
        {
            "dc.identifier.isbn": ["9789910000379"],
            "dc.title": ["Dunes"],
            "dc.title.subtitle": ["A walk"],
            "dc.contributor.author": ["Rook, Ida"],
            "dc.contributor.editor": ["Aas, Tove"],
            "dc.publisher": ["Pebble"],
            "dc.date.issued": ["20200401"],
        },
    ),
    "oaf with several roots": (
        (
            '<record xmlns="http://www.openarchives.org/OAI/2.0/"><header><identifier>oai:x:1</identifier></header>'
            '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:oaf="http://namespace.openaire.eu/oaf"'
            ' xmlns:dr="http://www.driver-repository.eu/namespace/dr"><dc:title>Sand</dc:title>'
            '<dc:creator>Rook, Ida</dc:creator><dr:CobjCategory type="publication">0001</dr:CobjCategory>'
            "<oaf:dateAccepted>2001-02-03</oaf:dateAccepted><oaf:accessrights>OPEN</oaf:accessrights>"
            '<oaf:journal issn="8765-0134" vol="3">Notes</oaf:journal></metadata></record>'
        ),
        {
            "dc.title": ["Sand"],
            "dc.contributor.author": ["Rook, Ida"],
            "dc.type": ["0001", "publication"],
            "dc.date.issued": ["2001-02-03"],
            "dc.relation.ispartof": ["Notes"],
            "dc.identifier.issn": ["8765-0134"],
            "dc.rights.accessrights": ["OPEN"],
        },
    ),
    "dublin core with several roots": (
        (
            '<record xmlns="http://www.openarchives.org/OAI/2.0/"><header><identifier>oai:x:1</identifier></header>'
            '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Sand</dc:title><dc:date>1999</dc:date>'
            "</metadata></record>"
        ),
        {"dc.title": ["Sand"], "dc.date": ["1999"]},
    ),
    "answer of the registry of Crossref": (
        (
            '<crossref_result xmlns="http://www.crossref.org/qrschema/3.0"><query_result><body><query>'
            '<doi type="journal_article">10.5555/q</doi><crm-item name="citation-id" type="number">17</crm-item>'
            '<doi_record><crossref xmlns="http://www.crossref.org/xschema/1.1"><journal><journal_article><titles>'
            "<title>Sand</title></titles><doi_data><doi>10.5555/q</doi></doi_data></journal_article></journal>"
            "</crossref></doi_record></query></body></query_result></crossref_result>"
        ),
        {"dc.title": ["Sand"], "dc.identifier.doi": ["10.5555/q"]},
    ),
    "epdcx": (
        (
            '<mets xmlns="http://www.loc.gov/METS/"><dmdSec><mdWrap><xmlData>'
            '<e:descriptionSet xmlns:e="http://purl.org/eprint/'
            'epdcx/2006-11-16/"><e:description e:resourceId="1">'
            '<e:statement e:propertyURI="http://purl.org/dc/elements/1.1/'
            'title"><e:valueString>Swords</e:valueString></e:statement><e:statement e:propertyURI="http://purl.org/dc/'
            'elements/1.1/creator"><e:valueString>Rook, I.</e:valueString></e:statement></e:description>'
            "</e:descriptionSet>"
            "</xmlData></mdWrap></dmdSec></mets>"
        ),
        {"dc.title": ["Swords"], "dc.contributor.author": ["Rook, I."]},
    ),
    "bare dim": (
        (
            '<mets xmlns="http://www.loc.gov/METS/"><dmdSec><mdWrap>'
            '<xmlData xmlns:dim="http://www.dspace.org/xmlns/dspace/dim">'
            '<dim:field mdschema="dc" element="title">Bare</dim:field></xmlData></mdWrap></dmdSec></mets>'
        ),
        {"dc.title": ["Bare"]},
    ),
    "unknown": (
        (
            '<record><header><identifier>oai:x:1</identifier></header><metadata><lar xmlns="urn:x"><title>Wreck</title>'
            "<author><familyName>Rook</familyName><givenName>Ida</givenName></author><date>1880</date><depth>9"
            "</depth></lar>"
            "</metadata></record>"
        ),
        {
            "dc.title": ["Wreck"],
            "dc.contributor.author": ["Rook, Ida"],
            "dc.date": ["1880"],
            "lar.depth": ["9"],
        },
    ),
}


@pytest.mark.parametrize("name", XML)
def test_xml_of_a_format_with_a_table_says_what_it_says(name: str, tmp_path: Path) -> None:
    text, expected = XML[name]
    found = said(one(text, tmp_path))
    assert {key: found.get(key) for key in expected} == expected


def test_a_format_that_no_table_knows_is_named_in_the_report(tmp_path: Path) -> None:
    report = Kept()
    one(XML["unknown"][0], tmp_path, report)
    assert any(finding.value == "urn:x" and "not known" in finding.reason for finding in report.findings)


def test_identifiers_of_people_and_files_are_read(tmp_path: Path) -> None:
    record = one(XML["jpcoar"][0], tmp_path)
    (author,) = [field for field in record.fields if field.name == "dc.contributor.author"]
    assert author.identifiers == ("https://orcid.org/0000-0002-1825-0097",)
    assert [(file.name, file.media_type) for file in record.files] == [("a.pdf", "application/pdf")]


PERSON = {"person_or_org": {"type": "personal", "name": "Rook, Ida", "family_name": "Rook", "given_name": "Ida"}}
JSON = {
    "invenio-rdm": (
        {
            "id": "a",
            "pids": {"doi": {"identifier": "10.5555/r"}},
            "access": {"record": "public"},
            "metadata": {
                "title": "Waves",
                "resource_type": {"id": "publication-article"},
                "publication_date": "2021",
                "creators": [PERSON],
                "contributors": [{**PERSON, "role": {"id": "editor"}}],
                "additional_titles": [{"title": "Wellen", "type": {"id": "translated-title"}}],
            },
        },
        {
            "dc.title": ["Waves"],
            "dc.title.translated": ["Wellen"],
            "dc.contributor.author": ["Rook, Ida"],
            "dc.contributor.editor": ["Rook, Ida"],
            "dc.identifier.doi": ["10.5555/r"],
        },
    ),
    "zenodo": (
        {
            "id": 12,
            "doi": "10.5281/zenodo.12",
            "metadata": {
                "title": "Tides",
                "creators": [{"name": "Rook, Ida", "orcid": "0000-0002-1825-0097"}],
                "related_identifiers": [{"identifier": "10.5555/z", "relation": "cites", "scheme": "doi"}],
            },
        },
        {
            "dc.title": ["Tides"],
            "dc.contributor.author": ["Rook, Ida"],
            "datacite.relation.cites": ["https://doi.org/10.5555/z"],
        },
    ),
    "zotero": (
        {
            "key": "K",
            "data": {
                "itemType": "journalArticle",
                "title": "Ebb",
                "creators": [{"creatorType": "author", "firstName": "Ida", "lastName": "Rook"}],
                "publicationTitle": "Notes",
                "tags": [{"tag": "shells"}],
            },
        },
        {
            "dc.title": ["Ebb"],
            "dc.contributor.author": ["Rook, Ida"],
            "dc.relation.ispartof": ["Notes"],
            "dc.subject": ["shells"],
        },
    ),
    "csl": (
        {
            "id": "x",
            "type": "article-journal",
            "title": "Flow",
            "author": [{"family": "Rook", "given": "Ida"}],
            "issued": {"date-parts": [[2013, 2, 1]]},
            "page": "11-29",
        },
        {
            "dc.title": ["Flow"],
            "dc.contributor.author": ["Rook, Ida"],
            "dc.date.issued": ["2013-02-01"],
            "dc.format.pagerange": ["11-29"],
        },
    ),
    "schema-org": (
        {
            "@context": "https://schema.org",
            "@type": "ScholarlyArticle",
            "name": "Foam",
            "author": {"@type": "Person", "familyName": "Rook", "givenName": "Ida"},
            "isPartOf": {"@type": "Periodical", "name": "Notes", "issn": "8765-0134"},
        },
        {
            "dc.title": ["Foam"],
            "dc.contributor.author": ["Rook, Ida"],
            "dc.relation.ispartof": ["Notes"],
            "dc.identifier.issn": ["8765-0134"],
        },
    ),
}


@pytest.mark.parametrize("name", JSON)
def test_json_of_a_format_with_a_table_says_what_it_says(name: str, tmp_path: Path) -> None:
    value, expected = JSON[name]
    found = said(one(json.dumps(value), tmp_path))
    assert {key: found.get(key) for key in expected} == expected


def test_the_json_ld_of_a_page_is_read(tmp_path: Path) -> None:
    script = json.dumps({"@context": "https://schema.org", "@graph": [{"@type": "WebSite"}, JSON["schema-org"][0]]})
    page = f'<!doctype html><html><head><script type="application/ld+json">{script}</script></head><body></body></html>'
    assert said(one(page, tmp_path))["dc.title"] == ["Foam"]


def test_nothing_is_left_of_a_restricted_record_of_inveniordm(tmp_path: Path) -> None:
    report = Kept()
    hidden = {**JSON["invenio-rdm"][0], "access": {"record": "restricted"}}
    path = tmp_path / "source.json"
    path.write_text(json.dumps([hidden, JSON["invenio-rdm"][0]]), encoding="utf-8")
    first, second = read(str(path), report=report)
    # What was public before goes with it.
    assert (first.erased, first.fields, second.erased) == (True, (), False)
    assert any("restricts" in finding.reason for finding in report.findings)


@pytest.mark.parametrize(
    "name", sorted({*(one.prefix for one in xml_formats()), *(one.name for one in json_formats())})
)
def test_every_format_that_is_named_has_a_table_without_faults(name: str) -> None:
    assert source_table(name).rules


def test_every_field_of_a_table_has_a_row_of_the_crosswalk_or_is_known_to_have_none() -> None:
    crosswalk = ontology.Crosswalk()
    names = {one.prefix for one in xml_formats()} | {one.name for one in json_formats()} | {"unknown"}
    fields = {rule.field for name in names for rule in source_table(name).rules if rule.kind in {"field", "agent"}}
    assert {field for field in fields if crosswalk.row(field).field == "*"} == set()


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("title,title,", "is no field"),
        ("title,agent.shoe,", "agent has no part 'shoe'"),
        ("title,,", "needs a note"),
        ("ti tle,dc.title,", "is no step of a path"),
        ("title,nothing-types @type,", "is no field"),
    ],
)
def test_a_row_that_cannot_be_meant_is_refused_with_its_place(
    row: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "formats").mkdir()
    (tmp_path / "formats" / "x.csv").write_text(f"path,field,note\n{row}\n", encoding="utf-8")
    monkeypatch.setattr(source_tables, "FOLDER", tmp_path)
    with pytest.raises(TableError, match=words) as fault:
        source_tables.SourceTable("x")
    assert str(fault.value).startswith("formats/x.csv:2")


def test_a_kind_is_found_however_it_is_spelt() -> None:
    assert field_of("identifier-types", "E-ISSN") == field_of("identifier-types", "eissn") == "dc.identifier.eissn"


DOCUMENTS = {
    "mods": (
        '<mods xmlns="http://www.loc.gov/mods/v3"><titleInfo><title>T</title></titleInfo><physicalDescription>'
        "<note>Worn</note></physicalDescription></mods>"
    ),
    "zenodo": json.dumps({"metadata": {"title": "T", "creators": [{"name": "Rook, Ida"}], "tides": "Worn"}}),
    "marc": (
        '<record xmlns="http://www.loc.gov/MARC21/slim"><leader>01234nam a2200301 a 4500</leader>'
        '<datafield tag="340" ind1=" " ind2=" "><subfield code="a">Worn</subfield></datafield></record>'
    ),
}


def test_a_field_of_xml_json_and_marc_is_added_by_the_row_that_the_readme_shows(tmp_path: Path) -> None:
    text = (ROOT / "ontology" / "README.md").read_text(encoding="utf-8")
    steps = re.findall(r"^- A field of \w+: add the row `([^`]+)` to `formats/(\w+)\.csv`\.$", text, re.MULTILINE)
    assert [name for _, name in steps] == list(DOCUMENTS)
    for package in ("converter", "ontology", "queries", "server", "shelfgraph"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    for row, name in steps:
        source = tmp_path / f"{name}.source"
        source.write_text(DOCUMENTS[name], encoding="utf-8")
        field = row.split(",")[1]
        before = fields_shown(source, tmp_path)
        with (tmp_path / "ontology" / "formats" / f"{name}.csv").open("a", encoding="utf-8") as file:
            file.write(f"{row}\n")
        assert field not in before
        assert "Worn" in fields_shown(source, tmp_path)[field]


def fields_shown(source: Path, folder: Path) -> dict[str, str]:
    """The lines of `shelfgraph fields` by their field."""
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run(
        [*COMMAND, "fields", str(source)], cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    return {line.partition(",")[0]: line for line in done.stdout.splitlines()}


def test_no_reader_holds_a_dictionary_of_field_names() -> None:
    crosswalk = ontology.field_names()
    for path in (ROOT / "converter" / "sources").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Dict):
                texts = [value.value for value in node.values if isinstance(value, ast.Constant)]
                assert not crosswalk.intersection(text for text in texts if isinstance(text, str)), path


HEADINGS = {
    "(OCoLC)fst00977111": "http://id.worldcat.org/fast/977111",
    "(DLC)sh85076671": "http://id.loc.gov/authorities/subjects/sh85076671",
    "(DE-588)4036483-5": "https://d-nb.info/gnd/4036483-5",
    "http://www.yso.fi/onto/yso/p1": "http://www.yso.fi/onto/yso/p1",
}
HEADING = (
    '<record xmlns="http://www.loc.gov/MARC21/slim"><leader>01234nam a2200301 a 4500</leader>'
    '<datafield tag="245" ind1=" " ind2=" "><subfield code="a">T</subfield></datafield>'
    '<datafield tag="650" ind1=" " ind2="7"><subfield code="a">Lighthouses</subfield>{}<subfield code="0">{}</subfield>'
    "</datafield></record>"
)


@pytest.mark.parametrize("number", HEADINGS)
def test_the_number_of_a_heading_of_marc_leads_to_its_list(number: str, tmp_path: Path) -> None:
    path = tmp_path / "r.xml"
    path.write_text(HEADING.format("", number), encoding="utf-8")
    [record] = read(str(path))
    matched = [line for line in Mapper().triples(record) if "exactMatch" in line]
    assert [line.split()[2] for line in matched] == [f"<{HEADINGS[number]}>"]


def test_a_number_beside_a_subdivision_is_reported_and_matched_with_nothing(tmp_path: Path) -> None:
    path = tmp_path / "r.xml"
    path.write_text(HEADING.format('<subfield code="x">History</subfield>', "(DLC)sh85076671"), encoding="utf-8")
    report = Findings()
    [record] = read(str(path), report=report)
    assert not any("exactMatch" in line for line in Mapper().triples(record))
    assert [finding.value for finding in report.all if finding.field == "marc.650.0"] == ["(DLC)sh85076671"]
