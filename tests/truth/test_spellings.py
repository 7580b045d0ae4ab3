"""Spellings of identifiers, names, signs and hosts that are easily misread, each in the format that writes it so."""

from __future__ import annotations

from pathlib import Path

import pytest

from converter.embargo import on_day
from converter.sources.detection import read
from tests.truth.records import Graph, crossref, datacite, dublin_core, mods

SICI = "10.5555/(sici)1097-4571(199806)49:8<693::aid-asi4>3.0.co;2-#"


def entry(**fields: str) -> str:
    """An entry of BibTeX."""
    return "@article{a, " + ", ".join(f"{key}={{{value}}}" for key, value in fields.items()) + "}\n"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.bib", entry(title="A title", doi="10.5555/(SICI)1097-4571(199806)49:8%3C693::AID-ASI4%3E3.0.CO;2-\\#")),
        (
            "a.bib",
            entry(title="A title", doi="10.5555/(SICI)1097-4571(199806)49:8{\\textless}693::AID-ASI4>3.0.CO;2-#"),
        ),
        ("a.xml", dublin_core("identifier", "doi:10.5555/(SICI)1097-4571(199806)49:8<693::AID-ASI4>3.0.CO;2-#")),
        ("a.xml", datacite("", "10.5555/(SICI)1097-4571(199806)49:8<693::AID-ASI4>3.0.CO;2-#")),
        ("a.json", crossref(DOI="10.5555/(SICI)1097-4571(199806)49:8<693::AID-ASI4>3.0.CO;2-#")),
    ],
)
def test_the_check_sign_of_a_sici_stays_in_its_doi(tmp_path: Path, name: str, text: str) -> None:
    assert Graph(tmp_path, name, text).values("prism:doi") == [SICI]


BRACKETS = [
    ("<", ">"),
    (r"\<", r"\>"),
    ("$<$", "$>$"),
    ("{$<$}", "{$>$}"),
    (r"\textless{}", r"\textgreater{}"),
    (r"{\textless}", r"{\textgreater}"),
    ("&lt;", "&gt;"),
    (r"\&lt;", r"\&gt;"),
]


@pytest.mark.parametrize("field", ["doi", "url"])
@pytest.mark.parametrize(("begin", "end"), BRACKETS)
def test_brackets_of_a_doi_are_kept_however_bibtex_writes_them(
    tmp_path: Path, field: str, begin: str, end: str
) -> None:
    text = f"https://doi.org/10.5555/(SICI)1097-4571(199806)49:8{begin}693::AID-ASI4{end}3.0.CO;2-#"
    assert Graph(tmp_path, "a.bib", entry(title="A title", **{field: text})).values("prism:doi") == [SICI]


def test_every_doi_of_a_list_is_kept_whatever_stands_round_it(tmp_path: Path) -> None:
    text = "DOI 10.5555/AAA/abstract; doi.org/10.5555/bbb?utm_source=x&utm_medium=y, 10.5555/ccc."
    found = Graph(tmp_path, "a.xml", mods(f'<identifier type="doi">{text.replace("&", "&amp;")}</identifier>'))
    path = "datacite:hasIdentifier/literal:hasLiteralValue"
    assert found.values(path) == ["10.5555/aaa", "10.5555/bbb", "10.5555/ccc"]


def test_an_address_in_bibtex_is_kept_sign_by_sign(tmp_path: Path) -> None:
    found = Graph(tmp_path, "a.bib", entry(title="A title", url=r"https://e.example.org/~r/a%20b\_c--d"))
    assert found.values("foaf:page") == ["https://e.example.org/~r/a%20b_c--d"]


def test_no_sign_of_a_text_in_bibtex_is_lost(tmp_path: Path) -> None:
    found = Graph(tmp_path, "a.bib", entry(title=r"Kept 50% of all, p {\textless} 1"))
    assert found.values("dcterms:title") == ["Kept 50% of all, p < 1"]


def test_a_word_for_no_agent_is_not_turned_into_a_name(tmp_path: Path) -> None:
    found = Graph(tmp_path, "a.bib", entry(title="A title", author="Ok, Ann and et al."))
    assert found.values("dcterms:creator/foaf:name") == ["Ok, Ann"]


