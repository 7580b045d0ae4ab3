"""A data folder is kept whole: faults are named, what is derived is made anew, a backup brings back the rest."""

from __future__ import annotations

import csv
import itertools
import json
import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pyoxigraph
import pytest

from converter.errors import StoreError
from converter.store import backup
from converter.store.backup import back_up, restore
from converter.store.data_folder import DataFolder
from tests.commands import shelfgraph
from tests.conftest import EXAMPLES
from tests.test_store import load, record, stored, title


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("whole") / "d"
    assert shelfgraph("load", EXAMPLES, "--data", path).returncode == 0
    return path


@pytest.fixture
def data(loaded: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(loaded, tmp_path / "d"))


def checked(data: Path, *words: str) -> tuple[int, str]:
    done = shelfgraph("check", "--data", data, *words)
    assert b"Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout.decode()


def shown(data: Path) -> set[str]:
    return stored(pyoxigraph.Store.read_only(str(DataFolder(data).current().path)))


def test_a_sound_folder_has_no_fault(data: Path) -> None:
    assert checked(data) == (0, "place,record,fault,remedy\r\n")


def table(data: Path, place: str) -> Path:
    files = sorted((data / place).rglob("*.sst"), key=lambda file: file.stat().st_size)
    return files[-1]


def flipped(path: Path, place: int) -> None:
    content = bytearray(path.read_bytes())
    content[place % len(content)] ^= 0x40
    path.unlink()
    path.write_bytes(content)


def cut(path: Path) -> None:
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content[: len(content) // 2])


DERIVED: dict[str, Callable[[Path], object]] = {
    "a bit of the store": lambda data: flipped(table(data, "store"), 200),
    "a bit of the generation": lambda data: flipped(table(data, "generations"), 200),
    "half of the store": lambda data: cut(table(data, "store")),
    "a table of the store": lambda data: table(data, "store").unlink(),
    "CURRENT of the store": lambda data: (data / "store" / "CURRENT").unlink(),
    "CURRENT of the generation": lambda data: next((data / "generations").glob("*/CURRENT")).unlink(),
    "the generation": lambda data: shutil.rmtree(DataFolder(data).current().path),
    "current": lambda data: (data / "current").unlink(),
    "current is no number": lambda data: (data / "current").write_text("x"),
    "the stamp": lambda data: (data / "store" / "shelfgraph.json").unlink(),
}


@pytest.mark.parametrize("fault", DERIVED)
def test_a_fault_of_what_is_derived_is_named_and_mended(data: Path, fault: str) -> None:
    before = shown(data)
    DERIVED[fault](data)
    code, stated = checked(data, "--quick")
    assert code == 1, fault
    assert "check --repair" in stated
    checked(data, "--quick", "--repair")
    assert checked(data)[0] == 0
    default = {line for line in shown(data) if "void#" not in line}
    assert default == {line for line in before if "void#" not in line}


@pytest.mark.parametrize("seed", range(6))
def test_a_damaged_archive_is_named_and_brought_back(data: Path, tmp_path: Path, seed: int) -> None:
    back_up(DataFolder(data), tmp_path / "kept")
    chance = random.Random(seed)
    archive = data / "archive.sqlite"
    for name in ("archive.sqlite-wal", "archive.sqlite-shm"):
        (data / name).unlink(missing_ok=True)
    content = bytearray(archive.read_bytes())
    start = chance.randrange(len(content) - 4096)
    content[start : start + 4096] = chance.randbytes(4096)
    archive.write_bytes(content)
    code, stated = checked(data, "--quick")
    # A page that nobody uses may hold anything.
    assert code == 1 or checked(data)[0] == 0, stated
    for words in (("load", EXAMPLES), ("rebuild",), ("log",), ("sources",)):
        assert b"Traceback" not in shelfgraph(*words, "--data", data).stderr
    done = shelfgraph("restore", tmp_path / "kept", "--data", data)
    assert done.returncode == 0, done.stderr
    assert shelfgraph("load", EXAMPLES, "--data", data).returncode == 0
    assert checked(data)[0] == 0


def test_a_stray_and_a_missing_statement_are_named_with_their_record(data: Path) -> None:
    store = pyoxigraph.Store(str(data / "store"))
    gone = next(quad for quad in store if "/item/" in str(quad.subject))
    store.remove(gone)
    store.add(pyoxigraph.Quad(gone.subject, gone.predicate, pyoxigraph.Literal("stray")))
    store.flush()
    del store
    code, stated = checked(data)
    assert code == 1
    assert "a statement is missing" in stated
    assert "stray" in stated
    assert checked(data, "--repair")[0] == 0


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("UPDATE work SET title = 'another'", "works of the catalogue"),
        ("UPDATE thing SET label = 'another' WHERE id = 1", "things of the catalogue"),
        ("UPDATE tally SET works = works + 1", "numbers of works"),
        ("DELETE FROM identifier", "identifiers of works"),
        ("UPDATE stated SET works = works + 1", "fields of works"),
        ("UPDATE figure SET number = number + 1", "figures"),
        ("INSERT INTO search (search) VALUES ('delete-all')", "words of the search index"),
        ("DELETE FROM claim", "claims"),
    ],
)
def test_what_the_archive_keeps_of_its_records_is_compared_and_mended(data: Path, change: str, named: str) -> None:
    with closing(sqlite3.connect(data / "archive.sqlite")) as archive, archive:
        archive.execute(change)
    code, stated = checked(data)
    assert (code, f"of the {named} " in stated) == (1, True), stated
    assert checked(data, "--repair")[0] == 0
    assert checked(data)[0] == 0


