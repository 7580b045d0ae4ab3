"""What a librarian looks for in the citations of a record: who, when, where, each once and in its place."""

from __future__ import annotations

import json

import pytest

from converter.record import Field
from server.representations.citation import STYLES
from tests.site.test_forms import described_fields, written

AUTHOR = ("dc.contributor.author", "Costa, Aldo Matos da")
EDITORS = [("dc.contributor.editor", "Marrow, Tom"), ("dc.contributor.editor", "Quill, Ann")]
TITLE = ("dc.title", "Terns of the north")


def form(suffix: str, *fields: tuple[str, str]) -> str:
    return written(suffix, described_fields(*(Field(name, value) for name, value in fields))).decode()


def csl(*fields: tuple[str, str]) -> dict[str, object]:
    stated: dict[str, object] = json.loads(form(".csl.json", *fields))
    return stated


@pytest.mark.parametrize(
    ("dates", "year"),
    [
        (["2015"], "2015"),
        (["2006-05", "2015-09-29T20:47:18Z"], "2006"),
        (["2015-08-01T07:00:00Z"], "2015"),
        (["2015-09-29T20:47:18Z"], "2015"),
        (["1990", "1986-09-02"], "1986"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_work_without_a_date_of_issue_is_cited_by_the_year_of_its_only_or_earliest_date(
    dates: list[str], year: str
) -> None:
    entry = form(".bib", TITLE, *(("dc.date", date) for date in dates))
    assert (f"year = {{{year}}}" in entry) if year else ("year =" not in entry)


def test_the_date_of_issue_comes_before_every_other() -> None:
    assert "year = {2019}" in form(".bib", TITLE, ("dc.date", "1986"), ("dc.date.issued", "2019"))


def test_a_chapter_stands_in_a_book_whatever_numbers_its_series_has() -> None:
    fields = [
        TITLE,
        ("dc.type", "Book chapter"),
        ("dc.relation.ispartof", "Birds"),
        ("dc.identifier.issn", "1381-589X"),
    ]
    entry = form(".bib", *fields)
    assert "booktitle = {Birds}" in entry
    assert "journal =" not in entry


def test_a_work_of_no_type_in_a_journal_is_an_article() -> None:
    fields = [
        TITLE,
        ("dc.relation.ispartof", "Coasts"),
        ("dc.identifier.issn", "1600-5368"),
        ("dc.identifier.volume", "6"),
    ]
    assert form(".bib", *fields).startswith("@article{")
    assert csl(*fields)["type"] == "article-journal"


def test_one_page_is_told_once() -> None:
    pages = [TITLE, ("dc.identifier.spage", "m679"), ("dc.identifier.epage", "m679")]
    assert "pages = {m679}" in form(".bib", *pages)
    assert csl(*pages)["page"] == "m679"


def test_the_school_of_a_thesis_is_the_one_that_grants_the_degree() -> None:
    fields = [
        TITLE,
        ("dc.type", "Doctoral thesis"),
        ("dc.publisher", "Press"),
        ("thesis.degree.grantor", "Tern University"),
    ]
    assert "school = {Tern University}" in form(".bib", *fields)
    assert "PB  - Tern University\r\n" in form(".ris", *fields)
    assert csl(*fields)["publisher"] == "Tern University"


def test_words_of_the_software_are_no_kind_of_a_work() -> None:
    fields = [TITLE, ("dc.type", "NonPeerReviewed"), ("dc.type", "Doctoral thesis")]
    assert csl(*fields)["genre"] == "Doctoral thesis"
    assert "PeerReviewed" not in form(".bib", *fields)


def test_the_particle_behind_the_given_names_belongs_to_the_family() -> None:
    stated = csl(TITLE, AUTHOR)
    assert stated["author"] == [{"family": "Costa", "given": "Aldo Matos", "dropping-particle": "da"}]
    assert "Costa, A. M. da" in form(".apa.txt", TITLE, AUTHOR, ("dc.date.issued", "2019"))


def test_a_line_names_the_editors_of_a_book_without_authors() -> None:
    assert form(".md", TITLE, *EDITORS).startswith("Marrow, Tom; Quill, Ann (eds.) (n.d.).")


@pytest.mark.parametrize("style", sorted({"apa", "harvard", "mla"} & STYLES.keys()))
def test_editors_in_the_place_of_authors_stand_there_alone(style: str) -> None:
    line = form(f".{style}.txt", TITLE, *EDITORS, ("dc.type", "Book"), ("dc.date.issued", "2019"))
    assert line.count("Marrow") == 1


@pytest.mark.parametrize("style", STYLES)
def test_a_title_in_the_place_of_authors_stands_there_alone(style: str) -> None:
    line = form(f".{style}.txt", TITLE, ("dc.type", "Report"), ("dc.date.issued", "2019"))
    assert line.lower().count("terns of the north") == 1


def test_no_style_names_a_number_or_a_day_that_is_not_known() -> None:
    thesis = form(".apa.txt", TITLE, AUTHOR, ("dc.type", "Doctoral thesis"), ("dc.publisher", "Tern University"))
    assert "Publication" not in thesis
    assert "Retrieved" not in thesis


@pytest.mark.parametrize("suffix", [".bib", ".ris", ".csl.json", ".md", ".apa.txt", ".datacite.xml", ".schema.jsonld"])
def test_a_title_is_cited_without_the_markup_of_a_page(suffix: str) -> None:
    stated = form(suffix, ("dc.title", "Terns of <i>the</i> H<sub>2</sub>O"))
    assert "Terns of the H2O".lower() in stated.replace("\\", "").lower()
    assert "<i>" not in stated


def test_the_fuller_form_of_a_name_stays_in_the_catalogue() -> None:
    entry = form(".bib", TITLE, ("dc.contributor.author", "May, E. J. (Edith J.)"))
    assert "author = {May, E. J.}" in entry


def test_every_part_of_a_given_name_has_its_initial() -> None:
    author = ("dc.contributor.author", "Ju, Sung-kwang")
    assert form(".apa.txt", TITLE, author, ("dc.date.issued", "2014")).startswith("Ju, S.-K. (2014).")


@pytest.mark.parametrize("name", ["Unknown", "(:unkn) Unknown", "(:Unkn)", ":unav", "Et Al.", "et al"])
def test_what_stands_for_no_name_is_cited_as_nobody(name: str) -> None:
    stated = csl(TITLE, ("dc.contributor.author", "Marrow, Tom"), ("dc.contributor.author", name))
    assert stated["author"] == [{"family": "Marrow", "given": "Tom"}]


def test_the_key_of_a_book_without_authors_begins_with_its_editor() -> None:
    assert form(".bib", TITLE, *EDITORS, ("dc.type", "Book"), ("dc.date.issued", "2019")).startswith(
        "@book{marrow2019terns,"
    )
