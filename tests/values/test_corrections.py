"""Values that look like another thing, and what must not be made of them."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import ontology
from converter.values import agent_kinds, check_digits, citations, dates, identifiers, licences, resolvable, text

_PIECES = st.sampled_from(["doi", "DOI", "doi:", "doi.org/", ".", "-", "_", ":", "a", "7", "AB"])
_SUFFIX = st.lists(_PIECES, min_size=1).map(lambda pieces: "".join(pieces) + "z")
_ARABIC_YEAR = "\u0662\u0660\u0661\u0660"
_FULL_WIDTH_YEAR = "\uff12\uff10\uff11\uff10"


@given(_SUFFIX)
@example("doi.7z")
def test_a_doi_is_never_changed_within_its_suffix(suffix: str) -> None:
    assert resolvable.doi(f"https://doi.org/10.5555/{suffix}") == (f"10.5555/{suffix}".lower(), None)
    assert resolvable.doi(f"10.5555/{suffix}") == (f"10.5555/{suffix}".lower(), None)


@pytest.mark.parametrize("value", ["10.5555/a b", "10.5555/a;10.5555/b", "10.5555/ab (see note)"])
def test_a_doi_with_more_behind_it_is_doubtful(value: str) -> None:
    found = resolvable.doi(value)
    assert found is not None
    assert found.doubt is not None


@given(st.integers(0, 15), st.sampled_from("0123456789"))
def test_an_orcid_with_one_changed_digit_is_refused(place: int, digit: str) -> None:
    right = "0000000218250097"
    changed = right[:place] + digit + right[place + 1 :]
    assert (check_digits.orcid(changed) is not None) == (changed == right)


@given(st.integers(0, 12), st.sampled_from("0123456789"))
def test_an_isbn_with_one_changed_digit_is_refused(place: int, digit: str) -> None:
    right = "9783161484100"
    changed = right[:place] + digit + right[place + 1 :]
    assert (check_digits.isbn(changed) is not None) == (changed == right)


@pytest.mark.parametrize("name", ["arxiv", "fundref", "number", "oclc", "pmcid", "pmid"])
def test_digits_of_other_scripts_make_no_identifier(name: str) -> None:
    assert identifiers.NORMALISERS[name](_ARABIC_YEAR * 2) is None


@pytest.mark.parametrize("form", ["{}", "ca. {}", "{}?", "{}-01-01T00:00:00Z"])
def test_a_year_in_arabic_digits_is_read_as_it_is_meant(form: str) -> None:
    assert dates.parse(form.format(_ARABIC_YEAR)) == dates.parse(form.format("2010"))


@pytest.mark.parametrize("value", ["\u06f1\u06f3\u06f8\u06f9", "\u0661\u0664\u0663\u0661", "\u0967\u096f\u096e\u096b"])
def test_a_year_that_may_be_of_another_calendar_is_none(value: str) -> None:
    assert dates.parse(value) is None


def test_full_width_digits_are_those_of_a_date() -> None:
    assert dates.parse(_FULL_WIDTH_YEAR) == dates.parse("2010")


@pytest.mark.parametrize("value", ["501100000555", "10.13039/501100000555", "https://doi.org/10.13039/501100000555"])
def test_the_page_of_a_funder_holds_the_registry_prefix_once(value: str) -> None:
    found = identifiers.NORMALISERS["fundref"](value)
    assert found is not None
    page = ontology.schemes()["datacite:fundref"]["page"].replace("{v}", found.value)
    assert page == "https://doi.org/10.13039/501100000555"


@pytest.mark.parametrize(
    "value", ["Bureau, Marie Anne", "College, Sarah Jane", "Service, Robert William", "Center, Mary Anne"]
)
def test_a_person_whose_family_name_is_a_word_of_organisations_stays_a_person(value: str) -> None:
    assert agent_kinds.kind(value) == "person"


@pytest.mark.parametrize(
    "value", ["KML, Kestrel Memorial Library", "Ministry of Tides, Wrenland", "Kestrel University"]
)
def test_an_organisation_with_a_comma_stays_one(value: str) -> None:
    assert agent_kinds.kind(value) == "organisation"


@pytest.mark.parametrize(
    "value",
    [
        "Attribution of this map: version 2.1",
        "No commercial use. Attribution 3.0",
        "https://creativecommons.org/licenses/foo/9.9/",
        "Creative Commons Attribution 3.7",
    ],
)
def test_a_licence_that_nobody_named_or_published_is_none(value: str) -> None:
    assert licences.licence(value) is None


@pytest.mark.parametrize("value", ["metadataOnlyAccess", "info:eu-repo/semantics/metadataOnlyAccess", "metadata only"])
def test_access_to_metadata_alone_is_known_in_every_spelling(value: str) -> None:
    assert licences.access(value) == "c_14cb"


def test_a_year_between_brackets_is_no_issue() -> None:
    assert citations.volume_issue_pages("Coasts 8 (2013): 59-61") == ("8", None, "59", "61")


def test_pages_behind_their_letters_are_read_in_the_short_form() -> None:
    assert citations.volume_issue_pages("Coasts, 2013, 65 (10), pp.1175-1184") == ("65", "10", "1175", "1184")


def test_a_range_of_uncertain_years_is_one() -> None:
    assert dates.parse("1945?-1950?") == ("1945?/1950?", "edtf", 1945, None)


@pytest.mark.parametrize("between", ["\x0b", "\x0c", "&#9;", "&#x9;", "&#10;", "\u2028", "\x1f"])
def test_what_parts_words_leaves_a_blank(between: str) -> None:
    assert text.clean(f"kelp{between}forest").text == "kelp forest"
