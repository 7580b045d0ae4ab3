"""The command line: one line for every fault, the right exit code, and data on standard output alone."""

from __future__ import annotations

import csv
import json
import os
import pty
import re
import resource
import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import chdir, closing, suppress
from pathlib import Path
from typing import IO, Any, cast

import pytest
from click.testing import CliRunner, Result

from converter import open_graph
from converter.formats import FORMATS, GRAPHS
from converter.publish import dump_files
from server.representations.registry import REPRESENTATIONS
from shelfgraph import cli
from shelfgraph.cli import main
from tests.commands import shelfgraph
from tests.conftest import COMMAND, EXAMPLES, Site, free_port
from tests.waiting import until

LIGHTHOUSE = EXAMPLES / "lighthouse.txt"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_and_option_says_what_it_is(name: str) -> None:
    command = main.commands[name]
    assert command.help
    assert all(getattr(option, "help", "-") for option in command.params if option.param_type_name == "option")


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", 1), (b"\x7fELF\x00\x01", 1), (b"hello", 1), (b"<html><p>Hello</p></html>", 1), (None, 3)],
    ids=["empty", "binary", "no record", "a page that is no record", "missing"],
)
def test_a_bad_source_is_one_line_and_an_exit_code(content: bytes | None, code: int, tmp_path: Path) -> None:
    source = tmp_path / "source"
    if content is not None:
        source.write_bytes(content)
    out = tmp_path / "out.ttl"
    done = shelfgraph("convert", source, "-o", out)
    assert (done.returncode, done.stdout, out.exists()) == (code, b"", False)
    assert done.stderr.decode().count("\n") == 1
    assert str(source) in done.stderr.decode()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["convert"], "no source is named"),
        (["convert", LIGHTHOUSE, "--base", "nowhere"], "--base"),
        (["convert", LIGHTHOUSE, "--base", "https://x.example.org/?a"], "have no ?"),
        (["convert", LIGHTHOUSE, "--to", "csv"], "ttl"),
        (["convert", LIGHTHOUSE, "-o", "/no/such/folder/x.ttl"], "name another file with -o"),
        (["query", "no-such-question"], "authors-in-order"),
    ],
)
def test_wrong_usage_ends_with_2_and_the_remedy(arguments: list[str], words: str) -> None:
    done = shelfgraph(*arguments)
    assert done.returncode == 2
    assert words in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()


def test_a_bad_source_among_good_ones_costs_only_itself(tmp_path: Path) -> None:
    bad = tmp_path / "bad"
    bad.write_text("hello", encoding="utf-8")
    done = shelfgraph("convert", bad, LIGHTHOUSE, "--to", "nt")
    assert done.returncode == 1
    assert b"coastal lights" in done.stdout


def test_a_document_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    out = tmp_path / "out.ttl"
    out.write_text("what was there", encoding="utf-8")
    assert shelfgraph("convert", "/no/such", "-o", out).returncode == 3
    assert out.read_text(encoding="utf-8") == "what was there"
    assert list(tmp_path.iterdir()) == [out]


def test_the_report_is_a_line_for_each_finding(tmp_path: Path) -> None:
    report = tmp_path / "report.csv"
    shelfgraph("convert", EXAMPLES / "listrecords-dim.xml", "-o", tmp_path / "x.nt", "--report", report)
    with report.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert [(row["record"], row["field"], row["value"]) for row in rows] == [
        ("20.500.12345/703", "local.shelf.mark", "NC 17/3")
    ]


def run(*words: str | Path, folder: Path) -> Result:
    """What the command does in a folder, in this process."""
    with chdir(folder):
        return CliRunner().invoke(main, [str(word) for word in words])


@pytest.mark.parametrize("words", [("convert", "-o", "x.nt"), ("load", "--data", "d")], ids=lambda words: words[0])
def test_a_report_to_standard_output_is_there_and_in_no_file(words: tuple[str, ...], tmp_path: Path) -> None:
    command, *more = words
    done = run(command, EXAMPLES / "listrecords-dim.xml", *more, "--report", "-", folder=tmp_path)
    assert [row["value"] for row in csv.DictReader(done.stdout.splitlines())] == ["NC 17/3"]
    assert (done.exit_code, (tmp_path / "-").exists()) == (0, False)


