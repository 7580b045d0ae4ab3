"""One thing in the many ways in which records write it: DOIs, years, languages, licences, types, names, addresses."""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from tests.truth.claims import Answer, dc, ris, table

DOIS = (
    *("DOI 10.5555/abc.def", "https://www.doi.org/10.5555/abc.def", "doi:10.5555/abc.def.", "10.5555/abc.def;"),
    *("(doi:10.5555/abc.def)", "[DOI] 10.5555/abc.def", "DOI: https://doi.org/10.5555/ABC.def"),
    *("http://doi.org/https://doi.org/10.5555/abc.def", "https://doi.org/10.5555%2Fabc.def", "urn:doi:10.5555/abc.def"),
    *("https://doi.org/10.5555/ABC.DEF/full?utm_source=x#sec1", "https://doi.org/10.5555/abc.def/"),
    *("https://dx-doi-org.proxy.example.org/10.5555/abc.def", "https://e.example.org/doi/full/10.5555/abc.def"),
    *("https://e.example.org/doi/pdf/10.5555/abc.def?download=true", "doi: 10.5555/abc.def (open access)"),
)
YEARS = {
    **dict.fromkeys(("2019-W05", "2019-123", "20190304T101112Z", "Summer 2019"), 2019),
    **dict.fromkeys(("MDCCCXLVIII [1848]", "MDCCCXLVIII", "M.DCCC.XLVIII."), 1848),
    **dict.fromkeys(("12/2011-01/2012", "1432 [2011]", "1432 AH/2011 AD", "Dec 2011-Jan 2012", "2011/12"), 2011),
    **dict.fromkeys(
        ("5771 [2010 or 2011]", "民國99年", "H22.3", "平成22年3月", "2010. 3. 4.", "2010년 3월", "<2010>"), 2010
    ),
    **dict.fromkeys(
        ("2010 [printed 2011]", "2010, cop. 2009", "2010 (c2009)", "DL 2010", "10 мая 2010", "mars 2010"), 2010
    ),
    **dict.fromkeys(("昭和60", "S60.3"), 1985),
}
NO_YEARS = (
    "2010-366",
    "2019-W54",
    "2010-02-30",
    "in press",
    "19uu",
    "9999",
    "0000",
    "XII",
    "2-Jan-12",
    "13/2011-01/2012",
)
LANGUAGES = {
    "iso639-1/sr": ("scc", "sr-Latn-RS"),
    "iso639-1/ro": ("mo", "mol"),
    "iso639-1/en": ("http://id.loc.gov/vocabulary/iso639-2/eng", "http://lexvo.org/id/iso639-3/eng", "ISO 639-2: eng"),
    "iso639-1/pt": ("pt_BR", "Brazilian Portuguese"),
    "iso639-1/es": ("Castellano", "Español", "Spanish; Castilian"),
    "iso639-1/fa": ("Farsi",),
    "iso639-1/id": ("Bahasa Indonesia",),
    "iso639-1/zh": ("zh-Hans", "Chinese (Simplified)", "simplified chinese"),
    "iso639-1/nb": ("Norwegian Bokmål", "Bokmål"),
}
_NAMED = "a Creative Commons Attribution-NonCommercial-NoDerivatives 4.0 International License"
LICENCES = {
    "by-nc-nd/3.0/es/": ("Atribución-NoComercial-SinDerivadas 3.0 España",),
    "by-sa/3.0/de/": ("Namensnennung - Weitergabe unter gleichen Bedingungen 3.0 Deutschland", "CC BY-SA 3.0 DE"),
    "by-nc/4.0/": ("Attribuzione - Non commerciale 4.0 Internazionale", "Attribution-NonCommercial 4.0 International"),
    "by-nc-nd/4.0/": (f"Licensed under {_NAMED} (CC BY-NC-ND 4.0), as stated by the authors of this work.",),
    "by/3.0/igo/": ("CC BY 3.0 IGO", "https://creativecommons.org/licenses/by/3.0/igo/legalcode"),
}
NO_LICENCES = (
    "Creative Commons Attribution 3.0, parts under Creative Commons Attribution 4.0",
    "Attribution to the artist, catalogue 3.0",
)
TYPES = {
    "Article": ("Text.Article", "Article; PeerReviewed", "Article (Published)", "Article -- Peer-reviewed", "0001"),
    "JournalArticle": ("Journal Article (Peer reviewed)", "Text; Journal article", "journal article; VoR"),
    "DoctoralThesis": (
        "Academic dissertation (Ph.D.)",
        "Thesis/PhD",
        "Ph.D. Thesis",
        "Doctoral thesis (monograph)",
        "0006",
    ),
    "MastersThesis": ("MSc thesis", "Magisterarbeit", "Master thesis (taught)"),
    "Thesis": ("Dissertation/Thesis", "Text/Thesis", "Habilitation"),
}
NOBODY = ("VV. AA.", "AA.VV.", "Autores varios", "N.N.", "und andere", "不明", "Anon.", "[Author not identified]")
ONE_NAME = (
    *("Gull, Ann (0000-0002-1825-0097)", "Gull, Ann [ORCID: 0000-0002-1825-0097]", "0000-0002-1825-0097 Gull, Ann"),
    *("Gull, Ann | 0000-0002-1825-0097", "Gull, Ann; https://orcid.org/0000-0002-1825-0097"),
    *("Gull, Ann <https://orcid.org/0000-0002-1825-0097>", "Gull, Ann, 0000-0002-1825-0097"),
)
THREE_NAMES = (
    *("Gull, Ann / Tern, Bo / Rook, Ida", "Gull, Ann | Tern, Bo | Rook, Ida", "Gull, Ann；Tern, Bo；Rook, Ida"),
    *("Gull, Ann and Tern, Bo and Rook, Ida", "Gull, A.; Tern, B.; and Rook, I.", "Gull, Ann؛ Tern, Bo؛ Rook, Ida"),
)
ADDRESSES = (
    *(
        "jane AT tides.example",
        "jane\u200b@tides.example",
        "jane@tides。example",
        "jane{at}tides.example",
        "jane@tïdes.example",
    ),
    *(
        "jane@tïdes.example",
        "JANE AT TIDES DOT EXAMPLE",
        "jane&commat;tides.example",
        "jane_AT_tides.example",
        "jane@[192.0.2.1]",
    ),
    *("jane @ tides . example", "jane=40tides.example", "jane=40tides=2Eexample", "jane%2540tides.example"),
    *("jane (arroba) tides (punto) example", "jane <at> tides <dot> example", "jane*at*tides*dot*example"),
    *(r"jane\@tides.example", "jane(a)tides.example", "jane_at_tides_dot_example", "jane&amp;#64;tides.example"),
)
SERIES = {
    **dict.fromkeys(
        ("Shore Papers, no. 15", "Shore Papers No. 15", "Shore Papers (Nr. 15)", "Shore Papers ; 15"), "15"
    ),
    **dict.fromkeys(("Shore Papers, Vol. 3", "Shore Papers; vol. 3; ISSN 0302-9743"), "3"),
}


