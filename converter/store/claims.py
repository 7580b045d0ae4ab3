"""Which records claim which statements, which labels they give to shared things, and which addresses they join.

It stands in the archive's database, so that a batch changes records and claims in one step.  The labels of a batch are
gathered first, and decided once.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping

from converter.mapping.shared import Candidate, Join, Resolved, digest, elected, resolution

FOREIGN = 0
"""What claims the statements of foreign RDF; records are numbered from 1."""

SCHEMA = """
CREATE TABLE vote (slot BLOB NOT NULL, line TEXT NOT NULL, votes INTEGER NOT NULL, PRIMARY KEY (slot, line))
  WITHOUT ROWID;
CREATE TABLE joined (one TEXT NOT NULL, other TEXT NOT NULL, one_rank INTEGER NOT NULL, other_rank INTEGER NOT NULL,
  record INTEGER NOT NULL, PRIMARY KEY (one, other, one_rank, other_rank, record)) WITHOUT ROWID;
CREATE TABLE mention (address TEXT NOT NULL, record INTEGER NOT NULL, PRIMARY KEY (address, record)) WITHOUT ROWID;
CREATE INDEX joined_other ON joined (other);
CREATE INDEX joined_record ON joined (record);
CREATE INDEX mention_record ON mention (record)
"""
_MANY = 50_000
"""Things whose addresses are remembered."""


class Claims:
    """The one writer of claims, labels and joins, over the database of the archive."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._resolved: dict[str, Resolved] = {}
        self.drop()

    def claim(self, record: int, lines: Iterable[str]) -> None:
        """Let a record claim statements about what it shares with others."""
        self._database.executemany(
            "INSERT OR IGNORE INTO claim VALUES (?, ?)", ((digest(line), record) for line in lines)
        )

    def release(self, record: int, lines: Iterable[str]) -> list[str]:
        """The statements that nobody claims any more, now that this record does not."""
        alone = []
        for line in lines:
            self._database.execute("DELETE FROM claim WHERE statement = ? AND record = ?", (digest(line), record))
            if not self.is_claimed(line):
                alone.append(line)
        return alone

    def is_claimed(self, line: str) -> bool:
        """Whether anybody claims a statement."""
        found = self._database.execute("SELECT 1 FROM claim WHERE statement = ?", (digest(line),))
        return found.fetchone() is not None

    def vote(self, record: int, lost: Mapping[str, str], won: Mapping[str, str]) -> None:
        """Let a record give no more the labels that it lost, and those that it won: line → what it is a label of."""
        for slot in {*lost.values(), *won.values()}:
            self._touch(slot)
        for line, slot in lost.items():
            gone = self._database.execute("DELETE FROM claim WHERE statement = ? AND record = ?", (_vote(line), record))
            self._counts[slot][line] = self._counts[slot].get(line, 0) - gone.rowcount
        for line, slot in won.items():
            come = self._database.execute("INSERT OR IGNORE INTO claim VALUES (?, ?)", (_vote(line), record))
            self._counts[slot][line] = self._counts[slot].get(line, 0) + come.rowcount

    def decided(self) -> dict[str, bool]:
        """The labels that change with what was gathered: line → whether it shall be in the store."""
        wanted: dict[str, bool] = {}
        for slot, counts in self._counts.items():
            key, stated = digest(slot), self._told[slot]
            changed = {line: votes for line, votes in counts.items() if votes != stated.get(line, 0)}
            if not changed:
                continue
            self._database.executemany(
                "INSERT OR REPLACE INTO vote VALUES (?, ?, ?)",
                ((key, line, votes) for line, votes in changed.items() if votes),
            )
            self._database.executemany(
                "DELETE FROM vote WHERE slot = ? AND line = ?",
                ((key, line) for line, votes in changed.items() if not votes),
            )
            before, after = self._before[slot], self._elected({line: n for line, n in counts.items() if n})
            # What is a label here may be said by somebody's own record, or by foreign RDF.
            wanted |= {line: False for line in before - after if not self.is_claimed(line)}
            wanted |= dict.fromkeys(after - before, True)
        self._forget_votes()
        return wanted

    def joins_of(self, record: int) -> list[Join]:
        """What a record says of addresses that are one thing."""
        rows = self._database.execute(
            "SELECT one, other, one_rank, other_rank FROM joined WHERE record = ? ORDER BY 1, 2, 3, 4", (record,)
        )
        return [Join(*row) for row in rows]

    def join(self, record: int, joins: Iterable[Join]) -> None:
        """Let a record say this, and no more, of addresses that are one thing."""
        self._database.execute("DELETE FROM joined WHERE record = ?", (record,))
        self._database.executemany("INSERT INTO joined VALUES (?, ?, ?, ?, ?)", ((*join, record) for join in joins))
        self._resolved.clear()

    def mention(self, record: int, paths: set[str]) -> None:
        """Keep which addresses that may have another name a record speaks of."""
        held = {row[0] for row in self._database.execute("SELECT address FROM mention WHERE record = ?", (record,))}
        self._database.executemany(
            "DELETE FROM mention WHERE address = ? AND record = ?", ((path, record) for path in held - paths)
        )
        self._database.executemany(
            "INSERT INTO mention VALUES (?, ?)", ((path, record) for path in sorted(paths - held))
        )

    def speaking_of(self, paths: Iterable[str]) -> list[tuple[int, str]]:
        """The records, by number and address, that speak of any of these addresses."""
        found: dict[int, str] = {}
        for path in paths:
            found |= dict(
                self._database.execute(
                    "SELECT id, held.address FROM mention JOIN held ON id = record WHERE mention.address = ?", (path,)
                ).fetchall()
            )
        return sorted(found.items())

    def together(self, paths: Iterable[str]) -> dict[str, Join | None]:
        """All addresses of the things that have these addresses."""
        return dict.fromkeys(path for one in paths for path in self._component(one)[0])

    def resolve(self, path: str) -> Resolved:
        """The thing that has an address."""
        if path not in self._resolved:
            if len(self._resolved) > _MANY:
                self._resolved.clear()
            self._resolved[path] = resolution(self._component(path)[1], path, self._order)
        return self._resolved[path]

    def clear(self) -> None:
        """Remove everything, before the store is made anew."""
        for name in ("claim", "vote", "joined", "mention"):
            self._database.execute(f"DELETE FROM {name}")  # noqa: S608 - the names are ours
        self.drop()

    def drop(self) -> None:
        """Forget what was gathered and not written."""
        self._resolved.clear()
        self._forget_votes()

    def _forget_votes(self) -> None:
        self._told: dict[str, dict[str, int]] = {}
        self._counts: dict[str, dict[str, int]] = {}
        self._before: dict[str, set[str]] = {}

    def _touch(self, slot: str) -> None:
        """Hold how a label stands before the batch changes it."""
        if slot not in self._counts:
            stated = dict(
                self._database.execute("SELECT line, votes FROM vote WHERE slot = ?", (digest(slot),)).fetchall()
            )
            self._told[slot], self._counts[slot] = stated, dict(stated)
            self._before[slot] = self._elected(stated)

    def _elected(self, counts: Mapping[str, int]) -> set[str]:
        if len(counts) < 2:
            return set(counts)
        return elected(Candidate(line, votes, self._first(line)) for line, votes in counts.items())

    def _first(self, line: str) -> int:
        (number,) = self._database.execute(
            "SELECT MIN(record) FROM claim WHERE statement = ?", (_vote(line),)
        ).fetchone()
        return int(number or 0)

    def _component(self, path: str) -> tuple[set[str], set[Join]]:
        """The addresses of one thing, and all that records say of them."""
        seen, found, left = {path}, set[Join](), [path]
        while left:
            one = left.pop()
            rows = self._database.execute(
                "SELECT one, other, one_rank, other_rank FROM joined WHERE one = ?1"
                " UNION SELECT one, other, one_rank, other_rank FROM joined WHERE other = ?1",
                (one,),
            )
            for join in (Join(*row) for row in rows.fetchall()):
                found.add(join)
                left += {join.one, join.other} - seen
                seen |= {join.one, join.other}
        return seen, found

    def _order(self, item: str) -> int:
        """The number of the record that an item has."""
        row = self._database.execute("SELECT id FROM held WHERE address = ?", (item.removeprefix("item/"),)).fetchone()
        return int(row[0]) if row else 0


def _vote(line: str) -> bytes:
    return digest(f"label {line}")
