"""What leaves the site says what the source said: kinds of names, numbers, dates, conferences, relations.

Most claims are made of a source in one format, written in another and read by our own reader again.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import rispy
from lxml import etree

from converter.record import Field
from converter.sources.detection import read
from server.pages.meta_tags import meta_tags
from server.representations.bibtex import bibtex
from server.representations.registry import Description
from server.representations.work import Work
from tests.site.test_forms import described, described_fields, written

KERNEL = "{http://datacite.org/schema/kernel-4}"


def source(text: str, suffix: str, folder: Path) -> Description:
    """The description of the one record of a text."""
    path = folder / f"source{suffix}"
    path.write_text(text, encoding="utf-8")
    (record,) = read(str(path))
    return described(record)


def again(thing: Description, suffix: str, folder: Path) -> Work:
    """The work that our own reader makes of a form of it."""
    path = folder / f"again{suffix}"
    path.write_bytes(written(suffix, thing))
    (record,) = read(str(path))
    return described(record).work


def kinds(work: Work) -> list[tuple[str, bool, bool]]:
    return [(agent.name.replace(",", ""), agent.person, agent.organisation) for agent in work.authors]


PAPER = """@inproceedings{x, author={King, Jr., Martin and {Tide Office, Section B} and {World Bank}},
editor={Foe, Bo}, title={Waves}, booktitle={Proceedings of Waves}, series={Notes in Waves}, number={77},
eventtitle={5th Conference on Waves}, venue={Bergen, Norway}, eventdate={2015-05-03/2015-05-06}, year={2015},
pages={xi--xx}, publisher={Wave Society}, isbn={9783161484100, 9780306406157}, issn={0302-9743}}"""


@pytest.mark.parametrize("suffix", [".bib", ".ris", ".csl.json"])
def test_a_paper_keeps_its_proceedings_series_conference_and_pages(suffix: str, tmp_path: Path) -> None:
    first = source(PAPER, ".bib", tmp_path)
    work, other = first.work, again(first, suffix, tmp_path)
    assert work.event.name == "5th Conference on Waves"
    assert (other.event.name, other.event.place) == ("5th Conference on Waves", "Bergen, Norway")
    assert (other.book, [str(series) for series in other.all_series]) == (work.book, ["Notes in Waves ; 77"])
    assert (other.issns, set(other.isbns)) == (("0302-9743",), {"9783161484100", "9780306406157"})
    assert other.page_range == ("xi", "xx")
    assert not other.place


@pytest.mark.parametrize("suffix", [".bib", ".ris", ".datacite.xml", ".datacite.json"])
def test_persons_stay_persons_and_organisations_organisations(suffix: str, tmp_path: Path) -> None:
    first = source(PAPER, ".bib", tmp_path)
    expected = [("King Martin Jr.", True, False), ("Tide Office Section B", False, True), ("World Bank", False, True)]
    assert kinds(first.work) == expected
    assert kinds(again(first, suffix, tmp_path)) == expected


def test_endnote_reads_an_organisation_as_one_name(tmp_path: Path) -> None:
    (entry,) = rispy.loads(written(".ris", source(PAPER, ".bib", tmp_path)).decode())
    assert entry["authors"] == ["King, Martin, Jr.", "Tide Office,, Section B", "World Bank,"]


@pytest.mark.parametrize("suffix", [".bib", ".ris", ".csl.json"])
@pytest.mark.parametrize(
    ("kind", "field"), [("Technical report", "dc.identifier.reportnumber"), ("Patent", "dc.identifier.patentno")]
)
def test_reports_and_patents_keep_their_number(suffix: str, kind: str, field: str, tmp_path: Path) -> None:
    author = Field("dc.contributor.author", "Marrow, Ida")
    thing = described_fields(Field("dc.title", "Tides"), author, Field("dc.type", kind), Field(field, "TR-2014/07"))
    assert thing.work.own_number == "TR-2014/07"
    assert again(thing, suffix, tmp_path).own_number == "TR-2014/07"


@pytest.mark.parametrize("suffix", [".bib", ".ris"])
def test_a_thesis_keeps_its_adviser(suffix: str, tmp_path: Path) -> None:
    thing = described_fields(
        Field("dc.title", "Tides"), Field("dc.type", "doctoralThesis"), Field("dc.contributor.advisor", "Marrow, Ida")
    )
    found = again(thing, suffix, tmp_path).roles["supervisor"]
    assert [agent.name for agent in found] == ["Marrow, Ida"]
    assert thing.work.genre == "Doctoral thesis"


def issued(value: str) -> Description:
    return described_fields(Field("dc.title", "T"), Field("dc.type", "Article"), Field("dc.date.issued", value))


def test_a_season_is_no_month() -> None:
    thing = issued("2004-21")
    assert json.loads(written(".csl.json", thing))["issued"] == {"date-parts": [[2004]], "season": 1}
    assert b"DA  - 2004///Spring\r\n" in written(".ris", thing)
    assert json.loads(written(".datacite.json", thing))["dates"] == [
        {"date": "2004", "dateType": "Issued", "dateInformation": "Spring"}
    ]
    assert json.loads(written(".schema.jsonld", thing))["datePublished"] == "2004"
    assert [tag.content for tag in meta_tags(thing) if tag.name == "citation_publication_date"] == ["2004"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1850~", {"date-parts": [[1850]], "circa": True}),
        ("1985/1990", {"date-parts": [[1985], [1990]]}),
        ("2001-02-03", {"date-parts": [[2001, 2, 3]]}),
    ],
)
@pytest.mark.parametrize("suffix", [".bib", ".csl.json"])
def test_spans_and_unsure_dates_stay_so(value: str, expected: dict[str, Any], suffix: str, tmp_path: Path) -> None:
    thing = issued(value)
    assert json.loads(written(".csl.json", thing))["issued"] == expected
    assert again(thing, suffix, tmp_path).issued.edtf == value


UNKNOWN = json.dumps(
    [
        {
            "id": "a",
            "type": "paper-conference",
            "title": "Tides",
            "author": [{"literal": "Kelp Union"}, {"literal": "Kelp, South"}, {"family": "Rook", "given": "Ida"}],
            "event-title": "Lamp Days",
            "event-place": "Bergen",
            "event-date": {"date-parts": [[2015, 5, 3], [2015, 5, 6]]},
            "container-title": "Proceedings of Lamps",
            "keyword": "Terns, Arctic; lights",
        }
    ]
)


@pytest.mark.parametrize("suffix", [".bib", ".csl.json", ".ris", ".datacite.xml", ".datacite.json", ".schema.jsonld"])
def test_an_agent_that_may_be_either_stays_so(suffix: str, tmp_path: Path) -> None:
    first = source(UNKNOWN, ".json", tmp_path)
    expected = [("Kelp Union", False, False), ("Kelp South", False, False), ("Rook Ida", True, False)]
    assert kinds(first.work) == expected
    assert kinds(again(first, suffix, tmp_path)) == expected


@pytest.mark.parametrize("suffix", [".bib", ".ris", ".csl.json", ".datacite.xml", ".datacite.json", ".schema.jsonld"])
@pytest.mark.parametrize("name", ["Kelp, South", "South Kelp", "Foe, B.", "Ministry of Tides"])
def test_the_only_agent_of_a_work_that_may_be_either_stays_so(name: str, suffix: str, tmp_path: Path) -> None:
    text = json.dumps([{"id": "a", "type": "book", "title": "Tides", "author": [{"literal": name}]}])
    first = source(text, ".json", tmp_path)
    assert not first.work.authors[0].person
    assert kinds(again(first, suffix, tmp_path)) == kinds(first.work)


def test_bibtex_reads_an_agent_that_may_be_either_as_one_word(tmp_path: Path) -> None:
    entry = written(".bib", source(UNKNOWN, ".json", tmp_path)).decode()
    assert "author = {Kelp{ }Union and Kelp{, }South and Rook, Ida}" in entry


def test_datacite_gives_no_type_to_an_agent_that_may_be_either(tmp_path: Path) -> None:
    made = json.loads(written(".datacite.json", source(UNKNOWN, ".json", tmp_path)))
    assert [agent.get("nameType") for agent in made["creators"]] == [None, None, "Personal"]
    assert not {"familyName", "givenName"} & made["creators"][1].keys()


@pytest.mark.parametrize("suffix", [".bib", ".ris", ".csl.json"])
def test_a_conference_has_its_days_and_a_heading_its_comma(suffix: str, tmp_path: Path) -> None:
    other = again(source(UNKNOWN, ".json", tmp_path), suffix, tmp_path)
    assert other.event == ("Lamp Days", "Bergen", "2015-05-03/2015-05-06")
    assert sorted(value.text for value in other.subjects) == ["Terns, Arctic", "lights"]


def test_a_poster_keeps_its_conference_in_a_note_of_ris() -> None:
    thing = described_fields(
        Field("dc.title", "T"), Field("dc.type", "Poster"), Field("dc.relation.conference", "Lamp Days")
    )
    assert "N1  - Conference: Lamp Days\r\n" in written(".ris", thing).decode()


@pytest.mark.parametrize("suffix", [".bib", ".csl.json"])
def test_a_heading_alone_keeps_its_comma(suffix: str, tmp_path: Path) -> None:
    thing = described_fields(Field("dc.title", "T"), Field("dc.type", "Book"), Field("dc.subject", "Terns, Arctic"))
    assert [value.text for value in again(thing, suffix, tmp_path).subjects] == ["Terns, Arctic"]


@pytest.mark.parametrize("suffix", [".bib", ".ris", ".csl.json", ".datacite.xml", ".datacite.json"])
@pytest.mark.parametrize("label", ["Preprint", "posted-content", "http://purl.org/coar/resource_type/c_816b"])
def test_a_preprint_comes_back_as_one(suffix: str, label: str, tmp_path: Path) -> None:
    thing = described_fields(Field("dc.title", "T"), Field("dc.type", label))
    assert again(thing, suffix, tmp_path).kind.class_ == "fabio:Preprint"


@pytest.mark.parametrize("value", ["198X", "[2010,2011]", "../1950"])
@pytest.mark.parametrize("suffix", [".bib", ".ris", ".datacite.json", ".datacite.xml"])
def test_a_year_that_is_not_known_is_not_known_afterwards(value: str, suffix: str, tmp_path: Path) -> None:
    thing = issued(value)
    assert thing.work.issued.circa
    assert again(thing, suffix, tmp_path).issued == thing.work.issued


@pytest.mark.parametrize("value", ["2011-01/2011-02", "2011-05-03/2011-05-06", "1985/..", "2011-35"])
@pytest.mark.parametrize("suffix", [".ris", ".datacite.json", ".datacite.xml"])
def test_what_day_and_month_do_not_say_is_said_beside_them(value: str, suffix: str, tmp_path: Path) -> None:
    assert again(issued(value), suffix, tmp_path).issued.edtf == value


def test_a_year_of_copyright_is_no_date_of_issue_in_datacite() -> None:
    made = json.loads(written(".datacite.json", issued("c2009")))
    assert made["publicationYear"] == 2009
    assert made["dates"] == [{"date": "2009", "dateType": "Copyrighted"}]


def test_bibtex_has_no_date_for_several_years(tmp_path: Path) -> None:
    assert again(issued("{1960,1961}"), ".bib", tmp_path).year == "1960"


DATASET = """<resource xmlns="http://datacite.org/schema/kernel-4">
<identifier identifierType="DOI">10.5555/d1</identifier>
<creators><creator><creatorName nameType="Organizational">Ocean Lab</creatorName>
<nameIdentifier nameIdentifierScheme="ROR">https://ror.org/01xtthb56</nameIdentifier></creator></creators>
<titles><title>Tide data</title><title titleType="TranslatedTitle" xml:lang="fr">Données</title>
<title titleType="Subtitle">Ten years</title></titles><publisher>Zenodo</publisher>
<publicationYear>2021</publicationYear><resourceType resourceTypeGeneral="Dataset">Time series</resourceType>
<contributors><contributor contributorType="DataManager"><contributorName nameType="Personal">Foe, Bo</contributorName>
</contributor></contributors>
<dates><date dateType="Created">2011-02-03</date><date dateType="Issued">2021</date></dates>
<relatedIdentifiers>
<relatedIdentifier relatedIdentifierType="DOI" relationType="IsSupplementTo">10.5555/art</relatedIdentifier>
<relatedIdentifier relatedIdentifierType="DOI" relationType="Cites">10.5555/ref</relatedIdentifier>
<relatedIdentifier relatedIdentifierType="URL" relationType="IsDocumentedBy">https://x.example.org/doc</relatedIdentifier>
</relatedIdentifiers><rightsList><rights rightsURI="https://creativecommons.org/licenses/by/4.0/">CC BY</rights>
<rights>Ask us</rights></rightsList><fundingReferences><fundingReference><funderName>ERC</funderName>
<funderIdentifier funderIdentifierType="Crossref Funder ID">https://doi.org/10.13039/501100000781</funderIdentifier>
<awardNumber awardURI="https://cordis.example.org/1">A1</awardNumber><awardTitle>Tides</awardTitle></fundingReference>
</fundingReferences></resource>"""


def test_datacite_xml_says_again_what_it_said(tmp_path: Path) -> None:
    root = etree.fromstring(written(".datacite.xml", source(DATASET, ".xml", tmp_path)))
    titles = {node.text: node.get("titleType") for node in root.iter(f"{KERNEL}title")}
    assert titles == {"Tide data": None, "Données": "TranslatedTitle", "Ten years": "Subtitle"}
    related = {(node.get("relationType"), node.text) for node in root.iter(f"{KERNEL}relatedIdentifier")}
    assert related == {
        ("IsSupplementTo", "10.5555/art"),
        ("Cites", "10.5555/ref"),
        ("IsDocumentedBy", "https://x.example.org/doc"),
    }
    assert [node.get("contributorType") for node in root.iter(f"{KERNEL}contributor")] == ["DataManager"]
    assert {node.get("dateType") for node in root.iter(f"{KERNEL}date")} == {"Created", "Issued"}
    assert root.findtext(f".//{KERNEL}nameIdentifier") == "https://ror.org/01xtthb56"
    assert root.findtext(f".//{KERNEL}funderIdentifier") == "https://doi.org/10.13039/501100000781"
    assert root.findtext(f".//{KERNEL}awardTitle") == "Tides"
    assert root.findtext(f"{KERNEL}resourceType") == "Time series"


def test_a_text_of_rights_is_no_name_of_a_licence_beside_which_it_stands(tmp_path: Path) -> None:
    rights = json.loads(written(".datacite.json", source(DATASET, ".xml", tmp_path)))["rightsList"]
    assert [entry for entry in rights if entry["rights"] == "Ask us"] == [{"rights": "Ask us"}]
    assert [entry["rightsUri"] for entry in rights if "rightsUri" in entry] == [
        "http://creativecommons.org/licenses/by/4.0/"
    ]


def test_search_engines_are_told_what_a_work_cites_and_who_else_made_it(tmp_path: Path) -> None:
    made = json.loads(written(".schema.jsonld", source(DATASET, ".xml", tmp_path)))
    assert made["name"] == "Tide data: Ten years"
    assert made["citation"] == {"@id": "https://doi.org/10.5555/ref"}
    assert (made["contributor"]["name"], made["contributor"]["@type"]) == ("Foe, Bo", "Person")
    assert made["dateCreated"] == "2011-02-03"


@pytest.mark.parametrize("title", ["Tides--Norway", "a } b", "{a} b", "it''s ``so''", "100% & #1_x^y~z \\ $5"])
def test_bibtex_reads_a_title_as_it_was(title: str, tmp_path: Path) -> None:
    thing = described_fields(Field("dc.title", title), Field("dc.type", "Article"))
    assert again(thing, ".bib", tmp_path).title == title
    text = written(".bib", thing).decode()
    assert text.count("{") == text.count("}")


def test_keys_of_one_file_differ() -> None:
    work, taken = issued("2004").work, set[str]()
    keys = [bibtex(work, taken).decode().partition(",")[0] for _ in range(3)]
    assert len(set(keys)) == len(keys)


def test_a_map_is_a_map_and_a_journal_has_its_issn() -> None:
    thing = described_fields(Field("dc.title", "Chart"), Field("dc.type", "Map"))
    assert (thing.work.kind.csl, thing.work.kind.ris, thing.work.kind.schema_org) == ("map", "MAP", "Map")
    journal = described_fields(
        Field("dc.title", "Tide letters"), Field("dc.type", "Journal"), Field("dc.identifier.issn", "1234-5679")
    )
    assert json.loads(written(".csl.json", journal))["ISSN"] == "1234-5679"


@pytest.mark.parametrize("style", ["apa", "chicago", "mla", "ieee", "harvard"])
def test_a_program_without_authors_is_cited_with_its_title_and_publisher(style: str) -> None:
    thing = described_fields(
        Field("dc.title", "Tide Tool"), Field("dc.type", "Software"), Field("dc.publisher", "Coast Lab")
    )
    line = written(f".{style}.txt", thing).decode().casefold()
    assert (line.count("tide tool"), line.count("coast lab")) == (1, 1), line


def test_names_in_letters_without_case_have_no_initials() -> None:
    thing = described_fields(Field("dc.title", "海浪研究"), Field("dc.contributor.author", "王, 小明"))
    assert "王, 小明" in written(".apa.txt", thing).decode()


def test_every_series_and_every_issn_of_a_work_is_exported(tmp_path: Path) -> None:
    thing = described_fields(
        Field("dc.title", "T"),
        Field("dc.type", "Book"),
        Field("dc.relation.ispartofseries", "Coasts; 3"),
        Field("dc.relation.ispartofseries", "Lamps; 4"),
    )
    assert sorted(map(str, again(thing, ".ris", tmp_path).all_series)) == ["Coasts ; 3", "Lamps ; 4"]
    # BibTeX and CSL have a place for one; the others stand in words.
    assert "note = {Also in: Lamps ; 4}" in written(".bib", thing).decode()
    assert json.loads(written(".csl.json", thing))["note"] == "Also in: Lamps ; 4"
    article = described_fields(
        Field("dc.title", "T"),
        Field("dc.type", "Article"),
        Field("dc.relation.ispartof", "Coasts"),
        Field("dc.identifier.issn", "1234-5679"),
        Field("dc.identifier.eissn", "2434-561X"),
    )
    assert [tag.content for tag in meta_tags(article) if tag.name == "citation_issn"] == ["1234-5679", "2434-561X"]
    assert json.loads(written(".schema.jsonld", article))["isPartOf"]["issn"] == ["1234-5679", "2434-561X"]


@pytest.mark.parametrize("style", ["apa", "chicago", "mla", "ieee", "harvard", "vancouver"])
@pytest.mark.parametrize(
    ("value", "year"),
    [("1985/1990", "1985–1990"), ("2001-02-03/2001-02-05", "2001"), ("2001-12/2002-01", "2001–2002")],
)
def test_every_style_prints_a_span_of_time_once(style: str, value: str, year: str) -> None:
    assert written(f".{style}.txt", issued(value)).decode().count(year) == 1
    beside = (Field("dc.contributor.author", "Foe, Bo"), Field("dc.relation.ispartof", "Coasts"))
    stated = (Field("dc.title", "Terns"), Field("dc.type", "Article"), Field("dc.date.issued", value))
    assert written(f".{style}.txt", described_fields(*stated, *beside)).decode().count(year) == 1


@pytest.mark.parametrize("suffix", [".datacite.json", ".datacite.xml"])
@pytest.mark.parametrize(
    "kind", ["Retracts", "IsRetractedBy", "IsCorrectedBy", "Updates", "HasReplyFrom", "UsesDataFrom"]
)
def test_a_relation_that_datacite_calls_other_comes_back_as_it_was(kind: str, suffix: str, tmp_path: Path) -> None:
    stated = {"relatedIdentifier": "10.5555/old", "relatedIdentifierType": "DOI", "relationType": "Other"}
    work = {"titles": [{"title": "T"}], "relatedIdentifiers": [{**stated, "relationTypeInformation": kind}]}
    first = source(json.dumps(work), ".json", tmp_path)
    assert [one.note for one in first.work.related] == [kind]
    assert again(first, suffix, tmp_path).related == first.work.related


def test_a_retraction_is_called_one_where_datacite_has_no_word_for_it() -> None:
    thing = described_fields(
        Field("dc.title", "Retraction"), Field("crossref.update.retracts", "https://doi.org/10.5555/old")
    )
    assert json.loads(written(".datacite.json", thing))["relatedIdentifiers"] == [
        {
            "relatedIdentifier": "10.5555/old",
            "relatedIdentifierType": "DOI",
            "relationType": "Other",
            "relationTypeInformation": "Retracts",
        }
    ]
