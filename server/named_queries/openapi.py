"""The API of the site in OpenAPI 3.1, made from the heads of the questions and from the tables of formats.

Source: https://spec.openapis.org/oas/v3.1.1.html; problem documents, RFC 9457.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from importlib.metadata import version
from typing import Any

from converter import graph
from converter.formats import FORMATS
from converter.store.catalogue import ROLES
from converter.store.catalogue_search import SORTS
from queries import Parameter
from server.descriptions.signposting import LINKSETS
from server.named_queries.answer_formats import ANSWERS
from server.named_queries.paging import SIZE, WINDOW, Arranged
from server.named_queries.parameter_types import KINDS
from server.named_queries.query_list import DOCUMENTS, questions
from server.named_queries.schemas import LINK, LOCATION, SCHEMAS, content, objects_of, refusals, responses, rows_of
from server.pages.exports import EXPORTS
from server.pages.search_request import FURTHEST, LONGEST
from server.representations.registry import REPRESENTATIONS
from server.sparql.request import DIRECT, FORM

_GRAPHS = [format_ for format_ in FORMATS.values() if format_.graph]
_BUSY = ("429", "503")
_SEARCHED = [export.suffix.removeprefix(".") for export in EXPORTS]
_TEXT = {"type": "string"}


@lru_cache(maxsize=2)
def openapi_document(base: str) -> bytes:
    """The description of the site at that base, as JSON."""
    return f"{json.dumps(openapi(base), ensure_ascii=False, indent=1)}\n".encode()


def openapi(base: str) -> dict[str, Any]:
    """The description of the site at that base."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Shelfgraph",
            "description": "The records of a repository as linked data: documents, questions with a name, and SPARQL.",
            "version": version("shelfgraph"),
            "license": {"name": "Apache License 2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": base.rstrip("/")}],
        "tags": [
            {"name": "questions", "description": "Questions with a name, each with typed parameters."},
            {"name": "records", "description": "Records, in the form that is asked for."},
            {"name": "SPARQL", "description": "Any question, and whole graphs."},
        ],
        "paths": {
            "/queries": {"get": _list()},
            **{f"/queries/{name}": {"get": _question(question)} for name, question in questions().items()},
            "/search": {"get": _search()},
            "/search.json": {"get": _search_as_json()},
            "/item/{path}": {"get": _item()},
            "/record/{path}": {"get": _record()},
            "/sparql": {"get": _sparql_by_address(), "post": _sparql_by_body()},
            "/graph": {"get": _graph()},
        },
        "components": {"schemas": SCHEMAS, "responses": responses(), "parameters": _shared()},
    }


def _list() -> dict[str, Any]:
    kinds: dict[str, Any] = dict.fromkeys(DOCUMENTS, _TEXT) | {"application/json": _ref("Questions")}
    kinds["application/ld+json"] = {}
    return {
        "operationId": "listQuestions",
        "tags": ["questions"],
        "summary": "The questions with a name",
        "parameters": [_format(["html", *(name for name, _ in DOCUMENTS.values())])],
        "responses": {
            "200": {"description": "The questions, their parameters and their SPARQL.", "content": content(kinds)},
            **refusals("304", "406"),
        },
    }


