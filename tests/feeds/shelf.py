"""Records of lights and terns for the tests of feeds, loaded in steps, with private fields that must not show."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from converter.mapping.engine import Mapper
from converter.record import Field, Record
from converter.store.data_folder import DataFolder, Identity
from tests.conftest import Site
from tests.test_sparql import Answer, ask

BASE = "https://x.example.org/"
MAPPER = Mapper(BASE, "x")
IDENTITY = Identity(BASE, MAPPER.digest)
FORM = {"Content_Type": "application/x-www-form-urlencoded"}

PRIVATE = (
    Field("dc.description.provenance", "Submitted by Quill (a.quill@coast.example.org) from the north tower"),
    Field("dc.identifier.email", "a.quill@coast.example.org"),
    Field("dc.description.email", "keeper@coast.example.org"),
    Field("dc.description.abstract", "Write to a.quill@coast.example.org for the logs."),
)
"""What a record may hold and nobody may see."""
LEAK = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+|north tower", re.IGNORECASE)


def record(number: int, title: str = "", *fields: Field, deleted: bool = False) -> Record:
    """A record with a handle, a title and private fields."""
    said = () if deleted else (Field("dc.title", title or f"Light number {number}"), *fields, *PRIVATE)
    return Record(f"oai:x:{number}", f"12345/{number}", fields=said, deleted=deleted, source="x")


def by(*names: str) -> tuple[Field, ...]:
    """The authors of a record; `name|key` has an authority key."""
    parts = [name.partition("|") for name in names]
    return tuple(
        Field("dc.contributor.author", name, authority=key or None, confidence=600 if key else None, place=place)
        for place, (name, _, key) in enumerate(parts, 1)
    )


def load(folder: Path, *records: Record) -> None:
    """Load a batch."""
    with DataFolder(folder).writing(IDENTITY, MAPPER.triples) as writer:
        writer.load(records)


def get(site: Site, address: str, **headers: str) -> Answer:
    """What an address of ours, whole or below the base, answers."""
    return ask(site, "GET", "/" + address.removeprefix(BASE).removeprefix("/"), **headers)


def post(site: Site, **fields: Any) -> Answer:
    """What /reconcile answers to a form."""
    form = {name: value if isinstance(value, str) else json.dumps(value) for name, value in fields.items()}
    return ask(site, "POST", "/reconcile", urlencode(form), **FORM)
