"""Which identifiers are those of the work, as each format says it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.truth.claims import (
    Claim,
    check,
    crossref_article,
    datacite,
    dc,
    marc,
    mods,
    ris,
    table,
)

CLAIMS = [
    *(
        Claim(
            f"an ISSN in the field of ISBNs is that of the journal ({file})",
            file,
            text,
            '?w dcterms:isPartOf|frbr:partOf/frbr:partOf* ?j . ?j prism:issn "0012-9658" ; dcterms:title "Tern Notes"',
            '?w prism:issn|prism:isbn "0012-9658"',
        )
        for file, text in (
            ("x.bib", "@article{a, title={A title}, journal={Tern Notes}, isbn={0012-9658}}"),
            ("x.csv", table(dc__type="Article", dc__relation__ispartof="Tern Notes", dc__identifier__isbn="0012-9658")),
        )
    ),
    Claim(
        "the URN of the ISBN of a book that a chapter stands in is that of the book",
        "x.csv",
        table(dc__type="Book chapter", dc__identifier__urn="URN:ISBN:978-0-306-40615-7"),
        '?w (dcterms:isPartOf|frbr:partOf)/prism:isbn "9780306406157"',
        '?w prism:isbn|datacite:hasIdentifier/literal:hasLiteralValue "9780306406157"',
    ),
    Claim(
        "ISBNs of MARC are 13 digits, and a cancelled one is not the item's",
        "x.xml",
        marc("020    $a0306406152 (pbk.) :$c12.00$z9783161484100"),
        '?w prism:isbn "9780306406157"',
        '?w datacite:hasIdentifier/literal:hasLiteralValue "9783161484100"',
    ),
    Claim(
        "numbers of other systems in MARC keep their kind",
        "x.xml",
        marc("024 7  $a10.5555/ABC$2doi", "024 7  $a2222/1$2hdl", "035    $a(OCoLC)12345"),
        '?w prism:doi "10.5555/abc" ; datacite:hasIdentifier ?n . ?n datacite:usesIdentifierScheme datacite:oclc ;'
        ' literal:hasLiteralValue "12345"',
    ),
    Claim(
        "the number of another catalogue keeps the name of the catalogue",
        "x.xml",
        marc("035    $a(DE-599)DNB12"),
        '?w datacite:hasIdentifier/literal:hasLiteralValue "(DE-599)DNB12"',
    ),
    Claim(
        "addresses of DOIs and handles in a table are read to the sign",
        "x.csv",
        table(dc__identifier__uri="https://doi.org/10.5555%2FABC?utm_source=x||https://x.org/handle/1/2;jsessionid=3"),
        '?w prism:doi "10.5555/abc" ; datacite:hasIdentifier/literal:hasLiteralValue "1/2"',
    ),
    Claim(
        "several ISBNs and a DOI with a stop of RIS are read",
        "x.ris",
        ris("BOOK", "SN 0306406152 (print); 9783161484100 (ebk)", "DO https://doi.org/10.5555/ABC."),
        '?w prism:doi "10.5555/abc" ; datacite:hasIdentifier/literal:hasLiteralValue "9780306406157" , "9783161484100"',
    ),
    Claim(
        "ISSNs of RIS keep their kinds",
        "x.ris",
        ris("JOUR", "JO Journal of Terns", "SN 8765-0037 (print), 8765-0045 (online)"),
        '?j prism:issn "8765-0037" ; prism:eIssn "8765-0045"',
    ),
    Claim(
        "an invalid identifier of MODS is not the item's",
        "x.xml",
        mods(
            '<identifier type="isbn" invalid="yes">9783161484100</identifier><identifier type="uri">'
            "https://doi.org/10.5555/ABC</identifier>"
        ),
        '?w prism:doi "10.5555/abc"',
        "?w prism:isbn ?n",
    ),
    Claim(
        "an ISSN-L is one",
        "x.json",
        datacite(
            types={"resourceTypeGeneral": "JournalArticle"},
            relatedIdentifiers=[
                {"relatedIdentifier": "8765-0037", "relatedIdentifierType": "LISSN", "relationType": "IsPartOf"}
            ],
        ),
        '?j fabio:hasIssnL "8765-0037"',
        '?j prism:issn "8765-0037"',
    ),
    Claim(
        "kinds of ISSNs of Crossref's XML are kept",
        "x.xml",
        crossref_article(
            "",
            '<issn media_type="print">8765-0037</issn><issn media_type="electronic">8765-0045</issn>',
        ),
        '?w dcterms:isPartOf ?j . ?j prism:issn "8765-0037" ; prism:eIssn "8765-0045"',
    ),
    Claim(
        "two handles in a value of a table are two",
        "x.csv",
        table(dc__identifier__uri="http://hdl.handle.net/1/2;http://hdl.handle.net/1/3"),
        '?w fabio:hasHandle "1/2" ; foaf:page <http://hdl.handle.net/1/2> , <http://hdl.handle.net/1/3> .'
        ' FILTER(STRENDS(STR(?w), "/item/1/2"))',
        '?w foaf:page ?p . FILTER(CONTAINS(STR(?p), ";"))',
    ),
    Claim(
        "two addresses of oai_dc are two",
        "x.xml",
        dc("relation https://x.example.org/a;https://x.example.org/b"),
        "?w dcterms:relation <https://x.example.org/a> , <https://x.example.org/b>",
    ),
    Claim(
        "numbers of books and serials that a relation names as such lead there",
        "x.xml",
        dc("relation ISBN 978-3-16-148410-0; URN:ISSN:8765-0185", "relation isbn of the book"),
        "?w dcterms:relation <urn:isbn:9783161484100> , <urn:issn:8765-0185>",
        '?w prism:isbn "9783161484100"',
    ),
    Claim(
        "a DOI of DataCite that is an address names the record as the bare one does",
        "x.json",
        datacite(doi="https://doi.org/10.5555/X"),
        '?w prism:doi "10.5555/x" ; dcterms:identifier "https://doi.org/10.5555/X"',
    ),
]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.says)
def test_the_graph_says_what_the_source_says(claim: Claim, tmp_path: Path) -> None:
    check(claim, tmp_path)