def _question(question: Arranged) -> dict[str, Any]:
    """What the head of a question says, as an operation."""
    query = question.query
    kinds: dict[str, Mapping[str, Any]] = {format_.bare_type: _TEXT for format_ in ANSWERS.values()}
    kinds["application/json"] = objects_of(question.columns)
    kinds["application/sparql-results+json"] = rows_of(question.columns)
    return {
        "operationId": query.name,
        "tags": ["questions"],
        "summary": query.title,
        "description": f"{query.description}\n\nAll rows, unless a page is asked for. "
        f"A suffix names the format too: `/queries/{query.name}.csv`.",
        "parameters": [
            *map(_parameter, query.parameters),
            *({"$ref": f"#/components/parameters/{name}"} for name in _shared()),
        ],
        "responses": {
            "200": {
                "description": "The rows; with `page` or `size` those of one page.",
                "headers": {"Link": LINK},
                "content": content(kinds),
            },
            **refusals("304", "400", "404", "406", *_BUSY),
        },
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    kind = KINDS[parameter.type]
    schema = {**kind.schema} if parameter.default is None else {**kind.schema, "default": parameter.default}
    return {
        "name": parameter.name,
        "in": "query",
        "description": f"{parameter.description}: {kind.written}",
        "required": parameter.default is None,
        "schema": schema,
    }


def _shared() -> dict[str, Any]:
    """The parameters that every question has: those of a page, and the format."""
    stated = {"page": "Which page, from 1.", "size": f"How many rows a page has: {SIZE}, unless it is given."}
    window = {
        name: {
            "name": name,
            "in": "query",
            "description": stated[name],
            "schema": {"type": "integer", "minimum": 1, "maximum": most},
        }
        for name, most in WINDOW.items()
    }
    return {**window, "format": _format(["html", *ANSWERS])}


def _format(names: list[str]) -> dict[str, Any]:
    return {
        "name": "format",
        "in": "query",
        "description": "The format, where the header Accept cannot say it.",
        "schema": {"type": "string", "enum": names},
    }


def _path(description: str) -> dict[str, Any]:
    return {
        "name": "path",
        "in": "path",
        "required": True,
        "description": f"{description}; its slashes stand as they are.",
        "schema": {"type": "string", "minLength": 1},
        "example": "20.500.12345/678",
    }


def _search() -> dict[str, Any]:
    """The search for works: by words, years and things."""
    kinds: dict[str, Mapping[str, Any]] = {export.media_type: _TEXT for export in EXPORTS}
    kinds["application/json"] = _ref("Result")
    kinds["application/vnd.citationstyles.csl+json"] = {"type": "array", "items": {"type": "object"}}
    texts = {"type": "array", "items": _TEXT}
    stated = {
        "q": ("Words in titles, abstracts, names and subjects, or an identifier.", {**_TEXT, "maxLength": LONGEST}),
        "year": ("Years: 2001, 2001-2010, 2001- or -2010.", {**_TEXT, "pattern": "^[0-9]{0,4}(-[0-9]{0,4})?$"}),
        "sort": ("The order; without it by relevance, where there are words.", {"enum": ["", *SORTS]}),
        "page": ("Which page of HTML, JSON and Atom, from 1.", {"type": "integer", "minimum": 1, "maximum": FURTHEST}),
        "thing": ("Addresses below the base of things that the works lead to, in whatever role.", texts),
        **{role: (f"The same for things in the role {role}.", texts) for role in ROLES},
        "format": ("The format, where the header Accept cannot say it.", {"enum": ["html", *_SEARCHED]}),
    }
    return {
        "operationId": "search",
        "tags": ["records"],
        "summary": "Works by words, years and things",
        "description": "A suffix names the format too: `/search.csv`. JSON and Atom come in pages, the others whole.",
        "parameters": [
            {"name": name, "in": "query", "description": said, "schema": schema}
            for name, (said, schema) in stated.items()
        ],
        "responses": {
            "200": {"description": "The works that are found.", "content": content(kinds)},
            "302": {"description": "The one thing that has this identifier.", "headers": {"Location": LOCATION}},
            **refusals("304", "400", "404", "406"),
        },
    }


def _search_as_json() -> dict[str, Any]:
    """The same as JSON, which makers of clients can type."""
    whole = _search()
    json_alone = {
        "description": "The works that are found.",
        "content": {"application/json": {"schema": _ref("Result")}},
    }
    return {
        **whole,
        "operationId": "searchAsJson",
        "summary": "Works by words, years and things, as JSON",
        "description": "A page of works, and how often the values of the facets are among all that are found.",
        "parameters": [one for one in whole["parameters"] if one["name"] != "format"],
        "responses": {"200": json_alone, **refusals("400", "404")},
    }


def _item() -> dict[str, Any]:
    return {
        "operationId": "item",
        "tags": ["records"],
        "summary": "The address of a work, which leads to its description",
        "parameters": [_path("The handle of the work")],
        "responses": {
            "303": {
                "description": "The description.",
                "headers": {"Location": LOCATION},
            },
            **refusals("301", "400", "404", "406", *_BUSY),
            "410": _withdrawn(),
        },
    }


def _kinds() -> dict[str, Any]:
    """The media types of a description, each with its schema."""
    forms = (*REPRESENTATIONS, *LINKSETS)
    return {form.media_type: {} if form.media_type.endswith("json") else _TEXT for form in forms}


def _withdrawn() -> dict[str, Any]:
    return {
        "description": "The record has been withdrawn; what is left is said in the form that is asked for.",
        "content": content({**_kinds(), "application/problem+json": _ref("Problem")}),
    }


def _record() -> dict[str, Any]:
    suffixes = ", ".join(f"`{form.suffix}`" for form in REPRESENTATIONS)
    return {
        "operationId": "record",
        "tags": ["records"],
        "summary": "The description of a work",
        "description": f"A suffix names the format too: {suffixes}.",
        "parameters": [_path("The handle of the work, with a suffix where one is wanted")],
        "responses": {
            "200": {"description": "The description.", "headers": {"Link": LINK}, "content": content(_kinds())},
            **refusals("301", "304", "400", "404", "406", *_BUSY),
            "410": _withdrawn(),
        },
    }


def _dataset() -> list[dict[str, Any]]:
    graphs = {"type": "array", "items": {"type": "string", "format": "iri"}}
    return [
        {"name": name, "in": "query", "description": "A graph that is asked in the place of FROM.", "schema": graphs}
        for name in ("default-graph-uri", "named-graph-uri")
    ]


def _sparql_by_address() -> dict[str, Any]:
    return {
        "operationId": "sparql",
        "tags": ["SPARQL"],
        "summary": "A query in SPARQL 1.1; without one, the description of the service",
        "parameters": [
            {"name": "query", "in": "query", "description": "The query.", "schema": _TEXT},
            *_dataset(),
            _any_format(),
        ],
        "responses": _sparql_responses(),
    }


def _sparql_by_body() -> dict[str, Any]:
    form = {
        "type": "object",
        "required": ["query"],
        "properties": {"query": _TEXT, "format": _TEXT, **{one["name"]: one["schema"] for one in _dataset()}},
    }
    return {
        "operationId": "sparqlByPost",
        "tags": ["SPARQL"],
        "summary": "A query in SPARQL 1.1, too long for an address",
        "parameters": [*_dataset(), _any_format()],
        "requestBody": {"required": True, "content": {FORM: {"schema": form}, DIRECT: {"schema": _TEXT}}},
        "responses": _sparql_responses() | refusals("415"),
    }


def _any_format() -> dict[str, Any]:
    return {**_format([]), "schema": {"type": "string", "examples": [*FORMATS, "html"]}}


def _sparql_responses() -> dict[str, Any]:
    kinds: dict[str, Mapping[str, Any]] = {format_.bare_type: _TEXT for format_ in FORMATS.values()}
    kinds["application/json"] = {}
    kinds |= {form.media_type: _TEXT for form in graph.FORMATS.values()}
    kinds["application/sparql-results+json"] = {"anyOf": [_ref("Rows"), _ref("Truth")]}
    kinds["application/ld+json"] = {}
    return {
        "200": {"description": "The rows, the truth, the graph, or the description.", "content": content(kinds)},
        **refusals("304", "400", "403", "406", "413", *_BUSY),
    }


def _graph() -> dict[str, Any]:
    return {
        "operationId": "graph",
        "tags": ["SPARQL"],
        "summary": "A whole graph: /graph?default, or /graph?graph=IRI",
        "parameters": [
            {"name": "default", "in": "query", "allowEmptyValue": True, "schema": {"type": "string", "enum": [""]}},
            {"name": "graph", "in": "query", "schema": {"type": "string", "format": "iri-reference"}},
            _format([format_.name for format_ in _GRAPHS]),
        ],
        "responses": {
            "200": {
                "description": "The graph.",
                "content": content(
                    {one.media_types[0]: {} if one.name == "jsonld" else _TEXT for one in _GRAPHS}, page=False
                ),
            },
            **refusals("304", "400", "404", "406", *_BUSY),
        },
    }


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}