ROWS = {
    "the journal says something else": "UPDATE journal SET moment = '2031' || substr(moment, 5)",
    "something else than its bytes": "UPDATE held SET identifier = identifier || 'x' WHERE id = 3",
    "than its bytes": "UPDATE held SET datestamp = '1999-01-01' WHERE id = 3",
    "something else of its last change": "UPDATE held SET deleted = 1 WHERE id = 3",
    "its source is not known": "UPDATE held SET source = 'x' WHERE id = 3",
    "in other sets": "INSERT INTO member VALUES ('x', 3)",
    "another moment than it can have had": "INSERT INTO journal (address, change, moment)"
    " SELECT address, 'updated', '1999-01-01T00:00:00Z' FROM held WHERE id = 3",
    "nothing else does": "INSERT INTO journal (address, change, moment)"
    " VALUES ('1/1', 'created', '2999-01-01T00:00:00Z')",
}


@pytest.mark.parametrize("named", ROWS)
def test_what_the_archive_says_beside_its_bytes_is_compared_with_them(data: Path, named: str) -> None:
    with closing(sqlite3.connect(data / "archive.sqlite")) as database:
        database.execute(ROWS[named])
        database.commit()
    code, stated = checked(data, "--quick")
    assert (code, named in stated, "restore" in stated) == (1, True, True), stated


def test_a_generation_that_says_less_of_the_journal_than_its_archive_is_named_and_mended(data: Path) -> None:
    note = DataFolder(data).current().path.with_suffix(".json")
    held = json.loads(note.read_text())
    note.write_text(json.dumps(held | {"journal": held["journal"] - 1}))
    code, stated = checked(data, "--quick")
    assert (code, "its journal ends with" in stated) == (1, True), stated
    checked(data, "--repair")
    assert checked(data)[0] == 0


def test_a_backup_elsewhere_shows_the_same_and_shares_what_never_changes(data: Path, tmp_path: Path) -> None:
    folder = DataFolder(data)
    kept = back_up(folder, tmp_path / "kept")
    assert any(file.stat().st_nlink > 1 for file in kept.rglob("*.sst"))
    restore(kept, DataFolder(tmp_path / "elsewhere"))
    dumps = [shelfgraph("dump", "-o", "-", "--data", one).stdout for one in (data, kept, tmp_path / "elsewhere")]
    assert dumps[0] == dumps[1] == dumps[2] != b""


