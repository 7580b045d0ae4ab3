"""How works are related, as each format says it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.truth.claims import (
    Claim,
    check,
    crossref_article,
    datacite,
    jpcoar,
    marc,
    mods,
    openaire,
    table,
)

CLAIMS = [
    Claim(
        "a preprint of Crossref's XML is said",
        "x.xml",
        crossref_article(
            '<rel:program name="relations"><rel:related_item><rel:inter_work_relation relationship-type="isReplyTo"'
            ' identifier-type="doi">10.5555/y</rel:inter_work_relation></rel:related_item></rel:program>'
        ),
        "?w ?p <https://doi.org/10.5555/y> FILTER(?p != dcterms:relation)",
    ),
    Claim(
        "a retraction of Crossref's XML is said",
        "x.xml",
        crossref_article(
            '<crossmark><updates><update type="retraction" date="2020-01-01">10.5555/y</update></updates></crossmark>'
        ),
        "?w cito:retracts <https://doi.org/10.5555/y>",
    ),
    Claim(
        "a relation of JPCOAR is said",
        "x.xml",
        jpcoar(
            '<jpcoar:relation relationType="isVersionOf"><jpcoar:relatedIdentifier identifierType="DOI">10.5555/y'
            "</jpcoar:relatedIdentifier></jpcoar:relation>"
            '<jpcoar:relation relationType="references"><jpcoar:relatedIdentifier identifierType="DOI">'
            "https://doi.org/10.5555/Z</jpcoar:relatedIdentifier></jpcoar:relation>"
        ),
        "?w dcterms:isVersionOf <https://doi.org/10.5555/y> ; cito:cites <https://doi.org/10.5555/z>",
    ),
    Claim(
        "references and versions of OpenAIRE are said",
        "x.xml",
        openaire(
            '<datacite:relatedIdentifiers><datacite:relatedIdentifier relatedIdentifierType="DOI"'
            ' relationType="References">10.5555/y</datacite:relatedIdentifier><datacite:relatedIdentifier'
            ' relatedIdentifierType="DOI" relationType="IsNewVersionOf">10.5555/z</datacite:relatedIdentifier>'
            "</datacite:relatedIdentifiers>"
        ),
        "?w cito:cites <https://doi.org/10.5555/y> ; frbr:revisionOf <https://doi.org/10.5555/z>",
    ),
    Claim(
        "a preceding work and a citing work of MODS are said",
        "x.xml",
        mods(
            '<relatedItem type="preceding"><identifier type="doi">10.5555/y</identifier></relatedItem>'
            '<relatedItem type="references"><identifier type="doi">10.5555/z</identifier></relatedItem>'
        ),
        "?w dcterms:replaces <https://doi.org/10.5555/y> ; cito:cites <https://doi.org/10.5555/z>",
    ),
    Claim(
        "the preceding title of a journal in MARC is another, and so is its number",
        "x.xml",
        marc("022    $a8765-0037", "780 00 $tOld Terns$x8765-0045", leader="00000nas a2200000 a 4500"),
        '?w prism:issn "8765-0037"',
        '?w datacite:hasIdentifier/literal:hasLiteralValue "8765-0045"',
    ),
    Claim(
        "the electronic edition of MARC has a number of its own",
        "x.xml",
        marc("020    $a0306406152", "776 08 $iOnline version:$z9783161484100"),
        '?w prism:isbn "9780306406157"',
        '?w datacite:hasIdentifier/literal:hasLiteralValue "9783161484100"',
    ),
    Claim(
        "what replaces a work in a table is said",
        "x.csv",
        table(dc__relation__isreplacedby="https://doi.org/10.5555/Y", dc__relation__references="doi:10.5555/z"),
        "?w dcterms:isReplacedBy <https://doi.org/10.5555/y> ; cito:cites <https://doi.org/10.5555/z>",
    ),
    Claim(
        "references in DataCite's JSON are cited, and a derived work is not",
        "x.json",
        datacite(
            relatedIdentifiers=[
                {"relatedIdentifier": "10.5555/Y", "relatedIdentifierType": "DOI", "relationType": "Cites"},
                {"relatedIdentifier": "10.5555/z", "relatedIdentifierType": "DOI", "relationType": "IsDerivedFrom"},
            ]
        ),
        "?w cito:cites <https://doi.org/10.5555/y> ; ?p <https://doi.org/10.5555/z>",
        "?w cito:cites <https://doi.org/10.5555/z>",
    ),
    Claim(
        "a related item of DataCite's JSON is cited by its DOI",
        "x.json",
        datacite(
            relatedItems=[
                {
                    "relatedItemType": "Book",
                    "relationType": "References",
                    "relatedItemIdentifier": {"relatedItemIdentifier": "10.5555/Y", "relatedItemIdentifierType": "DOI"},
                    "titles": [{"title": "Old book"}],
                    "publicationYear": "1999",
                }
            ]
        ),
        "?w cito:cites <https://doi.org/10.5555/y>",
        '?w ?p ?o FILTER(STR(?o) = "1999")',
    ),
    Claim(
        "a related item of DataCite's JSON without an identifier is said by its title",
        "x.json",
        datacite(
            relatedItems=[
                {
                    "relatedItemType": "Book",
                    "relationType": "IsTranslationOf",
                    "titles": [{"title": "Alte Seeschwalben"}],
                }
            ]
        ),
        '?w dc:relation "Alte Seeschwalben"',
    ),
    Claim(
        "a work that was retracted says so in Crossref's JSON",
        "x.json",
        json.dumps(
            {
                "DOI": "10.5555/x",
                "type": "journal-article",
                "title": ["A title"],
                "updated-by": [{"DOI": "10.5555/Y", "type": "retraction"}],
            }
        ),
        "?w cito:isRetractedBy <https://doi.org/10.5555/y>",
    ),
    *(
        Claim(
            f"{property_} of a table is said",
            "x.csv",
            table(**{f"dc__relation__{property_.rpartition(':')[2].lower()}": "https://doi.org/10.5555/Y"}),
            f"?w {property_} <https://doi.org/10.5555/y>",
        )
        for property_ in (
            *("cito:retracts", "cito:isRetractedBy", "cito:corrects"),
            *("cito:isCorrectedBy", "cito:updates", "cito:isUpdatedBy"),
        )
    ),
    *(
        Claim(
            f"{name} of schema.org is said",
            "x.json",
            json.dumps(
                {
                    "@context": "https://schema.org",
                    "@type": "ScholarlyArticle",
                    "name": "A title",
                    name: [{"@type": "CreativeWork", "@id": "https://doi.org/10.5555/Y"}, "https://doi.org/10.5555/z"],
                }
            ),
            f"?w {property_} <https://doi.org/10.5555/y> , <https://doi.org/10.5555/z>",
        )
        for name, property_ in (
            ("citation", "cito:cites"),
            ("isBasedOn", "dcterms:source"),
            ("translationOfWork", "frbr:translationOf"),
            ("hasPart", "dcterms:hasPart"),
            ("correction", "cito:isCorrectedBy"),
            ("itemReviewed", "cito:reviews"),
        )
    ),
    Claim(
        "who wrote what is reviewed did not write the review",
        "x.json",
        json.dumps(
            [
                {
                    "id": "a",
                    "type": "review-book",
                    "title": "A title",
                    "author": [{"family": "Rook", "given": "Ida"}],
                    "reviewed-author": [{"family": "Foe", "given": "Bo"}],
                    "reviewed-title": "The Book",
                }
            ]
        ),
        '?w dc:relation "The Book"',
        '?p foaf:name "Foe, Bo"',
    ),
]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.says)
def test_the_graph_says_what_the_source_says(claim: Claim, tmp_path: Path) -> None:
    check(claim, tmp_path)
