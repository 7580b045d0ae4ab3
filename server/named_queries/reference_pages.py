"""The API as a page, from its OpenAPI document, and how complete the metadata are, as a page with charts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from flask import render_template

from converter.store.catalogue_reader import CatalogueReader
from queries import bind, load
from server.descriptions import description
from server.documents.made_once import MadeOnce
from server.http.languages import later
from server.named_queries.openapi import openapi
from server.named_queries.query_list import questions
from server.named_queries.query_pages import QUALITY, grouped
from server.sparql import Endpoint

_LONGEST_WAIT = 5.0
"""Seconds that a request waits for the figures."""
_FIELDS = (
    ("abstract", later("Abstract")),
    ("doi", "DOI"),
    ("subject", later("Subject")),
    ("language", later("Language")),
    ("keyedAuthor", later("Author with an identifier")),
    ("funding", later("Funder")),
)
"""Column of the query `completeness` → what it counts."""


class Parameter(NamedTuple):
    """A parameter of the API: its name, where it stands, its type, whether it must be given, what it means."""

    name: str
    place: str
    type: str
    required: bool
    description: str


class Operation(NamedTuple):
    """An operation of the API: how and where it is asked, what it does, with which parameters, in which formats."""

    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[Parameter, ...]
    formats: tuple[str, ...]


class Completeness(NamedTuple):
    """How many works there are, and how many have what: in all, and type by type."""

    works: int
    shares: list[tuple[str, int, str]]
    types: list[tuple[str, int, list[str]]]


def api_page(base: str) -> bytes:
    """The page of the API."""
    described = openapi(base)
    groups = [(tag["name"], tag["description"], _operations(described, tag["name"])) for tag in described["tags"]]
    return render_template("api.html", groups=groups).encode()


def quality_page(catalogue: CatalogueReader | None, counted: MadeOnce[Completeness]) -> tuple[bytes, bool]:
    """The page of the quality of the data, and whether it has its figures.

    The catalogue has them; where there is none, or one of an earlier version, they are counted by a query.
    """
    found = (catalogue and of_catalogue(catalogue)) or counted.value(_LONGEST_WAIT)
    checks = dict(grouped([question.query for question in questions().values()]))[QUALITY]
    body = render_template("quality.html", found=found, fields=[title for _, title in _FIELDS], checks=checks)
    return body.encode(), found is not None


def of_catalogue(catalogue: CatalogueReader) -> Completeness | None:
    """The shares as the catalogue has counted them, None where it has not."""
    stated = catalogue.stated()
    works: Counter[str] = Counter()
    for _, type_, number in catalogue.types_by_year():
        works[type_] += number
    if works and not stated:
        return None
    rows: list[dict[str, str | int]] = [{"type": name, "works": n, **stated.get(name, {})} for name, n in works.items()]
    whole = Counter({name: sum(counts.get(name, 0) for counts in stated.values()) for name, _ in _FIELDS})
    return counted({"works": works.total(), **whole}, rows)


_ONE_WORK = re.compile(r"\?work \?type WHERE \{(.*?) OPTIONAL .*? AS \?type\) \}", re.DOTALL)


def completeness(endpoint: Endpoint) -> MadeOnce[Completeness]:
    """How complete the metadata are, counted once for each version of the data."""
    by_type, in_all = bind(load("completeness"), {}), whole_query()
    return MadeOnce(
        endpoint, lambda: counted(description.rows(endpoint, in_all)[0], description.rows(endpoint, by_type))
    )


def whole_query() -> str:
    """The query `completeness` without the types: a work of two types is one work.

    >>> "?type" in whole_query()
    False
    """
    text = _ONE_WORK.sub(r"?work WHERE {\1 }", bind(load("completeness"), {}))
    return text.replace("SELECT ?type", "SELECT").replace("GROUP BY ?type", "").replace("ORDER BY DESC(?works)", "")


def counted(whole: Mapping[str, str | int], rows: Sequence[Mapping[str, str | int]]) -> Completeness:
    """The shares of all works, and of the rows of the query `completeness`.

    >>> counted({"works": "3", "doi": "1"}, []).shares[1]
    ('DOI', 1, '33.33')
    """
    works = int(whole["works"])
    sums = {name: int(whole.get(name, 0)) for name, _ in _FIELDS}
    return Completeness(
        works,
        [(title, sums[name], _share(sums[name], works)) for name, title in _FIELDS],
        [
            (str(row["type"]), int(row["works"]), _percentages(row))
            for row in sorted(rows, key=lambda row: (-int(row["works"]), str(row["type"])))
        ],
    )


def _percentages(row: Mapping[str, str | int]) -> list[str]:
    return [f"{_whole(int(row.get(name, 0)), int(row['works']))} %" for name, _ in _FIELDS]


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.2f}".rstrip("0").rstrip(".") if whole else "0"


def _whole(part: int, whole: int) -> int:
    """Per cent, rounded so that only all are 100 and only none are 0."""
    exact = 100 * part / whole if whole else 0
    return min(99, max(1, round(exact))) if 0 < exact < 100 else round(exact)


def _operations(described: dict[str, Any], tag: str) -> list[Operation]:
    return [
        Operation(
            method.upper(),
            path,
            operation.get("summary", ""),
            operation.get("description", ""),
            tuple(_parameter(_resolved(described, one)) for one in operation.get("parameters", ())),
            tuple(_resolved(described, operation["responses"].get("200", {})).get("content", {})),
        )
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
        if tag in operation.get("tags", ())
    ]


def _parameter(stated: dict[str, Any]) -> Parameter:
    schema = stated.get("schema", {})
    type_ = schema.get("format") or schema.get("type", "")
    values = ", ".join(map(str, schema.get("enum", ())))
    text = " ".join(filter(None, (stated.get("description", ""), f"One of {values}." if values else "")))
    return Parameter(stated["name"], stated["in"], str(type_), stated.get("required", False), text)


def _resolved(described: dict[str, Any], stated: dict[str, Any]) -> dict[str, Any]:
    """What a reference within the document leads to."""
    if "$ref" not in stated:
        return stated
    found: dict[str, Any] = described
    for part in stated["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    return found
