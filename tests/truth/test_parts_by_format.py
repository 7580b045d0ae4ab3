"""What belongs to a part of a record stays with that part: lists in one value, agents and their affiliations, hosts."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from converter.embargo import on_day
from converter.sources.detection import read
from tests.truth.claims import Claim, check, datacite, dc, jpcoar, mods, openaire, rest7, ris, table

LISTS: dict[str, tuple[str, Callable[[str], str]]] = {
    "Dublin Core": ("x.xml", lambda words: dc(f"subject {words}")),
    "REST": ("x.json", lambda words: rest7({"dc.subject": words})),
    "a table": ("x.csv", lambda words: table(dc__subject=words)),
    "MODS": ("x.xml", lambda words: mods(f"<subject><topic>{words}</topic></subject>")),
    "DataCite": ("x.json", lambda words: datacite(subjects=[{"subject": words}])),
    "JPCOAR": ("x.xml", lambda words: jpcoar(f"<jpcoar:subject>{words}</jpcoar:subject>")),
}


@pytest.mark.parametrize("source", LISTS)
def test_keywords_between_semicolons_are_several(source: str, tmp_path: Path) -> None:
    file, text = LISTS[source]
    said = 'STR(?a) = "Terns, Arctic" && STR(?b) = "foam" && STR(?c) = "sand"'
    holds = f"?w dcterms:subject/skos:prefLabel ?a , ?b , ?c FILTER({said})"
    check(
        Claim("", file, text("Terns, Arctic; foam; sand"), holds, '?s skos:prefLabel ?l FILTER(CONTAINS(?l, ";"))'),
        tmp_path,
    )


@pytest.mark.parametrize("words", ["Not applicable", "None", "n/a", "[unknown]"])
def test_words_for_nobody_are_no_acknowledgement(words: str, tmp_path: Path) -> None:
    check(Claim("", "x.csv", table(dc__description__sponsorship=words), "", "?f a deo:Acknowledgements"), tmp_path)


@pytest.mark.parametrize(
    ("code", "licence"),
    [
        ("cc_by_nc_4", "by-nc/4.0"),
        ("cc_by_4", "by/4.0"),
        ("cc_by_nc_nd_3", "by-nc-nd/3.0"),
        ("cc-by-sa-4", "by-sa/4.0"),
    ],
)
def test_codes_of_licences_of_eprints_are_read(code: str, licence: str, tmp_path: Path) -> None:
    claim = Claim(
        "", "x.xml", dc(f"rights {code}"), f"?w dcterms:license <http://creativecommons.org/licenses/{licence}/>"
    )
    check(claim, tmp_path)


DOAJ = (
    '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords><record><header><identifier>oai:doaj.org:1'
    '</identifier></header><metadata><doajArticle xmlns="http://doaj.org/features/oai_doaj/1.0/"><title>A title</title>'
    "<authors><author><name>Ida Rook</name><affiliationId>1</affiliationId></author><author><name>Bo Foe</name>"
    '</author></authors><affiliationsList><affiliationName affiliationId="1">Shore Lab</affiliationName>'
    '<affiliationName affiliationId="2">Tide Lab</affiliationName></affiliationsList></doajArticle></metadata></record>'
    "</ListRecords></OAI-PMH>"
)
CHAPTER = (
    '<doi_record xmlns="http://www.crossref.org/xschema/1.1" xmlns:jats="http://www.ncbi.nlm.nih.gov/JATS1"><crossref>'
    "<book><book_metadata><titles><title>The Sea Book</title><subtitle>Essays</subtitle></titles><jats:abstract>"
    "<jats:p>Of the whole.</jats:p></jats:abstract></book_metadata><content_item component_type='chapter'><titles>"
    "<title>A title</title><subtitle>Own words</subtitle></titles><doi_data><doi>10.5555/x</doi><resource>"
    "https://p.example.org/x</resource></doi_data></content_item></book></crossref></doi_record>"
)
_CONTRIBUTE = "<contribute><role><value>{}</value></role>{}</contribute>"
_ENTITY = "<entity>BEGIN:VCARD\n{}\nEND:VCARD</entity>"
_AUTHORS = _ENTITY.format("N:Rook;Ida;;;\nFN:Ida Rook\nORG:Shore Lab\nEMAIL:ida@x.example.org") + _ENTITY.format(
    "FN:Tide Study Group"
)
LOM = (
    '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords><record><header><identifier>oai:l.example.org:1'
    '</identifier></header><metadata><lom xmlns="http://ltsc.ieee.org/xsd/LOM"><general><title><string>Tides</string>'
    "</title><keyword><string>foam</string></keyword></general><lifeCycle>"
    + _CONTRIBUTE.format("author", _AUTHORS)
    + _CONTRIBUTE.format("publisher", _ENTITY.format("ORG:Shore Press"))
    + "</lifeCycle><metaMetadata>"
    + _CONTRIBUTE.format("creator", _ENTITY.format("FN:Cat Aloguer"))
    + "</metaMetadata></lom></metadata></record></ListRecords></OAI-PMH>"
)
EMBARGOED = '<dcterms:accessRights rdf:resource="http://purl.org/coar/access_right/c_f1cf">E</dcterms:accessRights>'
CLAIMS = [
    Claim(
        "a name that ends in a comma",
        "x.xml",
        dc("creator Tide Research Group,"),
        '?w dcterms:creator/foaf:name "Tide Research Group"',
    ),
    Claim(
        "an affiliation of DOAJ is that of the author who names it",
        "x.xml",
        DOAJ,
        "?w pro:isDocumentContextFor ?r . ?r co:index 1 ; pro:withRole pro:author ;"
        ' pro:relatesToOrganization/foaf:name "Shore Lab" . ?w dcterms:contributor/foaf:name "Tide Lab"',
        '?w dcterms:contributor/foaf:name "Shore Lab"',
    ),
    Claim(
        "who stands in a vCard of LOM contributed",
        "x.xml",
        LOM,
        '?w dcterms:creator ?a . ?a a foaf:Person ; foaf:name "Rook, Ida" . ?r pro:isHeldBy ?a ;'
        ' pro:relatesToOrganization/foaf:name "Shore Lab" . ?w dcterms:creator/foaf:name "Tide Study Group" ;'
        ' dcterms:publisher/foaf:name "Shore Press" ; dcterms:subject/skos:prefLabel "foam"',
        '?s ?p ?o FILTER(CONTAINS(STR(?o), "Aloguer") || CONTAINS(STR(?o), "VCARD") || CONTAINS(STR(?o), "ida@"))',
    ),
    Claim(
        "what Crossref says of a book is not said of its chapter",
        "x.xml",
        CHAPTER,
        '?w fabio:hasSubtitle "Own words" ; dcterms:isPartOf/dcterms:title "The Sea Book"',
        '?w ?p ?o FILTER(CONTAINS(STR(?o), "Essays") || CONTAINS(STR(?o), "Of the whole"))',
    ),
    Claim(
        "the number in a series of RIS is that of the series",
        "x.ris",
        ris("CHAP", "T2 The Sea Book", "T3 Sand Studies", "SV 7"),
        '?w dcterms:isPartOf ?b . ?b fabio:hasSequenceIdentifier "7" ; dcterms:isPartOf/dcterms:title "Sand Studies"',
    ),
    Claim(
        "a reference of RIS is named by its DOI, however it is written",
        "x.ris",
        ris("JOUR", "DO https://doi.org/10.5555/R13"),
        '?w dcterms:identifier "https://doi.org/10.5555/r13"',
    ),
    Claim(
        "the list of creators of schema.org has an order",
        "x.json",
        json.dumps(
            {
                "@context": "https://schema.org",
                "@type": "Dataset",
                "name": "A title",
                "creator": {
                    "@list": [{"@type": "Person", "name": "Rook, Ida"}, {"@type": "Person", "name": "Foe, Bo"}]
                },
            }
        ),
        '?w dcterms:creator/foaf:name "Rook, Ida" , "Foe, Bo"',
    ),
    Claim(
        "a code of a country is no name of a place",
        "x.xml",
        mods(
            '<originInfo><place><placeTerm type="code" authority="marccountry">no</placeTerm>'
            '<placeTerm type="text">Bergen</placeTerm></place></originInfo>'
        ),
        '?w fabio:hasPlaceOfPublication/rdfs:label "Bergen"',
        '?p rdfs:label "no"',
    ),
    Claim(
        "a series in words of DataCite has a number",
        "x.json",
        datacite(descriptions=[{"descriptionType": "SeriesInformation", "description": "Shore Data Series, 4"}]),
        '?w dcterms:isPartOf/dcterms:title "Shore Data Series"',
        '?s dcterms:title "Shore Data Series, 4"',
    ),
    Claim(
        "a journal in words of DataCite has volume, issue and pages",
        "x.json",
        datacite(descriptions=[{"descriptionType": "SeriesInformation", "description": "J Foam, 4(2), 17-21"}]),
        '?w prism:publicationName "J Foam" ; prism:volume "4" ; prism:startingPage "17" ; prism:endingPage "21"',
    ),
    Claim(
        "a citation in the place of a series of DataCite names no series",
        "x.json",
        datacite(
            descriptions=[
                {"descriptionType": "SeriesInformation", "description": "Onkologija, leto XXII, št. 1, junij 2018"}
            ]
        ),
        '?w dcterms:description "Onkologija, leto XXII, št. 1, junij 2018"',
        "?w dcterms:isPartOf ?s",
    ),
    Claim(
        "a list of paragraphs of DataCite is so many",
        "x.json",
        datacite(descriptions=[{"descriptionType": "Abstract", "description": ["Hello", "World"]}]),
        '?w dcterms:abstract "Hello" , "World"',
        '?w dcterms:abstract ?a FILTER(CONTAINS(?a, "["))',
    ),
    *(
        Claim(f"{code} is no value", "x.csv", table(**{column: code}), "", f'?s ?p "{code}"')
        for code in ("(:unav)", ":unkn", "(:tba)")
        for column in ("dc__type", "dc__description", "dc__publisher", "dc__subject", "dc__language__iso")
    ),
    Claim(
        "the date of the host in MODS is not that of the work",
        "x.xml",
        mods(
            "<originInfo><dateIssued>2014</dateIssued></originInfo><relatedItem type='host'><titleInfo><title>J Foam"
            "</title></titleInfo><originInfo><dateIssued>1994</dateIssued></originInfo></relatedItem>"
        ),
        '?w fabio:hasPublicationYear "2014"^^xsd:gYear',
        '?w ?p ?d FILTER(CONTAINS(STR(?d), "1994"))',
    ),
    Claim(
        "a series of JPCOAR by its title",
        "x.xml",
        jpcoar(
            '<jpcoar:relation relationType="inSeries"><jpcoar:relatedTitle>Sand Studies</jpcoar:relatedTitle>'
            "</jpcoar:relation>"
        ),
        '?w dcterms:isPartOf ?s . ?s dcterms:title "Sand Studies"',
    ),
]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.says)
def test_the_graph_says_what_the_source_says(claim: Claim, tmp_path: Path) -> None:
    check(claim, tmp_path)


UNTIL: dict[str, tuple[str, str]] = {
    "JPCOAR, of the work": (
        "x.xml",
        jpcoar(
            f'{EMBARGOED}<datacite:date dateType="Available">2040-05-01</datacite:date>'
            "<jpcoar:file><jpcoar:URI>https://x.example.org/a.pdf</jpcoar:URI></jpcoar:file>"
        ),
    ),
    "JPCOAR, of the file": (
        "x.xml",
        jpcoar(
            "<jpcoar:file><jpcoar:URI>https://x.example.org/a.pdf</jpcoar:URI>"
            '<datacite:date dateType="Available">2040-05-01</datacite:date></jpcoar:file>'
        ),
    ),
    "OpenAIRE": (
        "x.xml",
        openaire(
            '<datacite:dates><datacite:date dateType="Available">2040-05-01</datacite:date></datacite:dates>'
            '<datacite:rights rightsURI="http://purl.org/coar/access_right/c_f1cf">embargoed access</datacite:rights>'
            '<oaire:file accessRightsURI="http://purl.org/coar/access_right/c_f1cf">https://x.example.org/a.pdf</oaire:file>'
        ),
    ),
}


@pytest.mark.parametrize("source", UNTIL)
def test_an_embargoed_file_is_withheld_until_the_day_that_the_source_names(source: str, tmp_path: Path) -> None:
    file, text = UNTIL[source]
    path = tmp_path / file
    path.write_text(text, encoding="utf-8")
    (record,) = read(str(path))
    assert on_day(record, "2040-04-30").record.files == ()
    assert on_day(record, "2040-04-30").until == "2040-05-01"
    assert len(on_day(record, "2040-05-01").record.files) == 1
