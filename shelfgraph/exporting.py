"""An export: how far it is, what it wrote, and what an earlier one wrote that is there no more.

DIR/.shelfgraph/export.json   the generation, and the last thing that is whole
DIR/.shelfgraph/written       the files of this run, as they came
DIR/.shelfgraph/failed        what could not be written, and why
DIR/.shelfgraph/files         the files of the last run that ended, sorted
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable
from itertools import chain, dropwhile, groupby
from pathlib import Path

import click
import pyoxigraph

from converter.errors import UsageError
from converter.publish.dump import changes, statements
from converter.publish.external_sort import Sorter
from server.static_export.export_files import NOTES
from server.static_export.resource_files import (
    Done,
    Opened,
    Source,
    Things,
    exported,
    pointed_at,
    thing_paths,
    unused_terms,
)
from server.static_export.server_configurations import configured
from server.static_export.site_files import Once


class Export:
    """An export into a folder; `failed` counts what could not be written, in this run or before it was interrupted."""

    def __init__(self, target: Path, generation: int, base: str, after: str) -> None:
        self.base, self.failed = base, 0
        self._target, self._notes = target, target / NOTES
        self._generation, self._after = generation, after
        self._pages = self._files = self._gone = 0
        self._started = time.monotonic()

    @classmethod
    def begun(cls, target: Path, generation: int, base: str) -> Export:
        """An export that goes on where the last one was interrupted, or begins.

        Raises UsageError where the folder holds something else.
        """
        notes = target / NOTES
        if target.exists() and any(target.iterdir()) and not notes.is_dir():
            raise UsageError(f"{target}: holds files that are no export of ours; name an empty folder")
        try:
            notes.mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            raise UsageError(f"{target}: {fault.strerror}; name another folder") from None
        after = ""
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            held = json.loads((notes / "export.json").read_text(encoding="utf-8"))
            if (held["generation"], held["base"], held["whole"]) == (generation, base, False):
                after = str(held["after"])
        if not after:
            for name in ("written", "failed"):
                (notes / name).unlink(missing_ok=True)
        return cls(target, generation, base, after)

    def write(self, source: Source, processes: int, note: Callable[[int], None]) -> None:
        """Write the site; `note` hears how many more pages there are."""
        self._note(whole=False)
        store = pyoxigraph.Store.read_only(str(source.store))
        paths = thing_paths(statements(store, self.base, folder=self._notes), self.base)
        # The order of the statements is that of their addresses with the bracket behind them.
        left = dropwhile(lambda path: f"{path}>" <= f"{self._after}>", paths) if self._after else paths
        for last, done in exported(source, self._target, left, processes):
            self._take(done)
            self._after = last
            self._note(whole=False)
            note(done.pages)
        opened = Opened.of(source)
        rest = chain(pointed_at(store, self.base), unused_terms(store, self.base))
        self._take(Things(opened, self._target).write(rest))
        self._take(Once(opened, self._target).write())
        self._take(configured(opened, self._target))
        self._remove_others()
        failures = self._notes / "failed"
        self.failed = len(failures.read_text(encoding="utf-8").splitlines()) if failures.exists() else 0
        self._note(whole=True)

    def stated(self) -> str:
        """What was done, in a line."""
        rate = self._pages / max(time.monotonic() - self._started, 0.001)
        return (
            f"{self._pages} pages in {self._files} files, {rate:.1f} pages a second; {self._gone} withdrawn,"
            f" {self.failed} failed; generation {self._generation} in {self._target}"
        )

    def _take(self, done: Done) -> None:
        self._pages, self._gone = self._pages + done.pages, self._gone + done.gone
        self._files += len(done.files)
        failures = [_one_line(failure) for failure in done.failures]
        for name, lines in (("written", done.files), ("failed", failures)):
            if lines:
                with (self._notes / name).open("a", encoding="utf-8") as file:
                    file.writelines(f"{line}\n" for line in lines)
        for failure in failures:
            click.echo(f"shelfgraph: {failure}", err=True)

    def _note(self, *, whole: bool) -> None:
        stated = {"generation": self._generation, "base": self.base, "after": self._after, "whole": whole}
        beside = self._notes / "export.json.new"
        beside.write_text(json.dumps(stated) + "\n", encoding="utf-8")
        beside.replace(self._notes / "export.json")

    def _remove_others(self) -> None:
        """Remove what an earlier export wrote and this one did not, and keep what this one wrote."""
        kept, fresh = self._notes / "files", self._notes / "files.new"
        with Sorter(self._notes) as sorter, fresh.open("wb") as file:
            with (self._notes / "written").open("rb") as written:
                for line in written:
                    sorter.write(line)
            file.writelines(line for line, _ in groupby(sorter.lines()))
        if kept.exists():
            with kept.open("rb") as old, fresh.open("rb") as new:
                for sign, line in changes(old, new):
                    if sign == b"D ":
                        self._remove(line.decode().removesuffix("\n"))
        fresh.replace(kept)

    def _remove(self, name: str) -> None:
        path = self._target / name
        path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            # A folder that holds something still stays.
            for folder in path.parents:
                if folder == self._target:
                    break
                folder.rmdir()


def _one_line(text: str) -> str:
    return "".join(character if character.isprintable() else "�" for character in text)
