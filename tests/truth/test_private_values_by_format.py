"""What is not public is not published, whatever the format."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.truth.claims import (
    Claim,
    check,
    jpcoar,
    marc,
    mods,
    openaire,
    rest7,
    ris,
)

CLAIMS = [
    Claim(
        "addresses of mail in a note of RIS are not published",
        "x.ris",
        ris("JOUR", "N1 write to ann (at) terns.example.org", "AD Shore Lab, ann%40terns.example.org"),
        "",
        '?s ?p ?o FILTER(CONTAINS(STR(?o), "terns.example.org"))',
    ),
    Claim(
        "addresses of mail in MODS and its attributes are not published",
        "x.xml",
        mods("<note>ann＠terns.example.org</note><location><url>mailto:ann@terns.example.org</url></location>"),
        "",
        '?s ?p ?o FILTER(CONTAINS(STR(?o), "terns.example.org"))',
    ),
    Claim(
        "a withdrawn item of DSpace's REST is not published",
        "x.json",
        rest7({"dc.description.abstract": "Secret words"}, withdrawn=True, inArchive=False),
        "",
        '?s ?p ?o FILTER(CONTAINS(STR(?o), "Secret"))',
    ),
    Claim(
        "an item in progress is not published",
        "x.json",
        rest7({"dc.description.abstract": "Secret words"}, inArchive=False, withdrawn=False),
        "",
        '?s ?p ?o FILTER(CONTAINS(STR(?o), "Secret"))',
    ),
    Claim(
        "a file under embargo of JPCOAR is withheld",
        "x.xml",
        jpcoar(
            '<dcterms:accessRights rdf:resource="http://purl.org/coar/access_right/c_f1cf">embargoed access'
            "</dcterms:accessRights>"
            '<datacite:date dateType="Available">2099-04-01</datacite:date><jpcoar:file>'
            "<jpcoar:URI>https://x.example.org/secret.pdf</jpcoar:URI></jpcoar:file>"
        ),
        "",
        '?s ?p ?o FILTER(CONTAINS(STR(?o), "secret.pdf"))',
    ),
    Claim(
        "a closed file of OpenAIRE is withheld",
        "x.xml",
        openaire(
            '<oaire:file accessRightsURI="http://purl.org/coar/access_right/c_16ec" mimeType="application/pdf">'
            "https://x.example.org/secret.pdf</oaire:file>"
        ),
        "",
        '?s ?p ?o FILTER(CONTAINS(STR(?o), "secret.pdf"))',
    ),
    Claim(
        "a dark address of MARC is withheld",
        "x.xml",
        marc("506 1  $aEmbargoed until 2099-01-01", "856 40 $uhttps://x.example.org/secret.pdf$qapplication/pdf"),
        "",
        '?s ?p ?o FILTER(CONTAINS(STR(?o), "secret.pdf"))',
    ),
]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.says)
def test_the_graph_says_what_the_source_says(claim: Claim, tmp_path: Path) -> None:
    check(claim, tmp_path)