def test_a_backup_is_replaced_and_never_written_over_something_else(data: Path, tmp_path: Path) -> None:
    kept = back_up(DataFolder(data), tmp_path / "kept")
    back_up(DataFolder(data), kept)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["d", "kept"]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("x")
    with pytest.raises(StoreError, match="not a backup"):
        back_up(DataFolder(data), tmp_path / "mine")


class Killed(BaseException):
    """Stands for the end of a process."""


@pytest.mark.parametrize("can_exchange", [True, False])
def test_a_backup_that_is_killed_while_it_replaces_another_leaves_one(
    data: Path, tmp_path: Path, can_exchange: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = back_up(DataFolder(data), tmp_path / "kept")
    rename, left = Path.rename, itertools.count(1)

    def killed(path: Path, target: Path) -> Path:
        if next(left) == 2:
            raise Killed
        return rename(path, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", killed)
        patched.setattr(shutil, "rmtree", refusing(shutil.rmtree, 3 if can_exchange else 9))
        if not can_exchange:
            patched.setattr(backup, "exchanged", lambda *_: False)
        with pytest.raises(Killed):
            back_up(DataFolder(data), kept)
    assert can_exchange is (kept / "shelfgraph.json").is_file()
    back_up(DataFolder(data), kept)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["d", "kept"]
    restore(kept, DataFolder(tmp_path / "elsewhere"))


def refusing(remove: Callable[..., None], which: int) -> Callable[..., None]:
    """The function, which ends the process at one of its calls."""
    calls = itertools.count(1)

    def removing(*arguments: object, **named: object) -> None:
        if next(calls) == which:
            raise Killed
        remove(*arguments, **named)

    return removing


def test_an_older_backup_is_restored_and_numbers_go_on(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "d")
    load(folder, record(1, "Before"))
    back_up(folder, tmp_path / "kept")
    load(folder, record(1, "After"), record(2))
    before = folder.current()
    restore(tmp_path / "kept", folder)
    assert folder.current().number > before.number
    load(folder, record(3))
    assert [title(folder, number) for number in (1, 2, 3)] == ["Before", None, "A light"]
    assert folder.agreed().journal > before.journal


def test_what_was_damaged_in_a_backup_is_not_restored(data: Path, tmp_path: Path) -> None:
    kept = back_up(DataFolder(data), tmp_path / "kept")
    table_ = max(kept.rglob("*.sst"), key=lambda file: file.stat().st_size)
    flipped(table_, 300)
    before = shown(data)
    done = shelfgraph("restore", kept, "--data", data)
    assert done.returncode == 1
    assert b"not whole" in done.stderr
    assert shown(data) == before


@pytest.mark.parametrize("words", [("explain",), ("quality",), ("fields",), ("explain", "--field", "dc.title")])
def test_no_list_about_sources_holds_a_formula(words: tuple[str, ...], tmp_path: Path) -> None:
    source = tmp_path / "a.csv"
    source.write_text('id,dc.title,dc.date.issued,=1+1\n1,"=HYPERLINK(""http://x"")",@SUM(1),-1+1\n')
    done = shelfgraph(words[0], source, *words[1:])
    cells = [cell for row in csv.reader(done.stdout.decode().splitlines()) for cell in row]
    assert len(cells) > 3
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))] == []


def test_a_report_holds_no_formula(tmp_path: Path) -> None:
    source = tmp_path / "a.csv"
    source.write_text('id,dc.title,dc.date.issued\n1,A,"=HYPERLINK(""http://x"")"\n2,B,+1+1\n')
    assert shelfgraph("convert", source, "--report", tmp_path / "r.csv", "-o", tmp_path / "a.nt").returncode in {0, 1}
    cells = [cell for row in csv.reader((tmp_path / "r.csv").read_text(encoding="utf-8").splitlines()) for cell in row]
    assert [cell for cell in cells if cell.startswith(("=", "+", "@"))] == []
    assert any(cell.startswith("'=HYPERLINK") for cell in cells)
