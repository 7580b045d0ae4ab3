"""Small records, each of a kind that is easily misread, and what must be true of them.

A case is an input `NAME.EXT` in `tests/cases`; beside it stand `NAME.rq`, questions (SPARQL ASK, between lines `#---`)
of which each is answered with yes by what `shelfgraph convert` makes of the input, and `NAME.expect`, lines of a form,
`must` or `mustnot`, and a text that the record in this form must (not) hold where the input is served.
"""

from __future__ import annotations

import re
from pathlib import Path

import pyoxigraph
import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from converter.store.data_folder import DataFolder
from converter.store.reader import ArchiveReader
from server.app import create_app
from server.feeds.json_lines import StoreEndpoint
from server.settings import Settings
from shelfgraph.cli import main
from tests.conftest import ROOT

CASES = ROOT / "tests" / "cases"
BASE = "https://data.example.org/"
QUESTIONS = sorted(path.stem for path in CASES.glob("*.rq"))
EXPECTATIONS = sorted(path.stem for path in CASES.glob("*.expect"))


def source(name: str) -> Path:
    """The input of a case."""
    (found,) = [path for path in CASES.glob(f"{name}.*") if path.suffix not in {".rq", ".expect"}]
    return found


def converted(name: str) -> pyoxigraph.Store:
    """What the command makes of the input."""
    done = CliRunner().invoke(main, ["convert", str(source(name)), "--to", "nt", "--base", BASE])
    assert done.exit_code in {0, 1}, done.stderr
    store = pyoxigraph.Store()
    store.load(input=done.stdout.encode(), format=pyoxigraph.RdfFormat.N_TRIPLES)
    return store


@pytest.mark.parametrize("name", QUESTIONS)
def test_each_question_is_answered_with_yes(name: str) -> None:
    store = converted(name)
    questions = re.split(r"(?m)^#---\s*$", (CASES / f"{name}.rq").read_text(encoding="utf-8"))
    assert [question for question in questions if not store.query(question)] == []


def served(name: str, data: Path) -> FlaskClient:
    """The site over the input, loaded into a folder."""
    done = CliRunner().invoke(main, ["load", str(source(name)), "--data", str(data), "--base", BASE])
    assert done.exit_code in {0, 1}, done.stderr
    store = pyoxigraph.Store.read_only(str(DataFolder(data).current().path))
    archive = ArchiveReader(data / "archive.sqlite")
    return create_app(Settings(BASE, folder=data), StoreEndpoint(store, BASE, "1"), archive).test_client()


@pytest.mark.parametrize("name", EXPECTATIONS)
def test_each_form_says_what_it_must(name: str, tmp_path: Path) -> None:
    topic = pyoxigraph.NamedNode("http://xmlns.com/foaf/0.1/primaryTopic")
    records = sorted(quad.subject.value for quad in converted(name).quads_for_pattern(None, topic, None, None))
    path = next(record.removeprefix(BASE) for record in records if record.startswith(f"{BASE}record/"))
    client = served(name, tmp_path / "data")
    stated = (CASES / f"{name}.expect").read_text(encoding="utf-8").splitlines()
    expected = [line.split("\t", 2) for line in stated if line and not line.startswith("#")]
    assert expected
    for form, verb, text in expected:
        answer = client.get(f"/{path}{form}")
        # What a page of a fault does not say proves nothing.
        assert answer.status_code == 200
        assert (text in answer.get_data(as_text=True)) == {"must": True, "mustnot": False}[verb], (form, verb, text)
