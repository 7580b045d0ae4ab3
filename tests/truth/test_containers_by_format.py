"""What a work stands in, as each format says it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.truth.claims import (
    Claim,
    check,
    crossref_paper,
    datacite,
    jpcoar,
    marc,
    mods,
    openaire,
    ris,
    table,
)

CLAIMS = [
    Claim(
        "the event of CERIF is a conference",
        "x.xml",
        '<Publication xmlns="https://www.openaire.eu/cerif-profile/1.1/" id="p1"><Title>A title</Title>'
        "<PresentedAt><Event><Name>Tide Days</Name><Place>Oslo</Place></Event></PresentedAt></Publication>",
        '?w dcterms:relation ?e . ?e a dcmitype:Event ; rdfs:label "Tide Days" ; dcterms:spatial/rdfs:label "Oslo"',
    ),
    Claim(
        "the number of CSL in a series is that of the book, not of the chapter",
        "x.json",
        json.dumps(
            [
                {
                    "id": "a",
                    "type": "chapter",
                    "title": "A title",
                    "container-title": "The Book",
                    "collection-title": "Sea notes",
                    "collection-number": "5",
                }
            ]
        ),
        '?w dcterms:isPartOf ?b . ?b dcterms:title "The Book" ; fabio:hasSequenceIdentifier "5"',
        "?w fabio:hasSequenceIdentifier ?n",
    ),
    Claim(
        "the number of a table in a series is that of the book, not of the chapter",
        "x.csv",
        table(dc__type="Book chapter", dc__relation__ispartof="The Book", dc__relation__numberinseries="v. 5"),
        '?w dcterms:isPartOf/fabio:hasSequenceIdentifier "5"',
        "?w fabio:hasSequenceIdentifier ?n",
    ),
    Claim(
        "a chapter of MODS is part of a book in a series",
        "x.xml",
        mods(
            '<genre>book chapter</genre><relatedItem type="host"><titleInfo><title>The Book</title></titleInfo>'
            '<identifier type="isbn">0306406152</identifier><relatedItem type="series"><titleInfo>'
            "<title>Sea notes</title><partNumber>5</partNumber></titleInfo>"
            '<identifier type="issn">8765-0185</identifier></relatedItem></relatedItem>'
        ),
        '?w dcterms:isPartOf ?b . ?b a fabio:Book ; dcterms:title "The Book" ; prism:isbn "9780306406157" ;'
        ' fabio:hasSequenceIdentifier "5" ; dcterms:isPartOf ?s . ?s a fabio:BookSeries ; dcterms:title "Sea notes" ;'
        ' prism:issn "8765-0185"',
        "?w prism:isbn ?n",
    ),
    Claim(
        "a chapter of MARC is part of a book",
        "x.xml",
        marc("773 0  $tThe Book.$z0306406152$gS. 5-9", leader="00000naa a2200000 a 4500"),
        '?w dcterms:isPartOf ?b . ?b a fabio:Book ; dcterms:title "The Book" ; prism:isbn "9780306406157"',
        "?w prism:isbn ?n",
    ),
    Claim(
        "a chapter of RIS is part of a book in a series",
        "x.ris",
        ris("CHAP", "T2 The Book", "T3 Sea notes", "SN 0306406152", "VL 5"),
        '?w dcterms:isPartOf ?b . ?b a fabio:Book ; dcterms:title "The Book" ; prism:isbn "9780306406157" ;'
        ' dcterms:isPartOf ?s . ?s a fabio:BookSeries ; dcterms:title "Sea notes"',
    ),
    Claim(
        "a paper of RIS is part of proceedings beside a conference with its place",
        "x.ris",
        ris("CONF", "T2 Conference on Tides", "C3 Proceedings of Tides", "CY Lisbon", "PY 2010"),
        "?w dcterms:isPartOf ?b . ?b a fabio:AcademicProceedings . ?w dcterms:relation ?e . ?e a dcmitype:Event ;"
        ' rdfs:label ?l ; dcterms:spatial/rdfs:label "Lisbon"',
        "?w fabio:hasPlaceOfPublication ?p",
    ),
    Claim(
        "a paper of Crossref's XML is part of proceedings of a series, beside a conference",
        "x.xml",
        crossref_paper(
            "",
            "<proceedings_series_metadata><series_metadata><titles><title>Sea notes</title></titles>"
            '<issn media_type="print">8765-0185</issn></series_metadata><proceedings_title>Proceedings of Tides'
            '</proceedings_title><volume>5</volume><isbn media_type="print">0306406152</isbn>'
            "</proceedings_series_metadata>",
            "<conference_name>Conference on Tides</conference_name><conference_location>Lisbon</conference_location>"
            '<conference_date start_year="2010" start_month="05" start_day="03" end_year="2010" end_month="05"'
            ' end_day="06">May 3-6</conference_date>',
        ),
        '?w dcterms:isPartOf ?b . ?b a fabio:AcademicProceedings ; dcterms:title "Proceedings of Tides" ;'
        ' dcterms:isPartOf ?s . ?s dcterms:title "Sea notes" ; prism:issn "8765-0185" . ?w dcterms:relation ?e .'
        ' ?e a dcmitype:Event ; rdfs:label "Conference on Tides" ; dcterms:spatial/rdfs:label "Lisbon" ;'
        " dcterms:date ?x",
    ),
    Claim(
        "an article of JPCOAR is part of issue, volume and journal",
        "x.xml",
        jpcoar(
            '<dc:type rdf:resource="http://purl.org/coar/resource_type/c_6501">journal article</dc:type>'
            '<jpcoar:sourceIdentifier identifierType="PISSN">8765-0037</jpcoar:sourceIdentifier>'
            '<jpcoar:sourceIdentifier identifierType="EISSN">8765-0045</jpcoar:sourceIdentifier>'
            "<jpcoar:sourceTitle>Journal of Terns</jpcoar:sourceTitle><jpcoar:volume>3</jpcoar:volume>"
            "<jpcoar:issue>2</jpcoar:issue>"
        ),
        "?w frbr:partOf ?i . ?i a fabio:JournalIssue ; frbr:partOf ?v . ?v a fabio:JournalVolume ; frbr:partOf ?j ."
        ' ?j a fabio:Journal ; dcterms:title "Journal of Terns" ; prism:issn "8765-0037" ; prism:eIssn "8765-0045"',
    ),
    Claim(
        "an article of OpenAIRE is part of a journal",
        "x.xml",
        openaire(
            '<oaire:resourceType resourceTypeGeneral="literature" uri="http://purl.org/coar/resource_type/c_6501">'
            "journal article</oaire:resourceType><oaire:citationTitle>Journal of Terns</oaire:citationTitle>"
            "<oaire:citationVolume>3</oaire:citationVolume><oaire:citationIssue>2</oaire:citationIssue>"
        ),
        '?w frbr:partOf/frbr:partOf/frbr:partOf ?j . ?j a fabio:Journal ; dcterms:title "Journal of Terns"',
    ),
    Claim(
        "a series in a table keeps its number, and that of another series too",
        "x.csv",
        table(dc__type="Book", dc__relation__ispartofseries="Sea notes;5||Shore Papers;77"),
        '?w dcterms:isPartOf ?n . ?n fabio:hasSequenceIdentifier "5" ; frbr:partOf/dcterms:title "Sea notes" .'
        ' ?w dcterms:isPartOf ?m . ?m fabio:hasSequenceIdentifier "77" ; frbr:partOf/dcterms:title "Shore Papers"',
    ),
    Claim(
        "a host of DataCite's JSON is a journal",
        "x.json",
        datacite(
            types={"resourceTypeGeneral": "JournalArticle"},
            relatedItems=[
                {
                    "relationType": "IsPublishedIn",
                    "relatedItemType": "Journal",
                    "titles": [{"title": "Journal of Terns"}],
                    "volume": "3",
                    "issue": "2",
                    "firstPage": "5",
                    "lastPage": "9",
                    "relatedItemIdentifier": {
                        "relatedItemIdentifier": "8765-0037",
                        "relatedItemIdentifierType": "ISSN",
                    },
                }
            ],
        ),
        '?w frbr:partOf/frbr:partOf/frbr:partOf ?j . ?j a fabio:Journal ; dcterms:title "Journal of Terns" ;'
        ' prism:issn "8765-0037" . ?w prism:startingPage "5" ; prism:endingPage "9"',
    ),
    Claim(
        "an article of MARC is part of its journal",
        "x.xml",
        marc(
            "773 0  $tJournal of Terns$x8765-0037$gVol. 3, no. 2 (2010), p. 5-9",
            leader="00000nab a2200000 a 4500",
        ),
        '?w dcterms:isPartOf ?j . ?j a fabio:Journal ; prism:issn "8765-0037" . ?w prism:volume "3" ;'
        ' prism:issueIdentifier "2" ; prism:startingPage "5" ; prism:endingPage "9"',
    ),
    Claim(
        "an issue of MODS stands in the journal around it",
        "x.xml",
        mods(
            '<genre>article</genre><relatedItem type="host"><titleInfo><title>Special issue on sand</title></titleInfo>'
            '<part><detail type="issue"><number>3</number></detail></part><relatedItem type="host"><titleInfo>'
            '<title>Journal of Terns</title></titleInfo><identifier type="issn">0302-9743</identifier></relatedItem>'
            "</relatedItem>"
        ),
        '?w dcterms:isPartOf ?j ; prism:issueIdentifier "3" . ?j a fabio:Journal ;'
        ' dcterms:title "Journal of Terns" ; prism:issn "0302-9743"',
        '?j a fabio:Journal ; dcterms:title "Special issue on sand"',
    ),
    Claim(
        "a journal of Crossref's JSON is the journal",
        "x.json",
        json.dumps(
            {
                "status": "ok",
                "message-type": "journal",
                "message": {
                    "ISSN": ["0302-9743", "1611-3349"],
                    "issn-type": [
                        {"value": "0302-9743", "type": "print"},
                        {"value": "1611-3349", "type": "electronic"},
                    ],
                    "title": "Journal of Terns",
                    "publisher": "Tern Press",
                    "counts": {"total-dois": 12},
                },
            }
        ),
        '?w a fabio:Journal ; dcterms:title "Journal of Terns" ; prism:issn "0302-9743" ; prism:eIssn "1611-3349"',
    ),
    Claim(
        "what DataCite says of a journal around the work is not said of the work",
        "x.json",
        datacite(
            publicationYear=2020,
            types={"resourceTypeGeneral": "JournalArticle"},
            relatedItems=[
                {
                    "relatedItemType": "Journal",
                    "relationType": "IsPublishedIn",
                    "relatedItemIdentifier": {
                        "relatedItemIdentifier": "0302-9743",
                        "relatedItemIdentifierType": "ISSN",
                    },
                    "titles": [{"title": "Journal of Terns"}],
                    "publicationYear": "2019",
                    "volume": "3",
                    "issue": "4",
                    "number": "17",
                    "publisher": "Sand Press",
                    "creators": [{"name": "Tern Society"}],
                }
            ],
        ),
        '?w dcterms:isPartOf ?j ; prism:volume "3" ; prism:issueIdentifier "4" .'
        ' ?j a fabio:Journal ; prism:issn "0302-9743"',
        '?w ?p ?o FILTER(STR(?o) IN ("2019", "Sand Press", "Tern Society"))',
    ),
    Claim(
        "a chapter of CSL-JSON is part of a book in a series",
        "x.json",
        json.dumps(
            [
                {
                    "id": "1",
                    "type": "chapter",
                    "title": "T",
                    "container-title": "Big Book",
                    "collection-title": "Shore Series",
                    "collection-number": "12",
                    "ISBN": "978-3-16-148410-0",
                    "ISSN": "0302-9743",
                    "author": [{"family": "Gull", "given": "A"}],
                }
            ]
        ),
        '?w dcterms:isPartOf ?b . ?b a fabio:Book ; dcterms:title "Big Book" ;'
        ' dcterms:isPartOf ?s ; fabio:hasSequenceIdentifier "12" .'
        ' ?s a fabio:BookSeries ; dcterms:title "Shore Series" ; prism:issn "0302-9743"',
        "?j a fabio:Journal",
    ),
]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.says)
def test_the_graph_says_what_the_source_says(claim: Claim, tmp_path: Path) -> None:
    check(claim, tmp_path)
