"""What the page of a thing that works share (journal, person, subject …) shows, and that of a name."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import quote

from converter.store.catalogue_reader import CatalogueReader, Near, Row, Thing
from server.charts import bars
from server.charts.bars import Chart
from server.http.languages import counted, gettext, later, ngettext
from server.pages.network import Network, around
from server.pages.search_request import Searched
from server.pages.works import Listed, listed

SHOWN = 20
"""Works on the first view of a thing."""
_RANKED = 8
_DRAWN = 12
"""Neighbours that a picture shows."""
_AMONG = 500
"""The newest works of a thing that its lists of subjects, authors and co-authors are made of."""
WORDS = {
    "author": later("Author"),
    "editor": later("Editor"),
    "supervisor": later("Supervisor"),
    "contributor": later("Contributor"),
    "publisher": later("Publisher"),
    "funder": later("Funder"),
    "organisation": later("Affiliation"),
    "journal": later("Published in it"),
    "series": later("In the series"),
    "book": later("Part of it"),
    "subject": later("Subject"),
    "grant": later("Grant"),
    "place": later("Place"),
    "collection": later("Collection"),
    "other": later("Linked otherwise"),
    "set": later("Set"),
}
"""Role → how a list names it."""
_BESIDE = {
    "person": ("subject", "journal", "publisher", "funder"),
    "name": ("subject", "journal", "publisher"),
    "journal": ("author", "subject", "funder"),
    "org": ("author", "subject", "journal"),
    "subject": ("author", "journal", "funder"),
    "grant": ("author", "funder"),
    "collection": ("author", "subject", "journal"),
}
_TITLES = {
    "author": later("Most frequent authors"),
    "subject": later("Subjects"),
    "journal": later("Published in"),
    "publisher": later("Publishers"),
    "funder": later("Funders"),
}
_PEOPLE = frozenset({"person", "name"})


class Ranked(NamedTuple):
    """Things that stand together with one in a role, by the works they share: label, link, number, bar in per cent."""

    role: str
    title: str
    values: list[tuple[str, str, int, str]]


class Volume(NamedTuple):
    """A volume of a journal with its issues."""

    label: str
    link: str
    works: int
    issues: tuple[tuple[str, str, int], ...]


class About(NamedTuple):
    """What the catalogue says of a thing, as its page shows it."""

    thing: Thing
    folder: str
    first: int | None
    last: int | None
    works: list[Listed]
    roles: list[tuple[str, int, str]]
    chart: Chart | None
    network: Network | None
    partners: list[tuple[str, str, int, str]]
    beside: list[Ranked]
    narrower: list[tuple[str, str, int, str]]
    names: list[tuple[str, int]]
    volumes: list[Volume]
    all_works: str
    limited: bool
    namesakes: list[tuple[str, str, int]]


def about(
    catalogue: CatalogueReader, thing: Thing, root: str, rows: list[Row] | None = None, *, search: bool = True
) -> About:
    """What the page of a thing shows; `rows` are the works of another page than the first.

    `search` says that there are pages of names and results to lead to.
    """
    folder = thing.address.partition("/")[0]
    years = [(year, works) for year, works in catalogue.years(thing.id) if year is not None]
    roles = catalogue.roles(thing.id)
    link = _Links(root, search=search)
    people = folder in _PEOPLE
    role = "author" if people else "subject" if folder == "subject" else ""
    near = catalogue.near(thing.id, _AMONG)
    partners = _together(near, thing, role, 24) if role else []
    drawn = partners[:_DRAWN]
    places = {one.id: place for place, one in enumerate(drawn)}
    ties = near.ties([*places]) if len(drawn) > 1 else []
    found = catalogue.works(thing.id, 1, SHOWN) if rows is None else rows
    return About(
        thing=thing,
        folder=folder,
        first=years[-1][0] if years else None,
        last=years[0][0] if years else None,
        works=[listed(row, root, qualifiers=_qualifiers(row, thing, people=people)) for row in found],
        roles=[
            (gettext(WORDS.get(role, role.capitalize())), works, link.role(role, thing))
            for role, works in roles.items()
        ],
        chart=bars.by_year(
            "years",
            gettext("Works per year"),
            {year: {"": works} for year, works in years if year is not None},
            link=f"{root}search?thing={quote(thing.address, safe='')}&year={{}}" if search else "",
        ),
        network=around(
            thing.label,
            [(one.label, link.page(one), one.works, _known(one)) for one in drawn],
            [(places[one], places[other], works) for one, other, works in ties],
        ),
        partners=bars.shares([(one.label, link.page(one), one.works) for one in partners]),
        beside=_beside(near, thing, folder, link),
        narrower=_narrower(catalogue, thing, link) if folder == "subject" else [],
        names=catalogue.names(thing.id),
        volumes=_volumes(catalogue, thing, root) if folder == "journal" else [],
        all_works=Searched("", (("thing", thing.address),), "", "", 1, "").address(f"{root}search") if search else "",
        limited=thing.works > _AMONG,
        namesakes=[
            (one.label, link.page(one), one.works)
            for one in (catalogue.namesakes(thing.label) if people else [])
            if one.id != thing.id
        ],
    )


class _Links:
    """Where things have pages."""

    def __init__(self, root: str, *, search: bool) -> None:
        self._root, self._search = root, search

    def page(self, thing: Thing) -> str:
        """The page of a thing, empty where it has none."""
        if thing.address.startswith("name/") and not self._search:
            return ""
        return self._root + thing.address

    def role(self, role: str, thing: Thing) -> str:
        """The works that lead to a thing in a role."""
        return (
            Searched("", ((role, thing.address),), "", "", 1, "").address(f"{self._root}search") if self._search else ""
        )


def _known(thing: Thing) -> bool:
    return not thing.address.startswith("name/")


def _qualifiers(row: Row, thing: Thing, *, people: bool) -> list[str]:
    """The part that a person had in a work: the role, and of an author the place among all."""
    if not people:
        return []
    agents = row.stated.get("agents", ())
    found = []
    for kind in dict.fromkeys(agent[0] for agent in agents if agent[2] == thing.address):
        names = [agent for agent in agents if agent[0] == kind]
        place = next(number for number, agent in enumerate(names, 1) if agent[2] == thing.address)
        word = gettext(WORDS[kind])
        several = kind == "author" and len(names) > 1
        found.append(gettext("%(role)s, %(n)s of %(all)s", role=word, n=place, all=len(names)) if several else word)
    return found


def _beside(near: Near, thing: Thing, folder: str, link: _Links) -> list[Ranked]:
    found = []
    for role in _BESIDE.get(folder, ("author", "subject")):
        things = _together(near, thing, role, _RANKED)
        if things:
            values = bars.shares([(one.label, link.page(one), one.works) for one in things])
            found.append(Ranked(role, gettext(_TITLES[role]), values))
    return found


def _together(near: Near, thing: Thing, role: str, limit: int) -> list[Thing]:
    """What the works of a thing lead to in a role; a heading with a qualifier stands for the heading alone."""
    found = near.top(role, limit if role != "subject" else 3 * limit)
    own = thing.address.rpartition("/")[0]
    return [one for one in found if role != "subject" or (one.address.count("/") < 3 and one.address != own)][:limit]


def _narrower(catalogue: CatalogueReader, thing: Thing, link: _Links) -> list[tuple[str, str, int, str]]:
    """What is narrower than a subject, by its works: of a heading, its qualifiers."""
    below = [one for one in catalogue.below(f"{thing.address}/", 200) if thing.address.count("/") > 1]
    ranked = sorted(below, key=lambda one: -one.works)[: 2 * _RANKED]
    return bars.shares([(one.label.removeprefix(f"{thing.label}/"), link.page(one), one.works) for one in ranked])


def _volumes(catalogue: CatalogueReader, thing: Thing, root: str) -> list[Volume]:
    """The volumes of a journal, the newest first, with their issues."""
    parts: dict[str, tuple[Thing | None, list[tuple[str, str, int]]]] = {}
    for part in catalogue.below(f"{thing.address}/volume/"):
        number, _, issue = part.address.removeprefix(f"{thing.address}/volume/").partition("/issue/")
        volume, issues = parts.get(number, (None, []))
        if issue:
            issues.append((issue, root + part.address, part.works))
        parts[number] = (volume if issue else part, issues)
    return [
        Volume(
            gettext("Volume %(n)s", n=number),
            root + volume.address,
            volume.works,
            tuple((gettext("Issue %(n)s", n=n), link, works) for n, link, works in sorted(issues, key=_in_order)),
        )
        for number, (volume, issues) in sorted(parts.items(), key=lambda pair: _number(pair[0]), reverse=True)
        if volume
    ]


def _in_order(issue: tuple[str, str, int]) -> tuple[int, str]:
    return _number(issue[0])


def _number(text: str) -> tuple[int, str]:
    digits = "".join(letter for letter in text if letter.isdecimal() and letter.isascii())[:9]
    return int(digits or 0), text


def sentence(stated: About) -> str:
    """How much there is of a thing, from when to when, and what a person's works are about."""
    n = stated.thing.works
    works = {
        "journal": lambda: ngettext("%(n)s work here appeared in it", "%(n)s works here appeared in it", n),
        "subject": lambda: ngettext("%(n)s work on this subject", "%(n)s works on this subject", n),
        "collection": lambda: ngettext("%(n)s work in this collection", "%(n)s works in this collection", n),
        "grant": lambda: ngettext("%(n)s work with this grant", "%(n)s works with this grant", n),
        "name": lambda: ngettext("%(n)s work under this name", "%(n)s works under this name", n),
    }.get(stated.folder, lambda: counted(n, "work"))()
    parts = [works]
    if stated.first is not None:
        parts.append(
            str(stated.first)
            if stated.first == stated.last
            else gettext("%(first)s to %(last)s", first=stated.first, last=stated.last)
        )
    subjects = next((one.values for one in stated.beside if one.role == "subject"), [])
    if stated.folder in _PEOPLE and n > 2 and subjects:
        parts.append(gettext("mostly on %(subjects)s", subjects=", ".join(label for label, *_ in subjects[:2])))
    return f"{', '.join(parts)}."
