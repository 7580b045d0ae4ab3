"""Bytes in any encoding, and XML that is broken: what is read of a file is what is read of a harvest."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from converter.errors import UsageError
from converter.harvest.client import Body, Passing
from converter.harvest.responses import answer
from converter.record import Record
from converter.report import Finding, Report
from converter.sources.decoding import utf8
from converter.sources.detection import read
from converter.sources.oai import records

DC = (
    '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    "<dc:title>{}</dc:title></oai_dc:dc>"
)


def entry(number: int, metadata: str) -> str:
    header = f"<header><identifier>oai:x.example.org:1/{number}</identifier><datestamp>2024-01-01</datestamp></header>"
    return f"<record>{header}<metadata>{metadata}</metadata></record>"


def listing(*entries: str, prolog: str = "", behind: str = "", token: str = "") -> str:
    token = f"<resumptionToken>{token}</resumptionToken>"
    request = "<request verb='ListRecords'>https://x.example.org/oai</request>"
    return (
        f'{prolog}<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">{request}'
        f"<ListRecords>{''.join(entries)}{token}</ListRecords></OAI-PMH>{behind}"
    )


def of_file(raw: bytes, tmp_path: Path, encoding: str = "", report: Report | None = None) -> list[Record]:
    path = tmp_path / "page.xml"
    path.write_bytes(raw)
    return list(read(str(path), None, "x", report, encoding))


def of_harvest(raw: bytes, *, whole: bool = True) -> list[Record]:
    body = Body(io.BytesIO(raw), 200, "https://x.example.org/oai")
    return list(answer(body, "x", "https://x.example.org/oai", whole=whole).records)


def titles(found: list[Record]) -> list[str]:
    return [record.values("dc.title")[0] for record in found]


def page(title: str, encoding: str, declared: str | None) -> bytes:
    prolog = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    return listing(entry(1, DC.format(title)), entry(2, DC.format("sound")), prolog=prolog).encode(encoding)


@pytest.mark.parametrize(
    ("title", "encoding", "declared"),
    [
        ("Café", "latin-1", "UTF-8"),
        ("Café", "latin-1", None),
        ("Café", "latin-1", "ISO-8859-1"),
        ("“Café” – 3 €", "cp1252", "ISO-8859-1"),
        ("“Café”", "cp1252", "windows-1252"),
        ("Café", "utf-8", "UTF-16"),
        ("海滩的数学", "utf-8", "GBK"),
        ("Café", "utf-8", "ISO-8859-1"),
        ("Café", "utf-8", "klingon"),
        ("Café", "utf-8-sig", "UTF-8"),
        ("Café", "utf-16", "UTF-16"),
        ("Café", "utf-16-le", "UTF-16"),
        ("Café", "utf-16-be", None),
        ("海滩的数学", "gbk", "GBK"),
        ("海滩的数学，张伟", "gb18030", "UTF-8"),
        ("海滩的数学", "gb18030", None),
        ("浜田", "euc-jp", "EUC-JP"),
        ("Łódź", "iso-8859-2", "ISO-8859-2"),
        ("潮汐研究與海岸線的變化", "big5", "UTF-8"),
        ("潮の研究と海岸のかたち", "shift_jis", "UTF-8"),
        ("潮の研究と海岸のかたち", "euc-jp", None),
        ("조석 연구와 해안선", "euc-kr", None),
        ("Прилив и отлив", "cp1251", "UTF-8"),
        ("Прилив и отлив", "koi8-r", None),
    ],
)
def test_a_page_is_read_alike_from_a_file_and_from_a_harvest(
    title: str, encoding: str, declared: str | None, tmp_path: Path
) -> None:
    raw = page(title, encoding, declared)
    assert titles(of_file(raw, tmp_path)) == [title, "sound"]
    assert of_file(raw, tmp_path) == of_harvest(raw)


OTHERS = {
    "bib": "@article{{k1,\n  title = {{{}}},\n  author = {{Rook, Ida}},\n  year = 2001\n}}\n",
    "ris": "TY  - JOUR\nTI  - {}\nAU  - Rook, Ida\nPY  - 2001\nER  - \n",
    "csv": 'dc.title,dc.date.issued,dc.contributor.author\n"{}",2001,"Rook, Ida"\n',
    "json": '{{"DOI":"10.5555/x","type":"book","title":["{}"],"publisher":"P"}}',
    "html": "<!doctype html><html><body><table><tr><td>dc.title</td><td>{}</td><td>en</td></tr>"
    "<tr><td>dc.date.issued</td><td>2001</td><td></td></tr></table></body></html>",
    "txt": "dc.title\t{}\ten\ndc.date.issued\t2001\t\ndc.contributor.author\tRook, Ida\t\n",
}


@pytest.mark.parametrize("kind", OTHERS)
@pytest.mark.parametrize(
    ("title", "encoding"),
    [
        ("潮汐的研究与海岸线的变化", "gbk"),
        ("潮汐的研究与海岸线的变化", "utf-16"),
        ("潮汐的研究与海岸线的变化", "utf-16-le"),
        ("潮汐的研究与海岸线的变化", "utf-16-be"),
        ("Café “naïve” – Straße", "utf-8-sig"),
        ("Café “naïve” – Straße", "cp1252"),
        ("Café Straße", "latin-1"),
    ],
)
@pytest.mark.parametrize("is_named", [False, True])
def test_every_syntax_is_read_in_every_encoding(
    kind: str, title: str, encoding: str, is_named: bool, tmp_path: Path
) -> None:
    path = tmp_path / f"source.{kind}"
    path.write_bytes(OTHERS[kind].format(title).encode(encoding))
    assert titles(list(read(str(path), encoding=encoding if is_named else ""))) == [title]


def test_the_encoding_that_a_person_names_overrides_what_the_document_says(tmp_path: Path) -> None:
    raw = page("Привет", "koi8-r", "ISO-8859-1")
    assert titles(of_file(raw, tmp_path, "koi8-r")) == ["Привет", "sound"]


def test_an_encoding_that_nobody_knows_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="klingon"):
        of_file(b"<a/>", tmp_path, "klingon")


def test_a_guess_is_reported_with_its_remedy(tmp_path: Path) -> None:
    report = Kept()
    of_file(page("Café", "latin-1", None), tmp_path, report=report)
    assert any("read as Windows-1252" in finding.reason and "--encoding" in finding.reason for finding in report.all)


def test_one_value_in_another_encoding_costs_no_other(tmp_path: Path) -> None:
    raw = page("Straße CAFE", "utf-8", "UTF-8").replace(b"CAFE", b"caf\xe9")
    assert titles(of_file(raw, tmp_path)) == ["Straße café", "sound"] == titles(of_harvest(raw))


@pytest.mark.parametrize(
    ("declared", "values"),
    [
        ("UTF-8", [("潮汐的研究与海岸线的变化", "gb18030"), ("Größe, Øster", "utf-8"), ("王小明", "gb18030")]),
        ("UTF-8", [("潮汐的研究与海岸线的变化", "gb18030"), ("潮汐的研究", "utf-8"), ("王小明", "gb18030")]),
        ("GBK", [("潮汐的研究与海岸线的变化", "gb18030"), ("Café ole", "latin-1"), ("王小明", "gb18030")]),
        ("UTF-8", [("潮の研究と海岸のかたち", "shift_jis"), ("Größe, Øster", "utf-8")]),
        ("UTF-8", [("Café “ok”", "cp1252"), ("Größe, Øster", "utf-8"), ("潮汐", "utf-8")]),
    ],
)
def test_each_value_of_a_page_of_several_encodings_is_read_in_its_own(
    declared: str, values: list[tuple[str, str]], tmp_path: Path
) -> None:
    entries = [entry(number, DC.format(f"VALUE{number}")) for number in range(len(values))]
    raw = listing(*entries, prolog=f'<?xml version="1.0" encoding="{declared}"?>').encode()
    for number, (text, encoding) in enumerate(values):
        raw = raw.replace(b"VALUE%d" % number, text.encode(encoding))
    assert titles(of_file(raw, tmp_path)) == [text for text, _ in values]
    assert of_file(raw, tmp_path) == of_harvest(raw)


SOUND = DC.format("sound")
FAULTS = {
    "halves": ("One &#55357;&#xDE00;, &#xD83D;", "One 😀,"),
    "nul": ("A\x00 NUL and a page <![CDATA[<!DOCTYPE html><html>]]>", "A NUL and a page <!DOCTYPE html><html>"),
    "forbidden": ("A for\ufffebid\x02den&#1; sign", "A forbidden sign"),
    "ampersand": ("R&D, p < 0.05", "R&D, p < 0.05"),
    "named": ("caf&eacute;", "caf&eacute;"),
    "verbatim": ("\x02<![CDATA[R&D]]>", "R&D"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_signs_that_xml_forbids_cost_nothing(name: str, tmp_path: Path) -> None:
    raw = listing(entry(1, DC.format(FAULTS[name][0])), entry(2, SOUND)).encode()
    assert titles(of_file(raw, tmp_path)) == [FAULTS[name][1], "sound"]
    assert of_file(raw, tmp_path) == of_harvest(raw)


BROKEN = {
    "a prolog within": ('<?xml version="1.0" encoding="UTF-8"?>' + DC.format("broken"), ""),
    "a document type within": ('<!DOCTYPE dc SYSTEM "x.dtd">' + DC.format("broken"), ""),
    "text behind the root": (DC.format("broken"), "\nWarning: mysql_close() <b>on line 3</b>"),
    "another document behind": (DC.format("broken"), "<?xml version='1.0'?>" + listing()),
    "an undeclared prefix": (DC.format("broken").replace(' xmlns:dc="http://purl.org/dc/elements/1.1/"', ""), ""),
    "an undeclared prefix of an attribute": (DC.format("broken").replace("<dc:title", '<dc:title xsi:nil="x"'), ""),
    "a tag that is not closed": (DC.format("broken").replace("</oai_dc", "<dc:subject></oai_dc"), ""),
    "a tag that is cut": (DC.format("broken").replace("</dc:title>", "</dc:title><dc:type"), ""),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_record_costs_no_other_and_stops_no_harvest(name: str, tmp_path: Path) -> None:
    metadata, behind = BROKEN[name]
    raw = listing(entry(1, SOUND), entry(2, metadata), entry(3, SOUND), behind=behind, token="more").encode()
    assert titles(of_file(raw, tmp_path)) == ["sound", "broken", "sound"]
    assert of_file(raw, tmp_path) == of_harvest(raw, whole=False)
    body = Body(io.BytesIO(raw), 200, "https://x.example.org/oai")
    assert answer(body, whole=False).token == "more"


def test_an_answer_that_breaks_off_is_asked_for_again() -> None:
    raw = listing(entry(1, SOUND), entry(2, SOUND), token="more").encode()[:-60]
    for whole in (True, False):
        with pytest.raises(Passing, match="broken XML"):
            of_harvest(raw, whole=whole)


def test_two_documents_in_one_file_are_both_read(tmp_path: Path) -> None:
    prolog = '<?xml version="1.0"?>\n'
    raw = (listing(entry(1, SOUND), prolog=prolog) + "\n" + listing(entry(2, SOUND), prolog=prolog)).encode()
    assert [record.identifier for record in of_file(raw, tmp_path)] == [
        "oai:x.example.org:1/1",
        "oai:x.example.org:1/2",
    ]


def test_empty_verbs_of_a_cache_hide_no_record(tmp_path: Path) -> None:
    empty = "<Identify></Identify><ListIdentifiers><resumptionToken/></ListIdentifiers><ListSets></ListSets>"
    raw = listing(entry(1, SOUND)).replace("<ListRecords>", f'<error code=""></error>{empty}<ListRecords>').encode()
    assert titles(of_file(raw, tmp_path)) == ["sound"]


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(lambda text: "\ufeff" not in text))
def test_text_in_an_encoding_of_unicode_is_read_as_it_is(text: str) -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "gb18030", "utf-32"):
        named = encoding if encoding == "gb18030" else ""
        with utf8(io.BytesIO(text.encode(encoding)), "text", lambda _: None, named) as stream:
            assert stream.read().decode("utf-8-sig") == text


PLACEHOLDERS = ["\ufffd".encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be", "gb18030")]
WIDE = [st.text(min_size=4).map(lambda text, to=to: text.encode(to)) for to in ("utf-16-le", "utf-16-be", "utf-32-le")]


@given(st.one_of(st.binary(), *WIDE), st.binary(max_size=3))
@example("Grüße".encode("utf-16-le"), b"\xd8")
@example("Grüße".encode("cp1252"), b"\x81")
@example("香港大學".encode("gb18030"), b"\xff")
def test_no_byte_becomes_a_placeholder(raw: bytes, behind: bytes) -> None:
    # What is no letter of its encoding stands for itself; a placeholder that is written there is one.
    assume(not any(placeholder in raw + behind for placeholder in PLACEHOLDERS))
    with utf8(io.BytesIO(raw + behind), "bytes", lambda _: None) as stream:
        assert "\ufffd" not in stream.read().decode()


@given(st.text("<>&;!-[]?/x:= \"'record\n", max_size=300))
def test_no_text_within_a_page_ends_in_a_traceback_or_costs_the_record_before(text: str) -> None:
    raw = listing(entry(1, SOUND), entry(2, text), entry(3, SOUND)).encode()
    found = list(records(io.BytesIO(raw), "page", lambda _: None))
    assert titles(found[:1]) == ["sound"]


class Kept(Report):
    """A report that keeps its findings."""

    def __init__(self) -> None:
        super().__init__()
        self.all: list[Finding] = []

    def add(self, finding: Finding) -> None:
        super().add(finding)
        self.all.append(finding)
