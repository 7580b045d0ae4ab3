"""Bytes → records: every form that is read, and a clear word for everything else."""

from __future__ import annotations

import gzip
import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from converter.errors import ShelfgraphError, SourceError, SourceUnreachable, UsageError
from converter.report import Finding, Report
from converter.sources import dspace_text
from converter.sources.detection import KINDS, read
from shelfgraph import options
from tests.commands import shelfgraph
from tests.conftest import EXAMPLES, GOLDEN

MEASURED = """
import sys, tracemalloc
from converter.sources.detection import read
tracemalloc.start()
count = sum(1 for _ in read(sys.argv[1]))
print(count, tracemalloc.get_traced_memory()[1])
"""


class Kept(Report):
    """A report that keeps its findings."""

    def __init__(self) -> None:
        super().__init__()
        self.findings: list[Finding] = []

    def add(self, finding: Finding) -> None:
        super().add(finding)
        self.findings.append(finding)


def one(text: str, tmp_path: Path, report: Report | None = None) -> list[tuple[str, str, str | None]]:
    """The fields of the one record that a text holds."""
    path = tmp_path / "source"
    path.write_text(text, encoding="utf-8")
    (record,) = read(str(path), report=report)
    return [(field.name, field.value, field.language) for field in record.fields]


def test_the_text_and_the_html_of_a_page_give_the_same_fields() -> None:
    (text,), (html,) = read(str(EXAMPLES / "lighthouse.txt")), read(str(GOLDEN / "lighthouse.html"))
    around = [field for field in html.fields if field.name == "view.collection"]
    expected = [(field.name, field.value, field.language) for field in text.fields]
    found = [(field.name, field.value, field.language) for field in html.fields if field not in around]
    assert sorted(found, key=str) == sorted(expected, key=str)


def test_an_html_page_tells_its_files_and_collection() -> None:
    (record,) = read(str(GOLDEN / "lighthouse.html"))
    (file,) = record.files
    assert (file.name, file.size_text, file.format) == ("coastal-lights.pdf", "1.2 MB", "Adobe PDF")
    assert record.values("view.collection") == ["Coastal ecology"]


def test_a_list_of_records_is_read_with_authorities_and_deletions() -> None:
    report, thesis, dataset, gone = read(str(EXAMPLES / "listrecords-dim.xml"))
    assert (report.handle, report.datestamp) == ("20.500.12345/701", "2025-06-02T12:00:00Z")
    assert (report.fields[0].authority, report.fields[0].confidence) == ("4f0c1f6e-7d0e-4c52-8f53-2a4c4f1a9b10", 600)
    assert thesis.values("dc.description.degreelevel") == ["Doctoral"]
    assert dataset.sets == ("col_20.500.12345_9",)
    assert (gone.deleted, gone.fields) == (True, ())


def test_columns_may_be_told_apart_by_tabs(tmp_path: Path) -> None:
    fields = one("DC Field\tValue\tLanguage\ndc.title\tA light\ten_US\ndc.type\tArticle\t-\n", tmp_path)
    assert fields == [("dc.title", "A light", "en_US"), ("dc.type", "Article", None)]


def test_a_value_may_run_over_several_lines(tmp_path: Path) -> None:
    fields = one("DC FieldValueLanguage\ndc.description.abstractOne\nand two.en_US\ndc.titleTen_US\n", tmp_path)
    assert fields == [("dc.description.abstract", "One\nand two.", "en_US"), ("dc.title", "T", "en_US")]


def test_a_field_that_nobody_knows_is_a_guess_and_reported(tmp_path: Path) -> None:
    report = Kept()
    fields = one("DC FieldValueLanguage\ndc.titleTen_US\nlocal.shelf.markNC 17-\n", tmp_path, report)
    assert ("local.shelf.mark", "NC 17", None) in fields
    assert "local.shelf.mark" in {finding.field for finding in report.findings}


def test_a_short_view_alone_is_read_and_said_to_be_short(tmp_path: Path) -> None:
    report = Kept()
    fields = one("TitleA light at sea\nIssue Date2019\nPublisherTern Press\n", tmp_path, report)
    assert fields == [
        ("dc.title", "A light at sea", None),
        ("dc.date.issued", "2019", None),
        ("dc.publisher", "Tern Press", None),
    ]
    assert any("only the short view" in finding.reason for finding in report.findings)


XMLUI = """<html><body><table class="ds-includeSet-table detailtable">
<tr><td class="label-cell">dc.title</td><td>Lights &amp; terns</td><td>en_US</td></tr>
<tr><td class="label-cell">dc.identifier.uri</td><td>http://hdl.handle.net/12345/9</td><td></td></tr></table></body></html>"""
DSPACE_7 = """<html><body><ds-full-item-page><table><tbody>
<tr><td>dc.title</td><td>Lights &amp; terns</td><td>en_US</td></tr>
<tr><td>dc.identifier.uri</td><td>http://hdl.handle.net/12345/9</td><td></td></tr></tbody></table></ds-full-item-page></body></html>"""


