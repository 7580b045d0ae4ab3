"""SPARQL 1.1 piece by piece: each form, pattern, path, modifier, aggregate, operator, function and error, over HTTP."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from typing import Any

import pyoxigraph
import pytest

import ontology
from tests.conftest import ROOT, Site
from tests.test_sparql import get

DATA = ROOT / "tests" / "data"
QUESTIONS = tomllib.loads((DATA / "sparql-suite.toml").read_text(encoding="utf-8"))["question"]
EXAMPLE = "http://example.org/"
PREFIXES = {"": EXAMPLE} | {name: ontology.prefixes()[name] for name in ("dcterms", "foaf", "rdf", "xsd")}
HEAD = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in PREFIXES.items())


@pytest.fixture(scope="module")
def suite() -> Iterator[Site]:
    running = Site(DATA / "sparql-suite.ttl", "--log", "none")
    yield running
    running.stop()


def short(term: str) -> str:
    """A term as the suite writes it."""
    term = re.sub(rf"<{re.escape(EXAMPLE)}([^<>]*)>", r":\1", term)
    return re.sub(
        "<(" + "|".join(map(re.escape, PREFIXES.values())) + ")",
        lambda found: f"<{next(name for name, iri in PREFIXES.items() if iri == found[1])}:",
        term,
    )


def written(value: dict[str, str] | None) -> str:
    """A value of a JSON result as the suite writes it; nothing where it is unbound."""
    if value is None:
        return ""
    if value["type"] == "uri":
        return short(f"<{value['value']}>")
    text = json.dumps(value["value"], ensure_ascii=False)
    if "xml:lang" in value:
        return f"{text}@{value['xml:lang']}"
    return text + (short(f"^^<{value['datatype']}>") if "datatype" in value else "")


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question["name"])
def test_a_question_has_the_answer_of_the_standard(suite: Site, question: dict[str, Any]) -> None:
    accept = "application/n-triples" if "triples" in question else "application/sparql-results+json"
    answer = get(suite, HEAD + question["query"], Accept=accept)
    if "status" in question:
        assert str(answer.status).startswith(str(question["status"]))
        return
    assert answer.status == 200, answer.body.decode()
    if "triples" in question:
        lines = pyoxigraph.parse(answer.body, format=pyoxigraph.RdfFormat.N_TRIPLES)
        assert sorted(short(str(quad.triple)) for quad in lines) == question["triples"]
        return
    result = json.loads(answer.body)
    if "truth" in question:
        assert result["boolean"] is question["truth"]
        return
    columns = question["columns"]
    rows = [[written(row.get(name)) for name in columns] for row in result["results"]["bindings"]]
    assert result["head"]["vars"] == columns
    assert (rows if question.get("ordered") else sorted(rows)) == question["rows"]


def test_the_suite_has_a_question_for_each_function_of_the_standard() -> None:
    text = "\n".join(question["query"].upper() for question in QUESTIONS)
    functions = """BOUND IF COALESCE EXISTS SAMETERM IN ISIRI ISURI ISBLANK ISLITERAL ISNUMERIC STR LANG DATATYPE IRI
        URI
        BNODE STRDT STRLANG UUID STRUUID STRLEN SUBSTR UCASE LCASE STRSTARTS STRENDS CONTAINS STRBEFORE STRAFTER
        ENCODE_FOR_URI CONCAT LANGMATCHES REGEX REPLACE ABS ROUND CEIL FLOOR RAND NOW YEAR MONTH DAY HOURS MINUTES
        SECONDS TIMEZONE TZ MD5 SHA1 SHA256 SHA384 SHA512 COUNT SUM AVG MIN MAX SAMPLE GROUP_CONCAT"""
    assert [name for name in functions.split() if not re.search(rf"\b{name}\b", text)] == []
