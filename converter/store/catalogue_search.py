"""Searching the catalogue: which works, how many, in which order, and how they divide (facets).

A set of works is one whole number, a bit a work: sets are cut and counted in microseconds, so that a page costs the
same whether it finds ten works or most of them.  What is made for one version of the catalogue is kept while it lasts.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from bisect import insort
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial, reduce
from typing import NamedTuple

from converter.store.catalogue import BIT, WHOLE, rank_of
from converter.store.catalogue_reader import CatalogueReader, Thing, most, year_of
from converter.store.search_query import Part, Question, expression, question
from converter.store.spelling import corrected

FACETS = (
    "type",
    "author",
    "subject",
    "journal",
    "publisher",
    "funder",
    "organisation",
    "language",
    "access",
    "licence",
    "collection",
    "repository",
)
"""The roles by which a result is divided, in the order in which a page shows them."""
SORTS = ("relevance", "newest", "oldest", "title")

_SHOWN = 5
_RANKED = 1_000
"""Works that are put in order of relevance; of more, those with the words in their titles, then the newest."""
_GROUPED = 1_500
"""Works whose links are counted one by one; of more, the sets of the largest things are cut with the result."""
_LARGEST = 80
"""Things of a facet that are looked at where a result is large."""
_DENSE, _DIGITS = 5_000, b"01" + bytes(254)
"""Works from which on a set is written as digits first, which takes a third of the time."""
_KEPT = 64 << 20
"""Bytes of sets that are kept."""


class Wanted(NamedTuple):
    """A search: the text, the things that each work must lead to as (role, address), the order."""

    text: str = ""
    things: tuple[tuple[str, str], ...] = ()
    sort: str = ""
    first: int | None = None
    last: int | None = None


class Facet(NamedTuple):
    """How a result divides by a role: the values with most works, and whether there may be more values."""

    role: str
    values: tuple[Thing, ...]
    more: bool


class Found(NamedTuple):
    """The works of a search as a set, what was looked for in the end, and how the text was mended if it was."""

    works: int
    wanted: Question
    mended: str = ""

    @property
    def total(self) -> int:
        """How many works there are."""
        return self.works.bit_count()


class Search:
    """Searches over a catalogue, from any number of threads."""

    def __init__(self, catalogue: CatalogueReader) -> None:
        self._catalogue = catalogue
        self._lock = threading.Lock()
        self._version = -1
        self._sets: OrderedDict[tuple[object, ...], int] = OrderedDict()
        self._size = 0

    def find(self, wanted: Wanted) -> Found:
        """The works that are wanted; where no work has the words, those of the nearest spelling."""
        self._fresh()
        asked = question(wanted.text)
        works = self._matching(asked, wanted)
        if works or not asked.words:
            return Found(works, asked)
        parts = tuple(self._mended(part) for part in asked.parts)
        if parts != asked.parts:
            mended = asked._replace(parts=parts)
            works = self._matching(mended, wanted)
            if works:
                return Found(works, mended, " ".join(word for part in parts for word in part.words))
        return Found(0, asked)

    def prepare(self) -> None:
        """Make the sets that every large result is divided by, as long as they fit into half of the room for sets.

        Whoever searches meanwhile makes what he needs himself; what is there is not made again.
        """
        self._fresh()
        for make in self._of_large_results():
            if self._size > _KEPT // 2:
                return
            make()

    def _of_large_results(self) -> Iterator[Callable[[], int]]:
        yield self._all
        ranks = self._catalogue.ask("SELECT rank FROM by_year WHERE thing = ?", (self._whole(),))
        yield from (partial(self._year, rank) for (rank,) in ranks)
        for role in FACETS:
            yield from (partial(self._of, thing.id, role) for thing in self._catalogue.top(role, _LARGEST))

    def page(self, found: Found, sort: str, number: int, size: int) -> list[int]:
        """The numbers of the works on a page."""
        skip = (number - 1) * size
        chosen = sort or ("relevance" if found.wanted.words else "newest")
        order = {"relevance": self._by_relevance, "title": self._by_title}.get(chosen)
        ordered = order(found) if order else self._by_year(found.works, oldest=chosen == "oldest")
        return [work for place, work in zip(range(skip + size), ordered, strict=False) if place >= skip]

    def years(self, found: Found) -> list[tuple[int, int]]:
        """The years of the works, the earliest first, with their numbers."""
        ranks = [rank for (rank,) in self._catalogue.ask("SELECT rank FROM by_year WHERE thing = ?", (self._whole(),))]
        counted = ((year_of(rank), (self._year(rank) & found.works).bit_count()) for rank in sorted(ranks))
        return sorted((year, works) for year, works in counted if year is not None and works)

    def facets(self, found: Found, shown: int = _SHOWN, roles: Iterable[str] = FACETS) -> list[Facet]:
        """How the works divide by each role, those with values alone."""
        total = found.total
        if not total:
            return []
        if total == self._all().bit_count():
            whole = ((role, self._catalogue.top(role, shown + 1)) for role in roles)
            return [Facet(role, tuple(values[:shown]), len(values) > shown) for role, values in whole if values]
        if total <= _GROUPED:
            return self._grouped(found.works, shown, roles)
        facets = (self._largest(role, found.works, shown) for role in roles)
        return [facet for facet in facets if facet.values]

    def _grouped(self, works: int, shown: int, roles: Iterable[str]) -> list[Facet]:
        counts = self._catalogue.leading(members(works))
        facets = []
        for role in roles:
            counted = counts.get(role, {})
            best = most(counted, shown)
            named = self._catalogue.things(best) if best else {}
            values = tuple(named[thing]._replace(works=counted[thing]) for thing in best if thing in named)
            if values:
                facets.append(Facet(role, values, len(counted) > shown))
        return facets

    def _largest(self, role: str, works: int, shown: int) -> Facet:
        """The values of a facet with the most works in a large set: a thing has no more of them than it has in all."""
        best: list[Thing] = []
        candidates = self._catalogue.top(role, _LARGEST)
        for thing in candidates:
            if len(best) > shown and best[shown - 1].works >= thing.works:
                break
            inside = (self._of(thing.id, role) & works).bit_count()
            if inside:
                insort(best, thing._replace(works=inside), key=lambda one: -one.works)
                del best[shown + 1 :]
        return Facet(role, tuple(best[:shown]), len(best) > shown or len(candidates) == _LARGEST)

    def _matching(self, asked: Question, wanted: Wanted) -> int:
        sets = [self._all()]
        if any(not part.excluded for part in asked.parts):
            sets.append(self._with_words(asked))
        elif asked.parts:
            unwanted = Question(tuple(part._replace(excluded=False, exact=True) for part in asked.parts))
            sets.append(~self._with_words(unwanted))
        for role, address in wanted.things:
            thing = self._catalogue.thing(address)
            sets.append(self._of(thing.id, role) if thing else 0)
        for first, last in ((asked.first, asked.last), (wanted.first, wanted.last)):
            if first is not None or last is not None:
                sets.append(self._between(first, last))
        return reduce(int.__and__, sets)

    def _mended(self, part: Part) -> Part:
        return part if part.excluded else part._replace(words=tuple(self._word(word) for word in part.words))

    def _word(self, word: str) -> str:
        return corrected(word, self._catalogue.ask) or word

    def _by_relevance(self, found: Found) -> Iterator[int]:
        """Yield the works that have the words in their titles, then the others, each by relevance."""
        left = found.works
        for column in ("title", ""):
            inside = self._with_words(found.wanted, column) & left
            if inside.bit_count() > _RANKED:
                continue
            rows = self._catalogue.ask(
                # The plus keeps the index from being asked once for each work.
                "SELECT rowid FROM search WHERE search MATCH ? AND +rowid IN (SELECT value FROM json_each(?))"
                " ORDER BY bm25(search, 12.0, 4.0, 1.0), rowid DESC",
                (expression(found.wanted, column), json.dumps([*members(inside)])),
            )
            left &= ~inside
            yield from (work for (work,) in rows)
        yield from self._by_year(left, oldest=False)

    def _by_year(self, works: int, *, oldest: bool) -> Iterator[int]:
        ranks = sorted(
            rank for (rank,) in self._catalogue.ask("SELECT rank FROM by_year WHERE thing = ?", (self._whole(),))
        )
        dated = [rank for rank in ranks if year_of(rank) is not None]
        undated = [rank for rank in ranks if year_of(rank) is None]
        for rank in [*(reversed(dated) if oldest else dated), *undated]:
            yield from sorted(members(self._year(rank) & works), reverse=not oldest)

    def _by_title(self, found: Found) -> Iterator[int]:
        if found.total <= _RANKED:
            rows = self._catalogue.ask(
                "SELECT id FROM work WHERE id IN (SELECT value FROM json_each(?)) ORDER BY title, id",
                (json.dumps([*members(found.works)]),),
            )
            yield from (work for (work,) in rows)
            return
        title, last, at_once = "", -1, 500
        while rows := self._catalogue.ask(
            "SELECT title, id FROM work WHERE (title, id) > (?, ?) ORDER BY title, id LIMIT ?", (title, last, at_once)
        ):
            yield from (work for _, work in rows if found.works >> work & 1)
            title, last = rows[-1]

    def _whole(self) -> int:
        whole = self._catalogue.thing(WHOLE)
        return whole.id if whole else 0

    def _all(self) -> int:
        return self._set(("all",), "SELECT id AS n FROM work", ())

    def _year(self, rank: int) -> int:
        return self._set(("year", rank), "SELECT id AS n FROM work WHERE rank = ?", (rank,))

    def _between(self, first: int | None, last: int | None) -> int:
        low, high = rank_of(last if last is not None else 9_999), rank_of(first if first is not None else 0)
        ranks = self._catalogue.ask(
            "SELECT rank FROM by_year WHERE thing = ? AND rank BETWEEN ? AND ?", (self._whole(), low, high)
        )
        return reduce(int.__or__, (self._year(rank) for (rank,) in ranks), 0)

    def _of(self, thing: int, role: str) -> int:
        """The works that lead to a thing, in a role where one is named."""
        bit = BIT[role] if role else -1
        return self._set(("of", thing, bit), "SELECT work AS n FROM link WHERE thing = ? AND roles & ?", (thing, bit))

    def _with_words(self, asked: Question, column: str = "") -> int:
        text = expression(asked, column, ranked=False)
        return self._set(("words", text), "SELECT rowid AS n FROM search WHERE search MATCH ?", (text,)) if text else 0

    def _set(self, key: tuple[object, ...], statement: str, values: tuple[object, ...]) -> int:
        with self._lock:
            if key in self._sets:
                self._sets.move_to_end(key)
                return self._sets[key]
            version = self._version
        try:
            # One text of all numbers: a row for each would cost three times as much.
            ((numbers,),) = self._catalogue.ask(f"SELECT json_group_array(n) FROM ({statement})", values)  # noqa: S608 - ours
            made = packed(json.loads(numbers))
        except sqlite3.OperationalError as fault:
            if key[0] != "words" or getattr(fault, "sqlite_errorcode", None) != sqlite3.SQLITE_ERROR:
                # A disk that fails or a file in use says nothing of works: the next search asks again.
                raise
            # The index of words does not understand what was asked: no work has that.
            made = 0
        with self._lock:
            if key not in self._sets and version == self._version:
                self._sets[key] = made
                self._size += made.bit_length() >> 3
                while self._size > _KEPT:
                    _, old = self._sets.popitem(last=False)
                    self._size -= old.bit_length() >> 3
        return made

    def _fresh(self) -> None:
        """Forget the sets of an earlier version."""
        version = self._catalogue.version()
        with self._lock:
            if version != self._version:
                self._version, self._size = version, 0
                self._sets.clear()


def packed(works: Iterable[int]) -> int:
    """The set of these works.

    >>> packed([1, 3]) == 0b1010
    True
    """
    numbers = list(works)
    if not numbers:
        return 0
    if len(numbers) > _DENSE:
        flags = bytearray(max(numbers) + 1)
        for number in numbers:
            flags[number] = 1
        return int(flags[::-1].translate(_DIGITS), 2)
    bits = bytearray((max(numbers) >> 3) + 1)
    for number in numbers:
        bits[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(bits, "little")


def members(works: int) -> Iterator[int]:
    """Yield the works of a set, the lowest number first.

    >>> list(members(0b1010))
    [1, 3]
    """
    for place, byte in enumerate(works.to_bytes((works.bit_length() + 7) >> 3, "little")):
        if byte:
            yield from ((place << 3) + bit for bit in _BITS[byte])


_BITS: Mapping[int, tuple[int, ...]] = {byte: tuple(bit for bit in range(8) if byte >> bit & 1) for byte in range(256)}
