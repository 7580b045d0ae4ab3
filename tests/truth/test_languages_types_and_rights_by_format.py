"""Languages, types, access and licences, as each format says them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.truth.claims import (
    Claim,
    check,
    crossref_article,
    jpcoar,
    marc,
    mods,
    ris,
    table,
)

CLAIMS = [
    *(
        Claim(
            f"what Crossref calls posted content is a {kind}",
            "x.json",
            json.dumps({"DOI": "10.5555/x", "type": "posted-content", "subtype": kind, "title": ["A title"]}),
            f"?w a {class_}",
            "" if kind == "preprint" else "?w a fabio:Preprint",
        )
        for kind, class_ in (
            ("preprint", "fabio:Preprint"),
            ("dissertation", "fabio:Thesis"),
            ("working_paper", "fabio:ReportDocument"),
            ("report", "fabio:ReportDocument"),
            ("letter", "fabio:Letter"),
        )
    ),
    *(
        Claim(f"{label} is a type", "x.csv", table(dc__type=label), f"?w a {class_}")
        for label, class_ in (
            ("A4 Artikkeli konferenssijulkaisussa", "fabio:ConferencePaper"),
            ("B2 Kirjan tai muun kokoomateoksen osa", "fabio:BookChapter"),
            ("Yüksek lisans", "fabio:MastersThesis"),
            ("Article, scholarly/refereed, publisher version", "fabio:JournalArticle"),
            ("info:eu-repo/semantics/technicalDocumentation", "fabio:Expression"),
        )
    ),
    Claim(
        "a choice of licences in a table is none of them",
        "x.csv",
        table(dc__rights="CC BY or CC0"),
        "",
        "?w dcterms:license ?l",
    ),
    Claim(
        "a licence of schema.org may be an object",
        "x.json",
        json.dumps(
            {
                "@context": "https://schema.org",
                "@type": "Book",
                "name": "A title",
                "license": {"@type": "CreativeWork", "url": "https://creativecommons.org/licenses/by/4.0/"},
            }
        ),
        "?w dcterms:license <http://creativecommons.org/licenses/by/4.0/>",
    ),
    Claim(
        "the rights of MARC 542 are those of the work",
        "x.xml",
        marc("542    $fCopyright 2011$uhttp://rightsstatements.org/vocab/InC/1.0/"),
        '?w dcterms:rights <http://rightsstatements.org/vocab/InC/1.0/> ; dc:rights "Copyright 2011"',
    ),
    Claim(
        "the language of a summary in MODS is not that of the work",
        "x.xml",
        mods(
            "<language><languageTerm>ger</languageTerm></language>"
            '<language objectPart="summary"><languageTerm>fre</languageTerm></language>'
        ),
        "?w dcterms:language iso639-1:de",
        "?w dcterms:language iso639-1:fr",
    ),
    *(
        Claim(f"a note on the language: {text}", "x.csv", table(dc__language=text), holds, never)
        for text, holds, never in (
            ("English.", "?w dcterms:language iso639-1:en", ""),
            ("in English", "?w dcterms:language iso639-1:en", "?w dcterms:language iso639-1:id"),
            ("Text in French and German.", "?w dcterms:language iso639-1:fr , iso639-1:de", ""),
        )
    ),
    Claim(
        "languages of BibTeX are called as LaTeX calls them",
        "x.bib",
        "@book{a, title={A title}, langid={ngerman}, language={langbrazilian and langenglish}}",
        "?w dcterms:language iso639-1:de , iso639-1:pt , iso639-1:en",
    ),
    Claim(
        "languages by their names are read",
        "x.ris",
        ris("JOUR", "LA English; Cantonese"),
        "?w dcterms:language ?a , ?b FILTER(?a != ?b)",
    ),
    Claim(
        "languages of MODS are read by code and by name",
        "x.xml",
        mods(
            '<language><languageTerm type="code" authority="iso639-2b">chi</languageTerm></language>'
            "<language><languageTerm type='text'>Mandarin</languageTerm></language>"
        ),
        "?w dcterms:language ?a , ?b FILTER(?a != ?b)",
    ),
    Claim(
        "content, medium and carrier of MARC have their addresses",
        "x.xml",
        marc("336    $atext$btxt$2rdacontent", "337    $aunmediated$bn$2rdamedia", "338    $avolume$bnc$2rdacarrier"),
        "?w dcterms:type <http://id.loc.gov/vocabulary/contentTypes/txt> ; frbr:embodiment ?m . ?m dcterms:format"
        " <http://id.loc.gov/vocabulary/mediaTypes/n> , <http://id.loc.gov/vocabulary/carriers/nc>",
    ),
    Claim(
        "content and carrier of MARC by their words alone have their addresses",
        "x.xml",
        marc("336    $aperformed music", "338    $aonline resource"),
        "?w dcterms:type <http://id.loc.gov/vocabulary/contentTypes/prm> ; frbr:embodiment/dcterms:format"
        " <http://id.loc.gov/vocabulary/carriers/cr>",
    ),
    Claim(
        "the access and the licence of MARC are said",
        "x.xml",
        marc("506 0  $aOpen access$2star", "540    $aCC BY 4.0$uhttps://creativecommons.org/licenses/by/4.0/"),
        "?w dcterms:accessRights ?a ; dcterms:license <http://creativecommons.org/licenses/by/4.0/>",
    ),
    Claim(
        "the licence of JPCOAR is said",
        "x.xml",
        jpcoar('<dc:rights rdf:resource="https://creativecommons.org/licenses/by/4.0/">CC BY</dc:rights>'),
        "?w dcterms:license <http://creativecommons.org/licenses/by/4.0/>",
    ),
    Claim(
        "the licence of Crossref's XML is said",
        "x.xml",
        crossref_article(
            '<ai:program name="AccessIndicators"><ai:license_ref applies_to="vor">'
            "https://creativecommons.org/licenses/by/4.0/</ai:license_ref></ai:program>"
        ),
        "?w dcterms:license <http://creativecommons.org/licenses/by/4.0/>",
    ),
    Claim(
        "types of MODS are read by their address",
        "x.xml",
        mods('<genre valueURI="http://purl.org/coar/resource_type/c_db06">doctoral thesis</genre>'),
        "?w a fabio:DoctoralThesis",
    ),
    Claim(
        "a dissertation of MARC is a thesis",
        "x.xml",
        marc("502    $bPh. D.$cTern University$d2010"),
        "?w a ?c FILTER(CONTAINS(STR(?c), 'Thesis'))",
    ),
    Claim(
        "types of JPCOAR are read by their address",
        "x.xml",
        jpcoar('<dc:type rdf:resource="http://purl.org/coar/resource_type/c_ddb1">データセット</dc:type>'),
        "?w frbr:realizationOf ?x . ?x a fabio:Dataset",
    ),
]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.says)
def test_the_graph_says_what_the_source_says(claim: Claim, tmp_path: Path) -> None:
    check(claim, tmp_path)
