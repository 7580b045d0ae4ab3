"""Archive and store: exact under every change, whole after every crash, one writer at a time."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyoxigraph
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from converter.errors import StoreError
from converter.keeping.archive import Archive
from converter.keeping.folder import DataFolder, Identity, reading
from converter.keeping.loading import Loader
from converter.mapping import Mapper
from converter.record import Field, Record

BASE = "https://x.example.org/"
MAPPER = Mapper(BASE)
IDENTITY = Identity(BASE, MAPPER.digest)

FIELDS = st.lists(
    st.sampled_from(
        [
            Field("dc.title", "A light"),
            Field("dc.title", "A tern"),
            Field("dc.contributor.author", "Quill, A", authority="k1", confidence=600),
            Field("dc.contributor.author", "Quill, Agnes", authority="k1", confidence=600),
            Field("dc.contributor.author", "Marrow, T"),
            Field("dc.identifier.issn", "5555-1238"),
            Field("dc.relation.ispartof", "Annals of Coasts"),
            Field("dc.relation.ispartof", "Annals Of Coasts"),
            Field("dc.type", "Article"),
            Field("dc.subject", "lights"),
            Field("dc.publisher", "Tern Press"),
            Field("local.mark", "x"),
        ]
    ),
    max_size=5,
)
RECORDS = st.builds(
    lambda number, fields, deleted: Record(f"r{number}", f"12345/{number}", fields=tuple(fields), deleted=deleted),
    st.integers(1, 4),
    FIELDS,
    st.booleans(),
)


def stored(store: pyoxigraph.Store) -> set[str]:
    """The triples of a store as lines."""
    return {f"{quad.triple} ." for quad in store}


def made(lines: list[str]) -> set[str]:
    """Lines as the engine writes them."""
    parsed = pyoxigraph.parse("\n".join(lines), format=pyoxigraph.RdfFormat.N_TRIPLES)
    return {f"{quad.triple} ." for quad in parsed}


class StoreEqualsArchive(RuleBasedStateMachine):
    """Whatever changes, the store is what the archive would make of it."""

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.variant = 0
        self.loader = self.open()

    def triples(self, record: Record) -> list[str]:
        """What the crosswalk makes; a later crosswalk says less of a record."""
        lines = MAPPER.triples(record)
        return [line for line in lines if "prefLabel" not in line] if self.variant % 2 else lines

    def open(self) -> Loader:
        return Loader(Path(self.folder.name), BASE, f"crosswalk {self.variant}", self.triples)

    @rule(batch=st.lists(RECORDS, min_size=1, max_size=4))
    def load(self, batch: list[Record]) -> None:
        self.loader.load((record, self.triples(record)) for record in batch)

    @rule()
    def change_the_crosswalk(self) -> None:
        self.loader.close()
        del self.loader
        self.variant += 1
        self.loader = self.open()

    @rule()
    def open_again(self) -> None:
        self.loader.close()
        del self.loader
        self.loader = self.open()

    @invariant()
    def equal(self) -> None:
        if hasattr(self, "loader"):
            lines = [line for _, record in self.loader.archive.records() for line in self.triples(record)]
            assert stored(self.loader.store) == made(lines)

    def teardown(self) -> None:
        if hasattr(self, "loader"):
            self.loader.close()
            del self.loader
            self.folder.cleanup()


TestStoreEqualsArchive = StoreEqualsArchive.TestCase
TestStoreEqualsArchive.settings = settings(
    max_examples=25, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
)


def record(number: int, title: str = "A light") -> Record:
    """A small record."""
    return Record(
        f"r{number}", f"12345/{number}", fields=(Field("dc.title", title), Field("dc.publisher", "Tern Press"))
    )


def load(folder: DataFolder, *records: Record) -> int:
    """The generation that a load ends in."""
    with folder.writing(IDENTITY, MAPPER.triples) as writer:
        return writer.load((one, MAPPER.triples(one)) for one in records).number


def journal(folder: DataFolder) -> list[tuple[str, str]]:
    """The changes that the journal holds."""
    archive = Archive(folder.path / "archive.sqlite")
    found = [(entry.address, entry.change) for entry in archive.journal()]
    archive.close()
    return found


def test_the_same_records_again_change_nothing(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "d")
    assert load(folder, record(1), record(2)) == load(folder, record(1), record(2)) == 1
    assert journal(folder) == [("12345/1", "created"), ("12345/2", "created")]


def test_the_journal_says_what_changed(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "d")
    load(folder, record(1))
    load(folder, record(1, "A tern"))
    load(folder, Record("r1", "12345/1", deleted=True))
    assert [change for _, change in journal(folder)] == ["created", "updated", "deleted"]


def test_what_others_say_of_a_publisher_stays_when_one_record_goes(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "d")
    load(folder, record(1), record(2))
    name = pyoxigraph.NamedNode(f"{BASE}org/tern-press")
    counts = []
    for number in (1, 2):
        load(folder, Record(f"r{number}", f"12345/{number}", deleted=True))
        store = pyoxigraph.Store.read_only(str(folder.current().path))
        counts.append(len(list(store.quads_for_pattern(name, None, None))))
    assert counts == [2, 0]


def test_a_reader_keeps_its_generation_while_new_ones_come(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "d")
    load(folder, record(1))
    with reading(folder.current()) as path:
        store = pyoxigraph.Store.read_only(str(path))
        before = len(store)
        for number in range(2, 7):
            load(folder, record(number))
        assert len(store) == before
        assert path.exists()
    load(folder, record(7))
    assert max(int(one.name) for one in (folder.path / "generations").iterdir()) == 7
    assert not path.exists()


def test_a_second_writer_is_told_who_writes(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "d")
    with folder.writing(IDENTITY, MAPPER.triples), pytest.raises(StoreError, match=f"process {os.getpid()} is writing"):
        load(folder, record(1))


def test_a_later_archive_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "archive.sqlite"
    database = sqlite3.connect(path)
    database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(StoreError, match="version 99"):
        Archive(path)


WRITER = """
import sys
from pathlib import Path
from converter.keeping.folder import DataFolder
from tests.test_keeping import IDENTITY, MAPPER, record

folder = DataFolder(Path(sys.argv[1]))
turn = 0
while True:
    turn += 1
    with folder.writing(IDENTITY, MAPPER.triples) as writer:
        writer.load((one, MAPPER.triples(one)) for one in (record(n, f"{turn} {n}") for n in range(20)))
    print(turn, flush=True)
"""


def test_a_writer_killed_at_any_moment_leaves_a_whole(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "d")
    chance = random.Random(20261124)
    for _ in range(8):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(folder.path)], stdout=subprocess.PIPE)
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(chance.random() * 0.3)
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        # Readers see one turn of the writer and never parts of two.
        store = pyoxigraph.Store.read_only(str(folder.current().path))
        titles = [
            quad.object.value
            for quad in store.quads_for_pattern(None, pyoxigraph.NamedNode("http://purl.org/dc/terms/title"), None)
        ]
        assert len({title.split()[0] for title in titles}) == 1
        assert len(titles) == 20
        del store
        loader = Loader(folder.path, BASE, MAPPER.digest, MAPPER.triples)
        lines = [line for _, one in loader.archive.records() for line in MAPPER.triples(one)]
        assert stored(loader.store) == made(lines)
        loader.close()
        del loader
