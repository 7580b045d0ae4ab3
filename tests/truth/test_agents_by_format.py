"""Who is a person, an organisation, an event or nobody, as each format says it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.truth.claims import (
    Claim,
    check,
    crossref_article,
    datacite,
    marc,
    mods,
    openaire,
    ris,
    table,
)

CLAIMS = [
    Claim(
        "who wrote what is reviewed is nobody of the review",
        "x.json",
        json.dumps(
            [
                {
                    "key": "AB",
                    "itemType": "journalArticle",
                    "title": "A title",
                    "creators": [
                        {"creatorType": "author", "firstName": "Ida", "lastName": "Rook"},
                        {"creatorType": "reviewedAuthor", "firstName": "Bo", "lastName": "Foe"},
                    ],
                }
            ]
        ),
        '?w dcterms:creator/foaf:name "Rook, Ida"',
        '?p foaf:name "Foe, Bo"',
    ),
    Claim(
        "an issuing body in the main entry is no author",
        "x.xml",
        marc("110 2  $aHarbour Office,$eissuing body."),
        '?w dcterms:contributor ?a . ?a a foaf:Organization ; foaf:name "Harbour Office"',
        "?w dcterms:creator ?a",
    ),
    Claim(
        "an issuing body in an added entry is no author, and neither is one by its code",
        "x.xml",
        marc("710 2  $aHarbour Office$4isb", "710 2  $aTide Bureau$4http://id.loc.gov/vocabulary/relators/isb"),
        '?w dcterms:contributor/foaf:name "Harbour Office" , "Tide Bureau"',
        "?w dcterms:creator ?a",
    ),
    Claim(
        "a conference is an event with a name, a place and a date, and nobody",
        "x.xml",
        marc("711 2  $aConference on Tides$n(5th :$d2010 :$cLisbon)"),
        '?w dcterms:relation ?e . ?e a dcmitype:Event ; dcterms:spatial/rdfs:label "Lisbon" ;'
        ' dcterms:date "2010"^^xsd:gYear ; rdfs:label ?l FILTER(CONTAINS(?l, "Conference on Tides"))',
        "?r pro:isHeldBy ?a",
    ),
    Claim(
        "a conference as main entry is an event",
        "x.xml",
        marc("111 2  $aConference on Tides$d(2010 :$cLisbon, Portugal)"),
        '?e a dcmitype:Event ; rdfs:label "Conference on Tides" ; dcterms:spatial/rdfs:label "Lisbon, Portugal"',
        '?a foaf:name "Conference on Tides"',
    ),
    Claim(
        "a conference of MODS is an event",
        "x.xml",
        mods('<name type="conference"><namePart>Conference on Tides</namePart></name>'),
        '?w dcterms:relation ?e . ?e a dcmitype:Event ; rdfs:label "Conference on Tides"',
        "?a a foaf:Agent",
    ),
    Claim(
        "organisations of DataCite's JSON stay so in every role",
        "x.json",
        datacite(
            creators=[{"name": "Rook, Tide", "nameType": "Organizational"}],
            contributors=[{"name": "Shore", "nameType": "Organizational", "contributorType": "HostingInstitution"}],
        ),
        '?a a foaf:Organization ; foaf:name "Rook, Tide" . ?b a foaf:Organization ; foaf:name "Shore"',
        "?a a foaf:Person",
    ),
    Claim(
        "nobody is called none in a table",
        "x.csv",
        table(dc__contributor__author="Bank, Ann||None||et al.||[s.n.]||n/a"),
        '?w dcterms:creator ?a . ?a a foaf:Person ; foaf:name "Bank, Ann"',
        "?r co:index 2",
    ),
    Claim(
        "nobody is called Anonymous of Crossref's XML, and suffixes stay",
        "x.xml",
        crossref_article(
            '<contributors><anonymous contributor_role="author" sequence="first"/>'
            '<person_name contributor_role="author" sequence="additional"><given_name>Ida</given_name>'
            "<surname>Rook</surname><suffix>Jr</suffix></person_name></contributors>"
        ),
        '?w dcterms:creator/foaf:name "Rook, Ida, Jr"',
        "?r co:index 2",
    ),
    Claim(
        "a corporate author of OpenAIRE is one",
        "x.xml",
        openaire(
            '<datacite:creators><datacite:creator><datacite:creatorName nameType="Organizational">Rook, Tide'
            "</datacite:creatorName></datacite:creator></datacite:creators>"
            '<datacite:contributors><datacite:contributor contributorType="Supervisor">'
            '<datacite:contributorName nameType="Personal">Ministry, Max</datacite:contributorName>'
            "</datacite:contributor></datacite:contributors>"
        ),
        '?a a foaf:Organization ; foaf:name "Rook, Tide" . ?b a foaf:Person ; foaf:name "Ministry, Max"',
    ),
    Claim(
        "an author without a given name in RIS is an agent and no more",
        "x.ris",
        ris("RPRT", "AU Tern Collective", "A2 Bank, Ann"),
        '?a a foaf:Agent ; foaf:name "Tern Collective" . ?b a foaf:Person ; foaf:name "Bank, Ann"',
        '?a foaf:name "Tern Collective" ; a ?c FILTER(?c IN (foaf:Person, foaf:Organization))',
    ),
    Claim(
        "an artist is a contributor of an added entry",
        "x.xml",
        marc("100 1  $aGull, Ann,$eauthor.", "700 1  $aTern, Bo,$enarrator."),
        '?w dcterms:creator/foaf:name "Gull, Ann" ; dcterms:contributor/foaf:name "Tern, Bo"',
        '?w dcterms:creator/foaf:name "Tern, Bo"',
    ),
    Claim(
        "a dedicatee of a main entry is no author",
        "x.xml",
        marc("100 1  $aGull, Ann,$ehonouree."),
        '?w dcterms:contributor/foaf:name "Gull, Ann"',
        "?w dcterms:creator ?a",
    ),
    Claim(
        "a name that CSL does not take apart is no person for its comma",
        "x.json",
        json.dumps(
            [
                {
                    "type": "book",
                    "id": "1",
                    "title": "T",
                    "author": [{"literal": "Office, Tide"}, {"family": "Gull", "given": "Ann"}],
                }
            ]
        ),
        '?w dcterms:creator ?a , ?b . ?a foaf:name "Office, Tide" . ?b a foaf:Person ; foaf:name "Gull, Ann"',
        '?a foaf:name "Office, Tide" ; a foaf:Person',
    ),
    Claim(
        "a name in a single field of Zotero is no person for its comma",
        "x.json",
        json.dumps(
            [
                {
                    "itemType": "report",
                    "key": "A",
                    "title": "T",
                    "creators": [{"creatorType": "author", "name": "Tern, Watch"}],
                }
            ]
        ),
        '?w dcterms:creator ?a . ?a a foaf:Agent ; foaf:name "Tern, Watch"',
        '?a foaf:name "Tern, Watch" ; a foaf:Person',
    ),
    Claim(
        "an added entry of a library's own in MARC is a contributor",
        "x.xml",
        marc("790 1  $aTern, Bo", "791 2  $aHarbour Office"),
        '?w dcterms:contributor ?a , ?b . ?a a foaf:Person ; foaf:name "Tern, Bo" .'
        ' ?b a foaf:Organization ; foaf:name "Harbour Office"',
    ),
    Claim(
        "a number of VIAF without a slash before it leads to VIAF",
        "x.xml",
        marc("700 1  $aGull, Ann$0www.viaf.org130344669"),
        '?a foaf:name "Gull, Ann" ; owl:sameAs <https://viaf.org/viaf/130344669>',
    ),
    Claim(
        "a family name alone of Crossref's JSON is no person where it names an organisation",
        "x.json",
        json.dumps(
            {
                "DOI": "10.5555/x",
                "type": "journal-article",
                "title": ["T"],
                "author": [{"family": "Tern University"}, {"family": "Gull", "given": "Ann"}],
            }
        ),
        '?w dcterms:creator ?a , ?b . ?a a foaf:Organization ; foaf:name "Tern University" . ?b a foaf:Person',
        '?a foaf:name "Tern University" ; a foaf:Person',
    ),
    Claim(
        "a family name alone of CSL is an agent and no more",
        "x.json",
        json.dumps([{"type": "book", "id": "1", "title": "T", "author": [{"family": "Plato"}]}]),
        '?w dcterms:creator ?a . ?a a foaf:Agent ; foaf:name "Plato"',
        "?a a foaf:Person",
    ),
    Claim(
        "signs of direction round a name are no part of it",
        "x.csv",
        table(dc__contributor__author="\u202bGull, Ann\u202c"),
        '?a a foaf:Person ; foaf:name "Gull, Ann" ; foaf:familyName "Gull"',
    ),
]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.says)
def test_the_graph_says_what_the_source_says(claim: Claim, tmp_path: Path) -> None:
    check(claim, tmp_path)
