"""What the item stands in, decided from all its rows together: journal, book or proceedings, series; or it is a serial.

A journal is known by its ISSN-L, else its print ISSN, else its electronic one; without one, by its title within the
repository, since two repositories may each have a “Bulletin”.  An ISSN alone makes no journal of a series: a chapter
stands in a book, a paper in proceedings, and the ISSN is that of the series which these stand in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import ontology
from converter.handlers import entities
from converter.handlers import identifiers as identity
from converter.handlers.labels import type_keys
from converter.mapping.context import Item, term
from converter.record import Field
from converter.values import identifiers, iris, recognition, serials
from ontology import Row

_ISSN_ORDER = ("datacite:lissn", "datacite:issn", "datacite:eissn")
_IN_A_BOOK = frozenset({"book-chapter", "reference-entry", "report-part"})
_IN_PROCEEDINGS = frozenset({"conference-paper", "conference-abstract", "conference-poster", "conference-object"})
_BOOKS = frozenset({"book", "textbook", "reference-book", "conference-proceedings"})
_IN_A_SERIES = _BOOKS | {
    *("thesis", "bachelor-thesis", "master-thesis", "doctoral-thesis", "report", "technical-report"),
    *("research-report", "policy-report", "internal-report", "other-report", "working-paper", "white-paper"),
}
_SERIALS = frozenset(
    {"journal", "periodical", "other-periodical", "magazine", "newspaper", "book-series", "series", "entity:Journal"}
)
_PARTS = frozenset({"journal-issue", "journal-volume", "entity:JournalIssue", "entity:JournalVolume"})
_PERIODICALS = {"newspaper-article": "fabio:Newspaper", "magazine-article": "fabio:Magazine"}
_PROCEEDINGS = ("fabio:Expression", "fabio:ConferenceProceedings", "fabio:AcademicProceedings")
# The last resort: where a paper has an ISSN and one title, the words of the title show whose title it is.
_NAMES_PROCEEDINGS = re.compile(
    r"\bproc(?:\.|eedings)|\b(?:conference|symposium|workshop|congress|colloqui|meeting|tagung|kongress|congr[eè]s"
    r"|actas?|anais|atti|conferencia|congreso|congresso|jornadas|simposio|simp[oó]sio)",
    re.IGNORECASE,
)


class Container(NamedTuple):
    """Something that the item stands in: its address, its classes, its key ISSN, whether it has volumes and issues."""

    address: str
    classes: tuple[str, ...]
    issn: str | None = None
    is_journal: bool = False


class SeriesPlace(NamedTuple):
    """A series that the item or its book belongs to, and its number there; `titled` where a row names it."""

    container: Container
    title: str = ""
    number: str = ""
    issns: tuple[serials.Issn, ...] = ()


class Standing(NamedTuple):
    """What the item stands in.

    `host` is its journal, book or proceedings; `series` what the host, or the item itself, belongs to, by the identity
    of the field that names it (None: no field does); `is_serial` says that the item itself is what an ISSN is of.
    """

    host: Container | None = None
    series: dict[int | None, SeriesPlace] = {}  # noqa: RUF012 - never changed
    is_serial: bool = False

    @property
    def bearer(self) -> Container | None:
        """What the ISSNs of the record are of, where that is not the item."""
        if self.host and self.host.issn:
            return self.host
        return next((place.container for place in self.series.values() if place.container.issn), self.host)


def standing(item: Item) -> Standing:
    """What the item stands in."""
    keys = item.once(_keys)
    issn, titles = _key_issn(item), [field for field, row in titles_of(item)]
    if keys & _SERIALS:
        host = _here(item, "fabio:Expression") if titles else None
        return Standing(host, _series(item, None, keys), is_serial=True)
    if keys & (_IN_A_BOOK | _IN_PROCEEDINGS):
        return _of_part(item, keys, issn, titles)
    if keys & _IN_A_SERIES or (issn and not keys and has_own_isbn(item)):
        return _of_whole(item, keys, issn, titles)
    series = _series(item, None, keys)
    if issn:
        return Standing(_serial(item, keys, issn, titles), series)
    if any(row.kind == "serial" and identity.normal(row.scheme, field.value) for field, row in item.of_kind("serial")):
        return Standing(_here(item, "fabio:Expression", "fabio:Book"), series)
    if not titles:
        return Standing(None, series)
    if entities.is_virtual(titles[0]) and any(item.of_kind("relation")):
        entity = entities.journal_entity(item, titles[0])
        # A title that comes from the issue names the journal, of which the issue itself is a part.
        return Standing(_journal(entity, keys, None) if entity else None, series)
    if any(row.scheme == "book" for _, row in titles_of(item)):
        return Standing(_here(item, "fabio:Expression", "fabio:Book"), series)
    if keys & _PARTS or any(_is_periodical(key) for key in keys) or any(item.of_kind("part")) or _is_named(item):
        address = iris.journal(item.base, title=titles[0].value, repository=item.repository)
        return Standing(_journal(address, keys, None), series)
    return Standing(_here(item, "fabio:Expression"), series)


def _keys(item: Item) -> frozenset[str]:
    """The keys of all types of the item, and of what it is an entity of."""
    return item.once(type_keys) | {f"entity:{field.value}" for field, _ in item.of_kind("entity-type")}


def _is_named(item: Item) -> bool:
    """Whether a field for journals alone names one."""
    return any(row.scheme == "journal" for _, row in titles_of(item))


def journal_of(item: Item) -> str | None:
    """The address of the journal that the item stands in, or is."""
    found = item.once(standing)
    if found.is_serial:
        return item.address
    return found.host.address if found.host and found.host.is_journal else None


def is_issue_or_volume(item: Item) -> bool:
    """Whether the item is itself an issue or a volume of a journal."""
    keys = item.once(_keys)
    return bool(keys & _PARTS)


def is_part_of_book(item: Item) -> bool:
    """Whether an ISBN of the record is that of the book or the proceedings around it."""
    return bool(item.once(type_keys) & (_IN_A_BOOK | _IN_PROCEEDINGS))


def titles_of(item: Item) -> Iterator[tuple[Field, Row]]:
    """The fields that name what the item stands in, series and addresses left out."""
    for field, row in item.of_kind("container"):
        if row.scheme != "series" and not identifiers.web_address(field.value):
            yield field, row


def number_of(item: Item, scheme: str) -> str | None:
    """The first volume or issue number."""
    return item.once(_numbers).get(scheme)


def _numbers(item: Item) -> dict[str, str]:
    found: dict[str, str] = {}
    for field, row in item.of_kind("part"):
        found.setdefault(row.scheme, field.value)
    return found


def has_own_isbn(item: Item) -> bool:
    """Whether the record bears an ISBN without saying whose it is."""
    return any(
        row.kind == "identifier"
        and (row.scheme == "datacite:isbn" or recognition.sniff(field.value)[0] == "datacite:isbn")
        for field, row in item.of_kind("identifier")
    )


def _of_whole(item: Item, keys: frozenset[str], issn: str | None, titles: list[Field]) -> Standing:
    """A book or report: the series that it stands in, or the book whose ISBN the record says it stands in."""
    if any(row.scheme == "datacite:isbn" for _, row in item.of_kind("serial")) and not has_own_isbn(item):
        return Standing(_here(item, "fabio:Expression", "fabio:Book"), _series(item, issn, keys))
    return Standing(None, _series(item, issn, keys, titles))


def _of_part(item: Item, keys: frozenset[str], issn: str | None, titles: list[Field]) -> Standing:
    """A chapter or a paper: its book or proceedings, and the series that these stand in."""
    has_isbn = has_own_isbn(item) or any(row.scheme == "datacite:isbn" for _, row in item.of_kind("serial"))
    named = any(row.scheme == "series" for _, row in item.of_kind("container"))
    in_proceedings = not keys & _IN_A_BOOK
    if in_proceedings and issn and not has_isbn and not named:
        # The number is of what is titled, unless the title is that of one year's proceedings.
        if number_of(item, "issue"):
            return Standing(_journal(iris.journal(item.base, issn), keys, issn))
        if titles and not _NAMES_PROCEEDINGS.search(titles[0].value):
            return Standing(Container(iris.journal(item.base, issn), ("fabio:Expression", "fabio:Series"), issn))
    series = _series(item, issn, keys)
    if not (titles or has_isbn or (series and not in_proceedings) or issn):
        return Standing(None, series)
    classes = _PROCEEDINGS if in_proceedings else ("fabio:Expression", "fabio:Book")
    return Standing(_here(item, *classes), series)


def _serial(item: Item, keys: frozenset[str], issn: str, titles: list[Field]) -> Container:
    """What an ISSN is of that stands with an article, or with a work of which nothing else is known."""
    known = titles or keys & _PARTS or any(_is_periodical(key) for key in keys) or any(item.of_kind("part"))
    if known:
        return _journal(iris.journal(item.base, issn), keys, issn)
    return Container(iris.journal(item.base, issn), ("fabio:Expression", "fabio:Periodical"), issn)


def _journal(address: str, keys: frozenset[str], issn: str | None) -> Container:
    class_ = next((class_ for key, class_ in _PERIODICALS.items() if key in keys), "fabio:Journal")
    return Container(address, ("fabio:Expression", class_), issn, is_journal=class_ == "fabio:Journal")


def _is_periodical(key: str) -> bool:
    """Whether works of a kind stand in journals and the like."""
    row = ontology.types().get(key)
    return bool(row and row["in_periodical"]) or "journal" in key or key in _PERIODICALS


def _here(item: Item, *classes: str) -> Container:
    return Container(f"{item.address}#container", classes)


def _series(
    item: Item, issn: str | None, keys: frozenset[str], titles: list[Field] | None = None
) -> dict[int | None, SeriesPlace]:
    """The series by the fields that name them; an ISSN of the record is that of the only one, or of one without name.

    `titles` are those of the fields that name no series by themselves, where nothing but a series can be meant.
    """
    class_ = "fabio:BookSeries" if keys & (_BOOKS | _IN_A_BOOK | _IN_PROCEEDINGS) else "fabio:Series"
    classes = ("fabio:Expression", class_)
    named = [
        (id(field), serials.series(field.value))
        for field, row in item.of_kind("container")
        if row.scheme == "series" and not identifiers.web_address(field.value)
    ]
    if titles and not named:
        named = [(id(field), serials.Series(field.value)) for field in titles]
    without = {iris.slug(read.title) for _, read in named if not read.issns}
    numbers = _loose_numbers(item, keys)
    found: dict[int | None, SeriesPlace] = {}
    for place, read in named:
        own = read.issns[0].value if read.issns else issn if len(without) == 1 else None
        address = iris.journal(item.base, own) if own else iris.series(item.base, read.title, item.repository)
        number = read.number or (numbers[0] if len(numbers) == len(named) == 1 else "")
        found[place] = SeriesPlace(Container(address, classes, own), read.title, number, read.issns)
    if issn and not any(place.container.issn == issn for place in found.values()):
        number = numbers[0] if len(numbers) == 1 and not found else ""
        found[None] = SeriesPlace(Container(iris.journal(item.base, issn), classes, issn), "", number)
    return found


def _loose_numbers(item: Item, keys: frozenset[str]) -> list[str]:
    """Numbers in a series that stand in fields of their own; the volume of a book is one where a series is named."""
    sequence = term("fabio:hasSequenceIdentifier")[1:-1]
    stated = [serials.number(field.value) for field, row in item.of_kind("string") if sequence in row.properties]
    volume = number_of(item, "volume") if keys & (_IN_A_SERIES | _IN_A_BOOK | _IN_PROCEEDINGS) else None
    return stated or ([volume] if volume else [])


def _key_issn(item: Item) -> str | None:
    for scheme in _ISSN_ORDER:
        for field, row in item.of_kind("serial"):
            if row.scheme == scheme:
                found = identity.normal(scheme, field.value)
                if found:
                    return found.value
    return None
