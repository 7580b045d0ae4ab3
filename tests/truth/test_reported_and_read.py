"""A line of the report about a value never denies what was read of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.sources.test_kinds import Findings, records
from tests.truth.claims import crossref_article, datacite, dc, marc, mods, ris, table
from tests.truth.records import Graph

ISBN, ISSN = "978-0-306-40615-7", "0378-5955"
SEVERAL = {
    "parts.ris": ris("CHAP", "T2 The tide book", f"SN {ISBN} (print); {ISSN}"),
    "words.ris": ris("CHAP", "T2 The tide book", f"SN ISSN {ISSN} ISBN {ISBN}"),
    "day.ris": ris("JOUR", "DA 2013/2/1"),
    "place.ris": ris("CPAPER", "T2 Lamp Days", "CY Bergen", "N1 Conference: 2015-05-03 to 2015-05-06"),
    "months.bib": "@article{a, title={T}, year={2013}, month={9--10}}\n",
    "numbers.bib": f"@incollection{{a, title={{T}}, booktitle={{B}}, isbn={{{ISBN} (ebk)}}, issn={{{ISSN}}}}}\n",
    "names.bib": "@book{a, title={T}, author={Rook, Ida and {Tide Office} and Kelp{ }Union}}\n",
    "marc.xml": marc(f"020    $a{ISBN} (hbk)", f"490 1  $aSea notes,$x{ISSN} ;$v5", "100 1  $aFoe, Bo."),
    "mods.xml": mods(f'<identifier type="isbn">{ISBN} (hbk), 0306406152 (ebook)</identifier>'),
    "crossref.xml": crossref_article(
        "<publication_date><month>2</month><day>1</day><year>2013</year></publication_date>"
    ),
    "crossref.json": json.dumps(
        {
            "DOI": "10.5555/x",
            "type": "journal-article",
            "title": ["T"],
            "issued": {"date-parts": [[2013, 2, 1]]},
            "page": "11-29",
        }
    ),
    "csl.json": json.dumps(
        [{"id": "a", "type": "book", "title": "T", "issued": {"date-parts": [[2013, 2, 1]]}, "keyword": "a; b, c"}]
    ),
    "datacite.json": datacite(dates=[{"date": "1980", "dateType": "Issued", "dateInformation": "198X"}]),
    "dc.xml": dc(f"identifier ISBN {ISBN} (print); ISSN {ISSN}", "creator Rook, Ida; Gull, Ann", "language engfre"),
    "table.csv": table(dc__identifier__isbn=f"{ISBN} (print); 0306406152", dc__language="English; French"),
    "arxiv.xml": (
        '<arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>0999.00123</id><title>T</title>'
        "<authors>Ida Rook, Tove Aas and Nils van den Berg</authors></arXivRaw>"
    ),
}


@pytest.mark.parametrize("name", SEVERAL)
def test_no_value_that_was_read_is_called_unread(name: str, tmp_path: Path) -> None:
    path, report = tmp_path / name, Findings()
    path.write_text(SEVERAL[name], encoding="utf-8")
    assert records(path, report)
    assert [finding for finding in report.all if "nothing reads" in finding.reason] == []


def test_of_a_value_that_is_read_in_part_the_report_says_which_part(tmp_path: Path) -> None:
    path, report = tmp_path / "one.ris", Findings()
    path.write_text(ris("CHAP", "T2 The tide book", f"SN {ISBN} shelf 7 {ISSN}"), encoding="utf-8")
    assert records(path, report)
    (line,) = [finding for finding in report.all if finding.field == "ris.SN"]
    assert line.reason == f"of this 9780306406157, {ISSN} is read; for the rest there is no field"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("dc.xml", dc("identifier http://hdl.handle.net/10.5555/ABC")),
        ("mods.xml", mods('<identifier type="hdl">hdl:10.5555/ABC</identifier>')),
        ("marc.xml", marc("856 40 $uhttps://hdl.handle.net/10.5555/ABC")),
        ("table.csv", table(dc__identifier__handle="https://hdl.handle.net/10.5555/ABC")),
        ("one.ris", ris("JOUR", "UR https://hdl.handle.net/10.5555/ABC")),
    ],
)
def test_a_doi_at_the_resolver_of_handles_is_both(name: str, text: str, tmp_path: Path) -> None:
    graph = Graph(tmp_path, name, text)
    assert graph.values("prism:doi") == ["10.5555/abc"]
    assert graph.values("fabio:hasHandle") == ["10.5555/ABC"]


@pytest.mark.parametrize("address", ["http://hdl.handle.net/10722/7", "https://r.example.org/handle/10.5555/7"])
def test_a_handle_that_no_doi_is_known_to_be_is_a_handle_alone(address: str, tmp_path: Path) -> None:
    assert Graph(tmp_path, "dc.xml", dc(f"identifier {address}")).values("prism:doi") == []


def test_several_works_in_one_value_of_a_relation_are_all_related(tmp_path: Path) -> None:
    graph = Graph(tmp_path, "t.csv", table(dc__relation__references="10.5555/r; doi:10.5555/S"))
    assert graph.values("cito:cites") == ["https://doi.org/10.5555/r", "https://doi.org/10.5555/s"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "x.json",
            json.dumps(
                {
                    "DOI": "10.5555/x",
                    "type": "journal-article",
                    "title": ["T"],
                    "reference": [
                        {"unstructured": "Rook 2010. doi:10.5555/R2."},
                        {"unstructured": "10.5555/a, 10.5555/b"},
                    ],
                }
            ),
        ),
        (
            "x.xml",
            crossref_article(
                '<citation_list><citation key="1"><unstructured_citation>Rook 2010. https://doi.org/10.5555/R2'
                "</unstructured_citation></citation></citation_list>"
            ),
        ),
    ],
)
def test_a_reference_in_words_with_one_doi_is_cited(name: str, text: str, tmp_path: Path) -> None:
    assert Graph(tmp_path, name, text).values("cito:cites") == ["https://doi.org/10.5555/r2"]


def test_the_host_of_mods_has_its_conference_and_no_number_for_a_name(tmp_path: Path) -> None:
    host = (
        '<genre>conference paper</genre><relatedItem type="host"><titleInfo><title>Proceedings</title></titleInfo>'
        '<name type="conference"><namePart>Lamp Days</namePart></name><identifier type="doi">10.5555/B</identifier>'
        '<identifier type="local">J-7</identifier></relatedItem>'
    )
    graph = Graph(tmp_path, "x.xml", mods(host))
    assert graph.values("prism:publicationName") == ["Proceedings"]
    assert graph.values("dcterms:relation/rdfs:label") == ["Lamp Days"]
    assert "https://doi.org/10.5555/b" in graph.values("dcterms:isPartOf")


def test_a_translated_title_of_marc_has_its_language(tmp_path: Path) -> None:
    graph = Graph(tmp_path, "x.xml", marc("242 10 $aMarees$yfre"))
    found = graph.store.query("SELECT (LANG(?v) AS ?l) { ?w <http://purl.org/spar/fabio/hasTranslatedTitle> ?v }")
    assert [row["l"].value for row in found] == ["fr"]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("kind", "number"), [("DOI", "10.5072/J-1"), ("EISSN", "2434-561X"), ("LSID", "urn:lsid:x:y:1")]
)
def test_a_number_of_the_journal_around_a_dataset_is_no_name_of_it(kind: str, number: str, tmp_path: Path) -> None:
    host = {
        "relatedItemType": "Journal",
        "relationType": "IsPublishedIn",
        "relatedItemIdentifier": {"relatedItemIdentifier": number, "relatedItemIdentifierType": kind},
        "titles": [{"title": "Tide Letters"}],
    }
    graph = Graph(tmp_path, "x.json", datacite(relatedItems=[host]))
    assert graph.values("prism:publicationName") == ["Tide Letters"]
    assert ("https://doi.org/10.5072/j-1" in graph.values("dcterms:isPartOf")) == (kind == "DOI")


def test_several_numbers_of_grants_in_one_value_are_several_grants(tmp_path: Path) -> None:
    fundings = [{"funderName": "Sea Council", "awardNumber": "1331939, 0725097"}]
    graph = Graph(tmp_path, "x.json", datacite(fundingReferences=fundings))
    assert graph.values("frapo:isFundedBy/frapo:hasGrantNumber") == ["0725097", "1331939"]


def test_a_title_before_given_names_is_none_of_them(tmp_path: Path) -> None:
    graph = Graph(tmp_path, "x.xml", dc("creator Hendriks, prof.dr.ir. W.H."))
    assert graph.values("dcterms:creator/foaf:givenName") == ["W.H."]
    assert graph.values("dcterms:creator/foaf:name") == ["Hendriks, prof.dr.ir. W.H."]


@pytest.mark.parametrize("place", ["[S.l.] :", "[S.l.", "[Place of publication not identified] :", "s.l."])
def test_no_place_is_no_place(place: str, tmp_path: Path) -> None:
    assert Graph(tmp_path, "x.xml", marc(f"264  1 $a{place}")).values("fabio:hasPlaceOfPublication") == []


def test_a_dissertation_note_makes_a_thesis_where_the_leader_says_nothing(tmp_path: Path) -> None:
    graph = Graph(tmp_path, "x.xml", marc("502    $a2009", leader="          22        4500"))
    assert "http://purl.org/spar/fabio/Thesis" in graph.values("rdf:type")


def test_the_licence_of_a_file_in_a_package_is_one(tmp_path: Path) -> None:
    package = (
        '<didl:DIDL xmlns:didl="urn:mpeg:mpeg21:2002:02-DIDL-NS" xmlns:dcterms="http://purl.org/dc/terms/"><didl:Item>'
        '<didl:Component><didl:Resource mimeType="application/xml"><mods xmlns="http://www.loc.gov/mods/v3">'
        "<titleInfo><title>Tides</title></titleInfo></mods></didl:Resource></didl:Component><didl:Item>"
        "<didl:Descriptor><didl:Statement><dcterms:license>https://creativecommons.org/licenses/by/4.0/"
        "</dcterms:license></didl:Statement></didl:Descriptor><didl:Descriptor><didl:Statement><dcterms:accessRights>"
        "http://purl.org/eprint/accessRights/OpenAccess</dcterms:accessRights></didl:Statement></didl:Descriptor>"
        "</didl:Item></didl:Item></didl:DIDL>"
    )
    graph = Graph(tmp_path, "x.xml", package)
    assert graph.values("dcterms:license") == ["http://creativecommons.org/licenses/by/4.0/"]
    assert graph.values("dcterms:accessRights") == ["http://purl.org/coar/access_right/c_abf2"]


@pytest.mark.parametrize(
    "lines", [("JO Tide Lett.", "JF Tide Letters"), ("JA Tide Lett.", "T2 Tide Letters"), ("JO Tide Letters",)]
)
def test_a_journal_is_called_by_its_full_name(lines: tuple[str, ...], tmp_path: Path) -> None:
    assert Graph(tmp_path, "one.ris", ris("JOUR", *lines)).values("prism:publicationName") == ["Tide Letters"]