@pytest.mark.parametrize(
    ("words", "has"),
    [
        (("convert", "--report"), "the document"),
        (("validate", "--csv"), "the findings"),
        (("quality", "--repairs"), "the worklist"),
    ],
    ids=lambda words: words[0],
)
def test_two_tables_do_not_share_standard_output(words: tuple[str, str], has: str, tmp_path: Path) -> None:
    command, option = words
    done = run(command, LIGHTHOUSE, option, "-", folder=tmp_path)
    remedy = f"shelfgraph: {option} -: standard output has {has} already; name a file with {option}\n"
    assert (done.exit_code, done.stdout, done.stderr, [*tmp_path.iterdir()]) == (2, "", remedy, [])


@pytest.mark.parametrize("form", ["ttl", "jsonld"])
def test_a_document_does_not_depend_on_the_order_of_sets(form: str) -> None:
    command = [*COMMAND, "convert", str(EXAMPLES), "--to", form]
    made = [
        subprocess.run(command, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True).stdout
        for seed in ("1", "2")
    ]
    assert made[0] == made[1] != b""


def test_several_records_are_one_json_ld_document() -> None:
    done = shelfgraph("convert", EXAMPLES / "listrecords-oai_dc.xml", "--to", "jsonld")
    document = json.loads(done.stdout)
    assert document["@graph"][0]["title"]["none"] == ["A chart of the eastern skerries"]
    assert len(document["@graph"]) == 3


