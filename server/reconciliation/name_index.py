"""Every name of one version of the dataset, in a temporary database on disk: candidates come out of it in milliseconds.

SQLite keeps at most `_CACHE` of it in memory, and removes the rest with the connection.
"""

from __future__ import annotations

import io
import sqlite3
import threading
import weakref
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Any, NamedTuple

import pyoxigraph

from converter.privacy import masked
from server.http.answer_file import AnswerFile
from server.reconciliation.model import IDENTIFIED, KINDS, PREFIXES, Kind
from server.reconciliation.similarity import person_words, words
from server.sparql import Endpoint, Request

CANDIDATES = 200
"""Names that are looked at for one question and one type."""

_CACHE = 16_384
"""Kilobytes of the index that are held in memory."""
_MOST = 2_000_000
"""Names of one type that are taken in."""
_AT_ONCE = 2_000
_WORDS = 24
"""Words of a question that are looked for."""
_COMMON = 2_000
"""Names that words may have in common before the rarer ones have to do."""
_CLOSEST = 40
"""Titles that are compared letter by letter."""
_NEAR = 4_000
"""Words of one beginning that are compared with one that is not known."""

_SCHEMA = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE name (id INTEGER PRIMARY KEY, kind TEXT, address TEXT, name TEXT, key TEXT);
CREATE TABLE identifier (value TEXT, address TEXT);
"""
_WORDS_OF = (
    "CREATE VIRTUAL TABLE words_{kind} USING fts5 (key, content = '', detail = none, columnsize = 0,"
    " tokenize = \"unicode61 remove_diacritics 0 categories 'L* N* M* Co'\");"
    "CREATE VIRTUAL TABLE known_{kind} USING fts5vocab (words_{kind}, row);"
)
_INDEXES = (
    "CREATE INDEX name_address ON name (address)",
    "CREATE INDEX name_key ON name (kind, key)",
    "CREATE INDEX identifier_value ON identifier (value)",
)


class Name(NamedTuple):
    """A name of a thing: its type, its address below the base, and what it is called."""

    kind: str
    address: str
    name: str


class Index:
    """The names of one version of the dataset; safe between threads."""

    def __init__(self, version: str) -> None:
        self.version = version
        self._lock = threading.Lock()
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        weakref.finalize(self, self._database.close)
        self._database.execute(f"PRAGMA cache_size = -{_CACHE}")
        self._database.executescript(_SCHEMA + "".join(_WORDS_OF.format(kind=kind) for kind in KINDS))

    def fill(self, endpoint: Endpoint, base: str) -> None:
        """Take in what the graph calls things.

        Raises what the endpoint raises.
        """
        self._database.execute("BEGIN")
        for kind in KINDS.values():
            for pattern in filter(None, (kind.named, kind.alternative)):
                self._take_names(kind, _found(endpoint, f"SELECT ?s ?v {{ {pattern} }}", base))
        found = _found(endpoint, f"SELECT ?s ?v {{ {IDENTIFIED} }}", base)
        self._database.executemany(
            "INSERT INTO identifier VALUES (?, ?)", ((value.lower(), address) for address, value in found)
        )
        for statement in _INDEXES:
            self._database.execute(statement)
        self._database.execute("COMMIT")

    def count(self) -> int:
        """How many names there are."""
        return int(self._ask("SELECT COUNT(*) FROM name")[0][0])

    def at(self, address: str) -> list[Name]:
        """The things at an address below the base, each under its first name."""
        rows = self._ask("SELECT kind, address, name, MIN(id) FROM name WHERE address = ? GROUP BY kind", (address,))
        return [Name(*row[:3]) for row in rows]

    def identified(self, values: Iterable[str]) -> list[Name]:
        """The things that have one of these identifiers."""
        addresses = dict.fromkeys(
            row[0]
            for value in values
            for row in self._ask("SELECT address FROM identifier WHERE value = ? LIMIT ?", (value.lower(), CANDIDATES))
        )
        return [name for address in addresses for name in self.at(address)]

    def candidates(self, kind: Kind, text: str) -> list[Name]:
        """The names that may be meant: the same one first, then those with all the words, then those with the rare."""
        asked = list(dict.fromkeys(_split(kind, text)))[:_WORDS]
        if not asked:
            return []
        rows = self._ask(
            "SELECT kind, address, name FROM name WHERE kind = ? AND key = ? LIMIT ?",
            (kind.id, _key(_split(kind, text)), CANDIDATES),
        )
        rows += self._matching(kind, " AND ".join(_either(kind, word) for word in asked))
        if len(rows) < CANDIDATES:
            rare = self._rare(kind, asked)
            rows += self._matching(kind, " OR ".join(map(_quoted, rare))) if rare else []
        names = [Name(*row) for row in dict.fromkeys(rows)][:CANDIDATES]
        return names if kind.id == "person" else _closest(asked, names)

    def beginning(self, kind: Kind, text: str, most: int) -> list[Name]:
        """Names in which words begin as these do, the last of which may be unfinished."""
        asked = _split(kind, text)[:_WORDS]
        if not asked:
            return []
        match = " AND ".join([*map(_quoted, asked[:-1]), f"{_quoted(asked[-1])}*"])
        return [Name(*row) for row in self._matching(kind, match, most)]

    def _take_names(self, kind: Kind, found: Iterable[tuple[str, str]]) -> None:
        named = ((address, masked(name)) for address, name in found if _is_of(kind, address))
        for batch in _batches(named):
            last = self._database.execute("SELECT COALESCE(MAX(id), 0) FROM name").fetchone()[0]
            keys = [_split(kind, name) for _, name in batch]
            self._database.executemany(
                "INSERT INTO name VALUES (?, ?, ?, ?, ?)",
                (
                    (last + number, kind.id, address, name, _key(key))
                    for number, ((address, name), key) in enumerate(zip(batch, keys, strict=True), 1)
                ),
            )
            self._database.executemany(
                f"INSERT INTO words_{kind.id} (rowid, key) VALUES (?, ?)",  # noqa: S608 - a name of our table
                ((last + number, " ".join(key)) for number, key in enumerate(keys, 1)),
            )

    def _matching(self, kind: Kind, match: str, most: int = CANDIDATES) -> list[tuple[str, str, str]]:
        return self._ask(
            f"SELECT kind, address, name FROM name WHERE id IN (SELECT rowid FROM words_{kind.id}"  # noqa: S608 - a name of our table; values are bound
            f" WHERE words_{kind.id} MATCH ? LIMIT ?)",
            (match, most),
        )

    def _rare(self, kind: Kind, asked: list[str]) -> list[str]:
        """The words that few names have, and for those that none has the nearest that are known."""
        counts = {}
        for word in asked:
            for known in [word] if self._frequency(kind, word) else self._near(kind, word):
                counts[known] = self._frequency(kind, known)
        chosen: list[str] = []
        total = 0
        for word in sorted(counts, key=lambda word: counts[word]):
            total += counts[word]
            if total > _COMMON and chosen:
                break
            if len(word) > 1 or not word.isascii():
                chosen.append(word)
        return chosen

    def _frequency(self, kind: Kind, word: str) -> int:
        rows = self._ask(f"SELECT doc FROM known_{kind.id} WHERE term = ?", (word,))  # noqa: S608 - a name of our table
        return int(rows[0][0]) if rows else 0

    def _near(self, kind: Kind, word: str) -> list[str]:
        """Known words from which this one may be mistyped, behind the same two letters."""
        if len(word) < 4:
            return []
        start = word[:2]
        rows = self._ask(
            f"SELECT term FROM known_{kind.id} WHERE term >= ? AND term < ? LIMIT ?",  # noqa: S608 - a name of our table
            (start, start + "\U0010ffff", _NEAR),
        )
        return get_close_matches(word, [row[0] for row in rows], n=3, cutoff=0.8)

    def _ask(self, statement: str, values: Any = ()) -> list[Any]:
        with self._lock:
            return self._database.execute(statement, values).fetchall()


def _split(kind: Kind, text: str) -> list[str]:
    return person_words(text) if kind.id == "person" else words(text)


def _key(asked: list[str]) -> str:
    """The words in an order that does not depend on theirs."""
    return " ".join(sorted(asked))


def _closest(asked: list[str], names: list[Name]) -> list[Name]:
    """The names that share the most of the words, counted by their lengths."""

    def shared(name: Name) -> int:
        return -sum(map(len, wanted.intersection(words(name.name))))

    wanted = set(asked)
    return sorted(names, key=shared)[:_CLOSEST]


def _is_of(kind: Kind, address: str) -> bool:
    """Whether a thing with that address may be of the type: parts of a record are no works."""
    return address.startswith(kind.folder) and not (kind.folder and "#" in address)


def _either(kind: Kind, word: str) -> str:
    """A word, for a person also its initial, and for an initial every word that it may stand for."""
    if kind.id != "person":
        return _quoted(word)
    return f"({_quoted(word)} OR {_quoted(word[0])})" if len(word) > 1 else f"{_quoted(word)}*"


def _quoted(word: str) -> str:
    """A word for FTS5: it is made of letters and digits alone."""
    return f'"{word}"'


def _batches(rows: Iterable[tuple[str, str]]) -> Iterator[list[tuple[str, str]]]:
    batch: list[tuple[str, str]] = []
    for number, row in enumerate(rows):
        if number >= _MOST:
            break
        batch.append(row)
        if len(batch) == _AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def _found(endpoint: Endpoint, query: str, base: str) -> Iterator[tuple[str, str]]:
    """Yield addresses below the base with their values, as the endpoint makes them."""
    with endpoint.ask(Request(PREFIXES + query, "tsv", inside=True)) as answer:
        solutions = pyoxigraph.parse_query_results(
            io.BufferedReader(AnswerFile(answer)), format=pyoxigraph.QueryResultsFormat.TSV
        )
        if not isinstance(solutions, pyoxigraph.QuerySolutions):
            raise TypeError("a SELECT query answers with solutions")
        for solution in solutions:
            thing, value = solution["s"], solution["v"]
            if isinstance(thing, pyoxigraph.NamedNode) and isinstance(value, pyoxigraph.Literal):
                address = thing.value.removeprefix(base)
                if address != thing.value and value.value.strip():
                    yield address, value.value
