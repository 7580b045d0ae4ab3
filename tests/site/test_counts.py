"""Whatever says how many works, records and triples there are says the same."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.conftest import EXAMPLES, GOLDEN, Site, shelfgraph
from tests.test_sparql import ask

SHARED = [path for path in GOLDEN.iterdir() if path.name.startswith("source-") and path.suffix != ".nt"]


class Loaded(NamedTuple):
    """A site, and what `load` said of its data."""

    site: Site
    said: str

    def number(self, noun: str) -> int:
        """How many of what the folder holds, as `load` said."""
        line = next(line for line in self.said.splitlines() if "the folder holds" in line)
        found = re.search(rf"([\d,]+) {noun}", line) or re.search(rf"([\d,]+) {noun}", self.said)
        assert found, self.said
        return int(found[1].replace(",", ""))


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    """Records of many formats, some of them twice, one withdrawn."""
    folder = tmp_path_factory.mktemp("counts") / "data"
    sources = [*EXAMPLES.iterdir(), *SHARED, EXAMPLES / "lighthouse.txt"]
    done = shelfgraph("load", *sources, "--data", folder)
    site = Site("--data", folder)
    yield Loaded(site, done.stderr.decode())
    site.stop()


def text(site: Site, path: str) -> str:
    """The text of a page."""
    page = ask(site, "GET", path, Accept="text/html").body.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))


def stated(pattern: str, words: str) -> int:
    """The number that stands in words."""
    found = re.search(pattern, words)
    assert found, (pattern, words[:2_000])
    return int(found[1].replace(",", ""))


def test_works_are_as_many_everywhere(loaded: Loaded) -> None:
    site, works = loaded.site, loaded.number("works?")
    assert works > 20
    listed, number = 0, 1
    while (answer := ask(site, "GET", f"/records{f'/page/{number}' if number > 1 else ''}.json")).status == 200:
        listed, number = listed + len(json.loads(answer.body)["records"]), number + 1
    rows = list(csv.reader(ask(site, "GET", "/search.csv?q=").body.decode("utf-8-sig").splitlines()))
    found = {
        "front page": stated(r"([\d,]+) works", text(site, "/")),
        "search": stated(r"([\d,]+) works", text(site, "/search")),
        "list": listed,
        "CSV": len(rows) - 1,
        "dataset, page": stated(r"Records ([\d,]+)", text(site, "/shelf.html")),
        "dataset, VoID": stated(r"void:documents (\d+)", ask(site, "GET", "/shelf.ttl").body.decode()),
    }
    assert found == dict.fromkeys(found, works)


def test_harvesters_get_works_and_withdrawn_records(loaded: Loaded) -> None:
    held = loaded.number("works?") + loaded.number("withdrawn records?")
    page = ask(loaded.site, "GET", "/oai?verb=ListIdentifiers&metadataPrefix=oai_dc").body.decode()
    listed = page.count("<header")
    assert (stated(r'completeListSize="(\d+)"', page) if "completeListSize" in page else listed) == held
    assert page.count('status="deleted"') == loaded.number("withdrawn records?") == 1


def test_triples_are_as_many_everywhere(loaded: Loaded) -> None:
    site, triples = loaded.site, loaded.number("triples")
    query = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    counted = ask(site, "POST", "/sparql", query.encode(), Content_Type="application/sparql-query", Accept="text/csv")
    assert int(counted.body.split()[1]) == triples
    assert stated(r"Statements ([\d,]+)", text(site, "/shelf.html")) == triples
    assert ask(site, "GET", "/graph?default", Accept="application/n-triples").body.count(b" .\n") == triples


def test_numbers_that_differ_are_explained(loaded: Loaded) -> None:
    # Records that came more than once, and triples that several records share.
    assert "came more than once" in loaded.said
    assert "triples, each once" in loaded.said


def test_what_is_loaded_again_says_what_the_folder_holds(tmp_path: Path) -> None:
    first, again = (shelfgraph("load", EXAMPLES, "--data", tmp_path / "d").stderr.decode() for _ in range(2))
    # Two records say alike that a language is that of another list.
    held = re.search(r"the folder holds 7 works, 1 withdrawn record and \d+ triples", first)
    assert held
    assert held[0] in again


@pytest.mark.parametrize("command", ["load", "serve"])
def test_the_step_that_is_named_after_errors_can_be_taken(tmp_path: Path, command: str) -> None:
    source = tmp_path / "r.csv"
    source.write_text("id,dc.title,dc.date.issued\n1,Lights,2019-13\n", encoding="utf-8")
    if command == "load":
        said = shelfgraph("load", source, "--data", tmp_path / "d").stderr.decode()
        assert f"run “shelfgraph report --data {tmp_path / 'd'}”" in said
        table = shelfgraph("report", "--data", tmp_path / "d").stdout.decode()
        assert "warning,1,dc.date.issued," in table
        assert "2019-13" in table
    else:
        said = Site(source, "--log", "none").stop()
        assert "run “shelfgraph load” on the same sources, then “shelfgraph report”" in said
    report = tmp_path / "findings.csv"
    shelfgraph("load", source, "--data", tmp_path / "d", "--report", report)
    assert "2019-13" in report.read_text(encoding="utf-8")
