"""Whatever way a query takes, the answer is the same, it is evaluated once and counted under its route."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from http.client import HTTPConnection
from urllib.parse import parse_qs, quote, urlencode

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from converter.errors import QueryError
from server.app import create_app
from server.settings import Settings
from server.sparql import RequestProblem
from server.sparql.answer_cache import Cached
from server.sparql.lexer import form, words
from server.sparql.pool import Pool
from server.sparql.request import asked
from tests.conftest import Site
from tests.sparql.test_pool import RUNAWAY, store

FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
SELECT, LONG = "SELECT ?s { ?s <urn:p> 7 }", "SELECT ?s ?o { ?s <urn:p> ?o } ORDER BY ?o"
CONSTRUCT = "CONSTRUCT { ?s <urn:q> ?o } { ?s <urn:p> ?o FILTER(?o = 3) }"
# What a client sends: method, query string, content type, body, header fields.
REQUESTS = [
    ("GET", f"query={quote(SELECT)}", "", "", {}),
    ("GET", f"query={quote(SELECT)}&format=csv", "", "", {}),
    ("GET", f"format=xml&query={quote(SELECT)}&format=csv&output=tsv&unknown=%C3%A4", "", "", {}),
    ("GET", f"output=json&results=json&query={quote(SELECT)}", "", "", {"Accept": "text/csv"}),
    ("GET", f"query={quote('ASK {}')}", "", "", {"Accept": "application/sparql-results+xml;q=0.5, text/html;q=0"}),
    ("POST", "", FORM, urlencode({"query": SELECT}), {"Accept": "*/*"}),
    ("POST", "", f"{FORM}; charset=UTF-8", urlencode({"query": LONG}), {"Accept": "text/tab-separated-values"}),
    ("POST", "", FORM, urlencode({"query": LONG}), {"Accept-Encoding": "gzip"}),
    ("POST", "", DIRECT, CONSTRUCT, {"Accept": "text/turtle"}),
    ("POST", "", DIRECT, "DESCRIBE <urn:3>", {"Accept": "application/ld+json;profile=x"}),
    ("POST", "", DIRECT, 'SELECT ("ä€" AS ?x) {}', {"Accept": "text/csv"}),
    ("POST", "", DIRECT, "SELECT (NOW() > 0 AS ?x) {}", {"Accept": "text/csv"}),
]
REFUSED = [
    ("GET", "query=", "", "", {}),
    ("GET", "query=ASK+%7B%7D&query=ASK+%7B%7D", "", "", {}),
    ("GET", "query=%FF", "", "", {}),
    ("GET", f"query={quote(SELECT)}", "", "", {"Accept": "image/png"}),
    ("GET", f"query={quote(SELECT)}&format=png", "", "", {}),
    ("POST", "", FORM, "update=CLEAR+ALL", {}),
    ("POST", "", DIRECT, "SELECT ?s {", {}),
    ("POST", "", DIRECT, "SELECT * { SERVICE <http://127.0.0.1/> {} }", {}),
    ("POST", "query=ASK+%7B%7D", DIRECT, "ASK {}", {}),
    ("POST", "", "text/plain", "ASK {}", {}),
    ("POST", "", f"{DIRECT}; charset=latin-1", "ASK {}", {}),
]
_OWN = {"server-timing", "x-request-id", "date"}


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pool]:
    """Some hundred statements."""
    made = Pool(store(tmp_path_factory.mktemp("short") / "1", 300), base="http://x/", size=1, timeout=1.5)
    yield made
    made.close()


@pytest.fixture
def app(pool: Pool) -> Flask:
    """The site over them."""
    return create_app(Settings(base="http://x/"), Cached(pool))


def answer(
    app: Flask, request: tuple[str, str, str, str, dict[str, str]], **more: str
) -> tuple[int, dict[str, str], bytes]:
    """Status, header fields and body; the fields that are its own are given by their names."""
    method, query_string, content_type, body, headers = request
    stated = app.test_client().open(
        "/sparql",
        method=method,
        query_string=query_string,
        content_type=content_type or None,
        data=body.encode() if body else None,
        headers=headers | more,
        buffered=True,
    )
    fields = {name.lower(): "" if name.lower() in _OWN else value for name, value in stated.headers.items()}
    return stated.status_code, fields, stated.data


@pytest.mark.parametrize("request_", [*REQUESTS, *REFUSED])
def test_who_has_something_else_is_answered_alike(
    app: Flask, request_: tuple[str, str, str, str, dict[str, str]]
) -> None:
    assert answer(app, request_) == answer(app, request_, **{"If-None-Match": '"something else"'})


def test_an_answer_that_is_packed_is_evaluated_once(app: Flask, pool: Pool) -> None:
    request = ("POST", "", DIRECT, f"{LONG} # packed", {"Accept-Encoding": "gzip"})
    status, fields, body = answer(app, request)
    figures = app.test_client().get("/metrics").text
    assert (status, fields["content-encoding"], len(gzip.decompress(body)) > 500) == (200, "gzip", True)
    assert 'shelfgraph_queries_total{outcome="ok"} 1.0' in figures
    assert 'outcome="kept"' not in figures


def test_a_query_that_takes_too_long_is_refused_once(app: Flask, pool: Pool) -> None:
    kills = pool.figures().kills
    status, fields, _ = answer(app, ("POST", "", DIRECT, f"{RUNAWAY} # short", {}))
    assert (status, fields["retry-after"], pool.figures().kills) == (503, "10", kills + 1)
    assert 'outcome="timeout"} 1.0' in app.test_client().get("/metrics").text


def test_a_request_is_counted_under_its_route(app: Flask) -> None:
    answer(app, REQUESTS[0])
    figures = app.test_client().get("/metrics").text
    assert 'shelfgraph_http_requests_total{method="GET",route="/sparql",status="200"} 1.0' in figures


def test_an_answer_that_streams_is_whole(site: Site) -> None:
    connection = HTTPConnection("127.0.0.1", site.port, timeout=20)
    connection.request("GET", f"/sparql?format=nt&query={quote('CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }')}")
    stated = connection.getresponse()
    lines = stated.read().splitlines()
    connection.close()
    assert (stated.status, len(lines) > 500, {line[-2:] for line in lines}) == (200, True, {b" ."})


PIECES = st.sampled_from(
    [
        *("PREFIX", "prefix a:", "<urn:x>", "BASE", "SELECT", "select", "Ask", "CONSTRUCT", "describe", "insert"),
        *(
            "LOAD",
            "#",
            "\n",
            " ",
            "{",
            "*",
            "?x",
            "a:b",
            "select:x",
            "'ASK'",
            '"""ASK',
            "\\u0041SK",
            ":",
            ".",
            "-",
            "é",
        ),
    ]
)


