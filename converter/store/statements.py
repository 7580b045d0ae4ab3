"""What the store has to do that a record says something else: its own statements, claims on others, labels, addresses.

A statement about what records share (a journal, an organisation, a keyed person) goes only when no other record claims
it.  Labels of shared things are decided by all records that give one.  Where a record joins two addresses, or no longer
does, what every other record says of them is said of the address that the thing has now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from converter.mapping.shared import Join, Resolve, Resolved, Shared
from converter.record import Record
from converter.store.archive import Archive
from converter.store.catalogue_entry import entry_of

_OWN = ("item", "record", "source")


class Said(NamedTuple):
    """A record and the lines that the crosswalk makes of it."""

    record: Record
    lines: list[str]


class Statements:
    """Gathers the changes of a batch: `wanted` is line → whether it shall be in the store.

    `published` is what the store says of a record, by its address; `has_foreign` says that foreign RDF may say the same
    of our items.
    Whether the store had a line before the batch is
    kept too: the figures count what it did not have, and what it no longer has.
    """

    def __init__(self, archive: Archive, base: str, published: Callable[[str, Record], Iterable[str]]) -> None:
        self._archive, self._base, self._published = archive, base, published
        self._shared = Shared(base)
        self.has_foreign = False
        self.wanted: dict[str, bool] = {}
        self._was: dict[str, bool] = {}

    def change(self, number: int, address: str, old: Said | None, new: Said | None) -> None:
        """Let a record say the new in the place of the old."""
        claims, resolve = self._archive.claims, self._archive.claims.resolve
        joined = claims.joins_of(number) if old else []
        joins = self._shared.joins(*new) if new else []
        before = self._settled(address, old, joined, resolve)
        moved = {path for join in set(joined) ^ set(joins) for path in (join.one, join.other)}
        was: dict[str, Resolved] = {}
        if moved:
            was = {path: resolve(path) for path in claims.together(moved)}
            claims.join(number, joins)
        after = self._settled(address, new, joins, resolve)
        if new:
            claims.mention(number, self._shared.mentions(new.lines) | {join.one for join in joins})
        elif old:
            claims.mention(number, set())
        self._replace(number, address, before, after, _has_item(joined), _has_item(joins))
        self._list(number, address, old, before, new, after)
        if moved:
            self._move(number, moved, was)

    def taken(self) -> dict[str, bool]:
        """What was gathered, labels decided and figures counted; the next batch begins with nothing."""
        claims = self._archive.claims
        decided = claims.decided()
        for line, stays in decided.items():
            self._was.setdefault(line, not stays or claims.is_claimed(line))
        wanted = self.wanted | decided
        come = [line for line, stays in wanted.items() if stays and not self._was[line]]
        gone = [line for line, stays in wanted.items() if not stays and self._was[line]]
        self._archive.catalogue.figures.change(come, gone)
        self.drop()
        return wanted

    def drop(self) -> None:
        """Forget what was gathered."""
        self.wanted, self._was = {}, {}

    def _move(self, number: int, moved: set[str], was: dict[str, Resolved]) -> None:
        """Let the other records speak of things by the addresses that these have now."""
        claims = self._archive.claims
        now = {path: claims.resolve(path) for path in claims.together({*moved, *was})}
        changed = {path for path in {*was, *now} if was.get(path, Resolved(path, path)) != now.get(path)}
        for other, address in claims.speaking_of(changed) if changed else ():
            record = self._archive.get(address) if other != number else None
            if record is None:
                continue
            said, joins = Said(record, list(self._published(address, record))), claims.joins_of(other)
            before = self._settled(address, said, joins, lambda path: was.get(path) or claims.resolve(path))
            after = self._settled(address, said, joins, claims.resolve)
            self._replace(other, address, before, after, _has_item(joins), _has_item(joins))
            self._list(other, address, said, before, said, after)

    def _settled(self, address: str, said: Said | None, joins: list[Join], resolve: Resolve) -> set[str]:
        return self._shared.settled(said.lines, joins, resolve, f"item/{address}") if said else set()

    def _list(
        self, number: int, address: str, old: Said | None, before: set[str], new: Said | None, after: set[str]
    ) -> None:
        """Keep the catalogue of works."""
        one, other = (
            entry_of(_in_order(said.lines, lines), self._base, address, said.record.listed.source)
            if said and not said.record.deleted
            else None
            for said, lines in ((old, before), (new, after))
        )
        self._archive.catalogue.change(number, address, one, other)

    def _replace(self, number: int, address: str, old: set[str], new: set[str], had_item: bool, has_item: bool) -> None:
        """Add to what the store has to do that a record says the new lines in the place of the old.

        Of an item that has another address, a UUID, others may speak: its own record claims what it says of it.
        """
        claims, item = self._archive.claims, f"item/{address}"
        gone, come = old - new, new - old
        lost = {line: slot for line in gone if (slot := self._shared.slot(line, item))}
        won = {line: slot for line in come if (slot := self._shared.slot(line, item))}
        if lost or won:
            claims.vote(number, lost, won)
        gone, come = gone - lost.keys(), come - won.keys()
        own, own_parts = self._starts(address)
        claimed_before = {line for line in gone if not line.startswith(own if not had_item else own_parts)}
        claimed_now = {line for line in come if not line.startswith(own if not has_item else own_parts)}
        if had_item != has_item:
            kept = {line for line in old & new if line.startswith(own) and not line.startswith(own_parts)}
            (claimed_before if had_item else claimed_now).update(kept)
        released = [line for line in claims.release(number, sorted(claimed_before)) if line not in new]
        mine = [line for line in gone if line not in claimed_before]
        if self.has_foreign:
            # Foreign RDF may say the same of our items, and goes on saying it.
            mine = claims.release(number, mine)
        for line in come:
            if line not in self._was:
                self._was[line] = claims.is_claimed(line)
        for line in (*released, *mine):
            self._was.setdefault(line, True)
        claims.claim(number, sorted(claimed_now))
        self.wanted |= dict.fromkeys(released + mine, False)
        self.wanted |= dict.fromkeys(come, True)

    def _starts(self, address: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """How lines begin that speak of the item, its parts and documents; and the same without the item itself."""
        item = f"<{self._base}item/{address}> "
        starts = tuple(f"<{self._base}{folder}/{address}{end}" for folder in _OWN for end in ("> ", "#"))
        return starts, tuple(start for start in starts if start != item)


def _has_item(joins: list[Join]) -> bool:
    """Whether the record's own item has another address."""
    return any(join.other.startswith("item/") for join in joins)


def _in_order(lines: list[str], settled: set[str]) -> list[str]:
    """The settled lines in the order of the record's lines, where they are the same."""
    kept = [line for line in lines if line in settled]
    return kept if len(kept) == len(settled) else [*kept, *sorted(settled.difference(kept))]
