"""Records → archive and store, exactly: the store always equals what the archive would make of it.

A record's old statements are what the crosswalk makes of the archived record; the new ones are inserted, and the old
ones that are not among them deleted; `statements` knows what records share.

Crash order: a batch is committed to the archive together with the lines that the store has yet to take in or give up;
then the store does so in one step.  Lines that are found at the next opening are done again, which changes nothing
where they had been done; they go when the store is known to be on the disk.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import pyoxigraph

from converter import set_names
from converter.embargo import on_day, today
from converter.errors import StoreError
from converter.local_keys import Work, distinguished, work_of
from converter.record import Record
from converter.report import NOT_LOADED, Finding
from converter.store import foreign_rdf
from converter.store.addressing import moved, placed, same
from converter.store.agreement import Stamp, put_stamp, stamp_of
from converter.store.archive import Archive
from converter.store.batches import batches
from converter.store.claims import FOREIGN
from converter.store.faults import opened
from converter.store.forgotten import Forgotten
from converter.store.ownership import refusal, version
from converter.store.search_index import words_of
from converter.store.statements import Said, Statements
from converter.store.statistics import Figures
from converter.store.store_changes import apply, copy, sides
from converter.values import iris

Lines = Callable[[Record, str], Iterable[str]]
"""A record and a day → its statements, as they may be published on that day."""

BATCH = 100
"""Records in one step of the store: memory is flat in the number of all."""

_SETTLED_EVERY = 40
"""Batches that may have to be done again after a crash."""
_CROSSWALK, _UNFINISHED = "crosswalk", "unfinished"
"""The note of the crosswalk that made the store, and its value while none has made the whole."""


class Loader:
    """The one writer of an archive and its store.

    `triples_of` is what the crosswalk makes of a record, as N-Triples lines; `crosswalk` is the crosswalk's digest.  A
    store that another crosswalk made, or that is not up to the archive, is made anew from it.  `beyond` says that it is
    made anew in any case, and which numbers have been given to changes that the archive may not know.  `written` counts
    the lines that the store took in or gave up.

    Raises StoreError where the store cannot be opened.
    """

    def __init__(
        self,
        folder: Path,
        base: str,
        crosswalk: str,
        triples_of: Lines,
        *,
        beyond: Stamp | None = None,
        day_of: Callable[[], str] = today,
    ) -> None:
        self._folder, self._path, self._base = folder, folder / "store", base
        self._triples_of, self._day_of = triples_of, day_of
        self.forgotten = Forgotten(folder)
        self.archive = Archive(folder / "archive.sqlite")
        self._statements = Statements(self.archive, base, self._published)
        self.written = 0
        self._unsettled = 0
        self._is_renamed = False
        try:
            if beyond:
                self.archive.go_on_from(beyond.number, beyond.journal)
            if beyond or not self._is_made_by(crosswalk):
                self.rebuild(crosswalk)
            else:
                self.archive.keep_note(_CROSSWALK, crosswalk)
                self.store = opened(self._path)
                self._catch_up()
            self._statements.has_foreign = bool(foreign_rdf.files(folder))
            self._release()
        except BaseException:
            self.archive.close()
            raise

    def load(
        self,
        records: Iterable[Record],
        lines_of: Lines | None = None,
        *,
        note: Callable[[Finding], None] | None = None,
        state: Mapping[str, str] | None = None,
        asked: bool = False,
    ) -> None:
        """Take in records, batch by batch; those that are held already as they come are not mapped again.

        `lines_of` maps a record that is taken in, and may report what it finds; `note` hears of records that are
        refused; `state` is kept in the same step as the last batch; `asked` says that the repository has been asked
        just now, so that its answer counts even where its clock ran back.
        """
        taken = False
        for batch, last in batches(records, BATCH):
            self._take_in(batch, lines_of or self._triples_of, note, (state or {}) if last else {}, asked=asked)
            taken = True
        if state and not taken:
            self._take_in([], self._triples_of, note, state, asked=asked)

    def load_rdf(self, path: Path) -> None:
        """Take in a file of RDF as it is, its named graphs kept; the format is given by its name.

        Raises StoreError with the place where the file is not in its format.
        """
        crosswalk = self.archive.note(_CROSSWALK)
        # Should it end before the last step, the store is made anew, with the file or without it.
        self.archive.keep_note(_CROSSWALK, _UNFINISHED)
        try:
            lines = foreign_rdf.take_in(self.store, path, self._folder, self._base)
        except StoreError:
            self.archive.keep_note(_CROSSWALK, crosswalk or _UNFINISHED)
            raise
        self.archive.begin()
        self.archive.claims.claim(FOREIGN, lines)
        self.archive.commit(builds=True)
        self.settle()
        self.archive.keep_note(_CROSSWALK, crosswalk or _UNFINISHED)
        self._statements.has_foreign = True
        self.written += len(self.store)

    def erase(self, addresses: Iterable[str], note: tuple[str, str]) -> int:
        """The number of records that were erased, of which nothing but the address is left; each time with a note."""
        count = 0
        for batch, _ in batches(addresses, BATCH):
            with self._step():
                self.archive.keep_note(*note)
                for address in batch:
                    self._erase(address)
                    self.archive.efface(address)
            count += len(batch)
        return count

    def write_anew(self) -> None:
        """Write store and archive anew, so that no byte of them holds what was erased.

        What waits beside the archive still does, until its log has been emptied.
        """
        self.settle()
        fresh = self._folder / "store.new"
        copy(self.store, fresh)
        put_stamp(fresh, self.archive.stamp, durable=True)
        self._put_in_place(fresh)
        self.archive.scrub()

    def rebuild(self, crosswalk: str) -> None:
        """Make the store anew from the archive, beside the old one, and put it in its place."""
        fresh = self._folder / "store.new"
        shutil.rmtree(fresh, ignore_errors=True)
        store, day = pyoxigraph.Store(str(fresh)), self._day_of()
        self.archive.begin()
        try:
            self.archive.forget_claims()
            for batch, _ in batches(self.archive.records(), BATCH):
                for address, record in batch:
                    made = list(self._triples_of(record, day))
                    number = self.archive.number(address)
                    self.archive.withheld.keep(number, day, on_day(record, day).until)
                    self.archive.index(number, words_of(made))
                    self._statements.change(number, address, None, Said(record, made))
                self.archive.catalogue.apply()
                wanted = self._statements.taken()
                apply(store, *sides(wanted))
                self.written += len(wanted)
            for path in foreign_rdf.files(self._folder):
                self.archive.claims.claim(FOREIGN, foreign_rdf.read(store, path, self._base))
            store.flush()
            del store
            stamp = self.archive.stamp
            put_stamp(fresh, stamp._replace(number=stamp.number + 1), durable=True)
            # What was made by no crosswalk that is known is made again, should the next step be the last.
            self.archive.keep_note(_CROSSWALK, _UNFINISHED)
            self.archive.settle()
            self.archive.commit(builds=True)
        except BaseException:
            self._roll_back()
            raise
        self._put_in_place(fresh)
        self.archive.keep_note(_CROSSWALK, crosswalk)

    def _put_in_place(self, fresh: Path) -> None:
        # The old store lets go of its files.
        vars(self).pop("store", None)
        shutil.rmtree(self._path, ignore_errors=True)
        fresh.rename(self._path)
        self.store = opened(self._path)

    def figures(self) -> Figures | None:
        """The figures of the dataset; None where foreign RDF is in it, so that they have to be counted."""
        return None if self._statements.has_foreign else self.archive.catalogue.figures.figures(self._base)

    def settle(self) -> None:
        """Bring everything onto the disk that the store has done, so that none of it has to be done again."""
        self.store.flush()
        put_stamp(self._path, self.archive.stamp, durable=True)
        self.archive.settle()
        self._unsettled = 0

    def close(self) -> None:
        """Let go of the archive and of the store."""
        if "store" in vars(self):
            if self._unsettled or self.archive.settled < self.archive.stamp.number:
                self.settle()
            del self.store
        self.archive.close()

    def _is_made_by(self, crosswalk: str) -> bool:
        """Whether the store was made by that crosswalk from this archive, as far as the archive knows."""
        stamp, identity = stamp_of(self._path), self.archive.stamp.archive
        if self.archive.note(_CROSSWALK) is None and not self._path.exists():
            return True
        known = stamp is not None and stamp.archive == identity and stamp.number >= self.archive.settled
        return known and self.archive.note(_CROSSWALK) == crosswalk

    def _catch_up(self) -> None:
        """Do again what the store may not have done."""
        for come, gone in self.archive.pending():
            apply(self.store, come, gone)
        self.settle()

    def _take_in(
        self,
        batch: list[Record],
        lines_of: Lines,
        note: Callable[[Finding], None] | None,
        state: Mapping[str, str],
        *,
        asked: bool,
    ) -> None:
        """One batch: committed with what the store has to do, then done."""
        with self._step():
            for record in batch:
                named = distinguished(record, self._work, note or _ignored)
                reason = self._put(named, lines_of, asked=asked)
                if reason and note:
                    note(Finding(record.handle or record.identifier, "warning", "", "", f"{NOT_LOADED}{reason}"))
            for name, value in state.items():
                self.archive.keep_note(name, value)
            self._is_renamed = any(map(set_names.is_state, state)) and self.archive.name_sets()

    def _work(self, key: str) -> Work | None:
        """The work for which a local key stands here."""
        known = self.archive.get(iris.item_path(None, key))
        return work_of(known) if known else None

    def _put(self, record: Record, lines_of: Lines, *, asked: bool) -> str | None:
        """Take in one record; the reason where it is refused."""
        came = record
        address, record = placed(self.archive, record)
        if entry := self.forgotten.entry_of(came, address):
            return str(entry)
        known = self.archive.get(address)
        again = self.archive.bring(address)
        if known is None and record.erased:
            return None
        if known and same(known, record):
            if known != record:
                self.archive.amend(address, record)
            return None
        if known:
            held = version(known, self.archive.rank(known.listed.source))
            come = version(record, self.archive.rank(record.listed.source))
            reason = refusal(held, come, again=again, asked=asked)
            if reason:
                return reason
        for other in moved(self.archive, record, address) if asked else ():
            self._erase(other)
        if record.erased:
            self._erase(address)
            return None
        self._replace(address, known, record, lines_of)
        return None

    def _replace(self, address: str, known: Record | None, record: Record, lines_of: Lines) -> None:
        """Put a record in the place of what is known of it, both as they are published on their days."""
        day = self._day_of()
        old = self._published(address, known) if known else []
        new = list(lines_of(record, day))
        number = self.archive.put(address, record)
        self.archive.withheld.keep(number, day, on_day(record, day).until)
        self.archive.index(number, words_of(new), words_of(old) if known else None)
        self._statements.change(number, address, Said(known, old) if known else None, Said(record, new))

    def _published(self, address: str, record: Record) -> list[str]:
        """What the store says of a record that is held."""
        return list(self._triples_of(record, self.archive.withheld.day_of(address)))

    def _release(self) -> None:
        """Publish what was withheld until a day that has come."""
        while addresses := self.archive.withheld.due(self._day_of()):
            for batch, _ in batches(addresses, BATCH):
                with self._step():
                    for address in batch:
                        record = self.archive.get(address)
                        if record:
                            self._replace(address, record, record, self._triples_of)

    def _erase(self, address: str) -> None:
        """Remove a record with all that it said."""
        record = self.archive.get(address)
        number = self.archive.number(address)
        if record:
            old = self._published(address, record)
            self.archive.index(number, None, words_of(old))
            self._statements.change(number, address, Said(record, old), None)
        self.archive.erase(address)

    @contextlib.contextmanager
    def _step(self) -> Iterator[None]:
        """What is done in the block is kept as a whole, or not at all."""
        self.archive.begin()
        try:
            yield
            self._commit()
        except BaseException:
            self._roll_back()
            raise

    def _commit(self) -> None:
        wanted = self._statements.taken()
        come, gone = sides(wanted)
        if wanted:
            self.archive.keep_pending(come, gone)
        # Readers see other names of sets with a new generation, as they see all else.
        self.archive.commit(builds=bool(wanted) or self._is_renamed)
        self._is_renamed = False
        if wanted:
            put_stamp(self._path, self.archive.stamp, durable=False)
            apply(self.store, come, gone)
            self.written += len(wanted)
            self._unsettled += 1
            if self._unsettled >= _SETTLED_EVERY:
                self.settle()

    def _roll_back(self) -> None:
        self._is_renamed = False
        self._statements.drop()
        self.archive.rollback()


def _ignored(_: Finding) -> None:
    """Nobody hears of it."""
