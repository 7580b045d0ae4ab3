"""Every kind of source: what is read of it, what is packed, what is broken, and that nothing is lost."""

from __future__ import annotations

import bz2
import contextlib
import csv
import gzip
import io
import json
import lzma
import re
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import escape

import msgspec
import pymarc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from converter.compression import zstd
from converter.errors import ShelfgraphError, SourceError
from converter.record import Record
from converter.report import Finding, Report
from converter.sources import json_records, metadata_csv
from converter.sources.detection import read
from converter.sources.packages import content
from converter.sources.xml_formats import format_of
from tests.conftest import EXAMPLES, GOLDEN

PAGE = EXAMPLES / "listrecords-dim.xml"


class Findings(Report):
    """A report that keeps what it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.all: list[Finding] = []

    def add(self, finding: Finding) -> None:
        super().add(finding)
        self.all.append(finding)


def records(path: Path, report: Report | None = None) -> list[Record]:
    """The records of a file or folder."""
    return list(read(str(path), report=report))


def squeezed(text: str) -> str:
    """A text without what readers may drop: space, punctuation, and which resolver of DOIs is meant."""
    return re.sub(r"[\W_]+", "", re.sub(r"https?://(?:dx\.)?doi\.org/", "", text))


def everything(found: list[Record], report: Findings) -> str:
    """All that was read and reported, as one text."""
    fields = [str(value) for record in found for field in record.fields for value in msgspec.structs.astuple(field)]
    files = [str(value) for record in found for file in record.files for value in msgspec.structs.astuple(file)]
    heads = [text for one in found for text in (one.identifier, one.handle, one.datestamp, *one.sets)]
    stated = [text for finding in report.all for text in (finding.value, finding.reason)]
    return squeezed(" ".join(text or "" for text in [*fields, *files, *heads, *stated]))


TOLD_BY_A_NAME = frozenset({"roleTerm", "creatorName", "ROLE"})
"""What the name of the field means, and a full name that is given by its parts."""


def lost(path: Path, found: list[Record], report: Findings) -> list[str]:
    """The texts of the records in an XML file that are neither read nor reported."""
    seen = everything(found, report)
    root = etree.parse(path, etree.XMLParser(recover=True, remove_comments=True, remove_pis=True)).getroot()
    inside = [one for one in root.iter("*") if format_of(one)] or list(root.iter("{*}metadata"))
    elements = [one for top in inside for one in top.iter("*") if str(one.tag).rpartition("}")[2] not in TOLD_BY_A_NAME]
    texts = [text for one in elements for text in [one.text, *(child.tail for child in one)] if text]
    return [text for text in texts if squeezed(text) not in seen]


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("source-*.xml")), ids=lambda path: path.stem)
def test_no_text_of_a_record_in_xml_is_lost(path: Path) -> None:
    report = Findings()
    assert lost(path, records(path, report), report) == []


def test_rest_gives_authors_in_the_order_of_their_places() -> None:
    [record] = records(GOLDEN / "source-rest-7.json")
    assert record.values("dc.contributor.author") == ["Quill, Agnes", "Marrow, Tom"]


def test_a_cell_holds_several_values_with_authority() -> None:
    first, second = records(GOLDEN / "source-table.csv")
    authors = [(field.value, field.authority, field.confidence) for field in first.fields if "author" in field.name]
    assert authors == [("Quill, Agnes", "k1", 600), ("Marrow, Tom", None, None)]
    assert second.values("dc.title") == ["A light,\nin two lines"]


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0|:\r", exclude_categories=["Cs", "Cc"]), min_size=1)


@given(st.lists(TEXTS.map(str.strip).filter(bool), min_size=1, max_size=4))
def test_whatever_stands_in_a_cell_is_read_as_it_stands(texts: list[str]) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([["id", "dc.title[en]"], ["1", "||".join(texts)]])
    [record] = metadata_csv.records(io.BytesIO(out.getvalue().encode()), "t", lambda _: None)
    assert record.values("dc.title") == texts


@given(TEXTS.map(str.strip).filter(bool))
def test_a_line_of_contents_names_its_file(name: str) -> None:
    if not name.startswith("-r "):
        assert content(f"{name}\tbundle:TEXT").bundle == "TEXT"
        assert content(f"{name}\tbundle:TEXT").name == name


def test_a_table_in_windows_1252_is_read_and_reported(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes("id,dc.title,dc.creator\n1,Möwen,Quill\n".encode("cp1252"))
    report = Findings()
    [record] = records(path, report)
    assert record.values("dc.title") == ["Möwen"]
    assert "read as Windows-1252" in report.all[0].reason


@pytest.mark.parametrize(
    "table",
    [
        "filename,dc.title\nharbour.pdf,Harbours\n",
        "filename__bundle:ORIGINAL,dc.title,dc.date\nharbour.pdf,Harbours,1999\n",
        "dc.title,dc.identifier\nharbour.io,x\n",
    ],
)
def test_the_name_of_a_file_is_not_taken_for_that_of_a_field(table: str, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(table, encoding="utf-8")
    [record] = records(path)
    assert record.values("dc.title")


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package of the Simple Archive Format."""
    folder = tmp_path / "batch" / "item_000"
    folder.mkdir(parents=True)
    (folder / "dublin_core.xml").write_bytes((GOLDEN / "source-saf.xml").read_bytes())
    (folder / "metadata_local.xml").write_text(
        '<dublin_core schema="local"><dcvalue element="shelf">A 9</dcvalue></dublin_core>', encoding="utf-8"
    )
    (folder / "contents").write_text("a.pdf\tbundle:ORIGINAL\tdescription:The text\nlicense.txt\tbundle:LICENSE\n")
    (folder / "handle").write_text("12345/78\n")
    (folder / "a.pdf").write_bytes(b"%PDF-1.4 \0\1\2")
    return folder.parent


