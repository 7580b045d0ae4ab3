"""A dump in somebody else's store answers every question as our own store does."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pyoxigraph
import pytest

from converter.store.data_folder import DataFolder
from queries import Query, all_queries, bind
from server.sparql.remote import Remote
from tests.commands import shelfgraph
from tests.conftest import EXAMPLES
from tests.services import NAMES, Service, asked, running
from tests.sparql.test_remote import rows
from tests.test_queries import VALUES

BASE = "https://data.example.org/"


class Loaded(NamedTuple):
    """A service that holds a dump, and the store that the dump was made of."""

    remote: Remote
    own: pyoxigraph.Store
    service: Service


@pytest.fixture(scope="module", params=NAMES)
def loaded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    """Each kind of service with the example records, as a consumer brings a dump into it."""
    folder = tmp_path_factory.mktemp(request.param)
    data, file = folder / "data", folder / "all.nt"
    with running(request.param, folder) as service:
        for arguments in (["load", EXAMPLES, "--base", BASE], ["dump", "-o", file]):
            assert shelfgraph(*arguments, "--data", data).returncode == 0
        send(file, service)
        own = pyoxigraph.Store.read_only(str(DataFolder(data).current().path))
        with closing(Remote(service.query, graph=service.graph, timeout=20)) as remote:
            yield Loaded(remote, own, service)


def send(file: Path, service: Service) -> None:
    """Put a file into a graph store by its protocol."""
    graph = f"?graph-uri={service.graph}" if service.graph else "?default"
    who = ["--digest", "--user", f"{service.user}:{service.user}"] if service.user else []
    stated = ["-H", "Content-Type: application/n-triples", "-T", str(file)]
    subprocess.run(["curl", "-sSf", *who, *stated, f"{service.store}{graph}"], check=True, capture_output=True)


def test_every_statement_is_there(loaded: Loaded) -> None:
    count = int(asked(loaded.remote, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").split()[-1])
    assert count == sum(1 for _ in loaded.own.quads_for_pattern(None, None, None, pyoxigraph.DefaultGraph()))


@pytest.mark.parametrize("query", all_queries(), ids=lambda query: query.name)
def test_every_question_is_answered_alike(loaded: Loaded, query: Query) -> None:
    text = bind(query, VALUES.get(query.name, {}))
    expected = rows(loaded.own.query(text).serialize(format=pyoxigraph.QueryResultsFormat.JSON) or b"")
    found = rows(asked(loaded.remote, text, "json"))
    assert found == expected
