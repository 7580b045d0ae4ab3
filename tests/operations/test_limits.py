"""Limits of one client and of one answer: a refusal with its reason, or an end that nobody takes for the whole."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from tests.conftest import EXAMPLES, Site
from tests.sparql.test_abuse import broken_off
from tests.test_sparql import LOOK_UP, Answer, ask, get

ALL = "SELECT ?a ?b ?c ?d ?e ?f { ?a ?b ?c . ?d ?e ?f }"
MOST, BYTES = 40, 300 << 10


@pytest.fixture(scope="module")
def limited() -> Iterator[Site]:
    """A site where a client may send 40 requests a minute, and an answer may have 300 KiB."""
    running = Site(EXAMPLES, "--rate-limit", "40", "--max-bytes", "300K")
    yield running
    running.stop()


def test_a_client_with_too_many_requests_is_told_when_to_come_back(limited: Site) -> None:
    behind = {"X-Forwarded-For": "10.1.1.1, 203.0.113.5"}
    met: list[Answer] = []
    while len(met) < 400 and (not met or met[-1].status == 200):
        met.append(get(limited, f"{LOOK_UP} # {len(met)}", **behind))
    assert len(met) > MOST
    refused = met[-1]
    assert refused.status == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 2
    # Another one, whatever it says of those before it, is served.
    assert get(limited, LOOK_UP, **{"X-Forwarded-For": "203.0.113.5, 203.0.113.6"}).status == 200
    assert ask(limited, "GET", "/-/health", **behind).status == 200


def test_an_answer_that_is_too_long_breaks_off_and_says_so(limited: Site) -> None:
    status, _, body = broken_off(limited, "/sparql?" + urlencode({"query": ALL, "format": "csv"}))
    end = b'\n"This answer is not whole: the answer has more than 307,200 bytes; ask for less, or add a LIMIT.\n'
    assert (status, body.endswith(end)) == (200, True)
    assert len(body) == BYTES + len(end)


def test_an_answer_that_is_short_enough_is_whole(limited: Site) -> None:
    answer = get(limited, f"{ALL} LIMIT 100", Accept="text/csv")
    assert (answer.status, answer.body.count(b"\n")) == (200, 101)
