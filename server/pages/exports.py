"""A result of a search in the formats of programs: rows as JSON, CSV and Atom, works as citations and Turtle."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, NamedTuple

from flask import Response, render_template, stream_with_context

from converter import graph
from converter.store.catalogue_reader import CatalogueReader, Row
from converter.store.catalogue_search import Found, Search
from server.descriptions.site import Site
from server.http.asked_form import BIBLIOGRAPHY
from server.http.headers import VARY
from server.http.languages import later
from server.http.validated import carriable
from server.pages.search_request import Searched
from server.representations.bibtex import bibtex
from server.representations.citation import STYLES, bibliography, has_styles, markdown, style_name
from server.representations.csl import csl_item
from server.representations.registry import Description
from server.representations.ris import ris

MOST = 10_000
"""Works that are sent at one time; JSON, Atom and citations in a style come in pages of `PAGE`."""
PAGE = 100
_AT_ONCE = 200


class Result(NamedTuple):
    """A result and what it is read from."""

    asked: Searched
    found: Found
    search: Search
    catalogue: CatalogueReader

    def rows(self) -> Iterator[Row]:
        """Yield the works in their order, as many as are sent at one time."""
        numbers = self.search.page(self.found, self.asked.sort, 1, MOST)
        for start in range(0, len(numbers), _AT_ONCE):
            yield from self.catalogue.rows(numbers[start : start + _AT_ONCE])

    @property
    def neighbours(self) -> dict[str, int]:
        """The numbers of the pages beside this one, by their relations."""
        behind = self.asked.page + 1 if self.asked.page * PAGE < self.found.total else 0
        return {name: number for name, number in (("prev", self.asked.page - 1), ("next", behind)) if number}

    def page(self) -> list[Row]:
        """The works of one page."""
        return self.catalogue.rows(self.search.page(self.found, self.asked.sort, self.asked.page, PAGE))


class Export(NamedTuple):
    """A format: its name, suffix, media type, what yields its parts, and whether they are those of one page."""

    name: str
    suffix: str
    media_type: str
    write: Callable[[Site, Result], Iterator[str]]
    paged: bool = False


def exported(site: Site, export: Export, result: Result) -> Response:
    """The result in a format, as it is made."""
    text = export.media_type.startswith("text/")
    parts = stream_with_context(export.write(site, result))
    response = Response(parts, content_type=export.media_type + "; charset=utf-8" * text)
    response.headers["Vary"] = VARY
    response.headers["Cache-Control"] = "public, max-age=0, must-revalidate"
    if export.paged:
        address, pages = f"{site.base}search{export.suffix}", result.neighbours
        links = [f'<{result.asked.address(address, page=number)}>; rel="{name}"' for name, number in pages.items()]
        response.headers.update({"Link": ", ".join(links)} if links else {})
    if result.found.total > (PAGE if export.paged else MOST):
        response.headers["X-Total-Count"] = str(result.found.total)
    return response


def stated(row: Row, base: str) -> dict[str, Any]:
    """A work as the formats of rows have it."""
    own = row.stated
    container = own.get("container") or ("", "")
    return {
        "item": f"{base}item/{row.path}",
        "title": row.title,
        "type": own.get("type", ""),
        "authors": [agent[1] for agent in own.get("agents", ()) if agent[0] == "author"],
        "container": container[1],
        "volume": own.get("volume", ""),
        "issue": own.get("issue", ""),
        "pages": own.get("pages", ""),
        "publisher": (own.get("publisher") or ("", ""))[1],
        "year": own.get("year"),
        "doi": own.get("ids", {}).get("doi", ""),
        "handle": own.get("ids", {}).get("handle", ""),
        "access": own.get("access", ""),
        "licence": own.get("licence", ""),
    }


def _json(site: Site, result: Result) -> Iterator[str]:
    path = f"{site.base}search.json"
    asked, total = result.asked, result.found.total
    document = {
        "q": asked.text,
        **({"shown_for": result.found.mended} if result.found.mended else {}),
        "total": total,
        "page": asked.page,
        "records": [stated(row, site.base) for row in result.page()],
        "facets": {
            facet.role: [{"id": one.address, "name": one.label, "works": one.works} for one in facet.values]
            for facet in result.search.facets(result.found)
        },
        **{name: asked.address(path, page=number) for name, number in result.neighbours.items()},
    }
    yield json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _csv(site: Site, result: Result) -> Iterator[str]:
    head = True
    for row in result.rows():
        cells = stated(row, site.base)
        cells["authors"] = "; ".join(cells["authors"])
        out = io.StringIO()
        writer = csv.DictWriter(out, list(cells))
        if head:
            writer.writeheader()
            head = False
        writer.writerow({name: _cell(value) for name, value in cells.items()})
        yield out.getvalue()


def _cell(value: object) -> object:
    """A value that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"} else value


