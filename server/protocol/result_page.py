"""The query page: the query, and its result as a table, a chart and a graph, as a truth, or what is wrong with it."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlencode

import pyoxigraph
from flask import Response, current_app, render_template

from converter.formats import offers
from server.charts.graph_picture import Picture, pictured
from server.charts.result_charts import Drawn, drawn
from server.protocol.query_problems import Refusal
from server.sparql import Answer

ROWS_ON_A_PAGE = 1_000
_RAW_LINES, _RAW_CHARACTERS = 60, 20_000
"""Lines and characters of an answer that the page shows as they came."""
_READ = 4 << 20
"""Bytes of an answer that are read for a page."""
_LONGEST_ADDRESS = 7_000
"""Characters of an address that every browser and server takes."""
_LABEL = re.compile(r"[/#](?:label|prefLabel|name|title)$")
"""The properties that name a resource."""
EXAMPLE = """PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
PREFIX pro: <http://purl.org/spar/pro/>
PREFIX co: <http://purl.org/co/>

SELECT ?title ?position ?name WHERE {
  ?work dcterms:title ?title ;
        pro:isDocumentContextFor ?role .
  ?role pro:withRole pro:author ;
        co:index ?position ;
        pro:isHeldBy/foaf:name ?name .
}
ORDER BY ?title ?position
LIMIT 100
"""


class Cell(NamedTuple):
    """A term of a result: its text, whether it is an address, its language; its text is empty where it is unbound."""

    text: str
    is_address: bool = False
    language: str | None = None


class Column(NamedTuple):
    """A column of a result, and whether all that stands in it are numbers."""

    name: str
    is_numeric: bool


class Result(NamedTuple):
    """What a query answered: a truth, or columns and rows; `more` rows are not shown, and others where it is `cut`.

    `raw` is the beginning of the answer, unchanged; `labels` are the names of resources that the result itself states.
    """

    truth: bool | None
    columns: tuple[Column, ...]
    rows: list[list[Cell]]
    more: int
    cut: bool
    seconds: float
    downloads: dict[str, str]
    raw: str
    is_graph: bool
    chart: Drawn | None
    graph: Picture | None
    labels: Mapping[str, str]


def query_page(query: str, result: Result | None = None, refusal: Refusal | None = None, status: int = 200) -> Response:
    """The page with a query, which stays on it whatever became of it."""
    share = f"{current_app.jinja_env.globals['base']}sparql?{urlencode({'query': query, 'format': 'html'})}"
    body = render_template(
        "sparql.html",
        query=query,
        result=result,
        refusal=refusal,
        numbered=query.split("\n") if refusal and refusal.line else [],
        share=share if query and len(share) <= _LONGEST_ADDRESS else "",
    )
    return Response(body, status=status, content_type="text/html; charset=utf-8")


def result_page(query: str, answer: Answer, kind: str, started: float) -> Response:
    """The page of an answer: of rows in TSV, of a truth in JSON, of a graph in N-Triples; it was `started` then."""
    with answer:
        text, cut = _read(answer)
    seconds = time.perf_counter() - started
    graph = kind in {"construct", "describe"}
    address = f"{current_app.jinja_env.globals['root']}sparql"
    downloads = {
        format_.title: f"{address}?{urlencode({'query': query, 'format': format_.name})}"
        for format_ in offers(graph=graph).values()
        # A truth is no table.
        if kind != "ask" or format_.name in {"json", "xml"}
    }
    raw = "\n".join(text[:_RAW_CHARACTERS].split("\n")[:_RAW_LINES])
    if kind == "ask":
        truth = json.loads(text)["boolean"]
        return query_page(query, Result(truth, (), [], 0, False, seconds, downloads, raw, False, None, None, {}))
    names, found = (("subject", "property", "value"), _triples(text)) if graph else _solutions(text)
    shown = found[:ROWS_ON_A_PAGE]
    result = Result(
        None,
        tuple(Column(name, _is_numeric([row[place] for row in shown])) for place, name in enumerate(names)),
        shown,
        max(0, len(found) - ROWS_ON_A_PAGE),
        cut,
        seconds,
        downloads,
        raw,
        graph,
        None if graph else drawn(names, [[cell.text for cell in row] for row in shown]),
        pictured(_ties(names, shown, graph=graph)),
        {row[0].text: row[2].text for row in shown if _LABEL.search(row[1].text)} if graph else {},
    )
    return query_page(query, result)


def _read(answer: Answer) -> tuple[str, bool]:
    """The beginning of an answer, in whole lines, and whether that is not all of it."""
    parts, size = [], 0
    for part in answer:
        parts.append(part)
        size += len(part)
        if size >= _READ:
            text = b"".join(parts).decode(errors="ignore")
            return text[: text.rfind("\n") + 1], True
    return b"".join(parts).decode(), False


def _solutions(text: str) -> tuple[tuple[str, ...], list[list[Cell]]]:
    """The columns and rows of an answer in TSV."""
    found = pyoxigraph.parse_query_results(text, format=pyoxigraph.QueryResultsFormat.TSV)
    if not isinstance(found, pyoxigraph.QuerySolutions):
        raise TypeError("a table has solutions")
    names = tuple(variable.value for variable in found.variables)
    return names, [[_cell(solution[name]) for name in names] for solution in found]


def _triples(text: str) -> list[list[Cell]]:
    found = []
    for triple in pyoxigraph.parse(text, format=pyoxigraph.RdfFormat.N_TRIPLES):
        found.append([_cell(term) for term in (triple.subject, triple.predicate, triple.object)])
        if len(found) > ROWS_ON_A_PAGE * 20:
            break
    return found


def _cell(term: object) -> Cell:
    match term:
        case None:
            return Cell("")
        case pyoxigraph.NamedNode():
            return Cell(term.value, is_address=True)
        case pyoxigraph.Literal():
            return Cell(term.value, language=term.language)
    return Cell(str(term))


def _is_numeric(cells: Sequence[Cell]) -> bool:
    """Whether every value of a column is a number, and there is one.

    >>> _is_numeric([Cell("3"), Cell("")]), _is_numeric([Cell("")]), _is_numeric([Cell("nan")])
    (True, False, False)
    """
    texts = [cell.text for cell in cells if cell.text]
    return bool(texts) and all(text.lstrip("+-").replace(".", "", 1).isdecimal() for text in texts)


def _ties(names: Sequence[str], rows: Sequence[Sequence[Cell]], *, graph: bool) -> list[tuple[str, str, str]]:
    """What leads to what, and how: the statements between resources, or the first two columns of resources."""
    if graph:
        return [(row[0].text, row[1].text, row[2].text) for row in rows if row[2].is_address and not _is_class(row[1])]
    places = [place for place in range(len(names)) if rows and all(row[place].is_address for row in rows)]
    if len(places) < 2:
        return []
    start, end = places[:2]
    return [(row[start].text, names[end], row[end].text) for row in rows]


def _is_class(property_: Cell) -> bool:
    return property_.text == "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
