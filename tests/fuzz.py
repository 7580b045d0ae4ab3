"""What anybody can send to a reader, a lexer or a parser of requests: it is read or refused, and breaks nothing.

`make fuzz SECONDS=3600` goes on for so long, each time with other inputs; `make fuzz-guided` lets atheris choose them
by the lines that they reach (`tests.guided_fuzz`).  What is found becomes a test.
"""

from __future__ import annotations

import contextlib
import itertools
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.wrappers import Response

from converter.errors import QueryError, ShelfgraphError
from converter.sources.detection import read
from server.feeds.dumps import is_range
from server.front import plain_request, request_heads
from server.http.negotiation import choose
from server.http.request_ids import client, request_id
from server.oai import arguments, resumption_tokens
from server.reconciliation import match_requests
from server.sparql import lexer, request
from shelfgraph.configuration import problems
from tests.conftest import EXAMPLES, GOLDEN

SAMPLES = [
    path.read_bytes() for path in (*sorted(EXAMPLES.iterdir()), *sorted(GOLDEN.glob("source-*"))) if path.is_file()
]
HOSTILE = st.sampled_from(
    [b"\0", b"<", b">", b"&#0;", b"]]>", b"{", b'"', b"\xff\xfe", b"\xed\xa0\x80", b"||", b"\n\n", b"%00"]
)
QUERY = "SELECT * WHERE { ?s ?p \"a\" . FILTER(?x < 1) } # x \n ORDER BY <urn:x> ASK BASE PREFIX a: ''' \\u0041 SERVICE"
HEAD = "GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: x\r\nAccept: text/csv;q=0.5, */*\r\nContent-Length: 3\r\n\r\n"
REFUSALS = (ShelfgraphError, QueryError, arguments.Fault, match_requests.BadQuestion, match_requests.TooMany)


class Target(NamedTuple):
    """What is fed, and with what."""

    feed: Callable[[Any], object]
    inputs: st.SearchStrategy[Any]


@st.composite
def bent(draw: st.DrawFn, samples: list[bytes]) -> bytes:
    """A sample with parts cut out, repeated, and put in."""
    data = draw(st.sampled_from(samples))
    for _ in range(draw(st.integers(1, 4))):
        begin, end = sorted(draw(st.tuples(st.integers(0, len(data)), st.integers(0, len(data)))))
        part = draw(st.one_of(st.just(b""), st.just(data[begin:end] * 2), HOSTILE, st.binary(max_size=8)))
        data = data[:begin] + part + data[end:]
    return data


def words(text: str) -> st.SearchStrategy[str]:
    """Texts of these words and of others."""
    return st.one_of(
        st.lists(st.one_of(st.sampled_from(text.split(" ")), st.text(max_size=3))).map(" ".join), st.text()
    )


def _read(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "source"
        path.write_bytes(data)
        list(read(str(path)))


def _query(text: str) -> None:
    for function in (lexer.form, lexer.kind, lexer.unescaped, lexer.star_of, lexer.is_volatile):
        function(text)
    list(lexer.tokens(text))
    lexer.is_look_up(text.encode("utf-8", "replace"))


def _head(data: bytes) -> None:
    head = request_heads.read(data)
    if head and plain_request.may_be_one(head):
        plain_request.read(head, data)


def _range(text: str) -> None:
    if is_range(text, "GET"):
        made = Response(b"0123456789")
        with contextlib.suppress(RequestedRangeNotSatisfiable):
            made.make_conditional({"REQUEST_METHOD": "GET", "HTTP_RANGE": text}, accept_ranges=True, complete_length=10)
        assert made.status_code in {200, 206}


def _oai(pairs: list[tuple[str, str]]) -> None:
    asked = arguments.asked(pairs)
    arguments.window(asked.arguments)
    resumption_tokens.decoded(asked.arguments.get("resumptionToken", ""), "")


NAMES = [*arguments.VERBS, "verb", "from", "until", "set", "identifier", "metadataPrefix", "resumptionToken"]
JSON = words(
    '{ } [ ] : , " "query" "type" "limit" "properties" "pid" "v" "ids" "id" 1e9 null -1 "q0" {"q0":{"query":"x"}}'
)
TARGETS: dict[str, Target] = {
    "readers": Target(_read, bent(SAMPLES)),
    "lexer": Target(_query, words(QUERY)),
    "heads of requests": Target(_head, bent([HEAD.encode(), HEAD.replace("GET", "POST").encode() + b"x=y"])),
    "requests": Target(
        lambda sent: request.asked(*sent),
        st.tuples(
            st.sampled_from(["GET", "POST", "QUERY"]),
            st.binary(),
            words(f"{request.DIRECT} {request.FORM} ;"),
            st.binary(),
        ),
    ),
    "Accept": Target(
        lambda text: choose(text, ["text/csv", "text/html"]), words('text/csv */* ;q=0.5 , ;q= text/* " ;a=b')
    ),
    "Range": Target(_range, words("bytes= bytes=0-0 bytes=-5 bytes=9- items=0-1 ,3-4 - 99999999999999999999 \t =")),
    "X-Forwarded-For": Target(lambda text: client("a@::1", text) + request_id(text), words("1.1.1.1 , ::1 %eth0 [ ]")),
    "OAI": Target(
        _oai, st.lists(st.tuples(st.sampled_from(NAMES), st.one_of(st.sampled_from(NAMES), st.text())), max_size=6)
    ),
    "reconciliation": Target(match_requests.questions, JSON),
    "extension": Target(match_requests.extension, JSON),
    "configuration": Target(lambda text: list(problems(text, {})), words('[serve] [ ] port = 5 "x" \n #')),
}
"""The targets by their names."""


def fuzz(name: str, many: int) -> int:
    """Feed so many inputs to a target; how many it took.  Raises what it raises, unless that is a refusal."""
    taken = itertools.count()
    settings(max_examples=many, deadline=None, suppress_health_check=list(HealthCheck))(_fed(name, taken))()
    return next(taken)


def one_input(name: str) -> Callable[[bytes], object]:
    """What feeds a target the input that bytes stand for, as a fuzzer that looks at what they reach chooses them."""
    fed = settings(deadline=None, database=None, suppress_health_check=list(HealthCheck))(_fed(name, itertools.count()))
    feed: Callable[[bytes], object] = fed.hypothesis.fuzz_one_input  # type: ignore[attr-defined] # hypothesis adds it
    return feed


def _fed(name: str, taken: Iterator[int]) -> Callable[[], None]:
    target = TARGETS[name]

    @given(target.inputs)
    def fed(sent: Any) -> None:
        next(taken)
        with contextlib.suppress(REFUSALS):
            target.feed(sent)

    return fed


def main(seconds: float) -> None:
    """Go on with all targets for so long, and end with the first input that breaks one."""
    until, rounds = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        for name in TARGETS:
            fuzz(name, 300)
        rounds += 1
    print(f"{rounds} rounds of 300 inputs for each of {len(TARGETS)} targets, and nothing broke")


if __name__ == "__main__":
    main(float(sys.argv[1]))
