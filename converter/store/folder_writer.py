"""What the one writer of a data folder may do; each deed ends in a generation that holds the whole of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple, Protocol

import msgspec
import pyoxigraph

from converter import set_names
from converter.dcat import Site
from converter.errors import StoreError
from converter.record import Record
from converter.report import FINDINGS, Finding
from converter.store.addressing import shortened
from converter.store.agreement import Stamp
from converter.store.archive import Archive
from converter.store.description import SITE, Describer
from converter.store.erasure import Erasure
from converter.store.forgotten import names_of, of_record, of_source
from converter.store.generations import Generation
from converter.store.loader import Lines, Loader

_MANY = 50_000
"""Lines that the store takes in before it is compacted."""
_READ = 60.0
"""Seconds that readers have to leave generations that hold what is forgotten."""


class Folder(Protocol):
    """Where generations are published."""

    @property
    def path(self) -> Path:
        """Where it is."""

    def newest(self) -> Generation | None:
        """What is known of the generation to read, be it there or not; None where none is named."""

    def publish(
        self, store: pyoxigraph.Store, made: Stamp, describe: Callable[[Path], None] | None = None
    ) -> Generation:
        """A new generation with what the store holds now."""

    def drop_before(self, number: int, wait: float = 0.0) -> tuple[tuple[Path, ...], tuple[int, ...]]:
        """The dumps that were removed from before a number, and the generations that somebody reads still."""


class Erased(NamedTuple):
    """What `forget` has done: records that are gone, dumps that were removed, generations that somebody reads still.

    `reads_archive` says that somebody reads the archive as it was.
    """

    records: int
    dumps: tuple[Path, ...] = ()
    read: tuple[int, ...] = ()
    reads_archive: bool = False


class Writer:
    """What the one writer may do; each deed ends in a generation that holds the whole of it."""

    def __init__(self, folder: Folder, base: str, loader: Loader) -> None:
        self._folder = folder
        self._base = base
        self._loader = loader
        self._describer = Describer(base, loader.figures, loader.archive)
        self._erasure = Erasure(loader)

    @property
    def archive(self) -> Archive:
        """What has been loaded, and when."""
        return self._loader.archive

    @property
    def triples(self) -> int | None:
        """How many there are, each once; None where foreign RDF is among them."""
        figures = self._loader.figures()
        return figures.triples if figures else None

    def load(
        self, records: Iterable[Record], lines_of: Lines | None = None, note: Callable[[Finding], None] | None = None
    ) -> Generation:
        """The generation that holds these records in the place of what they were.

        `lines_of` maps what has changed, and may report of it; `note` is called for each record that is not loaded.
        """
        self._loader.load(records, lines_of, note=note)
        return self.published()

    def take(
        self,
        records: Iterable[Record],
        state: Mapping[str, str],
        lines_of: Lines | None = None,
        note: Callable[[Finding], None] | None = None,
    ) -> None:
        """Take in what a repository has just answered, together with how far that is; `published` shows it."""
        self._loader.load(records, lines_of, note=note, state=state, asked=True)

    def load_rdf(self, path: Path) -> Generation:
        """The generation that holds the RDF of a file too.

        Raises StoreError where the file is not in the format of its name.
        """
        self._loader.load_rdf(path)
        return self.published()

    def forget(self, named: str, reason: str = "") -> Erased:
        """What was erased: one record, or those of a source, with all that they said.

        They stay away when they come again.  Generations and dumps that hold them go as soon as nobody reads them.

        Raises StoreError where neither a source nor a record has that name.
        """
        archive, forgotten = self.archive, self._loader.forgotten
        if archive.has_source(named):
            forgotten.add([of_source(named)], reason)
            archive.drop_notes(f"harvest {set_names.state_name(named)}")
            archive.name_sets()
        else:
            names = [name for address in self._addresses(named) for name in self._names(address)]
            if not names:
                stated = ", ".join(f"“{source.name}”" for source in archive.sources()) or "none"
                raise StoreError(
                    f"{self._folder.path}: no record and no source is called “{named}”; the sources are {stated}"
                )
            forgotten.add(names, reason)
        return self.apply_forgotten()

    def forgive(self, named: str) -> int:
        """The number of entries that were taken off the list of what is forgotten; what they named may come again."""
        names = [of_source(named), *map(of_record, (named, shortened(named, self._base), *self._addresses(named)))]
        count = self._loader.forgotten.forgive(names)
        self.archive.drop_notes(f"harvest {named} ")
        self._erasure.keep_followed()
        return count

    def refuse_forgotten(self, source: str) -> None:
        """Raise StoreError where a source is forgotten."""
        if entry := self._loader.forgotten.entry_named(of_source(source)):
            raise StoreError(
                f"{self._folder.path}: the source “{source}” is not harvested: {entry}; “shelfgraph forget --forgive"
                f" {source}” lets it come again"
            )

    def apply_forgotten(self) -> Erased:
        """What was erased because it is forgotten and was here nevertheless; what is left of it goes too."""
        forgotten, records, wait = self._loader.forgotten, 0, 0.0
        # The findings of the last load name values of what may be forgotten now.
        if self._erasure.is_due:
            (self._folder.path / FINDINGS).unlink(missing_ok=True)
        if self._erasure.is_due:
            records, written = self._erasure.erase()
            if written:
                made = self._publish(self._describer.describe)
                forgotten.begin_with(made.number)
                self._erasure.keep_published()
                wait = _READ
        dumps, read = self._folder.drop_before(forgotten.before, wait)
        return Erased(records, dumps, read, reads_archive=not self._erasure.finish(wait))

    def _addresses(self, named: str) -> list[str]:
        return self.archive.addresses(named) or self.archive.addresses(shortened(named, self._base))

    def _names(self, address: str) -> list[str]:
        record = self.archive.get(address)
        return names_of(record, address) if record else [of_record(address)]

    def published(self) -> Generation:
        """A new generation where something changed, else the current one."""
        made = self.archive.stamp
        current = self._folder.newest()
        if current and (current.path / "CURRENT").is_file():
            shown = (current.archive, current.journal) == (made.archive, made.journal)
            if shown and current.change >= self.archive.built:
                return current
        if self._loader.written > _MANY:
            # Compacting first made string-heavy queries several times faster after a bulk load.
            self._loader.store.optimize()
            self._loader.written = 0
        return self._publish(self._describer.describe)

    def finish(self) -> None:
        """Publish a generation that says what it holds, where there was no time for that in the newest."""
        if not self._describer.done:
            self._publish(partial(self._describer.describe, at_last=True))

    def keep_site(self, site: Site) -> None:
        """Keep what the site says of itself, and publish a generation that says it."""
        self.archive.keep_note(SITE, msgspec.json.encode(site).decode())
        self._publish(partial(self._describer.describe, at_last=True))

    def _publish(self, describe: Callable[[Path], None]) -> Generation:
        self._describer.prepare(self._loader.store)
        return self._folder.publish(self._loader.store, self.archive.stamp, describe)