@pytest.mark.parametrize("page", [XMLUI, DSPACE_7], ids=["XMLUI", "DSpace 7"])
def test_a_full_table_is_read_whatever_drew_it(page: str, tmp_path: Path) -> None:
    expected = [("dc.title", "Lights & terns", "en_US"), ("dc.identifier.uri", "http://hdl.handle.net/12345/9", None)]
    assert one(page, tmp_path) == expected


DSPACE_7_SIMPLE = """<html><body><h2 class="item-page-title-field">A light at sea</h2>
<div class="simple-view-element"><h2 class="simple-view-element-header">Authors</h2>
<div class="simple-view-element-body">
<a href="/browse/author?value=Quill">Quill, A</a><br><a href="/browse/author?value=Marrow">Marrow, T</a></div></div>
<div class="simple-view-element"><h2 class="simple-view-element-header">Date</h2>
<div class="simple-view-element-body"><span>2019-11</span></div></div></body></html>"""


def test_the_short_page_of_dspace_7_is_read_by_its_labels(tmp_path: Path) -> None:
    assert one(DSPACE_7_SIMPLE, tmp_path) == [
        ("dc.title", "A light at sea", None),
        ("dc.contributor.author", "Quill, A", None),
        ("dc.contributor.author", "Marrow, T", None),
        ("dc.date.issued", "2019-11", None),
    ]


def test_the_head_of_a_page_is_the_last_resort(tmp_path: Path) -> None:
    page = '<html><head><meta name="DC.title" content="Lights" xml:lang="en"></head><body><p>…</p></body></html>'
    assert one(page, tmp_path) == [("dc.title", "Lights", "en")]


def listing(*records: str, metadata: str = "") -> str:
    """A ListRecords answer."""
    return (
        '<?xml version="1.0"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords>'
        + "".join(records)
        + metadata
        + "</ListRecords></OAI-PMH>"
    )


def entry(number: int, title: str) -> str:
    """A record of simple Dublin Core."""
    return (
        f"<record><header><identifier>oai:x.example.org:1/{number}</identifier></header><metadata>"
        '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{title}</dc:title></oai_dc:dc></metadata></record>"
    )


def test_characters_that_xml_forbids_are_repaired_and_reported(tmp_path: Path) -> None:
    report = Kept()
    path = tmp_path / "page.xml"
    path.write_text(listing(entry(1, "one"), entry(2, "R&D \x02of lights"), entry(3, "three")), encoding="utf-8")
    titles = [record.values("dc.title")[0] for record in read(str(path), report=report)]
    assert titles == ["one", "R&D of lights", "three"]
    [finding] = report.findings
    assert (finding.level, finding.value) == ("warning", str(path))
    assert "which was repaired" in finding.reason


def test_a_page_that_breaks_off_gives_its_whole_records_and_an_error(tmp_path: Path) -> None:
    report = Kept()
    path = tmp_path / "page.xml"
    path.write_text(listing(entry(1, "one"), entry(2, "two"))[:-150], encoding="utf-8")
    first, *_ = read(str(path), report=report)
    assert first.values("dc.title") == ["one"]
    assert ("error", "broken XML") in {(finding.level, finding.reason[:10]) for finding in report.findings}


def test_a_record_without_metadata_is_an_error_and_the_others_go_on(tmp_path: Path) -> None:
    report = Kept()
    path = tmp_path / "page.xml"
    bare = "<record><header><identifier>oai:x.example.org:1/7</identifier></header></record>"
    path.write_text(listing(bare, entry(1, "one")), encoding="utf-8")
    assert len(list(read(str(path), report=report))) == 1
    assert [(finding.level, finding.record) for finding in report.findings] == [("error", "oai:x.example.org:1/7")]


