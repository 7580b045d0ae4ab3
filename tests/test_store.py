"""Archive and store: exact under every change, whole after every crash, one writer at a time."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import pyoxigraph
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from converter.errors import StoreError
from converter.mapping.engine import Mapper
from converter.mapping.settling import Joins, settled
from converter.mapping.shared import Shared
from converter.record import Field, File, Record
from converter.report import Finding
from converter.store import schema, statistics
from converter.store.archive import Archive
from converter.store.catalogue_entry import entry_of
from converter.store.data_folder import DataFolder, Identity
from converter.store.description import rows_of
from converter.store.generations import reading
from converter.store.loader import Loader
from converter.store.reader import ArchiveReader
from converter.store.serialization import packed

BASE = "https://x.example.org/"
MAPPER = Mapper(BASE)
IDENTITY = Identity(BASE, MAPPER.digest)

Triples = Callable[[Record, str], list[str]]
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
            Field("dc.identifier.eissn", "8765-1114"),
            Field("dc.identifier.issn", "8765-1122"),
            Field("relation.isAuthorOfPublication", "b1111111-2222-3333-4444-000000000001"),
            Field("relation.isPublicationOfAuthor", "b1111111-2222-3333-4444-000000000002"),
            Field("dspace.entity.type", "Person"),
            Field("dspace.entity.type", "Journal"),
            Field("creativeworkseries.issn", "8765-1122"),
            Field("dc.type", "Article"),
            Field("dc.subject", "lights"),
            Field("dc.publisher", "Tern Press"),
            Field("local.mark", "x"),
            Field("dc.date.issued", "2001"),
            Field("dc.date.issued", "1999-05"),
            Field("dc.contributor.editor", "Marrow, T"),
            Field("dc.language.iso", "en"),
            Field("dc.date.embargoEnd", "2030-01-02"),
            Field("dc.date.embargoEnd", "2030-01-04"),
        ]
    ),
    max_size=5,
)
RECORDS = st.builds(
    lambda number, fields, deleted, name, files: Record(
        f"{name}{number}", f"12345/{number}", fields=tuple(fields), deleted=deleted, files=files
    ),
    st.integers(1, 4),
    FIELDS,
    st.booleans(),
    st.sampled_from(["r", "b1111111-2222-3333-4444-00000000000"]),
    st.sampled_from([(), (File("a.pdf"),), (File("a.pdf"), File("b.pdf", available="2030-01-04"))]),
)


def stored(store: pyoxigraph.Store) -> set[str]:
    """The triples of a store as lines."""
    return {f"{quad.triple} ." for quad in store.quads_for_pattern(None, None, None, pyoxigraph.DefaultGraph())}


def made(lines: list[str]) -> set[str]:
    """Lines as the engine writes them."""
    parsed = pyoxigraph.parse("\n".join(lines), format=pyoxigraph.RdfFormat.N_TRIPLES)
    return {f"{quad.triple} ." for quad in parsed}


COUNTED = {
    "works": "SELECT id, address, title, rank, row FROM work",
    "things": "SELECT address, label, sort, works FROM thing",
    "labels": "SELECT address, text, label.works FROM label JOIN thing ON thing.id = thing",
    "links": "SELECT address, rank, work, roles FROM link JOIN thing ON thing.id = thing",
    "tallies": "SELECT role, address, tally.works, tally.sort FROM tally JOIN thing ON thing.id = thing",
    "years": "SELECT address, rank, by_year.works FROM by_year JOIN thing ON thing.id = thing",
    "types": "SELECT rank, type, works FROM by_type",
    "fields": "SELECT type, field, works FROM stated",
    "roles": "SELECT role, things FROM role WHERE things <> 0",
    "identifiers": "SELECT value, address, work FROM identifier",
    "rows": "SELECT COUNT(*) FROM label UNION ALL SELECT COUNT(*) FROM link UNION ALL SELECT COUNT(*) FROM tally",
}
"""What a catalogue holds, by the addresses of things; the last counts what leads to no thing too."""


def listed(archive: Archive) -> dict[str, list[tuple[object, ...]]]:
    """What the catalogue of an archive holds."""
    return {name: sorted(archive.ask(query), key=repr) for name, query in COUNTED.items()}


def published(archive: Archive, triples: Triples = MAPPER.triples) -> list[tuple[str, Record, list[str]]]:
    """Each record with its address and what it said on the day on which it was published."""
    return [(at, one, triples(one, archive.withheld.day_of(at))) for at, one in archive.records()]


def rebuilt(archive: Archive, triples: Triples = MAPPER.triples) -> set[str]:
    """What a conversion of all archived records makes, in the order in which they came first."""
    pairs = ((record, lines) for _, record, lines in published(archive, triples))
    return made([line for batch in settled(pairs, BASE) for line in batch])


def recounted(archive: Archive, triples: Triples) -> dict[str, list[tuple[object, ...]]]:
    """What a catalogue would hold that is made of the records as they are now."""
    shared, joins = Shared(BASE), Joins()
    for address, record, said in published(archive, triples):
        joins.add(shared.joins(record, said), f"item/{address}", archive.number(address))
    with tempfile.TemporaryDirectory() as folder:
        fresh = Archive(Path(folder) / "archive.sqlite")
        fresh.begin()
        for address, record, said in published(archive, triples):
            if not record.deleted:
                own, item = shared.joins(record, said), f"item/{address}"
                lines = shared.settled(said, own, joins.resolve, item)
                entry = entry_of(sorted(lines), BASE, address, record.listed.source)
                fresh.catalogue.change(archive.number(address), address, None, entry)
        fresh.commit()
        found = listed(fresh)
        fresh.close()
    return found


class StoreEqualsArchive(RuleBasedStateMachine):
    """Whatever changes, the store is what the archive would make of it."""

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.variant = self.days = 0
        self.loader = self.open()

    def triples(self, record: Record, day: str) -> list[str]:
        """What the crosswalk makes; a later crosswalk says less of a record."""
        lines = MAPPER.triples(record, day)
        return [line for line in lines if "prefLabel" not in line] if self.variant % 2 else lines

    def open(self) -> Loader:
        return Loader(Path(self.folder.name), BASE, f"crosswalk {self.variant}", self.triples, day_of=self.day)

    def day(self) -> str:
        return f"2030-01-{1 + self.days:02}"

    @rule(days=st.integers(-1, 2))
    def let_days_pass(self, days: int) -> None:
        self.days = max(0, self.days + days)

    @rule(batch=st.lists(RECORDS, min_size=1, max_size=4))
    def load(self, batch: list[Record]) -> None:
        self.loader.load(batch)

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
        # What was withheld until today is in the store without a harvest.
        assert self.loader.archive.withheld.due(self.day()) == []

    @invariant()
    def equal(self) -> None:
        if hasattr(self, "loader"):
            assert stored(self.loader.store) == rebuilt(self.loader.archive, self.triples)
            assert listed(self.loader.archive) == recounted(self.loader.archive, self.triples)
            kept, counted = self.loader.figures(), statistics.counted(rows_of(self.loader.store), BASE)
            known = {key: number for key, number in counted.links.items() if key[1] in statistics.TARGETS}
            assert kept
            assert kept._replace(examples=()) == counted._replace(examples=(), links=known)

    def teardown(self) -> None:
        if hasattr(self, "loader"):
            self.loader.close()
            del self.loader
            self.folder.cleanup()


TestStoreEqualsArchive = StoreEqualsArchive.TestCase
TestStoreEqualsArchive.settings = settings(
    max_examples=25, stateful_step_count=12, suppress_health_check=list(HealthCheck)
)


def record(number: int, title: str = "A light") -> Record:
    """A small record."""
    return Record(
        f"r{number}", f"12345/{number}", fields=(Field("dc.title", title), Field("dc.publisher", "Tern Press"))
    )


def load(folder: DataFolder, *records: Record) -> int:
    """The generation that a load ends in."""
    with folder.writing(IDENTITY, MAPPER.triples) as writer:
        return writer.load(records).number


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


def test_a_journal_that_a_later_record_of_the_batch_joins_is_listed_once(tmp_path: Path) -> None:
    electronic, printed = Field("dc.identifier.eissn", "8765-1114"), Field("dc.identifier.issn", "5555-1238")
    batch = [
        Record("r1", "12345/1", fields=(electronic,)),
        Record("r2", "12345/2", fields=(printed, electronic)),
    ]
    with DataFolder(tmp_path / "d").writing(IDENTITY, MAPPER.triples) as writer:
        writer.load(batch)
    archive = Archive(tmp_path / "d" / "archive.sqlite")
    assert listed(archive) == recounted(archive, MAPPER.triples)
    archive.close()


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
    assert folder.current().number == 7
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
from converter.store.data_folder import DataFolder
from tests.test_store import IDENTITY, MAPPER, record

folder = DataFolder(Path(sys.argv[1]))
turn = 0
while True:
    turn += 1
    with folder.writing(IDENTITY, MAPPER.triples) as writer:
        writer.load(record(n, f"{turn} {n}") for n in range(20))
    print(turn, flush=True)
"""


