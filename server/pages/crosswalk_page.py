"""The crosswalk as a table that can be searched: which field of an original record becomes which property."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request

import ontology
from server.http.base_path import root
from server.http.headers import VARY
from server.http.validated import etag, sent
from server.representations.view import short

SIZE = 100
"""Rows on a page."""
_LONGEST = 200
_NODES = {
    "self": "the work", "source": "the original record", "container": "what contains the work",
    "journal": "the journal", "manifestation": "the edition", "file": "the file", "person": "the person",
    "grant": "the grant", "role": "the role", "org": "the organisation",
}  # fmt: skip
"""Node of a row → whom its statements are about."""
_KINDS = {
    "raw": "text under its own name", "link": "address of something else", "agent": "name of a person or organisation",
    "identifier": "identifier", "string": "text without a language", "date": "date", "private": "not published",
    "fallback": "text under its own name", "relation": "related work", "text": "text in a language",
    "concept": "subject", "part": "part of another statement", "join": "part of a joined text",
    "serial": "journal or series",
    "rights": "rights or licence", "type": "type of the work", "place": "place", "container": "book or proceedings",
    "page": "pages", "status": "state of publication", "iri": "address", "grant": "grant", "funder": "funder",
    "language": "language", "type-refine": "type of the work, in detail", "org": "organisation",
    "mediatype": "file format", "collection": "collection", "statement": "funding statement", "event": "event",
    "term": "term of a list", "email": "e-mail address, not published", "title": "title", "file": "file",
    "tombstone": "reason of a withdrawal", "count": "number", "metric": "journal metric",
    "entity-type": "kind of the record", "project": "project",
}  # fmt: skip
"""Kind of a row → how its values are read, in words."""


class Shown(NamedTuple):
    """A row as the page shows it."""

    anchor: str
    field: str
    becomes: str
    about: str
    read_as: str
    note: str
    table: str
    place: str

    def holds(self, words: list[str]) -> bool:
        """Whether each of the words, in lower case, stands somewhere in the row."""
        text = f"{self.field} {self.becomes} {self.about} {self.read_as} {self.note}".lower()
        return all(word in text for word in words)


def crosswalk_blueprint(base: str) -> Blueprint:
    """`/crosswalk`, narrowed by the words of `field` and by `table`."""
    blueprint = Blueprint("crosswalk", __name__)

    @blueprint.get("/crosswalk")
    def crosswalk() -> Response:
        asked = request.args.get("field", "").strip()[:_LONGEST]
        rows, table = all_rows(base), request.args.get("table", "")
        found = [row for row in rows if (not table or row.table == table) and row.holds(asked.lower().split())]
        pages = max(1, -(-len(found) // SIZE))
        stated = request.args.get("page", "1")
        page = min(int(stated), pages) if stated.isascii() and stated.isdecimal() and 0 < len(stated) < 6 else 1
        page = max(1, page)

        def address(number: int) -> str:
            given = {"field": asked, "table": table, "page": str(number)}
            return f"{root(base)}crosswalk?{urlencode({name: one for name, one in given.items() if one})}"

        body = render_template(
            "crosswalk.html",
            asked=asked,
            table=table,
            tables=sorted({row.table for row in rows}),
            number=len(rows),
            found=len(found),
            rows=found[(page - 1) * SIZE : page * SIZE],
            page=page,
            pages=pages,
            before=address(page - 1) if page > 1 else "",
            behind=address(page + 1) if page < pages else "",
        ).encode()
        return sent(body, "text/html; charset=utf-8", etag(body), headers={"Vary": VARY})

    return blueprint


def anchor(row: ontology.Row) -> str:
    """The name of a row within the page."""
    return f"row-{row.place.removeprefix('crosswalk/').replace('.csv:', '-')}"


@lru_cache(maxsize=2)
def all_rows(base: str) -> tuple[Shown, ...]:
    """Every row of the crosswalk, in the order of the fields."""
    found = []
    for row in ontology.crosswalk().rows.values():
        names = [short(address.removeprefix("^"), base) for address in (*row.properties, row.literal) if address]
        place = row.place.removeprefix("crosswalk/")
        found.append(
            Shown(
                anchor(row),
                row.field,
                " ".join(dict.fromkeys(names)),
                _NODES.get(row.node, ""),
                _KINDS.get(row.kind, row.kind),
                row.note,
                place.partition(".csv")[0],
                place,
            )
        )
    return tuple(sorted(found, key=lambda shown: shown.field))