def answer(folder: Path, file: str, text: str) -> Answer:
    """What the graph of a document says."""
    path = folder / file
    path.write_text(text, encoding="utf-8")
    return Answer(path)


def of_table(folder: Path, **columns: str) -> Answer:
    """What the graph of one row of a table says."""
    return answer(folder, "x.csv", table(**columns))


def turned(names: dict[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    """Each way of writing with what it means."""
    return [(text, meaning) for meaning, texts in names.items() for text in texts]


@pytest.mark.parametrize("text", DOIS)
def test_a_doi_is_read(text: str, tmp_path: Path) -> None:
    assert answer(tmp_path, "x.xml", dc(f"identifier {escape(text)}")).holds('?w prism:doi "10.5555/abc.def"')


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("arXiv:2101.00001v2 [cs.DL]", "2101.00001v2"),
        ("https://nbn-resolving.org/urn:nbn:de:101:1-201102033592", "urn:nbn:de:101:1-201102033592"),
        ("https://nbn-resolving.org/resolver?identifier=urn:nbn:de:101:1-2011", "urn:nbn:de:101:1-2011"),
    ],
)
def test_an_identifier_in_other_words_is_read(text: str, value: str, tmp_path: Path) -> None:
    found = answer(tmp_path, "x.xml", dc(f"identifier {escape(text)}"))
    assert found.holds(f'?w datacite:hasIdentifier/literal:hasLiteralValue "{value}"')


@pytest.mark.parametrize("text", YEARS)
def test_a_year_is_read(text: str, tmp_path: Path) -> None:
    assert of_table(tmp_path, dc__date__issued=text).holds(f'?w fabio:hasPublicationYear "{YEARS[text]}"^^xsd:gYear')


@pytest.mark.parametrize("text", NO_YEARS)
def test_what_is_no_year_makes_none(text: str, tmp_path: Path) -> None:
    assert not of_table(tmp_path, dc__date__issued=text).holds("?w fabio:hasPublicationYear ?y")


@pytest.mark.parametrize(("text", "code"), turned(LANGUAGES))
def test_a_language_is_read(text: str, code: str, tmp_path: Path) -> None:
    found = of_table(tmp_path, dc__language__iso=text)
    assert found.holds(f"?w dcterms:language <http://id.loc.gov/vocabulary/{code}>")


