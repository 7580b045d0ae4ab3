"""Questions that are like others are read as the others were, and nothing else is taken for one."""

from __future__ import annotations

from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.front.plain_request import Question, Questions, decoded, may_be_one
from server.front.request_heads import END, read
from server.sparql.plain_queries import in_address

FORM, DIRECT = "application/x-www-form-urlencoded", "application/sparql-query"
TEMPLATES = st.sampled_from(
    [
        "SELECT ?o { <urn:%s> <urn:p> ?o }",
        "ASK { ?s ?p '%s' }",
        "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o . ?o ?q <urn:%s> } LIMIT 5 # %s",
        'DESCRIBE <urn:a> # "%s',
        "SELECT * { SERVICE <urn:%s> { ?s ?p ?o } }",
        "SELECT ('''it's''' AS ?%s) {}",
    ]
)
CONSTANTS = st.text("abz019 é€'\"<>#\n\\", max_size=8)
ACCEPTS = st.sampled_from(["", "*/*", "text/csv", "text/turtle, */*;q=0.1", "application/ld+json"])


def request(method: str, query: str, accept: str, *more: str, body_type: str = FORM) -> bytes:
    """The bytes of a request."""
    body = "" if method == "GET" else urlencode({"query": query}) if body_type == FORM else query
    target = f"/sparql?query={quote_plus(query)}" if method == "GET" else "/sparql"
    lines = [f"{method} {target} HTTP/1.1", "Host: x", *([f"Accept: {accept}"] if accept else []), *more]
    if method == "POST":
        lines += [f"Content-Type: {body_type}", f"Content-Length: {len(body.encode())}"]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body.encode()


def slowly(questions: Questions, raw: bytes) -> Question | None:
    """The question as it is read when nothing like it has come."""
    head = read(raw[: raw.find(END) + len(END)])
    return questions.read(head, raw) if head and may_be_one(head) else None


@given(
    st.lists(
        st.tuples(st.sampled_from(["GET", "POST"]), TEMPLATES, CONSTANTS, ACCEPTS, st.sampled_from([FORM, DIRECT])),
        min_size=2,
        max_size=8,
    )
)
def test_a_question_is_read_the_same_whether_others_came_before(
    asked: list[tuple[str, str, str, str, str]],
) -> None:
    questions = Questions()
    for method, template, constant, accept, body_type in asked:
        raw = request(method, template.replace("%s", constant), accept, body_type=body_type)
        found = questions.like_others(raw)
        assert found is None or found == slowly(Questions(), raw)
        slowly(questions, raw)


def test_what_came_before_is_recognised() -> None:
    questions = Questions()
    for number in range(3):
        for method in ("GET", "POST"):
            raw = request(method, f"SELECT ?o {{ <urn:{number}> ?p ?o }} LIMIT {number + 7}", "text/csv")
            assert bool(questions.like_others(raw)) is bool(number)
            assert slowly(questions, raw)


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
        request("GET", "ASK {}", "text/csv").replace(b"?query", b"?default-graph-uri=urn:x&query"),
        request("POST", "ASK {}", "text/csv", "Content-Encoding: gzip"),
        request("POST", "ASK {}", "text/csv", body_type="text/plain"),
        request("GET", "SELECT * { SERVICE <urn:x> {} }", "text/csv"),
        request("GET", f"ASK {{ ?s ?p '{'x' * 3_000}' }}", "text/csv"),
    ],
)
def test_what_is_not_plain_and_short_is_for_the_application(raw: bytes) -> None:
    questions = Questions()
    slowly(questions, request("GET", "ASK {}", "text/csv"))
    slowly(questions, request("POST", "ASK {}", "text/csv"))
    assert questions.like_others(raw) is None
    assert slowly(questions, raw) is None


@given(st.text(max_size=60), st.booleans())
def test_a_value_is_decoded_as_it_was_coded(text: str, plus: bool) -> None:
    coded = (quote_plus if plus else quote)(text, errors="surrogatepass").encode()
    assert decoded(coded) == text.encode("utf-8", "surrogatepass")


@given(st.lists(st.sampled_from(["%", "%41", "%e2%82%ac", "=", "+", "&", "a", "%zz", "\n", "=\n", "_"]), max_size=10))
def test_what_is_decoded_is_what_a_form_says(parts: list[str]) -> None:
    coded = "".join(parts)
    found = decoded(coded.encode())
    if found is not None:
        plain = in_address(f"query=ASK%7B%7D%23{coded}", "text/csv")
        # What is no UTF-8 is no question either way: it is looked at where the text is made of it.
        assert (plain.request.query.encode() if plain else None) == (b"ASK{}#" + found if is_text(found) else None)


def is_text(data: bytes) -> bool:
    """Whether the bytes are UTF-8."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def test_bytes_that_are_no_text_are_no_question() -> None:
    questions = Questions()
    for raw in (request("GET", "ASK {} # x", "text/csv"), request("GET", "ASK {} # y", "text/csv")):
        assert slowly(questions, raw)
    broken = request("GET", "ASK {} # z", "text/csv").replace(b"z", b"%aa")
    assert questions.like_others(broken) is None
    assert slowly(questions, broken) is None
