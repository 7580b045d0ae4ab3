"""Languages, licences and countries lead to the lists that others keep, whatever the format says them in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.truth.claims import Claim, check, datacite, dc, jpcoar, marc, mods, rest7, ris, table

ENGLISH = "?w dcterms:language iso639-1:en . iso639-1:en skos:exactMatch <http://lexvo.org/id/iso639-3/eng>"
BY = "http://creativecommons.org/licenses/by/4.0/"
LICENSED = f"?w dcterms:license <{BY}> . <{BY}> skos:exactMatch <http://spdx.org/licenses/CC-BY-4.0>"
FROM_NORWAY = "?w ?p ?place . ?place rdfs:label 'Norway' ; owl:sameAs <http://lexvo.org/id/iso3166/NO>"
CLAIMS = [
    Claim("a language of Dublin Core", "x.xml", dc("language English"), ENGLISH),
    Claim("a language of MARC", "x.xml", marc("041 0  $aeng"), ENGLISH),
    Claim("a language of MODS", "x.xml", mods("<language><languageTerm>eng</languageTerm></language>"), ENGLISH),
    Claim("a language of JPCOAR", "x.xml", jpcoar("<dc:language>eng</dc:language>"), ENGLISH),
    Claim("a language of DataCite", "x.json", datacite(language="en"), ENGLISH),
    Claim("a language of REST", "x.json", rest7({"dc.language.iso": "en_US"}), ENGLISH),
    Claim("a language of RIS", "x.ris", ris("JOUR", "LA English"), ENGLISH),
    Claim("a language of a table", "x.csv", table(dc__language="eng"), ENGLISH),
    Claim("a language of ISO 639-3 alone", "x.csv", table(dc__language="yue"), "", "?l skos:exactMatch ?m"),
    Claim("a licence of Dublin Core", "x.xml", dc("rights CC BY 4.0"), LICENSED),
    Claim("a licence of MARC", "x.xml", marc(f"540    $u{BY}"), LICENSED),
    Claim("a licence of DataCite", "x.json", datacite(rightsList=[{"rightsUri": BY}]), LICENSED),
    Claim("a licence of REST", "x.json", rest7({"dc.rights.uri": BY}), LICENSED),
    Claim(
        "a licence of Crossref",
        "x.json",
        json.dumps({"DOI": "10.5555/x", "title": ["A title"], "license": [{"URL": BY}]}),
        LICENSED,
    ),
    Claim(
        "a licence that is adapted to a country is another",
        "x.csv",
        table(dc__rights__uri="http://creativecommons.org/licenses/by/3.0/us/"),
        "?w dcterms:license <http://creativecommons.org/licenses/by/3.0/us/>",
        "?l skos:exactMatch ?m",
    ),
    Claim("a country of Dublin Core", "x.csv", table(dc__coverage__spatial="Norway"), FROM_NORWAY),
    Claim("a country of MODS", "x.xml", mods("<subject><geographic>Norway</geographic></subject>"), FROM_NORWAY),
    Claim("a country of MARC", "x.xml", marc("651  0 $aNorway"), FROM_NORWAY),
    Claim(
        "a name that a city has as well is no country",
        "x.csv",
        table(dc__publisher__place="Luxembourg", dc__coverage__spatial="Georgia"),
        "",
        "?p owl:sameAs ?country",
    ),
]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.says)
def test_what_a_list_of_others_has_leads_there(claim: Claim, tmp_path: Path) -> None:
    check(claim, tmp_path)
