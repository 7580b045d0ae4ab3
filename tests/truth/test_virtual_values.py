"""What a relationship brings into a record of DSpace is its entity, whichever has the number."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.truth.claims import Answer, Claim, check, rest7, table

ONE, TWO, THREE = ("b1111111-2222-3333-4444-55555555555" + digit for digit in "123")
HELD = (
    "?w dcterms:title ?t ; pro:isDocumentContextFor ?r1 , ?r2 , ?r3 . ?r1 co:index 1 ; pro:isHeldBy <{0}item/uuid/{1}> "
    ". ?r2 co:index 2 ; pro:isHeldBy/foaf:name 'Aas, Tove' . ?r3 co:index 3 ; pro:isHeldBy <{0}item/uuid/{2}> ."
    " <{0}item/uuid/{1}> foaf:name 'Rook, Ida' . <{0}item/uuid/{2}> foaf:name 'Foe, Bo'"
).format("https://data.example.org/", ONE, THREE)
FOURTH = "?w dcterms:creator ?a , ?b , ?c , ?d . FILTER(?a < ?b && ?b < ?c && ?c < ?d)"


def virtual(value: str, number: int) -> dict[str, str]:
    return {"value": value, "authority": f"virtual::{number}"}


def dim(*fields: tuple[str, str, str]) -> str:
    """A record of DSpace's own format by names, values and authorities."""
    body = ""
    for name, value, authority in fields:
        parts = name.split(".")
        qualifier = f' qualifier="{parts[2]}"' if len(parts) > 2 else ""
        key = f' authority="{authority}" confidence="-1"' if authority else ""
        body += f'<dim:field mdschema="{parts[0]}" element="{parts[1]}"{qualifier}{key}>{value}</dim:field>'
    return (
        '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords><record><header>'
        "<identifier>oai:r.example.org:1/2</identifier><datestamp>2024-04-01</datestamp></header><metadata>"
        f'<dim:dim xmlns:dim="http://www.dspace.org/xmlns/dspace/dim">{body}</dim:dim></metadata></record>'
        "</ListRecords></OAI-PMH>"
    )


def xoai(*fields: tuple[str, str, str]) -> str:
    """The same as XOAI nests it."""
    body = ""
    for name, value, authority in fields:
        parts = name.split(".")
        key = f'<field name="authority">{authority}</field><field name="confidence">-1</field>' if authority else ""
        inner = f'<element name="none"><field name="value">{value}</field>{key}</element>'
        for part in reversed(parts):
            inner = f'<element name="{part}">{inner}</element>'
        body += inner
    return (
        '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords><record><header>'
        "<identifier>oai:r.example.org:1/2</identifier><datestamp>2024-04-01</datestamp></header><metadata>"
        f'<metadata xmlns="http://www.lyncode.com/xoai">{body}</metadata></metadata></record></ListRecords></OAI-PMH>'
    )


FIELDS = (
    ("dc.title", "A title", ""),
    ("dc.contributor.author", "Rook, Ida", "virtual::1"),
    ("dc.contributor.author", "Aas, Tove", ""),
    ("dc.contributor.author", "Foe, Bo", "virtual::3"),
    ("relation.isAuthorOfPublication", ONE, ""),
    ("relation.isAuthorOfPublication", THREE, ""),
)