def test_a_year_of_copyright_is_no_approximate_year(tmp_path: Path) -> None:
    found = Graph(tmp_path, "a.ris", "TY  - BOOK\nTI  - A title\nPY  - c2012\nER  - \n")
    assert found.values("dcterms:dateCopyrighted") == ["2012"]
    assert found.values("fabio:hasPublicationYear") == ["2012"]


def test_a_season_in_the_place_of_a_month_is_kept(tmp_path: Path) -> None:
    found = Graph(tmp_path, "a.ris", "TY  - JOUR\nTI  - A title\nPY  - 2012/Spring/\nER  - \n")
    assert found.values("dcterms:issued") == ["2012-21"]


def test_a_reference_of_the_type_conf_in_proceedings_is_a_paper(tmp_path: Path) -> None:
    found = Graph(tmp_path, "a.ris", "TY  - CONF\nTI  - A title\nT2  - Proceedings of the Foam Days\nER  - \n")
    types = found.values("a")
    assert "http://purl.org/spar/fabio/ConferencePaper" in types
    assert not [one for one in types if one.endswith("Proceedings")]
    assert "http://purl.org/spar/fabio/ConferenceProceedings" in found.values("dcterms:isPartOf/a")


_HOST = '<relatedItem type="host"><titleInfo><title>Host</title></titleInfo>{}</relatedItem>'
_NUMBER = '<identifier type="isbn">9783161484100</identifier>'
_IS_PART = (
    '<relatedIdentifier relatedIdentifierType="ISBN" relationType="IsPartOf">978-3-16-148410-0</relatedIdentifier>'
)


@pytest.mark.parametrize(
    "text",
    [
        mods(f"<genre>book</genre>{_HOST.format(_NUMBER)}"),
        mods(_HOST.format(_NUMBER)),
        datacite(f"<relatedIdentifiers>{_IS_PART}</relatedIdentifiers>"),
    ],
)
def test_the_isbn_of_the_host_is_not_one_of_the_work(tmp_path: Path, text: str) -> None:
    found = Graph(tmp_path, "a.xml", text)
    assert found.values("prism:isbn") == []
    assert found.values("dcterms:isPartOf/prism:isbn") == ["9783161484100"]


def test_a_related_item_in_which_the_work_is_published_is_its_journal(tmp_path: Path) -> None:
    number = '<relatedItemIdentifier relatedItemIdentifierType="ISSN">1050-124X</relatedItemIdentifier>'
    parts = "<volume>3</volume><issue>2</issue><firstPage>1</firstPage><lastPage>9</lastPage>"
    item = f'<relatedItem relatedItemType="Journal" relationType="IsPublishedIn">{number}<titles><title>J. Foam</title>'
    text = datacite(f"<relatedItems>{item}</titles>{parts}</relatedItem></relatedItems>")
    found = Graph(tmp_path, "a.xml", text.replace("Dataset", "JournalArticle"))
    assert found.values("dcterms:isPartOf/dcterms:title") == ["J. Foam"]
    assert found.values("dcterms:isPartOf/prism:issn") == ["1050-124X"]
    assert [found.values(f"prism:{name}") for name in ("volume", "issueIdentifier", "startingPage", "endingPage")] == [
        ["3"],
        ["2"],
        ["1"],
        ["9"],
    ]


def test_an_issn_in_an_address_identifies_the_journal(tmp_path: Path) -> None:
    more = {"container-title": ["J"], "ISSN": ["http://id.crossref.org/issn/2049-3630"]}
    found = Graph(tmp_path, "a.json", crossref(**more))
    assert found.values("dcterms:isPartOf/prism:issn") == ["2049-3630"]


def test_pages_of_a_source_in_german_are_read(tmp_path: Path) -> None:
    found = Graph(tmp_path, "a.xml", dublin_core("source", "Sand Review; Bd. 12 Nr. 3 (2010); S. 5-9"))
    assert (found.values("prism:startingPage"), found.values("prism:endingPage")) == (["5"], ["9"])


