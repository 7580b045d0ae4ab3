"""The tests of the W3C for SPARQL 1.0 and 1.1, against the running server; skipped where the suites are not here.

Updates, federation and entailment are what this endpoint does not do; of the Graph Store Protocol it has the read side.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import pyoxigraph
import pytest
import rdflib
from rdflib.compare import isomorphic

from tests.conftest import COMMAND, Site
from tests.sweep.conftest import COLLECTION
from tests.test_sparql import ask

HARNESS = COLLECTION / "conformance" / "harness"
ALLOWED = HARNESS / "allow" / "pyoxigraph-0.5.13.txt"
_QUERIES = """aggregates bind bindings cast construct csv-tsv-res exists functions grouping json-res negation
project-expression property-path subquery syntax-fed syntax-query"""
PARTS = {
    "1.0, algebra to expr": ("23050-23350", ["sparql10/[a-e]*"]),
    "1.0, graph to type": ("23351-23550", ["sparql10/[f-r]*", "sparql10/s[!y]*", "sparql10/t*"]),
    "1.0, syntax": ("23551-23650", ["sparql10/syntax-*"]),
    "1.1": ("23651-24650", [f"sparql11/{name}" for name in _QUERIES.split()]),
}
CEILING = {"1.0, algebra to expr": 137, "1.0, graph to type": 132, "1.0, syntax": 198, "1.1": 329}
"""796 of 823: all but the engine's own failures."""


@pytest.fixture(scope="session")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked suite."""
    packed = COLLECTION / "conformance" / "suites.tar.xz"
    folder = tmp_path_factory.mktemp("suites")
    with tarfile.open(packed) as archive:
        archive.extractall(folder, filter="data")
    return next(path for path in folder.rglob("sparql") if path.is_dir())


@pytest.fixture(scope="session")
def started(suite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, tuple[Any, Path]]]:
    """The harness on every part of the query tests, all at the same time: each waits for servers to start, mostly."""
    folder = tmp_path_factory.mktemp("outcomes")
    launch = f"{' '.join(COMMAND)} serve {{data.nq}} --port {{port}} --workers 1 --log none"
    running = {}
    for number, (part, (ports, categories)) in enumerate(PARTS.items()):
        outcomes = folder / f"{number}.json"
        arguments = [
            "--suite",
            suite,
            "--ports",
            ports,
            "--query",
            "http://127.0.0.1:{port}/sparql",
            "--launch",
            launch,
        ]
        command = [*arguments, "--json", outcomes, "--allow-fail", ALLOWED, "--categories", *categories]
        running[part] = (start("sparql_suite.py", *command), outcomes)
    yield running
    for process, _ in running.values():
        process.kill()
        process.communicate()


def start(script: str, *arguments: object) -> subprocess.Popen[str]:
    """A harness."""
    command = [sys.executable, str(HARNESS / script), *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


@pytest.mark.parametrize("part", PARTS)
def test_queries_give_what_the_suite_expects(started: dict[str, tuple[Any, Path]], part: str) -> None:
    process, outcomes = started[part]
    stated, _ = process.communicate(timeout=900)
    assert process.returncode == 0, stated[-4_000:]
    counted = Counter(one["outcome"] for one in json.loads(outcomes.read_text(encoding="utf-8")))
    assert counted["pass"] + counted["soft"] == CEILING[part]


def test_the_protocol_and_the_service_description_give_what_the_suite_expects(suite: Path, site: Site) -> None:
    process = start("protocol_suite.py", "--suite", suite, "--query", f"{site.base}sparql", "--extra", "-v")
    stated, _ = process.communicate(timeout=100)
    assert process.returncode == 0, stated[-4_000:]
    lines = [line.split() for line in stated.splitlines() if line.startswith("pass ")]
    passed = Counter(words[1].partition("/")[0] for words in lines)
    assert (passed["protocol"], passed["service-description"], passed["extra"]) == (14, 3, 35)


class Shelf(NamedTuple):
    """A graph store by what it holds, and the requests of the suite that read it in this state."""

    graphs: dict[str, bytes]
    reads: list[dict[str, Any]]


def shelves(suite: Path) -> list[Shelf]:
    """The states of a graph store in which the suite reads it: a graph holds what is expected of it.

    Left out are requests that read at an address which the store was asked to think of.
    """
    sys.path.insert(0, str(HARNESS))
    import conformlib  # noqa: PLC0415 - it is there only where the suites are
    import protocol_suite  # noqa: PLC0415

    manifest = conformlib.Suite(str(suite)).manifest("sparql11/graph-store-protocol/manifest-indirect.ttl")
    kind = rdflib.URIRef(f"{conformlib.MF}GraphStoreProtocolTest")
    found: list[Shelf] = []
    for test in sorted(manifest.subjects(rdflib.RDF.type, kind)):
        for request in protocol_suite.read_requests(manifest, test):
            if request["method"] in {"GET", "HEAD"} and "$LOCATION$" not in request["path"]:
                graph = "".join(parse_qs(urlsplit(request["path"]).query).get("graph", [""]))
                body = b" ".join((request["resp_body"] or b"").split())
                shelf = next((one for one in found if not body or one.graphs.get(graph, body) == body), Shelf({}, []))
                if not shelf.reads:
                    found.append(shelf)
                shelf.reads.append(request)
                if body:
                    shelf.graphs[graph] = body
    return found


def test_graphs_are_read_as_the_suite_expects(suite: Path, tmp_path: Path) -> None:
    read = 0
    for number, shelf in enumerate(shelves(suite)):
        data = tmp_path / f"{number}.nq"
        quads = [
            pyoxigraph.Quad(*quad.triple, pyoxigraph.NamedNode(graph) if graph else pyoxigraph.DefaultGraph())
            for graph, body in shelf.graphs.items()
            for quad in pyoxigraph.parse(body, pyoxigraph.RdfFormat.TURTLE, rename_blank_nodes=True)
        ]
        pyoxigraph.serialize(quads, str(data), pyoxigraph.RdfFormat.N_QUADS)
        site = Site(data)
        try:
            for request in shelf.reads:
                assert not fault(site, request), request["path"]
                read += 1
        finally:
            site.stop()
    assert read == 11


def fault(site: Site, request: dict[str, Any]) -> str:
    """What is wrong with the answer to a request of the suite."""
    path = request["path"].replace("/gsp", "/graph", 1)
    answer = ask(site, request["method"], path, **{name.replace("-", "_"): value for name, value in request["headers"]})
    if answer.status not in request["status"]:
        return f"status {answer.status}"
    for name, value in request["resp_headers"]:
        if answer.headers.get(name) != value:
            return f"{name}: {answer.headers.get(name)}"
    if request["method"] == "HEAD" and answer.body:
        return "a body"
    if request["resp_body"]:
        stated, expected = (
            rdflib.Graph().parse(data=data, format="turtle") for data in (answer.body, request["resp_body"])
        )
        return "" if isomorphic(stated, expected) else answer.body.decode()
    return ""
