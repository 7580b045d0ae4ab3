"""Authority files of the operator: what they know of agents, serials and subjects → links of the things of a record.

A thing is joined with an entry by an identifier, by a label that is exactly that of one entry of its file, or by what a
person has decided; nothing is joined by likeness, which only makes candidates for a person to decide.  The links of a
record depend on the record and on the files alone, so that a store is the same however it came about.
"""

from __future__ import annotations

import csv
import hashlib
import re
import sqlite3
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import msgspec

import ontology
from converter.errors import SourceError
from converter.mapping.context import term
from converter.values import identifiers, iris
from converter.values.check_digits import isni, issn
from converter.values.terms import iri, literal, triple, type_
from converter.values.words import texts_in

_TABLES = """
CREATE TABLE IF NOT EXISTS file (name TEXT PRIMARY KEY, digest TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS entry (id INTEGER PRIMARY KEY, file TEXT NOT NULL, kind TEXT NOT NULL,
                                  address TEXT NOT NULL, label TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS identifier (value TEXT NOT NULL, entry INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS label (exact TEXT NOT NULL, loose TEXT NOT NULL, entry INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS serial (issn TEXT PRIMARY KEY, linking TEXT NOT NULL, file TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS decision (address TEXT NOT NULL, candidate TEXT NOT NULL, is_one INTEGER NOT NULL,
                                     file TEXT NOT NULL, PRIMARY KEY (address, candidate)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS broader (entry INTEGER NOT NULL, value TEXT NOT NULL, PRIMARY KEY (entry, value))
  WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_value ON identifier (value);
CREATE INDEX IF NOT EXISTS by_entry ON identifier (entry);
CREATE INDEX IF NOT EXISTS by_exact ON label (exact);
CREATE INDEX IF NOT EXISTS by_loose ON label (loose);
"""
KINDS = ("person", "organisation", "serial", "subject")
_CLASSES = {
    term("foaf:Person"): "person",
    term("foaf:Organization"): "organisation",
    term("skos:Concept"): "subject",
    term("frapo:FundingAgency"): "organisation",
}
_NAMES = frozenset(map(term, ("foaf:name", "skos:prefLabel", "skos:altLabel")))
_ISSNS = frozenset(map(term, ("prism:issn", "prism:eIssn", "fabio:hasIssnL")))
_SAME, _MATCH, _LINKING = term("owl:sameAs"), term("skos:exactMatch"), term("fabio:hasIssnL")
_BROADER = term("skos:broader")
_LINE = re.compile(r'<([^>]*)> (<[^>]*>) (?:"((?:[^"\\]++|\\.)*+)"(?:@\S+|\^\^\S+)?|(<[^>]*>)) \.')
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_SIGNS = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f"}
_SEVERAL = re.compile(r"\s*;\s*")
_LANGUAGE = re.compile(r"^(?:no_lang_code|[a-z]{2,3}(?:[-_][A-Za-z]+)?): ")
_SMALL = frozenset("the of and for de des du la le les el der die das und et y di da do e in at".split())
_PAGE_OF_A_SUBJECT = re.compile(r"^https://(?=id\.loc\.gov/|id\.worldcat\.org/)")
_SCHEMES = (
    ("https://ror.org/", "organisation"),
    ("https://doi.org/10.13039/", "organisation"),
    ("https://orcid.org/", "person"),
    ("http://id.loc.gov/authorities/subjects/", "subject"),
    ("http://id.worldcat.org/fast/", "subject"),
    ("http://id.nlm.nih.gov/mesh/", "subject"),
    ("http://dewey.info/", "subject"),
)
"""How an address begins, and the kind of what it is the address of."""


class Entry(NamedTuple):
    """One entry of a file: its kind, its address, its first label, and what else identifies it."""

    kind: str
    address: str
    label: str
    same: tuple[str, ...] = ()


class Candidate(NamedTuple):
    """An entry that may be a thing, and why."""

    entry: Entry
    reason: str


class Thing(NamedTuple):
    """Something that a record speaks of: its address, its kind, its names, and by what it is identified."""

    address: str
    kind: str
    names: tuple[str, ...]
    identifiers: tuple[str, ...]