def stated(found: list[Record]) -> list[tuple[str | None, list[str], list[str]]]:
    """Handle, fields and files of each record."""
    return [(one.handle, [field.value for field in one.fields], [file.name for file in one.files]) for one in found]


SAF = [("12345/78", ["Shingle", "Quill, Agnes", "http://hdl.handle.net/12345/78", "A 9"], ["a.pdf", "license.txt"])]


def test_a_package_with_broken_xml_and_another_encoding_is_read_like_everything_else(package: Path) -> None:
    broken = (
        b'<dublin_core><dcvalue element="title" language="fr">Caf\xe9 R&D \x01</dcvalue><dcvalue element="type">Book'
    )
    (package / "item_000" / "dublin_core.xml").write_bytes(broken)
    (package / "item_000" / "contents").write_bytes(b"a.pdf\tdescription:Z\xe9ro\n")
    (package / "item_000" / "relationships").write_text("isAuthorOfPublication\n")
    report = Findings()
    [record] = records(package, report)
    assert [(field.value, field.language) for field in record.fields[:2]] == [("Caf\xe9 R&D", "fr"), ("Book", None)]
    assert record.files[0].description == "Z\xe9ro"
    reasons = " ".join(finding.reason for finding in report.all)
    assert "which was repaired" in reasons
    assert "a relation without a target" in reasons


def test_a_record_in_the_envelope_of_a_harvester_is_read_as_what_it_is(tmp_path: Path) -> None:
    inner = (
        GOLDEN.joinpath("source-didl.xml")
        .read_text(encoding="utf-8")
        .partition("<record")[2]
        .rpartition("</record>")[0]
    )
    text = f'<record xmlns="http://www.openarchives.org/OAI/2.0/"{inner}</record>'
    path = tmp_path / "one.updateRequest"
    path.write_text(
        '<u:updateRequest xmlns:u="info:lc/xmlns/update-v1" xmlns="http://www.loc.gov/zing/srw/"><record><recordData>'
        f'<document xmlns="http://meresco.org/namespace/harvester/document"><part name="record">{escape(text)}</part>'
        "</document></recordData></record></u:updateRequest>",
        encoding="utf-8",
    )
    [record] = records(path)
    [same] = records(GOLDEN / "source-didl.xml")
    assert record.values("dc.title") == same.values("dc.title") != []


def test_a_record_without_a_value_is_an_error_and_no_record(tmp_path: Path) -> None:
    path = tmp_path / "r.xml"
    header = "<header><identifier>oai:x:1</identifier></header>"
    empty = f'<record>{header}<metadata><ignored xmlns="urn:x"/></metadata></record>'
    full = empty.replace(":1<", ":2<").replace("/></metadata>", "><title>T</title></ignored></metadata>")
    path.write_text(f"<records>{empty}{full}</records>")
    report = Findings()
    [record] = records(path, report)
    assert record.identifier == "oai:x:2"
    assert [(one.record, one.reason) for one in report.all if one.level == "error"] == [
        ("oai:x:1", "a record without a value; nothing is read of it")
    ]


