"""Which agency gave which grant, as each format says it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.truth.claims import (
    Claim,
    check,
    crossref_article,
    datacite,
    jpcoar,
    marc,
    openaire,
    table,
)

CLAIMS = [
    Claim(
        "the number of a grant is told from the address of OpenAIRE that it stands in",
        "x.json",
        datacite(
            fundingReferences=[
                {"funderName": "Tide Fund", "awardNumber": "info:eu-repo/grantAgreement/EC/FP7/246686"},
                {"funderName": "Sand Fund", "awardNumber": "info:eu-repo/grantAgreement/EC"},
            ]
        ),
        '?g frapo:hasGrantNumber "246686" ; frapo:hasFundingAgency/foaf:name "Tide Fund" .'
        ' ?w frapo:hasFundingAgency/foaf:name "Sand Fund"',
        '?g frapo:hasGrantNumber ?n . FILTER(CONTAINS(?n, "info:"))',
    ),
    Claim(
        "grants of OpenAIRE keep their agencies",
        "x.xml",
        openaire(
            "<oaire:fundingReferences><oaire:fundingReference><oaire:funderName>Tide Fund</oaire:funderName>"
            "<oaire:awardNumber>T-1</oaire:awardNumber></oaire:fundingReference><oaire:fundingReference>"
            "<oaire:funderName>Sand Fund</oaire:funderName>"
            '<oaire:funderIdentifier funderIdentifierType="Crossref Funder ID">'
            "http://dx.doi.org/10.13039/501100000780</oaire:funderIdentifier><oaire:awardNumber>S-1</oaire:awardNumber>"
            "</oaire:fundingReference></oaire:fundingReferences>"
        ),
        '?g frapo:hasGrantNumber "T-1" ; frapo:hasFundingAgency/foaf:name "Tide Fund" . ?h frapo:hasGrantNumber "S-1" ;'
        ' frapo:hasFundingAgency ?s . ?s foaf:name "Sand Fund" ; datacite:hasIdentifier/literal:hasLiteralValue ?i',
    ),
    Claim(
        "grants of JPCOAR keep their agencies",
        "x.xml",
        jpcoar(
            "<jpcoar:fundingReference><jpcoar:funderName>Tide Fund</jpcoar:funderName>"
            '<jpcoar:awardNumber awardURI="https://g.example.org/1">T-1</jpcoar:awardNumber></jpcoar:fundingReference>'
            "<jpcoar:fundingReference><jpcoar:funderName>Sand Fund</jpcoar:funderName></jpcoar:fundingReference>"
        ),
        '?g frapo:hasGrantNumber "T-1" ; frapo:hasFundingAgency/foaf:name "Tide Fund" .'
        ' ?w frapo:hasFundingAgency/foaf:name "Sand Fund"',
    ),
    Claim(
        "the ROR of a funder of DataCite's JSON stands on it",
        "x.json",
        datacite(
            fundingReferences=[
                {
                    "funderName": "Tide Fund",
                    "funderIdentifier": "https://ror.org/02zhqgq86",
                    "funderIdentifierType": "ROR",
                    "awardNumber": "T-1",
                }
            ]
        ),
        '?g frapo:hasGrantNumber "T-1" ; frapo:hasFundingAgency ?a . ?a foaf:name "Tide Fund" ;'
        " owl:sameAs <https://ror.org/02zhqgq86>",
    ),
    Claim(
        "grants of Crossref's XML keep their agencies",
        "x.xml",
        crossref_article(
            '<fr:program name="fundref"><fr:assertion name="fundgroup"><fr:assertion name="funder_name">Tide Fund'
            '<fr:assertion name="funder_identifier">http://dx.doi.org/10.13039/501100000780</fr:assertion></fr:assertion>'
            '<fr:assertion name="award_number">T-1</fr:assertion></fr:assertion><fr:assertion name="fundgroup">'
            '<fr:assertion name="funder_name">Sand Fund</fr:assertion><fr:assertion name="award_number">S-1'
            "</fr:assertion></fr:assertion></fr:program>"
        ),
        '?g frapo:hasGrantNumber "T-1" ; frapo:hasFundingAgency/foaf:name "Tide Fund" . ?h frapo:hasGrantNumber "S-1" ;'
        ' frapo:hasFundingAgency/foaf:name "Sand Fund"',
    ),
    Claim(
        "a grant of MARC is one",
        "x.xml",
        marc("536    $aSponsored by the Tide Fund$cT-1"),
        '?w frapo:isFundedBy/frapo:hasGrantNumber "T-1"',
    ),
    Claim(
        "a grant agreement among the relations of a table is one",
        "x.csv",
        table(dc__relation="info:eu-repo/grantAgreement/EC/FP7/12345"),
        '?w frapo:isFundedBy/frapo:hasGrantNumber "12345"',
    ),
]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.says)
def test_the_graph_says_what_the_source_says(claim: Claim, tmp_path: Path) -> None:
    check(claim, tmp_path)
