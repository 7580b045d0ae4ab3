"""`/dumps/`: what there is, and downloads that go on where they broke off."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands import shelfgraph
from tests.conftest import EXAMPLES, Site
from tests.test_sparql import ask

FILE = "/dumps/1.nt.zst"


class Served:
    """A site over a data folder with dumps."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.site = Site("--data", folder)
        self.body = (folder / "dumps" / "1.nt.zst").read_bytes()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The example records as N-Triples and as Turtle, both packed."""
    folder = tmp_path_factory.mktemp("dumps") / "data"
    assert shelfgraph("load", EXAMPLES, "--data", folder).returncode == 0
    for options in ((), ("--format", "ttl", "--compress", "gzip")):
        assert shelfgraph("dump", "--data", folder, *options).returncode == 0
    running = Served(folder)
    yield running
    running.site.stop()


def test_the_list_tells_size_checksum_and_type(served: Served) -> None:
    stated = json.loads(ask(served.site, "GET", "/dumps/", Accept="application/json").body)
    assert stated["generation"] == "1"
    first = stated["dumps"][0]
    assert {
        name: first[name] for name in ("name", "generation", "since", "mediaType", "packed", "bytes", "sha256")
    } == {
        "name": "1.nt.zst",
        "generation": 1,
        "since": None,
        "mediaType": "application/n-triples",
        "packed": "application/zstd",
        "bytes": len(served.body),
        "sha256": hashlib.sha256(served.body).hexdigest(),
    }
    assert first["address"].endswith(FILE)
    assert [dump["name"] for dump in stated["dumps"]] == ["1.nt.zst", "1.ttl.gz"]


def test_the_list_is_a_page_for_people(served: Served) -> None:
    answer = ask(served.site, "GET", "/dumps/", Accept="text/html")
    assert (answer.status, answer.headers["vary"]) == (
        200,
        "Accept, Accept-Profile, Accept-Encoding, Accept-Language, Cookie",
    )
    assert b"/dumps/1.nt.zst.sha256" in answer.body
    assert ask(served.site, "GET", "/dumps.html").body == answer.body


def test_a_list_in_no_form_that_is_accepted_is_refused(served: Served) -> None:
    assert ask(served.site, "GET", "/dumps/", Accept="image/png").status == 406


def test_a_site_without_dumps_says_so(site: Site) -> None:
    assert json.loads(ask(site, "GET", "/dumps.json").body)["dumps"] == []
    assert ask(site, "GET", FILE).status == 404


def test_the_file_comes_whole_with_its_checksum(served: Served) -> None:
    answer = ask(served.site, "GET", FILE)
    assert (answer.status, answer.body) == (200, served.body)
    digest = hashlib.sha256(served.body)
    assert answer.headers["etag"] == f'"{digest.hexdigest()}"'
    assert answer.headers["repr-digest"] == f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"
    assert answer.headers["content-type"] == "application/zstd"
    assert answer.headers["accept-ranges"] == "bytes"
    assert "last-modified" in answer.headers
    assert ask(served.site, "GET", f"{FILE}.sha256").body == f"{digest.hexdigest()}  1.nt.zst\n".encode()


def test_nobody_packs_what_is_packed(served: Served) -> None:
    answer = ask(served.site, "GET", FILE, Accept_Encoding="gzip, br, zstd")
    assert "content-encoding" not in answer.headers
    assert answer.body == served.body


def test_head_tells_the_size(served: Served) -> None:
    answer = ask(served.site, "HEAD", FILE, Range="bytes=0-9")
    assert (answer.status, answer.body, answer.headers["content-length"]) == (200, b"", str(len(served.body)))


@pytest.mark.parametrize(
    ("range_", "part"),
    [
        ("bytes=0-9", slice(10)),
        ("bytes=100-", slice(100, None)),
        ("bytes=-7", slice(-7, None)),
        ("bytes=5-5", slice(5, 6)),
    ],
)
def test_a_part_is_a_part_of_the_bytes(served: Served, range_: str, part: slice) -> None:
    answer = ask(served.site, "GET", FILE, Range=range_)
    assert (answer.status, answer.body) == (206, served.body[part])
    start = range(len(served.body))[part][0]
    assert answer.headers["content-range"] == f"bytes {start}-{start + len(answer.body) - 1}/{len(served.body)}"


@pytest.mark.parametrize("range_", ["lines=1-2", "bytes=9-2", "bytes=x", "bytes=0-1,4-5", "bytes="])
def test_a_range_that_is_none_is_not_there(served: Served, range_: str) -> None:
    answer = ask(served.site, "GET", FILE, Range=range_)
    assert (answer.status, answer.body) == (200, served.body)


def test_a_range_behind_the_end_is_refused_with_the_size(served: Served) -> None:
    answer = ask(served.site, "GET", FILE, Range="bytes=99999999-")
    assert (answer.status, answer.headers["content-range"]) == (416, f"bytes */{len(served.body)}")


def test_a_download_that_broke_off_goes_on(served: Served, tmp_path: Path) -> None:
    target = tmp_path / "1.nt.zst"
    target.write_bytes(served.body[:1000])
    done = subprocess.run(["curl", "-sSfC", "-", "-o", target, f"{served.site.base}{FILE[1:]}"], check=False)
    assert done.returncode == 0
    assert target.read_bytes() == served.body


def test_a_part_of_another_version_is_never_sent(served: Served) -> None:
    tag = ask(served.site, "HEAD", FILE).headers["etag"]
    same, other = (ask(served.site, "GET", FILE, Range="bytes=0-9", If_Range=stated) for stated in (tag, '"another"'))
    assert (same.status, len(same.body)) == (206, 10)
    assert (other.status, other.body) == (200, served.body)


def test_what_the_client_has_is_not_sent_again(served: Served) -> None:
    head = ask(served.site, "HEAD", FILE).headers
    by_tag = ask(served.site, "GET", FILE, If_None_Match=head["etag"])
    by_date = ask(served.site, "GET", FILE, If_Modified_Since=head["last-modified"])
    assert (by_tag.status, by_tag.body, by_date.status) == (304, b"", 304)


@pytest.mark.parametrize(("name", "newest"), [("latest.nt.zst", "1.nt.zst"), ("latest.ttl.gz", "1.ttl.gz")])
def test_the_latest_dump_has_one_address(served: Served, name: str, newest: str) -> None:
    answer = ask(served.site, "GET", f"/dumps/{name}")
    assert answer.status == 302
    assert answer.headers["location"].endswith(f"/dumps/{newest}")


@pytest.mark.parametrize(
    "name", ["latest.nt", "latest.jelly", "2.nt.zst", "..%2fshelfgraph.json", ".1.nt.zst.part", "x"]
)
def test_other_files_are_not_there(served: Served, name: str) -> None:
    assert ask(served.site, "GET", f"/dumps/{name}").status == 404


def test_a_dump_without_its_checksum_is_not_offered(served: Served) -> None:
    unfinished = served.folder / "dumps" / "9.nt"
    unfinished.write_bytes(b"")
    try:
        assert ask(served.site, "GET", "/dumps/9.nt").status == 404
    finally:
        unfinished.unlink()
