"""A site harvested from another is that site: the same graph, whole, with what was withdrawn and what was forgotten."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from converter.store.reader import ArchiveReader
from tests.commands import shelfgraph
from tests.conftest import EXAMPLES, GOLDEN, Site
from tests.feeds.collection import BASE, Work, dim, load, oddity, works
from tests.feeds.test_oai import RULES, taken
from tests.test_sparql import ask
from tests.waiting import next_second

LEAST = 200
"""Statements that any of these graphs has at the least."""
PROVENANCE = "{http://www.openarchives.org/OAI/2.0/provenance}"
FORGOTTEN = {Work(2001).identifier, Work(2002).identifier}
NO_HANDLE = """
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2026-03-01T08:00:00Z</responseDate>
<request verb="ListRecords">https://repository.example.org/oai/request</request><ListRecords>
<record><header><identifier>oai:repository.example.org:report-7</identifier><datestamp>2021-02-03</datestamp></header>
<metadata><dc xmlns="http://purl.org/dc/elements/1.1/"><title>Of fog</title></dc></metadata></record>
<record><header status="deleted"><identifier>oai:repository.example.org:report-8</identifier>
<datestamp>2022-03-04T05:06:07Z</datestamp></header></record>
<record><header status="deleted"><identifier>oai:repository.example.org:20.500.12345/9</identifier>
<datestamp>2023-04-05</datestamp></header></record>
</ListRecords></OAI-PMH>
"""


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The examples, records of three sources, some withdrawn, with and without handles, and what was forgotten."""
    path = tmp_path_factory.mktemp("original")
    (path / "more.xml").write_text(NO_HANDLE, encoding="utf-8")
    kept(path / "data", EXAMPLES, path / "more.xml")
    load(path / "data", dim([*works()[:20], *works()[-3:]], path / "works.xml"))
    load(path / "data", oddity(path / "oddity.csv"))
    kept(path / "data", dim((Work(2001), Work(2002)), path / "away.xml"), "--repository", "away")
    assert shelfgraph("forget", "away", "--data", path / "data").returncode == 0
    return path / "data"


@pytest.fixture(scope="module")
def site(original: Path) -> Iterator[Site]:
    running = Site("--data", original)
    yield running
    running.stop()


def kept(folder: Path, *arguments: str | Path) -> None:
    done = shelfgraph("load", *arguments, "--data", folder, "--base", BASE)
    assert done.returncode <= 1, done.stderr.decode()


def harvested(site: Site, folder: Path, *more: str) -> Path:
    """The folder, with what the site has."""
    done = shelfgraph("harvest", f"{site.base}oai", "--data", folder, "--base", BASE, *more)
    assert done.returncode == 0, done.stderr.decode()
    return folder


def graph(folder: Path) -> bytes:
    """All that a folder says, each statement a line, in one order: equal bytes are isomorphic graphs."""
    out = folder.with_suffix(".nt")
    done = shelfgraph("dump", "--data", folder, "-o", out)
    assert done.returncode == 0, done.stderr.decode()
    lines = out.read_bytes()
    assert lines.count(b"\n") > LEAST
    assert not re.search(rb"(?m)^_:| _:\S+ \.$", lines)
    return lines


def test_a_copy_is_the_same_graph_and_so_is_a_copy_of_it(site: Site, original: Path, tmp_path: Path) -> None:
    first = harvested(site, tmp_path / "first")
    assert graph(first) == graph(original)
    mirror = Site("--data", first)
    try:
        second = harvested(mirror, tmp_path / "second")
        assert graph(second) == graph(original)
        for prefix in ("dim", "rdf", "oai_dc", "source"):
            # What was forgotten before the copy was made is nothing to the copy.
            stated = {name: what for name, what in tidings(site, prefix).items() if name not in FORGOTTEN}
            assert tidings(mirror, prefix) == stated
    finally:
        mirror.stop()


def test_records_of_every_form_come_back_as_the_same_graph(tmp_path: Path) -> None:
    mirrored([GOLDEN, EXAMPLES], tmp_path)


def mirrored(samples: list[Path], folder: Path) -> None:
    """Load the samples, harvest the site that shows them, and hold both graphs against each other."""
    kept(folder / "data", *samples)
    running = Site("--data", folder / "data")
    try:
        assert graph(harvested(running, folder / "copy")) == graph(folder / "data")
        assert len(tidings(running, "source")) == ArchiveReader(folder / "data/archive.sqlite").count()
    finally:
        running.stop()


def test_what_changes_at_a_site_changes_in_its_copy(tmp_path: Path) -> None:
    data, copy = tmp_path / "data", tmp_path / "copy"
    load(data, dim([Work(1), Work(2), Work(3), Work(4)], tmp_path / "works.xml"))
    load(data, oddity(tmp_path / "oddity.csv"))
    kept(data, dim([Work(7)], tmp_path / "away.xml"), "--repository", "away")
    site = Site("--data", data)
    try:
        assert graph(harvested(site, copy)) == graph(data)
        next_second()
        load(data, dim([Work(1, "Another title"), Work(2, deleted=True), Work(5)], tmp_path / "more.xml"))
        assert shelfgraph("forget", "away", "--data", data).returncode == 0
        assert graph(harvested(site, copy)) == graph(data)
        assert b"Another title" in graph(copy)
        changes = ArchiveReader(copy / "archive.sqlite").latest()
        harvested(site, copy, "--full", "--reconcile")
        assert graph(copy) == graph(data)
        assert ArchiveReader(copy / "archive.sqlite").latest() == changes
    finally:
        site.stop()


