"""Reading a record takes no longer than in proportion to its parts: what eight times the parts cost, by its ratio."""

from __future__ import annotations

from pathlib import Path

import pytest

from converter.sources.detection import read
from tests.growth import in_proportion

_FEW = 400
_MARC = '<record xmlns="http://www.loc.gov/MARC21/slim"><leader>00000nam a2200000 a 4500</leader>{}</record>'
_CROSSREF = (
    '<doi_record xmlns="http://www.crossref.org/xschema/1.1"><crossref><journal><journal_article><titles><title>T</title>'
    "</titles>{}</journal_article></journal></crossref></doi_record>"
)
PARTS = {
    "series of MARC": ("x.xml", _MARC, '<datafield tag="830"><subfield code="a">Series {}</subfield></datafield>'),
    "coded data of MARC": ("x.xml", _MARC, '<controlfield tag="008">{:06}s2010    xx </controlfield>'),
    "names of MARC": ("x.xml", _MARC, '<datafield tag="700"><subfield code="a">Rook {}</subfield></datafield>'),
    "dates of Crossref": ("x.xml", _CROSSREF, "<publication_date><year>{:04}</year></publication_date>"),
    "citations of Crossref": (
        "x.xml",
        _CROSSREF,
        "<citation_list><citation><doi>10.5/{}</doi></citation></citation_list>",
    ),
    "fields of BibTeX": ("x.bib", "@book{{k, title={{T}},\n{}}}", "note = {{Note {}}},\n"),
    "names of BibTeX": ("x.bib", "@book{{k, title={{T}}, author={{{}Z}}}}", "Rook {} and "),
    "lines of RIS": ("x.ris", "TY  - BOOK\nTI  - T\n{}ER  - \n", "A1  - Rook {}\n"),
    "names of a table": ("x.csv", 'id,dc.title,dc.contributor.author\n1,T,"{}"\n', "Rook {}, Ida||"),
}


@pytest.mark.parametrize("name", PARTS)
def test_a_record_costs_no_more_than_its_parts(name: str, tmp_path: Path) -> None:
    file, outer, inner = PARTS[name]

    def read_so_many(count: int) -> None:
        path = tmp_path / file
        path.write_text(outer.format("".join(inner.format(number) for number in range(count))), encoding="utf-8")
        # It is no other format than was meant.
        assert sum(len(record.fields) for record in read(str(path)))

    assert in_proportion(read_so_many, _FEW)


_DC = (
    '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    "<dc:title>T</dc:title><dc:identifier>{0}</dc:identifier><dc:publisher>{0}</dc:publisher></oai_dc:dc>"
)
VALUES = {
    "a table": ("x.csv", 'id,dc.title,dc.subject.mesh,dc.publisher,dc.identifier.uri\n1,T,"{0}","{0}","{0}"\n'),
    "Dublin Core": ("x.xml", _DC),
    "RIS": ("x.ris", "TY  - BOOK\nTI  - T\nPB  - {0}\nUR  - {0}\nSN  - {0}\nER  - \n"),
    "BibTeX": ("x.bib", "@book{{k, title={{T}}, publisher={{{0}}}, url={{{0}}}, pages={{{0}}}}}"),
    "JSON": ("x.json", '{{"dc.title": "T", "dc.publisher": "{0}", "dc.identifier.uri": "{0}"}}'),
}


@pytest.mark.parametrize("unit", [" ", "; ", ", ", "a ", "a", "|", "http://x "])
@pytest.mark.parametrize("name", VALUES)
def test_a_long_value_is_read_in_proportion_to_its_length(name: str, unit: str, tmp_path: Path) -> None:
    file, outer = VALUES[name]

    def read_so_long(size: int) -> None:
        path = tmp_path / file
        path.write_text(outer.format("A" + (unit * size)[:size] + "Z"), encoding="utf-8")
        assert sum(len(record.fields) for record in read(str(path)))

    assert in_proportion(read_so_long, 4_000)
