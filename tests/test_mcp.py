"""The Model Context Protocol, spoken by the client of its own package: what a language model can do here."""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from mcp import Client, StdioServerParameters

from converter.record import Field
from shelfgraph import Record, load, mcp_tools
from shelfgraph.cli import main
from shelfgraph.mcp import EndpointSite, FolderSite, server_of
from tests.commands import started
from tests.conftest import EXAMPLES, Site, free_port
from tests.waiting import until_answered

BASE = "https://data.example.org/"
QUILL = f"{BASE}person/20-500-12345/rp00042"
HEAVY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
NAMES = ["search_works", "find_things", "get_record", "list_queries", "run_query", "describe_data", "sparql"]


class Answer:
    """What a tool answers: its text, its values, and whether it refuses."""

    def __init__(self, result: Any) -> None:
        self.text = "\n".join(block.text for block in result.content)
        self.refused = result.is_error
        self.values = (result.structured_content or {}).get("result", result.structured_content)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the example records."""
    folder = tmp_path_factory.mktemp("mcp") / "data"
    load(EXAMPLES, folder, base=BASE)
    return folder


@pytest.fixture(scope="module")
def folder(data: Path) -> Iterator[FolderSite]:
    """The folder as a site, whose queries have a second."""
    held = FolderSite(data, 1.0)
    yield held
    held.close()


def spoken(server: Any, talk: Callable[[Client], Coroutine[Any, Any, Any]]) -> Any:
    """What comes of a talk with a server."""

    async def connected() -> Any:
        async with Client(server) as client:
            return await talk(client)

    # Not in this thread, where a test with a browser leaves a loop that runs.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, connected()).result()


@pytest.fixture
def call(folder: FolderSite) -> Callable[..., Answer]:
    """A tool by its name, called with its arguments."""

    def called(name: str, /, **arguments: Any) -> Answer:
        return spoken(server_of(folder.site, folder.base), lambda client: _answered(client, name, arguments))

    return called


async def _answered(client: Client, name: str, arguments: dict[str, Any]) -> Answer:
    return Answer(await client.call_tool(name, arguments))


def test_each_tool_says_what_it_does_with_which_arguments_and_changes_nothing(folder: FolderSite) -> None:
    found = spoken(server_of(folder.site, folder.base), lambda client: client.list_tools()).tools
    assert [tool.name for tool in found] == NAMES
    assert all(tool.annotations.read_only_hint and len(tool.description) > 60 for tool in found)
    form = next(tool for tool in found if tool.name == "sparql").input_schema["properties"]["form"]
    assert form["enum"] == ["csv", "json", "ttl"]


def test_works_are_found_by_words_year_and_thing(call: Callable[..., Answer]) -> None:
    found = call("search_works", query="lighthouse", limit=2).values
    assert (found["total"], len(found["works"]), found["next_offset"]) == (3, 2, 2)
    rest = call("search_works", query="lighthouse", limit=2, offset=2).values
    assert (len(rest["works"]), rest["next_offset"]) == (1, None)
    assert [work["title"][:6] for work in call("search_works", year="2019").values["works"]] == ["How co"]
    assert call("search_works", thing=QUILL).values["total"] == 1
    assert "write 2001" in call("search_works", year="soon").text


def test_a_thing_is_found_by_its_name(call: Callable[..., Answer]) -> None:
    found = call("find_things", name="Quill, A", kind="person").values
    assert QUILL in [one["address"] for one in found]


@pytest.mark.parametrize(
    "record",
    [
        "20.500.12345/678",
        "10.5555/coastal.2019.0142",
        "https://doi.org/10.5555/coastal.2019.0142",
        f"{BASE}item/20.500.12345/678",
        f"{BASE}record/20.500.12345/678",
    ],
)
def test_a_record_is_read_by_each_of_its_names_with_its_citation(record: str, call: Callable[..., Answer]) -> None:
    text = call("get_record", record=record).text
    assert text.startswith("Citation: Marrow, T; Quill, A; Brandt-Yao, LM; Sandoval, O (2019). How coastal")
    assert text.endswith(f"address: {BASE}item/20.500.12345/678\n")
    names = [line.partition(" <")[0] for line in text.splitlines() if line.startswith("creator: ")]
    assert names == ["creator: Marrow, T", "creator: Quill, A", "creator: Brandt-Yao, LM", "creator: Sandoval, O"]
    assert f"creator: Quill, A <{QUILL}>\n" in text
    assert "text: This study was supported by grants" in text


def test_a_record_comes_in_other_forms_and_a_thing_as_text(call: Callable[..., Answer]) -> None:
    assert call("get_record", record="20.500.12345/678", form="bib").text.startswith("@article{")
    assert json.loads(call("get_record", record="20.500.12345/678", form="jsonld").text)["creator"][0]["name"]
    assert "name: Quill, A\n" in call("get_record", record=QUILL).text
    nothing = call("get_record", record="20.500.12345/0")
    assert nothing.refused
    assert "No such record" in nothing.text


def test_a_ready_made_question_is_run_with_typed_parameters(call: Callable[..., Answer]) -> None:
    asked = next(one for one in call("list_queries").values if one["name"] == "coauthors")
    assert [(one["name"], one["type"], one["required"]) for one in asked["parameters"]] == [("person", "iri", True)]
    rows = call("run_query", name="coauthors", parameters={"person": QUILL}).text.splitlines()
    assert (rows[0], len(rows)) == ("coauthor,name,keyed,works", 4)
    for arguments, reason in (
        ({"name": "coauthors"}, "The parameter person is missing"),
        ({"name": "coauthors", "parameters": {"person": "Quill"}}, "which is no address"),
        ({"name": "coauthor"}, "coauthors"),
    ):
        refused = call("run_query", **arguments)
        assert refused.refused
        assert reason in refused.text


def test_the_card_names_classes_properties_and_prefixes(call: Callable[..., Answer]) -> None:
    card = call("describe_data").text
    assert "- fabio:JournalArticle: 1\n" in card
    assert "- dcterms:title: " in card
    assert "PREFIX fabio: <http://purl.org/spar/fabio/>\n" in card


def test_a_query_is_answered_and_its_known_prefixes_are_declared(call: Callable[..., Answer]) -> None:
    query = (
        'SELECT ?name { ?r pro:withRole pro:author ; co:index 1 ; rdfs:label ?name FILTER(STRSTARTS(?name, "Marrow")) }'
    )
    assert call("sparql", query=query).text == 'name\n"Marrow, T"\n'
    declared = f"PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> {query}"
    assert call("sparql", query=declared).text == 'name\n"Marrow, T"\n'
    described = call("sparql", query=f"DESCRIBE <{QUILL}>", form="ttl").text
    assert 'foaf:name "Quill, A"' in described


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("SELECT ?t { ?w dctrms:title ?t }", "Did you mean dcterms:?"),
        ("INSERT DATA { <a:a> <a:a> <a:a> }", "read-only"),
        ("SELECT * { SERVICE <http://127.0.0.1:1/> { ?a ?b ?c } }", "SERVICE"),
        (HEAVY, "add a LIMIT"),
    ],
)
def test_a_query_is_refused_with_the_reason_and_the_remedy(
    query: str, reason: str, call: Callable[..., Answer]
) -> None:
    refused = call("sparql", query=query)
    assert refused.refused
    assert reason in refused.text


def test_a_long_answer_ends_with_a_whole_line_and_says_so(
    call: Callable[..., Answer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mcp_tools, "MOST", 200)
    *rows, note = call("sparql", query="SELECT ?s ?p ?o { ?s ?p ?o }").text.splitlines()
    assert all(row.count(",") >= 2 for row in rows)
    assert note.startswith(f"… cut after {len(rows)} lines; ask for less, with LIMIT")


def test_a_new_generation_is_taken_up(tmp_path: Path) -> None:
    load(EXAMPLES, tmp_path / "data", base=BASE)
    held = FolderSite(tmp_path / "data", 5.0)

    async def talk(client: Client) -> list[int]:
        totals = []
        for number in range(1, 5):
            answer = Answer(await client.call_tool("search_works", {"query": "zebrafish"}))
            totals.append(answer.values["total"])
            title = Field("dc.title", f"Zebrafish {number}")
            load([Record(f"9/{number}", handle=f"9/{number}", fields=(title,))], tmp_path / "data")
        return totals

    try:
        assert spoken(server_of(held.site, held.base), talk) == [0, 1, 2, 3]
    finally:
        held.close()


def test_an_endpoint_is_asked_as_a_folder_is_but_has_no_search(site: Site) -> None:
    held = EndpointSite(f"{site.base}sparql", "", None, 5.0)

    async def talk(client: Client) -> list[Answer]:
        calls = [
            ("get_record", {"record": "20.500.12345/678"}),
            ("run_query", {"name": "works-per-year"}),
            ("search_works", {"query": "tern"}),
        ]
        return [Answer(await client.call_tool(name, arguments)) for name, arguments in calls]

    try:
        record, rows, search = spoken(server_of(held.site, held.base), talk)
    finally:
        held.close()
    assert record.text.startswith("Citation: Marrow, T;")
    assert rows.text.startswith("year,")
    assert search.refused


async def tools_of(client: Client) -> list[str]:
    """The names of the tools, once one of them has answered."""
    answer = Answer(await client.call_tool("sparql", {"query": "ASK { ?a ?b ?c }", "form": "json"}))
    assert json.loads(answer.text)["boolean"] is True
    return [tool.name for tool in (await client.list_tools()).tools]


def test_the_command_speaks_over_standard_input_and_output(data: Path) -> None:
    command = StdioServerParameters(command=sys.executable, args=["-m", "shelfgraph", "mcp", "--data", str(data)])
    assert spoken(command, tools_of) == NAMES


def test_the_command_speaks_by_http_on_this_machine(data: Path) -> None:
    port = free_port()
    running = started("mcp", "--data", data, "--http", "--port", str(port))
    try:
        until_answered(lambda: socket.create_connection(("127.0.0.1", port)).close(), OSError)
        assert spoken(f"http://127.0.0.1:{port}/mcp", tools_of) == NAMES
    finally:
        running.terminate()
        _, stated = running.communicate(timeout=100)
    assert f"http://127.0.0.1:{port}/mcp" in stated.decode()


def test_the_command_without_its_library_names_the_extra(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mcp.server", None)
    done = CliRunner().invoke(main, ["mcp", "--data", str(data)])
    assert (done.exit_code, done.output) == (
        2,
        "shelfgraph: the command mcp needs an extra: pip install 'shelfgraph[mcp]'\n",
    )
