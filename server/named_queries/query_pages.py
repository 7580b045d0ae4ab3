"""The questions as pages for people: their list, and one with its form, its rows and its SPARQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from flask import render_template

from converter.sparql_examples import shown
from queries import Parameter, Query, bind
from server.charts.result_charts import drawn, heading
from server.http.base_path import root
from server.http.languages import gettext, later
from server.named_queries.answer_formats import ANSWERS
from server.named_queries.paging import WINDOW, Arranged, Page
from server.named_queries.parameter_types import KINDS, PICKED, Choice
from server.named_queries.parameters import missing
from server.named_queries.query_list import questions
from server.representations.view import Value, short

Row = dict[str, dict[str, str]]


QUALITY = later("Quality of the data")
"""The group of what is in no other."""
BY_NAME = later("a name, or an address")
"""How a value is written that is picked by its name."""
_NUMBERS = frozenset({"integer", "decimal", "double", "float"})
"""Data types (XSD) of what stands at the end of a column."""
_GROUPS = {
    later("Publications"): (
        "works-per-year",
        "journals-by-count",
        "journal-metrics",
        "recent-additions",
        "record-overview",
        "works-of-a-thing",
        "open-access-share",
        "files-by-format",
        "identifiers-by-scheme",
    ),
    later("People"): ("coauthors", "authors-in-order", "author-positions", "names-to-identify"),
    later("Subjects and funding"): (
        "subject-co-occurrence",
        "mesh-heading-with-qualifier",
        "funders-by-output",
        "grant-number-under-two-funders",
    ),
}
"""The groups of the list; what is in none stands under the quality of the data."""


def grouped(queries: Sequence[Query]) -> list[tuple[str, list[Query]]]:
    """The queries by what they are about, each in one group."""
    by_name = {query.name: query for query in queries}
    found = [(title, [by_name[name] for name in names if name in by_name]) for title, names in _GROUPS.items()]
    placed = {query.name for _, group in found for query in group}
    return [*found, (QUALITY, [query for query in queries if query.name not in placed])]


def example_queries() -> list[tuple[str, str]]:
    """Title and SPARQL of the queries that answer as they stand, group by group."""
    asked = [question.query for question in questions().values()]
    found = [query for _, group in grouped(asked) for query in group if not missing(query, {})]
    return [(query.title, shown(query)) for query in found]


class Table(NamedTuple):
    """The rows of a page, as SPARQL JSON has them, and the addresses of the pages around it."""

    rows: list[Row]
    page: Page
    links: Mapping[str, str]


class Column(NamedTuple):
    """A column of the table: what stands above it, and whether its values are numbers."""

    heading: str
    is_number: bool


class Control(NamedTuple):
    """A field of the form: what it asks for, what stands in it, how a value is written, what is picked by its name."""

    name: str
    kind: str
    description: str
    value: str
    default: str | None
    written: str
    picked: tuple[str, ...]


def list_page() -> bytes:
    """The page of all questions."""
    asked = [question.query for question in questions().values()]
    return render_template("queries.html", groups=grouped(asked), number=len(asked)).encode()


def question_page(
    question: Arranged,
    given: Mapping[str, str],
    base: str,
    table: Table | None,
    fault: str = "",
    choices: Sequence[tuple[Choice, str]] = (),
) -> bytes:
    """The page of a question: with its rows, with what is wrong about the parameters, or with things to choose from."""
    query = question.query
    own = {parameter.name: given[parameter.name] for parameter in query.parameters if parameter.name in given}
    text = bind(query, own) if table else shown(query)
    return render_template(
        "query.html",
        query=query,
        fault=fault,
        choices=choices,
        controls=[
            Control(
                parameter.name,
                KINDS[parameter.type].control,
                gettext(asked_for(parameter)),
                given.get(parameter.name, ""),
                parameter.default,
                gettext("a name, or an address")
                if parameter.name in PICKED
                else gettext(KINDS[parameter.type].written),
                PICKED.get(parameter.name, ()),
            )
            for parameter in query.parameters
        ],
        groups=grouped([one.query for one in questions().values()]),
        columns=[_column(name, table.rows if table else []) for name in question.columns],
        rows=[[_cell(row.get(column), base) for column in question.columns] for row in table.rows] if table else [],
        table=table,
        first=table.page.skipped + 1 if table else 0,
        formats=_formats(f"{root(base)}queries/{query.name}", own) if table else {},
        text=text,
        sparql=f"{root(base)}sparql?{urlencode({'query': text})}",
        window=WINDOW,
        chart=drawn(question.columns, [[_text(row.get(column)) for column in question.columns] for row in table.rows])
        if table
        else None,
        example=f"{base}queries/{query.name}.csv" + (f"?{urlencode(own)}" if own else ""),
    ).encode()


def asked_for(parameter: Parameter) -> str:
    """What the field of a parameter is called: what is picked by its name is no address to the reader."""
    said = parameter.description
    return f"The {said.removeprefix('the address of the ')}" if parameter.name in PICKED else said


def _column(name: str, rows: Sequence[Row]) -> Column:
    kinds = {row[name].get("datatype", "").rpartition("#")[2] for row in rows if name in row}
    return Column(heading(name), bool(kinds) and kinds <= _NUMBERS)


def _formats(address: str, own: Mapping[str, str]) -> dict[str, str]:
    """Name of a format → the address of all rows in it."""
    ending = f"?{urlencode(own)}" if own else ""
    return {format_.title: f"{address}.{name}{ending}" for name, format_ in ANSWERS.items()}


def _text(term: Mapping[str, str] | None) -> str:
    return term["value"] if term else ""


def _cell(term: Mapping[str, str] | None, base: str) -> Value:
    """A term as a page shows it: an address in short, and where it leads."""
    if term is None:
        return Value("")
    if term["type"] == "uri":
        return Value(short(term["value"], base), term["value"])
    return Value(term["value"], language=term.get("xml:lang"))