def test_a_copy_that_was_made_of_another_format_becomes_the_same_graph(
    site: Site, original: Path, tmp_path: Path
) -> None:
    copy = harvested(site, tmp_path / "copy", "--prefix", "dim")
    assert graph(copy) != graph(original)
    assert graph(harvested(site, copy, "--prefix", "source")) == graph(original)


def tidings(site: Site, prefix: str) -> dict[str, tuple[bool, bytes]]:
    """What a client of others takes of a site: each identifier, whether it is deleted, and the metadata."""
    records = taken(site, "ListRecords", metadataPrefix=prefix)
    return {record["identifier"]: (record["deleted"], metadata(record)) for record in records}


def metadata(record: dict[str, Any]) -> bytes:
    found = etree.fromstring(record["xml"]).find(".//{http://www.openarchives.org/OAI/2.0/}metadata")
    return b"" if found is None else etree.tostring(found[0], method="c14n")


def test_a_client_of_others_takes_each_record_whole_with_the_digest_that_the_graph_says(site: Site) -> None:
    records = taken(site, "ListRecords", metadataPrefix="source")
    digests = {}
    for record in records:
        if not record["deleted"]:
            (whole,) = etree.fromstring(record["xml"]).iterfind(".//{*}source")
            stated = "".join(map(str, whole.itertext()))
            named = json.loads(stated)
            digests[record["identifier"]] = (
                named.get("deleted", False),
                hashlib.sha256(stated.encode()).hexdigest(),
            )
    unlike = set()
    for identifier, (gone, digest) in digests.items():
        path = f"/source/{identifier.split(':', 2)[2]}.json"
        answer = ask(site, "GET", path)
        assert (answer.status, gone) == ((410, True) if gone else (200, False)), path
        if not gone and hashlib.sha256(answer.body[:-1]).hexdigest() != digest:
            unlike.add(identifier)
    assert unlike == set()
    withdrawn = {identifier for identifier, (gone, _) in digests.items() if gone}
    assert withdrawn >= {Work(1009).identifier, "oai:data.example.org:oai/repository.example.org%3Areport-8"}
    assert {record["identifier"] for record in records if record["deleted"]} == FORGOTTEN


@pytest.mark.parametrize("prefix", ["oai_dc", "dim", "rdf", "source"])
def test_every_record_of_a_repository_says_where_it_is_from(site: Site, prefix: str) -> None:
    stations = origins(site, prefix)
    assert stations["oai:data.example.org:20.500.12345/701"][0][:3] == (
        "https://repository.example.org/oai/request",
        "oai:repository.example.org:20.500.12345/701",
        "2025-06-02T12:00:00Z",
    )
    altered = {chain[0][3] for name, chain in stations.items() if "12345/70" in name}
    assert altered == {"false" if prefix == "dim" else "true"}
    assert "oai:data.example.org:id/odd%20key" not in stations


def test_a_copy_of_a_copy_names_every_station(site: Site, tmp_path: Path) -> None:
    first = Site("--data", harvested(site, tmp_path / "first"))
    try:
        chain = origins(first, "source")["oai:data.example.org:20.500.12345/701"]
    finally:
        first.stop()
    assert [(base, named, altered) for base, named, _, altered in chain] == [
        (f"{site.base}oai", "oai:data.example.org:20.500.12345/701", "false"),
        ("https://repository.example.org/oai/request", "oai:repository.example.org:20.500.12345/701", "true"),
    ]


def origins(site: Site, prefix: str) -> dict[str, list[tuple[str, str, str, str]]]:
    """Each identifier with the stations that its record names, the last one first."""
    found = {}
    for record in taken(site, "ListRecords", metadataPrefix=prefix):
        stated = etree.fromstring(record["xml"]).iterfind(f".//{PROVENANCE}originDescription")
        chain = [
            (
                *("".join(one.findtext(PROVENANCE + name) or "") for name in ("baseURL", "identifier", "datestamp")),
                str(one.get("altered")),
            )
            for one in stated
        ]
        if chain:
            found[record["identifier"]] = chain
    return found


def test_answers_with_all_parts_are_as_the_protocol_describes(site: Site) -> None:
    for prefix in ("oai_dc", "dim", "rdf", "source"):
        answer = ask(site, "GET", f"/oai?verb=ListRecords&metadataPrefix={prefix}")
        assert RULES.validate(etree.fromstring(answer.body)), RULES.error_log


def test_the_format_of_whole_records_has_a_schema_that_they_fit(site: Site) -> None:
    schema = etree.XMLSchema(etree.fromstring(ask(site, "GET", "/profile/source/1/source.xsd").body))
    root = etree.fromstring(ask(site, "GET", "/oai?verb=ListRecords&metadataPrefix=source").body)
    wholes = list(root.iterfind(".//{https://data.example.org/profile/source/1}source"))
    assert len(wholes) > 20
    for whole in wholes:
        schema.assertValid(etree.fromstring(etree.tostring(whole)))