class Authorities:
    """What the files say, in a database of SQLite; one that is empty knows nothing."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    @classmethod
    def of_files(cls, paths: Iterable[Path]) -> Authorities:
        """The entries of files, in memory.

        Raises SourceError where a file cannot be read.
        """
        found = cls(sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False))
        for path in paths:
            found.add(path)
        return found

    @property
    def digest(self) -> str:
        """What decides which links are made, as one digest; empty where no file was taken."""
        rows = self._rows("SELECT name, digest FROM file ORDER BY name")
        return hashlib.sha256(repr(rows).encode()).hexdigest() if rows else ""

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of which a file knows something."""
        return frozenset(str(kind) for (kind,) in self._rows("SELECT DISTINCT kind FROM entry"))

    def add(self, path: Path) -> None:
        """Take the entries or decisions of a file, in the place of those that one of its name had.

        Raises SourceError where it cannot be read, or has no column that is known.
        """
        self._database.executescript(_TABLES)
        try:
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            if self._rows("SELECT 1 FROM file WHERE name = ? AND digest = ?", path.name, digest):
                return
            with path.open(encoding="utf-8-sig", newline="") as file:
                self._take(path.name, file)
        except (OSError, UnicodeDecodeError, csv.Error, msgspec.DecodeError) as fault:
            raise SourceError(
                f"{path}: cannot be read ({fault}); an authority file is CSV, or lines of JSON, in UTF-8"
            ) from None
        self._database.execute("INSERT OR REPLACE INTO file VALUES (?, ?)", (path.name, digest))

    def links(self, lines: Iterable[str], base: str) -> list[str]:
        """The links of the things that the lines of one record speak of, sorted."""
        found: set[str] = set()
        for thing in things(lines, base):
            node = f"<{thing.address}>"
            if thing.kind == "serial":
                linking = {one for value in thing.identifiers if (one := self._linking(value))}
                # Two of them would say that the record means two serials.
                found |= {triple(node, _LINKING, literal(one)) for one in linking if len(linking) == 1}
            property_ = _MATCH if thing.kind == "subject" else _SAME
            for number in self._joined(thing, base):
                entry = self._entry(number)
                found |= {triple(node, property_, f"<{address}>") for address in (entry.address, *entry.same)}
                if thing.kind == "subject":
                    found.update(self._above(thing.address, number, base))
        return sorted(found)

    def entries(self, thing: Thing, base: str) -> list[Entry]:
        """The entries that a thing is joined with."""
        return [self._entry(number) for number in self._joined(thing, base)]

    def _joined(self, thing: Thing, base: str) -> list[int]:
        decided = self._decided(thing, base)
        chosen = [number for number, is_one in decided.items() if is_one]
        if not chosen:
            chosen = self._by_identifier(thing) or self._by_label(thing)
        return [number for number in dict.fromkeys(chosen) if decided.get(number, True)]

    def _above(self, address: str, number: int, base: str) -> Iterator[str]:
        """Yield what is said of all that is broader than a subject, each in the scheme of the subject."""
        scheme, _, name = address.removeprefix(f"{base}subject/").partition("/")
        if not name or "/" in name:
            # A heading with a qualifier is below its heading, and that below others.
            return
        language = "en" if scheme == "mesh" else None
        waiting, seen = [(address, number)], {number}
        while waiting:
            below, entry = waiting.pop()
            for other in self._broader(entry):
                named = self._entry(other)
                above = iris.subject(base, scheme, named.label)
                node = iri(above)
                yield triple(iri(below), _BROADER, node)
                yield triple(node, type_, term("skos:Concept"))
                yield triple(node, type_, term("fabio:SubjectTerm"))
                yield triple(node, term("skos:prefLabel"), literal(named.label, language))
                yield triple(node, term("skos:inScheme"), iri(f"{base}subject/{scheme}"))
                yield triple(node, _MATCH, iri(named.address))
                if other not in seen:
                    seen.add(other)
                    waiting.append((above, other))

    def _broader(self, number: int) -> list[int]:
        """The entries that one file says are broader than an entry of it."""
        rows = self._rows(
            "SELECT above.id FROM broader JOIN entry AS own ON own.id = broader.entry"
            " JOIN identifier ON identifier.value = broader.value"
            " JOIN entry AS above ON above.id = identifier.entry AND above.file = own.file AND above.kind = own.kind"
            " WHERE broader.entry = ? ORDER BY above.id",
            number,
        )
        return [int(str(found)) for (found,) in rows]

    def candidates(self, thing: Thing, base: str) -> list[Candidate]:
        """The entries that may be a thing, which nothing joins it with, and about which nobody has decided."""
        decided, found = self._decided(thing, base), dict[int, str]()
        for name in thing.names:
            exact = self._labelled("exact", _exact(name), thing.kind)
            reason = "several entries have the label" if len(exact) > 1 else "an abbreviated name" if exact else ""
            found |= {number: reason for number in exact if number not in found}
            for number in self._labelled("loose", _loose(name, thing.kind), thing.kind):
                found.setdefault(number, "a label of the same words")
        return [Candidate(self._entry(number), why) for number, why in found.items() if number not in decided]

    def _take(self, name: str, file: Iterable[str]) -> None:
        known = {row["column"]: row["part"] for _, row in ontology.table("authorities.csv")}
        with self._transaction():
            self._forget(name)
            for place, row in _rows_of(file):
                stated: defaultdict[str, list[str]] = defaultdict(list)
                for column, cell in row:
                    if (part := known.get(column.strip().casefold())) and cell.strip():
                        stated[part].append(cell.strip())
                if not stated and not any(column.strip().casefold() in known for column, _ in row):
                    shown = ", ".join(column for column, _ in row)[:200]
                    raise SourceError(f"{name}: no column of an authority file ({shown}); see ontology/authorities.csv")
                self._row(f"{name}:{place}", name, stated)

    def _row(self, where: str, name: str, stated: defaultdict[str, list[str]]) -> None:
        if "decision" in stated:
            is_one = {"yes": 1, "y": 1, "1": 1, "no": 0, "n": 0, "0": 0}.get(stated["decision"][0].casefold())
            if is_one is None or not stated["address"] or not stated["candidate"]:
                raise SourceError(f"{where}: a decision is yes or no, with an address and a candidate")
            row = (stated["address"][0], stated["candidate"][0], is_one, name)
            self._database.execute("INSERT OR REPLACE INTO decision VALUES (?, ?, ?, ?)", row)
        elif stated["issn"] and stated["issn-l"]:
            one, linking = issn(stated["issn"][0]), issn(stated["issn-l"][0])
            if one and linking:
                row_ = (one.value, linking.value, name)
                self._database.execute("INSERT OR REPLACE INTO serial VALUES (?, ?, ?)", row_)
        elif stated["identifier"] or stated["fundref"]:
            self._entry_of(where, name, stated)

    def _entry_of(self, where: str, name: str, stated: defaultdict[str, list[str]]) -> None:
        addresses = list(dict.fromkeys(_addresses(stated)))
        labels = list(dict.fromkeys(_labels(stated)))
        if not addresses or not labels:
            return
        named = (kind for address in addresses for start, kind in _SCHEMES if address.startswith(start))
        kind = stated["kind"][0].casefold() if stated["kind"] else next(named, "")
        if kind not in KINDS:
            raise SourceError(f"{where}: nothing says what it is; add a column kind ({', '.join(KINDS)})")
        broader = [one for cell in stated["broader"] for part in _SEVERAL.split(cell) if (one := _address(part))]
        row = (name, kind, addresses[0], labels[0])
        if broader:
            # A subject below several others stands in a row for each of them, as tables of query results have it.
            known = self._rows("SELECT id FROM identifier JOIN entry ON id = entry WHERE value = ?3 AND file = ?1"
                               " AND kind = ?2 AND address = ?3 AND label = ?4", *row)  # fmt: skip
            if known:
                self._keep_broader(int(str(known[0][0])), broader)
                return
        number = int(self._database.execute("INSERT INTO entry VALUES (NULL, ?, ?, ?, ?)", row).lastrowid or 0)
        self._keep_broader(number, broader)
        self._database.executemany("INSERT INTO identifier VALUES (?, ?)", ((one, number) for one in addresses))
        exact = [(_exact(label), _loose(label, kind), number) for label in labels]
        # A hint has no exact form: it makes candidates and joins nobody.
        hints = [("", _loose(hint, kind), number) for cell in stated["hint"] for hint in _SEVERAL.split(cell)]
        self._database.executemany("INSERT INTO label VALUES (?, ?, ?)", [*exact, *hints])

    def _keep_broader(self, number: int, broader: Iterable[str]) -> None:
        rows = ((number, one) for one in broader)
        self._database.executemany("INSERT OR IGNORE INTO broader VALUES (?, ?)", rows)

    def _forget(self, name: str) -> None:
        numbers = "(SELECT id FROM entry WHERE file = ?)"
        for table in ("identifier", "label", "broader"):
            self._database.execute(f"DELETE FROM {table} WHERE entry IN {numbers}", (name,))  # noqa: S608 - constants
        for table in ("entry", "serial", "decision"):
            self._database.execute(f"DELETE FROM {table} WHERE file = ?", (name,))  # noqa: S608 - constants

    def _transaction(self) -> _Transaction:
        return _Transaction(self._database)

    def _rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        try:
            return self._database.execute(query, values).fetchall()
        except sqlite3.OperationalError:
            return []

    def _linking(self, number: str) -> str:
        return "".join(str(found) for (found,) in self._rows("SELECT linking FROM serial WHERE issn = ?", number))

    def _by_identifier(self, thing: Thing) -> list[int]:
        found: list[int] = []
        query = "SELECT entry FROM identifier JOIN entry ON id = entry WHERE value = ? AND kind = ?"
        for value in thing.identifiers:
            found += [int(str(number)) for (number,) in self._rows(query, value, thing.kind)]
        return found

    def _by_label(self, thing: Thing) -> list[int]:
        """The entries whose label is one of the names, each the only one of its file that has it."""
        found: list[int] = []
        for name in thing.names[:1]:
            if thing.kind == "person" and _is_abbreviated(name):
                continue
            by_file: defaultdict[str, set[int]] = defaultdict(set)
            query = "SELECT file, id FROM label JOIN entry ON id = entry WHERE exact = ? AND kind = ?"
            for file, number in self._rows(query, _exact(name), thing.kind):
                by_file[str(file)].add(int(str(number)))
            found += [next(iter(numbers)) for numbers in by_file.values() if len(numbers) == 1]
        return found

    def _labelled(self, column: str, value: str, kind: str) -> list[int]:
        query = f"SELECT DISTINCT id FROM label JOIN entry ON id = entry WHERE {column} = ? AND kind = ? LIMIT 10"  # noqa: S608 - two constants
        return [int(str(number)) for (number,) in self._rows(query, value, kind)] if value else []

    def _decided(self, thing: Thing, base: str) -> dict[int, bool]:
        """The entries about which somebody has decided, and how."""
        query = "SELECT entry, is_one FROM decision JOIN identifier ON value = candidate WHERE address = ?"
        path = thing.address.removeprefix(base)
        rows = [*self._rows(query, path), *self._rows(query, thing.address)]
        return {int(str(number)): bool(is_one) for number, is_one in rows}

    def _entry(self, number: int) -> Entry:
        ((kind, address, label),) = self._rows("SELECT kind, address, label FROM entry WHERE id = ?", number)
        same = [str(value) for (value,) in self._rows("SELECT value FROM identifier WHERE entry = ?", number)]
        return Entry(str(kind), str(address), str(label), tuple(one for one in same if one != address))


