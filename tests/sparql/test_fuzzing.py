"""Requests of every shape: none is answered with a fault of ours."""

from __future__ import annotations

import contextlib
import os
import socket
from http.client import HTTPConnection, HTTPException

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import Site

MANY = int(os.environ.get("SHELFGRAPH_FUZZ", "150"))
WORDS = r"SELECT * ASK { } ?s a <urn:x> SERVICE \" ''' \u0041 LIMIT -1 FROM ( ) VALUES é GROUP BY # foaf:name NOW() []"
PIECES = st.sampled_from([*WORDS.split(), "\n", "\x00", "\ud800"])
TEXT = st.lists(PIECES, max_size=12).map(" ".join).map(lambda text: text.encode("utf-8", "surrogatepass"))
BODY = st.one_of(TEXT, st.binary(max_size=200), TEXT.map(lambda text: b"query=" + text))
NAMES = st.sampled_from("query update format output default-graph-uri named-graph-uri graph default x".split())
WHOLE = st.sampled_from([b"ASK {}", b"SELECT * {?s ?p ?o}", b"json", b"csv", b"urn:g"])
VALUES = st.one_of(TEXT, st.binary(max_size=30), WHOLE)
ADDRESS = st.lists(st.tuples(NAMES, VALUES), max_size=4).map(
    lambda pairs: "&".join(f"{name}={''.join(f'%{byte:02x}' for byte in value)}" for name, value in pairs)
)
HEADERS = st.dictionaries(
    st.sampled_from(["Accept", "Content-Type", "Content-Encoding", "If-None-Match", "Accept-Profile", "Origin"]),
    st.one_of(
        st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=40),
        st.sampled_from(
            [
                "*/*;q=x",
                "text/csv;q=0",
                "application/sparql-query",
                "application/x-www-form-urlencoded",
                "gzip",
                "*",
                'W/"x"',
            ]
        ),
    ),
    max_size=4,
)


@settings(max_examples=MANY, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    method=st.sampled_from(["GET", "HEAD", "POST", "QUERY", "OPTIONS", "PUT", "DELETE"]),
    path=st.sampled_from(["/sparql", "/graph", "/sparql.csv", "/sparql.x"]),
    address=ADDRESS,
    headers=HEADERS,
    body=BODY,
)
def test_no_request_is_a_fault_of_ours(
    site: Site, method: str, path: str, address: str, headers: dict[str, str], body: bytes
) -> None:
    connection = HTTPConnection("127.0.0.1", site.port, timeout=20)
    try:
        connection.request(method, f"{path}?{address}" if address else path, body, headers)
        response = connection.getresponse()
        stated = response.read()
        # A machine with other work may have no time for a query; the answer then says when to come again.
        assert response.status < 500 or (response.status, "retry-after" in response.headers) == (503, True), stated
    except HTTPException as fault:
        raise AssertionError(f"the connection was broken off: {fault!r}") from fault
    finally:
        connection.close()


# What an address may hold on the wire, escapes that are none included; blanks and line ends end it.
ESCAPES = st.sampled_from(
    [b"%", b"%zz", b"%u0041", b"%00", b"%C3", b"%ED%A0%80", b"%2F..%2F", b"%25%32%35", b"+", b"&", b"=", b";", b"?"]
)
OTHERS = st.sampled_from(
    [b"query=ASK%7B%7D", b"format=", b"\xc3\xa9", b"\xff", b"{", b"}", b'"', b"\\", b"|", b"[]", b"//"]
)
TARGET = st.lists(st.one_of(ESCAPES, OTHERS), max_size=8).map(b"".join)
PLACES = st.sampled_from(
    [b"/sparql", b"/sparql?", b"/sparql?query=", b"/graph?graph=", b"/queries/", b"/record/", b"/"]
)
LINES = st.sampled_from(
    [
        b"Accept: \xff\xfe",
        b"Accept: */*;q=",
        b"Accept: text/csv;q=0.5\r\nAccept: text/turtle",
        b"Content-Type: application/sparql-query; charset=\xe9",
        b"Content-Type: ;;;",
        b"Content-Encoding: gzip, gzip",
        b'If-None-Match: "',
        b"Range: bytes=5-1",
        b"Host: a\r\nHost: b",
        b"X: " + b"y" * 20_000,
        b"Expect: 100-continue",
    ]
)
# A body with its length, in chunks, and in chunks that are none.
WHOLE_BODY = st.one_of(
    BODY.map(lambda body: b"Content-Length: %d\r\n\r\n%s" % (len(body), body)),
    BODY.filter(len).map(lambda body: b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)),
    BODY.map(lambda body: b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + body),
)
METHOD = st.sampled_from([b"GET", b"HEAD", b"POST", b"QUERY", b"OPTIONS", b"TRACE", b"get", b"\xff"])


def sent(site: Site, request: bytes, *, ends: bool = False) -> bytes:
    """The beginning of what comes back; nothing where the connection is closed at once."""
    with socket.create_connection(("127.0.0.1", site.port), timeout=20) as connection:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(request)
            if ends:
                connection.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionResetError):
            return connection.recv(65_536)
    return b""


@settings(max_examples=MANY, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(method=METHOD, place=PLACES, target=TARGET, lines=st.lists(LINES, max_size=3, unique=True), body=WHOLE_BODY)
def test_no_bytes_on_the_wire_are_a_fault_of_ours(
    site: Site, method: bytes, place: bytes, target: bytes, lines: list[bytes], body: bytes
) -> None:
    head = b"\r\n".join([b"%s %s%s HTTP/1.1" % (method, place, target), b"Host: x", b"Connection: close", *lines])
    stated = sent(site, head + b"\r\n" + body)
    assert stated.startswith(b"HTTP/1.1 "), stated
    assert stated[9:12] < b"500" or (stated[9:12], b"\r\nretry-after: " in stated.lower()) == (b"503", True), stated


@settings(max_examples=MANY // 5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(method=st.sampled_from([b"POST", b"QUERY"]), body=BODY, missing=st.integers(1, 2_000_000))
def test_a_body_that_ends_too_early_is_a_refusal(site: Site, method: bytes, body: bytes, missing: int) -> None:
    head = b"%s /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nContent-Length: %d\r\n\r\n"
    stated = sent(site, head % (method, len(body) + missing) + body, ends=True)
    assert stated[9:10] == b"4", stated
