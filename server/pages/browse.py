"""Browsing: names from A to Z, the most frequent ones, years and types; the pages of names without an identifier."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request

from converter.store.catalogue import WHOLE
from converter.store.catalogue_reader import CatalogueReader, Thing
from converter.values.lookup import sort_key
from server.charts import bars
from server.descriptions.site import Site
from server.http.base_path import root
from server.http.headers import VARY
from server.http.languages import gettext, language, later
from server.http.problems import problem
from server.http.validated import REVALIDATED, etag, sent
from server.pages import things
from server.pages.no_index import no_index
from server.pages.search import page_address
from server.pages.search_request import Searched

SIZE = 60
"""Names on a page."""

_LONGEST = 200
_NARROWER = 60
"""Narrower subjects of one that a page names."""
_COLLECTIONS = 2_000
"""Collections that one page shows as a tree."""
_FURTHEST = 500


class Kind(NamedTuple):
    """What can be browsed: its name in the address, the role of its things, its title, what a tile says of it."""

    name: str
    role: str
    title: str
    said: str


KINDS = {
    kind.name: kind
    for kind in (
        Kind("authors", "author", later("Authors"), later("From A to Z, with or without an identifier")),
        Kind("journals", "journal", later("Journals"), later("By title or by number of works")),
        Kind("publishers", "publisher", later("Publishers"), later("By name or by number of works")),
        Kind("subjects", "subject", later("Subjects"), later("Headings and keywords")),
        Kind("funders", "funder", later("Funders"), later("With their grants")),
        Kind("organisations", "organisation", later("Organisations"), later("Affiliations of authors")),
        Kind("collections", "collection", later("Collections"), later("As the repository divides its works")),
        Kind("series", "series", later("Series"), later("Book and report series")),
        Kind("editors", "editor", later("Editors"), later("From A to Z")),
        Kind("supervisors", "supervisor", later("Supervisors"), later("Of theses, from A to Z")),
        Kind("grants", "grant", later("Grants"), later("By number")),
        Kind("types", "type", later("Types"), later("Articles, theses, data sets …")),
        Kind("languages", "language", later("Languages"), later("Languages of the works")),
        Kind("licences", "licence", later("Licences"), later("What may be done with the works")),
        Kind("sets", "set", later("Sets"), later("As the repositories group their records")),
        Kind("repositories", "repository", later("Repositories"), later("Where the records come from")),
    )
}
"""What can be browsed, in the order of the tiles."""


SCHEMES = {
    "mesh": later("MeSH headings"),
    "mesh-qualifier": later("MeSH qualifiers"),
    "keyword": later("Keywords"),
    "lcsh": later("Library of Congress Subject Headings"),
    "lcc": later("Library of Congress Classification"),
    "ddc": later("Dewey Decimal Classification"),
    "udc": later("Universal Decimal Classification"),
    "fos": later("Fields of science"),
    "jel": later("JEL classification"),
    "ipc": later("International Patent Classification"),
    "yso": later("General Finnish Ontology"),
    "sdg": later("Sustainable Development Goals"),
    "discipline": later("Disciplines"),
    "classification": later("Classification"),
    "other": later("Other subjects"),
}
"""The part of an address that names a scheme of subjects → what people call it."""


class Branch(NamedTuple):
    """A thing of a tree: its name, its page, how many works there are, what is below it."""

    label: str
    link: str
    works: int
    below: tuple[Branch, ...] = ()


def scheme_name(scheme: str) -> str:
    """What a scheme of subjects is called.

    >>> scheme_name("keyword"), scheme_name("local-terms")
    ('Keywords', 'Local terms')
    """
    return gettext(SCHEMES[scheme]) if scheme in SCHEMES else scheme.replace("-", " ").capitalize()


def browse_blueprint(site: Site) -> Blueprint:
    """`/browse`, `/browse/KIND` and `/name/NAME`, where there is a catalogue."""
    blueprint = Blueprint("browse", __name__)

    def catalogue() -> CatalogueReader | None:
        return site.archive.catalogue if site.archive else None

    @blueprint.get("/browse")
    def overview() -> Response:
        known = catalogue()
        if known is None:
            return no_index(site, "lists of names, subjects and years")
        tag = etag("browse", language(), known.version())
        return _sent(render_template("browse.html", tiles=tiles(known, root(site.base)), years=known.span()), tag)

    @blueprint.get("/browse/years")
    def years() -> Response:
        known = catalogue()
        return _years(site, known) if known else no_index(site, "lists of names, subjects and years")

    @blueprint.get("/browse/<name>")
    def names(name: str) -> Response:
        known = catalogue()
        if known is None:
            return no_index(site, "lists of names, subjects and years")
        if name not in KINDS:
            return problem(
                404, "Not Found", f"There is nothing to browse at /browse/{name[:80]}; /browse lists it all."
            )
        return _names(site, known, KINDS[name])

    @blueprint.get("/name/<name>")
    def named(name: str) -> Response:
        known = catalogue()
        if known is None:
            return no_index(site, "pages of names without an identifier")
        thing = known.thing(f"name/{name}")
        if thing is None:
            return problem(404, "Not Found", f"No work here has the name /name/{name[:80]}.")
        tag = etag("name", language(), known.version(), name)
        stated = things.about(known, thing, root(site.base))
        return _sent(render_template("name.html", stated=stated), tag)

    return blueprint


def tiles(catalogue: CatalogueReader, above: str) -> list[tuple[Kind, int, str]]:
    """What can be browsed here, with the number of things and the address."""
    counted = ((kind, catalogue.number(kind.role)) for kind in KINDS.values())
    return [(kind, number, f"{above}browse/{kind.name}") for kind, number in counted if number]


def _names(site: Site, catalogue: CatalogueReader, kind: Kind) -> Response:
    start, after = request.args.get("from", "")[:_LONGEST], request.args.get("after", "0")
    page = request.args.get("page", "1")
    if (
        not all(one.isascii() and one.isdigit() and len(one) < 12 for one in (after, page))
        or not 1 <= int(page) <= _FURTHEST
    ):
        return problem(400, "Bad Request", "after and page are numbers; follow the links of the page.")
    above, path = root(site.base), f"{root(site.base)}browse/{kind.name}"
    schemes = catalogue.schemes() if kind.role == "subject" else []
    scheme = request.args.get("scheme", "")
    role = f"subject/{scheme}" if f"subject/{scheme}" in dict(schemes) else kind.role
    given = {"scheme": scheme} if role != kind.role else {}
    by_works = request.args.get("sort") == "works"
    if by_works:
        found = catalogue.top(role, SIZE + 1, (int(page) - 1) * SIZE)
        behind = f"{path}?{urlencode({**given, 'sort': 'works', 'page': int(page) + 1})}"
    else:
        key = "{" if start == "*" else sort_key(start)
        found = catalogue.browse(role, key, int(after) if start else 0, SIZE + 1)
        last = found[SIZE - 1] if len(found) > SIZE else None
        behind = f"{path}?{urlencode({**given, 'from': sort_key(last.label), 'after': last.id})}" if last else ""
    number = catalogue.number(role)
    as_tree = kind.role in _TREES and number <= _COLLECTIONS and not (start or by_works)
    body = render_template(
        "names.html",
        kind=kind,
        number=number,
        letters=[(one, f"{path}?{urlencode({**given, 'from': one.lower()})}") for one in catalogue.letters(role)],
        start=start,
        by_works=by_works,
        path=path,
        given=given,
        scheme=scheme_name(scheme) if given else "",
        schemes=[
            (
                scheme_name(name.partition("/")[2]),
                things,
                f"{path}?{urlencode({'scheme': name.partition('/')[2]})}",
                name == role,
            )
            for name, things in schemes
        ],
        values=bars.shares([(one.label, _page(one, kind.role, above), one.works) for one in found[:SIZE]]),
        tree=_TREES[kind.role](catalogue, above)
        if as_tree
        else [_narrower(catalogue, one, above) for one in found[:SIZE]]
        if given
        else [],
        behind=behind if len(found) > SIZE and not as_tree else "",
    )
    return _sent(body, etag("names", language(), catalogue.version(), request.query_string, kind.name))


def _narrower(catalogue: CatalogueReader, subject: Thing, above: str) -> Branch:
    """A subject with what is narrower: a heading with its qualifiers."""
    start = f"{subject.address}/"
    below = [
        Branch(one.label.removeprefix(f"{subject.label}/"), above + one.address, one.works)
        for one in catalogue.below(start, _NARROWER)
        if "/" not in one.address.removeprefix(start)
    ]
    return Branch(subject.label, above + subject.address, subject.works, tuple(below))


def _collections(catalogue: CatalogueReader, above: str) -> list[Branch]:
    """The collections, those of each repository under its name where there are several."""
    groups: dict[str, list[Branch]] = {}
    for one in sorted(catalogue.below("collection/", _COLLECTIONS), key=lambda one: sort_key(one.label)):
        owner = one.address.split("/")[1]
        groups.setdefault(owner, []).append(Branch(one.label, above + one.address, one.works))
    if len(groups) < 2:
        return [one for group in groups.values() for one in group]
    return [
        # A handle's prefix has points where its address has hyphens.
        Branch(owner.replace("-", ".") if owner.replace("-", "").isdecimal() else owner, "", 0, tuple(group))
        for owner, group in sorted(groups.items())
    ]


def _sets(catalogue: CatalogueReader, above: str) -> list[Branch]:
    """The sets of OAI-PMH, each with those below it; where there are several repositories, under the name of each."""
    owners: dict[str, list[tuple[list[str], Thing]]] = {}
    for one in catalogue.below("set/", _COLLECTIONS):
        _, owner, spec = one.address.split("/", 2)
        owners.setdefault(owner, []).append((spec.split(":"), one))
    groups = {owner: _nested(sets, above) for owner, sets in owners.items()}
    if len(groups) < 2:
        return [one for group in groups.values() for one in group]
    names = {owner: catalogue.thing(f"repository/{owner}") for owner in groups}
    return [Branch(thing.label if thing else owner, "", 0, tuple(groups[owner])) for owner, thing in names.items()]


def _nested(sets: Sequence[tuple[Sequence[str], Thing]], above: str, depth: int = 1) -> list[Branch]:
    """Sets, each by the parts of its setSpec, as a tree from a depth on."""
    by_part: dict[str, list[tuple[Sequence[str], Thing]]] = {}
    for parts, thing in sets:
        by_part.setdefault(parts[depth - 1], []).append((parts, thing))
    found = []
    for part, group in by_part.items():
        own = next((thing for parts, thing in group if len(parts) == depth), None)
        below = _nested([one for one in group if len(one[0]) > depth], above, depth + 1)
        if own is None:
            found.append(Branch(part, "", 0, tuple(below)))
            continue
        # Without a name of its own a set is called by its setSpec, of which the last part is enough in a tree.
        label = part if own.label == own.address.split("/", 2)[2] else own.label
        found.append(Branch(label, _page(own, "set", above), own.works, tuple(below)))
    return sorted(found, key=lambda one: sort_key(one.label))


_TREES = {"collection": _collections, "set": _sets}
"""Roles whose things one page shows as a tree → what makes it."""


def _page(thing: Thing, role: str, above: str) -> str:
    return page_address(thing, role, above)


def _years(site: Site, catalogue: CatalogueReader) -> Response:
    whole = catalogue.thing(WHOLE)
    counts = catalogue.years(whole.id) if whole else []
    above = root(site.base)
    stated = [(year, works, Searched("", (), str(year), "", 1, "").address(f"{above}search")) for year, works in counts
            if year is not None]  # fmt: skip
    undated = sum(works for year, works in counts if year is None)
    body = render_template("years.html", years=stated, undated=undated)
    return _sent(body, etag("years", language(), catalogue.version()))


def _sent(body: str, tag: str) -> Response:
    return sent(body.encode(), "text/html; charset=utf-8", tag, REVALIDATED, {"Vary": VARY})
