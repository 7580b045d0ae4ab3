"""The commands of the librarian: fields, explain, validate."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from click.testing import CliRunner

import ontology
from shelfgraph.cli import main
from tests.commands import shelfgraph
from tests.conftest import EXAMPLES, ROOT


def table(*arguments: str | Path) -> list[dict[str, str]]:
    """The rows that a command prints."""
    done = shelfgraph(*arguments)
    assert done.returncode == 0, done.stderr.decode()
    return list(csv.DictReader(io.StringIO(done.stdout.decode())))


def test_every_field_is_shown_with_its_row_of_the_crosswalk() -> None:
    rows = {row["field"]: row for row in table("fields", EXAMPLES / "listrecords-dim.xml")}
    assert (rows["local.shelf.mark"]["kept"], rows["dc.title"]["mapped"]) == ("1", "3")
    name, line = rows["dc.title"]["crosswalk"].split(":")
    assert (ROOT / "ontology" / name).read_text(encoding="utf-8").splitlines()[int(line) - 1].startswith("dc.title,")


GRAPHS = {
    "x.xml": '<?xml version="1.0"?>\n<!-- a graph -->\n<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>',
    "x.rdf": '<RDF xmlns="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>',
    "x.txt": "@prefix a: <http://a.example.org/> .\na:b a:c a:d .\n",
    "x.nt": '<http://a.example.org/b> <http://a.example.org/c> "d" .\n',
}


@pytest.mark.parametrize("name", GRAPHS)
def test_a_graph_in_the_place_of_records_is_told_the_way_to_load_it(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(GRAPHS[name], encoding="utf-8")
    done = shelfgraph("convert", path)
    assert done.returncode == 1
    assert b"RDF, and no list of records" in done.stderr
    assert b"shelfgraph load" in done.stderr


def test_documents_that_are_refused_are_counted_and_named(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"dc.title": "A title"}', encoding="utf-8")
    (tmp_path / "b.json").write_text('{"dc.title": ', encoding="utf-8")
    (tmp_path / "c.xml").write_text(GRAPHS["x.xml"], encoding="utf-8")
    done = shelfgraph("fields", tmp_path)
    assert done.returncode == 1
    rows = {row["field"]: row for row in csv.DictReader(io.StringIO(done.stdout.decode()))}
    assert rows["documents or parts that were not read"]["unaccounted"] == "2"
    assert b"b.json" in done.stderr
    assert b"c.xml" in done.stderr


def test_an_address_that_is_private_is_no_example() -> None:
    assert "coast.example.org" not in str(table("fields", EXAMPLES / "lighthouse.txt"))


def test_a_statement_is_explained_by_all_the_values_that_make_it() -> None:
    person = "https://data.example.org/person/20-500-12345/rp00042"
    rows = table("explain", EXAMPLES / "lighthouse.txt", "--subject", person)
    assert {row["field"] for row in rows} == {"dc.contributor.author", "dc.identifier.authority"}


def test_what_a_field_makes_is_shown_alone() -> None:
    rows = table("explain", EXAMPLES / "lighthouse.txt", "--field", "dc.identifier.pmid")
    assert len(rows) == 6
    assert {row["value"] for row in rows} == {"99000142"}


def test_the_examples_are_valid_and_their_gaps_are_counted(tmp_path: Path) -> None:
    findings = tmp_path / "findings.csv"
    rows = table("validate", EXAMPLES, "--csv", findings)
    assert {row["severity"] for row in rows} == {"warning", "info"}
    assert {row["message"] for row in rows if row["record"] == "20.500.12345/801"} >= {"no abstract"}
    assert all(row["shape"] and row["path"] for row in rows)
    with findings.open(encoding="utf-8", newline="") as lines:
        assert list(csv.DictReader(lines)) == rows


FAULTS = """DC FieldValueLanguage
dc.titleGonzÃ¡lez and the lightsen_US
dc.description.abstract<p>Aim</p> to seeen_US
dc.identifier.issn5555-1239-
dc.identifier.issn55551238-
dc.identifier.doihttps://doi.org/10.5555/x-
dc.identifier.pmcid9900014-
dc.contributor.orcidQuill, A::0000-0002-1825-0098-
dc.publisherTern Press. The Journal's web site is located at http://tern.example.org/en_US
dc.date.issued2019-02-30-
dc.identifier.citationCoasts, 2019, v. 12 n. 4, p. 301-319-
dc.identifier.volume13-
dc.identifier.uri http://hdl.handle.net/12345/1-
"""


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    page = tmp_path / "page.txt"
    page.write_text(FAULTS, encoding="utf-8")
    return page


def test_what_is_wrong_in_a_record_is_a_worklist(faulty: Path) -> None:
    found = {(row["field"], row["problem"]) for row in table("quality", faulty)}
    assert found == {
        ("dc.title", "text in a wrong encoding"),
        ("dc.description.abstract", "HTML in a value"),
        ("dc.identifier.issn", "no ISSN, or a wrong check digit"),
        ("dc.identifier.issn", "an ISSN that is not in its normal form"),
        ("dc.identifier.doi", "a DOI with its resolver"),
        ("dc.identifier.pmcid", "no PMC before the number: it may be a PubMed number"),
        ("dc.contributor.orcid", "an ORCID iD with a wrong check digit"),
        ("dc.publisher", "prose where a publisher's name is meant"),
        ("dc.date.issued", "no date: no day 30 in 2019-02"),
        ("dc.identifier.volume", "the citation says 12"),
        ("dc.language", "no language"),
    }


def test_safe_repairs_are_a_batch_for_the_repository(faulty: Path, tmp_path: Path) -> None:
    repairs = tmp_path / "repairs.csv"
    table("quality", faulty, "--repairs", repairs)
    with repairs.open(encoding="utf-8", newline="") as lines:
        (row,) = csv.DictReader(lines)
    assert row == {
        "id": "12345/1",
        "collection": "",
        "dc.identifier.doi": "10.5555/x",
        # A cell replaces all values of its field: the wrong one that nobody can repair stands in it as it was.
        "dc.identifier.issn": "5555-1239||5555-1238",
        "dc.publisher[en_US]": "Tern Press",
        "dc.title[en_US]": "González and the lights",
    }


def test_a_doi_of_two_records_is_found_in_a_data_folder(faulty: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text(FAULTS.replace("12345/1", "12345/2"), encoding="utf-8")
    shelfgraph("load", faulty, other, "--data", tmp_path / "d")
    rows = table("quality", "--data", tmp_path / "d")
    assert [row["record"] for row in rows if row["problem"] == "the DOI of 2 records"] == ["12345/1", "12345/2"]


def test_a_data_folder_is_validated(tmp_path: Path) -> None:
    shelfgraph("load", EXAMPLES / "lighthouse.txt", "--data", tmp_path / "d")
    assert table("validate", "--data", tmp_path / "d") == []


def test_a_violated_shape_ends_with_4(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shapes = (
        ontology.text("shapes.ttl")
        .replace('"no title"', '"no title!"')
        .replace(
            "sh:path dcterms:title ; sh:minCount 1 ; sh:severity sh:Warning", "sh:path dcterms:title ; sh:minCount 2"
        )
    )
    monkeypatch.setattr(ontology, "text", lambda *_: shapes)
    done = CliRunner().invoke(main, ["validate", str(EXAMPLES / "lighthouse.txt")])
    assert done.exit_code == 4
    assert "20.500.12345/678,violation" in done.stdout
