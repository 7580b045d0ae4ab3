"""Real records of many repositories: nothing is lost, nothing hangs, nothing grows."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import unquote

import pyoxigraph
import pytest
from rdflib.compare import isomorphic, to_isomorphic

import ontology
from converter.errors import ShelfgraphError
from converter.mapping.engine import Mapper
from converter.privacy import SILENT, masked
from converter.record import Record
from converter.sources.detection import read
from converter.store.data_folder import DataFolder
from server.documents.resources import THINGS
from server.pages import browse
from server.representations.registry import FULL, forms
from tests.commands import shelfgraph
from tests.conftest import COMMAND, Site
from tests.feeds.servers import PROXIES
from tests.feeds.test_mirror import mirrored
from tests.leaves import unaccounted
from tests.site.test_documents import as_graph
from tests.site.test_headers import FEEDS, MOST, head
from tests.sources.test_kinds import Findings, lost
from tests.sweep.conftest import COLLECTION
from tests.test_sparql import ask

Named = pyoxigraph.NamedNode | pyoxigraph.Literal
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
PER_FOLDER, LARGEST = 3, 200_000
FOLDERS = sorted(path.name for path in (COLLECTION / "records").glob("*/"))


def complete(mapper: Mapper, record: Record) -> None:
    """Every value of the record is in the graph, in a line of the report, or private; nothing else becomes of one."""
    mapped = mapper.map(record)
    withheld = sum(finding.reason.startswith("withheld") for finding in mapped.findings)
    assert len(mapped.outcomes) + withheld >= len(record.fields) + len(record.files)
    makers = {id(origin.field) for origins in mapped.lines.values() for origin in origins}
    stated = {(finding.field, finding.value) for finding in mapped.findings}
    for field, _, outcome in mapped.outcomes:
        in_graph, in_report = id(field) in makers, (field.name, masked(field.value)) in stated
        expected = {"mapped": in_graph, "fallback": in_graph and in_report, "reported": in_report}
        assert expected.get(outcome, record.deleted or in_report or outcome == "private"), (field, outcome)
    lines = "\n".join(mapped.lines)
    assert len(list(pyoxigraph.parse(lines, format=pyoxigraph.RdfFormat.N_TRIPLES))) == len(mapped.lines)


def stated(act: Callable[[], object]) -> str:
    """What the fault says in which an act ends, nothing where it ends well."""
    try:
        act()
    except ShelfgraphError as fault:
        return str(fault)
    return ""


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_real_record_converts_or_gets_a_clear_error(records: Path, folder: str) -> None:
    mapper = Mapper()
    for path in sorted((records / folder).iterdir()):
        fault = stated(lambda path=path: [complete(mapper, record) for record in read(str(path))])
        assert not fault or str(path) in fault
        assert "\n" not in fault


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_leaf_of_every_real_record_is_accounted_for(records: Path, folder: str) -> None:
    """In each file that is read; one that is refused has a message of its own."""
    lost = []
    inside = records / folder
    packages = [path for path in inside.iterdir() if path.is_dir()] if folder == "saf" else []
    for path in packages or sorted(path for path in inside.rglob("*") if path.is_file()):
        with contextlib.suppress(ShelfgraphError):
            lost += unaccounted(path)
    assert lost == []


@pytest.fixture(scope="module")
def data(records: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with all real records."""
    folder = tmp_path_factory.mktemp("all") / "data"
    command = [*COMMAND, "load", str(records), "--data", str(folder), "--base", "https://data.example.org/"]
    done = subprocess.run(command, capture_output=True, check=False, timeout=900)
    # Broken files are given one by one; the others have been loaded.
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    return folder


def test_loading_all_real_records_again_changes_nothing(records: Path, data: Path) -> None:
    before = shelfgraph("log", "--data", data).stdout
    assert before.count(b"\n") > 10_000
    again = shelfgraph("load", records, "--data", data)
    assert b"Traceback" not in again.stderr
    assert shelfgraph("log", "--data", data).stdout == before


def test_nothing_private_of_real_records_is_in_the_store(data: Path) -> None:
    crosswalk = ontology.Crosswalk()
    private: set[str] = set()
    for record in DataFolder(data).records():
        stated = {field.value for field in record.fields if SILENT.get(crosswalk.row(field.name).kind) != "private"}
        hidden = {field.value for field in record.fields if SILENT.get(crosswalk.row(field.name).kind) == "private"}
        private |= {value for value in hidden - stated if len(value) > 20}
    assert len(private) > 20
    store = pyoxigraph.Store.read_only(str(DataFolder(data).current().path))
    for quad in store:
        text = (
            unquote(quad.object.value) if not isinstance(quad.object, (pyoxigraph.BlankNode, pyoxigraph.Triple)) else ""
        )
        assert masked(text) == text, quad
        assert text not in private, quad
        assert masked(unquote(str(quad.subject))) == unquote(str(quad.subject))


def test_every_form_and_feed_of_real_records_is_free_of_e_mail_addresses(data: Path) -> None:
    running = Site("--data", data)
    try:
        paths = sampled(data, 4) + FEEDS
        for path in paths:
            answer = ask(running, "GET", path)
            assert answer.status in {200, 303, 410}, path
            text = unquote(answer.body.decode("utf-8", "replace")).replace("noreply@", "")
            assert masked(text) == text, path
    finally:
        running.stop()


