"""`shelfgraph dump`: sorted, whole, the same bytes for the same data, in flat memory, and what changed since."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from pyjelly.integrations.generic.parse import parse_jelly_flat

from converter.compression import zstd
from converter.described_by import graph_of
from converter.errors import StoreError, UsageError
from converter.publish import dump as dumping
from converter.publish import dump_files
from converter.publish.external_sort import Sorter
from converter.store.data_folder import DataFolder
from server.app import create_app
from server.feeds.json_lines import StoreEndpoint
from server.settings import Settings
from shelfgraph.cli import main
from tests.commands import shelfgraph
from tests.conftest import EXAMPLES, ROOT

BASE = "https://data.example.org/"
FORMATS = ("nt", "ttl", "nq", "jsonl", "jelly")
RDF = {
    "nt": pyoxigraph.RdfFormat.N_TRIPLES,
    "ttl": pyoxigraph.RdfFormat.TURTLE,
    "nq": pyoxigraph.RdfFormat.N_QUADS,
}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example records in a data folder."""
    folder = tmp_path_factory.mktemp("dumps") / "data"
    assert shelfgraph("load", EXAMPLES, "--data", folder, "--base", BASE).returncode == 0
    return folder


def stated(*arguments: str | Path) -> Result:
    """What the command answers, in this process."""
    return CliRunner().invoke(main, [*map(str, arguments)])


def held(folder: Path) -> set[str]:
    """The quads of a data folder, without what it says of itself."""
    store = pyoxigraph.Store.read_only(str(DataFolder(folder).current().path))
    return {str(quad) for quad in store if quad.graph_name != pyoxigraph.NamedNode(graph_of(BASE))}


def dumped(folder: Path, *options: str) -> bytes:
    """The dump on standard output."""
    done = stated("dump", "--data", folder, "-o", "-", *options)
    assert done.exit_code == 0, done.stderr
    return done.stdout_bytes


def unpacked(path: Path) -> bytes:
    """The content of a dump."""
    body = path.read_bytes()
    if path.suffix == ".gz":
        return gzip.decompress(body)
    return zstd.decompress(body) if path.suffix == ".zst" else body


@pytest.mark.parametrize("name", ["all.nt.zst", "all.nq.gz", "all.ttl", "all.jsonl.zst", "all.jelly"])
def test_two_dumps_of_the_same_data_are_the_same_bytes(data: Path, tmp_path: Path, name: str) -> None:
    bodies = []
    for folder in ("first", "second"):
        (tmp_path / folder).mkdir()
        assert shelfgraph("dump", "--data", data, "-o", tmp_path / folder / name).returncode == 0
        bodies.append((tmp_path / folder / name).read_bytes())
        checksum = (tmp_path / folder / f"{name}.sha256").read_text(encoding="ascii")
        assert checksum == f"{hashlib.sha256(bodies[-1]).hexdigest()}  {name}\n"
        assert len(list((tmp_path / folder).iterdir())) == 2
    assert bodies[0] == bodies[1]


def test_a_dump_is_the_same_after_a_rebuild(data: Path, tmp_path: Path) -> None:
    assert stated("load", EXAMPLES, "--data", tmp_path / "other", "--base", BASE).exit_code == 0
    assert stated("rebuild", "--data", tmp_path / "other").exit_code == 0
    assert dumped(tmp_path / "other") == dumped(data)


def test_a_dump_is_sorted_by_its_bytes(data: Path) -> None:
    lines = dumped(data).splitlines(keepends=True)
    assert lines == sorted(set(lines))


@pytest.mark.parametrize("form", RDF)
def test_a_dump_in_a_fresh_store_is_the_same_data(data: Path, form: str) -> None:
    store = pyoxigraph.Store()
    store.bulk_load(dumped(data, "--format", form), RDF[form])
    assert {str(quad) for quad in store} == held(data)


def test_a_dump_in_jelly_holds_the_same_triples(data: Path) -> None:
    triples = parse_jelly_flat(io.BytesIO(dumped(data, "--format", "jelly")))
    assert len({tuple(map(str, triple)) for triple in triples}) == len(held(data))


def test_turtle_groups_what_is_said_of_a_thing(data: Path) -> None:
    text = dumped(data, "--format", "ttl").decode()
    assert text.startswith("@prefix bido:")
    assert text.count("\n<https://data.example.org/journal/5555-1238> a ") == 1


def test_json_lines_hold_a_record_each(data: Path) -> None:
    lines = dumped(data, "--format", "jsonl").splitlines()
    records = [json.loads(line) for line in lines]
    assert [record["id"] for record in records] == sorted(record["id"] for record in records)
    assert {record["@context"] for record in records} == {f"{BASE}profile/core/1/context-2.jsonld"}
    titled = {record["id"]: record.get("title") for record in records}
    assert titled[f"{BASE}item/20.500.12345/678"]["en-gb"][0].startswith("How coastal lights")
    counted = stated(
        "query", "SELECT ?r { ?r <http://rdfs.org/ns/void#inDataset> ?d }", "--data", data, "--format", "csv"
    )
    assert len(records) == len(counted.stdout.splitlines()) - 1


