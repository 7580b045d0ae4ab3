"""The questions that come with the program: each stands alone, and answers the example records as expected.

`GOLDEN=rewrite pytest tests/test_queries.py` writes the answers anew, for review by diff.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pyoxigraph
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rdflib.plugins.sparql import prepareQuery

from converter.mapping.engine import Mapper
from converter.sources.detection import read
from queries import PLACE, TYPES, Query, all_queries, bind, load
from tests.commands import shelfgraph
from tests.conftest import EXAMPLES, GOLDEN

EXPECTED = Path(__file__).parent / "expected"
BASE = "https://data.example.org/"
VALUES = {
    "coauthors": {"person": f"{BASE}person/20-500-12345/rp00042"},
    "record-overview": {"item": f"{BASE}item/20.500.12345/678"},
    "works-of-a-thing": {"thing": f"{BASE}journal/5555-1238"},
}


@pytest.fixture(scope="module")
def store() -> pyoxigraph.Store:
    """The example records, and the page of one as HTML, which says more than its text."""
    store, mapper = pyoxigraph.Store(), Mapper()
    for path in (GOLDEN / "lighthouse.html", EXAMPLES / "listrecords-dim.xml", EXAMPLES / "listrecords-oai_dc.xml"):
        for record in read(str(path)):
            store.load("\n".join(mapper.triples(record)), format=pyoxigraph.RdfFormat.N_TRIPLES)
    return store


@pytest.mark.parametrize("query", all_queries(), ids=lambda query: query.name)
def test_a_question_answers_as_expected(query: Query, store: pyoxigraph.Store) -> None:
    text = bind(query, VALUES.get(query.name, {}))
    answer = store.query(text).serialize(format=pyoxigraph.QueryResultsFormat.CSV).decode().replace("\r\n", "\n")
    golden = EXPECTED / f"{query.name}.csv"
    if os.environ.get("GOLDEN") == "rewrite":
        golden.write_text(answer, encoding="utf-8")
    assert answer == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("query", all_queries(), ids=lambda query: query.name)
def test_a_question_stands_alone(query: Query) -> None:
    assert query.title
    assert query.description
    prepareQuery(query.text)
    assert all(parameter.type in TYPES and f"?{parameter.name}" in query.text for parameter in query.parameters)
    assert (PLACE in query.text) is bool(query.parameters)
    assert not re.search(r"^BASE", query.text, re.MULTILINE)


def test_there_are_at_least_two_dozen() -> None:
    assert len(all_queries()) >= 24


@given(st.text() | st.text(st.characters(exclude_characters='<>"{}|\\^` ')).map("http://x.example.org/{}".format))
@example("http://x.example.org/quill")
@example("http://x.example.org/> } # ")
def test_no_value_changes_what_is_asked(value: str) -> None:
    query = load("coauthors")
    try:
        term = pyoxigraph.NamedNode(value)
    except ValueError:
        with pytest.raises(ValueError, match="is no iri"):
            bind(query, {"person": value})
        return
    text = bind(query, {"person": value})
    assert text.replace(f"VALUES ?person {{ {term} }}", PLACE) == query.text


@pytest.mark.parametrize(
    ("values", "words"),
    [({}, "needs the parameter person"), ({"person": "x y"}, "is no iri"), ({"who": "x"}, "has no parameter 'who'")],
)
def test_a_wrong_parameter_is_named(values: dict[str, str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        bind(load("coauthors"), values)


def test_a_question_is_asked_with_a_parameter(tmp_path: Path) -> None:
    shelfgraph("load", EXAMPLES / "lighthouse.txt", "--data", tmp_path / "d", "--base", BASE)
    person = f"person={VALUES['coauthors']['person']}"
    done = shelfgraph("query", "coauthors", "--param", person, "--data", tmp_path / "d", "--format", "csv")
    assert [line.split(",")[1].strip('"') for line in done.stdout.decode().splitlines()[1:]] == [
        "Brandt-Yao",
        "Marrow",
        "Sandoval",
    ]
    assert shelfgraph("query", "coauthors", "--param", "person=x y", "--data", tmp_path / "d").returncode == 2
