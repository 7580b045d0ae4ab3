"""The questions as pages for people: their list, and one with its form, its rows and its SPARQL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlencode

from flask import render_template

from queries import bind
from server.http.base_path import root
from server.http.formats import offers
from server.named_queries.paging import WINDOW, Arranged, Page
from server.named_queries.parameter_types import KINDS
from server.named_queries.query_list import questions, shown
from server.pages.view import Value, short

Row = dict[str, dict[str, str]]
_NAMES = {"json": "JSON", "csv": "CSV", "tsv": "TSV", "xml": "XML"}


class Table(NamedTuple):
    """The rows of a page, as SPARQL JSON has them, and the addresses of the pages around it."""

    rows: list[Row]
    page: Page
    links: Mapping[str, str]


class Control(NamedTuple):
    """A field of the form: what it asks for, what stands in it, and how a value is written."""

    name: str
    kind: str
    description: str
    value: str
    default: str | None
    written: str


def list_page() -> bytes:
    """The page of all questions."""
    return render_template("queries.html", questions=[question.query for question in questions().values()]).encode()


def question_page(
    question: Arranged, given: Mapping[str, str], base: str, table: Table | None, fault: str = ""
) -> bytes:
    """The page of a question: with its rows, or with what is wrong about the parameters."""
    query = question.query
    own = {parameter.name: given[parameter.name] for parameter in query.parameters if parameter.name in given}
    text = bind(query, own) if table else shown(query)
    return render_template(
        "query.html",
        query=query,
        fault=fault,
        controls=[
            Control(
                parameter.name,
                KINDS[parameter.type].control,
                parameter.description,
                given.get(parameter.name, ""),
                parameter.default,
                KINDS[parameter.type].written,
            )
            for parameter in query.parameters
        ],
        columns=question.columns,
        rows=[[_cell(row.get(column), base) for column in question.columns] for row in table.rows] if table else [],
        table=table,
        first=table.page.skipped + 1 if table else 0,
        formats=_formats(f"{root(base)}queries/{query.name}", own) if table else {},
        text=text,
        sparql=f"{root(base)}sparql?{urlencode({'query': text})}",
        window=WINDOW,
    ).encode()


def _formats(address: str, own: Mapping[str, str]) -> dict[str, str]:
    """Name of a format → the address of all rows in it."""
    ending = f"?{urlencode(own)}" if own else ""
    found = {format_.name: format_ for format_ in offers(graph=False).values()}
    return {_NAMES.get(suffix, suffix): f"{address}.{suffix}{ending}" for suffix in found}


def _cell(term: Mapping[str, str] | None, base: str) -> Value:
    """A term as a page shows it: an address in short, and where it leads."""
    if term is None:
        return Value("")
    if term["type"] == "uri":
        return Value(short(term["value"], base), term["value"])
    return Value(term["value"], language=term.get("xml:lang"))
