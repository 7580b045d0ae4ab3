"""Faults of disks and files: each is a sentence with a remedy, and what can go on goes on."""

from __future__ import annotations

import json
import random
import resource
import shutil
import sqlite3
import subprocess
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from converter.store import foreign_rdf
from converter.store.data_folder import DataFolder
from shelfgraph.cli import main
from tests.conftest import COMMAND, EXAMPLES, ROOT, Site, free_port, shelfgraph
from tests.faults import DECIDED, KINDS, Whole
from tests.waiting import until

UNSHARE = ["unshare", "--mount", "--map-root-user"]
READ_ONLY = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && shift && exec "$@"'
COMMANDS = (
    ("query", "ASK { ?s ?p ?o }"),
    ("dump", "-o", "-"),
    ("show", "20.500.12345/678"),
    ("log",),
    ("sources",),
    ("check", "--quick"),
)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("faults")
    assert shelfgraph("load", EXAMPLES, "--data", path / "d").returncode == 0
    assert shelfgraph("dump", "--data", path / "d").returncode == 0
    assert shelfgraph("backup", path / "kept", "--data", path / "d").returncode == 0
    return path


@pytest.fixture
def data(loaded: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(loaded / "d", tmp_path / "d"))


def stated(done: subprocess.CompletedProcess[bytes]) -> str:
    """What a command said; never how it came to it."""
    text = " ".join(done.stderr.decode().split())
    assert "Traceback" not in text, text
    return text


def on_read_only(data: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    """What a command answers over a folder on a medium that cannot be written."""
    command = [*UNSHARE, "sh", "-c", READ_ONLY, "sh", str(data), *COMMAND, *words, "--data", str(data)]
    return subprocess.run(command, capture_output=True, check=False, timeout=120, cwd=ROOT)


@pytest.fixture
def read_only(data: Path) -> Path:
    command = [*UNSHARE, "sh", "-c", READ_ONLY, "sh", str(data), "true"]
    if not shutil.which("unshare") or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("nothing can be mounted here")
    return data


def test_a_read_only_folder_is_read(read_only: Path) -> None:
    for words in COMMANDS:
        done = on_read_only(read_only, *words)
        assert (done.returncode, stated(done)) == (0, ""), words
        assert done.stdout, words


def test_what_writes_into_a_read_only_folder_says_so(read_only: Path) -> None:
    for words in (("load", str(EXAMPLES)), ("rebuild",), ("dump",)):
        done = on_read_only(read_only, *words)
        assert (done.returncode > 0, "Read-only file system" in stated(done)) == (True, True), words


def test_a_read_only_folder_is_served(read_only: Path) -> None:
    port = free_port()
    command = [*COMMAND, "serve", "--data", str(read_only), "--port", str(port), "--log", "none"]
    site = subprocess.Popen(
        [*UNSHARE, "sh", "-c", READ_ONLY, "sh", str(read_only), *command], cwd=ROOT, stderr=subprocess.PIPE
    )
    try:
        for path in (
            "records",
            "search?q=light",
            "oai?verb=ListRecords&metadataPrefix=oai_dc",
            "source/20.500.12345/678",
        ):
            assert until(lambda path=path: fetched(f"http://127.0.0.1:{port}/{path}")), path
    finally:
        site.terminate()
        site.communicate(timeout=20)


def fetched(address: str) -> str:
    try:
        with urllib.request.urlopen(address, timeout=10) as response:
            return str(response.read().decode())
    except OSError:
        return ""


@pytest.mark.parametrize("beside", ["archive.sqlite-shm", ""])
def test_changes_beside_a_read_only_archive_are_not_passed_over(read_only: Path, tmp_path: Path, beside: str) -> None:
    with closing(sqlite3.connect(read_only / "archive.sqlite", isolation_level=None)) as writer:
        writer.execute(
            "INSERT INTO journal (address, change, moment) VALUES ('1/9', 'created', '2030-01-01T00:00:00Z')"
        )
        copy = Path(shutil.copytree(read_only, tmp_path / "copy"))
    if not beside:
        (copy / "archive.sqlite-shm").unlink()
    done = on_read_only(copy, "log")
    assert (b"1/9" in done.stdout) is bool(beside)
    assert beside or "changes lie beside it" in stated(done)


MISSING = {
    "current": lambda data: (data / "current").unlink(),
    "the generation": lambda data: shutil.rmtree(DataFolder(data).current().path),
    "CURRENT": lambda data: (DataFolder(data).current().path / "CURRENT").unlink(),
    "its note": lambda data: DataFolder(data).current().path.with_suffix(".json").unlink(),
}


@pytest.mark.parametrize("what", MISSING)
@pytest.mark.parametrize("remedy", ["rebuild", "load"])
def test_a_missing_generation_is_a_sentence_and_comes_back(data: Path, what: str, remedy: str) -> None:
    before = shelfgraph("dump", "-o", "-", "--data", data).stdout
    MISSING[what](data)
    for words in (("query", "ASK { ?s ?p ?o }"), ("dump", "-o", "-")):
        done = shelfgraph(*words, "--data", data)
        assert done.returncode == 0 or "rebuild" in stated(done)
    done = shelfgraph(remedy, *([EXAMPLES] if remedy == "load" else []), "--data", data)
    assert done.returncode == 0, stated(done)
    assert shelfgraph("dump", "-o", "-", "--data", data).stdout == before
    assert shelfgraph("check", "--data", data).returncode == 0


def test_a_site_whose_generation_is_moved_away_goes_on_and_says_so(data: Path) -> None:
    site = Site("--data", data, "--log", "none")
    path = DataFolder(data).current().path
    try:
        assert json.loads(fetched(f"{site.base}-/ready")) == {"status": "ready"}
        path.rename(data / "away")
        ready = until(lambda: "fault" in (said := fetched(f"{site.base}-/ready")) and said)
        assert "is missing" in ready
        assert fetched(f"{site.base}records")
        (data / "away").rename(path)
        assert until(lambda: "fault" not in fetched(f"{site.base}-/ready"))
    finally:
        site.stop()


@pytest.mark.parametrize("room", [1 << 14, 1 << 17, 1 << 18, 3 << 17])
def test_a_full_disk_is_a_sentence_and_the_next_load_is_whole(tmp_path: Path, room: int) -> None:
    data = tmp_path / "d"
    done = subprocess.run(
        [*COMMAND, "load", str(EXAMPLES), "--data", str(data)],
        capture_output=True,
        check=False,
        timeout=120,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)),
    )
    assert (done.returncode, "; " in stated(done)) == (1, True), done.stderr
    again = shelfgraph("load", EXAMPLES, "--data", data)
    assert again.returncode == 0, stated(again)
    assert shelfgraph("check", "--data", data).returncode == 0


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    return Whole(tmp_path_factory.mktemp("whole"))


