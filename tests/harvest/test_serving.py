"""A running site is kept fresh by harvests beside it, and nobody who reads it notices more than what is new."""

from __future__ import annotations

import fcntl
import logging
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Response, request

from converter.store.data_folder import DataFolder
from shelfgraph.cli import main
from tests.commands import shelfgraph
from tests.conftest import EXAMPLES, Site, free_port
from tests.harvest.test_rest import Rest
from tests.misbehaving import NOW, Fault, Repository, collection, serving
from tests.test_sparql import ask
from tests.waiting import until

COUNTED = (
    "/sparql?query=SELECT%20(COUNT(DISTINCT%20%3Fo)%20AS%20%3Fn)%20%7B%3Fs%20%3Chttp%3A%2F%2Fxmlns.com%2Ffoaf%2F0.1%2FprimaryTopic"
    "%3E%20%3Fo%7D"
)
COUNT = "/sparql?query=SELECT%20(COUNT(*)%20AS%20%3Fn)%20%7B%3Fs%20%3Fp%20%3Fo%7D"


@pytest.fixture(autouse=True)
def quiet_server() -> Iterator[None]:
    logger = logging.getLogger("werkzeug")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    yield
    logger.setLevel(before)


def harvested(address: str, data: Path, *options: str) -> None:
    """The first harvest, by hand."""
    done = shelfgraph(
        "harvest", address, "--data", data, "--repository", "the library", "--base", "http://x/", *options
    )
    assert done.returncode == 0, done.stderr.decode()


class Reader(threading.Thread):
    """Somebody who reads a site all the time, and what was answered."""

    def __init__(self, site: Site) -> None:
        super().__init__(daemon=True)
        self.site, self.ends = site, threading.Event()
        self.answers: list[tuple[int, str]] = []

    def run(self) -> None:
        while not self.ends.is_set():
            for path in (COUNT, "/record/12345/3.nt", "/"):
                answer = ask(self.site, "GET", path)
                self.answers.append((answer.status, answer.headers["etag"] if path == COUNT else ""))


def test_what_changes_at_the_repository_changes_at_the_site_and_no_request_is_lost(tmp_path: Path) -> None:
    repository = Repository(collection(12))
    with serving(repository.app()) as address:
        harvested(address + repository.path, tmp_path)
        first = DataFolder(tmp_path).current().number
        site = Site("--data", tmp_path, "--harvest-every", "1s")
        try:
            reader = Reader(site)
            reader.start()
            repository.records[3] = repository.records[3]._replace(title="A new title", datestamp=NOW)
            assert until(lambda: b"A new title" in ask(site, "GET", "/record/12345/3.nt").body)
            repository.records[3] = repository.records[3]._replace(deleted=True)
            assert until(lambda: b"A new title" not in ask(site, "GET", "/record/12345/3.nt").body)
            reader.ends.set()
            reader.join()
        finally:
            said = site.stop()
    statuses = {status for status, _ in reader.answers}
    assert statuses <= {200, 410}, said
    assert len({etag for _, etag in reader.answers if etag}) >= 2
    assert DataFolder(tmp_path).current().number >= first + 2
    assert "harvest of" not in said


def test_what_fails_is_told_in_a_line_and_tried_again(tmp_path: Path) -> None:
    repository, asked = Repository(collection(5)), []
    app = repository.app()

    @app.before_request
    def gone() -> Response | None:
        asked.append((away, request.path))
        return Response("gone", 404) if away else None

    away = False
    with serving(app) as address:
        harvested(address + repository.path, tmp_path)
        away = True
        site = Site("--data", tmp_path, "--harvest-every", "1s")
        try:
            assert until(lambda: asked.count((True, repository.path)) > 1)
            with (tmp_path / "lock").open("a") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                away = False
                before = len(asked)
                assert until(lambda: asked[before:].count((False, repository.path)) > 1)
            repository.records.append(collection(6)[5]._replace(datestamp=NOW))
            assert until(lambda: ask(site, "GET", "/record/12345/5.nt").status == 200)
        finally:
            said = site.stop()
    assert "no OAI-PMH endpoint found" in said
    assert "is writing; wait until it ends; it is tried again later" in said
    assert "Traceback" not in said


def test_a_repository_with_a_rest_interface_is_harvested_by_that(tmp_path: Path) -> None:
    rest = Rest()
    with serving(rest.app()) as address:
        harvested(f"{address}/server", tmp_path, "--rest")
        rest.items[7]["metadata"]["dc.title"][0]["value"] = "Another title"
        rest.items[7]["lastModified"] = "2031-01-01T00:00:00Z"
        site = Site("--data", tmp_path, "--harvest-every", "1s")
        try:
            assert until(lambda: b"Another title" in ask(site, "GET", "/record/12345/7.nt").body)
        finally:
            site.stop()


