"""Shelfgraph as a library."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from rdflib import DCTERMS, Graph, Literal

import shelfgraph as library
from converter.errors import SourceError, StoreError, UsageError
from converter.record import Field
from shelfgraph import Record, Repository, convert, load, open_graph
from tests.commands import shelfgraph
from tests.conftest import EXAMPLES, ROOT, Site

BASE = "https://x.example.org/"
LIGHTHOUSE = EXAMPLES / "lighthouse.txt"
TERNS = Record(identifier="1/2", handle="1/2", fields=(Field("dc.title", "Terns"),))


def test_it_makes_what_the_command_makes() -> None:
    assert convert(LIGHTHOUSE).text("ttl").encode() == shelfgraph("convert", LIGHTHOUSE).stdout


@pytest.mark.parametrize(
    "source", [str(LIGHTHOUSE), LIGHTHOUSE, LIGHTHOUSE.read_bytes()], ids=["name", "path", "bytes"]
)
def test_a_source_is_named_or_given(source: str | Path | bytes) -> None:
    assert set(convert(source, base=BASE)) == set(convert(LIGHTHOUSE, base=BASE))


def test_records_may_be_made_in_python() -> None:
    graph = convert([TERNS], base=BASE).graph()
    assert (None, DCTERMS.title, Literal("Terns")) in graph
    assert graph.qname("http://purl.org/spar/fabio/Work") == "fabio:Work"


def test_what_was_noticed_is_kept() -> None:
    converted = convert([Record(identifier="1/2", handle="1/2", fields=(Field("dc.date.issued", "soon"),))])
    assert list(converted)
    assert [(finding.field, finding.value) for finding in converted.findings] == [("dc.date.issued", "soon")]


def test_a_document_is_written(tmp_path: Path) -> None:
    convert([TERNS], base=BASE).write(tmp_path / "x.rdf", "rdf")
    assert (None, DCTERMS.title, Literal("Terns")) in open_graph(tmp_path / "x.rdf")


def test_records_are_kept_in_a_folder(tmp_path: Path) -> None:
    loaded = load(EXAMPLES, tmp_path / "d", base=BASE)
    assert loaded.works == sum(not record.deleted for record in Repository(tmp_path / "d").records())
    again = Repository(tmp_path / "d").load(LIGHTHOUSE)
    assert (again.changes, again.generation) == (0, loaded.generation)
    assert Repository(tmp_path / "d").base == BASE
    query = "SELECT (COUNT(*) AS ?n) { ?s <http://purl.org/dc/terms/title> ?o }"
    assert next(iter(open_graph(tmp_path / "d").query(query)))[0].toPython() > 0


def test_an_endpoint_is_a_graph(site: Site) -> None:
    graph = open_graph(f"{site.base}sparql")
    assert [str(row[0]) for row in graph.query("SELECT ?o { ?s <http://purl.org/spar/fabio/hasPubMedId> ?o }")] == [
        "99000142"
    ]


def test_faults_name_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="ends with neither"):
        convert(LIGHTHOUSE, base="https://x.example.org")
    with pytest.raises(UsageError, match="there are ttl"):
        convert(LIGHTHOUSE).text("tortoise")
    with pytest.raises(SourceError):
        list(convert(b"nothing"))
    with pytest.raises(StoreError, match="nothing has been loaded"):
        open_graph(tmp_path / "none")
    (tmp_path / "x.txt").write_text("x", encoding="utf-8")
    with pytest.raises(SourceError, match="no RDF by its name"):
        open_graph(tmp_path / "x.txt")
    with pytest.raises(AttributeError, match="tortoise"):
        library.tortoise  # type: ignore[attr-defined] # noqa: B018 - that it is not there


def test_the_library_costs_the_command_nothing() -> None:
    code = "import shelfgraph, sys; assert not {'rdflib', 'pyoxigraph', 'converter.record'} & set(sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=ROOT).returncode == 0


def test_every_package_says_that_it_is_typed() -> None:
    packages = ("converter", "ontology", "queries", "server", "shelfgraph")
    assert [name for name in packages if not (ROOT / name / "py.typed").exists()] == []
    assert isinstance(convert([TERNS]).graph(), Graph)