def test_skg_if_holds_what_the_site_gives_of_each_work(data: Path) -> None:
    documents = [json.loads(line) for line in dumped(data, "--format", "skg-if").splitlines()]
    store = pyoxigraph.Store.read_only(str(DataFolder(data).current().path))
    client = create_app(Settings(BASE), StoreEndpoint(store, BASE, "1")).test_client()
    addresses = [document["@graph"][0]["local_identifier"] for document in documents]
    paths = [f"/record/{address.removeprefix(f'{BASE}item/')}.skg-if.json" for address in addresses]
    assert [client.get(path).json for path in paths] == documents
    assert len(addresses) > 5
    assert f"{BASE}item/20.500.12345/704" not in addresses


def test_a_withdrawn_record_is_told_of(data: Path) -> None:
    lines = [line for line in dumped(data, "--format", "jsonl").splitlines() if b"/item/20.500.12345/704" in line]
    assert len(lines) == 1
    assert "2025-06-05T12:00:00Z" in json.dumps(json.loads(lines[0]))


def test_without_a_file_the_dump_stands_with_its_generation(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    for number, source in enumerate(sorted(EXAMPLES.iterdir()), 1):
        stated("load", source, "--data", folder, "--base", BASE)
        done = stated("dump", "--data", folder, "--keep", "2")
        assert done.exit_code == 0
        assert f"generation {number}" in done.stderr
    assert number == 3
    assert {path.name for path in (folder / "dumps").iterdir()} == {
        f"{kept}.nt.zst{end}" for kept in (2, 3) for end in ("", ".sha256")
    }


def test_what_a_killed_dump_left_behind_goes_after_a_while(data: Path) -> None:
    folder = dump_files.folder_of(data)
    old, young = folder / ".sorting-old", folder / ".1.nt.part"
    old.mkdir(parents=True)
    young.touch()
    os.utime(old, (0, 0))
    assert stated("dump", "--data", data).exit_code == 0
    assert (old.exists(), young.exists()) == (False, True)


def test_named_graphs_are_in_the_dump_of_quads_alone(data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    (tmp_path / "links.nq").write_text(
        "<urn:a> <urn:b> <urn:c> <urn:g> .\n<urn:a> <urn:b> _:x .\n"
        f"<urn:a> <urn:b> <{graph_of(BASE)}> .\n<urn:a> <urn:b> <urn:d> <{graph_of(BASE)}> .\n",
        encoding="utf-8",
    )
    stated("load", tmp_path / "links.nq", "--data", folder, "--base", BASE)
    quads, triples = (stated("dump", "--data", folder, "-o", "-", "--format", form) for form in ("nq", "nt"))
    assert "<urn:a> <urn:b> <urn:c> <urn:g> .\n" in quads.stdout
    assert f"<urn:a> <urn:b> <{graph_of(BASE)}> .\n" in quads.stdout
    assert len(quads.stdout.splitlines()) == 3
    assert len(triples.stdout.splitlines()) == 2
    assert "--format nq takes them all" in triples.stderr


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[bytes]]:
    """A data folder with four generations, and the dump of each."""
    folder = tmp_path_factory.mktemp("since") / "data"
    dumps = []
    text = (EXAMPLES / "lighthouse.txt").read_text(encoding="utf-8")
    source = folder.parent / "lighthouse.txt"
    for title in ("How coastal lights", "How harbour lights", "How all lights", "Why lights"):
        source.write_text(text.replace("How coastal lights", title), encoding="utf-8")
        assert stated("load", source, "--data", folder, "--base", BASE).exit_code == 0
        assert stated("dump", "--data", folder).exit_code == 0
        dumps.append(dumped(folder))
    return folder, dumps


def applied(old: bytes, patch: bytes) -> bytes:
    """The dump that a patch makes of another."""
    lines = set(old.splitlines(keepends=True))
    for line in patch.splitlines(keepends=True):
        if line.startswith(b"D "):
            lines.remove(line[2:])
        elif line.startswith(b"A "):
            assert line[2:] not in lines
            lines.add(line[2:])
    return b"".join(sorted(lines))


@pytest.mark.parametrize("since", [2, 3, 4])
def test_a_patch_leads_from_an_earlier_generation_to_this_one(changed: tuple[Path, list[bytes]], since: int) -> None:
    folder, dumps = changed
    patch = dumped(folder, "--since", str(since))
    assert patch.splitlines()[2] == b"TX ."
    assert patch.splitlines()[-1] == b"TC ."
    assert (len(patch.splitlines()) == 4) is (since == 4)
    assert applied(dumps[since - 1], patch) == dumps[3]


def test_patches_stand_in_a_row(changed: tuple[Path, list[bytes]]) -> None:
    folder, _ = changed
    heads = [dumped(folder, "--since", since).splitlines()[:2] for since in ("2", "3")]
    assert heads[0][0] == heads[1][0]
    assert heads[0][1] != heads[1][1]


def test_a_generation_that_is_gone_is_told_with_those_there_are(changed: tuple[Path, list[bytes]]) -> None:
    done = stated("dump", "--data", changed[0], "-o", "-", "--since", "1")
    assert (done.exit_code, done.stdout_bytes) == (1, b"")
    assert "there are 2, 3, 4" in done.stderr


def test_a_patch_has_a_name_of_its_own(changed: tuple[Path, list[bytes]]) -> None:
    assert stated("dump", "--data", changed[0], "--since", "3").exit_code == 0
    path = changed[0] / "dumps" / "4-since-3.rdfp.zst"
    assert unpacked(path) == dumped(changed[0], "--since", "3")
    assert [(dump.generation, dump.since) for dump in dump_files.kept(changed[0])][:2] == [(4, None), (4, 3)]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["-o", "all.nt", "--format", "ttl"], "the name of all.nt says nt"),
        (["-o", "all.nt.gz", "--compress", "zstd"], "the name of all.nt.gz says gzip"),
        (["-o", "all.rdfp"], "--since N"),
        (["-o", "all.nt", "--since", "1"], ".rdfp"),
        (["--format", "ttl", "--since", "1"], "nt or nq"),
        (["-o", "/no/such/folder/all.nt"], "name another file with -o"),
    ],
)
def test_what_does_not_fit_together_is_refused(data: Path, arguments: list[str], words: str) -> None:
    done = stated("dump", "--data", data, *arguments)
    assert done.exit_code == 2
    assert words in done.stderr