def test_a_folder_is_loaded_and_asked(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert shelfgraph("load", EXAMPLES, "--data", data, "--base", "https://x.example.org/").returncode == 0
    done = shelfgraph("query", "authors-in-order", "--data", data, "--format", "csv")
    rows = list(csv.DictReader(done.stdout.decode().splitlines()))
    assert [row["name"] for row in rows if row["title"].startswith("How coastal")][:2] == ["Marrow, T", "Quill, A"]
    assert rows[0]["person"].startswith("https://x.example.org/")


def test_loading_again_adds_nothing(tmp_path: Path) -> None:
    data = tmp_path / "data"
    counts = []
    for _ in range(2):
        shelfgraph("load", LIGHTHOUSE, "--data", data)
        counts.append(shelfgraph("query", COUNT, "--data", data).stdout)
    assert counts[0] == counts[1]


def test_a_changed_record_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    data, page = tmp_path / "data", tmp_path / "page.txt"
    page.write_bytes(LIGHTHOUSE.read_bytes())
    shelfgraph("load", page, "--data", data)
    page.write_text(
        LIGHTHOUSE.read_text(encoding="utf-8").replace("terns: a three", "gulls: a three"), encoding="utf-8"
    )
    shelfgraph("load", page, "--data", data)
    done = shelfgraph(
        "query", "SELECT ?t { ?s <http://purl.org/dc/terms/title> ?t . FILTER(lang(?t) = 'en-gb') }", "--data", data
    )
    assert done.stdout.decode().split("\r\n")[1:] == [
        "How coastal lights guide migrating gulls: a three-year field study",
        "",
    ]


def test_a_folder_for_one_base_takes_no_other(tmp_path: Path) -> None:
    shelfgraph("load", LIGHTHOUSE, "--data", tmp_path / "d", "--base", "https://a.example.org/")
    done = shelfgraph("load", LIGHTHOUSE, "--data", tmp_path / "d", "--base", "https://b.example.org/")
    assert done.returncode == 1
    assert b"https://a.example.org/" in done.stderr


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("x", encoding="utf-8")
    done = shelfgraph("load", LIGHTHOUSE, "--data", tmp_path)
    assert (done.returncode, [path.name for path in tmp_path.iterdir()]) == (1, ["precious"])


@pytest.mark.parametrize("query", ["SELECT * {", "SELECT * { SERVICE <http://x/> { ?s ?p ?o } }"])
def test_a_query_that_fails_ends_with_5(query: str, tmp_path: Path) -> None:
    shelfgraph("load", LIGHTHOUSE, "--data", tmp_path / "d")
    done = shelfgraph("query", query, "--data", tmp_path / "d")
    assert (done.returncode, done.stderr.startswith(b"shelfgraph: "), b"Traceback" in done.stderr) == (5, True, False)


def test_an_endpoint_can_be_asked(site: Site) -> None:
    done = shelfgraph("query", COUNT, "--endpoint", f"{site.base}sparql", "--format", "json")
    assert int(json.loads(done.stdout)["results"]["bindings"][0]["n"]["value"]) > 500
    assert shelfgraph("query", "SELECT {", "--endpoint", f"{site.base}sparql").returncode == 5
    assert shelfgraph("query", COUNT, "--endpoint", "http://127.0.0.1:9/").returncode == 3


def test_a_loaded_folder_is_served_and_followed(tmp_path: Path) -> None:
    data = tmp_path / "data"
    shelfgraph("load", LIGHTHOUSE, "--data", data)
    running = Site("--data", data)
    ask = ["query", "SELECT (COUNT(*) AS ?n) { ?s a <http://purl.org/spar/fabio/Expression> }"]
    try:
        before = shelfgraph(*ask, "--endpoint", f"{running.base}sparql").stdout
        shelfgraph("load", EXAMPLES / "listrecords-oai_dc.xml", "--data", data)
        until(lambda: shelfgraph(*ask, "--endpoint", f"{running.base}sparql").stdout != before)
    finally:
        running.stop()


def test_a_loaded_folder_is_an_rdflib_graph(tmp_path: Path) -> None:
    shelfgraph("load", LIGHTHOUSE, "--data", tmp_path / "d")
    graph = open_graph(tmp_path / "d")
    rows = graph.query("SELECT ?v { ?s prism:volume ?v }")
    assert [str(row["v"]) for row in rows] == ["12"]


def test_rdf_is_served_as_it_is_with_its_named_graphs(tmp_path: Path) -> None:
    quads = tmp_path / "foreign.nq"
    quads.write_text("<urn:s> <urn:p> <urn:o> <urn:g> .\n", encoding="utf-8")
    running = Site(quads)
    try:
        ask = ["query", "SELECT ?g { GRAPH ?g { ?s ?p ?o } }", "--endpoint", f"{running.base}sparql", "--format", "csv"]
        assert shelfgraph(*ask).stdout.split() == [b"g", b"urn:g"]
    finally:
        running.stop()


def test_broken_rdf_is_named_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "broken.ttl").write_text("<urn:s> <urn:p> .\n", encoding="utf-8")
    done = shelfgraph("load", tmp_path / "broken.ttl", "--data", tmp_path / "d")
    assert (done.returncode, done.stderr.decode().count("\n")) == (1, 1)
    assert b"broken.ttl" in done.stderr


def test_a_port_that_is_taken_is_named(site: Site) -> None:
    done = shelfgraph("serve", LIGHTHOUSE, "--port", str(site.port))
    assert done.returncode == 2
    assert f"127.0.0.1:{site.port}" in done.stderr.decode()


def test_a_folder_that_a_newer_program_has_written_is_named(tmp_path: Path) -> None:
    shelfgraph("load", EXAMPLES, "--data", tmp_path)
    with closing(sqlite3.connect(tmp_path / "archive.sqlite")) as archive:
        archive.execute("PRAGMA user_version = 99")
    done = shelfgraph("serve", "--data", tmp_path, "--port", str(free_port()))
    assert (done.returncode, b"version 99" in done.stderr, b"Traceback" in done.stderr) == (1, True, False)


