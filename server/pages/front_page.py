"""The front page: what is here and how much, works per year, what can be browsed, what came last, how to use it."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from babel.lists import format_list
from flask import render_template

from converter.harvest.repositories import Underway
from converter.mapping.engine import PROFILE
from converter.store.catalogue import WHOLE
from converter.store.catalogue_entry import plurals
from converter.store.catalogue_reader import CatalogueReader, Row
from converter.store.reader import ArchiveReader
from converter.values.terms import iri
from queries import all_queries
from server.charts import bars
from server.descriptions import description
from server.http.base_path import root
from server.http.languages import counted, digits, gettext, later, locale, ngettext, within
from server.pages.browse import tiles
from server.pages.works import listed
from server.representations.registry import REPRESENTATIONS
from server.sparql import Endpoint

_LATEST = 5
_LISTED = 20
_ASKED = ("funders-by-output", "coauthors", "open-access-share")
"""Questions on the front page: each answers at once however many works there are."""
_PREFIXES = (
    "PREFIX dcterms: <http://purl.org/dc/terms/> PREFIX fabio: <http://purl.org/spar/fabio/> "
    "PREFIX foaf: <http://xmlns.com/foaf/0.1/> "
)


def front_page(
    endpoint: Endpoint,
    base: str,
    archive: ArchiveReader | None,
    *,
    search: bool,
    harvests: Sequence[Underway] = (),
) -> bytes:
    """The front page, from the catalogue where there is one, else from the graph; and how far harvests are."""
    catalogue = archive.catalogue if archive else None
    if catalogue is None:
        return _plain(endpoint, base)
    above, total = root(base), catalogue.total()
    this_year = datetime.datetime.now(tz=datetime.UTC).year + 1
    counts, shown = bars.grouped(catalogue.types_by_year(), this_year)
    others = total - shown
    known = {query.name: query for query in all_queries()}
    types = catalogue.top("type", 4)
    return render_template(
        "front.html",
        total=total,
        sentence=_sentence(total, [(one.label, one.works) for one in types]),
        figures=_figures(catalogue, above, search=search),
        chart=bars.by_year(
            "years",
            gettext("Works by year of publication and type"),
            counts,
            height=220,
            note=_note(counts, others),
            link=f"{above}search?year={{}}" if search else "",
        ),
        tiles=tiles(catalogue, above) if search else [],
        years=catalogue.span() if search else None,
        latest=[listed(row, above) for row in catalogue.latest(_LATEST)],
        published=[listed(row, above) for row in _published(catalogue, this_year)],
        examples=_examples(catalogue, above) if search else [],
        asked=[known[name] for name in _ASKED if name in known],
        number_asked=len(known),
        harvests=harvests,
        base=base,
    ).encode()


def _published(catalogue: CatalogueReader, last: int) -> list[Row]:
    """The works of the newest years that have come."""
    whole = catalogue.thing(WHOLE)
    rows = catalogue.works(whole.id, 1, 4 * _LATEST) if whole else []
    return [row for row in rows if row.stated.get("year") and row.stated["year"] <= last][:_LATEST]


def _sentence(total: int, types: list[tuple[str, int]]) -> str:
    """How many works of which types there are.

    >>> _sentence(5, [("Article", 2), ("Data set", 1)])
    '5 works: 2 articles, 1 data set and 2 others, each linked to its authors, journal, subjects and funders.'
    """
    if not total:
        return gettext("Nothing has been loaded.")
    stated = [f"{digits(number)} {_of_type(name, number)}" for name, number in types]
    if others := total - sum(number for _, number in types):
        stated.append(ngettext("%(n)s other", "%(n)s others", others))
    kinds = format_list(stated, locale=locale()) if stated else ""
    return gettext(
        "%(works)s: %(kinds)s, each linked to its authors, journal, subjects and funders.",
        works=counted(total, "work"),
        kinds=kinds,
    )


def _of_type(name: str, number: int) -> str:
    return within(gettext(name if number == 1 else plurals()[name]))


def _figures(catalogue: CatalogueReader, above: str, *, search: bool) -> list[tuple[str, int, str]]:
    stated = [
        ((later("work"), later("works")), catalogue.total(), "search?sort=newest"),
        ((later("author"), later("authors")), catalogue.number("author"), "browse/authors"),
        ((later("journal"), later("journals")), catalogue.number("journal"), "browse/journals"),
        ((later("subject"), later("subjects")), catalogue.number("subject"), "browse/subjects"),
        ((later("funder"), later("funders")), catalogue.number("funder"), "browse/funders"),
    ]
    return [
        (gettext(names[number != 1]), number, above + path if search else "")
        for names, number, path in stated
        if number
    ][:4]


def _note(counts: dict[int, dict[str, int]], others: int) -> str:
    if not counts:
        return ""
    span_ = gettext("%(first)s to %(last)s", first=min(counts), last=max(counts))
    if not others:
        return span_
    rest = ngettext("%(n)s work is older or has no year", "%(n)s works are older or have no year", others)
    return f"{span_}; {rest}"


def _examples(catalogue: CatalogueReader, above: str) -> list[tuple[str, str]]:
    """Searches that find something here: a subject and a journal with many works."""
    found = [*catalogue.top("subject", 1), *catalogue.top("journal", 1)]
    return [(one.label, above + one.address) for one in found]


def _plain(endpoint: Endpoint, base: str) -> bytes:
    described = f"?record dcterms:conformsTo {iri(base + PROFILE)}"
    counted = description.rows(endpoint, f"{_PREFIXES} SELECT (COUNT(*) AS ?records) WHERE {{ {described} }}")
    # A few are chosen first and named then: the page costs the same with a hundred thousand records.
    # A year that has not come is one of another calendar, and is not the newest.
    latest = datetime.datetime.now(tz=datetime.UTC).year + 1
    dated = f'?item fabio:hasPublicationYear ?y FILTER(STR(?y) <= "{latest}")'
    undated = f"{described} ; foaf:primaryTopic ?item . FILTER NOT EXISTS {{ ?item fabio:hasPublicationYear ?y }}"
    works = description.named(endpoint, f"SELECT ?item ?y WHERE {{ {dated} }} ORDER BY DESC(?y) ?item LIMIT {_LISTED}")
    if len(works) < _LISTED:
        works += description.named(endpoint, f"SELECT ?item WHERE {{ {undated} }} LIMIT {_LISTED - len(works)}")
    works.sort(key=lambda row: row.get("year", ""), reverse=True)
    records = int(counted[0]["records"]) if counted else 0
    return render_template("front_plain.html", records=records, works=works, base=base, forms=REPRESENTATIONS).encode()