def test_a_dump_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "all.nt.zst"

    def torn() -> Iterator[bytes]:
        yield b"<urn:a> <urn:b> <urn:c> .\n" * 10_000
        raise OSError(28, "No space left on device")

    with (
        pytest.raises(StoreError, match=r"all\.nt\.zst: cannot be written: No space left"),
        dump_files.whole(path, "zstd") as out,
    ):
        dumping.write(torn(), out, "nt", BASE)
    assert list(tmp_path.iterdir()) == []


def test_jelly_without_its_library_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyjelly.integrations.generic", None)
    with pytest.raises(UsageError, match=r"shelfgraph\[jelly\]"):
        dumping.write(iter([]), io.BytesIO(), "jelly", BASE)


SORTED = """import sys, io, resource
from converter.publish import dump as dumping
from converter.publish.external_sort import Sorter
count = int(sys.argv[1])
with Sorter(run=1 << 20, fan=8) as sorter, open("/dev/null", "wb") as out:
    for number in range(0, count, 1000):
        lines = (f'<urn:x:{n * 7919 % count}> <urn:p> "{n:0200d}" .' for n in range(number, number + 1000))
        sorter.write("".join(line + chr(10) for line in lines).encode())
    dumping.write(sorter.lines(), out, sys.argv[2], "https://x.example.org/")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)"""
SMALL = "import subprocess, sys; subprocess.run(sys.argv[1:], check=True)"
"""A process starts with the largest memory that its parent had: the parent must be small."""


def megabytes(count: int, form: str) -> int:
    """What a process has at its largest while it sorts and writes so many statements."""
    command = [sys.executable, "-c", SMALL, sys.executable, "-c", SORTED, str(count), form]
    return int(subprocess.run(command, check=True, capture_output=True, cwd=ROOT).stdout)


@pytest.mark.parametrize(("form", "least", "most"), [("nt", 40_000, 240_000), ("jelly", 40_000, 110_000)])
def test_memory_does_not_grow_with_the_data(form: str, least: int, most: int) -> None:
    # As text alone the statements that are added are 15 to 45 megabytes; the first ones fill all that is held to sort.
    assert megabytes(most, form) - megabytes(least, form) < 10


@given(st.lists(st.binary(max_size=12).map(lambda line: line.replace(b"\n", b"")), max_size=60), st.integers(1, 40))
def test_lines_in_any_pieces_come_out_sorted(lines: list[bytes], piece: int) -> None:
    text = b"".join(line + b"\n" for line in lines)
    with Sorter(run=16, fan=2) as sorter:
        for start in range(0, len(text), piece):
            sorter.write(text[start : start + piece])
        assert b"".join(sorter.lines()) == b"".join(sorted(line + b"\n" for line in lines))


@given(st.sets(st.binary(max_size=3)), st.sets(st.binary(max_size=3)))
def test_changes_are_what_one_side_alone_has(old: set[bytes], new: set[bytes]) -> None:
    found = [*dumping.changes(sorted(old), sorted(new))]
    assert {line for sign, line in found if sign == b"D "} == old - new
    assert {line for sign, line in found if sign == b"A "} == new - old