CLAIMS = [
    Claim(
        "REST 7: the relationships have no numbers",
        "x.json",
        rest7(
            {
                "dc.contributor.author": [virtual("Rook, Ida", 1), "Aas, Tove", virtual("Foe, Bo", 3)],
                "relation.isAuthorOfPublication": [ONE, THREE],
                "relation.isAuthorOfPublication.latestForDiscovery": ONE,
            }
        ),
        HELD,
        FOURTH,
    ),
    Claim(
        "REST 7: one of two relationships has a number",
        "x.json",
        rest7(
            {
                "dc.contributor.author": [virtual("Rook, Ida", 1), "Aas, Tove", virtual("Foe, Bo", 3)],
                "relation.isAuthorOfPublication": [ONE, virtual(THREE, 3)],
            }
        ),
        HELD,
        FOURTH,
    ),
    Claim("DIM", "x.xml", dim(*FIELDS), HELD, FOURTH),
    Claim("XOAI", "x.xml", xoai(*FIELDS), HELD, FOURTH),
    Claim(
        "a table",
        "x.csv",
        table(
            dc__contributor__author="Rook, Ida::virtual::1::600||Aas, Tove||Foe, Bo::virtual::3",
            relation__isAuthorOfPublication=f"{ONE}||{THREE}",
        ),
        HELD,
        FOURTH,
    ),
    Claim(
        "a table with numbers but no confidence",
        "x.csv",
        table(
            dc__contributor__author="Rook, Ida::virtual::1||Aas, Tove||Foe, Bo::virtual::3",
            relation__isAuthorOfPublication=f"{THREE}::virtual::3||{ONE}::virtual::1",
        ),
        HELD,
        FOURTH,
    ),
    Claim(
        "an organisation that contributed",
        "x.json",
        rest7(
            {
                "dc.contributor.other": ["Aas, Tove", virtual("Sand Institute", 4)],
                "relation.isOrgUnitOfPublication": TWO,
            }
        ),
        f"?w dcterms:contributor <https://data.example.org/item/uuid/{TWO}> . ?r co:index 2 ; pro:isHeldBy ?o ."
        " ?o a foaf:Organization ; foaf:name 'Sand Institute' . FILTER(CONTAINS(STR(?o), '/uuid/'))",
        "?w dcterms:contributor ?a , ?b , ?c . FILTER(?a < ?b && ?b < ?c)",
    ),
    Claim(
        "the unit of a person",
        "x.json",
        rest7(
            {
                "dspace.entity.type": "Person",
                "person.familyName": "Rook",
                "person.contributor.other": [virtual("Sand Institute", 4)],
                "relation.isOrgUnitOfPerson": TWO,
            }
        ),
        "?w org:memberOf ?o . ?o foaf:name 'Sand Institute' . FILTER(CONTAINS(STR(?o), '/uuid/'))",
        "?w org:memberOf ?o , ?p . FILTER(?o < ?p)",
    ),
    *(
        Claim(
            f"the journal of an issue, {'last' if flip else 'first'} of two relationships of one number",
            "x.json",
            rest7(
                {
                    **dict(
                        [
                            ("relation.isJournalOfPublication", [virtual(ONE, 9)]),
                            ("relation.isJournalIssueOfPublication", [virtual(TWO, 9)]),
                        ][:: -1 if flip else 1]
                    ),
                    "journal.title": [virtual("Sand Letters", 9)],
                }
            ),
            f"<https://data.example.org/item/uuid/{ONE}> a fabio:Journal ; dcterms:title 'Sand Letters' ."
            f" ?w frbr:partOf <https://data.example.org/item/uuid/{TWO}>",
            f"<https://data.example.org/item/uuid/{TWO}> a fabio:Journal",
        )
        for flip in (False, True)
    ),
    Claim(
        "a journal without a number",
        "x.json",
        rest7({"relation.isJournalOfPublication": ONE, "journal.title": [virtual("Sand Letters", 9)]}),
        f"?w dcterms:isPartOf <https://data.example.org/item/uuid/{ONE}> ."
        f" <https://data.example.org/item/uuid/{ONE}> a fabio:Journal ; dcterms:title 'Sand Letters'",
    ),
    Claim(
        "a relationship by a handle",
        "x.csv",
        table(relation__isJournalIssueOfPublication="4321/51", relation__isAuthorOfPublication="4321/52"),
        "?w frbr:partOf <https://data.example.org/item/4321/51> ;"
        " dcterms:relation <https://data.example.org/item/4321/52>",
        "?w dcterms:creator ?a",
    ),
    Claim(
        "two values against one relationship are joined with nobody",
        "x.json",
        rest7(
            {
                "dc.contributor.author": [virtual("Rook, Ida", 1), virtual("Foe, Bo", 3)],
                "relation.isAuthorOfPublication": ONE,
            }
        ),
        "?w dcterms:creator/foaf:name 'Rook, Ida' , 'Foe, Bo'",
        "?a foaf:name ?n . FILTER(CONTAINS(STR(?a), '/uuid/'))",
    ),
]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.says)
def test_a_value_of_a_relationship_is_its_entity(claim: Claim, tmp_path: Path) -> None:
    check(claim, tmp_path)


def test_what_cannot_be_joined_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(CLAIMS[-1].text, encoding="utf-8")
    reasons = [finding.reason for finding in Answer(path).report.all]
    assert "2 values of relationships stand against 1 of them" in reasons