def test_a_writer_killed_at_any_moment_leaves_a_whole(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "d")
    chance = random.Random(20261124)
    for _ in range(8):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(folder.path)], stdout=subprocess.PIPE)
        assert writer.stdout is not None
        writer.stdout.readline()
        with contextlib.suppress(subprocess.TimeoutExpired):
            writer.wait(timeout=chance.random() * 0.3)
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        # Readers see one turn of the writer and never parts of two.
        store = pyoxigraph.Store.read_only(str(folder.current().path))
        titles = [
            quad.object.value
            for quad in store.quads_for_pattern(
                None, pyoxigraph.NamedNode("http://purl.org/dc/terms/title"), None, pyoxigraph.DefaultGraph()
            )
        ]
        assert len({title.split()[0] for title in titles}) == 1
        assert len(titles) == 20
        del store
        loader = Loader(folder.path, BASE, MAPPER.digest, MAPPER.triples)
        assert stored(loader.store) == rebuilt(loader.archive)
        loader.close()
        del loader


def of(source: str, title: str, datestamp: str | None = None, number: int = 1) -> Record:
    """A record of a source."""
    fields = (Field("dc.title", title), Field("dc.contributor.author", "Quill, A", authority="k1"))
    return Record(f"r{number}", f"12345/{number}", datestamp=datestamp, fields=fields, source=source)


