"""The description of the site as OpenAPI: it is valid, it says what there is, and what it says is so."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openapi_spec_validator import validate
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.generation import GenerationMode

from queries import all_queries
from server.named_queries.openapi import openapi
from tests.conftest import Site
from tests.test_sparql import ask

FORM, DIRECT = "application/x-www-form-urlencoded", "application/sparql-query"


@schemathesis.serializer(DIRECT)
def _sparql(context: Any, value: Any) -> bytes:
    """A query as it is sent."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


MANY = int(os.environ.get("SHELFGRAPH_FUZZ", "150"))
SCHEMA = schemathesis.openapi.from_dict(openapi("http://127.0.0.1/"))
OPERATIONS = [found.ok() for found in SCHEMA.get_all_operations()]
load_all_checks()
CONFORMING = CHECKS.get_by_names(
    [
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
    ]
)

ACCEPTED = st.sampled_from(
    [
        "*/*",
        "text/html",
        "application/json",
        "application/ld+json",
        "text/csv",
        "text/turtle, */*;q=0.1",
        "text/*",
        "q=;,",
    ]
)

QUERIES = ("SELECT * { ?s ?p ?o } LIMIT 3", "ASK {}", "CONSTRUCT WHERE { ?s a ?o }", "SELECT ?x { ?x foaf:name 1 }")
FORM, DIRECT = "application/x-www-form-urlencoded", "application/sparql-query"
HANDLE = "20.500.12345/678"
# What chance would not find.
STATED: dict[str, list[dict[str, Any]]] = {
    "GET /sparql": [{"query": {"query": query}} for query in QUERIES],
    "POST /sparql": [
        *({"body": {"query": query}, "media_type": FORM} for query in QUERIES),
        *({"body": query, "media_type": DIRECT} for query in QUERIES),
    ],
    "GET /search": [
        *({"query": {"q": "lighthouse", "format": name}} for name in ("json", "csv", "csl.json", "atom", "html", "md")),
        {"query": {"q": "10.5555/coastal.2019.0142"}},
        {"query": {"year": "2019-", "sort": "newest", "subject": ["subject/mesh/light"], "format": "json"}},
    ],
    "GET /item/{path}": [{"path_parameters": {"path": HANDLE}}],
    "GET /record/{path}": [{"path_parameters": {"path": f"{HANDLE}{suffix}"}} for suffix in ("", ".ttl", ".csl.json")],
}


def cases(operation: Any) -> st.SearchStrategy[Any]:
    """Requests as the description has them, others, and some that find something."""
    stated = STATED.get(operation.label, [])
    by_chance = [operation.as_strategy(mode) for mode in GenerationMode]
    return st.one_of(*by_chance, *(operation.as_strategy(**values) for values in stated))


@pytest.fixture(scope="module")
def described(site: Site) -> dict[str, Any]:
    """The description that the site gives."""
    return json.loads(ask(site, "GET", "/openapi.json").body)


def test_the_description_is_valid_openapi(described: dict[str, Any]) -> None:
    validate(described)
    assert described["openapi"].startswith("3.1.")


def test_the_description_names_the_site_and_all_that_it_answers(site: Site, described: dict[str, Any]) -> None:
    assert [server["url"] for server in described["servers"]] == [site.base.rstrip("/")]
    named = {f"/queries/{query.name}" for query in all_queries()}
    assert set(described["paths"]) == named | {
        "/queries",
        "/search",
        "/search.json",
        "/sparql",
        "/graph",
        "/item/{path}",
        "/record/{path}",
    }


@pytest.mark.parametrize("query", all_queries(), ids=lambda query: query.name)
def test_parameters_are_those_of_the_head(described: dict[str, Any], query: Any) -> None:
    operation = described["paths"][f"/queries/{query.name}"]["get"]
    own = [parameter for parameter in operation["parameters"] if "$ref" not in parameter]
    assert operation["summary"] == query.title
    assert [(one["name"], one["required"]) for one in own] == [
        (parameter.name, parameter.default is None) for parameter in query.parameters
    ]


def test_a_description_that_the_client_has_is_not_sent_again(site: Site) -> None:
    etag = ask(site, "GET", "/openapi.json").headers["etag"]
    assert ask(site, "GET", "/openapi.json", If_None_Match=etag).status == 304


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_what_the_description_says_is_so(site: Site, operation: Any) -> None:
    """No request is a fault of ours, and every answer has a status, a type, headers and members that are given."""

    @settings(max_examples=max(4, MANY // len(OPERATIONS)), suppress_health_check=[*HealthCheck])
    @given(case=cases(operation), accept=ACCEPTED)
    def holds(case: Any, accept: str) -> None:
        response = case.call(base_url=site.base, headers={"Accept": accept}, timeout=30)
        # A machine with other work may have no time for a query; the answer then says when to come again.
        assert response.status_code < 500 or (response.status_code, "retry-after" in response.headers) == (503, True)
        case.validate_response(response, checks=CONFORMING)

    holds()
