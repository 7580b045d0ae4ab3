"""What is shown of an archive is the archive of the generation that is shown, while a writer goes on with it."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from converter.mapping.engine import Mapper
from converter.record import Field, Record
from converter.store.archive_snapshot import ArchiveSnapshot, SnapshotClosed, Snapshots
from converter.store.data_folder import DataFolder, Identity
from converter.store.generations import Generation
from converter.store.reader import ArchiveReader

BASE = "https://x.example.org/"
MAPPER = Mapper(BASE)
IDENTITY = Identity(BASE, MAPPER.digest)


def titled(title: str, number: int = 1) -> list[Record]:
    """A record of that title."""
    return [Record(f"r{number}", f"12345/{number}", fields=(Field("dc.title", title),))]


def loaded(folder: DataFolder, title: str) -> Generation:
    """The generation in which the record has that title."""
    with folder.writing(IDENTITY, MAPPER.triples) as writer:
        return writer.load(titled(title))


def title(reader: ArchiveReader) -> str:
    """The title of the record."""
    record = reader.get("12345/1")
    assert record
    return record.fields[0].value


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    """A data folder with one record."""
    made = DataFolder(tmp_path / "data")
    loaded(made, "T1")
    return made


def archive(folder: DataFolder) -> Path:
    """The archive of a folder."""
    return folder.path / "archive.sqlite"


def test_what_is_held_for_a_generation_stays_as_it_was(folder: DataFolder) -> None:
    first, snapshots, shown = folder.current(), Snapshots(archive(folder)), ["1"]
    reader = ArchiveReader(archive(folder), lambda: first.journal, lambda: snapshots.get(shown[0]))
    assert snapshots.take(first)
    second = loaded(folder, "T2")
    assert title(reader) == title(reader.whole) == "T1"
    assert [held.address for held in reader.listing()] == ["12345/1"]
    assert title(ArchiveReader(archive(folder))) == "T2"
    assert snapshots.take(second)
    assert title(reader) == "T1"
    shown[0] = "2"
    assert title(reader) == "T2"
    snapshots.keep(second)
    assert (title(reader), snapshots.get("1")) == ("T2", None)


def test_an_archive_that_has_gone_on_is_held_for_no_earlier_generation(folder: DataFolder) -> None:
    first, snapshots = folder.current(), Snapshots(archive(folder))
    second = loaded(folder, "T2")
    assert not snapshots.take(first)
    assert snapshots.take(second)
    with folder.writing(IDENTITY, MAPPER.triples) as writer:
        writer.take(titled("T3"), {})
        assert not snapshots.take(second)
        assert snapshots.take(writer.published())


def test_an_archive_of_another_identity_is_not_held(folder: DataFolder) -> None:
    other = folder.current()._replace(archive="another")
    assert not Snapshots(archive(folder)).take(other)
    assert not Snapshots(folder.path / "none.sqlite").take(folder.current())


def test_notes_of_a_harvest_are_read_as_they_are_now(folder: DataFolder) -> None:
    snapshots = Snapshots(archive(folder))
    snapshots.take(folder.current())
    reader = ArchiveReader(archive(folder), None, lambda: snapshots.get("1"))
    with folder.writing(IDENTITY, MAPPER.triples) as writer:
        writer.take([], {"harvest x": "half"})
        assert reader.notes("harvest ") == [("harvest x", "half")]


def test_space_beside_the_archive_is_used_again(folder: DataFolder) -> None:
    snapshots, beside = Snapshots(archive(folder)), archive(folder).with_name("archive.sqlite-wal")
    sizes = []
    for number in range(2, 12):
        generation = loaded(folder, f"T{number}")
        assert snapshots.take(generation)
        sizes.append(beside.stat().st_size)
        snapshots.keep(generation)
    # One change takes as much after ten of them as after two.
    assert sizes[-1] <= 2 * sizes[1]


def test_a_snapshot_is_let_go_where_changes_take_more_than_the_archive(folder: DataFolder) -> None:
    snapshots = Snapshots(archive(folder), most=0)
    generation = folder.current()
    snapshots.keep(generation)
    snapshots.limit()
    assert snapshots.get("1")
    with folder.writing(IDENTITY, MAPPER.triples) as writer:
        for number in range(40):
            writer.take(titled("T" * 40_000, number), {})
        snapshots.limit()
        assert snapshots.get("1") is None


def test_a_snapshot_that_is_let_go_ends_with_its_last_question(folder: DataFolder) -> None:
    snapshot = ArchiveSnapshot(archive(folder), 2)
    ready, ended, faults = threading.Barrier(5), threading.Event(), []

    def asks() -> None:
        ready.wait()
        try:
            while True:
                assert snapshot.ask("SELECT COUNT(*) FROM held") == [(1,)]
        except SnapshotClosed:
            pass
        except Exception as fault:  # whatever it is, the test fails with it
            faults.append(fault)

    threads = [threading.Thread(target=asks) for _ in range(4)]
    for thread in threads:
        thread.start()
    ready.wait()
    ended.wait(0.05)
    snapshot.close()
    for thread in threads:
        thread.join(10)
    assert (faults, [thread.is_alive() for thread in threads]) == ([], [False] * 4)
    with pytest.raises(SnapshotClosed):
        snapshot.ask("SELECT 1")
