"""What is forgotten is in no file of the folder and in no answer, and stays away until it is forgiven."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from converter.store.archive import Archive
from converter.store.data_folder import DataFolder
from converter.store.reader import ArchiveReader
from tests.bytes_of_a_folder import places
from tests.commands import shelfgraph
from tests.conftest import EXAMPLES, Site
from tests.services import local, running

SECRETS = {
    "dc.title": "Zqwertwyx of the wrong person",
    "dc.title.alternative": "Zqwealtzyq",
    "dc.contributor.author": "Vxsurnqzy, Kxgivqnwy",
    "dc.description.abstract": "An abstract with qzabsqwtzy and a long sentence that says qzabendqwz of it all.",
    "dc.subject": "jqsubjqzw",
    "dc.publisher": "Wqpubqzlwy Press",
    "dc.relation.ispartof": "Annals of Pqjourqzyw",
    "dc.identifier.doi": "10.5555/xqidenqzwy",
    "dc.description.provenance": "Submitted by kqsubmqzwy on 2020-01-01",
    "local.secret.note": "hqlocaqzwf",
    "dc.contributor.advisor": "Gqadvqzwor, Fqsupeqzwy",
}
WORDS = ["zqwertwyx", "zqwealtzyq", "vxsurnqzy", "kxgivqnwy", "qzabsqwtzy", "qzabendqwz", "jqsubjqzw"]
WORDS += ["wqpubqzlwy", "pqjourqzyw", "xqidenqzwy", "kqsubmqzwy", "hqlocaqzwf", "gqadvqzwor"]
WORDS += ["mqcollqzwy", "nqfilqzwy"]
HANDLE = "12345/77"
ITEM = {
    "handle": HANDLE,
    "metadata": {name: [{"value": value}] for name, value in SECRETS.items()},
    "parentCollectionList": [{"name": "Mqcollqzwy of one", "handle": "12345/1"}],
    "bitstreams": [{"name": "nqfilqzwy.pdf", "bundleName": "ORIGINAL", "sizeBytes": 12}],
    "lastModified": "2020-01-01",
}
DUMPS = ("nt", "ttl", "nq", "jsonl")
PATHS = (
    "",
    "search?q=zqwertwyx",
    "search.atom?q=zqwertwyx",
    "records",
    "records?format=csv",
    "browse/author",
    "sitemap.xml",
    "feed.atom",
    "changes",
    "dumps/",
    "void.ttl",
    "oai?verb=ListRecords&metadataPrefix=oai_dc",
    "oai?verb=ListRecords&metadataPrefix=xoai",
    "oai?verb=ListIdentifiers&metadataPrefix=oai_dc",
    "oai?verb=ListSets",
    f"oai?verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:127.0.0.1:{HANDLE}",
    "sparql?query=CONSTRUCT+%7B%3Fs+%3Fp+%3Fo%7D+WHERE+%7B%3Fs+%3Fp+%3Fo%7D",
    "sparql?query=SELECT+*+WHERE+%7BGRAPH+%3Fg+%7B%3Fs+%3Fp+%3Fo%7D%7D",
    'reconcile?queries={"q0":{"query":"Vxsurnqzy"}}',
    "suggest?q=vxsurn",
)
GONE = tuple(
    f"{folder}/{HANDLE}{suffix}"
    for folder in ("item", "record")
    for suffix in ("", ".html", ".ttl", ".jsonld", ".nt", ".rdf", ".bib", ".ris")
) + tuple(f"source/{HANDLE}{suffix}" for suffix in ("", ".json", ".html"))


def shelfgraph_well(*words: str | Path) -> str:
    done = shelfgraph(*words)
    assert done.returncode == 0, done.stderr
    return " ".join(done.stderr.decode().split())


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Others and the one, loaded twice so that an older version was there, with dumps of it."""
    path = tmp_path_factory.mktemp("forgetting")
    data, source = path / "d", path / "secret.json"
    shelfgraph_well("load", EXAMPLES, "--data", data)
    source.write_text(json.dumps({**ITEM, "lastModified": "2019-01-01"}).replace("Zqwertwyx", "Zqwertwyx before"))
    shelfgraph_well("load", source, "--data", data, "--repository", "theirs")
    source.write_text(json.dumps(ITEM))
    shelfgraph_well("load", source, "--data", data, "--repository", "theirs")
    for form in DUMPS:
        shelfgraph_well("dump", "--data", data, "--format", form)
    shelfgraph_well("dump", "--data", data, "--since", "2", "--compress", "gzip")
    return path


@pytest.fixture
def data(loaded: Path, tmp_path: Path) -> Path:
    shutil.copy(loaded / "secret.json", tmp_path)
    return Path(shutil.copytree(loaded / "d", tmp_path / "d"))


