"""Search: a result with facets for people, and the same result as JSON, CSV, Atom, BibTeX, RIS, CSL-JSON and Turtle."""

from __future__ import annotations

import json
from typing import NamedTuple

from flask import Blueprint, Response, render_template, request

from converter.store.catalogue_reader import CatalogueReader, Row, Thing
from converter.store.catalogue_search import FACETS, Found, Search
from server.descriptions.site import Site
from server.http.asked_form import BIBLIOGRAPHY, asked_form, parameter, style_in
from server.http.base_path import root
from server.http.headers import VARY
from server.http.languages import VARY_OF_PAGES, counted, gettext, language, language_name, later
from server.http.problems import problem
from server.http.validated import REVALIDATED, etag, sent
from server.pages.exports import EXPORTS, Result, exported
from server.pages.no_index import no_index
from server.pages.search_request import Searched, WrongSearch, page_links, searched, years_in_words
from server.pages.things import WORDS
from server.pages.works import listed

SIZE = 20
"""Works on a page of a result."""

_MORE = 100
"""Values of a facet that is shown in full."""
_OPEN = frozenset({"type", "author", "subject", "journal", "access"})
_NAMES = {
    "type": (later("Type"), later("types")),
    "author": (later("Author"), later("authors")),
    "subject": (later("Subject"), later("subjects")),
    "journal": (later("Journal"), later("journals")),
    "publisher": (later("Publisher"), later("publishers")),
    "funder": (later("Funder"), later("funders")),
    "organisation": (later("Organisation"), later("organisations")),
    "language": (later("Language"), later("languages")),
    "access": (later("Access"), later("access rights")),
    "licence": (later("Licence"), later("licences")),
    "collection": (later("Collection"), later("collections")),
    "repository": (later("Repository"), later("repositories")),
}
_FORMS = {".html": "text/html"} | {one.suffix: one.media_type for one in EXPORTS}
_SORTED = {
    "relevance": later("Relevance"),
    "newest": later("Newest first"),
    "oldest": later("Oldest first"),
    "title": later("Title"),
}


class Choice(NamedTuple):
    """A value of a facet: its name, the number of works, the address of the result with it (or without it)."""

    label: str
    works: int
    link: str
    chosen: bool


class Filter(NamedTuple):
    """A facet as a page shows it."""

    role: str
    title: str
    choices: tuple[Choice, ...]
    more: str
    more_link: str
    open: bool


class YearBar(NamedTuple):
    """A year of the histogram: place and width in per cent, upper end and height in pixels, what it says."""

    year: int
    x: str
    slot: str
    inner: str
    width: str
    y: str
    height: str
    title: str
    link: str
    chosen: bool


def search_blueprint(site: Site) -> Blueprint:
    """`/search` and `/suggest.json`, where there is a catalogue."""
    blueprint = Blueprint("search", __name__)

    @blueprint.get("/search")
    @blueprint.get(f"/search<any({', '.join(repr(one.suffix) for one in EXPORTS)}):suffix>")
    def search(suffix: str = "") -> Response:
        if site.archive is None or site.archive.catalogue is None or site.archive.searches is None:
            return no_index(site, "search")
        try:
            asked = searched(request.args)
        except WrongSearch as fault:
            return problem(400, "Bad Request", str(fault))
        return _answer(site, site.archive.catalogue, site.archive.searches, asked, suffix)

    @blueprint.get("/suggest.json")
    def suggest() -> Response:
        catalogue = site.archive.catalogue if site.archive else None
        text = request.args.get("q", "")[:100]
        found = catalogue.suggested(text) if catalogue else []
        stated = [
            {
                "name": thing.label,
                "kind": role,
                "works": thing.works,
                "address": f"{root(site.base)}{thing.address}",
                "said": f"{_name(role)}, {counted(thing.works, 'work')}",
            }
            for thing, role in found
            if page_address(thing, role, "")
        ]
        return sent(
            json.dumps(stated, ensure_ascii=False).encode(),
            "application/json",
            etag("suggest", stated),
            headers={"Vary": ", ".join(VARY_OF_PAGES)},
        )

    return blueprint


def label_of(thing: Thing) -> str:
    """What a thing is called on a page: types, languages and rights of access in the language of the page."""
    folder, _, name = thing.address.partition("/")
    if folder == "language":
        return language_name(name)
    return gettext(thing.label) if folder in {"type", "access"} else thing.label


def page_address(thing: Thing, role: str, above: str) -> str:
    """Where a thing has a page: of its own, or else the search for its works."""
    if role in {"type", "language", "access", "licence", "repository", "set"}:
        return Searched("", ((role, thing.address),), "", "", 1, "").address(f"{above}search")
    return above + thing.address


def _answer(site: Site, catalogue: CatalogueReader, search: Search, asked: Searched, suffix: str) -> Response:
    chosen = asked_form(_FORMS, suffix)
    if chosen and not suffix and _FORMS[chosen] == BIBLIOGRAPHY:
        style = style_in(parameter() or request.headers.get("Accept", ""))
        chosen = chosen if not style else f".{style}.txt" if f".{style}.txt" in _FORMS else None
    if chosen is None:
        return problem(406, "Not Acceptable", f"A result has the types {', '.join(dict.fromkeys(_FORMS.values()))}.")
    export = next((one for one in EXPORTS if one.suffix == chosen), None)
    above = root(site.base)
    if not export and asked.page == 1 and not asked.filters and (straight := _straight(catalogue, asked.text)):
        return _redirect(above + straight)
    found = search.find(asked.wanted)
    if export:
        return exported(site, export, Result(asked, found, search, catalogue))
    tag = etag("search", language(), catalogue.version(), site.endpoint.version, request.query_string)
    if request.if_none_match.contains_weak(tag):
        return sent(b"", "text/html; charset=utf-8", tag)
    page = search.page(found, asked.sort, asked.page, SIZE)
    body = _page(site, catalogue, search, asked, found, catalogue.rows(page))
    return sent(body.encode(), "text/html; charset=utf-8", tag, REVALIDATED, {"Vary": VARY})


