"""The result of a query as a page for people: a table of at most so many rows, or a truth."""

from __future__ import annotations

import csv
import io
import json

from flask import Response, render_template

from server.sparql import Answer

ROWS_ON_A_PAGE = 1_000
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


def result_page(query: str, answer: Answer, kind: str) -> Response:
    """The page of an answer in CSV, or of a truth in JSON; it tells how many rows it leaves out."""
    with answer:
        text = b"".join(answer).decode()
    if kind == "ask":
        return Response(render_template("sparql.html", query=query, truth=json.loads(text)["boolean"], columns=None))
    rows = list(csv.reader(io.StringIO(text)))
    return Response(
        render_template(
            "sparql.html",
            query=query,
            truth=None,
            columns=rows[0] if rows else [],
            rows=rows[1 : ROWS_ON_A_PAGE + 1],
            more=max(0, len(rows) - 1 - ROWS_ON_A_PAGE),
        )
    )
