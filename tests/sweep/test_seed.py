"""The record that the project began with: what holds of a page like it, and the worked example of the profile."""

from __future__ import annotations

import os
from pathlib import Path

from rdflib import DC, Graph

from tests.sweep.conftest import COLLECTION
from tests.test_record_page import FABIO, PRISM, Facts, RecordPage


class TestSeed(RecordPage):
    """The page itself."""

    facts = Facts(
        page=next(iter(sorted((COLLECTION / "seed").glob("*.txt"))), Path(os.devnull)),
        handle="10722/129504",
        authors="Liang, J|Zhang, H|Hua, B|Wang, H|Lu, L|Shi, S|Hou, Y|Zeng, X|Gilkeson, GS|Sun, L",
        keyed="rp00477",
        said={
            PRISM.doi: "10.1136/ard.2009.123463",
            FABIO.hasPubMedId: "20650877",
            FABIO.hasHandle: "10722/129504",
            PRISM.volume: "69",
            PRISM.issueIdentifier: "8",
            PRISM.startingPage: "1423",
            PRISM.endingPage: "1429",
            PRISM.publicationName: "Annals of the Rheumatic Diseases",
            DC.language: "eng",
            DC.type: "Article",
        },
        identifiers={
            "scopus-eid": "2-s2.0-77955451557",
            "wos": "000280171700004",
            "hkuros": "176945",
            "citeulike": "7929918",
        },
        issn="0003-4967",
        volume="69",
        issue="8",
        paired_heading="lupus-erythematosus-systemic",
        qualifiers=("immunology", "therapy"),
        publisher="b-m-j-publishing-group",
        place="united-kingdom",
        metrics={"27.973", "6.333"},
        funding="This study was supported by grants from the National Natural Science Foundation",
        private=b"liweilu",
    )

    def test_it_holds_the_worked_example_and_nothing_else(self, graph: Graph) -> None:
        """The example, less its raw rows, its provenance activity, its chain of roles and its digest of an address."""
        example = Graph().parse(COLLECTION / "model" / "seed-record.ttl")
        left_out = (
            "/ns#",
            "/129504#v",
            "#conversion",
            "/oc/ontology/",
            "mbox",
            "/crosswalk/",
            "/converter/",
            "generatedAt",
        )
        text = [" ".join(term.n3() for term in triple) for triple in example]
        expected = {line for line in text if not any(mark in line for mark in left_out)}
        found = {" ".join(term.n3() for term in triple) for triple in graph}
        person = next(line for line in found if "rp00477" in line).partition("/person/")[2].partition("/")[0]
        found = {line.replace(f"/person/{person}/", "/person/hku/") for line in found}
        # The dataset has another address, and the digest is of what is published of the record.
        # The links to MeSH itself, to the page of the journal's ISSN and to countries came later than the example.
        late = ("inDataset", "sha256", "exactMatch", "portal.issn.org", "lexvo.org/id/iso3166")
        changed = {line for line in expected ^ found if not any(mark in line for mark in late)}
        assert not changed
