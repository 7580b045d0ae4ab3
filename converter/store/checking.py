"""What is wrong with a data folder: each fault with the record that it concerns, and what mends it."""

from __future__ import annotations

import hashlib
import sqlite3
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from itertools import permutations
from pathlib import Path
from typing import NamedTuple

import msgspec
import pyoxigraph

from converter.errors import StoreError
from converter.store.agreement import ARCHIVE, Stamp, archive_stamp, disagreement, stamp_of
from converter.store.data_folder import DataFolder
from converter.store.forgotten import FILE as FORGOTTEN
from converter.store.forgotten import Forgotten
from converter.store.generations import has_note
from converter.store.loader import Lines, Loader
from converter.store.schema import DIGESTS, MIGRATIONS
from converter.store.serialization import digest, unpacked
from converter.store.side_files import lacking, remedy
from converter.store.sqlite_files import reading

_REBUILD = "shelfgraph check --repair"
_RESTORE = "shelfgraph restore BACKUP"
_MOST = 100
"""Statements that are named of those that differ."""
_DERIVED = {
    "claims": "SELECT * FROM {0}.claim",
    "works of the catalogue": "SELECT address, title FROM {0}.work",
    "things of the catalogue": "SELECT address, label, sort FROM {0}.thing",
    "numbers of works": "SELECT role, address, c.works FROM {0}.tally AS c JOIN {0}.thing AS t ON t.id = c.thing",
    "identifiers of works": "SELECT value, address FROM {0}.identifier",
    "fields of works": "SELECT * FROM {0}.stated",
    "figures": "SELECT * FROM {0}.figure",
    "words of the search index": "SELECT term, doc, cnt FROM {0}.search_words",
}
"""What the archive keeps that is made of its records, as rows that are the same whenever they are made."""


_ROWS = (
    "SELECT id, address, payload, digest, identifier, listed, datestamp, deleted FROM held WHERE payload IS NOT NULL"
)
_DISAGREEING = {
    "SELECT held.address FROM held JOIN journal ON number = held.change"
    " WHERE journal.address <> held.address OR journal.moment <> held.moment"
    " OR (journal.change = 'deleted') <> held.deleted": "the journal says something else of its last change",
    "SELECT address FROM held WHERE payload IS NOT NULL AND source NOT IN (SELECT name FROM source)": (
        "its source is not known"
    ),
    "SELECT address FROM (SELECT address, moment, LAG(moment) OVER (ORDER BY number) AS before FROM journal)"
    " WHERE moment < before OR moment NOT GLOB '[12][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]T*Z'": (
        "a change of it has another moment than it can have had"
    ),
    "SELECT address FROM journal WHERE address NOT IN (SELECT address FROM held)": (
        "the journal knows it, and nothing else does"
    ),
}
"""What the archive says twice → what is wrong where both disagree."""


class Fault(NamedTuple):
    """One fault: where it is (archive, index, store, generation, dumps), its record, what is wrong, what mends it."""

    place: str
    record: str
    fault: str
    remedy: str


def faults_of(folder: DataFolder, *, deep: bool, triples_of: Lines | None = None) -> list[Fault]:
    """The faults of a folder; `deep` compares the store with what the archive makes of it by the crosswalk."""
    try:
        identity = folder.identity()
    except StoreError as fault:
        return [Fault("folder", "", str(fault), _RESTORE)]
    found = list(_of_archive(folder.path / ARCHIVE))
    if identity and not found:
        found += [
            Fault("folder", "", f"{name}: {fault}", remedy(name))
            for name, fault in lacking(folder.path, identity.base, deep=True)
        ]
    found += _of_stamps(folder) if not found else []
    found += _of_generation(folder)
    found += _of_forgotten(folder.path)
    if (folder.path / "store").is_dir():
        found += _of_store(folder.path / "store", "store")
    found += _of_dumps(folder.path / "dumps")
    if deep and not found and triples_of and identity:
        found += _of_contents(folder, identity.base, triples_of)
    return found


