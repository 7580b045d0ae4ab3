"""Look-ups are distinguished from what may take long."""

from __future__ import annotations

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.sparql.lexer import is_look_up

LOOK_UPS = [
    "SELECT ?o { <urn:a> <urn:p> ?o }",
    "PREFIX a: <urn:> SELECT DISTINCT ?s ?o WHERE { ?s a:p a:b . ?s a:q ?o . } LIMIT 5",
    "prefix : <urn:x#> ask{:a :p ?o}",
    "SELECT * { ?s a <urn:T> }",
    'SELECT $x { $x <urn:p> "one"@en-GB }  # a note',
    'ASK { ?x <urn:p> "1"^^<urn:t> . <urn:b> ?q ?x }',
    "ASK { <urn:a> <urn:p> <urn:b> }",
    "SELECT ?x\r\n{\t<urn:a> <urn:p> ?x }\n",
]
OTHERS = [
    "SELECT * { ?s ?p ?o }",
    "SELECT * { ?s <urn:p> ?o . ?o <urn:q> ?x }",
    "SELECT * { <urn:a> ?p ?o . <urn:b> ?q ?x }",
    "SELECT * { <urn:a> ?p ?o ; ?q ?x }",
    "SELECT * { <urn:a> ?p ?o , ?x }",
    "SELECT * { <urn:a> ?p ?o . ?o ?q ?x . ?x ?r ?y }",
    "SELECT * { <urn:a> <urn:p>* ?o }",
    "SELECT * { <urn:a> (<urn:p>|<urn:q>) ?o }",
    "SELECT * { <urn:a> ^<urn:p> ?o }",
    "SELECT * { <urn:a> ?p ?o FILTER(?o = 1) }",
    "SELECT * { <urn:a> ?p ?o OPTIONAL { ?o ?q ?x } }",
    "SELECT * { SERVICE <urn:s> { <urn:a> ?p ?o } }",
    "SELECT (COUNT(*) AS ?n) { <urn:a> ?p ?o }",
    "SELECT ?o { <urn:a> ?p ?o } ORDER BY ?o",
    "SELECT ?o { <urn:a> ?p ?o } LIMIT 5 OFFSET 5",
    "SELECT ?o FROM <urn:g> { <urn:a> ?p ?o }",
    "SELECT ?o { GRAPH ?g { <urn:a> ?p ?o } }",
    "SELECT ?o { <urn:a> ?p ?o } VALUES ?o { 1 }",
    "CONSTRUCT WHERE { <urn:a> ?p ?o }",
    "DESCRIBE <urn:a>",
    'SELECT ?o { ?o ?p "a\\u0022 . ?x ?y ?z . ?o ?q \\u0022" }',
    "ASK { [] ?p <urn:a> }",
    "ASK { _:x ?p _:y }",
    "SELECT ?o { <urn:a> ?p ?o # } \n . ?x ?y ?z }",
    "INSERT DATA { <urn:a> <urn:p> <urn:b> }",
    "",
]
WORDS = (
    "SELECT ASK DISTINCT WHERE PREFIX LIMIT SERVICE FILTER GRAPH UNION MINUS BIND EXISTS a: : { } . ; , * + |"
    " ^ / ( ) [ ] ?s ?p ?o $x <urn:a> <urn:b> a:c \"x\" 'y' 5 5. a # \\ < > ?"
).split()

BEYOND = frozenset("SERVICE FILTER GRAPH UNION MINUS BIND EXISTS ; , | ^ (".split())


@pytest.mark.parametrize("query", LOOK_UPS)
def test_a_look_up_is_one_and_is_answered(query: str) -> None:
    assert is_look_up(query.encode())
    pyoxigraph.Store().query(query)


@pytest.mark.parametrize("query", OTHERS)
def test_what_may_take_long_is_none(query: str) -> None:
    assert not is_look_up(query.encode())


@given(st.lists(st.sampled_from([*WORDS, "\n", "\t"]), max_size=20), st.sampled_from(["", " "]))
def test_nothing_but_two_patterns_passes(parts: list[str], between: str) -> None:
    query = between.join(["SELECT * {", *parts, "}"])
    if is_look_up(query.encode()):
        # Whatever the engine makes of it: one group, no more than two patterns, nothing that repeats or calls.
        outside = parts[: parts.index("#")] if "#" in parts else parts
        assert outside.count(".") + sum(part == "5." for part in outside) <= 2
        assert not {"SERVICE", "FILTER", "GRAPH", "UNION", "MINUS", "BIND", "EXISTS", ";", ",", "|", "^", "("} & {
            *outside
        }


@given(st.text("<>?# \n\"'\\.{}a:b", max_size=200))
def test_every_text_is_read(text: str) -> None:
    assert is_look_up(f"ASK {{ {text}".encode()) in {True, False}
