"""The figures of the dataset (VoID), kept with each change: statements by property and class, subjects, links.

They count what stands in the default graph of a store that holds our records and nothing else.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Iterable

from converter.mapping.context import term
from converter.mapping.engine import PROFILE
from converter.store.statistics import LINKING, TARGETS, Figures
from converter.values.terms import type_

SCHEMA = """
CREATE TABLE figure (kind TEXT NOT NULL, name TEXT NOT NULL, host TEXT NOT NULL, number INTEGER NOT NULL,
  PRIMARY KEY (kind, name, host)) WITHOUT ROWID;
CREATE TABLE subject (digest BLOB PRIMARY KEY, lines INTEGER NOT NULL) WITHOUT ROWID
"""
_EXAMPLES = 3
_LINKING = frozenset(map(term, LINKING))


class FigureKeeper:
    """Keeps the figures in the database of the archive; a batch is gathered first and applied once."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self.drop()

    def change(self, come: Iterable[str], gone: Iterable[str]) -> None:
        """Count lines that the store did not have, and lines that it no longer has."""
        for lines, sign in ((come, 1), (gone, -1)):
            for line in lines:
                self._count(line, sign)

    def apply(self) -> None:
        """Write what was gathered, in the transaction that is open."""
        for subject, change in self._subjects.items():
            if not change:
                continue
            (lines,) = self._database.execute(
                "INSERT INTO subject VALUES (?1, ?2) ON CONFLICT DO UPDATE SET lines = lines + ?2 RETURNING lines",
                (subject, change),
            ).fetchone()
            if lines == change and change > 0:
                self._figures["subjects", "", ""] += 1
            elif lines == 0:
                self._figures["subjects", "", ""] -= 1
                self._database.execute("DELETE FROM subject WHERE digest = ?", (subject,))
        changed = [(*key, number) for key, number in self._figures.items() if number]
        self._database.executemany(
            "INSERT INTO figure VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET number = number + ?4", changed
        )
        self._database.executemany(
            "DELETE FROM figure WHERE kind = ? AND name = ? AND host = ? AND number = 0",
            (key for key, number in self._figures.items() if number < 0),
        )
        self.drop()

    def drop(self) -> None:
        """Forget what was gathered and not written."""
        self._figures: Counter[tuple[str, str, str]] = Counter()
        self._subjects: Counter[bytes] = Counter()

    def clear(self) -> None:
        """Remove every figure, before they are counted anew."""
        self.drop()
        self._database.execute("DELETE FROM figure")
        self._database.execute("DELETE FROM subject")

    def figures(self, base: str) -> Figures:
        """The figures as they are."""
        rows = self._database.execute("SELECT kind, name, host, number FROM figure").fetchall()
        stated = {(kind, name, host): number for kind, name, host, number in rows}
        examples = self._database.execute(
            "SELECT address FROM held WHERE NOT deleted AND payload IS NOT NULL ORDER BY id LIMIT ?", (_EXAMPLES,)
        )
        return Figures(
            records=stated.get(("records", "", ""), 0),
            subjects=stated.get(("subjects", "", ""), 0),
            classes={name: number for (kind, name, _), number in stated.items() if kind == "class"},
            properties={name: number for (kind, name, _), number in stated.items() if kind == "property"},
            links={(name, host): number for (kind, name, host), number in stated.items() if kind == "link"},
            examples=tuple(sorted(f"{base}item/{address}" for (address,) in examples)),
        )

    def _count(self, line: str, sign: int) -> None:
        subject, property_, rest = line.split(" ", 2)
        object_ = rest[:-2]
        name = property_[1:-1]
        self._figures["property", name, ""] += sign
        if property_ == type_:
            self._figures["class", object_[1:-1], ""] += sign
        elif property_ == term("dcterms:conformsTo") and object_.endswith(f"/{PROFILE}>"):
            self._figures["records", "", ""] += sign
        elif object_.startswith("<") and property_ in _LINKING:
            host = object_.partition("://")[2].partition("/")[0].rstrip(">")
            if host in TARGETS:
                self._figures["link", name, host] += sign
        self._subjects[hashlib.blake2b(subject.encode(), digest_size=12).digest()] += sign
