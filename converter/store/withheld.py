"""Which archived records withhold something: as on which day they were published, and from when on more is shown."""

from __future__ import annotations

import sqlite3

from converter.embargo import LATEST

_AT_ONCE = 500


class Withheld:
    """A table of the archive."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def keep(self, record: int, day: str, until: str | None) -> None:
        """Keep that a record was published as on that day, and from when on more of it is shown, if ever."""
        self._database.execute("DELETE FROM withheld WHERE record = ?", (record,))
        if until:
            self._database.execute("INSERT INTO withheld VALUES (?, ?, ?)", (record, day, until))

    def day_of(self, address: str) -> str:
        """The day as on which a record was published."""
        row = self._database.execute(
            "SELECT day FROM withheld WHERE record = (SELECT id FROM held WHERE address = ?)", (address,)
        ).fetchone()
        return row[0] if row else LATEST

    def due(self, day: str) -> list[str]:
        """The addresses of the records of which more is shown from that day on, the first so many."""
        rows = self._database.execute(
            "SELECT address FROM withheld JOIN held ON id = record WHERE until <= ? AND payload IS NOT NULL"
            " ORDER BY until, record LIMIT ?",
            (day, _AT_ONCE),
        )
        return [row[0] for row in rows]
