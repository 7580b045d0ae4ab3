"""Records found by their words, and all records page by page; for people as pages, for programs as JSON."""

from __future__ import annotations

import json
from typing import NamedTuple
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request

from converter.mapping import PROFILE
from converter.values.terms import iri
from server.negotiate import choose
from server.problems import VARY, problem
from server.site import description
from server.site.documents import Site

SIZE = 50
"""Records on a page."""

_TYPES = ("text/html", "application/json")
_LONGEST = 500
_FURTHEST = 1_000_000
_RECORDS = (
    "PREFIX dcterms: <http://purl.org/dc/terms/> PREFIX foaf: <http://xmlns.com/foaf/0.1/> "
    "SELECT ?item {{ ?record dcterms:conformsTo {profile} ; foaf:primaryTopic ?item }} "
    "ORDER BY ?item LIMIT {limit} OFFSET {offset}"
)


class Found(NamedTuple):
    """A page of records: what was looked for, its number from 1, the records, and whether there are more."""

    words: str
    number: int
    rows: list[dict[str, str]]
    more: bool


def finding_blueprint(site: Site) -> Blueprint:
    """`/records`, and `/search` where there is an archive with an index of words."""
    blueprint = Blueprint("finding", __name__)

    @blueprint.get("/records")
    def records() -> Response:
        number = _number()
        return _sent(site, "records", _all(site, number)) if number else _no_page()

    @blueprint.get("/search")
    def search() -> Response:
        number, words = _number(), request.args.get("q", "")
        if not number:
            return _no_page()
        if len(words) > _LONGEST:
            told = f"The parameter q has {len(words)} characters; ask with {_LONGEST} at the most."
            return problem(400, "Bad Request", told)
        if site.archive is None:
            return problem(404, "Not Found", "This site has no index of words; ask by SPARQL at /sparql.")
        return _sent(site, "search", _by_words(site, words, number))

    return blueprint


def _all(site: Site, number: int) -> Found:
    query = _RECORDS.format(profile=iri(site.base + PROFILE), limit=SIZE + 1, offset=(number - 1) * SIZE)
    items = [row["item"] for row in description.rows(site.endpoint, query)]
    return Found("", number, _named(site, items[:SIZE]), len(items) > SIZE)


def _by_words(site: Site, words: str, number: int) -> Found:
    """The records with all of these words, the best first."""
    if site.archive is None:
        raise TypeError("words are looked for in an archive")
    paths = site.archive.search(words, SIZE + 1, (number - 1) * SIZE)
    return Found(words, number, _named(site, [f"{site.base}item/{path}" for path in paths[:SIZE]]), len(paths) > SIZE)


def _named(site: Site, items: list[str]) -> list[dict[str, str]]:
    """The records with their titles and years, in the order in which they came."""
    if not items:
        return []
    chosen = f"VALUES ?item {{ {' '.join(map(iri, items))} }}"
    known = {row["item"]: row for row in description.named(site.endpoint, chosen)}
    return [known.get(item, {"item": item}) for item in items]


def _sent(site: Site, name: str, found: Found) -> Response:
    form = choose(request.headers.get("Accept"), _TYPES)
    if form is None:
        return problem(406, "Not Acceptable", f"A list of records has the types {', '.join(_TYPES)}.")
    neighbours = {"prev": found.number - 1, "next": found.number + 1 if found.more else 0}
    pages = {rel: _address(site.base, name, found.words, number) for rel, number in neighbours.items() if number}
    if form == "application/json":
        told = {"words": found.words, "page": found.number, "records": found.rows, **pages}
        body = json.dumps(told, ensure_ascii=False, indent=1) + "\n"
        response = Response(body, content_type=form)
    else:
        page = render_template("found.html", found=found, pages=pages, name=name)
        response = Response(page, content_type="text/html; charset=utf-8")
    response.headers["Vary"] = VARY
    response.headers["Cache-Control"] = "public, max-age=0, must-revalidate"
    if pages:
        response.headers["Link"] = ", ".join(f'<{address}>; rel="{rel}"' for rel, address in pages.items())
    response.add_etag()
    response.make_conditional(request)
    return response


def _address(base: str, name: str, words: str, number: int) -> str:
    return f"{base}{name}?" + urlencode({**({"q": words} if words else {}), "page": number})


def _number() -> int | None:
    """The number of the page, None where it is none."""
    text = request.args.get("page") or "1"
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 and 1 <= int(text) <= _FURTHEST else None


def _no_page() -> Response:
    told = f"The parameter page is {request.args.get('page', '')[:40]!r}; it must be a number from 1."
    return problem(400, "Bad Request", told)
