"""The catalogue as pages see it: works, what they lead to, and counts; each call reads a bounded number of rows."""

from __future__ import annotations

import heapq
import json
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any, NamedTuple

from converter.store.catalogue import BIT, ROLES, UNDATED, VERSION, WHOLE
from converter.values.lookup import normal_forms, phrase, sort_key

Ask = Callable[[str, Any], list[Any]]
_SUGGESTED = 2_000
"""Names with a beginning in common of which the ones with most works are taken."""
_END = "\U0010ffff"


class Thing(NamedTuple):
    """A thing that works lead to: its number, its address below the base, its name, how many works there are."""

    id: int
    address: str
    label: str
    works: int


class Row(NamedTuple):
    """A work in a list: its number, its path below /item/, and what the list shows of it."""

    id: int
    path: str
    stated: dict[str, Any]

    @property
    def title(self) -> str:
        """The main title, or the path of a work that has none."""
        return self.stated.get("title") or self.path


class CatalogueReader:
    """Reads the catalogue of an archive; `ask` runs a statement on it."""

    def __init__(self, ask: Ask) -> None:
        self.ask = ask

    def version(self) -> int:
        """The number of changes that the catalogue has seen."""
        rows = self.ask("SELECT value FROM note WHERE name = ?", (VERSION,))
        return int(rows[0][0]) if rows else 0

    def total(self) -> int:
        """How many works there are."""
        whole = self.thing(WHOLE)
        return whole.works if whole else 0

    def number(self, role: str) -> int:
        """How many things stand in a role of some work."""
        rows = self.ask("SELECT things FROM role WHERE role = ?", (role,))
        return int(rows[0][0]) if rows else 0

    def schemes(self) -> list[tuple[str, int]]:
        """The schemes of subjects, as roles of their subjects, with the number of these; the largest first."""
        rows = self.ask(
            "SELECT role, things FROM role WHERE role > 'subject/' AND role < 'subject0' AND things > 0"
            " ORDER BY things DESC, role",
            (),
        )
        return [(role, things) for role, things in rows]

    def thing(self, address: str) -> Thing | None:
        """The thing at an address below the base, None where no work leads to it."""
        rows = self.ask("SELECT id, address, label, works FROM thing WHERE address = ?", (address,))
        return Thing(*rows[0]) if rows else None

    def roles(self, thing: int) -> dict[str, int]:
        """In which roles works lead to a thing → how many of them."""
        marks = ", ".join("?" * len(ROLES))
        rows = self.ask(
            f"SELECT role, works FROM tally WHERE role IN ({marks}) AND thing = ?",  # noqa: S608 - marks alone
            (*ROLES, thing),
        )
        found = dict(rows)
        return {role: found[role] for role in ROLES if role in found}

    def names(self, thing: int, limit: int = 12) -> list[tuple[str, int]]:
        """What works call a thing, with the number of works, the most first."""
        rows = self.ask(
            "SELECT text, works FROM label WHERE thing = ? ORDER BY works DESC, text LIMIT ?", (thing, limit)
        )
        return [(text, works) for text, works in rows]

    def years(self, thing: int) -> list[tuple[int | None, int]]:
        """The years of the works that lead to a thing, the newest first, with their number; None is no year."""
        rows = self.ask("SELECT rank, works FROM by_year WHERE thing = ? ORDER BY rank", (thing,))
        return [(year_of(rank), works) for rank, works in rows]

    def span(self) -> tuple[int, int] | None:
        """The first and the last year of the works, None where none has a year."""
        whole = self.thing(WHOLE)
        known = [year for year, _ in self.years(whole.id) if year is not None] if whole else []
        return (known[-1], known[0]) if known else None

    def types_by_year(self) -> list[tuple[int | None, str, int]]:
        """Year, name of the type, and number of works."""
        rows = self.ask("SELECT rank, type, works FROM by_type ORDER BY rank", ())
        return [(year_of(rank), name, works) for rank, name, works in rows]

    def stated(self) -> dict[str, dict[str, int]]:
        """Name of a type → field → how many works of the type state it; empty where an earlier version wrote all."""
        found: dict[str, dict[str, int]] = {}
        if self.ask("SELECT 1 FROM sqlite_master WHERE name = 'stated'", ()):
            for type_, field, works in self.ask("SELECT type, field, works FROM stated", ()):
                found.setdefault(type_, {})[field] = works
        return found

    def works(self, thing: int, number: int = 1, size: int = 20) -> list[Row]:
        """A page of the works that lead to a thing, the newest first."""
        skip = (number - 1) * size
        found: list[int] = []
        # What stands on earlier pages is skipped by the counts of the years, and not work by work.
        for rank, works in self.ask("SELECT rank, works FROM by_year WHERE thing = ? ORDER BY rank", (thing,)):
            if skip >= works:
                skip -= works
                continue
            rows = self.ask(
                "SELECT work FROM link WHERE thing = ? AND rank = ? ORDER BY work DESC LIMIT ? OFFSET ?",
                (thing, rank, size - len(found), skip),
            )
            found += [work for (work,) in rows]
            skip = 0
            if len(found) >= size:
                break
        return self.rows(found)

    def latest(self, limit: int) -> list[Row]:
        """The works that came last into the collection."""
        return self.rows([work for (work,) in self.ask("SELECT id FROM work ORDER BY id DESC LIMIT ?", (limit,))])

    def by_address(self, number: int, size: int) -> list[Row]:
        """A page of all works, in the order of their addresses."""
        found = self.ask(
            "SELECT work.id FROM held JOIN work ON work.id = held.id ORDER BY held.address LIMIT ? OFFSET ?",
            (size, (number - 1) * size),
        )
        return self.rows([work for (work,) in found])

    def rows(self, works: Sequence[int]) -> list[Row]:
        """The works with these numbers, in the same order."""
        found = {
            number: Row(number, path, json.loads(zlib.decompress(row)))
            for number, path, row in self.ask(
                "SELECT id, address, row FROM work WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(works),)
            )
        }
        return [found[number] for number in works if number in found]

    def work(self, path: str) -> Row | None:
        """The work below a path, None where there is none."""
        rows = self.ask("SELECT id FROM held WHERE address = ?", (path,))
        return next(iter(self.rows([rows[0][0]])), None) if rows else None

    def named(self, paths: Sequence[str]) -> list[Row]:
        """The works below paths, in no order; none where there is none."""
        found = self.ask("SELECT id FROM held WHERE address IN (SELECT value FROM json_each(?))", (json.dumps(paths),))
        return self.rows([work for (work,) in found])

    def neighbours(self, path: str, each: int) -> list[str]:
        """The paths of so many records before a path, and behind it."""
        behind = self.ask("SELECT address FROM held WHERE address >= ? ORDER BY address LIMIT ?", (path, each))
        before = self.ask("SELECT address FROM held WHERE address < ? ORDER BY address DESC LIMIT ?", (path, each))
        return [address for (address,) in (*behind, *before)]

    def links(self, work: int) -> list[tuple[Thing, list[str]]]:
        """The things that a work leads to, each with the roles."""
        rows = self.ask(
            "SELECT thing.id, thing.address, label, works, roles FROM link JOIN thing ON thing.id = link.thing"
            " WHERE work = ? AND thing.address <> ''",
            (work,),
        )
        return [(Thing(*row[:4]), [role for role in ROLES if row[4] & BIT[role]]) for row in rows]

    def top(self, role: str, limit: int, skip: int = 0) -> list[Thing]:
        """The things in a role with the most works, and how many works lead to each in it."""
        rows = self.ask(
            "SELECT thing.id, address, label, tally.works FROM tally JOIN thing ON thing.id = tally.thing"
            " WHERE role = ? ORDER BY tally.works DESC LIMIT ? OFFSET ?",
            (role, limit, skip),
        )
        return [Thing(*row) for row in rows]

    def browse(self, role: str, start: str = "", after: int = 0, limit: int = 60) -> list[Thing]:
        """The things in a role in the order of their names, from a name on, behind the thing `after` of that name."""
        key = sort_key(start) if start else ""
        rows = self.ask(
            "SELECT thing.id, address, label, tally.works FROM tally JOIN thing ON thing.id = tally.thing"
            " WHERE role = ?1 AND (tally.sort, tally.thing) > (?2, ?3) ORDER BY tally.sort, tally.thing LIMIT ?4",
            (role, key, after if start else 0, limit),
        )
        return [Thing(*row) for row in rows]

    def letters(self, role: str) -> list[str]:
        """The letters from A to Z with which names in a role begin; an asterisk stands for all others behind them."""
        asked = "SELECT 1 FROM tally WHERE role = ? AND sort >= ? AND sort < ? LIMIT 1"
        found = [letter for letter in map(chr, range(97, 123)) if self.ask(asked, (role, letter, chr(ord(letter) + 1)))]
        return [letter.upper() for letter in found] + (["*"] if self.ask(asked, (role, "{", _END)) else [])

    def near(self, thing: int, among: int = 500) -> Near:
        """What the works of a thing lead to beside it, among the newest so many."""
        own = self.ask("SELECT work FROM link WHERE thing = ? ORDER BY rank, work DESC LIMIT ?", (thing, among))
        return Near(self, thing, [work for (work,) in own])

    def leading(self, works: Iterable[int]) -> dict[str, dict[int, int]]:
        """Role → the numbers of the things that works lead to in it → how many of these works."""
        (joined,) = self.ask(
            # One text of all: a row for each would cost three times as much.
            f"SELECT group_concat(thing << {len(ROLES)} | roles) FROM link INDEXED BY link_work"  # noqa: S608 - a number
            " WHERE work IN (SELECT value FROM json_each(?))",
            (json.dumps([*works]),),
        )[0]
        by_roles: dict[int, dict[int, int]] = {}
        bits, mask = len(ROLES), (1 << len(ROLES)) - 1
        for pair, number in Counter((joined or "0").split(",")).items():
            both = int(pair)
            by_roles.setdefault(both & mask, {})[both >> bits] = number
        found: dict[str, dict[int, int]] = {}
        for roles, counted in by_roles.items():
            for role in (role for role in ROLES if roles & BIT[role]):
                other = found.get(role, {})
                # To a thing some works lead in this role alone, and others in several.
                found[role] = counted | {thing: n + counted.get(thing, 0) for thing, n in other.items()}
        return found

    def things(self, numbers: Iterable[int]) -> dict[int, Thing]:
        """Things by their numbers."""
        rows = self.ask(
            "SELECT id, address, label, works FROM thing WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps([*numbers]),),
        )
        return {row[0]: Thing(*row) for row in rows}

    def suggested(self, text: str, limit: int = 8) -> list[tuple[Thing, str]]:
        """The things whose names have words that begin so, those with most works first, each with a role."""
        words = [f'"{phrase(word)}" *' for word in text.replace('"', " ").split() if sort_key(word)]
        if not words or len(text.strip()) < 2:
            return []
        rows = self.ask(
            "SELECT id, address, label, works FROM"
            " (SELECT rowid FROM thing_words WHERE thing_words MATCH ? LIMIT ?) AS found"
            " JOIN thing ON thing.id = found.rowid ORDER BY works DESC, label LIMIT ?",
            (" ".join(words), _SUGGESTED, limit),
        )
        things = [Thing(*row) for row in rows]
        return [(thing, next(iter(self.roles(thing.id)), "other")) for thing in things]

    def below(self, start: str, limit: int = 2_000) -> list[Thing]:
        """The things whose addresses begin so."""
        rows = self.ask(
            "SELECT id, address, label, works FROM thing WHERE address >= ? AND address < ? ORDER BY address LIMIT ?",
            (start, start + _END, limit),
        )
        return [Thing(*row) for row in rows]

    def related(self, work: int, limit: int = 4) -> list[tuple[Row, int]]:
        """The works that lead to most of the rarer things to which a work leads, and to how many of them."""
        rows = self.ask(
            "SELECT other.work, COUNT(*) AS n FROM (SELECT thing FROM link JOIN thing ON thing.id = link.thing"
            " WHERE work = ?1 AND roles & ?2 AND works BETWEEN 2 AND ?3 ORDER BY works LIMIT 10) AS own"
            " JOIN link AS other ON other.thing = own.thing AND other.work <> ?1"
            " GROUP BY other.work ORDER BY n DESC, other.rank, other.work LIMIT ?4",
            (work, BIT["author"] | BIT["subject"] | BIT["journal"] | BIT["series"] | BIT["grant"], 200, limit),
        )
        shared = dict(rows)
        return [(row, shared[row.id]) for row in self.rows([*shared])]

    def namesakes(self, label: str, role: str = "author", limit: int = 12) -> list[Thing]:
        """The things in a role that are called by a name or by one that begins so."""
        key = sort_key(label)
        rows = self.ask(
            "SELECT thing.id, address, label, tally.works FROM tally JOIN thing ON thing.id = tally.thing"
            " WHERE role = ? AND tally.sort >= ? AND tally.sort < ? ORDER BY tally.works DESC LIMIT ?",
            (role, key, key + _END, limit),
        )
        return [Thing(*row) for row in rows]

    def identified(self, text: str) -> list[str]:
        """The addresses below the base of what has an identifier, however it is written."""
        forms = normal_forms(text) or [text.strip().casefold()]
        found: dict[str, None] = {}
        for form in forms:
            rows = self.ask("SELECT DISTINCT address FROM identifier WHERE value = ? LIMIT 5", (form,))
            found |= dict.fromkeys(address for (address,) in rows)
        return list(found)


