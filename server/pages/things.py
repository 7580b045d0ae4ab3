"""What the page of a thing that works share (journal, person, subject …) shows, and that of a name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import quote

from converter.store.catalogue_reader import CatalogueReader, Row, Thing
from server.charts import bars
from server.charts.bars import Chart
from server.pages.network import Network, around
from server.pages.search_request import Searched
from server.pages.works import Listed, listed

SHOWN = 20
"""Works on the first view of a thing."""
_RANKED = 8
_AMONG = 500
"""The newest works of a thing that its lists of subjects, authors and co-authors are made of."""
_WORDS = {
    "author": ("Author", "author"),
    "editor": ("Editor", "editor"),
    "supervisor": ("Supervisor", "supervisor"),
    "contributor": ("Contributor", "contributor"),
    "publisher": ("Publisher", "publisher"),
    "funder": ("Funder", "funder"),
    "organisation": ("Affiliation", "affiliation"),
    "journal": ("Published in it", "journal"),
    "series": ("In the series", "series"),
    "book": ("Part of it", "book"),
    "subject": ("Subject", "subject"),
    "grant": ("Grant", "grant"),
    "place": ("Place", "place"),
    "collection": ("Collection", "collection"),
    "other": ("Linked otherwise", "other"),
}
"""Role → how a list names it, and what it is called in a sentence."""
_BESIDE = {
    "person": ("subject", "journal", "publisher", "funder"),
    "name": ("subject", "journal", "publisher"),
    "journal": ("author", "subject", "funder"),
    "org": ("author", "subject", "journal"),
    "subject": ("subject", "author", "journal", "funder"),
    "grant": ("author", "funder"),
    "collection": ("author", "subject", "journal"),
}
_TITLES = {
    "author": "Most frequent authors",
    "subject": "Subjects",
    "journal": "Published in",
    "publisher": "Publishers",
    "funder": "Funders",
}
_PEOPLE = frozenset({"person", "name"})


class Ranked(NamedTuple):
    """Things that stand together with one, by the number of works they share: label, link, number, bar in per cent."""

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
    partners = catalogue.together(thing.id, "author", 24, _AMONG) if people else []
    found = catalogue.works(thing.id, 1, SHOWN) if rows is None else rows
    return About(
        thing=thing,
        folder=folder,
        first=years[-1][0] if years else None,
        last=years[0][0] if years else None,
        works=[listed(row, root, qualifiers=_qualifiers(row, thing, people=people)) for row in found],
        roles=[
            (_WORDS.get(role, (role.capitalize(),))[0], works, link.role(role, thing)) for role, works in roles.items()
        ],
        chart=bars.by_year(
            "years",
            "Works per year",
            {year: {"": works} for year, works in years if year is not None},
            link=f"{root}search?thing={quote(thing.address, safe='')}&year={{}}" if search else "",
        ),
        network=around(thing.label, [(one.label, link.page(one), one.works, _known(one)) for one in partners[:12]]),
        partners=bars.shares([(one.label, link.page(one), one.works) for one in partners]),
        beside=_beside(catalogue, thing, folder, link),
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
        word = _WORDS[kind][0]
        found.append(f"{word}, {place} of {len(names)}" if kind == "author" and len(names) > 1 else word)
    return found


def _beside(catalogue: CatalogueReader, thing: Thing, folder: str, link: _Links) -> list[Ranked]:
    found = []
    for role in _BESIDE.get(folder, ("author", "subject")):
        things = catalogue.together(thing.id, role, _RANKED, _AMONG)
        if things:
            title = "Together with" if role == folder else _TITLES[role]
            found.append(Ranked(title, bars.shares([(one.label, link.page(one), one.works) for one in things])))
    return found


def _volumes(catalogue: CatalogueReader, thing: Thing, root: str) -> list[Volume]:
    """The volumes of a journal, the newest first, with their issues."""
    parts: dict[str, tuple[Thing | None, list[tuple[str, str, int]]]] = {}
    for part in catalogue.below(f"{thing.address}/volume/"):
        number, _, issue = part.address.removeprefix(f"{thing.address}/volume/").partition("/issue/")
        volume, issues = parts.get(number, (None, []))
        if issue:
            issues.append((f"Issue {issue}", root + part.address, part.works))
        parts[number] = (volume if issue else part, issues)
    return [
        Volume(f"Volume {number}", root + volume.address, volume.works, tuple(sorted(issues, key=_in_order)))
        for number, (volume, issues) in sorted(parts.items(), key=lambda pair: _number(pair[0]), reverse=True)
        if volume
    ]


def _in_order(issue: tuple[str, str, int]) -> tuple[int, str]:
    return _number(issue[0].removeprefix("Issue "))


def _number(text: str) -> tuple[int, str]:
    digits = "".join(letter for letter in text if letter.isdecimal() and letter.isascii())[:9]
    return int(digits or 0), text


def sentence(stated: About, words: Mapping[str, str]) -> str:
    """How much there is of a thing, in a sentence; `words` are how its works are spoken of, by folder."""
    thing = stated.thing
    works = f"{thing.works:,} work{'' if thing.works == 1 else 's'}"
    span = (
        ""
        if stated.first is None
        else f" from {stated.first}"
        if stated.first == stated.last
        else f" from {stated.first} to {stated.last}"
    )
    return f"{works}{words.get(stated.folder, '')}{span}."


SENTENCES = {
    "journal": " of this collection appeared here,",
    "subject": " on this subject,",
    "collection": " in this collection,",
    "grant": " with this grant,",
    "org": "",
    "name": " under this name,",
}
"""How the works of a thing are spoken of."""