@pytest.mark.parametrize("space", ["", "\n      "], ids=["bare", "indented"])
def test_the_leader_of_marc_says_the_kind_of_work_however_it_is_indented(space: str, tmp_path: Path) -> None:
    path = tmp_path / "r.xml"
    leader = f"{space}00935ntm 2200301Ka 4500{space}"
    path.write_text(
        f'<record xmlns="http://www.loc.gov/MARC21/slim"><leader>{leader}</leader>'
        '<datafield tag="245" ind1=" " ind2=" "><subfield code="a">T</subfield></datafield></record>'
    )
    [record] = records(path)
    assert record.values("dc.type") == ["Manuscript"]


def test_a_package_is_one_record_with_its_files(package: Path) -> None:
    assert stated(records(package)) == SAF


def test_a_zip_of_packages_is_read_as_the_folders_are(package: Path, tmp_path: Path) -> None:
    path = tmp_path / "batch.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(package.rglob("*")):
            archive.write(file, file.relative_to(package))
        archive.writestr("__MACOSX/._a.pdf", b"x")
    assert stated(records(path)) == SAF


def tarred(data: bytes) -> bytes:
    """The bytes as the one member of a packed tar archive."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        info = tarfile.TarInfo("../../page.xml")
        info.size = len(data)
        tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstd.compress,
    "tar.gz": tarred,
    "gz.gz": lambda data: gzip.compress(gzip.compress(data)),
}


@pytest.mark.parametrize("suffix", PACKERS)
def test_a_packed_file_is_read_as_the_plain_one(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"page.{suffix}"
    path.write_bytes(PACKERS[suffix](PAGE.read_bytes()))
    assert records(path) == records(PAGE)


@pytest.mark.parametrize("suffix", PACKERS)
def test_a_packed_file_that_is_cut_off_says_so(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"page.{suffix}"
    path.write_bytes(PACKERS[suffix](PAGE.read_bytes())[:-40])
    with pytest.raises(SourceError, match="broken"):
        records(path)


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.bz2"
    path.write_bytes(bz2.compress(bytes(100 << 20)))
    with pytest.raises(SourceError, match="unpacks to more than"):
        records(path)


def test_a_member_that_cannot_be_read_is_reported_and_the_others_go_on(tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.xml", PAGE.read_bytes())
        archive.writestr("b.bin", bytes(100))
    report = Findings()
    assert len(records(path, report)) == len(records(PAGE))
    assert [finding.level for finding in report.all] == ["error"]


def test_binary_marc_is_read_and_a_broken_record_reported(tmp_path: Path) -> None:
    record = pymarc.Record()
    marks = pymarc.Indicators("0", "0")
    record.fields.append(pymarc.Field("245", indicators=marks, subfields=[pymarc.Subfield("a", "Lights /")]))
    path = tmp_path / "a.mrc"
    whole = record.as_marc()
    path.write_bytes(whole + whole[:40] + b"\x1d")
    report = Findings()
    assert [one.values("dc.title") for one in records(path, report)] == [["Lights"]]
    assert [finding.level for finding in report.all].count("error") == 1


def test_a_broken_line_of_json_is_reported_and_the_others_go_on(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"dc.title": "A"}\n{"dc.title": \n{"dc.title": "C"}\n', encoding="utf-8")
    report = Findings()
    assert [one.values("dc.title") for one in records(path, report)] == [["A"], ["C"]]
    assert [finding.value for finding in report.all if finding.level == "error"] == [f"{path}, line 2"]


def test_an_answer_that_holds_no_item_says_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"type": "community", "uuid": "x", "metadata": {}}), encoding="utf-8")
    with pytest.raises(SourceError, match="a community of DSpace"):
        records(path)


KEYS = st.sampled_from(
    "metadata creators titles DOI author issued type data attributes _embedded dc.title title creator funder".split()
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=200)
@given(JSON)
def test_no_json_breaks_the_reader(value: object) -> None:
    with contextlib.suppress(ShelfgraphError):
        list(json_records.records(io.BytesIO(json.dumps(value).encode()), "t", lambda _: None))