def refused(folder: DataFolder, *records: Record) -> list[str]:
    """Why records of a load were not loaded."""
    findings: list[Finding] = []
    with folder.writing(IDENTITY, MAPPER.triples) as writer:
        writer.load(records, note=findings.append)
    return [finding.reason for finding in findings]


def title(folder: DataFolder, number: int = 1) -> str | None:
    """The title that the archive holds."""
    held = ArchiveReader(folder.path / "archive.sqlite").get(f"12345/{number}")
    return held.values("dc.title")[0] if held else None


@pytest.mark.parametrize("order", [1, -1], ids=["as they are", "turned round"])
def test_of_two_versions_the_newer_stands_in_whatever_order_they_come(tmp_path: Path, order: int) -> None:
    folder = DataFolder(tmp_path / "d")
    versions = [of("a", "Old", "2019-02-01"), of("a", "New", "2020-01-01T00:00:00Z")][::order]
    load(folder, *versions)
    before = journal(folder)
    assert (title(folder), load(folder, *versions), journal(folder)) == ("New", 1, before)


def test_of_two_versions_without_dates_the_first_of_a_load_stands(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "d")
    [reason] = refused(folder, of("a", "One"), of("a", "Other"))
    assert (title(folder), "neither is known to be newer" in reason) == ("One", True)


def test_a_later_load_replaces_a_version_without_a_date(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "d")
    load(folder, of("a", "One"))
    load(folder, of("a", "Other"))
    assert title(folder) == "Other"


def test_an_item_belongs_to_the_source_that_stands_first(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "d")
    load(folder, of("a", "Of a"))
    [reason] = refused(folder, of("b", "Of b", "2026-01-01"))
    assert (title(folder), reason) == (
        "Of a",
        "not loaded: the item belongs to the source “a”, which goes before “b”",
    )


def test_a_source_that_is_put_first_takes_its_items_over(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "d")
    load(folder, of("a", "Of a"), of("b", "Of b", number=2))
    with folder.writing(IDENTITY, MAPPER.triples) as writer:
        writer.archive.order(["b"])
    load(folder, of("b", "Of b"))
    assert title(folder) == "Of b"


def test_two_sources_keep_their_keyed_persons_apart_and_go_one_by_one(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "d")
    load(folder, of("a", "Of a"), of("b", "Of b", number=2))
    with folder.writing(IDENTITY, MAPPER.triples) as writer:
        assert writer.forget("a").records == 1
    other = DataFolder(tmp_path / "other")
    load(other, of("b", "Of b", number=2))
    left, alone = (stored(pyoxigraph.Store.read_only(str(one.current().path))) for one in (folder, other))
    assert left == alone
    assert any(f"{BASE}person/b/k1" in line for line in left)
    assert not any(f"{BASE}person/a/k1" in line for line in left)


def test_a_forgotten_record_is_listed_as_deleted_and_holds_nothing(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "d")
    load(folder, of("a", "Of a"))
    with folder.writing(IDENTITY, MAPPER.triples) as writer:
        writer.forget("a")
    archive = ArchiveReader(folder.path / "archive.sqlite")
    [held] = archive.listing()
    assert (held.deleted, archive.get(held.address), archive.search("Of a")) == (True, None, [])


