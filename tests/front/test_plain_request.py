"""Requests for a query and nothing else are read by the front; what is more than that is for the application."""

from __future__ import annotations

from urllib.parse import quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.front import plain_request, request_heads
from server.front.plain_request import PlainRequest
from server.front.request_heads import END

FORM, DIRECT = "application/x-www-form-urlencoded", "application/sparql-query"
QUERIES = st.text("abz019 é€'\"<>#\n\\&=+%", max_size=30).map(lambda text: f"ASK {{}} # {text}")


def request(method: str, query: str, accept: str, *more: str, body_type: str = FORM) -> bytes:
    """The bytes of a request."""
    body = "" if method == "GET" else urlencode({"query": query}) if body_type == FORM else query
    target = f"/sparql?query={quote_plus(query)}" if method == "GET" else "/sparql"
    lines = [f"{method} {target} HTTP/1.1", "Host: x", *([f"Accept: {accept}"] if accept else []), *more]
    if method == "POST":
        lines += [f"Content-Type: {body_type}", f"Content-Length: {len(body.encode())}"]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body.encode()


def question(raw: bytes) -> PlainRequest | None:
    """The question that a request is, None where it is for the application."""
    head = request_heads.read(raw[: raw.find(END) + len(END)])
    return plain_request.read(head, raw) if head and plain_request.may_be_one(head) else None


@given(QUERIES, st.sampled_from(["", "*/*", "text/csv", "application/sparql-results+xml, */*;q=0.1"]))
def test_a_query_is_the_same_whichever_way_it_comes(query: str, accept: str) -> None:
    found = [
        question(request("GET", query, accept)),
        question(request("POST", query, accept)),
        question(request("POST", query, accept, body_type=DIRECT)),
    ]
    assert {one and one.request.query for one in found} == {query}
    assert len({one and one.request.format for one in found}) == 1


def test_a_question_keeps_what_its_answer_depends_on() -> None:
    packed = question(request("GET", "ASK {}", "text/csv", "Accept-Encoding: br, gzip", "X-Request-Id: mine"))
    assert packed
    assert (packed.request.format, packed.codings, packed.given, packed.head.last) == ("csv", "br, gzip", "mine", False)
    plain = question(request("GET", "ASK {}", "", "Accept-Encoding: identity", "Connection: close"))
    assert plain
    assert (plain.request.format, plain.codings, plain.head.last) == ("json", "", True)


@pytest.mark.parametrize(
    "raw",
    [
        request("GET", "ASK {}", "text/csv", "If-None-Match: *"),
        request("GET", "ASK {}", "text/csv", "Accept: */*"),
        request("GET", "ASK {}", "image/png"),
        request("GET", "ASK {}", "text/html"),
        request("GET", "ASK {}", "text/csv").replace(b"Host: x\r\n", b""),
        request("GET", "ASK {}", "text/csv").replace(b"/sparql?", b"/sparql.csv?"),
        request("GET", "ASK {}", "text/csv").replace(b"ASK", b"ASK%FF"),
        request("GET", "ASK {}", "text/csv").replace(b"query", b"update"),
        request("GET", "ASK {} # z", "text/csv").replace(b"z", b"%aa"),
        request("GET", "", "text/csv").replace(b"?query=", b""),
        request("POST", "ASK {}", "text/csv", "Content-Encoding: gzip"),
        request("POST", "ASK {}", "text/csv", body_type="text/plain"),
        request("POST", "ASK {}", "text/csv", body_type=f"{DIRECT}; charset=latin-1"),
        request("GET", "SELECT * { SERVICE <urn:x> {} }", "text/csv"),
        request("GET", "INSERT DATA { <urn:a> <urn:b> 1 }", "text/csv"),
        request("GET", "no query", "text/csv"),
        request("GET", f"ASK {{ ?s ?p '{'x' * 3_000}' }}", "text/csv"),
        request("PUT", "ASK {}", "text/csv"),
    ],
)
def test_what_is_not_plain_and_short_is_for_the_application(raw: bytes) -> None:
    assert question(raw) is None


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_no_bytes_are_a_fault(head: bytes, body: bytes) -> None:
    question(b"GET /sparql?" + head + b" HTTP/1.1\r\nHost: x\r\n\r\n")
    question(b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n%b" % (
        head, len(body), body))  # fmt: skip