def test_an_interrupted_command_ends_with_130(tmp_path: Path) -> None:
    out = tmp_path / "out.nt"
    waiting = [*COMMAND, "convert", "-", "-o", str(out)]
    running = subprocess.Popen(waiting, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    until(lambda: list(tmp_path.iterdir()))
    running.send_signal(signal.SIGINT)
    _, stated = running.communicate(timeout=100)
    # Both are 130 to a shell; Python ends in the second way where the interrupt came while a module was loaded.
    assert running.returncode in {130, -signal.SIGINT}
    assert (stated.decode(), list(tmp_path.iterdir())) == ("shelfgraph: interrupted\n", [])


def test_an_interruption_while_a_file_is_opened_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = Path.open

    def interrupted(path: Path, *words: str, **more: str | None) -> IO[Any]:
        file = opened(path, *words, **more)  # type: ignore[call-overload] # as it was called
        if path.suffix == ".part":
            file.close()
            raise KeyboardInterrupt
        return cast("IO[Any]", file)

    monkeypatch.setattr(Path, "open", interrupted)
    done = run("convert", LIGHTHOUSE, "-o", "x.nt", folder=tmp_path)
    assert (done.exit_code, done.stderr, [*tmp_path.iterdir()]) == (130, "shelfgraph: interrupted\n", [])
    with pytest.raises(KeyboardInterrupt), dump_files.whole(tmp_path / "x.nt", None):
        pass
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize("words", [("convert", LIGHTHOUSE), ("dump", "--data", "d")], ids=lambda words: words[0])
def test_a_pipe_is_written_and_not_replaced(words: tuple[str | Path, ...], tmp_path: Path) -> None:
    assert run("load", LIGHTHOUSE, "--data", "d", folder=tmp_path).exit_code == 0
    pipe = tmp_path / "pipe.nt"
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as pool:
        read = pool.submit(pipe.read_bytes)
        assert run(*words, "-o", pipe, folder=tmp_path).exit_code == 0
    assert b"coastal lights" in read.result()
    assert pipe.is_fifo()


@pytest.mark.parametrize("name", ["/dev/null", "/dev/stdout", "/dev/fd/1"])
def test_a_device_and_an_open_file_are_never_replaced(name: str) -> None:
    assert dump_files.is_special(Path(name))


def test_a_terminal_sees_the_records_counted(tmp_path: Path) -> None:
    terminal, inside = pty.openpty()
    subprocess.run([*COMMAND, "convert", EXAMPLES, "-o", tmp_path / "x.nt"], stderr=inside, check=True)
    os.close(inside)
    assert "records" in os.read(terminal, 65_536).decode()
    os.close(terminal)


def on_terminal(*words: str | Path) -> str:
    """What a command shows on a terminal, without what moves the pen."""
    ours, theirs = pty.openpty()
    shown = b""
    with subprocess.Popen(
        [*COMMAND, *words], stderr=theirs, env={**os.environ, "TERM": "xterm", "COLUMNS": "160"}
    ) as done:
        os.close(theirs)
        # The end of a terminal is a fault of reading it.
        with suppress(OSError):
            while chunk := os.read(ours, 65_536):
                shown += chunk
    os.close(ours)
    assert done.returncode == 0
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode())


def test_a_terminal_sees_the_stage_of_a_load_and_how_much_of_a_rebuild_is_done(tmp_path: Path) -> None:
    sources = sorted(EXAMPLES.glob("*.xml"))[:2]
    loaded = on_terminal("load", *sources, "--data", tmp_path / "d")
    for place, source in enumerate(sources, 1):
        assert f"Reading {source.name} ({place} of 2)" in loaded
    assert "Publishing" in loaded
    count = len(shelfgraph("query", "SELECT ?s { ?s a <http://xmlns.com/foaf/0.1/Document> }", "--data", tmp_path / "d",
                           "--format", "csv").stdout.splitlines()) - 1  # fmt: skip
    rebuilt = on_terminal("rebuild", "--data", tmp_path / "d")
    assert re.search(rf"Making the store anew [^\n]*0/{count} records", rebuilt)
    assert "Publishing" in rebuilt


