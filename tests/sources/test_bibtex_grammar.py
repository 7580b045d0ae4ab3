"""BibTeX and RIS by their grammar: joined strings, macros, inheritance, keys that repeat, pages in pieces."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from converter.record import Record
from converter.report import Finding, Report
from converter.sources.bibtex import records
from converter.sources.bibtex_grammar import joined
from converter.sources.detection import read


class Kept(Report):
    """A report that keeps its findings."""

    def __init__(self) -> None:
        super().__init__()
        self.findings: list[Finding] = []

    def add(self, finding: Finding) -> None:
        super().add(finding)
        self.findings.append(finding)


def those(text: str, tmp_path: Path, report: Report | None = None) -> list[Record]:
    path = tmp_path / "source"
    path.write_text(text, encoding="utf-8")
    return list(read(str(path), report=report))


def test_strings_and_macros_are_joined(tmp_path: Path) -> None:
    text = (
        '@string{js = "Journal of Sandbanks"}\n@STRING(long = JS # ", Series C")\n'
        '@article{a, title="Ebb " # {and "flow"} # 2, journal=LONG, year=1961, month=jun # "~4"}'
    )
    (record,) = those(text, tmp_path)
    assert record.values("dc.title") == ['Ebb and "flow"2']
    assert record.values("dc.relation.ispartof") == ["Journal of Sandbanks, Series C"]


def test_a_macro_that_nothing_defines_is_reported_and_kept(tmp_path: Path) -> None:
    report = Kept()
    (record,) = those("@article{a, title={T}, journal=jss}", tmp_path, report)
    assert record.values("dc.relation.ispartof") == ["jss"]
    assert any("'jss'" in finding.reason for finding in report.findings)


@given(st.text('{}"# abc,\\~1', max_size=60))
def test_any_value_is_joined_in_one_pass(value: str) -> None:
    assert len(joined(value, {})) <= len(value)


PARENT = "@proceedings{P1, title={Foam}, editor={Aas, Tove}, year=2011, doi={10.5555/p}, publisher={Pebble}}"


@pytest.mark.parametrize("behind", [True, False])
def test_an_entry_inherits_what_it_lacks(behind: bool, tmp_path: Path) -> None:
    child = "@inproceedings{k1, author={Rook, Ida}, title={A paper}, crossref={p1}, publisher={Own}}"
    found = those("\n".join([child, PARENT] if behind else [PARENT, child]), tmp_path)
    (record,) = [one for one in found if one.identifier == "k1"]
    assert record.values("dc.title") == ["A paper"]
    assert record.values("dc.relation.ispartof") == ["Foam"]
    assert record.values("dc.publisher") == ["Own"]
    assert record.values("dc.date.issued") == ["2011"]
    assert not record.values("dc.identifier.doi")


def test_inheritance_goes_over_several_entries_and_ends_in_a_circle(tmp_path: Path) -> None:
    text = (
        "@inbook{a, title={A}, crossref={b}}\n@book{b, title={B}, crossref={c}}\n@book{c, title={C}, year=1990,"
        " crossref={a}}"
    )
    first, *_ = those(text, tmp_path)
    assert (first.values("dc.relation.ispartof"), first.values("dc.date.issued")) == (["B"], ["1990"])


def test_a_parent_that_is_not_there_is_named(tmp_path: Path) -> None:
    report = Kept()
    those("@inbook{a, title={A}, crossref={nowhere}}", tmp_path, report)
    assert any(finding.value == "nowhere" and finding.level == "warning" for finding in report.findings)


def test_data_that_entries_share_are_no_work(tmp_path: Path) -> None:
    found = those("@xdata{x, publisher={Pebble}}\n@book{b, title={B}, xdata={x}}", tmp_path)
    assert [record.values("dc.publisher") for record in found] == [["Pebble"]]


def test_two_entries_of_one_key_are_two_works(tmp_path: Path) -> None:
    report = Kept()
    text = "@article{k, title={One}}\n@article{k, title={Two}}\n@article{k, title={One}}"
    found = those(text, tmp_path, report)
    assert [record.values("dc.title") for record in found] == [["One"], ["Two"]]
    assert found[0].identifier == "k" != found[1].identifier
    assert any("stands there twice" in finding.reason for finding in report.findings)


def test_fields_that_stand_twice_are_values_or_lines_of_the_report(tmp_path: Path) -> None:
    report = Kept()
    text = "@article{k, title={One}, title={Uno}, author={Rook, Ida}, author={Aas, Tove}, keywords={a}, keywords={b}}"
    (record,) = those(text, tmp_path, report)
    assert record.values("dc.contributor.author") == ["Rook, Ida", "Aas, Tove"]
    assert record.values("dc.subject") == ["a", "b"]
    assert any(finding.value == "Uno" for finding in report.findings)


@pytest.mark.parametrize(
    ("pages", "start", "end", "whole"),
    [
        ("345--364, 375", ["345"], [], ["345-364, 375"]),
        ("27–32", ["27"], ["32"], []),
        ("e12", ["e12"], [], []),
        ("pp. 5-9", ["5"], ["9"], []),
        ("12; 14", ["12"], [], ["12, 14"]),
    ],
)
def test_pages_are_told_by_their_pieces(
    pages: str, start: list[str], end: list[str], whole: list[str], tmp_path: Path
) -> None:
    for text in (
        f"@article{{a, title={{T}}, pages={{{pages}}}}}",
        f"TY  - JOUR\nTI  - T\nSP  - {pages}\nER  - \n",
    ):
        (record,) = those(text, tmp_path)
        assert record.values("oaire.citation.startPage") == start
        assert record.values("oaire.citation.endPage") == end
        assert record.values("dc.description.pages") == whole


def test_ris_keeps_every_value_of_a_tag_that_repeats(tmp_path: Path) -> None:
    text = (
        "TY  - JOUR\nTI  - T\nAU  - Rook, Ida\nAU  - Aas, Tove\nED  - Berg, Nils\nSN  - 8765-0010\nSN  - 8765-0029\n"
        "UR  - https://a.example.org/x;y=1 https://b.example.org/\nSP  - 67\nEP  - 76\nXX  - own\nER  - \n"
    )
    (record,) = those(text, tmp_path)
    assert record.values("dc.contributor.author") == ["Rook, Ida", "Aas, Tove"]
    assert record.values("dc.contributor.editor") == ["Berg, Nils"]
    assert record.values("dc.identifier.issn") == ["8765-0010", "8765-0029"]
    assert record.values("dc.identifier.url") == ["https://a.example.org/x;y=1", "https://b.example.org/"]
    assert (record.values("oaire.citation.startPage"), record.values("oaire.citation.endPage")) == (["67"], ["76"])
    assert record.values("ris.XX") == ["own"]


def test_ris_goes_on_in_lines_without_a_tag(tmp_path: Path) -> None:
    (record,) = those("TY  - JOUR\nTI  - T\nKW  - sand\nKW  - sea\nand shore\nER  - \n", tmp_path)
    assert record.values("dc.subject") == ["sand", "sea and shore"]


_PIECES = [
    "tide ",
    "ab",
    r"{\"o}",
    r"\'e",
    r"\c c",
    "$x^2$",
    " -- ",
    r"\emph{in text} ",
    "{Keep It}",
    r"\textless ",
    "&",
]


@settings(max_examples=20)
@given(st.lists(st.sampled_from(_PIECES), min_size=1, max_size=12).map("".join))
def test_a_long_value_says_what_its_pieces_say(piece: str) -> None:
    def said(value: str) -> str:
        text = f"@article{{a, title={{T}}, abstract={{{value}}}}}".encode()
        (record,) = records(io.BytesIO(text), "a.bib", lambda _: None)
        return record.values("dc.description.abstract")[0]

    times = 3_000 // len(piece)
    assert said(f"ab {piece} cd " * times) == " ".join([said(f"ab {piece} cd")] * times)
