"""What a cataloguer finds in records that were read: names in their order, pages for what they are, true handles."""

from __future__ import annotations

from pathlib import Path

import pytest

from converter.record import Record
from converter.report import Finding, Report
from converter.sources.detection import read
from converter.values.identifiers import handle

ENTRIES = r"""
@string{who = {{World Health Organization}}}
@article{a, author = {{Barnes and Noble} and Ludwig van Beethoven and Quill, Jr., Ann and others},
  title = {Terns \& {\"o}thers}, editor = who, pages = {m679}}
@book{a, author = {{Marrow, Tom and Quill, Ann}}, title = {T{\"o}ne}, year = {{2009}}, pages = {338}, publisher = who}
@book{b, author = {Board of Lights and 王 小明}, title = {Lights}, pages = {3--9}}
"""
MARC = """<collection xmlns="http://www.loc.gov/MARC21/slim"><record><leader>01234nam a2200301 a 4500</leader>
<datafield tag="245" ind1="0" ind2="0"><subfield code="a">Lights</subfield></datafield>
<datafield tag="720" ind1=" " ind2=" "><subfield code="a">Marrow, Tom</subfield></datafield>
<datafield tag="720" ind1=" " ind2=" "><subfield code="i">Quill, Ann</subfield><subfield code="e">advisor</subfield>
</datafield></record></collection>"""


def found(path: Path, text: str, report: Report | None = None) -> list[Record]:
    path.write_text(text, encoding="utf-8")
    return list(read(str(path), report=report))


def values(record: Record, name: str) -> list[str]:
    return [field.value for field in record.fields if field.name == name]


@pytest.fixture
def entries(tmp_path: Path) -> list[Record]:
    return found(tmp_path / "x.bib", ENTRIES)


def test_names_of_bibtex_have_the_family_name_first_and_braces_keep_a_name_whole(entries: list[Record]) -> None:
    assert values(entries[0], "dc.contributor.author") == [
        "Barnes and Noble",
        "van Beethoven, Ludwig",
        "Quill, Ann, Jr.",
    ]
    assert values(entries[0], "dc.contributor.editor") == ["World Health Organization"]
    assert values(entries[1], "dc.contributor.author") == ["Marrow, Tom", "Quill, Ann"]
    assert values(entries[2], "dc.contributor.author") == ["Board of Lights", "王 小明"]


def test_and_others_is_no_author_and_is_reported(tmp_path: Path) -> None:
    stated: list[Finding] = []

    class Kept(Report):
        def add(self, finding: Finding) -> None:
            super().add(finding)
            stated.append(finding)

    found(tmp_path / "x.bib", ENTRIES, Kept())
    assert [finding.field for finding in stated if finding.value == "others"] == ["bibtex.author"]


def test_the_second_entry_of_a_key_is_read_as_the_first_is(entries: list[Record]) -> None:
    assert values(entries[1], "dc.title") == ["Töne"]
    assert values(entries[1], "dc.date.issued") == ["2009"]
    assert values(entries[1], "dc.publisher") == ["World Health Organization"]


def test_the_pages_of_a_book_are_how_many_it_has(entries: list[Record]) -> None:
    assert values(entries[1], "dc.format.extent") == ["338"]
    assert values(entries[0], "oaire.citation.startPage") == ["m679"]
    assert values(entries[2], "oaire.citation.endPage") == ["9"]


def test_a_name_that_follows_no_rule_of_cataloguing_is_a_name(tmp_path: Path) -> None:
    (record,) = found(tmp_path / "x.xml", MARC)
    assert values(record, "dc.contributor.other") == ["Marrow, Tom"]
    assert values(record, "dc.contributor.advisor") == ["Quill, Ann"]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://x.example.org/bitstream/handle/10024/65680/Some_file.pdf", "10024/65680"),
        ("https://x.example.org/jspui/bitstream/2062/31/1/thesis.pdf?sequence=1", "2062/31"),
        ("https://x.example.org/xmlui/handle/10024/165547/EU", "10024/165547/EU"),
    ],
)
def test_the_address_of_a_file_names_the_handle_of_its_item(address: str, expected: str) -> None:
    stated = handle(address)
    assert stated
    assert stated.value == expected


NSDL = """<ListRecords xmlns="http://www.openarchives.org/OAI/2.0/"><record><header><identifier>oai:x.example.org:1</identifier>
<datestamp>2024-01-01</datestamp></header><metadata><nsdl_dc:nsdl_dc xmlns:nsdl_dc="http://ns.nsdl.org/nsdl_dc_v1.02/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:lar="http://ns.nsdl.org/schemas/dc/lar"><dc:title>Terns</dc:title>
<lar:readiness>Not ready</lar:readiness></nsdl_dc:nsdl_dc></metadata></record></ListRecords>"""


def test_dublin_core_in_the_wrapper_of_a_library_is_dublin_core(tmp_path: Path) -> None:
    (record,) = found(tmp_path / "x.xml", NSDL)
    assert [(field.name, field.value) for field in record.fields] == [
        ("dc.title", "Terns"),
        ("nsdl.readiness", "Not ready"),
    ]


def test_a_version_of_software_inherits_its_title_and_its_authors(tmp_path: Path) -> None:
    text = (
        "@softwareversion{v, version={2}, crossref={s}}\n@software{s, title={Ebb}, author={Moe, Ola}, doi={10.5555/s}}"
    )
    version, _ = found(tmp_path / "x.bib", text)
    assert values(version, "dc.title") == ["Ebb"]
    assert values(version, "dc.contributor.author") == ["Moe, Ola"]
    assert values(version, "dc.identifier.doi") == []


def test_ris_in_small_letters_is_read_and_what_stands_between_references_is_reported(tmp_path: Path) -> None:
    report, stated = Report(), list[Finding]()
    report.add = stated.append  # type: ignore[method-assign]
    text = "Provider: Kelp\nty  - JOUR\nti  - Ebb\nkw  - tide\nto  be sure\ner  - \nTY  - JOUR\nTI  - Flow\nER  - \n"
    first, second = found(tmp_path / "x.ris", text, report)
    assert [values(first, "dc.title"), values(second, "dc.title")] == [["Ebb"], ["Flow"]]
    assert values(first, "dc.subject") == ["tide to  be sure"]
    assert ("Provider: Kelp", "stands outside the references") in [(one.value, one.reason) for one in stated]


def test_a_path_on_somebodys_machine_is_not_published(tmp_path: Path) -> None:
    for name, text in {
        "x.ris": "TY  - JOUR\nTI  - Ebb\nL1  - file:///home/rook/ebb.pdf\nUR  - https://x.example.org/\nER  - \n",
        "x.bib": "@misc{k, title={Ebb}, url={file:///home/rook/ebb.pdf}, howpublished={https://x.example.org/}}",
    }.items():
        (record,) = found(tmp_path / name, text)
        assert "rook" not in str(record.fields)
