"""What sources say in words of their own: that nobody is known, how long a file is closed, how works are related."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from converter.embargo import on_day
from converter.sources.detection import read
from tests.truth.claims import (
    Answer,
    Claim,
    check,
    crossref_article,
    datacite,
    dc,
    jpcoar,
    marc,
    mods,
    openaire,
    rest7,
    ris,
    table,
)

Source = Callable[[str], str]
AUTHORS: dict[str, tuple[str, Source]] = {
    "Dublin Core": ("x.xml", lambda name: dc(f"creator {name}")),
    "MODS": ("x.xml", lambda name: mods(f"<name><namePart>{name}</namePart></name>")),
    "MARC": ("x.xml", lambda name: marc(f"100 1  $a{name}")),
    "JPCOAR": (
        "x.xml",
        lambda name: jpcoar(f"<jpcoar:creator><jpcoar:creatorName>{name}</jpcoar:creatorName></jpcoar:creator>"),
    ),
    "OpenAIRE": (
        "x.xml",
        lambda name: openaire(
            f"<datacite:creators><datacite:creator><datacite:creatorName>{name}</datacite:creatorName>"
            "</datacite:creator></datacite:creators>"
        ),
    ),
    "DataCite": ("x.json", lambda name: datacite(creators=[{"name": name}])),
    "Crossref": (
        "x.json",
        lambda name: json.dumps({"DOI": "10.5555/x", "title": ["A title"], "author": [{"name": name}]}),
    ),
    "REST": ("x.json", lambda name: rest7({"dc.contributor.author": name})),
    "a table": ("x.csv", lambda name: table(dc__contributor__author=name, dc__publisher=name)),
    "BibTeX": ("x.bib", lambda name: f"@book{{a, title={{A title}}, author={{{{{name}}}}}}}\n"),
    "RIS": ("x.ris", lambda name: ris("BOOK", f"AU {name}", f"PB {name}")),
}
NOBODY = (
    "[name missing]",
    "[unknown]",
    "[author not identified]",
    "not available",
    "Name withheld by request",
    "Auteur non identifié",
    "Nom inconnu",
    "Autor no identificado",
    "Nombre no disponible",
    "Autor não identificado",
    "Autore non indicato",
    "Verfasser nicht angegeben",
    "Naam onbekend",
    "Författare saknas",
    "Автор неизвестен",
    "Имя не указано",
    "著者名なし",
    "저자 미상",
)


@pytest.mark.parametrize("words", NOBODY)
@pytest.mark.parametrize("source", AUTHORS)
def test_that_a_name_is_not_known_makes_no_agent(source: str, words: str, tmp_path: Path) -> None:
    file, text = AUTHORS[source]
    check(Claim("", file, text(words), "", "?w ?role ?agent . ?agent foaf:name ?name"), tmp_path)


@pytest.mark.parametrize("name", ["Missing, Ann", "No, Kwang-su", "Nie, Wei", "Given, Tom", "Unknown Pleasures Press"])
@pytest.mark.parametrize("source", AUTHORS)
def test_a_name_that_holds_such_a_word_is_one(source: str, name: str, tmp_path: Path) -> None:
    file, text = AUTHORS[source]
    check(Claim("", file, text(name), f'?w dcterms:creator/foaf:name "{name}"'), tmp_path)


RIGHTS: dict[str, tuple[str, Source]] = {
    "Dublin Core": ("x.xml", lambda words: dc(f"rights {words}")),
    "MODS": ("x.xml", lambda words: mods(f"<accessCondition>{words}</accessCondition>")),
    "MARC": ("x.xml", lambda words: marc(f"506 1  $a{words}")),
    "JPCOAR": ("x.xml", lambda words: jpcoar(f"<dc:rights>{words}</dc:rights>")),
    "OpenAIRE": ("x.xml", lambda words: openaire(f"<dc:rights>{words}</dc:rights>")),
    "DataCite": ("x.json", lambda words: datacite(rightsList=[{"rights": words}])),
    "REST": ("x.json", lambda words: rest7({"dc.rights": words})),
    "a table": ("x.csv", lambda words: table(dc__rights=words)),
}


@pytest.mark.parametrize("source", RIGHTS)
@pytest.mark.parametrize(
    ("words", "access", "end"),
    [
        ("embargoed access until 2099-05-01", "c_f1cf", "2099-05-01T00:00:00Z"),
        ("Closed until 1 May 2099", "c_f1cf", "2099-05-01T00:00:00Z"),
        ("Acceso embargado hasta el 1 de mayo de 2099", "c_f1cf", "2099-05-01T00:00:00Z"),
        ("restricted access until 2099-05-01", "c_16ec", ""),
    ],
)
def test_an_access_right_with_an_end_is_read(source: str, words: str, access: str, end: str, tmp_path: Path) -> None:
    file, text = RIGHTS[source]
    holds = f"?w dcterms:accessRights coaraccess:{access}" + (
        f' ; fabio:hasEmbargoDate "{end}"^^xsd:dateTime' if end else ""
    )
    check(Claim("", file, text(words), holds), tmp_path)


def test_open_access_with_an_end_is_not_stated_without_it(tmp_path: Path) -> None:
    check(
        Claim("", "x.csv", table(dc__rights="open access until 2030-01-01"), "", "?w dcterms:accessRights ?a"), tmp_path
    )


@pytest.mark.parametrize("source", [name for name in RIGHTS if name != "MARC"])
@pytest.mark.parametrize(
    ("words", "licence"),
    [
        ("Open Data Commons Open Database License (ODbL) v1.0", "ODbL-1.0"),
        ("ODbL", "ODbL-1.0"),
        ("https://opendatacommons.org/licenses/odbl/1-0/", "ODbL-1.0"),
        ("Open Data Commons Attribution License (ODC-By) v1.0", "ODC-By-1.0"),
        ("http://opendatacommons.org/licenses/pddl/1.0/", "PDDL-1.0"),
        ("Open Government Licence v3.0", "OGL-UK-3.0"),
        ("https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/", "OGL-UK-3.0"),
        ("Datenlizenz Deutschland – Namensnennung – Version 2.0", "DL-DE-BY-2.0"),
        ("Licence Ouverte / Open Licence version 2.0", "etalab-2.0"),
        ("Apache License, Version 2.0", "Apache-2.0"),
        ("https://opensource.org/licenses/MIT", "MIT"),
    ],
)
def test_licences_of_data_and_programs_are_read(source: str, words: str, licence: str, tmp_path: Path) -> None:
    file, text = RIGHTS[source]
    check(Claim("", file, text(words), f"?w dcterms:license <http://spdx.org/licenses/{licence}>"), tmp_path)


RELATIONS: dict[str, tuple[str, Source]] = {
    "Dublin Core": ("x.xml", lambda words: dc(f"relation {words}")),
    "REST": ("x.json", lambda words: rest7({"dc.relation": words})),
    "a table": ("x.csv", lambda words: table(dc__relation=words)),
    "a table, as an address": ("x.csv", lambda words: table(dc__relation__uri=words)),
}


@pytest.mark.parametrize("source", RELATIONS)
@pytest.mark.parametrize(
    ("words", "holds"),
    [
        ("Is part of: Sand Letters", '?w dcterms:isPartOf/dcterms:title "Sand Letters"'),
        ("Cites: https://doi.org/10.5555/Y", "?w cito:cites <https://doi.org/10.5555/y>"),
        ("IsVersionOf: 10.5555/y", "?w dcterms:isVersionOf <https://doi.org/10.5555/y>"),
        ("Is a supplement to: doi:10.5555/y", "?w frbr:supplementOf <https://doi.org/10.5555/y>"),
        ("Replaced by = https://doi.org/10.5555/y", "?w dcterms:isReplacedBy <https://doi.org/10.5555/y>"),
        ("Forma parte de: Cartas de arena", '?w dcterms:isPartOf/dcterms:title "Cartas de arena"'),
    ],
)
def test_a_relation_said_before_its_target_is_read(source: str, words: str, holds: str, tmp_path: Path) -> None:
    file, text = RELATIONS[source]
    check(Claim("", file, text(words), holds, "?w dcterms:relation ?other"), tmp_path)


@pytest.mark.parametrize("words", ["Requires: Python 3", "References: Rook 2010, On terns", "Terns: a study"])
def test_words_before_a_target_without_an_address_stay_beside_it(words: str, tmp_path: Path) -> None:
    check(Claim("", "x.csv", table(dc__relation=words), f'?w dc:relation "{words}"'), tmp_path)


CLAIMS = [
    *(
        Claim(f"a {words} of Zenodo", "x.json", json.dumps({"id": 1, "metadata": {**ZENODO, **stated}}), holds)
        for ZENODO in [{"title": "A title", "creators": [{"name": "Rook, Ida"}], "publication_date": "2020"}]
        for words, stated, holds in (
            ("deposited article", {"upload_type": "publication", "publication_type": "article"}, "?w a fabio:Article"),
            ("deposited plot", {"upload_type": "image", "image_type": "plot"}, "?w dcterms:type dcmitype:Image"),
            ("deposited text", {"upload_type": "publication"}, "?w dcterms:type dcmitype:Text"),
            ("deposited program", {"upload_type": "software"}, "?w dcterms:type dcmitype:Software"),
            ("text", {"resource_type": {"type": "publication"}}, "?w dcterms:type dcmitype:Text"),
        )
    ),
    Claim(
        "the ISBNs of Crossref are those of both its lists",
        "x.json",
        json.dumps(
            {
                "DOI": "10.5555/x",
                "type": "book",
                "title": ["A title"],
                "ISBN": ["http://id.crossref.org/isbn/9783161484100"],
                "isbn-type": [
                    {"value": "9783161484100", "type": "print"},
                    {"value": "0-306-40615-2", "type": "electronic"},
                ],
            }
        ),
        '?w datacite:hasIdentifier/literal:hasLiteralValue "9783161484100" , "9780306406157"',
    ),
    Claim(
        "a related work of JPCOAR has its title",
        "x.xml",
        jpcoar(
            '<jpcoar:relation relationType="isVersionOf"><jpcoar:relatedIdentifier identifierType="DOI">10.5555/y'
            '</jpcoar:relatedIdentifier><jpcoar:relatedTitle xml:lang="ja">海の本</jpcoar:relatedTitle>'
            "</jpcoar:relation>"
        ),
        '?w dcterms:isVersionOf <https://doi.org/10.5555/y> . <https://doi.org/10.5555/y> dcterms:title "海の本"@ja',
    ),
    Claim(
        "what a work of JPCOAR is a part of has its title and its number",
        "x.xml",
        jpcoar(
            '<jpcoar:relation relationType="isPartOf"><jpcoar:relatedIdentifier identifierType="ISBN">9783161484100'
            "</jpcoar:relatedIdentifier><jpcoar:relatedTitle>The book</jpcoar:relatedTitle></jpcoar:relation>"
        ),
        '?w dcterms:isPartOf ?b . ?b dcterms:title "The book" ; prism:isbn "9783161484100"',
        '?w prism:isbn "9783161484100"',
    ),
    Claim(
        "a related work of MODS has its title in its language",
        "x.xml",
        mods(
            '<relatedItem type="otherVersion"><titleInfo lang="ger"><title>Das Meer</title></titleInfo>'
            '<identifier type="doi">10.5555/y</identifier></relatedItem>'
        ),
        '<https://doi.org/10.5555/y> dcterms:title "Das Meer"@de',
    ),
    Claim(
        "a licence of DataCite by its name in a list alone is read",
        "x.json",
        datacite(rightsList=[{"rightsIdentifier": "odbl-1.0", "rightsIdentifierScheme": "SPDX"}]),
        "?w dcterms:license <http://spdx.org/licenses/ODbL-1.0>",
    ),
]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.says)
def test_the_graph_says_what_the_source_says(claim: Claim, tmp_path: Path) -> None:
    check(claim, tmp_path)


BY = "https://creativecommons.org/licenses/by/4.0/"
NISO = (
    '<ai:program name="AccessIndicators"><ai:license_ref applies_to="vor" start_date="2040-05-01">'
    f"{BY}</ai:license_ref></ai:program>"
)
LATER: dict[str, tuple[str, str]] = {
    "Crossref's JSON": (
        "x.json",
        json.dumps(
            {
                "DOI": "10.5555/x",
                "title": ["A title"],
                "license": [{"URL": BY, "start": {"date-parts": [[2040, 5, 1]]}}],
            }
        ),
    ),
    "Crossref's XML": ("x.xml", crossref_article(NISO)),
    "OpenAIRE": (
        "x.xml",
        openaire(f'<oaire:licenseCondition uri="{BY}" startDate="2040-05-01">CC BY 4.0</oaire:licenseCondition>'),
    ),
    "RIOXX": (
        "x.xml",
        (
            '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords><record><header>'
            "<identifier>oai:r.example.org:1</identifier><datestamp>2024-04-01</datestamp></header><metadata>"
            '<rioxx xmlns="http://www.rioxx.net/schema/v2.0/rioxx/" xmlns:ali="http://ali.niso.org/2014/ali/1.0"'
            ' xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>A title</dc:title>'
            f'<ali:license_ref start_date="2040-05-01">{BY}</ali:license_ref></rioxx>'
            "</metadata></record></ListRecords></OAI-PMH>"
        ),
    ),
}


@pytest.mark.parametrize("source", LATER)
def test_a_licence_is_not_stated_before_it_holds(source: str, tmp_path: Path) -> None:
    file, text = LATER[source]
    path = tmp_path / file
    path.write_text(text, encoding="utf-8")
    (record,) = read(str(path))

    def licences(day: str) -> list[str]:
        return [field.value for field in on_day(record, day).record.fields if field.name.startswith("dc.rights")]

    assert licences("2040-04-30") == []
    assert BY in licences("2040-05-01")
    assert on_day(record, "2040-04-30").until == "2040-05-01"


def test_authors_of_an_archive_folder_are_the_entities_that_it_names(tmp_path: Path) -> None:
    folder = tmp_path / "item_1"
    folder.mkdir()
    values = "".join(
        f'<dcvalue element="contributor" qualifier="author"{key}>{name}</dcvalue>'
        for name, key in (
            ("Rook, Ida", ' authority="virtual::52"'),
            ("Aas, Tove", ""),
            ("Foe, Bo", ' authority="virtual::53"'),
        )
    )
    (folder / "dublin_core.xml").write_text(
        f'<dublin_core><dcvalue element="title">A title</dcvalue>{values}</dublin_core>', encoding="utf-8"
    )
    (folder / "handle").write_text("4321/50\n", encoding="utf-8")
    (folder / "relationships").write_text(
        "relation.isAuthorOfPublication 4321/52\nrelation.isAuthorOfPublication 4321/53\n", encoding="utf-8"
    )
    found = Answer(tmp_path)
    assert found.holds(
        "?w dcterms:creator <https://data.example.org/item/4321/52> , <https://data.example.org/item/4321/53>"
    )
    assert found.holds("?r co:index 1 ; pro:isHeldBy <https://data.example.org/item/4321/52>")
    assert found.holds("?r co:index 2 ; pro:isHeldBy/foaf:name 'Aas, Tove'")
    assert found.holds("?r co:index 3 ; pro:isHeldBy <https://data.example.org/item/4321/53>")
    assert found.holds("<https://data.example.org/item/4321/52> a foaf:Person ; foaf:name 'Rook, Ida'")
    assert not found.holds("?w dcterms:creator ?a , ?b , ?c , ?d . FILTER(?a < ?b && ?b < ?c && ?c < ?d)")