def _straight(catalogue: CatalogueReader, text: str) -> str:
    """The address below the base of the one thing that has the text for an identifier; empty where it is not one."""
    if len(text) < 7 or not any(letter.isdigit() for letter in text):
        return ""
    found = catalogue.identified(text)
    return found[0] if len(found) == 1 else ""


def _redirect(address: str) -> Response:
    response = Response(status=302, headers={"Location": address})
    response.headers["Cache-Control"] = "no-store"
    return response


def _page(
    site: Site, catalogue: CatalogueReader, search: Search, asked: Searched, found: Found, rows: list[Row]
) -> str:
    path = f"{root(site.base)}search"
    labels = {pair: _label(catalogue, pair[1]) for pair in asked.filters}
    last = max(1, -(-found.total // SIZE))
    words = found.wanted.words
    sort = asked.sort or ("relevance" if words else "newest")
    meant = [(thing, role) for thing, role in catalogue.suggested(asked.text, 3) if page_address(thing, role, "")]
    return render_template(
        "search.html",
        asked=asked,
        found=found,
        works=[listed(row, root(site.base), words) for row in rows],
        filters=_filters(path, search, asked, found),
        years=_years(path, search, asked, found),
        chips=[(_name(role), labels[role, value], asked.without(path, role, value)) for role, value in asked.filters]
        + ([(gettext("Year"), years_in_words(asked.years), asked.address(path, years=""))] if asked.years else []),
        cleared=asked.address(path, filters=(), years=""),
        as_typed=asked.text,
        sorts={name: gettext(text) for name, text in _SORTED.items() if words or name != "relevance"},
        sort=sort,
        exports=[(one.name, asked.address(path + one.suffix)) for one in EXPORTS],
        feed=asked.address(f"{path}.atom"),
        pages=[(number, asked.address(path, page=number)) for number in page_links(asked.page, last)],
        last=last,
        before=asked.address(path, page=asked.page - 1) if asked.page > 1 else "",
        behind=asked.address(path, page=asked.page + 1) if asked.page < last else "",
        meant=[(_name(role), thing, page_address(thing, role, root(site.base))) for thing, role in meant],
        first=(asked.page - 1) * SIZE + 1,
    )


def _name(role: str) -> str:
    if role in _NAMES:
        return gettext(_NAMES[role][0])
    return gettext("Linked with") if role == "thing" else gettext(WORDS[role])


def _label(catalogue: CatalogueReader, address: str) -> str:
    thing = catalogue.thing(address)
    return label_of(thing) if thing else address


def _filters(path: str, search: Search, asked: Searched, found: Found) -> list[Filter]:
    chosen = set(asked.filters)
    facets = search.facets(found)
    if asked.more:
        whole = search.facets(found, _MORE, (asked.more,))
        facets = [next((one for one in whole if one.role == facet.role), facet) for facet in facets]
    return [
        Filter(
            facet.role,
            gettext(_NAMES[facet.role][0]),
            tuple(
                Choice(
                    label_of(value),
                    value.works,
                    asked.without(path, facet.role, value.address)
                    if (facet.role, value.address) in chosen
                    else asked.narrowed(path, facet.role, value.address),
                    (facet.role, value.address) in chosen,
                )
                for value in facet.values
            ),
            gettext("More %(things)s", things=gettext(_NAMES[facet.role][1]))
            if facet.more and facet.role != asked.more
            else "",
            asked.address(path, more=facet.role),
            facet.role in _OPEN or any(role == facet.role for role, _ in chosen),
        )
        for facet in sorted(facets, key=lambda one: FACETS.index(one.role))
    ]


def _years(path: str, search: Search, asked: Searched, found: Found) -> list[YearBar]:
    """The histogram of the years; it is that of the whole result where years are chosen, so that others can be."""
    shown = search.find(asked._replace(years="").wanted) if asked.years else found
    counts = search.years(shown)
    if not counts:
        return []
    first, last = counts[0][0], counts[-1][0]
    if last - first > 80:
        # A few misprinted or very old years must not press all others into one bar.
        first = max(first, last - 80)
        counts = [pair for pair in counts if pair[0] >= first]
    most, slot = max(works for _, works in counts), 100 / (last - first + 1)
    wanted = asked.wanted
    low, high = wanted.first or 0, wanted.last or 9999
    return [
        YearBar(
            year,
            f"{(year - first) * slot:.2f}%",
            f"{slot:.2f}%",
            f"{(year - first) * slot + slot * 0.1:.2f}%",
            f"{slot * 0.8:.2f}%",
            f"{64 - max(1.5, 62 * works / most):.2f}",
            f"{max(1.5, 62 * works / most):.2f}",
            f"{year}: {counted(works, 'work')}",
            asked.address(path, years=str(year)),
            low <= year <= high,
        )
        for year, works in counts
    ]