@pytest.mark.parametrize("seed", [1, 4, 23])
def test_a_random_fault_is_noticed_said_and_mended(whole: Whole, seed: int) -> None:
    found = whole.broken(random.Random(seed))
    assert found.problems == [], found


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["forgotten.json", "authorities.sqlite", "foreign/theirs.nq"])
def test_a_fault_of_what_nothing_makes_anew_is_noticed_and_nothing_is_made_without_it(
    whole: Whole, name: str, kind: str
) -> None:
    found = whole.broken(random.Random(1), name, kind)
    assert (found.noticed, found.problems) == (True, []), found


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("shelfgraph.json", "missing"),
        ("shelfgraph.json", "a cut"),
        ("generations/3.json", "missing"),
        ("dumps/3.nt.zst.sha256", "missing"),
    ],
)
def test_a_missing_note_is_noticed_and_mended(whole: Whole, name: str, kind: str) -> None:
    found = whole.broken(random.Random(1), name, kind)
    assert (found.noticed, found.problems) == (True, []), found


def test_another_base_address_is_not_taken_for_that_of_the_archive(data: Path) -> None:
    file = data / "shelfgraph.json"
    file.write_text(file.read_text().replace("127.0.0.1", "127.0.0.9"))
    checked = shelfgraph("check", "--data", data)
    assert (checked.returncode, b"bring back a copy of shelfgraph.json" in checked.stdout) == (1, True)
    done = shelfgraph("rebuild", "--data", data)
    assert (done.returncode, "addresses begin with" in stated(done)) == (1, True)


def test_foreign_rdf_whose_load_was_killed_is_whole_after_the_next_command(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = tmp_path / "theirs.nt"
    theirs.write_text('<urn:a> <urn:p> "of others" .\n')

    put = foreign_rdf.put

    def killed(folder: Path, name: str, fresh: Path) -> Path:
        put(folder, name, fresh)
        raise KeyboardInterrupt

    monkeypatch.setattr(foreign_rdf, "put", killed)
    CliRunner().invoke(main, ["load", str(theirs), "--data", str(data)])
    monkeypatch.undo()
    assert (data / "foreign" / "theirs.nt").exists()
    assert shelfgraph("load", EXAMPLES, "--data", data).returncode == 0
    assert b"of others" in shelfgraph("dump", "-o", "-", "--data", data).stdout
    assert shelfgraph("check", "--data", data).returncode == 0


def test_a_file_of_rdf_with_a_fault_leaves_the_one_of_its_name(data: Path, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs.nt"
    theirs.write_text('<urn:a> <urn:p> "of others" .\n')
    assert shelfgraph("load", theirs, "--data", data).returncode == 0
    theirs.write_text("<urn:a> <urn:p> <\n")
    done = shelfgraph("load", theirs, "--data", data)
    assert (done.returncode > 0, "correct it" in stated(done)) == (True, True)
    assert shelfgraph("rebuild", "--data", data).returncode == 0
    assert b"of others" in shelfgraph("dump", "-o", "-", "--data", data).stdout
    assert sorted(path.name for path in (data / "foreign").iterdir()) == ["theirs.nt"]


def test_authority_files_that_are_lost_can_be_given_again(data: Path, tmp_path: Path) -> None:
    decided = tmp_path / "decided.csv"
    decided.write_text(DECIDED)
    assert shelfgraph("load", EXAMPLES, "--authority", decided, "--data", data).returncode == 0
    before = shelfgraph("dump", "-o", "-", "--data", data).stdout
    assert b"ror.org/02zhqgq86" in before
    (data / "authorities.sqlite").unlink()
    assert "give every authority file again" in stated(shelfgraph("load", EXAMPLES, "--data", data))
    assert shelfgraph("rebuild", "--authority", decided, "--data", data).returncode == 0
    assert shelfgraph("dump", "-o", "-", "--data", data).stdout == before
