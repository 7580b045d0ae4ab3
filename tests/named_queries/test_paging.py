"""Pages of a question are parts of one order, whatever its own order leaves open; parameters are terms, or refused."""

from __future__ import annotations

import string
from contextlib import suppress
from datetime import datetime
from urllib.parse import urlencode

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries import TYPES, Parameter, Query, all_queries, bind, load
from server.named_queries.paging import SIZE, WINDOW, Page, arranged
from server.named_queries.parameter_types import KINDS
from server.named_queries.parameters import FORMATS, WrongParameter, asked, parameters
from server.named_queries.query_list import questions

TIES = pyoxigraph.Store()
TIES.extend(
    pyoxigraph.Quad(
        pyoxigraph.NamedNode(f"urn:s{number}"),
        pyoxigraph.NamedNode("urn:p"),
        pyoxigraph.Literal(str(number % 3)),
    )
    for number in range(60)
)
PARAMETERS = {
    kind: Query("x", "", "", (Parameter("p", kind, None, "what it is"),), "SELECT * { # bind\n ?p ?q ?r }")
    for kind in TYPES
}

VALUES = st.one_of(
    st.text(),
    st.text(string.printable),
    st.from_regex(r"(urn:|http://x/)[a-z0-9/#%>{}\\? é]{0,9}", fullmatch=True),
    st.integers().map(str),
    st.datetimes().map(lambda moment: f"{moment.isoformat()}Z"),
)


def stated(text: str) -> list[tuple[str, ...]]:
    """The rows of a query over rows that are equal in what they are ordered by."""
    results = TIES.query(text)
    assert isinstance(results, pyoxigraph.QuerySolutions)
    return [tuple(solution[variable].value for variable in results.variables) for solution in results]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?s ?o { ?s <urn:p> ?o }",
        "SELECT ?s ?o { ?s <urn:p> ?o } ORDER BY DESC(?o)",
        "SELECT ?s ?o { ?s <urn:p> ?o } ORDER BY ?o LIMIT 17",
        "SELECT ?s ?o { ?s <urn:p> ?o } ORDER BY ?o OFFSET 5",
        "select * { ?s <urn:p> ?o } order by ?o offset 5 limit 11 # the last",
        'SELECT ?o (COUNT(?s) AS ?n) { ?s <urn:p> ?o FILTER(?o != "LIMIT 1") } GROUP BY ?o HAVING (COUNT(?s) > 1)',
        "SELECT ?s ?o { { SELECT ?s ?o { ?s <urn:p> ?o } ORDER BY ?o LIMIT 9 } } LIMIT 4 VALUES ?o { '1' '2' }",
    ],
)
@given(size=st.integers(1, 70))
def test_pages_of_any_size_are_all_rows_each_once(text: str, size: int) -> None:
    question = arranged(Query("x", "", "", (), text))
    whole = stated(question.whole().text)
    pages = [stated(question.rows(skipped, size).text) for skipped in range(0, len(whole) + size, size)]
    assert [row for page in pages for row in page] == whole
    assert len(whole) == len(stated(text))


def test_rows_that_the_question_leaves_equal_stand_in_one_order() -> None:
    question = arranged(Query("x", "", "", (), "SELECT ?s ?o { ?s <urn:p> ?o } ORDER BY ?o"))
    whole = stated(question.whole().text)
    assert whole == sorted(whole, key=lambda row: (row[1], row[0]))


@pytest.mark.parametrize("query", all_queries(), ids=lambda query: query.name)
def test_every_question_has_a_total_order(query: Query) -> None:
    question = questions()[query.name]
    order = question.whole().text.rpartition("ORDER BY")[2]
    assert [name for name in question.columns if f"?{name}" not in order] == []
    pyoxigraph.Store().query(question.rows(3, 7).text)


def test_what_is_no_table_is_no_question() -> None:
    with pytest.raises(ValueError, match="no SELECT"):
        arranged(Query("x", "", "", (), "ASK {}"))


def test_the_web_knows_every_type_of_the_questions() -> None:
    assert KINDS.keys() == TYPES.keys()


def test_no_question_has_a_parameter_with_the_name_of_a_common_one() -> None:
    named = {parameter.name for query in all_queries() for parameter in query.parameters}
    assert not named & {*WINDOW, *FORMATS}


@pytest.mark.parametrize("kind", TYPES)
@given(value=VALUES)
def test_a_value_is_a_term_or_is_refused_by_name(kind: str, value: str) -> None:
    query = PARAMETERS[kind]
    try:
        values = asked(query, {"p": value}).values
    except WrongParameter as fault:
        stated = fault
    else:
        _is_a_term(kind, value, bind(query, values))
        return
    assert (stated.name, "parameter p" in str(stated), "\n" in str(stated)) == ("p", True, False)


def _is_a_term(kind: str, value: str, text: str) -> None:
    (solution,) = pyoxigraph.Store().query(text.replace("?p ?q ?r", "BIND (YEAR(?p) AS ?year)"))
    term = solution["p"]
    assert isinstance(term, pyoxigraph.Literal if kind != "iri" else pyoxigraph.NamedNode)
    # Numbers and moments are the same in several spellings; a moment that the engine cannot read has no year.
    meant = {"integer": int, "moment": datetime.fromisoformat}.get(kind, str)
    assert meant(term.value) == meant(value)
    assert (solution["year"] is not None) == (kind == "moment")


@given(given=st.dictionaries(st.text(min_size=1), st.text(min_size=1), max_size=5))
def test_parameters_are_read_as_they_were_written(given: dict[str, str]) -> None:
    assert parameters(urlencode(given).encode()) == given


@given(query=st.binary(max_size=60))
def test_any_bytes_are_parameters_or_are_refused(query: bytes) -> None:
    with suppress(WrongParameter):
        assert all(parameters(query).values())


@pytest.mark.parametrize(
    ("given_", "page"),
    [({}, None), ({"page": "3"}, Page(3, SIZE)), ({"size": "7"}, Page(1, 7)), ({"page": "2", "size": "7"}, Page(2, 7))],
)
def test_a_page_is_wanted_where_its_number_or_its_size_is_told(given_: dict[str, str], page: Page | None) -> None:
    assert asked(load("works-per-year"), given_).page == page