def test_every_form_of_real_things_comes_and_says_the_same(data: Path) -> None:
    running = Site("--data", data)
    try:
        for path in sampled(data, 2):
            graphs = {}
            for form in forms(of_work=path.startswith("/record/")):
                answer = ask(running, "GET", path + form.suffix)
                assert answer.status in {200, 410}, path + form.suffix
                by_name = ask(running, "GET", f"{path}{form.suffix}", If_None_Match=answer.headers["etag"])
                assert by_name.status in {304, 410}
                if form.profile is FULL:
                    graphs[form.suffix] = to_isomorphic(as_graph(answer))
            first = next(iter(graphs.values()))
            assert all(isomorphic(first, graph) for graph in graphs.values()), path
    finally:
        running.stop()


@pytest.mark.parametrize("name", PROXIES)
def test_headers_of_real_records_things_and_lists_are_small_and_pass_a_proxy_as_installed(
    data: Path, tmp_path: Path, name: str
) -> None:
    running = Site("--data", data)
    try:
        with PROXIES[name](running.port, tmp_path) as port:
            direct, through = (HTTPConnection("127.0.0.1", one, timeout=60) for one in (running.port, port))
            lists = ["/", "/records", "/search?q=a", "/browse", *(f"/browse/{kind}" for kind in browse.KINDS), *FEEDS]
            documents = [f"{path}{suffix}" for path in sampled(data, 4) for suffix in ("", ".html", ".ttl", ".jsonld")]
            found = {path: (head(direct, path), head(through, path)[0]) for path in [*lists, *documents]}
            assert len(found) > 500
            assert {path: size for path, ((_, _, size), _) in found.items() if size > MOST} == {}
            unlike = {path: (status, passed) for path, ((status, _, _), passed) in found.items() if status != passed}
            assert unlike == {}
            assert {status for (status, _, _), _ in found.values()} <= {200, 303, 410}
            direct.close()
            through.close()
    finally:
        running.stop()


def sampled(data: Path, most: int) -> list[str]:
    """The documents of so many things of every class in the store."""
    base = "https://data.example.org/"
    store = pyoxigraph.Store.read_only(str(DataFolder(data).current().path))
    found: dict[str, list[str]] = {}
    for quad in store.quads_for_pattern(None, pyoxigraph.NamedNode(TYPE), None, None):
        if isinstance(quad.subject, pyoxigraph.NamedNode) and isinstance(quad.object, pyoxigraph.NamedNode):
            path = quad.subject.value.removeprefix(base)
            if "#" not in path and path.partition("/")[0] in {"item", *THINGS} and "://" not in path:
                held = found.setdefault(f"{quad.object.value} {path.partition('/')[0]}", [])
                if len(held) < most:
                    held.append("/" + path.replace("item/", "record/", 1) if path.startswith("item/") else f"/{path}")
    return sorted({path for paths in found.values() for path in paths})


def test_the_largest_file_loads_in_less_than_200_megabytes(records: Path, tmp_path: Path) -> None:
    largest = max((path for path in records.rglob("*") if path.is_file()), key=lambda path: path.stat().st_size)
    # Measured by a small process: what a large one starts counts as large from its first moment.
    measure = (
        "import resource, subprocess, sys; status = subprocess.run(sys.argv[1:], stderr=subprocess.DEVNULL).returncode;"
        "print(status, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    command = [sys.executable, "-c", measure, *COMMAND, "load", str(largest), "--data", str(tmp_path / "data")]
    stated = subprocess.run(command, capture_output=True, check=True, timeout=120).stdout.split()
    assert stated[0] == b"0"
    assert int(stated[1]) < 200_000


def test_real_records_of_every_form_come_back_as_the_same_graph(records: Path, tmp_path: Path) -> None:
    for folder in sorted(path for path in records.iterdir() if path.is_dir()):
        small = [path for path in sorted(folder.iterdir()) if path.is_file() and path.stat().st_size < LARGEST]
        (tmp_path / "sample" / folder.name).mkdir(parents=True)
        for path in small[:PER_FOLDER]:
            shutil.copy(path, tmp_path / "sample" / folder.name / path.name)
    mirrored([tmp_path / "sample"], tmp_path)


@pytest.mark.parametrize("folder", ["html", "dim", "oai_dc"])
def test_no_real_record_violates_a_shape(records: Path, folder: str, tmp_path: Path) -> None:
    """Of each file the first records; a violation would be a fault of the mapping, and ends with 4."""
    chosen = tmp_path / "chosen"
    chosen.mkdir()
    for path in sorted((records / folder).iterdir())[:25]:
        if path.stat().st_size < 20_000:
            (chosen / path.name).write_bytes(path.read_bytes())
    assert shelfgraph("validate", chosen).returncode in {0, 1}


def test_every_file_of_the_collection_is_read_or_gets_a_clear_error_and_no_value_is_lost(records: Path) -> None:
    mapper, report = Mapper(), Findings()
    count = 0
    for record in read(str(records), report=report):
        count += 1
        mapped = mapper.map(record)
        files = sum(field.name == "view.file" for field, _, _ in mapped.outcomes)
        withheld = sum(finding.reason.startswith("withheld") for finding in mapped.findings)
        assert len(mapped.outcomes) - files + withheld >= len(record.fields)
    assert count > 12_000
    assert all(
        finding.reason and "\n" not in finding.reason.strip() for finding in report.all if finding.level == "error"
    )


OTHER_FORMATS = ["xoai", "qdc", "etdms", "mods", "datacite_xml", "openaire", "crossref_xml", "oai_misc"]


@pytest.mark.parametrize("folder", OTHER_FORMATS)
def test_no_text_of_real_records_is_lost(records: Path, folder: str) -> None:
    for path in sorted((records / folder).iterdir()):
        report = Findings()
        try:
            found = list(read(str(path), report=report))
        except ShelfgraphError:
            continue
        if found and not report.counts["error"]:
            assert lost(path, found, report) == [], path.name
