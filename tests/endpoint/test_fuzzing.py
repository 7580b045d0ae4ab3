"""Requests of every shape: none is answered with a fault of ours."""

from __future__ import annotations

import os
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


@settings(max_examples=MANY, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
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
        told = response.read()
        assert response.status < 500 or (response.status in {503, 504} and (told or method == "HEAD")), told
    except HTTPException as fault:
        raise AssertionError(f"the connection was broken off: {fault!r}") from fault
    finally:
        connection.close()