def test_metadata_in_another_format_is_named(tmp_path: Path) -> None:
    report = Kept()
    path = tmp_path / "page.xml"
    header = "<header><identifier>oai:x:1</identifier></header>"
    foreign = f'<record>{header}<metadata><a xmlns="urn:x"><b>c</b></a></metadata></record>'
    path.write_text(listing(foreign), encoding="utf-8")
    [record] = read(str(path), report=report)
    assert [(field.name, field.value) for field in record.fields] == [("a.b", "c")]
    assert report.findings[0].value == "urn:x"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "an empty file"),
        ("\x7fELF\x02\x01\x01\x00\x00\x00", "binary data"),
        ("hello world", "no record of a kind that is read"),
        ("<html><body><p>Hello</p></body></html>", "without a metadata table"),
        ("<OAI-PMH><error code='badVerb'>No</error></OAI-PMH>", "the error badVerb: No"),
        ("<OAI-PMH><ListIdentifiers><header/></ListIdentifiers></OAI-PMH>", "ask for verb=ListRecords"),
        ("<!DOCTYPE x [<!ENTITY a 'b'>]><OAI-PMH><record>&a;</record></OAI-PMH>", "declares entities"),
        ("<OAI-PMH><ListRecords><rec", "broken XML"),
    ],
)
def test_what_is_no_record_gets_one_clear_line(text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "source"
    path.write_bytes(text.encode())
    with pytest.raises(SourceError) as fault:
        list(read(str(path)))
    assert words in str(fault.value)
    assert str(path) in str(fault.value)
    assert "\n" not in str(fault.value)


def test_an_answer_without_matches_is_no_error(tmp_path: Path) -> None:
    report = Kept()
    path = tmp_path / "source.xml"
    path.write_text("<OAI-PMH><error code='noRecordsMatch'/></OAI-PMH>", encoding="utf-8")
    assert not list(read(str(path), report=report))
    assert report.counts == {"info": 1}


def test_a_missing_file_is_unreachable() -> None:
    with pytest.raises(SourceUnreachable):
        list(read("/no/such/file"))


def test_an_unknown_kind_names_the_known_ones() -> None:
    with pytest.raises(UsageError, match="oai, json, marc"):
        list(read(str(EXAMPLES / "lighthouse.txt"), kind="mp3"))


def test_a_folder_is_read_file_by_file_and_a_bad_one_is_reported(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text(listing(entry(1, "one")), encoding="utf-8")
    (tmp_path / "b.txt").write_text("hello", encoding="utf-8")
    (tmp_path / "c.xml.gz").write_bytes(gzip.compress(listing(entry(2, "two")).encode()))
    report = Kept()
    assert [record.handle for record in read(str(tmp_path), report=report)] == ["1/1", "1/2"]
    assert [(finding.level, Path(finding.value).name) for finding in report.findings] == [("error", "b.txt")]


def test_standard_input_is_read() -> None:
    done = shelfgraph("convert", "-", "--to", "nt", stdin=(EXAMPLES / "lighthouse.txt").read_bytes())
    assert done.returncode == 0
    assert b"coastal lights guide migrating terns" in done.stdout


def test_memory_is_flat_in_the_number_of_records(tmp_path: Path) -> None:
    path = tmp_path / "large.xml"
    with path.open("w", encoding="utf-8") as file:
        file.write('<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords>')
        file.writelines(entry(number, "A light " * 20) for number in range(6_000))
        file.write("</ListRecords></OAI-PMH>")
    # In a process of its own: threads of other tests would have memory meanwhile.
    done = subprocess.run([sys.executable, "-c", MEASURED, str(path)], capture_output=True, text=True, check=True)
    count, peak = map(int, done.stdout.split())
    assert count == 6_000
    # All of them would be four megabytes more.
    assert peak < 4_000_000


@settings(max_examples=150)
@given(
    st.binary(max_size=400)
    | st.text(max_size=400).map(lambda text: ("DC FieldValueLanguage\n" + text).encode("utf-8", "replace"))
)
def test_no_bytes_bring_an_adapter_to_fall(data: bytes) -> None:
    for kind in KINDS.values():
        assert "\n" not in stated(lambda kind=kind: list(kind.adapter(io.BytesIO(data), "x", lambda _: None, "")))


def stated(act: Callable[[], object]) -> str:
    """What the fault says in which an act ends, nothing where it ends well."""
    try:
        act()
    except ShelfgraphError as fault:
        return str(fault)
    return ""


NAMES = st.sampled_from(["dc.title", "dc.contributor.author", "dc.date.issued", "dc.subject.mesh", "dc.identifier.uri"])
VALUES = st.from_regex(r"[A-Z0-9][A-Za-z0-9 ,.:;/()-]{0,40}[A-Z0-9.]", fullmatch=True)
LANGUAGES = st.sampled_from([None, "en_US", "en_HK", "pt_BR"])


@given(st.lists(st.tuples(NAMES, VALUES, LANGUAGES), min_size=1, max_size=20))
def test_rows_glued_together_are_told_apart_again(rows: list[tuple[str, str, str | None]]) -> None:
    text = "DC FieldValueLanguage\n" + "\n".join(f"{name}{value}{language or '-'}" for name, value, language in rows)
    record = dspace_text.record(text, "x", lambda _: None)
    assert [(field.name, field.value, field.language) for field in record.fields] == rows


def test_the_command_offers_the_kinds_of_the_table() -> None:
    assert tuple(KINDS) == options.KINDS