def year_of(rank: int) -> int | None:
    """The year that a rank stands for."""
    return None if rank == UNDATED else 9_999 - rank


def most(counted: Mapping[int, int], limit: int) -> list[int]:
    """The things with the highest counts, the highest first; of equal ones the lowest numbers.

    >>> most({7: 1, 5: 2, 6: 1}, 2)
    [5, 6]
    """
    last = min(heapq.nlargest(limit, counted.values()), default=0)
    above = sorted((thing for thing, n in counted.items() if n > last), key=lambda thing: (-counted[thing], thing))
    return [*above, *sorted(thing for thing, n in counted.items() if n == last)][:limit]


class Near:
    """What some works of a thing lead to beside it; each call reads what it names, and the works were counted once."""

    def __init__(self, catalogue: CatalogueReader, thing: int, works: Sequence[int]) -> None:
        self._catalogue, self._works = catalogue, works
        self._counts = catalogue.leading(works)
        for counted in self._counts.values():
            counted.pop(thing, None)

    def top(self, role: str, limit: int) -> list[Thing]:
        """The things in a role that most of the works lead to, and how many of these works."""
        counted = self._counts.get(role, {})
        named = self._catalogue.things(most(counted, limit)).values()
        return sorted((one._replace(works=counted[one.id]) for one in named), key=lambda one: (-one.works, one.label))

    def ties(self, others: Sequence[int]) -> list[tuple[int, int, int]]:
        """Which two of these things some of the works lead to together, and how many of these works."""
        rows = self._catalogue.ask(
            "SELECT group_concat(thing) FROM link INDEXED BY link_work WHERE work IN (SELECT value FROM json_each(?))"
            " AND thing IN (SELECT value FROM json_each(?)) GROUP BY work",
            (json.dumps([*self._works]), json.dumps([*others])),
        )
        pairs = Counter(pair for (joined,) in rows for pair in combinations(sorted(map(int, joined.split(","))), 2))
        return [(one, other, works) for (one, other), works in sorted(pairs.items())]
