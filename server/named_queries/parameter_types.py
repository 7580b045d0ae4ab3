"""The types of parameters as the web knows them: JSON Schema, control of a form, and what is checked beyond the text.

The loader of the questions makes the terms; a value that it would bind and that could match nothing is refused here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from converter.values.terms import iri, literal
from server.http.languages import later

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:[0-9]{2})"
)
# XML Schema 1.1 part 2 section 3.3.7: no zone is further from Greenwich.
_FURTHEST = timedelta(hours=14)


class Kind(NamedTuple):
    """A type of the questions: its JSON Schema, its control in a form, its check, and how a value of it is written.

    The check raises ValueError.
    """

    schema: Mapping[str, str]
    control: str
    check: Callable[[str], object]
    written: str


def _integer(text: str) -> None:
    if not _INTEGER.fullmatch(text):
        raise ValueError("an integer has at most 18 digits, and a sign before them if any")


def _moment(text: str) -> None:
    if not _MOMENT.fullmatch(text):
        raise ValueError("it is written otherwise")
    offset = datetime.fromisoformat(text).utcoffset()
    if offset is not None and abs(offset) > _FURTHEST:
        raise ValueError("no zone is more than 14 hours from UTC")


KINDS: Mapping[str, Kind] = {
    "iri": Kind(
        {"type": "string", "format": "iri"},
        # Not "url": a name may be written, and the site looks for the address.
        "text",
        iri,
        later("a whole address, such as http://example.org/person/1"),
    ),
    "string": Kind({"type": "string"}, "text", literal, later("any text without control characters")),
    "integer": Kind({"type": "integer"}, "number", _integer, later("a whole number, such as 12")),
    "moment": Kind(
        {"type": "string", "format": "date-time"},
        "text",
        _moment,
        later("date, time and zone, such as 2026-01-31T00:00:00Z"),
    ),
}
"""The types of `queries.TYPES`, each under its name there."""

PICKED: Mapping[str, tuple[str, ...]] = {
    "person": ("person",),
    "item": ("work",),
    "thing": ("person", "journal", "organisation", "subject"),
}
"""Parameter → the types of things that it may be, which people choose by name; the types are those of `/reconcile`."""


class Choice(NamedTuple):
    """A thing that may be meant by a name: its name, its address, what it is, and whether it is surely the one."""

    name: str
    address: str
    description: str
    sure: bool


Pick = Callable[[str, tuple[str, ...]], list[Choice]]
"""A name and the types that the thing may be of → the things that may be meant, the best first."""