def test_a_reader_that_has_had_enough_is_no_fault() -> None:
    shell = f"{sys.executable} -m shelfgraph convert {EXAMPLES} --to nt 2>err | head -1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", shell], cwd=os.environ.get("TMPDIR", "/tmp"), capture_output=True, check=False)
    assert done.returncode == 0


def test_help_answers_at_once() -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([*COMMAND, "--help"], capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    # A bound for the machines of continuous integration; the figure of a quiet one is under 0.15.
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.6


def test_a_load_says_why_its_counts_differ_and_where_its_findings_are(tmp_path: Path) -> None:
    table = tmp_path / "works.csv"
    table.write_text("dc.identifier.uri,dc.title,dc.date.issued\nhttp://hdl.handle.net/7/1,A light,2019-13\n")
    done = shelfgraph("load", table, table, "--data", tmp_path / "d")
    stated = done.stderr.decode()
    assert "the folder holds 1 work; 1 of the 2 records read came more than once" in stated
    assert "shelfgraph report" in stated
    again = shelfgraph("load", table, "--data", tmp_path / "d", "--report", tmp_path / "findings.csv")
    assert "shelfgraph report" not in again.stderr.decode()
    assert "2019-13" in (tmp_path / "findings.csv").read_text(encoding="utf-8")


def test_a_format_that_cannot_carry_the_result_is_refused(tmp_path: Path) -> None:
    shelfgraph("load", EXAMPLES / "lighthouse.txt", "--data", tmp_path)
    for query, name in (("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }", "csv"), ("SELECT * { ?s ?p ?o }", "ttl")):
        done = shelfgraph("query", query, "--data", tmp_path, "--format", name)
        assert (done.returncode, done.stdout) == (5, b"")
        assert f"the format {name} cannot carry this result; it has " in done.stderr.decode()


def test_every_format_of_graphs_is_one_of_the_command_and_of_documents() -> None:
    assert {*cli.FORMATS} == {*GRAPHS}
    # The result of a query has no graphs of its own.
    assert {*cli.ANSWERS} == {"table", *FORMATS} - {"nq", "trig"}
    assert {f".{name}" for name in GRAPHS} <= {form.suffix for form in REPRESENTATIONS}


def test_a_mistake_in_a_query_is_shown_in_its_line_with_what_may_have_been_meant(tmp_path: Path) -> None:
    assert shelfgraph("load", EXAMPLES / "lighthouse.txt", "--data", tmp_path).returncode == 0
    done = shelfgraph("query", "SELECT ?s {\n  OPTIONL { ?s a ?o }\n}", "--data", tmp_path)
    assert done.stderr.decode().splitlines() == [
        "shelfgraph: Line 2, column 3: “OPTIONL” is not known here",
        "  OPTIONL { ?s a ?o }",
        "  ^",
        "Did you mean OPTIONAL?",
    ]
    done = shelfgraph("query", "SELECT ?s { ?s \x1bfoaf:name ?o }", "--data", tmp_path)
    assert done.returncode != 0
    assert b"\x1b" not in done.stderr


def test_the_help_has_whole_sentences() -> None:
    stated = shelfgraph("--help").stdout.decode().split("Commands:")[1]
    for sentence in re.split(r"\n  (?=\w)", stated.strip()):
        assert re.search(r"[^.]\.$", sentence.strip()), sentence


@pytest.mark.parametrize("command", ["load", "serve", "convert"])
def test_a_data_folder_that_is_given_as_a_source_is_refused_with_the_option_that_is_meant(
    tmp_path: Path, command: str
) -> None:
    loaded = tmp_path / "mine"
    assert shelfgraph("load", EXAMPLES, "--data", loaded).returncode == 0
    options = [] if command == "convert" else ["--data", tmp_path / "other"]
    done = shelfgraph(command, loaded, *options)
    assert done.returncode == 2
    assert f"{loaded}: a data folder is no source; name it with --data {loaded}" in done.stderr.decode()
    assert not (tmp_path / "other" / "current").exists()