def beside(data: Path) -> list[str]:
    """The processes that harvest into a folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:
            continue
        if b"shelfgraph.refreshing" in words and str(data).encode() in words:
            found.append(path.parent.name)
    return found


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_the_process_beside_the_site_ends_with_it(how: signal.Signals, tmp_path: Path) -> None:
    repository = Repository(collection(3))
    with serving(repository.app()) as address:
        harvested(address + repository.path, tmp_path)
        site = Site("--data", tmp_path, "--harvest-every", "1h")
        assert len(beside(tmp_path)) == 1
        site.process.send_signal(how)
        site.process.communicate(timeout=100)
        assert until(lambda: not beside(tmp_path))


@pytest.mark.parametrize(
    ("every", "words"),
    [("often", "write 30m, 1h or 1d"), ("0m", "write 30m, 1h or 1d"), ("1h", "no repository")],
)
def test_what_cannot_be_kept_fresh_is_said(every: str, words: str, tmp_path: Path) -> None:
    assert shelfgraph("load", EXAMPLES / "lighthouse.txt", "--data", tmp_path / "d").returncode == 0
    done = CliRunner().invoke(main, ["serve", "--data", str(tmp_path / "d"), "--harvest-every", every])
    assert (done.exit_code, words in done.output) == (2, True)


def works(site: Site) -> int:
    """How many records the site has."""
    answer = ask(site, "GET", COUNTED, Accept="text/csv")
    return int(answer.body.split()[1])


def test_the_address_of_a_repository_is_enough(tmp_path: Path) -> None:
    repository = Repository(collection(250), home='<a href="/oai/request?verb=Identify">OAI-PMH</a>')
    with serving(repository.app()) as address:
        site = Site(address, "--data", tmp_path, "--harvest-every", "1s")
        try:
            # It answers at once, and shows what has come before the last record is there.
            shown = [until(lambda: works(site))]
            until(lambda: shown.append(works(site)) or shown[-1] == 250)
            repository.records[3] = repository.records[3]._replace(title="A new title", datestamp=NOW)
            until(lambda: b"A new title" in ask(site, "GET", "/record/12345/3.nt").body)
        finally:
            said = site.stop()
        asked = len(repository.asked)
        again = Site(address, "--data", tmp_path, "--harvest-every", "1h")
        try:
            until(lambda: len(repository.asked) > asked)
            assert works(again) == 250
        finally:
            again.stop()
    assert "harvest of" not in said
    # After the restart the repository is asked for what changed, and not for everything again.
    lists = [one for one in repository.asked[asked:] if one.get("verb") == "ListRecords"]
    assert all("from" in one or "resumptionToken" in one for one in lists)


def test_a_repository_without_oai_pmh_is_harvested_by_its_rest_interface(tmp_path: Path) -> None:
    rest = Rest()
    with serving(rest.app()) as address:
        site = Site(f"{address}/server", "--data", tmp_path)
        try:
            assert until(lambda: ask(site, "GET", "/record/12345/7.nt").status == 200)
        finally:
            site.stop()


def test_several_repositories_become_one_site(tmp_path: Path) -> None:
    near = Repository(collection(5))
    far = Repository([one._replace(name=f"oai:far.example.org:777/{one.number}") for one in collection(4)])
    with serving(near.app()) as here, serving(far.app()) as there:
        site = Site(here, there.replace("127.0.0.1", "localhost"), "--data", tmp_path)
        try:
            assert until(lambda: works(site) == 9)
        finally:
            site.stop()


def test_a_misbehaving_repository_is_served_whole(tmp_path: Path) -> None:
    faults = [Fault.BUSY_503_SECONDS, None, Fault.ERROR_500, Fault.TRUNCATED, None, Fault.CONTROL_CHARACTERS]
    repository = Repository(collection(60), faults=faults)
    with serving(repository.app()) as address:
        site = Site(address, "--data", tmp_path)
        try:
            assert until(lambda: works(site) == 60, seconds=60)
        finally:
            site.stop()


def test_how_far_a_first_harvest_is_stands_on_the_front_page(tmp_path: Path) -> None:
    repository = Repository(collection(40), chosen=lambda asked: "resumptionToken" in asked.args)
    repository.always = Fault.ERROR_500
    with serving(repository.app()) as address:
        site = Site(address, "--data", tmp_path)
        try:
            assert until(lambda: b"10 of about 40 records" in ask(site, "GET", "/", Accept="text/html").body)
        finally:
            site.stop()


def test_a_repository_that_does_not_answer_yet_is_said_and_the_site_stands(tmp_path: Path) -> None:
    site = Site(f"http://127.0.0.1:{free_port()}/", "--data", tmp_path, "--harvest-every", "1s")
    try:
        assert ask(site, "GET", "/").status == 200
        assert works(site) == 0
        until((tmp_path / "current").exists)
    finally:
        said = site.stop()
    assert "Traceback" not in said
