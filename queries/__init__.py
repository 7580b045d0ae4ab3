"""What can be asked: one question a file, standing alone, with a head that says what it asks.

The head is comments: `# title:`, `# description:` (continued on lines that are indented), and for each parameter
`# param: NAME TYPE = DEFAULT - what it is`, the default being optional.  A parameter is bound and never pasted: the
query holds its variable, and `bind` puts a VALUES block, made of checked terms, where the query says `# bind`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from pyoxigraph import Literal, NamedNode

FOLDER = Path(__file__).parent
PLACE = "# bind"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_HEAD = re.compile(r"#\s*(title|description):\s*(.*)")
_MORE = re.compile(r"#\s{2,}(\S.*)")
_PARAMETER = re.compile(r"#\s*param:\s*(\w+)\s+(\w+)(?:\s*=\s*(\S+))?\s+-\s+(.*)")


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a question wants to know first: a name, a type of TYPES, a default where there is one, and what it is."""

    name: str
    type: str
    default: str | None
    description: str


@dataclass(frozen=True, slots=True)
class Query:
    """A question: its name, what it asks in a line and in full, its parameters, and its SPARQL."""

    name: str
    title: str
    description: str
    parameters: tuple[Parameter, ...]
    text: str


def _iri(text: str) -> str:
    return str(NamedNode(text))


def _string(text: str) -> str:
    return str(Literal(text))


def _integer(text: str) -> str:
    return str(Literal(str(int(text)), datatype=NamedNode(_XSD + "integer")))


def _moment(text: str) -> str:
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)", text):
        raise ValueError("a moment is written like 2026-01-31T00:00:00Z")
    # Such as the 31st of June.
    datetime.fromisoformat(text)
    return str(Literal(text, datatype=NamedNode(_XSD + "dateTime")))


TYPES: Mapping[str, Callable[[str], str]] = {"iri": _iri, "string": _string, "integer": _integer, "moment": _moment}
"""The types of parameters: a text in, a checked term out."""


def load(name: str) -> Query:
    """The question of that name.

    Raises KeyError where there is none.

    >>> load("authors-in-order").title
    'Authors of each work in order'
    """
    return {query.name: query for query in all_queries()}[name]


@lru_cache(maxsize=1)
def all_queries() -> tuple[Query, ...]:
    """Every question, by name."""
    return tuple(_read(path) for path in sorted(FOLDER.glob("*.rq")))


def bind(query: Query, values: Mapping[str, str]) -> str:
    """The SPARQL of the question with its parameters bound.

    Raises ValueError for a parameter that the question does not have, that is missing, or that is not of its type.

    >>> "VALUES ?person { <http://x/1> }" in bind(load("coauthors"), {"person": "http://x/1"})
    True
    """
    known = {parameter.name: parameter for parameter in query.parameters}
    for name in values:
        if name not in known:
            has = ", ".join(known) or "none"
            raise ValueError(f"the question {query.name} has no parameter {name!r}; it has {has}")
    blocks = [_block(query, parameter, values.get(parameter.name)) for parameter in query.parameters]
    return query.text.replace(PLACE, "\n  ".join(blocks)) if blocks else query.text


def _block(query: Query, parameter: Parameter, given: str | None) -> str:
    text = parameter.default if given is None else given
    if text is None:
        what = f"{parameter.name} ({parameter.type}: {parameter.description})"
        raise ValueError(f"the question {query.name} needs the parameter {what}")
    try:
        term = TYPES[parameter.type](text)
    except ValueError as fault:
        raise ValueError(f"the parameter {parameter.name}: {text!r} is no {parameter.type}: {fault}") from None
    return f"VALUES ?{parameter.name} {{ {term} }}"


def _read(path: Path) -> Query:
    text = path.read_text(encoding="utf-8")
    head: dict[str, str] = {"title": "", "description": ""}
    parameters: list[Parameter] = []
    key = ""
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        if found := _PARAMETER.match(line):
            parameters.append(Parameter(found[1], found[2], found[3], found[4].strip()))
        elif found := _HEAD.match(line):
            key = found[1]
            head[key] = found[2].strip()
        elif key and (more := _MORE.match(line)):
            head[key] += " " + more[1].strip()
    return Query(path.stem, head["title"], head["description"], tuple(parameters), text)
