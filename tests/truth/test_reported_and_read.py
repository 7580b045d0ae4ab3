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


def test_a_session_is_no_part_of_the_address_of_a_page(tmp_path: Path) -> None:
    graph = Graph(tmp_path, "dc.xml", dc("identifier https://r.example.org/view;jsessionid=AB12?id=3"))
    assert graph.values("foaf:page") == ["https://r.example.org/view?id=3"]


def test_a_translated_title_of_marc_has_its_language(tmp_path: Path) -> None:
    graph = Graph(tmp_path, "x.xml", marc("242 10 $aMarees$yfre"))
    found = graph.store.query("SELECT (LANG(?v) AS ?l) { ?w <http://purl.org/spar/fabio/hasTranslatedTitle> ?v }")
    assert [row["l"].value for row in found] == ["fr"]  # type: ignore[union-attr]
