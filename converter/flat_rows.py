"""The result of SELECT for programs that know no SPARQL: JSON objects, JSON Lines, and CSV that names its types."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable, Iterator

import pyoxigraph

NAMES = ("objects", "jsonl", "typed.csv")
"""The formats of `converter/formats.py` that are written here."""

_SCHEMA = "http://www.w3.org/2001/XMLSchema#"
_INTEGERS = frozenset(
    f"{_SCHEMA}{name}"
    for name in (
        "integer int long short byte nonNegativeInteger positiveInteger nonPositiveInteger negativeInteger"
        " unsignedInt unsignedLong unsignedShort unsignedByte"
    ).split()
)
_NUMBERS = frozenset(f"{_SCHEMA}{name}" for name in ("decimal", "double", "float"))
_TRUTHS = {"true": True, "1": True, "false": False, "0": False}
_LONGEST = 300
"""Digits of a number; longer ones are texts."""
_TEXTS = frozenset({f"{_SCHEMA}string", "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"})

Term = pyoxigraph.NamedNode | pyoxigraph.BlankNode | pyoxigraph.Literal | pyoxigraph.Triple


def written(result: pyoxigraph.QuerySolutions | pyoxigraph.QueryBoolean, name: str) -> Iterator[bytes]:
    """Yield a result in one of the formats `NAMES`; a truth is a truth of JSON, and in CSV the word."""
    if isinstance(result, pyoxigraph.QueryBoolean):
        yield b"true\n" if result else b"false\n"
        return
    names = [variable.value for variable in result.variables]
    if name == "typed.csv":
        yield from _typed(names, result)
    elif name == "jsonl":
        for row in result:
            yield _object(names, row) + b"\n"
    else:
        before = b"["
        for row in result:
            yield before + _object(names, row)
            before = b",\n"
        yield b"[]\n" if before == b"[" else b"]\n"


def value(term: Term | None) -> str | int | float | bool | None:
    """A term as a value of JSON: numbers and truths as such, all else as text, None where there is none.

    >>> number = pyoxigraph.NamedNode("http://www.w3.org/2001/XMLSchema#integer")
    >>> value(pyoxigraph.Literal("12", datatype=number)), value(pyoxigraph.Literal("many", datatype=number))
    (12, 'many')
    >>> value(pyoxigraph.NamedNode("http://x/")), value(pyoxigraph.Literal("A", language="en")), value(None)
    ('http://x/', 'A', None)
    """
    if not isinstance(term, pyoxigraph.Literal):
        return term.value if isinstance(term, pyoxigraph.NamedNode) else None if term is None else str(term)
    text, type_ = term.value, term.datatype.value
    if type_ == f"{_SCHEMA}boolean":
        return _TRUTHS.get(text, text)
    if len(text) > _LONGEST or not (type_ in _INTEGERS or type_ in _NUMBERS):
        return text
    try:
        number = int(text) if type_ in _INTEGERS else float(text)
    except ValueError:
        return text
    return number if math.isfinite(number) else text


def _object(names: list[str], row: pyoxigraph.QuerySolution) -> bytes:
    return json.dumps({name: value(row[name]) for name in names}, ensure_ascii=False).encode()


def _typed(names: list[str], rows: Iterable[pyoxigraph.QuerySolution]) -> Iterator[bytes]:
    """Yield the table, each column with the one type of its values behind its name, `string` where they have several.

    All rows are read before the first is written.
    """
    held = [[row[name] for name in names] for row in rows]
    yield _line([f"{name}:{_type(row[place] for row in held)}" for place, name in enumerate(names)])
    for row in held:
        yield _line(["" if term is None else _text(term) for term in row])


def _text(term: Term) -> str:
    return str(term) if isinstance(term, (pyoxigraph.Triple, pyoxigraph.BlankNode)) else term.value


def _type(terms: Iterable[Term | None]) -> str:
    found = {_type_of(term) for term in terms if term is not None}
    return found.pop() if len(found) == 1 else "string"


def _type_of(term: Term) -> str:
    if not isinstance(term, pyoxigraph.Literal):
        return "iri" if isinstance(term, pyoxigraph.NamedNode) else "string"
    type_ = term.datatype.value
    return "string" if type_ in _TEXTS else type_.removeprefix(_SCHEMA)


def _line(cells: list[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue().encode()
