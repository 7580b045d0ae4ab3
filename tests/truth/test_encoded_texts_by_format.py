"""Texts that were encoded twice or read in a wrong encoding."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.truth.claims import (
    Claim,
    check,
    ris,
    table,
)

CLAIMS = [
    Claim(
        "text that was encoded twice is read",
        "x.ris",
        ris("JOUR", "N2 R&amp;amp;D of &amp;lt;i"),
        '?w dcterms:abstract "R&D of <i"',
    ),
    Claim(
        "text that was read in the wrong encoding is read again",
        "x.csv",
        table(dc__contributor__author="GonzÃ¡lez, JosÃ©", dc__description__abstract="â€œSÃ£o Pauloâ€\x9d"),
        '?w dcterms:creator/foaf:name "González, José" ; dcterms:abstract "“São Paulo”"',
    ),
    Claim(
        "text that may be meant as it is stays",
        "x.csv",
        table(dc__description__abstract="Ã© and é"),
        '?w dcterms:abstract "Ã© and é"',
    ),
]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.says)
def test_the_graph_says_what_the_source_says(claim: Claim, tmp_path: Path) -> None:
    check(claim, tmp_path)