def slow_form(query: str) -> str | None:
    """The form, read word by word."""
    found = None
    for word in words(query):
        if word.text == "service" or (found is None and word.text in {"insert", "load"}):
            return None
        if found is None and word.text in {"select", "ask", "construct", "describe"}:
            found = word.text
    return found


@given(st.lists(PIECES, max_size=12).map("".join) | st.lists(PIECES, max_size=12).map(" ".join))
def test_the_form_of_a_plain_head_is_the_form_of_its_words(query: str) -> None:
    try:
        found: str | None = form(query)
    except QueryError:
        found = None
    assert found == slow_form(query)


def test_names_of_requests_differ(app: Flask) -> None:
    client = app.test_client()
    names = [client.get("/-/health").headers["X-Request-Id"] for _ in range(3)]
    assert len(set(names)) == 3
    assert all(re.fullmatch("[0-9a-f]{16}", name) for name in names)


@given(st.lists(st.sampled_from([*"%=+&?a2Cfä\r\n ", "%C3%A4", "%25", "%3D", "%FF", "%2B", "x="])).map("".join))
def test_parameters_are_read_as_the_standard_library_reads_them(text: str) -> None:
    try:
        expected = parse_qs(text, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        with pytest.raises(RequestProblem, match="not UTF-8"):
            asked("POST", b"", FORM, text.encode())
    else:
        read = asked("POST", f"x=&{text}".encode(), DIRECT, b"ASK {}")
        assert read
        assert read.parameters == {**expected, "x": ["", *expected.get("x", [])]}