@pytest.mark.parametrize(
    ("value", "name", "place"),
    [
        ("Rook, Ida (Shell University)", "Rook, Ida", ["Shell University"]),
        ("[Rook, Ida]", "Rook, Ida", []),
    ],
)
def test_what_stands_round_a_name_is_no_part_of_it(tmp_path: Path, value: str, name: str, place: list[str]) -> None:
    found = Graph(tmp_path, "a.xml", dublin_core("creator", value))
    assert found.values("dcterms:creator/foaf:name") == [name]
    assert found.values("dcterms:creator/foaf:givenName") == ["Ida"]
    assert found.values("pro:isDocumentContextFor/pro:relatesToOrganization/foaf:name") == place


@pytest.mark.parametrize("value", ["[作者不詳]", "Не указан", "xxx"])
def test_words_for_nobody_name_nobody(tmp_path: Path, value: str) -> None:
    assert Graph(tmp_path, "a.xml", dublin_core("creator", value)).values("dcterms:creator") == []


_BITSTREAM = (
    '<element name="bundle"><field name="name">ORIGINAL</field><element name="bitstreams"><element name="bitstream">'
    '<field name="name">hidden.pdf</field><field name="url">https://r.example.org/hidden.pdf</field>{}'
    "</element></element></element>"
)
_XOAI = (
    '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords><record><header>'
    "<identifier>oai:r.example.org:1</identifier><datestamp>2024-04-01</datestamp></header><metadata>"
    '<metadata xmlns="http://www.lyncode.com/xoai"><element name="dc"><element name="title"><element name="none">'
    '<field name="value">A title</field></element></element>{rights}</element><element name="bundles">{files}</element>'
    '<element name="others"><field name="handle">4321/80</field>{others}</element></metadata></metadata></record>'
    "</ListRecords></OAI-PMH>"
)
_RIGHTS = '<element name="rights"><element name="none"><field name="value">{}</field></element></element>'


@pytest.mark.parametrize(
    ("file", "others", "rights"),
    [
        ("", '<field name="drm">restricted access</field>', ""),
        ("", '<field name="drm">embargoed access|||2999-01-01</field>', ""),
        ('<field name="drm">embargoed access|||2999-01-01</field>', "", ""),
        ("", "", _RIGHTS.format("Embargoed until 2999")),
        ("", "", _RIGHTS.format("Under embargo until 1 May 2999")),
    ],
)
def test_a_file_that_is_not_open_is_not_told(tmp_path: Path, file: str, others: str, rights: str) -> None:
    text = _XOAI.format(files=_BITSTREAM.format(file), others=others, rights=rights)
    source = tmp_path / "a.xml"
    source.write_text(text, encoding="utf-8")
    (record,) = read(str(source))
    assert on_day(record, "2998-01-01").record.files == ()


@pytest.mark.parametrize("others", ["", '<field name="drm">open access</field>'])
@pytest.mark.parametrize("rights", ["", "No embargo", "Embargoed until 2003-01-01"])
def test_a_file_that_is_open_is_shown(tmp_path: Path, others: str, rights: str) -> None:
    text = _XOAI.format(files=_BITSTREAM.format(""), others=others, rights=_RIGHTS.format(rights) if rights else "")
    source = tmp_path / "a.xml"
    source.write_text(text, encoding="utf-8")
    (record,) = read(str(source))
    assert len(on_day(record, "2026-01-01").record.files) == 1


@pytest.mark.parametrize(
    ("qualifier", "date"), [("questionable", "1998?"), ("approximate", "1998~"), ("inferred", "1998")]
)
def test_how_sure_a_date_of_mods_is_is_said(tmp_path: Path, qualifier: str, date: str) -> None:
    text = mods(f'<originInfo><dateIssued qualifier="{qualifier}">1998</dateIssued></originInfo>')
    found = Graph(tmp_path, "a.xml", text)
    assert (found.values("dcterms:issued"), found.values("fabio:hasPublicationYear")) == ([date], ["1998"])
