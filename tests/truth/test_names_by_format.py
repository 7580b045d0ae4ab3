"""What stands in a name and beside it, as each format writes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.truth.claims import (
    Claim,
    check,
    dc,
    jpcoar,
    marc,
    mods,
    ris,
    table,
)

CLAIMS = [
    Claim(
        "names between semicolons that MODS calls personal are several",
        "x.xml",
        mods('<name type="personal"><namePart>Gull, Ann van; Tern, Bo; Rook, Ida M.</namePart></name>'),
        '?w dcterms:creator/foaf:name "Gull, Ann van" , "Tern, Bo" , "Rook, Ida M."',
    ),
    *(
        Claim(f"{text!r} in a field of persons", "x.csv", table(dc__contributor__advisor=text), holds, never)
        for text, holds, never in (
            (
                "Ida Rook and Ann Gull-Tern.",
                (
                    '?r pro:withRole scoro:supervisor ; pro:isHeldBy/foaf:name "Ida Rook" .'
                    ' ?s pro:isHeldBy/foaf:name "Ann Gull-Tern"'
                ),
                "",
            ),
            (
                "Ida M. Rook, Bo Tern and Sand.",
                '?r pro:isHeldBy/foaf:name "Sand" . ?s pro:isHeldBy/foaf:name "Bo Tern"',
                "",
            ),
            ("Senior Lecturer and Adjunct Professor Ida Rook", "", '?r pro:isHeldBy/foaf:name "Senior Lecturer"'),
            (
                "Professor, Ida Rook, PhD, University of Tides",
                (
                    '?r pro:relatesToOrganization/foaf:name "University of Tides" ;'
                    ' pro:isHeldBy/foaf:name "Professor, Ida Rook, PhD"'
                ),
                "",
            ),
        )
    ),
    Claim(
        "given names that MODS says beside a name are a part of it",
        "x.xml",
        mods('<name type="personal"><namePart>Rook, I. </namePart><namePart type="given">(Ida)</namePart></name>'),
        '?w dcterms:creator/foaf:name "Rook, I. (Ida)"',
    ),
    *(
        Claim(f"{nobody!r} is nobody", "x.xml", dc(f"contributor {nobody}"), "", "?w dcterms:contributor ?a")
        for nobody in ("Associate Professor", "[s.n.?] (Oslo)", "1955-09-09", "no", ":{unav)", "Various Artists")
    ),
    Claim(
        "names between semicolons of RIS are several",
        "x.ris",
        ris("JOUR", "AU Gull, Ann; Tern, Bo"),
        '?w dcterms:creator/foaf:name "Gull, Ann" , "Tern, Bo"',
    ),
    Claim(
        "a second name of OJS is a name",
        "x.xml",
        dc("creator Gull, Ann; Tern, Bo", identifier="oai:ojs.example.org:article/12"),
        '?w dcterms:creator/foaf:name "Gull, Ann" , "Tern, Bo"',
        "?r pro:relatesToOrganization ?o",
    ),
    Claim(
        "an affiliation of OJS is none",
        "x.xml",
        dc("creator Gull, Ann; Universidad del Norte", identifier="oai:ojs.example.org:article/12"),
        '?w dcterms:creator/foaf:name "Gull, Ann" . ?r pro:relatesToOrganization/foaf:name "Universidad del Norte"',
        '?w dcterms:creator/foaf:name "Universidad del Norte"',
    ),
    Claim(
        "an affiliation of OJS with a comma is none",
        "x.xml",
        dc("creator Gull, Ann; Tern Lab, Wrenland", identifier="oai:ojs.example.org:article/12"),
        '?w dcterms:creator/foaf:name "Gull, Ann" . ?r pro:relatesToOrganization/foaf:name "Tern Lab, Wrenland"',
        '?w dcterms:creator/foaf:name "Tern Lab, Wrenland"',
    ),
    Claim(
        "Arabic and full-width separators part names in a table",
        "x.csv",
        table(dc__contributor__author="رضا، سارة؛ كريم، علي||李，明；王，芳"),
        '?w dcterms:creator/foaf:name "رضا، سارة" , "كريم، علي" , "李，明" , "王，芳"',
    ),
    Claim(
        "an ORCID iD in a name of MODS is taken out and used",
        "x.xml",
        mods('<name type="personal"><namePart>Rook, Ida (0000-0002-1825-0097)</namePart></name>'),
        '?w dcterms:creator ?a . ?a foaf:name "Rook, Ida" ; frapo:hasORCID "0000-0002-1825-0097"',
    ),
    Claim(
        "an ORCID iD of MARC is used, and a suffix stays",
        "x.xml",
        marc("100 1  $aRook, Ida,$cJr.,$d1950-$1https://orcid.org/0000-0002-1825-0097"),
        '?w dcterms:creator ?a . ?a foaf:name "Rook, Ida, Jr." ; frapo:hasORCID "0000-0002-1825-0097"',
    ),
    Claim(
        "two forms of a name in JPCOAR are one person",
        "x.xml",
        jpcoar(
            '<jpcoar:creator><jpcoar:creatorName xml:lang="ja">李, 明</jpcoar:creatorName>'
            '<jpcoar:creatorName xml:lang="en">Ri, Akira</jpcoar:creatorName></jpcoar:creator>'
        ),
        "?w dcterms:creator ?a",
        "?r co:index 2",
    ),
    Claim(
        "an authority is no part of a name in a table",
        "x.csv",
        table(dc__contributor__author="Doe, Jo::rp001::600"),
        '?w dcterms:creator/foaf:name "Doe, Jo"',
    ),
    Claim(
        "particles stay with the family in Crossref's XML and RIS",
        "x.ris",
        ris("JOUR", "AU van den Berg, Nils"),
        '?w dcterms:creator/foaf:familyName "van den Berg"',
    ),
    Claim(
        "letters of their own in LaTeX are kept in names",
        "x.bib",
        "@book{k, title={\\pounds{}5 of {T}ime}, year={2010},"
        ' author={M{\\"u}ller, J{\\"o}rg and \\O{}ster, {\\AA}sa and de~la~Cruz, Ana}}',
        '?w dcterms:title "£5 of Time" ; dcterms:creator/foaf:name "Müller, Jörg" , "Øster, Åsa" , "de la Cruz, Ana"',
    ),
]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.says)
def test_the_graph_says_what_the_source_says(claim: Claim, tmp_path: Path) -> None:
    check(claim, tmp_path)
