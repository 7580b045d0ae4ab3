"""Text → values: what the rules promise for any text."""

from __future__ import annotations

import re

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st

from converter.values import (
    agent_kinds,
    agent_names,
    check_digits,
    dates,
    identifiers,
    iris,
    languages,
    licences,
    mesh,
    names,
    recognition,
    terms,
    text,
)


@given(st.text())
def test_any_text_is_a_literal_or_refused(value: str) -> None:
    try:
        line = f"<urn:x> <urn:y> {terms.literal(value)} ."
    except ValueError:
        assert terms.UNCARRIABLE.search(value)
        return
    (quad,) = pyoxigraph.parse(line, format=pyoxigraph.RdfFormat.N_TRIPLES)
    assert quad.object == pyoxigraph.Literal(value)


@given(st.text())
def test_a_cleaned_text_is_always_a_literal_and_clean(value: str) -> None:
    cleaned = text.clean(value).text
    terms.literal(cleaned)
    assert not re.search(r"^\s|\s$|\s\s", cleaned)


@given(st.text(min_size=1), st.text(min_size=1))
def test_every_address_that_is_minted_is_an_iri(name: str, key: str) -> None:
    base = "https://x.example.org/"
    item = base + "item/" + iris.item_path(None, name)
    organisation = iris.organisation(base, name)
    for address in (
        item,
        iris.local_agent(item, name, is_person=True),
        iris.local_agent(item, name, is_person=False),
        iris.organisation(base, name, key),
        iris.identified_organisation(base, "id", key),
        iris.keyed_person(base, name, key),
        iris.grant(base, organisation, key),
        iris.issue(iris.journal(base, title=name), key, name),
        iris.subject(base, name, key),
        iris.place(base, name),
        iris.field(base, f"a.{name}"),
    ):
        terms.iri(address)


@given(st.text())
def test_a_slug_of_a_slug_is_itself(value: str) -> None:
    once = iris.slug(value)
    assert iris.slug(once) == once
    assert re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", once)


@given(st.text())
def test_a_web_address_is_always_an_iri(value: str) -> None:
    for candidate in (value, f"http://x.example.org/{value}", f"https://{value}"):
        found = identifiers.web_address(candidate)
        if found:
            terms.iri(found)


@given(st.text() | st.dates().map(str) | st.from_regex(r"\d{1,4}[-/. ]\d{1,2}([-/. ]\d{1,4})?", fullmatch=True))
def test_a_date_is_valid_in_the_type_that_it_has(value: str) -> None:
    found = dates.parse(value)
    if found is None:
        assert dates.why_not(value)
    elif found.datatype != "edtf":
        shape = {
            "gYear": r"\d{4}",
            "gYearMonth": r"\d{4}-\d\d",
            "date": r"\d{4}-\d\d-\d\d",
            "dateTime": r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)?",
        }[found.datatype]
        assert re.fullmatch(shape, found.lexical)


@given(st.dates())
def test_a_day_is_read_as_itself(day: object) -> None:
    assert dates.parse(str(day)) == (str(day), "date", int(str(day)[:4]), None)


@given(st.datetimes(), st.sampled_from(["Z", "+01:00", ""]))
def test_a_moment_is_read_as_itself(moment: object, zone: str) -> None:
    value = str(moment).replace(" ", "T") + zone
    found = dates.parse(value)
    assert found is not None
    assert (found.lexical, found.datatype) == (value, "dateTime")


@pytest.mark.parametrize(
    ("value", "lexical", "datatype"),
    [
        ("20221210", "2022-12-10", "date"),
        ("May 2012", "2012-05", "gYearMonth"),
        ("1811-1-1", "1811-01-01", "date"),
        ("2005?", "2005?", "edtf"),
        ("[1999]", "1999~", "edtf"),
        ("c1999", "1999", "gYear"),
        ("circa 1970", "1970~", "edtf"),
        ("1980's", "198X", "edtf"),
        ("1808/1809", "1808/1809", "edtf"),
        ("2025-07-13/2025-07-16", "2025-07-13/2025-07-16", "edtf"),
        ("1998-99", "1998/1999", "edtf"),
        ("2015-07-16 12:23:02.443000", "2015-07-16T12:23:02.443000", "dateTime"),
        ("info:eu-repo/date/embargoEnd/2026-11-01", "2026-11-01", "date"),
        ("31/12/2020", "2020-12-31", "date"),
    ],
)
def test_dates_are_read_in_every_form_that_was_seen(value: str, lexical: str, datatype: str) -> None:
    found = dates.parse(value)
    assert found is not None
    assert (found.lexical, found.datatype) == (lexical, datatype)


def test_a_day_and_month_that_cannot_be_told_apart_leave_the_year() -> None:
    found = dates.parse("08-09-2023")
    assert found is not None
    assert (found.lexical, bool(found.doubt)) == ("2023", True)


@pytest.mark.parametrize(
    "value", ["n.d.", "undated", "2019-07-260", "2019-02-30", "0000-00-00", "MONTHS_WITHHELD:1200", "3010-13011-2"]
)
def test_what_is_no_date_is_none(value: str) -> None:
    assert dates.parse(value) is None