def _of_archive(path: Path) -> Iterator[Fault]:
    if not path.is_file() or not path.stat().st_size:
        yield Fault("archive", "", "it is missing or empty", _RESTORE)
        return
    try:
        with closing(reading(path)) as database:
            for (stated,) in database.execute("PRAGMA quick_check(20)"):
                if stated != "ok":
                    yield Fault("archive", "", str(stated).splitlines()[0], _RESTORE)
            (version,) = database.execute("PRAGMA user_version").fetchone()
            kept_digest = "digest" if version >= DIGESTS else "NULL"
            for address, payload, kept in database.execute(f"SELECT address, payload, {kept_digest} FROM held"):  # noqa: S608 - ours
                if payload is not None and not _is_whole(payload, kept):
                    yield Fault("archive", address, "its bytes are damaged", f"load its source again, or {_RESTORE}")
            for (address,) in database.execute(
                "SELECT address FROM held WHERE change NOT IN (SELECT number FROM journal)"
            ):
                yield Fault("archive", address, "its last change is not in the journal", _RESTORE)
            if version == len(MIGRATIONS):
                yield from _of_rows(database)
    except sqlite3.Error as fault:
        yield Fault("archive", "", f"it cannot be read ({fault})", _RESTORE)


def _of_rows(database: sqlite3.Connection) -> Iterator[Fault]:
    """What the archive says beside the bytes of its records, where it is not what these and the journal say."""
    for query, fault in _DISAGREEING.items():
        for (named,) in database.execute(query):
            yield Fault("archive", str(named), fault, _RESTORE)
    members: dict[int, set[str]] = {}
    for number, spec in database.execute("SELECT record, spec FROM member"):
        members.setdefault(number, set()).add(spec)
    for number, address, payload, kept, *stated in database.execute(_ROWS):
        if _is_whole(payload, kept):
            record = unpacked(payload)
            came = record.listed
            if stated != [record.identifier, came.identifier, came.datestamp, record.deleted]:
                yield Fault("archive", address, "its row says something else than its bytes", _RESTORE)
            if members.get(number, set()) != set(record.sets):
                yield Fault("archive", address, "it is listed in other sets than it names", _RESTORE)


def _is_whole(payload: bytes, kept: bytes | None) -> bool:
    if kept is not None:
        return digest(payload) == kept
    try:
        return bool(unpacked(payload))
    except (zlib.error, msgspec.DecodeError, UnicodeDecodeError):
        return False


def _of_forgotten(folder: Path) -> Iterator[Fault]:
    try:
        Forgotten(folder)
    except StoreError as fault:
        yield Fault("folder", "", str(fault), remedy(FORGOTTEN))


def _of_stamps(folder: DataFolder) -> Iterator[Fault]:
    archive = archive_stamp(folder.path / ARCHIVE)
    store = stamp_of(folder.store_path)
    if folder.store_path.is_dir() and store is None:
        yield Fault("store", "", "it does not say from which archive it was made", _REBUILD)
    try:
        current = folder.current().stamp if folder.has_generation() else None
    except StoreError:
        current = None
    for place, stamp in (("store", store), ("generation", current)):
        reason = disagreement(archive, stamp) if stamp else ""
        if reason:
            yield Fault(place, "", reason, f"{_RESTORE}, or shelfgraph rebuild")
    if archive and archive.archive and current and current._replace(journal=archive.journal) == archive != current:
        reason = (
            f"its note says that its journal ends with {current.journal}, and that of its archive {archive.journal}"
        )
        yield Fault("generation", "", reason, _REBUILD)


def _of_generation(folder: DataFolder) -> Iterator[Fault]:
    if not folder.has_generation():
        if (folder.path / ARCHIVE).exists():
            yield Fault("generation", "", "nothing says which one is current", _REBUILD)
        return
    try:
        path = folder.current().path
    except StoreError as fault:
        yield Fault("generation", "", str(fault), _REBUILD)
        return
    if not has_note(path):
        yield Fault("generation", "", f"{path.name}.json does not say what it was made from", _REBUILD)
    yield from _of_store(path, f"generation {path.name}")


def _of_store(path: Path, place: str) -> Iterator[Fault]:
    """What keeps a store from being read from its first statement to its last."""
    if not (path / "CURRENT").is_file():
        yield Fault(place, "", "its folder or its CURRENT is missing", _REBUILD)
        return
    try:
        _read_through(pyoxigraph.Store.read_only(str(path)))
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as fault:
        yield Fault(place, "", f"it cannot be read ({' '.join(str(fault).split())[:200]})", _REBUILD)


