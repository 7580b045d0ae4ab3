"""The other forms of JSON-LD that its media type names: expanded and flattened.

Source: https://www.w3.org/TR/json-ld11/#application-ld-json.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable
from typing import Any

from pyld import jsonld as processor

import ontology
from converter.jsonld import expanded

EXPANDED, FLATTENED = "http://www.w3.org/ns/json-ld#expanded", "http://www.w3.org/ns/json-ld#flattened"
_AT_ONCE = threading.Lock()
"""PyLD keeps contexts for all threads without a lock."""


def expanded_document(lines: Iterable[str]) -> bytes:
    """The triples as expanded JSON-LD in UTF-8: full addresses, no context, a node object for each subject."""
    return _text(expanded(lines))


def flattened_document(lines: Iterable[str], base: str = ontology.PUBLISHED_BASE) -> bytes:
    """The triples as flattened JSON-LD in UTF-8: each thing once in one list, in the names of vocabularies."""
    with _AT_ONCE:
        flat = processor.flatten(expanded(lines), ontology.prefixes_at(base), {"documentLoader": _refuse, "base": ""})
    return _text(flat)


def _text(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


def _refuse(address: str, _: object) -> dict[str, Any]:
    raise ValueError(f"{address}: nothing is fetched while JSON-LD is made")
