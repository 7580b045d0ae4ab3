"""The JSON Schema (https://json-schema.org/draft/2020-12/schema) of our JSON-LD, made of the context."""

from __future__ import annotations

from typing import Any

import ontology
from converter import jsonld
from converter.mapping.engine import PROFILE

_ADDRESS = {"type": "string", "minLength": 1}
_SHAPES: dict[str, Any] = {"@id": {"$ref": "#/$defs/thing"}, "@vocab": _ADDRESS, "@none": {"$ref": "#/$defs/typed"}}
_NUMBERS = {"xsd:integer": {"type": "integer"}}


def schema(base: str = ontology.PUBLISHED_BASE) -> dict[str, Any]:
    """The schema of each document: of one record or thing, and of several under `@graph`."""
    terms = {name: stated for name, stated in jsonld.context(base).items() if isinstance(stated, dict)}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{base}{PROFILE}/{jsonld.SCHEMA}",
        "title": "A record, or a thing that records share",
        "type": "object",
        "required": ["@context"],
        "properties": {"@context": {"type": ["object", "string"]}, "@graph": _array({"$ref": "#/$defs/thing"})},
        "if": {"required": ["@graph"]},
        "then": {"maxProperties": 2},
        "else": {"required": ["id"], "$ref": "#/$defs/members"},
        "unevaluatedProperties": False,
        "$defs": {
            "thing": {
                "description": "What is said of a thing stands once in a document, elsewhere there is its id alone.",
                "type": "object",
                "minProperties": 1,
                "$ref": "#/$defs/members",
                "unevaluatedProperties": False,
            },
            "members": {
                "properties": {
                    "id": _ADDRESS,
                    "type": _array(_ADDRESS),
                    **{name: _shape(stated) for name, stated in terms.items()},
                    "included": _array({"$ref": "#/$defs/thing"}),
                },
                # Properties that the context gives no term, and values that no term of theirs holds.
                "patternProperties": {":": _array({"$ref": "#/$defs/free"})},
            },
            "text": {
                "description": "Texts by their language, under `none` those without one.",
                "type": "object",
                "minProperties": 1,
                "propertyNames": {"pattern": "^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$"},
                "additionalProperties": _array({"type": "string"}),
            },
            "typed": {
                "type": "object",
                "required": ["value"],
                "properties": {"value": {"type": "string"}, "type": _ADDRESS},
                "additionalProperties": False,
            },
            "free": {
                "anyOf": [
                    {"type": ["string", "integer"]},
                    {"$ref": "#/$defs/typed"},
                    {
                        "type": "object",
                        "required": ["value", "lang"],
                        "properties": {"value": {"type": "string"}, "lang": _ADDRESS},
                        "additionalProperties": False,
                    },
                    {"$ref": "#/$defs/thing"},
                ]
            },
        },
    }


def _shape(stated: dict[str, str]) -> dict[str, Any]:
    if stated.get("@container") == "@language":
        return {"$ref": "#/$defs/text"}
    type_ = stated.get("@type", "")
    one = _SHAPES.get(type_) or _NUMBERS.get(type_) or {"type": "string"}
    return _array(one) if stated.get("@container") == "@set" else one


def _array(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "minItems": 1, "uniqueItems": True, "items": items}
