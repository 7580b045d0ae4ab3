"""The archive as a harvest sees it: how far it was, what is held of a source, and a place for each page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from converter.record import Record
from converter.report import Finding
from converter.store.folder_writer import Writer
from converter.store.loader import Lines


class HeldRecord(NamedTuple):
    """What is held of a record: enough to see whether the repository still has it."""

    identifier: str
    datestamp: str | None
    deleted: bool


class WriterKeeper:
    """Keeps pages of a harvest by the one writer, each with how far the harvest is, in one step.

    A generation is published by `publish`, and by `take` after the first page, and then after twice as many records as
    the last time, up to every `publish_every`: readers see the beginning of a long harvest at once, and follow it.
    """

    def __init__(
        self,
        writer: Writer,
        lines_of: Lines | None = None,
        note: Callable[[Finding], None] | None = None,
        publish_every: int = 10_000,
    ) -> None:
        self._writer, self._lines_of, self._note = writer, lines_of, note
        self._every, self._most, self._since = 1, publish_every, 0

    def state(self, name: str) -> str | None:
        """What was kept under a name, None where nothing was."""
        return self._writer.archive.note(f"harvest {name}")

    def take(self, records: Sequence[Record], state: Mapping[str, str]) -> None:
        """Keep records and how far the harvest is: both or neither.

        Raises StoreError where their source is forgotten: nothing more is asked of it.
        """
        for source in {record.listed.source for record in records}:
            self._writer.refuse_forgotten(source)
        named = {f"harvest {name}": value for name, value in state.items()}
        self._writer.take(records, named, self._lines_of, self._note)
        self._since += len(records)
        if self._since >= self._every:
            self._every = min(2 * self._since, self._most)
            self.publish()

    def held(self, source: str) -> Iterator[HeldRecord]:
        """Yield what is held of the records of a source."""
        for identifier, datestamp, deleted in self._writer.archive.of_source(source):
            yield HeldRecord(identifier, datestamp, deleted)

    def publish(self) -> None:
        """Let readers see what has been kept."""
        self._writer.published()
        self._since = 0
