"""Dates and the year of publication: what each format says of them, and that no other date passes for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from converter.mapping.engine import Mapper
from converter.record import Field, Record
from converter.values import dates, publication_year
from converter.values.publication_year import Dated
from tests.truth.records import ISSUED, Graph

MAPPER = Mapper(day="2026-11-30")
LAST = 2031
YEAR = "<http://purl.org/spar/fabio/hasPublicationYear>"


def year(*fields: tuple[str, str], datestamp: str | None = None, mapper: Mapper = MAPPER) -> list[str]:
    """The years of publication of a record with these fields."""
    stated = tuple(Field(name, value, place=place) for place, (name, value) in enumerate(fields, 1))
    lines = mapper.map(Record("r", fields=stated, datestamp=datestamp)).lines
    return sorted(line.split('"')[1] for line in lines if YEAR in line)


@pytest.mark.parametrize("name", ISSUED)
@pytest.mark.parametrize(
    ("value", "issued", "year_"),
    [
        ("2010-05-03", "2010-05-03", "2010"),
        ("2021-21", "2021-21", "2021"),
        ("2004-06-XX", "2004-06-XX", "2004"),
        ("1985/..", "1985/..", "1985"),
        ("2011-00-00", "2011", "2011"),
        ("3 de mayo de 2010", "2010-05-03", "2010"),
        ("May-June 2012", "2012-05/2012-06", "2012"),
        ("2019年5月", "2019-05", "2019"),
        ("198X", "198X", "1980"),
        ("[198--]", "198X", "1980"),
        ("Y2010", "2010", "2010"),
        ("2010 [2011]", "[2010,2011]", "2010"),
        ("2010-06-?", "2010-06-XX", "2010"),
        ("2010-05-01T24:00:00Z", "2010-05-01", "2010"),
        ("2010-05-03+02:00", "2010-05-03", "2010"),
        ("2010 or 2011", "[2010,2011]", "2010"),
        ("the early 1980s", "198X", "1980"),
        ("before 1950", "../1950", "1950"),
        ("1985-present", "1985/..", "1985"),
        ("2010-Q1", "2010-33", "2010"),
        ("12.-13.5.2010", "2010-05-12/2010-05-13", "2010"),
        ("1985-1987, 1990", "1985", "1985"),
    ],
)
def test_a_date_of_issue_is_read_in_every_format(
    tmp_path: Path, name: str, value: str, issued: str, year_: str
) -> None:
    graph = Graph(tmp_path, name, ISSUED[name](value))
    assert graph.values("dcterms:issued") == [issued]
    assert graph.values("fabio:hasPublicationYear") == [year_]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ([("dc.date.copyright", "2008"), ("dc.date.issued", "2009")], ["2009"]),
        ([("dc.date.publishedonline", "2012-12"), ("dc.date.publishedprint", "2013-02")], ["2013"]),
        ([("dc.date.copyright", "2008"), ("dc.date", "2005")], ["2008"]),
        ([("dc.date", "2012"), ("dc.date", "2010-03")], ["2010"]),
        ([("dc.date", "2013-02-27T01:39:58Z"), ("dc.date", "2013-02-27T01:39:58Z"), ("dc.date", "1998")], ["1998"]),
        ([("dc.date", "2013-02-27T01:39:58Z"), ("dc.date", "2013-02-27T01:39:58Z")], []),
        ([("dc.date", "2015-08-31T16:42:46Z")], ["2015"]),
        ([("dc.date", "2006-03-03T16:10:26Z")] * 3, ["2006"]),
        ([("dc.date", "info:eu-repo/date/embargoEnd/2030-01-01")], []),
        ([("dc.date.embargo", "2012-01-01"), ("dc.rights.embargodate", "2012-01-01")], []),
        ([("dc.date.accessioned", "2013-02-27T01:39:58Z"), ("dc.date.available", "2013-02-27")], []),
        ([("dc.date.issued", "9999-12-31")], []),
        ([("dc.date.issued", "0000"), ("dc.date", "0000-00-00")], []),
        ([("dc.date.issued", "9999"), ("dc.date.copyright", "2011")], ["2011"]),
        ([("dc.date.submitted", "2009"), ("dc.date.created", "2001")], []),
        ([("dc.date.issued", "201X")], ["2010"]),
        ([("dc.date.issued", "19XX")], []),
        ([("dc.date.issued", "201X"), ("dc.date.copyright", "2014")], ["2014"]),
        ([("dc.date", "198X"), ("dc.date", "1985")], ["1985"]),
    ],
)
def test_one_rule_chooses_the_year(fields: list[tuple[str, str]], expected: list[str]) -> None:
    assert year(*fields) == expected


def test_a_year_long_after_the_record_was_written_is_a_placeholder() -> None:
    assert year(("dc.date.issued", "2026"), datestamp="2013-02-27T01:39:58Z") == []
    assert year(("dc.date.issued", "2014"), datestamp="2013-02-27T01:39:58Z") == ["2014"]


def test_the_day_of_the_conversion_decides_for_a_record_that_does_not_say_when_it_was_written() -> None:
    assert [year(("dc.date.issued", stated)) for stated in ("2031", "2032")] == [["2031"], []]
    later = Mapper(day="2030-01-01")
    assert [year(("dc.date.issued", stated), mapper=later) for stated in ("2032", "2036")] == [["2032"], []]
    assert later.digest != MAPPER.digest
    assert year(("dc.date.issued", "2032"), datestamp="2029-05-01", mapper=MAPPER) == []


@pytest.mark.parametrize("value", ["1431 هـ", "1431 AH", "2553 B.E.", "2010 (online 2009)"])
def test_a_year_of_another_era_is_none_of_ours(value: str) -> None:
    assert dates.parse(value) is None


@given(st.text(max_size=60))
def test_any_text_is_a_date_or_none_and_a_date_is_read_again(value: str) -> None:
    found = dates.parse(value)
    if found and found.datatype != "edtf":
        again = dates.parse(found.lexical)
        assert again is not None
        assert (again.lexical, again.datatype) == (found.lexical, found.datatype)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(1, 9999)), max_size=6))
def test_the_year_is_one_of_the_best_rank_that_is_plausible(stated: list[tuple[int, int]]) -> None:
    read = [Dated(rank, dates.Date(f"{number:04d}", "gYear", number)) for rank, number in stated]
    chosen = publication_year.publication(read, LAST)
    plausible = [one for one in read if publication_year.is_plausible(one.date, LAST)]
    assert (chosen is None) == (not plausible)
    if chosen:
        assert read[chosen.place].rank == min(one.rank for one in plausible)
        assert chosen.year == read[chosen.place].date.year
