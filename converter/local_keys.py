"""Records that are called by a key of their file alone: two works that two files call alike are two works.

The keys of BibTeX, RIS and MARC are unique in one file or one catalogue.  A key that is met again is that of the same
work where the titles are the same, or where first author and year are, since titles are corrected.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import msgspec

from converter.record import Record
from converter.report import Finding
from converter.values import iris

_UNIQUE = re.compile(r"[a-z][a-z0-9+.-]*:|10\.\d|record-[0-9a-f]{12}$|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-", re.IGNORECASE)
_YEAR = re.compile(r"\d{4}")


class Work(NamedTuple):
    """By what a work is known again; what the record does not say is empty."""

    title: str
    author: str
    year: str

    def is_other(self, other: Work) -> bool:
        """Whether the two cannot be one work.

        >>> Work("tides", "rook-ida", "2012").is_other(Work("tides-of-the-north", "rook-ida", "2012"))
        False
        >>> Work("tides", "rook-ida", "2012").is_other(Work("sand", "aas-tove", "2012"))
        True
        """
        if not self.title or not other.title or self.title == other.title:
            return False
        return not (self.author and self[1:] == other[1:])

    @property
    def digest(self) -> str:
        """Eight digits that stand for the work."""
        return hashlib.sha256(repr(tuple(self)).encode()).hexdigest()[:8]


def distinct(records: Iterable[Record], note: Callable[[Finding], None]) -> Iterator[Record]:
    """Yield the records of a run, each under a key that no other work of the run has; the keys wait on the disk."""
    with contextlib.closing(sqlite3.connect("", isolation_level=None)) as database:
        database.execute("CREATE TABLE work (key TEXT PRIMARY KEY, title TEXT, author TEXT, year TEXT) WITHOUT ROWID")

        def held(key: str) -> Work | None:
            row = database.execute("SELECT title, author, year FROM work WHERE key = ?", (key,)).fetchone()
            return Work(*row) if row else None

        for record in records:
            if has_local_key(record):
                found = distinguished(record, held, note)
                database.execute("INSERT OR IGNORE INTO work VALUES (?, ?, ?, ?)", (found.identifier, *work_of(found)))
                yield found
            else:
                yield record


def has_local_key(record: Record) -> bool:
    """Whether a record is called by a key that another file may use for another work."""
    return not (record.handle or record.datestamp or record.via or _UNIQUE.match(record.identifier))


def distinguished(record: Record, held: Callable[[str], Work | None], note: Callable[[Finding], None]) -> Record:
    """The record under its key, or a longer one where another work has it; `held` is the work that a key stands for."""
    if not has_local_key(record):
        return record
    work = work_of(record)
    known = held(record.identifier)
    if known is None or not known.is_other(work):
        return record
    longer = f"{record.identifier}-{work.digest}"
    reason = f"another work has the key {record.identifier}; this one is called {longer}"
    note(Finding(longer, "info", "", "", reason))
    return msgspec.structs.replace(record, identifier=longer)


def work_of(record: Record) -> Work:
    """By what a record's work is known again."""

    def first(*starts: str) -> str:
        return next((field.value for field in record.fields if field.name.startswith(starts)), "")

    year = _YEAR.search(first("dc.date"))
    author = first("dc.contributor.author", "dc.creator", "dc.contributor")
    return Work(_slug(first("dc.title")), _slug(author), year[0] if year else "")


def _slug(text: str) -> str:
    return iris.slug(text) if text else ""
