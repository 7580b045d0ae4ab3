"""The query page: the query, and beside it the result as a table and a chart, a truth, or what is wrong with it."""

from __future__ import annotations

import csv
import io
import json
import time
from typing import NamedTuple
from urllib.parse import urlencode

import pyoxigraph
from flask import Response, current_app, render_template

from server.charts.result_charts import Drawn, drawn
from server.http.formats import offers
from server.sparql import Answer
from server.sparql.query_problems import Refusal

ROWS_ON_A_PAGE = 1_000
_READ = 4 << 20
"""Bytes of an answer that are read for a page."""
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


class Result(NamedTuple):
    """What a query answered: a truth, or columns and rows; `more` rows are not shown, and others where it is `cut`."""

    truth: bool | None
    columns: tuple[str, ...]
    rows: list[list[str]]
    more: int
    cut: bool
    seconds: float
    downloads: dict[str, str]
    chart: Drawn | None


def query_page(query: str, result: Result | None = None, refusal: Refusal | None = None, status: int = 200) -> Response:
    """The page with a query, which stays on it whatever became of it."""
    numbered = query.split("\n") if refusal and refusal.line else []
    added = "\n".join(refusal.prefixes) if refusal and refusal.prefixes else ""
    body = render_template("sparql.html", query=query, result=result, refusal=refusal, numbered=numbered, added=added)
    return Response(body, status=status, content_type="text/html; charset=utf-8")


def result_page(query: str, answer: Answer, kind: str) -> Response:
    """The page of an answer: of rows in CSV, of a truth in JSON, of a graph in N-Triples."""
    started = time.perf_counter()
    with answer:
        text, cut = _read(answer)
    seconds = time.perf_counter() - started
    graph = kind in {"construct", "describe"}
    address = f"{current_app.jinja_env.globals['root']}sparql"
    downloads = {
        format_.name: f"{address}?{urlencode({'query': query, 'format': format_.name})}"
        for format_ in offers(graph=graph).values()
    }
    if kind == "ask":
        return query_page(query, Result(json.loads(text)["boolean"], (), [], 0, False, seconds, downloads, None))
    rows = _triples(text) if graph else list(csv.reader(io.StringIO(text)))
    columns, found = (("subject", "property", "value"), rows) if graph else (tuple(rows[0]) if rows else (), rows[1:])
    shown = found[:ROWS_ON_A_PAGE]
    chart = None if graph else drawn(columns, shown)
    more = max(0, len(found) - ROWS_ON_A_PAGE)
    return query_page(query, Result(None, columns, shown, more, cut, seconds, downloads, chart))


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


def _triples(text: str) -> list[list[str]]:
    found = []
    for triple in pyoxigraph.parse(text, format=pyoxigraph.RdfFormat.N_TRIPLES):
        found.append([_text(term) for term in (triple.subject, triple.predicate, triple.object)])
        if len(found) > ROWS_ON_A_PAGE * 20:
            break
    return found


def _text(term: object) -> str:
    return term.value if isinstance(term, (pyoxigraph.NamedNode, pyoxigraph.Literal)) else str(term)
