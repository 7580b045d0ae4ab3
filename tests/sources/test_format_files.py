"""A record of each format as rich as its documentation allows: title, names and date reach the graph, and every leaf.

`tests/data/formats` holds the records; each is made up after the documentation of its format.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from converter.record import Record
from converter.sources.detection import read
from tests.leaves import unaccounted

FOLDER = Path(__file__).parents[1] / "data" / "formats"
ROOK, QUILL = "Rook, Ida", "Quillfeather, Bram J., Jr."


class Claim(NamedTuple):
    """What a file says first of all."""

    title: str
    names: tuple[str, ...]
    date: str


CLAIMS = {
    "arxiv.xml": Claim("Spin foams of the lower shore", (QUILL, "Kelp Collaboration"), "1999-12-02"),
    "arxivraw.xml": Claim(
        "On gravel", ("Quillfeather, B. J.", ROOK, "van Dam, Tove Aas"), "Mon, 4 Jan 2021 09:15:00 GMT"
    ),
    "contentdm.xml": Claim("View of the pier", ("Aas, Tove",), "1912-06"),
    "crossref.json": Claim("Foam & sand", (ROOK, "Foam Group", "Gull, Ann, Jr", "Aas, Tove", "Vik, Per"), "2020-05"),
    "csl.json": Claim("The reef", ("van den Berg, Nils", "Reef Group", "Gull, Ann, III", "Moe, Ola"), "2013-02"),
    "datacite.xml": Claim("Tide gauges", (ROOK, "Hydrographic Office", "Aas, Tove", "Moe, Ola"), "2024-02-01"),
    "doaj.xml": Claim("Of shingle", ("Ida Rook", "Tove Aas"), "2018-03-01"),
    "fragment.xml": Claim("Undeclared", (ROOK,), "2011"),
    "invenio.json": Claim("Invenio waves", (ROOK, "Foam Group", "Aas, Tove"), "2023-05/2023-06"),
    "jpcoar1.xml": Claim("潮の研究", ("Hamada, Umi", "Aas, Tove"), "2016-03"),
    "jpcoar2.xml": Claim("Map of the bay", ("Hydrographic Office",), "1920~"),
    "marc.xml": Claim("The tides. Part 2, Ebb: a history", (ROOK, "Aas, Tove"), "[1999]"),
    "metha.xml": Claim("Cached wave", (ROOK,), "2011"),
    "metsmods.xml": Claim("The Tide tables: for 1900. 2", (ROOK,), "1900"),
    "oaf.xml": Claim("All foam", (ROOK, "Tide Consortium"), "2017-07-01"),
    "onix.xml": Claim("The dunes", ("van Rook, Ida", "Ola Moe", "Dune Group"), "202004"),
    "schema.html": Claim("Foam set", (ROOK, "Foam Group", "Tove Aas"), "2022-03-04"),
    "unknown.xml": Claim("Learning tides", (), "2012-03-04"),
    "unknown2.xml": Claim("Tide survey", (ROOK,), "2013-01-01"),
    "unknown3.xml": Claim("Rook papers", ("Aas, Tove", ROOK), "1900-1950"),
    "zenodo.json": Claim("Foam data", (ROOK, "Foam Group", "Aas, Tove"), "2020-02-03"),
    "zotero.json": Claim("Ebb", (ROOK, "Tide Group"), "March 2015"),
    **{f"qdc{number}.xml": Claim(f"Kelp {number}", (ROOK,), "2009-10") for number in range(1, 8)},
}


def test_every_file_has_a_claim() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(CLAIMS)


@pytest.mark.parametrize("name", CLAIMS)
def test_the_record_says_title_names_and_date(name: str) -> None:
    claim, found = CLAIMS[name], next(read(str(FOLDER / name)))
    assert " ".join(found.values("dc.title")[0].split()) == claim.title
    assert set(claim.names) <= names(found)
    assert claim.date in {
        field.value for field in found.fields if "date" in field.name or field.name == "dcterms.created"
    }


@pytest.mark.parametrize("name", CLAIMS)
def test_every_leaf_of_it_is_accounted_for(name: str) -> None:
    assert unaccounted(FOLDER / name) == []


def names(record: Record) -> set[str]:
    """All who had a part in it."""
    return {field.value for field in record.fields if field.name.startswith(("dc.contributor.", "dc.creator"))}
