"""What a client asks, read from its JSON and checked: batches of questions, and requests for values.

Source: https://www.w3.org/community/reports/reconciliation/CG-FINAL-specs-0.2-20230410/ sections 4.1 and 7.3.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import msgspec

from server.reconciliation.model import KINDS, PROPERTIES, Kind, Property
from server.reconciliation.similarity import LONGEST

BATCH = 50
"""Questions of a batch."""
MOST = 100
"""Candidates for a question, whatever limit it names."""

_USUAL = 10
_CONSTRAINTS, _VALUES, _IDS = 20, 20, 1_000


class BadQuestion(ValueError):
    """What is asked cannot be meant; the message says where and why."""


class TooMany(ValueError):
    """More is asked at once than is answered."""


class _TypeSent(msgspec.Struct):
    id: str


class _PropertySent(msgspec.Struct):
    pid: str
    v: Any


class _QuestionSent(msgspec.Struct):
    query: str | None = None
    type: str | _TypeSent | list[str | _TypeSent] | None = None
    limit: float | None = None
    properties: list[_PropertySent] | None = None
    type_strict: Literal["any", "all", "should"] | None = None


class _WantedSent(msgspec.Struct):
    id: str


class _ExtensionSent(msgspec.Struct):
    ids: list[str]
    properties: list[_WantedSent]


class Given(NamedTuple):
    """A value that a property should have: its text, and the thing that it is where the client knows it."""

    text: str
    id: str = ""


class Constraint(NamedTuple):
    """A property with the values that it should have."""

    property: Property
    values: tuple[Given, ...]


class Question(NamedTuple):
    """What is looked for: a name, the types that it may be of, how many candidates are wanted, what else is known."""

    text: str
    kinds: tuple[Kind, ...]
    limit: int
    constraints: tuple[Constraint, ...]


class Extension(NamedTuple):
    """The values that are wanted: of which things, of which properties."""

    ids: tuple[str, ...]
    properties: tuple[Property, ...]


def questions(text: str) -> dict[str, Question]:
    """The questions of a batch, by the names that the client gave them.

    Raises BadQuestion or TooMany.

    >>> questions('{"q0": {"query": "Quill, A", "type": "person", "limit": 3}}')["q0"].limit
    3
    >>> questions('{"q0": {"query": "Quill, A", "limit": 0}}')
    Traceback (most recent call last):
    ...
    server.reconciliation.match_requests.BadQuestion: q0: limit must be a whole number from 1, not 0
    """
    sent = _read(text, dict[str, _QuestionSent], "queries")
    if len(sent) > BATCH:
        raise TooMany(f"a batch may have {BATCH} questions, and this one has {len(sent)}; send them in several")
    return {name: _question(name, asked) for name, asked in sent.items()}


def extension(text: str) -> Extension:
    """The request for values.

    Raises BadQuestion or TooMany.
    """
    sent = _read(text, _ExtensionSent, "extend")
    if len(sent.ids) > _IDS or len(sent.properties) > _CONSTRAINTS:
        raise TooMany(f"ask for {_CONSTRAINTS} properties of {_IDS:,} things at most, in several requests")
    wanted = dict.fromkeys(property_.id for property_ in sent.properties)
    return Extension(tuple(dict.fromkeys(sent.ids)), tuple(_property("extend", name) for name in wanted))


def kind(name: str, where: str) -> Kind:
    """The type with that id.

    Raises BadQuestion where there is none.
    """
    if name not in KINDS:
        raise BadQuestion(f"{where}: there is no type {name[:80]!r}; there are {_some(KINDS)}")
    return KINDS[name]


def _read(text: str, shape: Any, name: str) -> Any:
    try:
        return msgspec.json.decode(text.encode("utf-8", "surrogatepass"), type=shape)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as fault:
        raise BadQuestion(f"the parameter {name} is not what it should be: {fault}") from None


def _question(name: str, sent: _QuestionSent) -> Question:
    where = name[:80]
    if sent.query is None and not sent.properties:
        raise BadQuestion(f"{where}: neither query nor properties say what is looked for")
    if sent.limit is not None and not 1 <= sent.limit < float("inf"):
        raise BadQuestion(f"{where}: limit must be a whole number from 1, not {sent.limit:g}")
    if len(sent.properties or ()) > _CONSTRAINTS:
        raise TooMany(f"{where}: there are more than {_CONSTRAINTS} properties; send fewer")
    types = sent.type if isinstance(sent.type, list) else [sent.type] if sent.type else []
    named = [type_ if isinstance(type_, str) else type_.id for type_ in types]
    return Question(
        (sent.query or "")[:LONGEST],
        tuple(dict.fromkeys(kind(type_, where) for type_ in named)) or tuple(KINDS.values()),
        int(min(sent.limit or _USUAL, MOST)),
        tuple(
            Constraint(_property(where, one.pid), values)
            for one in sent.properties or ()
            if (values := _given(where, one.v))
        ),
    )


def _property(where: str, name: str) -> Property:
    if name not in PROPERTIES:
        raise BadQuestion(f"{where}: there is no property {name[:80]!r}; there are {_some(PROPERTIES)}")
    return PROPERTIES[name]


def _given(where: str, value: Any) -> tuple[Given, ...]:
    """The values that are not empty, whichever of the forms of the protocol they have."""
    values = value if isinstance(value, list) else [value]
    found = [_one(where, one) for one in values[:_VALUES] if one is not None]
    return tuple(given for given in found if given.text.strip() or given.id)


def _one(where: str, value: Any) -> Given:
    if isinstance(value, str):
        return Given(value[:LONGEST])
    if isinstance(value, (bool, int, float)):
        return Given(str(value)[:LONGEST])
    if isinstance(value, dict) and isinstance(value.get("id"), str):
        name = value.get("name")
        return Given(name[:LONGEST] if isinstance(name, str) else "", value["id"])
    raise BadQuestion(f"{where}: a value of a property is a text, a number, a truth, or an object with an id")


def _some(table: dict[str, Any]) -> str:
    return ", ".join(table)