IDENTIFIERS = {
    "ark": "https://n2t.example.org/ark:/12345/fk4x",
    "arxiv": "arXiv:1904.00001v2",
    "bibcode": "2019ApJ...875L...1E",
    "doi": "https://doi.org/10.5555/AbC.1",
    "fundref": "https://doi.org/10.13039/501100000780",
    "handle": "http://hdl.handle.net/20.500.12345/678",
    "isbn": "978-3-16-148410-0",
    "ismn": "979-0-2600-0043-8",
    "isni": "0000 0001 2103 2683",
    "issn": "55551238",
    "lei": "5493001KJTIIGC8Y1R12",
    "number": "678",
    "oai": "oai:repository.example.org:678",
    "oclc": "(OCoLC)678",
    "openalex": "https://openalex.org/W678",
    "orcid": "https://orcid.org/0000-0002-1825-0097",
    "pmcid": "PMC678",
    "pmid": "PMID: 678",
    "researcherid": "A-1234-2019",
    "ror": "https://ror.org/02zhqgq86",
    "scopus-eid": "eid=2-s2.0-678",
    "url": "http://x.example.org/a b",
    "urn": "urn:nbn:de:101-678",
    "uuid": "6BA7B810-9DAD-11D1-80B4-00C04FD430C8",
    "wos": "WOS:A1995QA67800001",
}
"""Rule for the normal form → an identifier that it takes."""


@pytest.mark.parametrize("name", identifiers.NORMALISERS)
def test_every_rule_for_a_normal_form_takes_an_identifier(name: str) -> None:
    once = identifiers.NORMALISERS[name](IDENTIFIERS[name])
    assert once is not None
    assert identifiers.NORMALISERS[name](once.value) == once


@given(st.sampled_from(sorted(IDENTIFIERS)), st.text(max_size=4), st.integers(0, 40))
def test_a_normal_form_is_its_own_normal_form(name: str, inserted: str, place: int) -> None:
    normal, known = identifiers.NORMALISERS[name], IDENTIFIERS[name]
    once = normal(known[:place] + inserted + known[place:])
    again = once and normal(once.value)
    assert (again and again.value) == (once and once.value)


@given(st.integers(0, 9_999_999))
def test_one_wrong_digit_makes_an_issn_wrong(number: int) -> None:
    seven = f"{number:07d}"
    right = next(issn for check in "0123456789X" if (issn := check_digits.issn(seven + check)))
    changed = f"{(number + 1) % 10_000_000:07d}"
    assert len([check for check in "0123456789X" if check_digits.issn(changed + check)]) == 1
    assert right.value.replace("-", "")[:7] == seven


@given(st.text())
def test_sniffing_loses_nothing(value: str) -> None:
    scheme, found = recognition.sniff(value)
    assert scheme
    assert scheme != "scheme/other" or found.value == value.strip()


@given(st.text())
def test_no_text_brings_a_reader_to_fall(value: str) -> None:
    names.person(value)
    names.publisher(value)
    agent_names.named(value)
    agent_names.named(value, affiliation_follows=True)
    agent_kinds.kind(value)
    agent_kinds.is_nobody(value)
    agent_kinds.is_generic(value)
    names.name_and_key(value)
    names.name_and_value(value)
    languages.language(value)
    licences.licence(value)
    licences.access(value)
    mesh.heading(value)
    text.paragraphs(value)
    text.looks_like_mojibake(value)
    text.holds_markup(value)


@given(st.text(max_size=8) | st.from_regex(r"[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,9}){0,3}", fullmatch=True))
def test_a_language_tag_is_always_one_that_a_literal_takes(code: str) -> None:
    tag = languages.language_tag(code)
    if tag:
        assert terms.literal("x", tag).endswith(f'"@{tag}')


@pytest.mark.parametrize(("code", "tag"), [("en", "en"), ("en_GB", "en-gb"), ("ger", "de")])
def test_a_code_of_a_language_becomes_its_tag(code: str, tag: str) -> None:
    assert languages.language_tag(code) == tag


@pytest.mark.parametrize(
    ("value", "iri"),
    [
        ("http://creativecommons.org/licenses/by/4.0", "by/4.0"),
        ("CC BY-NC 4.0", "by-nc/4.0"),
        ("CC-BY-NC-SA 3.0", "by-nc-sa/3.0"),
        ("Attribution-ShareAlike 4.0 International", "by-sa/4.0"),
        (
            "This is free under the Creative Commons License (https://creativecommons.org/licenses/by/2.0), see it.",
            "by/2.0",
        ),
    ],
)
def test_creative_commons_is_known_in_every_spelling(value: str, iri: str) -> None:
    found = licences.licence(value)
    assert found is not None
    assert found.iri == f"http://creativecommons.org/licenses/{iri}/"


def test_a_licence_without_its_version_is_not_guessed() -> None:
    assert licences.licence("Creative Commons Attribution-Noncommercial-Share Alike") is None
