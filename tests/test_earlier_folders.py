"""A data folder of each released version opens: it is read as it is, and the next command that writes brings it up.

`tests/data/folders/VERSION.tar.xz` is what `shelfgraph load examples/lighthouse.txt` of that version made.
"""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from tests.conftest import EXAMPLES, ROOT, Site, shelfgraph
from tests.test_sparql import ask

FOLDERS = ROOT / "tests" / "data" / "folders"
LIGHTHOUSE = EXAMPLES / "lighthouse.txt"
VERSIONS = sorted(path.name.removesuffix(".tar.xz") for path in FOLDERS.iterdir())


@pytest.fixture
def data(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The folder of a version."""
    with tarfile.open(FOLDERS / f"{request.param}.tar.xz") as packed:
        packed.extractall(tmp_path, filter="data")
    return tmp_path / str(request.param)


@pytest.mark.parametrize("data", VERSIONS, indirect=True)
def test_it_is_read_and_served_as_it_is(data: Path) -> None:
    for words in (("query", "SELECT * { ?s ?p ?o } LIMIT 1"), ("log",), ("show", "20.500.12345/678"), ("sources",)):
        done = shelfgraph(*words, "--data", data)
        assert (done.returncode, len(done.stdout.splitlines()) > 1) == (0, True), done.stderr
    site = Site("--data", data)
    try:
        assert ask(site, "GET", "/record/20.500.12345/678.ttl").status == 200
    finally:
        site.stop()


@pytest.mark.parametrize("data", VERSIONS, indirect=True)
@pytest.mark.parametrize("words", [("load", LIGHTHOUSE), ("rebuild",)])
def test_the_next_command_that_writes_makes_it_what_this_version_makes(
    data: Path, words: tuple[str | Path, ...], tmp_path: Path
) -> None:
    assert shelfgraph(*words, "--data", data).returncode == 0
    assert shelfgraph("check", "--data", data).stdout == b"place,record,fault,remedy\r\n"
    assert shelfgraph("load", LIGHTHOUSE, "--data", tmp_path / "fresh").returncode == 0
    old, fresh = (shelfgraph("dump", "-o", "-", "--data", one).stdout for one in (data, tmp_path / "fresh"))
    assert old == fresh != b""


def test_every_version_that_was_released_is_there() -> None:
    released = [
        line[4:].partition("]")[0] for line in (ROOT / "CHANGELOG.md").read_text().splitlines() if line[:4] == "## ["
    ]
    assert sorted(released[1:]) == VERSIONS