@pytest.mark.parametrize("text", ["mul", "zxx", "Multilingual"])
def test_the_report_says_that_a_language_is_not_named(text: str, tmp_path: Path) -> None:
    found = of_table(tmp_path, dc__language__iso=text)
    assert any("several languages, or none" in finding.reason for finding in found.report.all)


@pytest.mark.parametrize(("text", "ending"), turned(LICENCES))
def test_a_licence_is_read(text: str, ending: str, tmp_path: Path) -> None:
    found = of_table(tmp_path, dc__rights=text)
    assert found.holds(f"?w dcterms:license <http://creativecommons.org/licenses/{ending}>")


@pytest.mark.parametrize("text", NO_LICENCES)
def test_no_licence_is_made_of_other_words(text: str, tmp_path: Path) -> None:
    assert not of_table(tmp_path, dc__rights=text).holds("?w dcterms:license ?l")


@pytest.mark.parametrize(("text", "class_"), turned(TYPES))
def test_a_type_with_words_round_it_is_read(text: str, class_: str, tmp_path: Path) -> None:
    found = of_table(tmp_path, dc__type=text)
    assert found.holds(f"?w a fabio:{class_}")


def test_two_types_in_one_value_are_two(tmp_path: Path) -> None:
    found = of_table(tmp_path, dc__type="Dataset; Software")
    assert found.holds("?w a fabio:DataFile , fabio:ComputerProgram")


@pytest.mark.parametrize("text", NOBODY)
def test_nobody_is_no_agent(text: str, tmp_path: Path) -> None:
    assert not of_table(tmp_path, dc__contributor__author=text).holds("?r pro:isHeldBy ?a")


@pytest.mark.parametrize("text", ONE_NAME)
def test_an_orcid_id_is_no_part_of_a_name(text: str, tmp_path: Path) -> None:
    found = answer(tmp_path, "x.xml", dc(f"creator {escape(text)}"))
    assert found.holds('?w dcterms:creator ?a . ?a foaf:name "Gull, Ann" ; frapo:hasORCID "0000-0002-1825-0097"')
    assert not found.holds("?r co:index 2")


@pytest.mark.parametrize("text", THREE_NAMES)
def test_three_names_in_one_value_are_three(text: str, tmp_path: Path) -> None:
    found = answer(tmp_path, "x.xml", dc(f"creator {escape(text)}"))
    assert found.holds("?r co:index 3")
    assert not found.holds("?r co:index 4")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("World Tide Organization,", "World Tide Organization"),
        ("Tern Watch,", "Tern Watch"),
        ("University of the Shore,, Bergen", "University of the Shore, Bergen"),
    ],
)
def test_a_comma_too_many_in_ris_is_that_of_an_organisation(text: str, name: str, tmp_path: Path) -> None:
    found = answer(tmp_path, "x.ris", ris("RPRT", f"AU {text}", "AU Gull, Ann"))
    assert found.holds(f'?w dcterms:creator ?a . ?a a foaf:Organization ; foaf:name "{name}"')
    assert found.holds('?w dcterms:creator ?a . ?a a foaf:Person ; foaf:name "Gull, Ann"')


def test_a_comma_doubled_in_ris_keeps_a_name_whole_and_says_no_more(tmp_path: Path) -> None:
    found = answer(tmp_path, "x.ris", ris("RPRT", "AU Kelp,, South"))
    assert found.holds('?w dcterms:creator ?a . ?a a foaf:Agent ; foaf:name "Kelp, South"')
    assert not found.holds("?a a foaf:Organization")
    assert not found.holds("?a a foaf:Person")


@pytest.mark.parametrize("text", ADDRESSES)
def test_an_address_of_mail_is_not_published(text: str, tmp_path: Path) -> None:
    found = of_table(tmp_path, dc__description=f"Contact: {text} for data")
    assert found.holds("?w dcterms:description ?words")
    assert not found.holds('?w dcterms:description ?words FILTER(CONTAINS(LCASE(?words), "jane"))')


@pytest.mark.parametrize("text", SERIES)
def test_the_number_in_a_series_is_no_part_of_its_title(text: str, tmp_path: Path) -> None:
    found = of_table(tmp_path, dc__type="Book", dc__relation__ispartofseries=text)
    number = f'fabio:hasSequenceIdentifier "{SERIES[text]}"'
    assert found.holds(f'?w dcterms:isPartOf ?s ; {number} . ?s a fabio:BookSeries ; dcterms:title "Shore Papers"')
