"""Heads of requests: what has one meaning is read, all else is left to others."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.front.request_heads import read

NAMES = st.text(string.ascii_letters + string.digits + "-_!#$%&'*+.^`|~", min_size=1, max_size=12)
VALUES = st.text(st.characters(min_codepoint=0x21, max_codepoint=0xFF, exclude_characters="\x7f"), max_size=12)
# Those that say where a message ends, or that something else follows.
FRAMING = {"content-length", "transfer-encoding", "upgrade", "expect", "http2-settings", "te", "connection"}


@given(
    st.sampled_from(["GET", "POST", "HEAD", "QUERY"]),
    st.text(string.printable.strip(), max_size=30),
    st.lists(st.tuples(NAMES.filter(lambda name: name.lower() not in FRAMING), VALUES), max_size=6),
    st.integers(0, 10**9),
)
def test_a_head_is_read_as_it_was_written(method: str, path: str, stated: list[tuple[str, str]], length: int) -> None:
    lines = [*(f"{name}: {value}" for name, value in stated), f"Content-Length:{length}"]
    head = read("\r\n".join([f"{method} /{path} HTTP/1.1", *lines, "", ""]).encode("latin-1"))
    assert head
    assert (head.method, head.target, head.body) == (method, f"/{path}", length)
    expected = {name.lower(): value.strip("\t \x85\xa0") for name, value in stated}
    found = {name: value.strip("\x85\xa0") for name, value in head.fields.items() if name != "content-length"}
    assert found == expected
    names = [name.lower() for name, _ in stated]
    assert head.several == {name for name in names if names.count(name) > 1}


@given(st.binary(max_size=200))
def test_no_bytes_are_a_fault(data: bytes) -> None:
    read(data)
    read(b"GET / HTTP/1.1\r\n" + data + b"\r\n\r\n")


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/0.9\r\n\r\n",
        b"GET / HTTP/1.2\r\n\r\n",
        b"GET /\r\n\r\n",
        b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"GET  / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\n\n",
        b"GET http://a/ HTTP/1.1\r\n\r\n",
        b"get / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nA : b\r\n\r\n",
        b"GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n",
        b"GET / HTTP/1.1\r\nA: b\x00\r\n\r\n",
        b"GET / HTTP/1.1\r\nA: b\rC: d\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: +1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 1, 1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n",
        b"GET / HTTP/1.1\r\nUpgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\n\r\n",
        b"GET / HTTP/1.1\r\nConnection: close, x\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\n",
    ],
)
def test_what_may_be_framed_otherwise_is_not_read(head: bytes) -> None:
    assert read(head) is None


def test_the_last_request_of_a_connection_says_so() -> None:
    closing = read(b"GET / HTTP/1.1\r\nConnection: Close\r\n\r\n")
    staying = read(b"GET / HTTP/1.1\r\nConnection: keep-alive\r\n\r\n")
    assert closing
    assert staying
    assert (closing.last, staying.last) == (True, False)


@pytest.mark.parametrize("fields", [b"", b"Connection: keep-alive\r\n", b"Connection: close\r\n"])
def test_each_request_of_http_1_0_is_the_last_of_its_connection(fields: bytes) -> None:
    head = read(b"POST /sparql HTTP/1.0\r\nContent-Length: 3\r\n" + fields + b"\r\n")
    assert head
    assert (head.old, head.last, head.body) == (True, True, 3)
