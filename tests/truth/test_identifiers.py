"""Identifiers, relations, languages and rights: what a value says in every format that can say it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.truth.records import DOI, ISBN, LANGUAGE, LICENCE, Graph, references, related, update

IDENTIFIER = "datacite:hasIdentifier/literal:hasLiteralValue"


@pytest.mark.parametrize("name", DOI)
@pytest.mark.parametrize(
    ("value", "dois"),
    [
        ("10.5555/ABC.Def", ["10.5555/abc.def"]),
        ("https://doi.org/10.5555/q7?utm_source=x", ["10.5555/q7"]),
        ("http://publisher.example.org/doi/full/10.5555/nous.12244/abstract", ["10.5555/nous.12244"]),
        ("doi:10.5555/a; doi:10.5555/b", ["10.5555/a", "10.5555/b"]),
        ("10.5555/tao.05.02(iwnop)", ["10.5555/tao.05.02(iwnop)"]),
        ("10.5555/(SICI)1999(199)7:1<1::AID-SN>3.0.CO;2-K", ["10.5555/(sici)1999(199)7:1<1::aid-sn>3.0.co;2-k"]),
    ],
)
def test_a_doi_is_one_name_however_it_is_written(tmp_path: Path, name: str, value: str, dois: list[str]) -> None:
    found = Graph(tmp_path, name, DOI[name](value)).values(IDENTIFIER)
    assert [one for one in found if one.startswith("10.")] == dois


@pytest.mark.parametrize("name", ISBN)
@pytest.mark.parametrize(
    ("value", "isbns"),
    [
        ("978-3-16-148410-0", ["9783161484100"]),
        ("0-306-40615-2", ["9780306406157"]),
        ("9783161484100 (hbk); 0306406152 (pbk)", ["9780306406157", "9783161484100"]),
    ],
)
def test_each_isbn_of_a_value_is_kept_as_13_digits(tmp_path: Path, name: str, value: str, isbns: list[str]) -> None:
    found = Graph(tmp_path, name, ISBN[name](value)).values(IDENTIFIER)
    assert [one for one in found if one.startswith("97")] == isbns


@pytest.mark.parametrize("name", LANGUAGE)
@pytest.mark.parametrize(
    ("value", "languages"),
    [
        ("eng", ["http://id.loc.gov/vocabulary/iso639-1/en"]),
        ("yue", ["http://lexvo.org/id/iso639-3/yue"]),
        ("English; French", ["http://id.loc.gov/vocabulary/iso639-1/en", "http://id.loc.gov/vocabulary/iso639-1/fr"]),
        ("engfre", ["http://id.loc.gov/vocabulary/iso639-1/en", "http://id.loc.gov/vocabulary/iso639-1/fr"]),
    ],
)
def test_each_language_of_a_value_is_said(tmp_path: Path, name: str, value: str, languages: list[str]) -> None:
    assert Graph(tmp_path, name, LANGUAGE[name](value)).values("dcterms:language") == languages


@pytest.mark.parametrize("name", LICENCE)
@pytest.mark.parametrize(
    ("value", "licence"),
    [
        ("https://creativecommons.org/licenses/by-nc-sa/3.0/us/", "licenses/by-nc-sa/3.0/us/"),
        ("http://creativecommons.org/licenses/by-sa/3.0/de/deed.en", "licenses/by-sa/3.0/de/"),
        ("https://creativecommons.org/licenses/by/4.0/legalcode", "licenses/by/4.0/"),
        ("https://creativecommons.org/licenses/by/3.0/deed.en", "licenses/by/3.0/"),
        ("https://creativecommons.org/licenses/by/3.0/igo/", "licenses/by/3.0/igo/"),
    ],
)
def test_a_licence_keeps_its_port(tmp_path: Path, name: str, value: str, licence: str) -> None:
    found = Graph(tmp_path, name, LICENCE[name](value)).values("dcterms:license")
    assert found == [f"http://creativecommons.org/{licence}"]


@pytest.mark.parametrize("name", ["datacite.xml", "datacite.json"])
@pytest.mark.parametrize(
    ("kind", "property_"),
    [
        ("Cites", "cito:cites"),
        ("IsCitedBy", "cito:isCitedBy"),
        ("Reviews", "cito:reviews"),
        ("Documents", "cito:documents"),
        ("IsSupplementTo", "frbr:supplementOf"),
        ("IsNewVersionOf", "frbr:revisionOf"),
        ("IsDerivedFrom", "prov:wasDerivedFrom"),
        ("IsTranslationOf", "frbr:translationOf"),
        ("Obsoletes", "dcterms:replaces"),
    ],
)
def test_each_kind_of_relation_has_its_property(tmp_path: Path, name: str, kind: str, property_: str) -> None:
    graph = Graph(tmp_path, name, related(kind, "10.5555/Other")[name])
    assert graph.values(property_) == ["https://doi.org/10.5555/other"]
    assert graph.values("cito:cites") == (["https://doi.org/10.5555/other"] if kind == "Cites" else [])


def test_references_with_a_doi_are_citations(tmp_path: Path) -> None:
    graph = Graph(tmp_path, "work.json", references("10.5555/r1", "10.5555/R2"))
    assert graph.values("cito:cites") == ["https://doi.org/10.5555/r1", "https://doi.org/10.5555/r2"]


@pytest.mark.parametrize(
    ("kind", "key", "property_"),
    [
        ("retraction", "update-to", "cito:retracts"),
        ("corrigendum", "update-to", "cito:corrects"),
        ("new_version", "update-to", "cito:updates"),
        ("retraction", "updated-by", "cito:isRetractedBy"),
        ("erratum", "updated-by", "cito:isCorrectedBy"),
    ],
)
def test_a_notice_says_what_it_does_to_the_other_work(tmp_path: Path, kind: str, key: str, property_: str) -> None:
    graph = Graph(tmp_path, "work.json", update(kind, "10.5555/old", key))
    assert graph.values(property_) == ["https://doi.org/10.5555/old"]
