"""A generation as tables: works, agents, contributions and what else `ontology/parquet.csv` names, as rows of JSON.

What records share comes with each of them; whoever writes a table keeps each row once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pyoxigraph

from converter import graph
from converter.publish.parquet import tables
from server.descriptions import description
from server.feeds.json_lines import StoreEndpoint, record_paths
from server.process_map import spread
from server.representations.publication_line import isbns_of, issns_of, parts_of
from server.representations.view import View
from server.representations.work import Work, identifiers_of, orcid, work

_AT_ONCE = 50
"""Records that a process is given at one time."""
_KINDS = {
    "foaf:Person": "person",
    "foaf:Organization": "organisation",
    "frapo:FundingAgency": "organisation",
    "foaf:Agent": "agent",
}
"""Class → kind of agent, the first that an agent is of."""

Row = tuple[object, ...]
Rows = Iterator[tuple[str, Row]]
"""Tables and their rows."""


def table_lines(
    generation: Path, base: str, *, folder: Path | None, processes: int = 1, note: Callable[[int], None] | None = None
) -> Iterator[dict[str, bytes]]:
    """Yield table → rows, JSON objects a line, for some records at a time; `note` hears of how many."""
    paths = record_paths(pyoxigraph.Store.read_only(str(generation)), base, folder)
    for count, found in spread(
        _lines, paths, begin=_open, stated=(str(generation), base), processes=processes, at_once=_AT_ONCE
    ):
        if note:
            note(count)
        yield found


def rows_of(view: View, address: str) -> Rows:
    """Yield the rows that a work brings to each table, values in the order of the columns."""
    one = work(view, address)
    parts = dict(zip(("journal", "book", "series"), parts_of(view, address), strict=True))
    around = {part: kind for kind, found in parts.items() for part in found}
    yield "works", _work(one, next(iter(around), ""))
    agents = _agents(view)
    for agent, kind in agents.items():
        names = (view.text(agent, name) for name in ("foaf:familyName", "foaf:givenName"))
        yield "agents", (agent, kind, view.label(agent), *names, orcid(view, agent))
    for role, held in one.roles.items():
        for position, named in enumerate(held, 1):
            yield "contributions", (address, role, position, named.name, named.address, list(named.affiliations))
    for part, kind in around.items():
        yield (
            "containers",
            (part, kind, view.text(part, "dcterms:title"), [*issns_of(view, part)], [*isbns_of(view, part)]),
        )
    for thing in (address, *agents, *around):
        for identifier in identifiers_of(view, thing):
            yield "identifiers", (thing, *identifier)
    for subject in one.subjects:
        scheme = next(iter(view.nodes(subject.address or "", "skos:inScheme")), "")
        yield "subjects", (address, subject.address, subject.text, subject.language, scheme)
    yield from _grants(view, address)
    for other in one.related:
        yield "citations", (address, other.note or other.relation, other.address, other.identifier, other.type)


def _work(one: Work, container: str) -> Row:
    known = not one.withdrawn
    return (
        one.address,
        one.kind.class_ if known else "",
        one.titles[0].text if one.titles else "",
        one.subtitles[0].text if one.subtitles else "",
        int(one.year) if one.year.isascii() and one.year.isdecimal() else None,
        "-".join(one.date),
        list(one.languages),
        list(one.publishers),
        container,
        one.journal or one.book or one.series,
        one.volume,
        one.issue,
        one.first_page,
        one.last_page,
        one.article_number,
        one.doi,
        one.handle,
        one.abstracts[0].text if one.abstracts else "",
        one.licence,
        one.access_name,
        one.link if known else "",
        one.withdrawn,
    )


def _agents(view: View) -> dict[str, str]:
    """The agents of a description, each with its kind."""
    types: dict[str, set[str]] = {}
    for statement in view.statements():
        if statement.property.text == "rdf:type" and statement.subject.address:
            types.setdefault(statement.subject.address, set()).add(statement.value.text)
    kinds = {thing: next((kind for name, kind in _KINDS.items() if name in held), "") for thing, held in types.items()}
    return {thing: kind for thing, kind in kinds.items() if kind}


def _grants(view: View, address: str) -> Rows:
    """Grants with their funders, and funders without a grant."""
    named = set()
    for award in view.nodes(address, "frapo:isFundedBy"):
        funder = next(iter(view.links(award, "frapo:hasFundingAgency")), None)
        named.add(funder.address if funder else None)
        number, title = view.text(award, "frapo:hasGrantNumber"), view.text(award, "dcterms:title")
        yield "grants", (address, award, number, title, *((funder.address, funder.text) if funder else ("", "")))
    for funder in view.links(address, "frapo:hasFundingAgency"):
        if funder.address not in named:
            yield "grants", (address, "", "", "", funder.address, funder.text)


class _Opened(NamedTuple):
    """What a process works with."""

    endpoint: StoreEndpoint
    base: str


_OPENED: list[_Opened] = []


def _open(generation: str, base: str) -> None:
    _OPENED.append(_Opened(StoreEndpoint(pyoxigraph.Store.read_only(generation), base), base))


def _lines(paths: list[str]) -> tuple[int, dict[str, bytes]]:
    (opened,) = _OPENED
    found: dict[str, list[str]] = {}
    for path in paths:
        lines = graph.ordered(description.of_record(opened.endpoint, opened.base, path), opened.base)
        view = View([*graph.parsed(lines)], opened.base)
        for table, row in rows_of(view, f"{opened.base}item/{path}"):
            found.setdefault(table, []).append(_json(table, row))
    return len(paths), {table: "".join(rows).encode() for table, rows in found.items()}


def _json(table: str, row: Row) -> str:
    """A row as a JSON object on one line; what is empty is not stated."""
    named = zip(tables()[table], row, strict=True)
    return json.dumps({column.name: value or None for column, value in named}, ensure_ascii=False) + "\n"
