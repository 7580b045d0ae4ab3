"""The questions as a list: as JSON, and as SPARQL examples."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from converter import graph, jsonld
from converter.formats import GRAPHS
from converter.sparql_examples import examples
from queries import all_queries
from server.named_queries.answer_formats import ANSWERS
from server.named_queries.paging import WINDOW, Arranged, arranged


@lru_cache(maxsize=1)
def questions() -> Mapping[str, Arranged]:
    """Every question by its name, its rows in a total order."""
    return {query.name: arranged(query) for query in all_queries()}


def listed(base: str) -> dict[str, Any]:
    """The questions as JSON, each with the template (RFC 6570) of its addresses."""
    return {
        "title": "Questions",
        "description": "Each question answers at its address; openapi has the parameters and the answers in full.",
        "openapi": f"{base}openapi.json",
        "questions": [_listed(question, base) for question in questions().values()],
    }


def _document(name: str) -> Callable[[str], bytes]:
    if name == "jsonld":
        return lambda base: (
            json.dumps(jsonld.expanded([*examples(base)]), ensure_ascii=False, indent=1).encode() + b"\n"
        )
    return lambda base: graph.document(examples(base), name, base)


DOCUMENTS: Mapping[str, tuple[str, Callable[[str], bytes]]] = {
    "application/json": ("json", lambda base: f"{json.dumps(listed(base), ensure_ascii=False, indent=1)}\n".encode()),
    **{format_.media_type: (format_.name, _document(format_.name)) for format_ in GRAPHS.values()},
}
"""The list for programs: media type → its name, and what writes it from the base."""


def _listed(question: Arranged, base: str) -> dict[str, Any]:
    query = question.query
    names = ",".join([*(parameter.name for parameter in query.parameters), *WINDOW, "format"])
    return {
        "name": query.name,
        "title": query.title,
        "description": query.description,
        "address": f"{base}queries/{query.name}",
        "template": f"{base}queries/{query.name}{{?{names}}}",
        "parameters": [
            {
                "name": parameter.name,
                "type": parameter.type,
                "description": parameter.description,
                "required": parameter.default is None,
                **({} if parameter.default is None else {"default": parameter.default}),
            }
            for parameter in query.parameters
        ],
        "columns": list(question.columns),
        "formats": sorted(ANSWERS),
        "sparql": query.text,
    }
