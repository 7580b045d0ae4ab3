"""`shelfgraph export`: the site as files, the same bytes, no file too many and none outside its folder."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote

import pytest
from click.testing import CliRunner, Result

from shelfgraph.cli import main
from tests.commands import shelfgraph
from tests.conftest import EXAMPLES, Site

HANDLE = "20.500.12345/678"
GONE = "20.500.12345/704"
BASE = "https://data.example.org/"


class Exported:
    """A data folder, and its export."""

    def __init__(self, root: Path) -> None:
        self.data, self.target = root / "data", root / "site"


def stated(*arguments: str | Path) -> Result:
    """What the command answers, in this process."""
    return CliRunner().invoke(main, [*map(str, arguments)])


def files(target: Path) -> set[str]:
    """The files of an export."""
    found = {path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file()}
    return {name for name in found if not name.startswith(".shelfgraph/")}


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """The example records as files."""
    made = Exported(tmp_path_factory.mktemp("export"))
    assert shelfgraph("load", EXAMPLES, "--data", made.data, "--base", BASE).returncode == 0
    done = shelfgraph("export", made.target, "--data", made.data)
    assert done.returncode == 0, done.stderr
    assert b"1 withdrawn, 0 failed" in done.stderr
    return made


@pytest.fixture(scope="module")
def site(exported: Exported) -> Iterator[Site]:
    """The same data, served in the language of the files."""
    running = Site("--data", exported.data, "--languages", "en")
    yield running
    running.stop()


def test_every_file_is_what_the_server_sends(exported: Exported, site: Site) -> None:
    names = files(exported.target)
    assert len(names) > 500
    with contextlib.closing(HTTPConnection("127.0.0.1", site.port, timeout=30)) as connection:
        for name in sorted(names):
            if name == ".htaccess":
                continue
            status, body = seen(connection, quote(name.removesuffix("index.html").removesuffix("/")))
            expected = 410 if GONE in name else 200
            assert (status, body) == (expected, (exported.target / name).read_bytes()), name


def seen(connection: HTTPConnection, path: str) -> tuple[int, bytes]:
    """What a browser sees, where the server leads it elsewhere too."""
    while True:
        # What has no suffix and is no page is exported in the form that a program is sent.
        connection.request("GET", f"/{path}", headers={"Accept": "*/*" if path == "ns" else "text/html, */*;q=0.1"})
        response = connection.getresponse()
        body = response.read()
        location = response.headers.get("Location")
        if location is None:
            return response.status, body
        path = location.removeprefix(BASE)


def test_a_record_is_there_in_every_form(exported: Exported) -> None:
    folder = exported.target / "record" / HANDLE
    names = {path.name for path in folder.parent.iterdir() if path.name.startswith("678.")}
    assert {"678.html", "678.ttl", "678.jsonld", "678.nt", "678.rdf", "678.bib", "678.csl.json", "678.linkset"} <= names
    page = (folder.parent / "678.html").read_bytes()
    assert (folder / "index.html").read_bytes() == page
    assert (exported.target / "item" / HANDLE / "index.html").read_bytes() == page


@pytest.mark.parametrize(
    "name",
    [
        "index.html",
        "static/style.css",
        "robots.txt",
        "sitemap.xml",
        "sitemap-1.xml",
        "void.ttl",
        "shelf.jsonld",
        "shelf/index.html",
        "dumps/1.nt.zst",
        "dumps/1.nt.zst.sha256",
        "dumps/index.html",
        "profile/core/1/context.jsonld",
        "journal/5555-1238.html",
        "journal/5555-1238/index.html",
        f"source/{HANDLE}.json",
    ],
)
def test_the_site_is_whole(exported: Exported, name: str) -> None:
    assert (exported.target / name).stat().st_size


def test_what_was_withdrawn_is_a_file_with_a_mark_for_servers(exported: Exported) -> None:
    assert b"withdrawn" in (exported.target / "record" / f"{GONE}.html").read_bytes()
    assert (exported.target / "item" / GONE / "index.html").exists()
    assert not list(exported.target.glob(f"source/{GONE}*"))
    marks = exported.target / ".shelfgraph" / "gone"
    assert [path.relative_to(marks).as_posix() for path in marks.rglob("*.gone")] == [f"{GONE}.gone"]


def test_a_second_export_leaves_every_file_as_it_is(exported: Exported) -> None:
    before = {name: (exported.target / name).stat().st_mtime_ns for name in files(exported.target)}
    assert stated("export", exported.target, "--data", exported.data, "--workers", "1").exit_code == 0
    assert {name: (exported.target / name).stat().st_mtime_ns for name in files(exported.target)} == before


def test_an_interrupted_export_goes_on_where_it_was(tmp_path: Path) -> None:
    data, target = tmp_path / "data", tmp_path / "site"
    stated("load", EXAMPLES / "lighthouse.txt", "--data", data, "--base", BASE)
    assert stated("export", target, "--data", data, "--workers", "1").exit_code == 0
    before = files(target)
    notes = target / ".shelfgraph" / "export.json"
    held = json.loads(notes.read_text(encoding="utf-8"))
    notes.write_text(json.dumps({**held, "whole": False, "after": "journal/zzz"}), encoding="utf-8")
    behind, ahead = target / "journal/5555-1238.ttl", target / f"record/{HANDLE}.ttl"
    behind.unlink()
    ahead.unlink()
    assert stated("export", target, "--data", data, "--workers", "1").exit_code == 0
    assert before - files(target) == {"journal/5555-1238.ttl"}


def test_what_is_gone_from_the_data_is_gone_from_the_files(tmp_path: Path) -> None:
    data, target = tmp_path / "data", tmp_path / "site"
    for source, name in (("lighthouse.txt", "one"), ("listrecords-oai_dc.xml", "two")):
        stated("load", EXAMPLES / source, "--data", data, "--base", BASE, "--repository", name)
    assert stated("export", target, "--data", data, "--workers", "1").exit_code == 0
    assert (target / "record" / HANDLE / "index.html").exists()
    (target / "mine.txt").write_text("kept", encoding="utf-8")
    assert stated("forget", "one", "--data", data).exit_code == 0
    assert stated("export", target, "--data", data, "--workers", "1").exit_code == 0
    assert not [name for name in files(target) if HANDLE in name]
    assert not (target / "record" / HANDLE).exists()
    assert (target / "mine.txt").exists()


def test_a_folder_of_somebody_else_is_left_alone(exported: Exported, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    done = stated("export", tmp_path, "--data", exported.data)
    assert done.exit_code == 2
    assert "name an empty folder" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_what_cannot_be_a_file_is_told_and_never_written_elsewhere(tmp_path: Path) -> None:
    data, target = tmp_path / "data", tmp_path / "deep" / "site"
    foreign = tmp_path / "hostile.nt"
    paths = (
        "person/%2E%2E/%2E%2E/%2E%2E/out",
        "person/a%2F..%2F..%2F..%2F..%2Fout",
        "person/a%2Fb",
        "person/a/b",
        "person/good",
        "person/c%2Fd",
    )
    label = "<http://www.w3.org/2000/01/rdf-schema#label>"
    foreign.write_text("".join(f'<{BASE}{path}> {label} "x" .\n' for path in paths), encoding="utf-8")
    stated("load", foreign, "--data", data, "--base", BASE)
    done = stated("export", target, "--data", data, "--workers", "1")
    assert done.exit_code == 1
    assert "person/a%2Fb and /person/a/b are the same file" in done.stderr
    assert (target / "person" / "a" / "b.ttl").exists()
    assert (target / "person" / "c" / "d.ttl").exists()
    assert (target / "person" / "good.ttl").exists()
    assert not [path for path in tmp_path.rglob("*") if path.name.startswith("out")]
    assert "3 failed" in done.stderr
