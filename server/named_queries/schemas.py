"""What answers are made of, in JSON Schema: rows and truths of SPARQL, problems, the list of questions.

Source: https://www.w3.org/TR/sparql11-results-json/; RFC 9457.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from server.named_queries.parameter_types import KINDS

_TEXT = {"type": "string"}
_TEXTS = {"type": "array", "items": _TEXT}
_IRI = {"type": "string", "format": "iri"}

_VALUE_OF_FACET = {
    "type": "object",
    "required": ["id", "name", "works"],
    "properties": {"id": _TEXT, "name": _TEXT, "works": {"type": "integer", "minimum": 1}},
}

SCHEMAS: Mapping[str, Mapping[str, Any]] = {
    "Term": {
        "type": "object",
        "required": ["type", "value"],
        "properties": {
            "type": {"enum": ["uri", "literal", "bnode", "triple"]},
            "value": {"description": "A text; of a triple its subject, predicate and object."},
            "xml:lang": _TEXT,
            "datatype": _TEXT,
        },
    },
    "Rows": {
        "type": "object",
        "required": ["head", "results"],
        "properties": {
            "head": {"type": "object", "required": ["vars"], "properties": {"vars": _TEXTS}},
            "results": {
                "type": "object",
                "required": ["bindings"],
                "properties": {
                    "bindings": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "additionalProperties": {"$ref": "#/components/schemas/Term"},
                        },
                    }
                },
            },
        },
    },
    "Truth": {
        "type": "object",
        "required": ["head", "boolean"],
        "properties": {"head": {"type": "object"}, "boolean": {"type": "boolean"}},
    },
    "Problem": {
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"type": "string", "format": "uri-reference"},
            "title": _TEXT,
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": {"type": "string", "description": "What is wrong, where, and what to do."},
            "parameter": {"type": ["string", "null"], "description": "The parameter that is wrong."},
            "value": {"type": ["string", "null"], "description": "Its value."},
            "line": {"type": "integer", "description": "Where the query is wrong, from 1."},
            "column": {"type": "integer"},
        },
    },
    "Result": {
        "type": "object",
        "required": ["q", "total", "page", "records", "facets"],
        "properties": {
            "q": _TEXT,
            "shown_for": {"description": "The words that were taken for those that are nowhere.", **_TEXT},
            "total": {"type": "integer", "minimum": 0},
            "page": {"type": "integer", "minimum": 1},
            "records": {"type": "array", "items": {"$ref": "#/components/schemas/Work"}},
            "facets": {"type": "object", "additionalProperties": {"type": "array", "items": _VALUE_OF_FACET}},
            "prev": _TEXT,
            "next": _TEXT,
        },
    },
    "Work": {
        "description": "A work as a list shows it; what is not stated is empty.",
        "type": "object",
        "required": ["item", "title", "type", "authors", "year"],
        "properties": {
            "item": _IRI,
            "authors": _TEXTS,
            "year": {"type": ["integer", "null"]},
            **dict.fromkeys(
                "title type container volume issue pages publisher doi handle access licence".split(), _TEXT
            ),
        },
    },
    "Questions": {
        "type": "object",
        "required": ["title", "questions"],
        "properties": {
            "title": _TEXT,
            "description": _TEXT,
            "openapi": _IRI,
            "questions": {"type": "array", "items": {"$ref": "#/components/schemas/Question"}},
        },
    },
    "Question": {
        "type": "object",
        "required": ["name", "title", "description", "address", "template", "parameters", "columns", "sparql"],
        "properties": {
            "name": _TEXT,
            "title": _TEXT,
            "description": _TEXT,
            "address": _IRI,
            "template": {"type": "string", "format": "uri-template"},
            "parameters": {"type": "array", "items": {"$ref": "#/components/schemas/Parameter"}},
            "columns": _TEXTS,
            "formats": _TEXTS,
            "sparql": _TEXT,
        },
    },
    "Parameter": {
        "type": "object",
        "required": ["name", "type", "description", "required"],
        "properties": {
            "name": _TEXT,
            "type": {"enum": [*KINDS]},
            "description": _TEXT,
            "required": {"type": "boolean"},
            "default": _TEXT,
        },
    },
}

LINK: Mapping[str, Any] = {
    "description": "Related addresses (RFC 8288); of a page `first`, `prev`, and `next` where another comes.",
    "schema": _TEXT,
}
LOCATION: Mapping[str, Any] = {"required": True, "schema": _IRI}
_RETRY = {"Retry-After": {"description": "Seconds to wait.", "required": True, "schema": {"type": "string"}}}

_REFUSALS = {
    "301": "It is known by another of its identifiers: the address at which it is.",
    "303": "Another address is meant.",
    "304": "The client has the answer.",
    "400": "A parameter, or the query, is wrong: which, where, and what to write.",
    "403": "The query is an update; the site is read-only.",
    "404": "There is nothing of that name.",
    "406": "No form that the client accepts.",
    "410": "The record has been withdrawn.",
    "413": "The query is too long.",
    "415": "The body is of a type that is not read.",
    "429": "Too many queries wait.",
    "503": "The query took longer than is allowed, or the store does not answer.",
}
_EMPTY = frozenset({"303", "304"})


def responses() -> dict[str, Any]:
    """The answers that every operation shares, by their names in the components."""
    return {f"Status{status}": _refusal(status) for status in _REFUSALS}


def refusals(*statuses: str) -> dict[str, Any]:
    """Status → the shared answer of that status.

    >>> refusals("404")
    {'404': {'$ref': '#/components/responses/Status404'}}
    """
    return {status: {"$ref": f"#/components/responses/Status{status}"} for status in statuses}


def content(kinds: Mapping[str, Mapping[str, Any]], *, page: bool = True) -> dict[str, Any]:
    """The media types of an answer, each with its schema, and the page where there is one.

    >>> list(content({"text/csv": {}}))
    ['text/csv', 'text/html']
    """
    shown = {"text/html": {"schema": _TEXT}} if page else {}
    return {kind: {"schema": schema} if schema else {} for kind, schema in kinds.items()} | shown


def rows_of(columns: Iterable[str]) -> dict[str, Any]:
    """The schema of rows with these columns, in this order; a row leaves out what it has no value for."""
    term = {"$ref": "#/components/schemas/Term"}
    names = list(columns)
    row = {"type": "object", "additionalProperties": False, "properties": dict.fromkeys(names, term)}
    # A constant list would say the order too, and makers of clients know constants of simple types alone.
    vars_ = {"type": "array", "items": {"enum": names}, "minItems": len(names), "maxItems": len(names)}
    return {
        "type": "object",
        "required": ["head", "results"],
        "properties": {
            "head": {"type": "object", "required": ["vars"], "properties": {"vars": vars_}},
            "results": {
                "type": "object",
                "required": ["bindings"],
                "properties": {"bindings": {"type": "array", "items": row}},
            },
        },
    }


def objects_of(columns: Iterable[str]) -> dict[str, Any]:
    """The schema of rows as objects with these members, null where a row has no value."""
    names = list(columns)
    value = {"type": ["string", "number", "boolean", "null"]}
    row = {
        "title": "Row",
        "type": "object",
        "required": names,
        "additionalProperties": False,
        "properties": dict.fromkeys(names, value),
    }
    return {"type": "array", "items": row}


def _refusal(status: str) -> dict[str, Any]:
    stated: dict[str, Any] = {"description": _REFUSALS[status]}
    if status in _EMPTY:
        return stated
    if status == "301":
        return stated | {"headers": {"Location": LOCATION}, "content": content({})}
    if status in {"429", "503"}:
        stated["headers"] = _RETRY
    problem = {"$ref": "#/components/schemas/Problem"}
    return stated | {"content": content({"application/problem+json": problem, "text/plain": _TEXT})}
