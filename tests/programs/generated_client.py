"""What a client made by openapi-python-client has of a site: `generated_client.py FOLDER BASE`."""

from __future__ import annotations

import importlib
import json
import sys
from typing import Any

folder, base = sys.argv[1:]
sys.path.insert(0, folder)
made = importlib.import_module("site_client")


def asked(operation: str, **arguments: Any) -> Any:
    """What an operation answers, as the client has read it."""
    function = importlib.import_module(f"site_client.api.{operation}").sync
    with made.Client(base_url=base, raise_on_unexpected_status=True) as client:
        return function(client=client, **arguments)


works = asked("records.search_as_json", q="lighthouse", year="2019")
rows = asked("questions.authors_in_order", size=2)
refused = asked("questions.coauthors", person="nobody")
found = {
    "total": works.total,
    "titles": [work.title for work in works.records],
    "authors": [work.authors for work in works.records],
    "rows": [row.to_dict() for row in rows],
    "kind": type(rows[0]).__name__,
    "questions": len(asked("questions.list_questions").questions),
    "refused": refused.detail,
}
json.dump(found, sys.stdout)
