"""Records → archive and store, exactly: the store always equals what the archive would make of it.

A record's old statements are what the crosswalk makes of the archived record; the new ones are inserted, and the old
ones that are not among them deleted.  A statement about what records share (a journal, an organisation, a keyed person)
goes only when no other record claims it.

Crash order: a batch is marked in the archive, then the store is changed in one step, then the archive is committed and
the mark with it.  A mark that is found says that the store may be ahead of the archive: the store is made anew.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TypeVar

import pyoxigraph

from converter.errors import StoreError
from converter.keeping.archive import Archive
from converter.record import Record
from converter.values import iris

T = TypeVar("T")

RDF_SUFFIXES = {
    ".ttl": pyoxigraph.RdfFormat.TURTLE,
    ".nt": pyoxigraph.RdfFormat.N_TRIPLES,
    ".nq": pyoxigraph.RdfFormat.N_QUADS,
    ".trig": pyoxigraph.RdfFormat.TRIG,
    ".rdf": pyoxigraph.RdfFormat.RDF_XML,
    ".owl": pyoxigraph.RdfFormat.RDF_XML,
    ".jsonld": pyoxigraph.RdfFormat.JSON_LD,
}
"""The names of files that hold RDF already."""

BATCH = 500
"""Records in one step of the store: memory is flat in the number of all."""

_UNFINISHED = "unfinished batch"
_CROSSWALK = "crosswalk"


class Loader:
    """The one writer of an archive and its store.

    `triples_of` is what the crosswalk makes of a record, as N-Triples lines; `crosswalk` is the crosswalk's digest.  A
    store that another crosswalk made, or that a crash left behind, is made anew from the archive.
    """

    def __init__(self, folder: Path, base: str, crosswalk: str, triples_of: Callable[[Record], Iterable[str]]) -> None:
        self._folder = folder
        self._base = base
        self._triples_of = triples_of
        self.archive = Archive(folder / "archive.sqlite")
        self.changed = False
        made_by = self.archive.note(_CROSSWALK)
        if self.archive.note(_UNFINISHED) == "yes" or made_by not in {None, crosswalk}:
            self._rebuild()
        self.archive.keep_note(_CROSSWALK, crosswalk)
        self.archive.keep_note(_UNFINISHED, "no")
        self.store = pyoxigraph.Store(str(folder / "store"))

    def load(self, mapped: Iterable[tuple[Record, Iterable[str]]]) -> None:
        """Take in records with what the crosswalk makes of them, batch by batch."""
        for batch in _batches(mapped, BATCH):
            self._take_in(batch)

    def load_rdf(self, path: Path) -> None:
        """Take in a file of RDF as it is, its named graphs kept; the format is told by its name.

        Raises StoreError with the place where the file is not in its format.
        """
        kept = self._folder / "foreign"
        try:
            kept.mkdir(exist_ok=True)
            shutil.copyfile(path, kept / path.name)
            self._read_rdf(self.store, path)
        except OSError as fault:
            raise StoreError(f"{path}: {fault.strerror or fault}; check the name of the file") from None
        except SyntaxError as fault:
            (kept / path.name).unlink()
            raise StoreError(f"{path}: {fault.msg}; correct it or convert it again") from None
        self.changed = True

    def close(self) -> None:
        """Let go of the archive."""
        self.archive.close()

    def _take_in(self, batch: list[tuple[Record, Iterable[str]]]) -> None:
        """One batch: marked, put into the store in one step, committed."""
        self.archive.keep_note(_UNFINISHED, "yes")
        self.archive.begin()
        try:
            # Line → whether it shall be in the store; the last word on a line counts.
            wanted: dict[str, bool] = {}
            for record, lines in batch:
                self._change(record, set(lines), wanted)
            if wanted:
                self._apply(wanted)
                self.changed = True
            self.archive.keep_note(_UNFINISHED, "no")
            self.archive.commit()
        except BaseException:
            self.archive.rollback()
            raise

    def _change(self, record: Record, new: set[str], wanted: dict[str, bool]) -> None:
        address = iris.item_path(record.handle, record.identifier)
        known = self.archive.get(address)
        if known == record:
            return
        old = set(self._triples_of(known)) if known else set()
        number = self.archive.put(address, record)
        own = self._owner(address)
        gone, come = old - new, new - old
        released = self.archive.release(number, sorted(line for line in gone if not own(line)))
        self.archive.claim(number, (line for line in come if not own(line)))
        wanted |= dict.fromkeys(released, False)
        wanted |= dict.fromkeys((line for line in gone if own(line)), False)
        wanted |= dict.fromkeys(come, True)

    def _owner(self, address: str) -> Callable[[str], bool]:
        """Whether a line speaks of the item, its parts or its documents, which no other record speaks of."""
        starts = tuple(
            f"<{self._base}{folder}/{address}{end}" for folder in ("item", "record", "source") for end in ("> ", "#")
        )
        return lambda line: line.startswith(starts)

    def _apply(self, wanted: dict[str, bool]) -> None:
        come = "\n".join(line for line, stays in wanted.items() if stays)
        gone = "\n".join(line for line, stays in wanted.items() if not stays)
        if not gone:
            self.store.bulk_load(come, pyoxigraph.RdfFormat.N_TRIPLES)
        else:
            # The lines are checked terms: they say the same in N-Triples and between the braces of an update.
            self.store.update(f"DELETE DATA {{\n{gone}\n}} ;\nINSERT DATA {{\n{come}\n}}")
        self.store.flush()

    def _rebuild(self) -> None:
        """Make the store anew from the archive, beside the old one, and put it in its place."""
        fresh = self._folder / "store.new"
        shutil.rmtree(fresh, ignore_errors=True)
        store = pyoxigraph.Store(str(fresh))
        self.archive.begin()
        self.archive.forget_claims()
        for batch in _batches(list(self.archive.records()), BATCH):
            lines: list[str] = []
            for address, record in batch:
                own = self._owner(address)
                made = list(self._triples_of(record))
                self.archive.claim(self.archive.number(address), (line for line in made if not own(line)))
                lines += made
            store.bulk_load("\n".join(lines), pyoxigraph.RdfFormat.N_TRIPLES)
        for path in sorted((self._folder / "foreign").glob("*")):
            self._read_rdf(store, path)
        store.flush()
        del store
        self.archive.commit()
        shutil.rmtree(self._folder / "store", ignore_errors=True)
        fresh.rename(self._folder / "store")
        self.changed = True

    @staticmethod
    def _read_rdf(store: pyoxigraph.Store, path: Path) -> None:
        with path.open("rb") as stream:
            store.bulk_load(stream, RDF_SUFFIXES[path.suffix.lower()])


def _batches(things: Iterable[T], size: int) -> Iterator[list[T]]:
    left = iter(things)
    while batch := list(islice(left, size)):
        yield batch
