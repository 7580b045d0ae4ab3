"""JSON objects of a format that has a table: InvenioRDM, Zenodo, Zotero, schema.org."""

from __future__ import annotations

from typing import Any

from converter.sources import table_reader
from converter.sources.builder import Draft
from converter.sources.json_formats.leaves import Object, text_of, unread
from converter.sources.nodes import Node, of_json
from converter.sources.record_identity import doi_of
from ontology.source_tables import JsonFormat, source_table

_NAMES = ("@id", "id", "key", "recid", "url")
"""Keys that name a record where it has no DOI."""


def shows(format_: JsonFormat, value: Object) -> bool:
    """Whether all keys that show the format are in the object."""
    return all(_holds(value, path.split("/")) for path in format_.keys)


def read(format_: JsonFormat, value: Object, draft: Draft) -> None:
    """Read one object."""
    inner = value.get(format_.inside) if format_.inside else None
    if isinstance(inner, dict):
        for key, beside in value.items():
            if key != format_.inside:
                unread(beside, draft, f"{format_.name}.{key}", "about the answer, not about the work")
        value = inner
    root = Node(format_.name, children=[node for key, one in value.items() for node in of_json(str(key), one)])
    table_reader.read(root, source_table(format_.name), draft)
    named = next((text for key in _NAMES if (text := text_of(value.get(key)))), "")
    draft.identifier = doi_of(draft.fields) or named
    draft.datestamp = text_of(value.get("updated")) or text_of(value.get("modified")) or None


def _holds(value: Any, path: list[str]) -> bool:
    if not path:
        return True
    if isinstance(value, list):
        return any(_holds(one, path) for one in value)
    return isinstance(value, dict) and path[0] in value and _holds(value[path[0]], path[1:])
