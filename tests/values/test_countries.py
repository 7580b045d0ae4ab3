"""A country that a source names by its code is the country, with its addresses."""

from __future__ import annotations

from pathlib import Path

import pytest

from converter.mapping.engine import Mapper
from converter.sources.detection import read

MARC = (
    '<record xmlns="http://www.loc.gov/MARC21/slim"><leader>00000nam a2200000 a 4500</leader><controlfield tag="001">1'
    '</controlfield><controlfield tag="008">990101s1999    {}           000 0 nor d</controlfield>'
    '<datafield tag="245" ind1="0" ind2="0"><subfield code="a">Tides</subfield></datafield></record>'
)
MODS = (
    '<mods xmlns="http://www.loc.gov/mods/v3"><titleInfo><title>Tides</title></titleInfo><originInfo><place>'
    '<placeTerm type="code" authority="{}">{}</placeTerm></place></originInfo></mods>'
)
ONIX = (
    '<Product xmlns="http://ns.editeur.org/onix/3.0/reference"><RecordReference>1</RecordReference><PublishingDetail>'
    "<CountryOfPublication>{}</CountryOfPublication></PublishingDetail></Product>"
)
NORWAY = {"place/norway", "vocabulary/countries/no", "iso3166/NO"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (MARC.format("no "), NORWAY),
        (MARC.format("enk"), {"place/england", "vocabulary/countries/enk"}),
        (MARC.format("xx "), set()),
        (MODS.format("marccountry", "no"), NORWAY),
        (MODS.format("iso3166", "no"), {"place/norway", "iso3166/NO"}),
        (MODS.format("unheard-of", "no"), set()),
        (ONIX.format("NO"), {"place/norway", "iso3166/NO"}),
    ],
)
def test_a_code_of_a_country_leads_to_it(text: str, expected: set[str], tmp_path: Path) -> None:
    path = tmp_path / "source.xml"
    path.write_text(text, encoding="utf-8")
    lines = "\n".join(line for record in read(str(path)) for line in Mapper().map(record).lines)
    assert {end for end in {*NORWAY, "place/england", "vocabulary/countries/enk"} if f"{end}>" in lines} == expected