class _Transaction:
    """One step of a database, which is taken back where it fails."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def __enter__(self) -> None:
        self._database.execute("BEGIN")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._database.execute("COMMIT" if kind is None else "ROLLBACK")


class Undecided(NamedTuple):
    """A line of the list for people: a thing that nothing joins with an entry, and one entry that it may be."""

    kind: str
    address: str
    label: str
    records: int
    candidate: str
    candidate_label: str
    reason: str
    decision: str = ""


def undecided(
    records: Iterable[Iterable[str]], known: Authorities, base: str, unlike: Counter[str]
) -> Iterator[Undecided]:
    """Yield what is to be decided of the things of many records, those of most records first.

    `records` are the lines of each.  Of a thing that no entry is like there is nothing to decide: `unlike` counts them
    by kind.
    """
    kinds = known.kinds
    counts: Counter[str] = Counter()
    held: dict[str, Thing] = {}
    for lines in records:
        for thing in things(lines, base):
            if thing.kind in kinds and thing.names:
                counts[thing.address] += 1
                held.setdefault(thing.address, thing)
    for address, count in sorted(counts.items(), key=lambda one: (-one[1], one[0])):
        thing = held[address]
        if known.entries(thing, base):
            continue
        found = known.candidates(thing, base)
        for entry, reason in found:
            shown = (thing.kind, address.removeprefix(base), thing.names[0], count)
            yield Undecided(*shown, entry.address, entry.label, reason)
        if not found:
            unlike[thing.kind] += 1


def things(lines: Iterable[str], base: str) -> Iterator[Thing]:
    """Yield the agents, serials and subjects that the lines of one record speak of."""
    kinds: dict[str, str] = {}
    names: defaultdict[str, list[str]] = defaultdict(list)
    known: defaultdict[str, list[str]] = defaultdict(list)
    for line in sorted(lines):
        match = _LINE.fullmatch(line)
        if not match or not match[1].startswith(base):
            continue
        subject, predicate, text, node = match[1], match[2], match[3], match[4]
        if predicate == type_ and node in _CLASSES:
            kinds[subject] = _CLASSES[node]
        elif predicate in _NAMES and text:
            names[subject].append(_unescaped(text))
        elif predicate in {_SAME, _MATCH} and node:
            known[subject].append(node[1:-1])
        elif predicate in _ISSNS and text:
            kinds.setdefault(subject, "serial")
            known[subject].append(text)
    for subject, kind in kinds.items():
        yield Thing(subject, kind, tuple(names[subject]), tuple(known[subject]))


def _rows_of(file: Iterable[str]) -> Iterator[tuple[int, list[tuple[str, str]]]]:
    """Yield the rows of CSV, or of lines of JSON, each with its line: names of columns and cells."""
    lines = iter(file)
    head = next(lines, "")
    if head.lstrip().startswith("{"):
        for place, line in enumerate(chain([head], lines), 1):
            if line.strip():
                value = msgspec.json.decode(line)
                yield place, [(str(key), text) for key, one in value.items() for text in texts_in(one)]
        return
    sign = max("\t;,", key=head.count)
    columns = next(csv.reader([head], delimiter=sign), [])
    for place, row in enumerate(csv.reader(lines, delimiter=sign), 2):
        yield place, list(zip(columns, row, strict=False))


def _addresses(stated: defaultdict[str, list[str]]) -> Iterator[str]:
    """Yield the addresses of an entry, in the form in which records have them."""
    for cell in stated["identifier"]:
        if address := _address(cell):
            yield address
    for cell in stated["fundref"]:
        yield from (
            f"https://doi.org/{one.value}" for part in _SEVERAL.split(cell) if (one := identifiers.fundref(part))
        )
    for cell in stated["isni"]:
        yield from (f"https://isni.org/isni/{one.value}" for part in _SEVERAL.split(cell) if (one := isni(part)))
    for cell in stated["wikidata"]:
        yield from (f"http://www.wikidata.org/entity/{part}" for part in _SEVERAL.split(cell) if part[:1] == "Q")


def _address(text: str) -> str:
    """The address of an identifier of a registry, or of anything on the web; empty where the text is none."""
    for rule, page in (
        ("orcid", "https://orcid.org/{}"),
        ("ror", "https://ror.org/{}"),
        ("fundref", "https://doi.org/{}"),
    ):
        if found := identifiers.NORMALISERS[rule](text):
            return page.format(found.value)
    if found := isni(text):
        return f"https://isni.org/isni/{found.value}"
    # Addresses of the Library of Congress and of FAST begin with http in the records.
    return _PAGE_OF_A_SUBJECT.sub("http://", identifiers.web_address(text) or "")


def _labels(stated: defaultdict[str, list[str]]) -> Iterator[str]:
    yield from stated["label"]
    for family in stated["family"]:
        yield ", ".join([family, *stated["given"][:1]])
    for cell in stated["labels"]:
        yield from (bare for part in _SEVERAL.split(cell) if (bare := _LANGUAGE.sub("", part).strip()))


def _exact(label: str) -> str:
    """The form in which labels are compared: case and runs of blanks mean nothing.

    >>> _exact("Tern  University") == _exact("tern university"), _exact("Tern Univ.") == _exact("Tern University")
    (True, False)
    """
    return " ".join(unicodedata.normalize("NFC", label).casefold().split())


def _loose(label: str, kind: str) -> str:
    """The form in which candidates are sought: the words in order, of a person the family name and an initial.

    >>> _loose("University of Terns", "organisation"), _loose("Gull, Ann Mary", "person")
    ('terns university', 'gull a')
    """
    if kind == "person":
        family, _, given = label.partition(",")
        return f"{iris.slug(family)} {iris.slug(given)[:1]}".strip()
    return " ".join(sorted({word for word in iris.slug(label).split("-") if word and word not in _SMALL}))


def _is_abbreviated(name: str) -> bool:
    """Whether a person's name has no given name that is written out: likeness, and no more.

    >>> _is_abbreviated("Gull, A."), _is_abbreviated("Gull"), _is_abbreviated("Gull, Ann M.")
    (True, True, False)
    """
    given = re.split(r"[\s.-]+", name.partition(",")[2].strip())
    return not any(len(word) > 1 for word in given)


def _unescaped(text: str) -> str:
    """The text of a literal of N-Triples."""
    return _ESCAPE.sub(_sign, text)


def _sign(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else _SIGNS.get(match[3], match[3])
