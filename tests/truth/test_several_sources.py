"""What several sources say together: works of one key, titles of one journal, a collection of two names."""

from __future__ import annotations

import json
from pathlib import Path

import pyoxigraph
import pytest

from shelfgraph import Repository
from tests.commands import shelfgraph
from tests.truth.claims import (
    Answer,
    dc,
    marc,
    ris,
    table,
)

TWO_OF_A_KEY = {
    "bib": ("@book{k9, author={Rook, Ida}, title={Tides}, year=2012}", "@book{k9, author={Aas, Bo}, title={Sand}}"),
    "ris": (ris("BOOK", "ID k9", "AU Rook, Ida"), ris("BOOK", "ID k9", "AU Aas, Bo").replace("A title", "Sand")),
    "xml": (marc("245 10 $aTides", number="k9"), marc("245 10 $aSand", number="k9")),
    "json": tuple(
        json.dumps([{"id": "k9", "type": "book", "title": title, "author": [{"family": name, "given": "X"}]}])
        for title, name in (("Tides", "Rook"), ("Sand", "Aas"))
    ),
}


@pytest.mark.parametrize("ending", TWO_OF_A_KEY)
def test_two_works_that_two_files_call_alike_are_two(ending: str, tmp_path: Path) -> None:
    paths = [tmp_path / f"{place}.{ending}" for place in range(2)]
    for path, text in zip(paths, TWO_OF_A_KEY[ending], strict=True):
        path.write_text(text, encoding="utf-8")
    assert Answer(*paths).holds("?x a fabio:Book . ?w a fabio:Book . FILTER(?x != ?w)")
    assert not Answer(*paths).holds("?w dcterms:title ?one , ?other . FILTER(?one != ?other)")
    folder = Repository(tmp_path / "data")
    for path in paths:
        folder.load(path)
    assert folder.load(paths[1]).changes == 0
    assert folder.load(paths[0]).works == 2


def test_a_corrected_work_under_its_key_is_one(tmp_path: Path) -> None:
    folder = Repository(tmp_path / "data")
    for title in ("Tydes", "Tides"):
        path = tmp_path / "x.bib"
        path.write_text(f"@book{{k9, author={{Rook, Ida}}, title={{{title}}}, year=2012}}", encoding="utf-8")
        loaded = folder.load(path)
    assert loaded.works == 1


def test_documents_of_json_ld_say_the_same_of_shared_things_as_lines_do(tmp_path: Path) -> None:
    titles = ("Journal of Terns", "J. of Terns", "Journal of Terns")
    for place, title in enumerate(titles):
        text = ris("JOUR", f"ID k{place}", f"JO {title}", "SN 8765-0037", "PB Tern Press")
        (tmp_path / f"{place}.ris").write_text(text.replace("A title", f"Title {place}"), encoding="utf-8")
    graphs = []
    for form, format_ in (("nt", pyoxigraph.RdfFormat.N_TRIPLES), ("jsonld", pyoxigraph.RdfFormat.JSON_LD)):
        done = shelfgraph("convert", tmp_path, "--to", form)
        graphs.append({str(quad.triple) for quad in pyoxigraph.parse(done.stdout, format_)})
    assert graphs[0] == graphs[1]
    assert sum("dc/terms/title" in line and "/journal/" in line for line in graphs[0]) == 1


def test_a_collection_is_one_by_its_set_and_by_its_handle(tmp_path: Path) -> None:
    (tmp_path / "set.xml").write_text(
        dc(identifier="oai:r.example.org:12345/7").replace(
            "</datestamp>", "</datestamp><setSpec>col_12345_2</setSpec>"
        ),
        encoding="utf-8",
    )
    (tmp_path / "table.csv").write_text(table().replace("1/1", "12345/2"), encoding="utf-8")
    found = Answer(tmp_path / "set.xml", tmp_path / "table.csv")
    assert found.holds("?a dcterms:isPartOf ?c . ?b dcterms:isPartOf ?c . ?c a dcmitype:Collection FILTER(?a != ?b)")
    assert not found.holds("?c a dcmitype:Collection . ?e a dcmitype:Collection FILTER(?c != ?e)")
