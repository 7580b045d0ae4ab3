"""When and where a work appeared, as citations state it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import ontology
from server.representations.view import View

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?:T.*)?")
_UNSURE = re.compile(r"[~?%]")
_UNKNOWN = re.compile(r"(?:-XX)+$")
_MONTHS = 12
_SEASONS = {"21": "Spring", "22": "Summer", "23": "Autumn", "24": "Winter"}
"""The numbers of seasons in EDTF, which stand where a month would, and their names."""
_EVENT = ontology.expand("dcmitype:Event", "program")
_JOURNALS = frozenset({"fabio:Journal", "fabio:Magazine", "fabio:Newspaper", "fabio:Periodical"})
_SERIES = frozenset({"fabio:Series", "fabio:BookSeries"})
_WITHIN_JOURNALS = frozenset({"fabio:JournalVolume", "fabio:JournalIssue"})


class Issued(NamedTuple):
    """When a work appeared: year, month and day as far as they are known, and the end where that is a span of time.

    `season` is the English name of one, `circa` says that the source is not sure of the date, `edtf` is the date of
    issue as the graph has it.
    """

    date: tuple[str, ...] = ()
    end: tuple[str, ...] = ()
    season: str = ""
    circa: bool = False
    edtf: str = ""

    @property
    def rest(self) -> str:
        """What year, month and day do not say: the name of a season, else the whole date where they say less than it.

        >>> Issued(("2011", "01"), ("2011", "02"), edtf="2011-01/2011-02").rest, Issued(("2011",), edtf="2011").rest
        ('2011-01/2011-02', '')
        """
        return self.season or ("" if self.edtf.partition("T")[0] in {"", "-".join(self.date)} else self.edtf)


def issued_of(view: View, address: str) -> Issued:
    """The date of publication of a work."""
    year, issued = view.text(address, "fabio:hasPublicationYear"), view.text(address, "dcterms:issued")
    first, _, last = issued.partition("/")
    circa = bool(_UNSURE.search(first))
    date, season = _parts_of(view.text(address, "prism:publicationDate") or first)
    if not date and year and _allows(issued, year):
        # Of a decade or of several years, the graph names the first.
        return Issued((year,), circa=True, edtf=issued)
    # Graphs that are not ours may have a date of issue and no year.
    if not date or year not in {"", date[0]}:
        return Issued((year,)) if year else Issued()
    end, _ = _parts_of(last)
    return Issued(date, end if end > date else (), season, circa, issued)


def _allows(edtf: str, year: str) -> bool:
    """Whether a date that names no one year allows this one: "198X" allows 1980, "[2010,2011]" both, "../1950" 1950."""
    known = edtf.partition("X")[0]
    return year in re.findall(r"\d{4}", edtf) or (len(known) > 1 and "X" in edtf and year.startswith(known))


def _parts_of(text: str) -> tuple[tuple[str, ...], str]:
    """The year, month and day of a date, and the season that stands in place of a month."""
    found = _DATE.fullmatch(_UNKNOWN.sub("", _UNSURE.sub("", text)))
    parts = tuple(part for part in found.groups() if part) if found else ()
    if len(parts) < 2 or int(parts[1]) <= _MONTHS:
        return parts, ""
    return parts[:1], _SEASONS.get(parts[1], "")


class Event(NamedTuple):
    """The conference at which a work was given: its name, place and date, as far as they are known."""

    name: str = ""
    place: str = ""
    date: str = ""

    @property
    def span(self) -> tuple[tuple[str, ...], ...]:
        """Year, month and day of its first day, and those of its last; empty where its date is none."""
        days = [_parts_of(part)[0] for part in self.date.split("/")]
        return tuple(days) if all(days) else ()


def event_of(view: View, address: str) -> Event:
    """The first event of a work that has a name, else the first."""
    found = [
        Event(
            view.text(node, "rdfs:label"),
            next((place.text for place in view.links(node, "dcterms:spatial")), ""),
            view.text(node, "dcterms:date"),
        )
        for node in view.nodes(address, "dcterms:relation")
        if _EVENT in view.nodes(node, "rdf:type")
    ]
    return next((event for event in found if event.name), next(iter(found), Event()))


class Series(NamedTuple):
    """A series: its name, and the number there of the work or of the book around it."""

    title: str
    number: str = ""

    def __str__(self) -> str:
        return f"{self.title} ; {self.number}" if self.number else self.title


class Containers(NamedTuple):
    """What a work is part of, as the record prints it; what is not known is empty.

    `number` is that of the work, or of the book around it, in the first series; `issns` are those of the journal, else
    of the book, else of the first series.
    """

    journal: str = ""
    in_journal: bool = False
    book: str = ""
    series: str = ""
    number: str = ""
    all_series: tuple[Series, ...] = ()
    issns: tuple[str, ...] = ()
    isbns: tuple[str, ...] = ()


def containers_of(view: View, address: str) -> Containers:
    """What the work is part of: the journal or the book around it, and the series of either."""
    journals, books, series = parts_of(view, address)
    journal, book = next(iter(journals), ""), next(iter(books), "")
    members = [address, *books]
    for member in books:
        series += [part for part in parts_of(view, member)[2] if part not in series]
    own = next(filter(None, (view.text(member, "fabio:hasSequenceIdentifier") for member in members)), "")
    all_series = tuple(
        Series(title, _number_within(view, members, node) or (own if len(series) == 1 else ""))
        for node in series
        if (title := _called(view, node, []))
    )
    printed = [value.text for value in view.texts(address, "prism:publicationName")]
    return Containers(
        # A journal that several records name is called as this one calls it.
        journal=_called(view, journal, printed) if journal or not book else "",
        in_journal=bool(journal),
        book=_called(view, book, printed if not journal else []),
        series=all_series[0].title if all_series else "",
        number=all_series[0].number if all_series else own,
        all_series=all_series,
        issns=next(filter(None, (issns_of(view, node) for node in (*journals, *books, *series))), ()),
        isbns=isbns_of(view, book),
    )


def parts_of(view: View, address: str) -> tuple[list[str], list[str], list[str]]:
    """The journals, the books and the series that something is part of."""
    journals, books, series = list[str](), list[str](), list[str]()
    for part in view.links(address, "dcterms:isPartOf"):
        where = part.address or ""
        types = {value.text for value in view.links(where, "rdf:type")}
        if types & _JOURNALS:
            journals.append(where)
        elif types & _SERIES:
            series.append(where)
        elif types & _WITHIN_JOURNALS or view.nodes(where, "frbr:partOf"):
            continue
        elif "fabio:Expression" in types or view.text(where, "prism:isbn"):
            books.append(where)
    return journals, books, series


def _called(view: View, address: str, printed: Sequence[str]) -> str:
    """What a container is called: as the record prints it, else as the graph has it; a number alone is no name."""
    title = view.text(address, "dcterms:title")
    return title if title in printed else next(iter(printed), title)


def issns_of(view: View, address: str) -> tuple[str, ...]:
    """The ISSNs of a serial, the printed one first."""
    return _numbers(view, address, ("prism:issn", "prism:eIssn"), ("/issn", "/eissn"))


def isbns_of(view: View, address: str) -> tuple[str, ...]:
    """The ISBNs of a book, the one that stands first in its record first."""
    return _numbers(view, address, ("prism:isbn",), ("/isbn",))


def _numbers(view: View, address: str, properties: Sequence[str], schemes: tuple[str, ...]) -> tuple[str, ...]:
    found = [value.text for name in properties for value in view.texts(address, name)]
    found += [
        view.text(node, "literal:hasLiteralValue")
        for node in view.nodes(address, "datacite:hasIdentifier")
        if any(scheme.endswith(schemes) for scheme in view.nodes(node, "datacite:usesIdentifierScheme"))
    ]
    return tuple(dict.fromkeys(filter(None, found)))


def _number_within(view: View, members: Sequence[str], series: str) -> str:
    """The number in a series, where something is part of several and each number is a part of its own series."""
    for member in members:
        for part in view.nodes(member, "dcterms:isPartOf"):
            if series in view.nodes(part, "frbr:partOf"):
                return view.text(part, "fabio:hasSequenceIdentifier")
    return ""
