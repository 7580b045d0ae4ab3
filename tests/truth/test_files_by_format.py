"""What is said of files, as each format says it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.truth.claims import (
    Claim,
    check,
    dc,
    openaire,
    rest7,
)

CLAIMS = [
    Claim(
        "two files of one name are two, each with its address",
        "x.xml",
        openaire(
            '<oaire:file mimeType="application/pdf">https://x.example.org/1/a.pdf</oaire:file>'
            '<oaire:file mimeType="application/pdf">https://x.example.org/2/a.pdf</oaire:file>'
        ),
        '?f fabio:hasURL ?a . ?g fabio:hasURL ?b FILTER(?f != ?g && STR(?a) = "https://x.example.org/1/a.pdf")',
        "?f fabio:hasURL ?a , ?b FILTER(?a != ?b)",
    ),
    Claim(
        "a language that only ISO 639-3 knows is a language",
        "x.xml",
        dc("language yue"),
        "?w dcterms:language <http://lexvo.org/id/iso639-3/yue>",
    ),
    Claim(
        "the licence of a file is that of the file",
        "x.json",
        rest7(
            {"dc.type": "Dataset"},
            _embedded={
                "bundles": {
                    "_embedded": {
                        "bundles": [
                            {
                                "name": "ORIGINAL",
                                "_embedded": {
                                    "bitstreams": {
                                        "_embedded": {
                                            "bitstreams": [
                                                {
                                                    "name": "a.csv",
                                                    "metadata": {
                                                        "dc.rights.uri": [
                                                            {"value": "https://creativecommons.org/licenses/by/4.0/"}
                                                        ]
                                                    },
                                                }
                                            ]
                                        }
                                    }
                                },
                            }
                        ]
                    }
                }
            },
        ),
        "?f a fabio:ComputerFile ; dcterms:license <http://creativecommons.org/licenses/by/4.0/>",
        "?w dcterms:license ?l",
    ),
    Claim(
        "the licence of a file of schema.org is that of the file",
        "x.json",
        json.dumps(
            {
                "@context": "https://schema.org",
                "@type": "Dataset",
                "name": "A title",
                "url": "https://x.example.org/1",
                "distribution": [
                    {
                        "@type": "DataDownload",
                        "contentUrl": "https://x.example.org/a.csv",
                        "license": "https://creativecommons.org/publicdomain/zero/1.0/",
                    }
                ],
            }
        ),
        "?f a fabio:ComputerFile ; dcterms:license <http://creativecommons.org/publicdomain/zero/1.0/>",
        "?w dcterms:license ?l",
    ),
]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.says)
def test_the_graph_says_what_the_source_says(claim: Claim, tmp_path: Path) -> None:
    check(claim, tmp_path)
