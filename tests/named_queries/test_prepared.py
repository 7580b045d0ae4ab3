"""What the first reader of a generation would wait for is made before he comes."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph
import pytest

from converter.mapping.engine import Mapper
from converter.record import Field, Record
from converter.store.data_folder import DataFolder, Identity
from converter.store.reader import ArchiveReader
from queries import all_queries
from server.app import create_app
from server.feeds.json_lines import StoreEndpoint, Whole
from server.named_queries.first_pages import PREPARED
from server.run import prepare
from server.settings import Settings
from server.sparql import Request
from server.sparql.answer_cache import Cached
from tests.named_queries.test_answers import HTML

BASE = "https://x.example.org/"
MAPPER = Mapper(BASE)


class Noted(StoreEndpoint):
    """An endpoint that notes what it is asked; once it has been asked `upto` times its data change."""

    upto = 1000

    def __init__(self, store: pyoxigraph.Store) -> None:
        super().__init__(store, BASE, "1")
        self.asked: list[Request] = []

    def ask(self, request: Request) -> Whole:
        self.asked.append(request)
        if len(self.asked) >= self.upto:
            self.version = "2"
        return super().ask(request)


@pytest.fixture
def archive(tmp_path: Path) -> ArchiveReader:
    """A folder of a few works."""
    folder = DataFolder(tmp_path / "data")
    fields = (Field("dc.title", "Terns"), Field("dc.date.issued", "2001"), Field("dc.subject", "birds"))
    with folder.writing(Identity(BASE, MAPPER.digest), MAPPER.triples) as writer:
        writer.load([Record(f"r{n}", f"12345/{n}", fields=fields) for n in range(5)])
    return ArchiveReader(folder.path / "archive.sqlite")


@pytest.fixture
def endpoint(archive: ArchiveReader, tmp_path: Path) -> Noted:
    """What is behind the cache."""
    return Noted(pyoxigraph.Store.read_only(str(DataFolder(tmp_path / "data").current().path)))


def test_the_first_pages_of_these_questions_ask_nothing_more(archive: ArchiveReader, endpoint: Noted) -> None:
    cached = Cached(endpoint)
    client = create_app(Settings(BASE), cached, archive).test_client()
    prepare(archive, cached)
    before = len(endpoint.asked)
    assert before == len(PREPARED)
    for name in PREPARED:
        assert client.get(f"/queries/{name}", headers={"Accept": HTML["Accept"]}).status_code == 200
    assert endpoint.asked[before:] == []


def test_what_is_prepared_can_be_asked_as_it_stands() -> None:
    assert {*PREPARED} <= {query.name for query in all_queries()}


def test_nothing_more_is_made_of_what_is_shown_no_longer(archive: ArchiveReader, endpoint: Noted) -> None:
    endpoint.upto = 2
    prepare(archive, Cached(endpoint))
    assert len(endpoint.asked) == 2
