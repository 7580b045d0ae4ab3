"""What is not public is not published, whatever the format."""

from __future__ import annotations

import json
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

CREATORS = [{"person_or_org": {"type": "personal", "family_name": "Rook", "given_name": "Ida"}}]
OF_INVENIO = {"title": "Hidden tides", "creators": CREATORS, "publication_date": "2011"}
OF_ZENODO = {"title": "Hidden tides", "creators": [{"name": "Rook, Ida"}], "publication_date": "2011"}

CLAIMS = [
    *(
        Claim(f"not public: {name}", "x.json", json.dumps(stated), "", '?s ?p "Hidden tides"')
        for name, stated in {
            "a record of InvenioRDM that is restricted": {
                "id": "abc",
                "access": {"record": "restricted"},
                "metadata": OF_INVENIO,
            },
            "a draft of InvenioRDM": {"id": "abc", "is_draft": True, "metadata": OF_INVENIO},
            "a record that is private": {"id": "abc", "private": True, "metadata": OF_INVENIO},
            "a record that is not public": {"id": "abc", "isPublic": False, "metadata": OF_INVENIO},
            "a record that is visible to the staff": {
                "id": "abc",
                "visibility": {"key": "BACKEND"},
                "metadata": OF_INVENIO,
            },
            "a record that is not published": {"id": "abc", "is_published": False, "metadata": OF_INVENIO},
            "a draft by its state": {"id": "abc", "status": "draft", "metadata": OF_INVENIO},
            "a number in the place of false": {"id": "abc", "discoverable": 0, "metadata": OF_INVENIO},
            "a deposit of Zenodo that is not submitted": {
                "id": 1,
                "state": "unsubmitted",
                "submitted": False,
                "metadata": OF_ZENODO,
            },
            "a draft of DataCite": {"doi": "10.5555/x", "state": "draft", "titles": [{"title": "Hidden tides"}]},
            "a DOI of DataCite that is not findable": {
                "id": "10.5555/x",
                "attributes": {"doi": "10.5555/x", "state": "registered", "titles": [{"title": "Hidden tides"}]},
            },
        }.items()
    ),
    Claim(
        "addresses of mail in a note of RIS are not published",
        "x.ris",
        ris("JOUR", "N1 write to ann (at) terns.example.org", "AD Shore Lab, ann%40terns.example.org"),
        "",
        '?s ?p ?o FILTER(CONTAINS(STR(?o), "terns.example.org"))',
    ),
    Claim(
        "addresses of mail with signs that nobody sees, or with references among blanks, are not published",
        "x.ris",
        ris("JOUR", "N1 write to ann@\u200bterns.example.org", "AD Shore Lab, ann &#64; terns.example.org"),
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
