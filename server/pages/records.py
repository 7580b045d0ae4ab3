"""All records page by page; for people as pages, for programs as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NamedTuple

from flask import Blueprint, Response, render_template, request

from converter.mapping.engine import PROFILE
from converter.store.catalogue_reader import Row
from converter.values.terms import iri
from server.descriptions import description
from server.descriptions.paths import page_of
from server.descriptions.site import Site
from server.http.asked_form import asked_form
from server.http.base_path import root
from server.http.headers import VARY
from server.http.problems import problem
from server.pages.works import listed as one_row

SIZE = 50
"""Records on a page."""

TYPES = {".html": "text/html", ".json": "application/json"}
"""The forms of a list: suffix → media type."""

_FURTHEST = 1_000_000
_RECORDS = (
    "PREFIX dcterms: <http://purl.org/dc/terms/> PREFIX foaf: <http://xmlns.com/foaf/0.1/> "
    "SELECT ?item {{ ?record dcterms:conformsTo {profile} ; foaf:primaryTopic ?item }} "
    "ORDER BY ?item {window}"
)


class Found(NamedTuple):
    """A page of records: its number from 1, the records, whether there are more, what the catalogue has of each."""

    number: int
    rows: list[dict[str, str]]
    more: bool
    known: tuple[Row, ...] = ()


def records_blueprint(site: Site) -> Blueprint:
    """`/records` and its pages."""
    blueprint = Blueprint("records", __name__)

    @blueprint.get("/records")
    @blueprint.get(f"/records<any({', '.join(map(repr, TYPES))}):suffix>")
    def records(suffix: str = "") -> Response:
        number = _number()
        if not number:
            return _no_page()
        if number > 1:
            return Response(status=301, headers={"Location": page_of(f"{site.base}records", number) + suffix})
        return _sent(site, _all(site, number), suffix)

    @blueprint.get(f"/records/page/<int(max={_FURTHEST}):number>")
    @blueprint.get(f"/records/page/<int(max={_FURTHEST}):number><any({', '.join(map(repr, TYPES))}):suffix>")
    def page(number: int, suffix: str = "") -> Response:
        if number < 2:
            return Response(status=301, headers={"Location": f"{site.base}records{suffix}"})
        found = _all(site, number)
        if not found.rows:
            return problem(404, "Not Found", f"The list of records has no page {number}; it begins at /records.")
        return _sent(site, found, suffix)

    return blueprint


def listed(site: Site) -> Iterator[tuple[str, bytes]]:
    """Yield every page of the list of all records, in every form, each with its path."""
    for found in _pages(site):
        number = found.number
        for suffix, form in TYPES.items():
            yield page_of("records", number) + suffix, _body(site, found, form)


def _pages(site: Site) -> Iterator[Found]:
    """Yield every page; without a catalogue the records are listed by one query."""
    catalogue = site.archive.catalogue if site.archive else None
    if catalogue:
        yield from (_all(site, number) for number in range(1, max(1, -(-catalogue.total() // SIZE)) + 1))
        return
    query = _RECORDS.format(profile=iri(site.base + PROFILE), window="")
    items = [row["item"] for row in description.rows(site.endpoint, query)]
    for number in range(1, max(1, -(-len(items) // SIZE)) + 1):
        rest = items[(number - 1) * SIZE : number * SIZE + 1]
        yield Found(number, _named(site, rest[:SIZE]), len(rest) > SIZE)


def _all(site: Site, number: int) -> Found:
    """A page of records: of the catalogue, where there is one, which reads no more than it shows."""
    catalogue = site.archive.catalogue if site.archive else None
    if catalogue:
        known = tuple(catalogue.by_address(number, SIZE))
        rows = [_row(site.base, row) for row in known]
        return Found(number, rows, number * SIZE < catalogue.total(), known)
    window = f"LIMIT {SIZE + 1} OFFSET {(number - 1) * SIZE}"
    query = _RECORDS.format(profile=iri(site.base + PROFILE), window=window)
    items = [row["item"] for row in description.rows(site.endpoint, query)]
    return Found(number, _named(site, items[:SIZE]), len(items) > SIZE)


def _row(base: str, row: Row) -> dict[str, str]:
    stated = {"title": row.stated.get("title"), "year": row.stated.get("year")}
    return {"item": f"{base}item/{row.path}", **{name: str(value) for name, value in stated.items() if value}}


def _named(site: Site, items: list[str]) -> list[dict[str, str]]:
    """The records with their titles and years, in the order in which they came."""
    if not items:
        return []
    chosen = f"VALUES ?item {{ {' '.join(map(iri, items))} }}"
    known = {row["item"]: row for row in description.named(site.endpoint, chosen)}
    return [known.get(item, {"item": item}) for item in items]


def _sent(site: Site, found: Found, suffix: str = "") -> Response:
    form = TYPES.get(asked_form(TYPES, suffix) or "")
    if form is None:
        return problem(406, "Not Acceptable", f"A list of records has the types {', '.join(TYPES.values())}.")
    pages = _beside(site, found, form)
    content_type = f"{form}; charset=utf-8" if form.startswith("text/") else form
    response = Response(_body(site, found, form), content_type=content_type)
    response.headers["Vary"] = VARY
    response.headers["Cache-Control"] = "public, max-age=0, must-revalidate"
    if pages:
        response.headers["Link"] = ", ".join(f'<{address}>; rel="{rel}"' for rel, address in pages.items())
    response.add_etag()
    response.make_conditional(request)
    return response


def _body(site: Site, found: Found, form: str) -> bytes:
    pages = _beside(site, found, form)
    if form == TYPES[".html"]:
        works = [one_row(row, root(site.base)) for row in found.known]
        return render_template("records.html", found=found, works=works, pages=pages).encode()
    stated = {"page": found.number, "records": found.rows, **pages}
    return json.dumps(stated, ensure_ascii=False, indent=1).encode() + b"\n"


def _beside(site: Site, found: Found, form: str) -> dict[str, str]:
    """The addresses of the pages beside a page, by their relations; a program stays with its form."""
    suffix = "" if form == TYPES[".html"] else ".json"
    neighbours = {"prev": found.number - 1, "next": found.number + 1 if found.more else 0}
    return {
        relation: page_of(f"{site.base}records", number) + suffix for relation, number in neighbours.items() if number
    }


def _number() -> int | None:
    """The number of the page, None where it is none."""
    text = request.args.get("page") or "1"
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 and 1 <= int(text) <= _FURTHEST else None


def _no_page() -> Response:
    stated = f"The parameter page is {request.args.get('page', '')[:40]!r}; it must be a number from 1."
    return problem(400, "Bad Request", stated)
