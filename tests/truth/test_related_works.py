"""Other works that a record describes: each by its title and its identifiers, and no more said than is known."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.truth.claims import Claim, check, datacite, marc, mods

NO_HOST = (
    "{ ?w dcterms:isPartOf|frbr:partOf|prism:volume|prism:startingPage|prism:publicationName ?x }"
    " UNION { ?w fabio:hasPublicationYear ?y } UNION { ?j a fabio:Journal }"
)
UNTYPED = (
    "<titleInfo><title>Sea notes</title></titleInfo>{}<part><detail type='volume'><number>5</number></detail>"
    "<extent unit='pages'><start>3</start><end>9</end></extent></part>"
    "<originInfo><dateIssued>1999</dateIssued></originInfo>"
)
METS = (
    '<mets xmlns="http://www.loc.gov/METS/"><dmdSec ID="d"><mdWrap MDTYPE="MODS"><xmlData>{}</xmlData></mdWrap>'
    "</dmdSec></mets>"
)


def related(inner: str, attributes: str = "") -> str:
    return mods(f"<relatedItem{attributes}>{inner}</relatedItem>")


def linked(*fields: str) -> str:
    return marc(*fields, leader="00000nas a2200000 a 4500")


CLAIMS = [
    Claim(
        "MODS: a related work without a type is no host",
        "x.xml",
        related(UNTYPED.format('<identifier type="doi">10.5555/Y</identifier>')),
        '?w dcterms:relation <https://doi.org/10.5555/y> . <https://doi.org/10.5555/y> dcterms:title "Sea notes"',
        NO_HOST,
    ),
    Claim(
        "MODS: of a related serial the ISSN is its own",
        "x.xml",
        related(UNTYPED.format('<identifier type="issn">8765-0185</identifier>'), ' displayLabel="See"'),
        '?w dcterms:relation <urn:issn:8765-0185> . <urn:issn:8765-0185> dcterms:title "Sea notes"',
        NO_HOST + ' UNION { ?w prism:issn "8765-0185" }',
    ),
    Claim(
        "MODS: a related work has a title only",
        "x.xml",
        related(UNTYPED.format(""), ' otherType="reviewOf"'),
        '?w dcterms:relation ?r . ?r dcterms:title "Sea notes"',
        NO_HOST,
    ),
    Claim(
        "MODS: a related work is an address",
        "x.xml",
        related("", ' xlink:href="https://x.example.org/1"'),
        "?w dcterms:relation <https://x.example.org/1>",
        NO_HOST,
    ),
    Claim(
        "MODS: pages of another format are none of the work",
        "x.xml",
        related(UNTYPED.format(""), ' type="otherFormat"'),
        '?w dcterms:isFormatOf/dcterms:title "Sea notes"',
        NO_HOST,
    ),
    Claim(
        "MODS: the number of a part is none of the whole",
        "x.xml",
        related(UNTYPED.format(""), ' type="constituent"'),
        '?w dcterms:hasPart/dcterms:title "Sea notes"',
        NO_HOST,
    ),
    Claim(
        "MODS in METS",
        "x.xml",
        METS.format(related(UNTYPED.format('<identifier type="isbn">0306406152</identifier>'))),
        '?w dcterms:relation <urn:isbn:9780306406157> . <urn:isbn:9780306406157> dcterms:title "Sea notes"',
        NO_HOST + ' UNION { ?w prism:isbn "9780306406157" }',
    ),
    Claim(
        "MODS: a host is one",
        "x.xml",
        related(UNTYPED.format(""), ' type="host"'),
        '?w prism:volume "5" ; prism:startingPage "3" ; dcterms:isPartOf/dcterms:title "Sea notes"',
    ),
    Claim(
        "MARC 787 says that something is related",
        "x.xml",
        linked("787 08 $iReviewed in:$tSea notes$x8765-0185$z0306406152"),
        '?w dcterms:relation <urn:issn:8765-0185> . <urn:issn:8765-0185> dcterms:title "Sea notes" ;'
        ' dcterms:identifier "urn:isbn:9780306406157"',
        NO_HOST + ' UNION { ?w prism:issn "8765-0185" }',
    ),
    Claim(
        "MARC 740 with an indicator names what is contained",
        "x.xml",
        linked("740 02 $aFirst log", "740 0  $aSecond log"),
        '?w dcterms:hasPart/dcterms:title "First log" ; dcterms:relation/dcterms:title "Second log"',
    ),
    Claim(
        "MARC 780 and 785 name what a serial continues and what continues it",
        "x.xml",
        linked("780 00 $tOld notes$x8765-0185", "785 00 $tNew notes"),
        '?w frbr:successorOf <urn:issn:8765-0185> ; frbr:successor/dcterms:title "New notes"',
    ),
    Claim(
        "MARC 765, 770 and 776 say how",
        "x.xml",
        linked("765 0  $tAlte Notizen", "770 0  $tTables", "776 08 $iPrint:$tSea notes$z0306406152"),
        '?w frbr:translationOf/dcterms:title "Alte Notizen" ; frbr:supplement/dcterms:title "Tables" ;'
        " dcterms:isFormatOf <urn:isbn:9780306406157>",
        '?w prism:isbn "9780306406157"',
    ),
    Claim(
        "DataCite: a related item without a type is no host",
        "x.json",
        datacite(
            relatedItems=[
                {
                    "relatedItemType": "Journal",
                    "titles": [{"title": "Sea notes"}],
                    "volume": "5",
                    "relatedItemIdentifier": {
                        "relatedItemIdentifier": "8765-0185",
                        "relatedItemIdentifierType": "ISSN",
                    },
                }
            ]
        ),
        '?w dcterms:relation <urn:issn:8765-0185> . <urn:issn:8765-0185> dcterms:title "Sea notes"',
        NO_HOST,
    ),
    Claim(
        "DataCite: a related item has title and identifier together",
        "x.json",
        datacite(
            relatedItems=[
                {
                    "relatedItemType": "Book",
                    "relationType": "References",
                    "titles": [{"title": "Sea notes"}],
                    "relatedItemIdentifier": {
                        "relatedItemIdentifier": "10.5555/Y",
                        "relatedItemIdentifierType": "DOI",
                    },
                }
            ]
        ),
        '?w cito:cites <https://doi.org/10.5555/y> . <https://doi.org/10.5555/y> dcterms:title "Sea notes"',
    ),
    Claim(
        "DataCite: a cited book is known by its ISBN",
        "x.json",
        datacite(
            relatedIdentifiers=[
                {"relatedIdentifier": "0-306-40615-2", "relatedIdentifierType": "ISBN", "relationType": "References"}
            ]
        ),
        "?w dcterms:references <urn:isbn:9780306406157>",
        '?w prism:isbn "9780306406157"',
    ),
]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.says)
def test_a_related_work_is_said_as_it_is_known(claim: Claim, tmp_path: Path) -> None:
    check(claim, tmp_path)