class _Stays(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """Nowhere."""


_OPENER = urllib.request.build_opener(_Stays)


def answer(address: str) -> tuple[int, str]:
    try:
        with _OPENER.open(address.replace('"', "%22").replace("{", "%7B").replace("}", "%7D")) as response:
            return response.status, response.read().decode().lower()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode().lower()


def mentioned(text: str) -> list[str]:
    return [word for word in WORDS if word in text]


def test_the_search_finds_the_words_where_they_are(data: Path) -> None:
    found = places(data, WORDS)
    kinds = ("archive.sqlite", "archive.sqlite#held", "archive.sqlite#search_data", "archive.sqlite#thing_words_data")
    assert {*kinds, "store#statements", "generations/3#statements"} <= found
    assert {f"dumps/3.{form}.zst (unpacked)" for form in DUMPS} <= found
    assert any(place.endswith(".sst") for place in found)


@pytest.mark.parametrize("named", [HANDLE, "theirs"])
def test_no_file_of_the_folder_holds_what_is_forgotten(data: Path, named: str) -> None:
    stated = shelfgraph_well("forget", named, "--data", data, "--reason", "asked for by the author")
    assert "1 record of" in stated
    assert "dumps that held it are removed" in stated
    assert places(data, WORDS) == set()
    assert shelfgraph("check", "--data", data).returncode == 0


def test_no_answer_of_a_site_holds_what_is_forgotten(data: Path) -> None:
    site = Site("--data", data, "--log", "none")
    try:
        before = {path: answer(site.base + path) for path in (*PATHS, *GONE)}
        assert all(code < 400 or path in PATHS for path, (code, _) in before.items())
        assert sum(bool(mentioned(text)) for _, text in before.values()) > 18
        shelfgraph_well("forget", HANDLE, "--data", data)
        assert places(data, WORDS) == set()
        after = {path: answer(site.base + path) for path in (*PATHS, *GONE)}
        # A question is repeated in its answer.
        asked = {path: [word for word in WORDS if word in path.lower()] for path in PATHS}
        assert {
            path: found
            for path, (_, text) in after.items()
            if (found := [word for word in mentioned(text) if word not in asked.get(path, [])])
        } == {}
        assert {after[path][0] for path in GONE} == {410}
        assert after[PATHS[15]][1].count("deleted") == 1
    finally:
        site.stop()


@pytest.mark.parametrize("named", [HANDLE, f"http://127.0.0.1:8000/item/{HANDLE}", "theirs"])
def test_what_is_forgotten_stays_away_until_it_is_forgiven(data: Path, named: str) -> None:
    source = data.parent / "secret.json"
    shelfgraph_well("forget", named, "--data", data, "--reason", "a court said so")
    again = ("load", source, "--data", data, "--repository", "theirs", "--report", data.parent / "r.csv")
    shelfgraph(*again)
    assert "a court said so" in (data.parent / "r.csv").read_text()
    assert places(data, WORDS) == set()
    shelfgraph_well("rebuild", "--data", data)
    shelfgraph("load", "--new", source, EXAMPLES, "--data", data, "--repository", "theirs")
    assert places(data, WORDS) == set()
    assert shelfgraph("forget", "--forgive", "nobody", "--data", data).returncode != 0
    shelfgraph_well("forget", "--forgive", named, "--data", data)
    shelfgraph(*again)
    assert places(data, WORDS)


def test_an_archive_that_is_brought_back_is_cleaned_too(data: Path, tmp_path: Path) -> None:
    shelfgraph_well("backup", tmp_path / "kept", "--data", data)
    shelfgraph_well("forget", "theirs", "--data", data)
    shelfgraph_well("restore", tmp_path / "kept", "--data", data)
    assert places(data, WORDS) == set()
    assert shelfgraph("check", "--data", data).returncode == 0


KILLED = (
    "converter.store.archive:Archive.efface",
    "converter.store.loader:Loader.write_anew",
    "converter.store.loader:Loader._put_in_place",
    "converter.store.archive:Archive.scrub",
    "converter.store.data_folder:DataFolder.publish",
    "converter.store.forgotten:Forgotten.begin_with",
    "converter.store.erasure:Erasure.keep_published",
)
DIES = """
import importlib, os, sys
from shelfgraph.cli import main
module, _, name = sys.argv.pop(1).partition(":")
owner, _, method = name.partition(".")
setattr(getattr(importlib.import_module(module), owner), method, lambda *_, **__: os._exit(9))
main()
"""


@pytest.mark.parametrize("moment", KILLED)
def test_a_forget_that_was_killed_is_finished_by_the_next_command(data: Path, moment: str) -> None:
    writer = [sys.executable, "-c", DIES, moment]
    died = subprocess.run([*writer, "forget", HANDLE, "--data", str(data)], check=False)
    assert died.returncode == 9
    shelfgraph_well("load", EXAMPLES, "--data", data)
    assert (places(data, WORDS) == set()) is (data / "forgotten.json").exists()
    assert shelfgraph("check", "--data", data).returncode == 0


def test_a_store_elsewhere_is_named_and_holds_it_no_more_after_the_next_publish(data: Path, tmp_path: Path) -> None:
    with running("oxigraph", tmp_path) as service:
        shelfgraph_well("publish", service.address, "--data", data, *service.options)
        assert mentioned("\n".join(service.lines()).lower())
        assert "publish there again" in shelfgraph_well("forget", HANDLE, "--data", data)
        shelfgraph_well("publish", service.address, "--data", data, *service.options)
        assert mentioned("\n".join(service.lines()).lower()) == []
        assert service.lines() == local(DataFolder(data).current().path)
        assert places(data, WORDS) == set()


def test_what_others_say_stays(data: Path) -> None:
    reader = ArchiveReader(data / "archive.sqlite")
    before = {held.address for held in reader.listing(limit=1000) if not held.deleted}
    shelfgraph_well("forget", HANDLE, "--data", data)
    archive = Archive(data / "archive.sqlite")
    after = {address for address, record in archive.records() if not record.deleted}
    archive.close()
    assert before - after == {HANDLE}
    assert after < before


def test_a_name_that_is_not_there_is_refused(data: Path) -> None:
    done = shelfgraph("forget", "99999/1", "--data", data)
    assert done.returncode == 1
    assert b"no record and no source is called" in done.stderr
    assert not (data / "forgotten.json").exists()