def _atom(site: Site, result: Result) -> Iterator[str]:
    rows = []
    for row in result.page():
        held = site.archive.held(row.path) if site.archive else None
        rows.append((row, held.moment if held else "1970-01-01T00:00:00Z"))
    asked = result.asked
    path = f"{site.base}search.atom"
    yield render_template(
        "search.atom",
        asked=asked,
        total=result.found.total,
        rows=rows,
        base=site.base,
        carriable=carriable,
        own=asked.address(path, page=asked.page),
        page=asked.address(f"{site.base}search"),
        behind=asked.address(path, page=asked.page + 1) if asked.page * PAGE < result.found.total else "",
        moment=max((moment for _, moment in rows), default="1970-01-01T00:00:00Z"),
        size=PAGE,
    )


def _described(site: Site, rows: Iterable[Row]) -> Iterator[Description]:
    """Yield the description of each work, made of its archived record by the crosswalk."""
    if site.archive is None:
        return
    mapper = site.archive.mapper(site.base)
    for row in rows:
        record = site.archive.get(row.path)
        if record and not record.deleted:
            yield Description(mapper.triples(record), f"{site.base}item/{row.path}", site.base)


def _bibtex(site: Site, result: Result, *, classic: bool = False) -> Iterator[str]:
    taken = set[str]()
    for described in _described(site, result.rows()):
        yield bibtex(described.work, taken, classic=classic).decode() + "\n"


def _ris(site: Site, result: Result) -> Iterator[str]:
    yield from (ris(described.work).decode() for described in _described(site, result.rows()))


def _markdown(site: Site, result: Result) -> Iterator[str]:
    yield from (f"- {markdown(described.work).decode()}" for described in _described(site, result.rows()))


def _styled(style: str) -> Export:
    def write(site: Site, result: Result) -> Iterator[str]:
        # Each takes some milliseconds of one thread: a page of them is what a request may have.
        yield from (bibliography(described.work, style).decode() for described in _described(site, result.page()))

    return Export(style_name(style), f".{style}.txt", BIBLIOGRAPHY, write, paged=True)


def _csl(site: Site, result: Result) -> Iterator[str]:
    start = "[\n"
    for described in _described(site, result.rows()):
        yield start + json.dumps(csl_item(described.work), ensure_ascii=False)
        start = ",\n"
    yield "\n]\n" if start != "[\n" else "[]\n"


def _turtle(site: Site, result: Result) -> Iterator[str]:
    # Prefixes stand once, at the head of each document that the parts are.
    for described in _described(site, result.rows()):
        yield graph.document(described.lines, "ttl", site.base).decode() + "\n"


EXPORTS = (
    Export("CSV", ".csv", "text/csv", _csv),
    Export("BibTeX", ".bib", "application/x-bibtex", _bibtex),
    Export("BibTeX 0.99", ".classic.bib", "application/x-bibtex", partial(_bibtex, classic=True)),
    Export("RIS", ".ris", "application/x-research-info-systems", _ris),
    Export("JSON", ".json", "application/json", _json, paged=True),
    Export("CSL-JSON", ".csl.json", "application/vnd.citationstyles.csl+json", _csl),
    Export("RDF (Turtle)", ".ttl", "text/turtle", _turtle),
    Export("Markdown", ".md", "text/markdown", _markdown),
    *(_styled(style) for style in STYLES if has_styles()),
    Export(later("Atom feed"), ".atom", "application/atom+xml", _atom, paged=True),
)
"""The formats of a result, in the order in which a page offers them."""
