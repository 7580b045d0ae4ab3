"""What mlcroissant makes of the tables of a site: `croissant_records.py SITE BASE`, whose files it takes from SITE."""

from __future__ import annotations

import json
import logging
import os
import sys
import tempfile
import urllib.request
from typing import Any

kept = tempfile.TemporaryDirectory()
os.environ["CROISSANT_CACHE"] = kept.name
import mlcroissant  # noqa: E402 - it reads the variable

logging.disable(logging.CRITICAL)
site, base = sys.argv[1:]
with urllib.request.urlopen(f"{site}dumps/croissant.json") as answer:
    text = answer.read().decode().replace(f"{base}dumps/", f"{site}dumps/")
dataset = mlcroissant.Dataset(jsonld=json.loads(text))
issues = dataset.metadata.ctx.issues


def plain(value: Any) -> Any:
    """A value of a record as JSON has it."""
    return value.decode() if isinstance(value, bytes) else str(value)


rows, first = {}, {}
for records in dataset.metadata.record_sets:
    found = list(dataset.records(records.id))
    rows[records.id] = len(found)
    if records.id == "contributions":
        first = {name: plain(value) for name, value in found[0].items()}
json.dump({"rows": rows, "first": first, "faults": [*issues.errors], "warnings": [*issues.warnings]}, sys.stdout)
