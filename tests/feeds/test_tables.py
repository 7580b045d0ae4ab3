"""`shelfgraph dump --format parquet`: tables that DuckDB answers questions of, with the schema that is documented."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from converter.publish import dump_files, parquet
from tests import clients
from tests.commands import shelfgraph
from tests.conftest import EXAMPLES, GOLDEN, ROOT, Site
from tests.feeds.test_dataset import number
from tests.test_sparql import ask

BASE = "https://data.example.org/"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example records, and some that cite others."""
    folder = tmp_path_factory.mktemp("tables") / "data"
    citing = folder.parent / "citing.csv"
    citing.write_text(
        "id,dc.title,dc.relation.references\n7,Later lights,https://doi.org/10.5555/coastal.2019.0142\n",
        encoding="utf-8",
    )
    sources = (EXAMPLES, citing, GOLDEN / "chapter-in-a-book.xml")
    assert shelfgraph("load", *sources, "--data", folder, "--base", BASE).returncode == 0
    assert shelfgraph("dump", "--data", folder, "--format", "parquet").returncode == 0
    return folder


@pytest.fixture
def tables(data: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The tables, by their names."""
    with duckdb.connect() as database:
        for table in parquet.tables():
            path = data / "dumps" / f"1.{table}.parquet"
            database.execute(f"CREATE VIEW {table} AS SELECT * FROM '{path}'")
        yield database


def answers(tables: duckdb.DuckDBPyConnection, query: str) -> list[tuple[object, ...]]:
    """The rows of a query."""
    return tables.execute(query).fetchall()


def test_who_wrote_a_work_in_which_order(tables: duckdb.DuckDBPyConnection) -> None:
    found = answers(
        tables,
        "SELECT c.position, c.name, a.kind FROM works w JOIN contributions c USING (work) JOIN agents a USING (agent)"
        " WHERE w.doi = '10.5555/coastal.2019.0142' AND c.role = 'author' ORDER BY c.position",
    )
    assert found[:3] == [(1, "Marrow, T", "person"), (2, "Quill, A", "person"), (3, "Brandt-Yao, LM", "person")]
    assert [position for position, _, _ in found] == [*range(1, len(found) + 1)]


def test_how_many_works_a_journal_has_each_year(tables: duckdb.DuckDBPyConnection) -> None:
    found = answers(
        tables,
        "SELECT c.title, c.issns, w.year, count(*) FROM works w JOIN containers c USING (container)"
        " WHERE c.kind = 'journal' AND c.title LIKE 'Annals%' GROUP BY ALL ORDER BY ALL",
    )
    assert found == [("Annals of Coastal Ecology", ["5555-1238"], 2019, 1)]


def test_what_a_funder_paid_for(tables: duckdb.DuckDBPyConnection) -> None:
    found = answers(
        tables,
        "SELECT g.number, w.title, list_sort(list(s.label)) FROM grants g JOIN works w USING (work)"
        " JOIN subjects s USING (work) WHERE g.funder_name = 'Foundation for Night Ecology' GROUP BY ALL",
    )
    ((grant, title, subjects),) = found
    assert grant == "FNE-88312"
    assert str(title).startswith("How coastal lights")
    assert "lighthouses" in subjects


def test_which_works_cite_which(tables: duckdb.DuckDBPyConnection) -> None:
    found = answers(
        tables,
        "SELECT DISTINCT w.title, other.title FROM citations c JOIN works w USING (work) JOIN works other"
        " ON c.identifier_type = 'DOI' AND c.identifier = other.doi WHERE c.relation IN ('Cites', 'References')",
    )
    assert [(title, str(other)[:18]) for title, other in found] == [("Later lights", "How coastal lights")]


def test_every_table_has_the_columns_that_are_documented(data: Path) -> None:
    for table, columns in parquet.tables().items():
        path = data / "dumps" / f"1.{table}.parquet"
        with duckdb.connect() as database:
            described = database.execute(f"DESCRIBE SELECT * FROM '{path}'").fetchall()
            ((meanings,),) = database.execute(f"SELECT value FROM parquet_kv_metadata('{path}')").fetchall()
        assert [(name, type_) for name, type_, *_ in described] == [(column.name, column.type) for column in columns]
        assert json.loads(meanings) == {column.name: column.meaning for column in columns}


def test_the_documentation_is_made_of_the_table() -> None:
    made = subprocess.run([sys.executable, ROOT / "docs" / "tables.py", "-"], capture_output=True, check=True)
    assert made.stdout == (ROOT / "docs" / "tables.md").read_bytes(), "run python docs/tables.py"


def test_each_thing_stands_once_and_every_reference_leads_to_one(tables: duckdb.DuckDBPyConnection) -> None:
    for table, key in (("works", "work"), ("agents", "agent"), ("containers", "container")):
        assert answers(tables, f"SELECT {key} FROM {table} GROUP BY ALL HAVING count(*) > 1") == []
    for column, table in (("agent", "contributions"), ("container", "works")):
        of = f"{column}s"
        lost = f"SELECT {column} FROM {table} ANTI JOIN {of} USING ({column}) WHERE {column} IS NOT NULL"
        assert answers(tables, lost) == []
    assert (
        answers(tables, "SELECT funder FROM grants ANTI JOIN agents ON funder = agent WHERE funder IS NOT NULL") == []
    )


def test_the_site_offers_the_tables_and_counts_the_same_works(data: Path) -> None:
    site = Site("--data", data)
    answer = ask(site, "GET", "/dumps/latest.works.parquet")
    assert answer.headers["location"].endswith("/dumps/1.works.parquet")
    file = ask(site, "GET", "/dumps/1.works.parquet")
    assert file.headers["content-type"] == "application/vnd.apache.parquet"
    (data.parent / "works.parquet").write_bytes(file.body)
    works = f"SELECT count(*) FROM '{data.parent / 'works.parquet'}'"
    ((count,),) = duckdb.connect().execute(works).fetchall()
    assert count == number(site, "SELECT (COUNT(*) AS ?n) { ?d <http://rdfs.org/ns/void#inDataset> ?s }")
    site.stop()


def test_the_tables_are_described_in_croissant(data: Path, tmp_path: Path) -> None:
    site = Site("--data", data, "--licence", "https://creativecommons.org/publicdomain/zero/1.0/")
    try:
        stated = ask(site, "GET", "/dumps/croissant.json").body
        shelf = ask(site, "GET", "/shelf.ttl").body.decode()
        found = clients.read("croissant_records.py", site.base, BASE)
    finally:
        site.stop()
    assert "dumps/croissant.json" in shelf
    sets = {one["@id"]: one for one in json.loads(stated)["recordSet"]}
    assert {name: len(one["field"]) for name, one in sets.items()} == {
        table: len(columns) for table, columns in parquet.tables().items()
    }
    with duckdb.connect() as database:
        for table in parquet.tables():
            ((rows,),) = database.execute(f"SELECT count(*) FROM '{data / 'dumps' / f'1.{table}.parquet'}'").fetchall()
            assert found["rows"][table] == rows
    assert found["faults"] == []
    # Nobody has said who made them, and how they are to be cited.
    assert [one for one in found["warnings"] if "creator" not in one and "citeAs" not in one] == []
    assert found["first"]["contributions/name"]


def test_two_dumps_of_the_same_data_are_the_same_bytes(data: Path, tmp_path: Path) -> None:
    for name in "ab":
        assert shelfgraph("dump", "--data", data, "--format", "parquet", "-o", tmp_path / name).returncode == 0
    for table in parquet.tables():
        one, other = ((tmp_path / name / f"{table}.parquet").read_bytes() for name in "ab")
        assert one == other
    assert {dump.path.name for dump in dump_files.kept(data)} == {f"1.{table}.parquet" for table in parquet.tables()}
    assert not list(tmp_path.rglob(".sorting-*"))


@pytest.mark.parametrize(
    "words",
    [
        ("--format", "parquet", "-o", "-"),
        ("--format", "parquet", "--compress", "gzip"),
        ("--format", "parquet", "--since", "1"),
        ("-o", "all.parquet"),
    ],
)
def test_options_that_mean_one_file_are_refused(data: Path, words: tuple[str, ...]) -> None:
    done = shelfgraph("dump", "--data", data, *words)
    assert done.returncode == 2
    assert b"folder" in done.stderr or b"-o DIR" in done.stderr


def test_without_the_library_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    (tmp_path / "rows").write_text("")
    with pytest.raises(Exception, match=r"shelfgraph\[parquet\]"):
        parquet.write("works", tmp_path / "rows", tmp_path / "works.parquet")


@pytest.mark.parametrize("value", ["it's", 'a "quoted" one', "line\nbreak", "\U0001f30a", "a\\b", "x" * (1 << 20)])
def test_a_value_comes_as_it_is(tmp_path: Path, value: str) -> None:
    row = {"thing": "urn:x", "scheme": "other", "value": value}
    (tmp_path / "rows's").write_text(json.dumps(row) + "\n", encoding="utf-8")
    parquet.write("identifiers", tmp_path / "rows's", tmp_path / "identifiers.parquet")
    with duckdb.connect() as database:
        assert database.execute(f"SELECT * FROM '{tmp_path / 'identifiers.parquet'}'").fetchall() == [
            ("urn:x", "other", value)
        ]
