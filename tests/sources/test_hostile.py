"""Hostile sources: each is refused or read, in bounded memory and time, and what is sound in it is read."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from pathlib import Path

import pytest

from converter.errors import ShelfgraphError
from converter.record import Record
from converter.report import Finding, Report
from converter.sources.detection import read
from tests.commands import shelfgraph
from tests.hostile import MIB, MOST_BYTES, PACKERS, REDIRECTS, SOURCES, measured, redirected, tried, zipped


class Findings(Report):
    def __init__(self) -> None:
        super().__init__()
        self.errors: list[Finding] = []

    def add(self, finding: Finding) -> None:
        super().add(finding)
        self.errors += [finding] if finding.level == "error" else []


def found(path: Path) -> tuple[list[Record], list[str]]:
    report = Findings()
    records = list(read(str(path), report=report))
    return records, [f"{one.record} {one.value} {one.reason}" for one in report.errors]


@pytest.mark.parametrize("packer", PACKERS)
def test_a_bomb_is_refused_in_bounded_memory(tmp_path: Path, packer: str) -> None:
    path = tmp_path / f"bomb.{packer}"
    path.write_bytes(PACKERS[packer](b"<record>" + bytes(200 * MIB)))
    assert path.stat().st_size < MIB
    code, said, peak = measured("convert", path, "--to", "nt", "--report", tmp_path / "report.csv")
    said += (tmp_path / "report.csv").read_text()
    assert (code, "Traceback" in said) == (1, False), said
    assert "unpacks to more than" in said
    assert "--max-size" in said
    assert peak < MOST_BYTES


def test_a_bomb_within_a_bomb_and_one_in_a_folder_are_refused_and_the_others_are_read(tmp_path: Path) -> None:
    inner = zipped(bytes(300 * MIB))
    with zipfile.ZipFile(tmp_path / "outer.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(5):
            archive.writestr(f"{number}.zip", inner)
        archive.writestr("sound.bib", "@book{a, title = {Sound}}")
    (tmp_path / "other.bib").write_text("@book{b, title = {Other}}")
    records, errors = found(tmp_path)
    assert "Other" in [record.values("dc.title")[0] for record in records]
    assert any("unpacks to more than" in error for error in errors)


def test_a_person_may_allow_more(tmp_path: Path) -> None:
    path = tmp_path / "large.csv.gz"
    rows = "".join(f"{number},{'x' * 100_000}\n" for number in range(1_000))
    path.write_bytes(gzip.compress(f"id,dc.title\n{rows}".encode()))
    assert b"unpacks to more than" in shelfgraph("convert", path, "-o", tmp_path / "a.nt").stderr
    report = Findings()
    assert sum(1 for _ in read(str(path), report=report, most=200 * MIB)) == 1_000
    assert shelfgraph("convert", path, "--max-size", "many").returncode == 2


DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
RECORD = (
    "<record><header><identifier>oai:x:{0}</identifier></header><metadata>"
    '<oai_dc:dc xmlns:oai_dc="' + DC + '" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    "<dc:title>T{0}</dc:title>{1}</oai_dc:dc></metadata></record>"
)
LARGE = {
    "deep": "<dc:subject>" * 3_000 + "x" + "</dc:subject>" * 3_000,
    "one long value": f"<dc:description>{'x ' * 5_500_000}</dc:description>",
    "many long values": f"<dc:description>{'x ' * 500_000}</dc:description>" * 20,
    "many values": "<dc:subject>lights of the coast</dc:subject>" * 110_000,
}


@pytest.mark.parametrize("kind", LARGE)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_record_that_is_too_large_or_too_deep_costs_itself_alone(tmp_path: Path, kind: str, place: int) -> None:
    parts = [RECORD.format(number, LARGE[kind] if number == place else "") for number in range(3)]
    path = tmp_path / "page.xml"
    path.write_text(
        f'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords>{"".join(parts)}</ListRecords></OAI-PMH>'
    )
    records, errors = found(path)
    assert [record.identifier for record in records] == [f"oai:x:{number}" for number in range(3) if number != place]
    assert [f"oai:x:{place}" in error and "left out" in error for error in errors] == [True]


RIS, BIB = "TY  - BOOK\nTI  - T\nID  - {0}\nER  - \n", "@book{{{0}, title = {{T}}}}\n"
VALUE, PARTS = 4 << 20, 262_144
LONG, MANY = "light " * (VALUE // 6 + 1), PARTS + 1
OVER: dict[str, tuple[str, str, str, str, str]] = {
    "a value of a table": ("x.csv", "id,dc.title,dc.subject\n", f"0,Large,{LONG}\n", "{0},T,a\n", ""),
    "a value of lines": ("x.csv", "id,dc.title,dc.subject\n", f'0,Large,"{LONG}\n\n{LONG * 4}"\n', "{0},T,a\n", ""),
    "values of a table": ("x.csv", "id,dc.title,dc.subject\n", f"0,Large,{'x||' * MANY}\n", "{0},T,a\n", ""),
    "cells of a table": ("x.csv", "id,dc.title,dc.subject\n", f"0,Large{',' * MANY}\n", "{0},T,a\n", ""),
    "a value of JSON": (
        "x.json",
        "[",
        f'{{"id": "0", "dc.title": "{LONG}"}},',
        '{{"id": "{0}", "dc.title": "T"}},',
        "null]",
    ),
    "a key of JSON": (
        "x.json",
        "[",
        f'{{"id": "0", "dc.title": "T", "dc.{"x" * VALUE}": "T"}},',
        '{{"id": "{0}", "dc.title": "T"}},',
        "null]",
    ),
    "values of JSON": (
        "x.json",
        "[",
        f'{{"id": "0", "dc.title": "T", "dc.subject": [{"0," * MANY}0]}},',
        '{{"id": "{0}", "dc.title": "T"}},',
        "null]",
    ),
    "a line of JSON": (
        "x.jsonl",
        "",
        f'{{"id": "0", "dc.title": "{LONG}"}}\n',
        '{{"id": "{0}", "dc.title": "T"}}\n',
        "",
    ),
    "a value of RIS": ("x.ris", "", f"TY  - BOOK\nTI  - {LONG}\nID  - 0\nER  - \n", RIS, ""),
    "a value of many lines of RIS": (
        "x.ris",
        "",
        "TY  - BOOK\nTI  - T\n" + "light\n" * MANY + "ID  - 0\nER  - \n",
        RIS,
        "",
    ),
    "lines of RIS": ("x.ris", "", "TY  - BOOK\nTI  - T\n" + "KW  - x\n" * MANY + "ID  - 0\n", RIS, ""),
    "a value of BibTeX": ("x.bib", "", f"@book{{0, title = {{{LONG}}}}}\n", BIB, ""),
    "values of BibTeX": ("x.bib", "", f"@book{{0, title = {{T}}{', keywords = {x}' * MANY}}}\n", BIB, ""),
    "names of BibTeX": ("x.bib", "", f"@book{{0, title = {{T}}, author = {{{'A and ' * MANY}B}}}}\n", BIB, ""),
}
"""File, what it begins with, a record that is too large, another one, what it ends with."""


@pytest.mark.parametrize("kind", OVER)
@pytest.mark.parametrize("place", [0, 1])
def test_a_record_over_the_bounds_of_any_format_costs_itself_alone(tmp_path: Path, kind: str, place: int) -> None:
    file, before, large, other, after = OVER[kind]
    parts = [other.format(number) for number in (1, 2)]
    parts.insert(place, large)
    path = tmp_path / file
    path.write_text(before + "".join(parts) + after)
    records, errors = found(path)
    assert [record.identifier for record in records] == ["1", "2"]
    assert [error.partition(" ")[0] in {"0", ""} for error in errors] == [True], errors
    assert "left out (--max-size allows more)" in errors[0]
    assert file in errors[0]


@pytest.mark.parametrize("kind", ["a value of a table", "a value of JSON", "a value of RIS", "a value of BibTeX"])
def test_a_person_may_allow_larger_values(tmp_path: Path, kind: str) -> None:
    file, before, large, _, after = OVER[kind]
    path = tmp_path / file
    path.write_text(before + large + after)
    assert [record.identifier for record in read(str(path), most=200 * MIB)] == ["0"]
    with pytest.raises(ShelfgraphError, match="--max-size"):
        list(read(str(path)))


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("x.html", f"<meta name=DC.title content=T><p>{LONG}"),
        ("x.html", f"<meta name=DC.title content=T>{'<b>' * MANY}"),
        ("x.txt", "dc.title T en\n" + "dc.subject x en\n" * MANY),
        ("x.txt", f"dc.title {LONG} en\n"),
    ],
    ids=["a text of a page", "elements of a page", "lines of a text", "a line of a text"],
)
def test_a_page_over_the_bounds_is_refused(tmp_path: Path, file: str, text: str) -> None:
    path = tmp_path / file
    path.write_text(f"<html><head>{text}" if file == "x.html" else text)
    with pytest.raises(ShelfgraphError, match=r"--max-size allows more"):
        list(read(str(path)))


def test_a_bare_document_that_is_too_deep_or_endless_is_a_sentence(tmp_path: Path) -> None:
    for name, text in {
        "deep": "<a>" * 100_000,
        "open": "<record>" + "<a>" * 100_000,
        "long": f"<dc>{'x' * 20_000_000}",
    }.items():
        path = tmp_path / f"{name}.xml"
        path.write_text(text)
        done = shelfgraph("convert", path, "--to", "nt", "--from", "oai")
        assert done.returncode == 1, name
        assert b"Traceback" not in done.stderr, name


NESTED = {
    "lists": "[" * 100_000 + "]" * 100_000,
    "objects": '{"a":' * 100_000 + "1" + "}" * 100_000,
    "open": "[" * 100_000,
    "within the limit of the parser": '{"a":' * 900 + "1" + "}" * 900,
}


@pytest.mark.parametrize("kind", NESTED)
def test_json_without_end_is_left_out_and_the_other_records_are_read(tmp_path: Path, kind: str) -> None:
    sound, deep = json.dumps({"dc.title": "Sound"}), f'{{"dc.title": "Deep", "dc.subject": {NESTED[kind]}}}'
    lines = tmp_path / "a.jsonl"
    lines.write_text(f"{sound}\n{deep}\n{sound}")
    document = tmp_path / "a.json"
    document.write_text(f"[{sound}, {deep}, {sound}]")
    for path in (lines, document) if kind != "open" else (lines,):
        records, errors = found(path)
        assert [record.values("dc.title") for record in records].count(["Sound"]) == 2, path
        assert errors or kind == "within the limit of the parser"
    bare = tmp_path / "bare.json"
    bare.write_text(NESTED[kind])
    done = shelfgraph("convert", bare, "--to", "nt")
    assert (done.returncode, b"Traceback" in done.stderr) == (1, False)


@pytest.mark.parametrize("tag", ["div", "ul><li", "b", "table><tr><td", "span", "p"])
def test_a_page_without_end_is_refused_or_read_at_once(tmp_path: Path, tag: str) -> None:
    path = tmp_path / "a.html"
    path.write_text(f"<html><head><meta name=DC.title content=Sound></head><body>{f'<{tag}>' * 100_000}")
    done = shelfgraph("convert", path, "--to", "nt")
    assert b"Traceback" not in done.stderr
    assert done.returncode in {0, 1}


@pytest.mark.parametrize("packer", PACKERS)
def test_a_packed_file_that_is_damaged_is_a_sentence(tmp_path: Path, packer: str) -> None:
    whole = PACKERS[packer](json.dumps({"dc.title": "Sound " * 1000}).encode())
    messages: set[str] = set()
    for place in range(0, len(whole), max(1, len(whole) // 25)):
        for damaged in (whole[:place], whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :]):
            path = tmp_path / f"a.{packer}"
            path.write_bytes(damaged)
            try:
                list(read(str(path)))
            except ShelfgraphError as fault:
                messages.add(str(fault))
    assert messages
    assert [text for text in messages if "\n" in text or f"a.{packer}" not in text] == []


@pytest.mark.parametrize("half", ["\\ud800", "\\uDFFF", "\\udc00\\ud800", "\\ud83dx"])
@pytest.mark.parametrize("lines", [False, True])
def test_half_a_character_in_json_costs_itself_alone(tmp_path: Path, half: str, lines: bool) -> None:
    source, stated = tmp_path / "half.json", io.StringIO()
    records = [
        f'{{"id": "1", "dc.title": "Lights {half}"}}',
        '{"id": "2", "dc.title": "Terns \\ud83d\\ude00 \\\\ud800"}',
    ]
    source.write_text("\n".join(records) if lines else f"[{','.join(records)}]", encoding="ascii")
    found = list(read(str(source), report=Report(stated)))
    titles = [field.value for record in found for field in record.fields if field.name == "dc.title"]
    assert titles[0].startswith("Lights \ufffd")
    assert titles[1] == "Terns \U0001f600 \\ud800"
    assert stated.getvalue().count("U+FFFD is read") == 1


@pytest.mark.parametrize(
    "name",
    [
        "bomb of xz in.zst",
        "link to a device without end",
        "member that climbs.zip",
        "entities.xml",
        "outer entity.xml",
        "field of MARC.xml",
        "values.csv",
        "keys.json",
    ],
)
def test_a_hostile_source_is_refused_or_read(tmp_path: Path, name: str) -> None:
    assert tried(name, tmp_path, 0.02).problems == []


@pytest.mark.parametrize("target", ["http://169.254.169.254/latest/meta-data/", "file:///etc/passwd", "/again"])
def test_an_address_that_leads_to_an_inner_one_is_refused(tmp_path: Path, target: str) -> None:
    found = redirected(target, tmp_path)
    assert (found.code > 0, found.problems) == (True, [])


def test_there_are_sixty_hostile_sources() -> None:
    assert len(SOURCES) + len(REDIRECTS) >= 60
