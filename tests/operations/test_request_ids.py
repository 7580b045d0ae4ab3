"""A name for each request: on every answer, and harmless."""

from __future__ import annotations

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.http.request_ids import request_id
from tests.conftest import Site
from tests.test_sparql import ask

MADE = r"[0-9a-f]{16}"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("HEAD", "/record/20.500.12345/678", 200),
        ("GET", "/item/20.500.12345/678", 303),
        ("GET", "/nothing/here", 404),
        ("GET", "/sparql?query=SELECT", 400),
        ("DELETE", "/", 405),
        ("OPTIONS", "/sparql", 204),
        ("GET", "/static/style.css", 200),
        ("GET", "/metrics", 200),
    ],
)
def test_every_answer_has_a_name(site: Site, method: str, path: str, status: int) -> None:
    answer = ask(site, method, path)
    assert answer.status == status
    assert re.fullmatch(MADE, answer.headers["x-request-id"])


def test_what_a_client_has_already_has_the_name_of_the_request(site: Site) -> None:
    known = ask(site, "GET", "/record/20.500.12345/678").headers["etag"]
    answer = ask(site, "GET", "/record/20.500.12345/678", If_None_Match=known, X_Request_Id="mine")
    assert (answer.status, answer.headers["x-request-id"]) == (304, "mine")


@pytest.mark.parametrize("given_", ["a", "Root=1-67891233-abcdef012345678912345678", "x" * 64])
def test_a_harmless_name_is_kept(site: Site, given_: str) -> None:
    assert ask(site, "GET", "/-/health", X_Request_Id=given_).headers["x-request-id"] == given_


@pytest.mark.parametrize("given_", ["", "x" * 65, "a b", "ann@example.org", "a\tb", 'a"b', "é"])
def test_another_name_is_replaced(site: Site, given_: str) -> None:
    assert re.fullmatch(MADE, ask(site, "GET", "/-/health", X_Request_Id=given_).headers["x-request-id"])


@given(st.text())
def test_no_name_can_break_a_header_or_a_line(text: str) -> None:
    name = request_id(text)
    assert set(name) <= set(string.ascii_letters + string.digits + "._:=+/-")
    assert 0 < len(name) <= 64