def _read_through(store: pyoxigraph.Store) -> None:
    """Read every statement by each of the indexes; blocks that are damaged do not pass their checksums."""
    predicates, objects = set(), set()
    for quad in store:
        predicates.add(quad.predicate)
        objects.add(quad.object)
    for predicate in predicates:
        for _ in store.quads_for_pattern(None, predicate, None):
            pass
    for object_ in objects:
        for _ in store.quads_for_pattern(None, None, object_):
            pass
    # Named graphs are in six indexes: three begin with the graph, and that which begins with the subject is read here.
    for graph in store.named_graphs():
        subjects, predicates, objects = set(), set(), set()
        for quad in store.quads_for_pattern(None, None, None, graph):
            subjects.add(quad.subject)
            predicates.add(quad.predicate)
            objects.add(quad.object)
        for pattern in (
            *((subject, None, None, None) for subject in subjects),
            *((None, predicate, None, graph) for predicate in predicates),
            *((None, None, object_, graph) for object_ in objects),
        ):
            for _ in store.quads_for_pattern(*pattern):
                pass


def _of_dumps(folder: Path) -> Iterator[Fault]:
    for file in sorted(folder.glob("[0-9]*")) if folder.is_dir() else ():
        if file.suffix != ".sha256" and not file.with_name(f"{file.name}.sha256").is_file():
            yield Fault("dumps", "", f"{file.name} has no checksum beside it", "shelfgraph dump")
    for sums in sorted(folder.glob("*.sha256")) if folder.is_dir() else ():
        stated, _, name = sums.read_text(encoding="utf-8", errors="replace").strip().partition("  ")
        file = folder / (name or sums.stem)
        if not file.is_file():
            yield Fault("dumps", "", f"{file.name} is missing", f"shelfgraph dump again, or remove {sums.name}")
            continue
        with file.open("rb") as stream:
            if hashlib.file_digest(stream, "sha256").hexdigest() != stated:
                yield Fault("dumps", "", f"{file.name} has not the bytes that it was written with", "shelfgraph dump")


def _of_contents(folder: DataFolder, base: str, triples_of: Lines) -> Iterator[Fault]:
    """Compare store, generation, claims and index with what the archive would make of them now."""
    with tempfile.TemporaryDirectory() as beside:
        place = Path(beside)
        with (
            closing(reading(folder.path / ARCHIVE)) as old,
            closing(sqlite3.connect(place / ARCHIVE)) as new,
        ):
            old.backup(new)
        if (folder.path / "foreign").is_dir():
            (place / "foreign").symlink_to((folder.path / "foreign").resolve())
        loader = Loader(place, base, "check", triples_of, beyond=Stamp("", 0))
        try:
            for kind, path in (("store", folder.store_path), ("generation", folder.current().path)):
                if path.is_dir():
                    yield from _differing(kind, pyoxigraph.Store.read_only(str(path)), loader.store, base)
        finally:
            loader.close()
            del loader
        yield from _of_tables(folder.path / ARCHIVE, place / ARCHIVE)


def _differing(place: str, held: pyoxigraph.Store, made: pyoxigraph.Store, base: str) -> Iterator[Fault]:
    default = pyoxigraph.DefaultGraph()
    pairs: tuple[tuple[str, pyoxigraph.Store, pyoxigraph.Store], ...] = (
        ("a statement is missing", made, held),
        ("a statement that no record makes", held, made),
    )
    for words, one, other in pairs:
        count = 0
        for quad in one.quads_for_pattern(None, None, None, default):
            if quad not in other:
                count += 1
                if count <= _MOST:
                    subject = str(quad.subject.value) if hasattr(quad.subject, "value") else ""
                    yield Fault(place, subject.removeprefix(f"{base}item/"), f"{words}: {quad.triple}", _REBUILD)
        if count > _MOST:
            yield Fault(place, "", f"{words}: {count - _MOST} more", _REBUILD)


def _of_tables(held: Path, made: Path) -> Iterator[Fault]:
    with closing(reading(held)) as database:
        if database.execute("PRAGMA user_version").fetchone() != (len(MIGRATIONS),):
            # The next command that writes makes them.
            return
        database.execute("ATTACH ? AS made", (str(made),))
        for name, rows in _DERIVED.items():
            lacking, needless = (
                database.execute(f"SELECT COUNT(*) FROM ({one} EXCEPT {other})").fetchone()[0]  # noqa: S608 - ours
                for one, other in permutations((rows.format("made"), rows.format("main")))
            )
            if lacking or needless:
                yield Fault("index", "", f"of the {name} {lacking} are missing and {needless} are wrong", _REBUILD)