def test_a_source_that_is_not_there_cannot_be_forgotten(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "d")
    load(folder, of("a", "Of a"))
    with folder.writing(IDENTITY, MAPPER.triples) as writer, pytest.raises(StoreError, match="the sources are “a”"):
        writer.forget("c")


def test_what_foreign_rdf_says_of_an_item_stays_when_the_record_no_longer_says_it(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "d")
    line = next(line for line in MAPPER.triples(record(1)) if "/title>" in line)
    (tmp_path / "more.nt").write_text(line + "\n", encoding="utf-8")
    load(folder, record(1))
    with folder.writing(IDENTITY, MAPPER.triples) as writer:
        writer.load_rdf(tmp_path / "more.nt")
    load(folder, record(1, "Another title"))
    assert line in stored(pyoxigraph.Store.read_only(str(folder.current().path)))


def test_words_are_found_without_their_accents_and_private_ones_never(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "d")
    fields = (Field("dc.title", "Über Möwen"), Field("dc.identifier.email", "Quill, A:quill@example.org"))
    load(folder, Record("r1", "12345/1", fields=fields), record(2))
    archive = ArchiveReader(folder.path / "archive.sqlite")
    assert [archive.search(words) for words in ("mowen UBER", "example", '"')] == [["12345/1"], [], []]


class Killed:
    """A store whose process is killed before anything changes there."""

    def update(self, *_: object) -> None:
        raise KeyboardInterrupt

    bulk_load = update


def test_a_batch_that_the_store_did_not_take_in_is_done_at_the_next_opening(tmp_path: Path) -> None:
    loader = Loader(tmp_path, BASE, "c", MAPPER.triples)
    loader.load([record(1)])
    loader.store = Killed()  # type: ignore[assignment] # what is asked of it
    with pytest.raises(KeyboardInterrupt):
        loader.load([record(1, "A tern"), record(2)])
    loader.archive.close()
    again = Loader(tmp_path, BASE, "c", MAPPER.triples)
    assert stored(again.store) == rebuilt(again.archive)
    again.close()


def test_an_archive_of_the_first_version_is_brought_up_and_keeps_everything(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "d")
    load(folder, of("a", "Of a"), record(2))
    payloads = [(packed(one), address) for address, one in Archive(folder.path / "archive.sqlite").records()]
    (folder.path / "archive.sqlite").unlink()
    # The program that wrote it knew of no identities.
    (folder.path / "store" / "shelfgraph.json").unlink()
    for generation in folder.generations():
        generation.path.with_suffix(".json").write_text('{"journal": 2}')
    old = sqlite3.connect(folder.path / "archive.sqlite", isolation_level=None)
    schema.MIGRATIONS[0](old)
    old.execute("PRAGMA user_version = 1")
    for payload, address in payloads:
        old.execute("INSERT INTO record (address, deleted, payload) VALUES (?, 0, ?)", (address, payload))
        old.execute(
            "INSERT INTO journal (address, change, moment) VALUES (?, 'created', '2026-01-02T03:04:05Z')", (address,)
        )
    old.close()
    before = stored(pyoxigraph.Store.read_only(str(folder.current().path)))
    load(folder)
    archive = ArchiveReader(folder.path / "archive.sqlite")
    assert [(held.source, held.change, held.moment) for held in archive.listing()] == [
        ("a", 1, "2026-01-02T03:04:05Z"),
        ("", 2, "2026-01-02T03:04:05Z"),
    ]
    assert (title(folder), archive.search("Of a")) == ("Of a", ["12345/1"])
    assert stored(pyoxigraph.Store.read_only(str(folder.current().path))) == before


def test_a_listing_goes_on_where_it_ended_and_knows_sets_and_moments(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "d")
    load(folder, *(msgspec.structs.replace(record(number), sets=("all", f"s{number % 2}")) for number in range(1, 6)))
    archive = ArchiveReader(folder.path / "archive.sqlite")
    first = archive.listing(limit=2)
    rest = archive.listing(after=first[-1].change)
    assert [held.address for held in first + rest] == [f"12345/{number}" for number in range(1, 6)]
    assert (archive.sets(), archive.count(set_="s1")) == ([("all", 5), ("s0", 2), ("s1", 3)], 3)
    assert (archive.listing(until="2001-01-01T00:00:00Z"), archive.count(since="2001-01-01T00:00:00Z")) == ([], 5)
