"""The findings of the last load or harvest, which a data folder keeps, and the command that shows them."""

from __future__ import annotations

import contextlib
import csv
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

import click

from converter.report import FINDINGS, FORGOTTEN, NOT_LOADED
from shelfgraph import options

if TYPE_CHECKING:
    from converter.report import Finding

LEVELS = ("error", "warning", "info")
_IN_MEMORY, _HEAD = 4 << 20, len("record,level,field,value,reason\r\n")
"""Bytes of findings that are not written to a disk until the end, and those of the line above them."""
_VARIES = re.compile(r"[“\"'][^”\"']*[”\"']|\d+")
"""What differs in the reasons of findings of one kind: what is quoted, and numbers."""
_CUT = 60


class _Kind(NamedTuple):
    """Findings of one kind: how many there are, and the first."""

    number: int
    first: Finding


@contextlib.contextmanager
def kept_in(folder: Path) -> Iterator[IO[str]]:
    """A file of findings, which is the folder's at the end; that of the run before stays where this one found nothing.

    What a run that failed has found so far is kept, and nothing of a record that is forgotten: what its reader found
    before it was refused holds what must not be anywhere.
    """
    with tempfile.SpooledTemporaryFile(_IN_MEMORY, "w+", encoding="utf-8", newline="") as file:
        done = False
        try:
            yield file
            done = True
        finally:
            if folder.is_dir() and (done or file.tell() > _HEAD):
                beside = folder / f".{FINDINGS}.part"
                file.seek(0)
                forgotten = {row[0] for row in csv.reader(file) if row[-1].startswith(NOT_LOADED + FORGOTTEN)}
                file.seek(0)
                with beside.open("w", encoding="utf-8", newline="") as out:
                    csv.writer(out).writerows(row for row in csv.reader(file) if row[0] not in forgotten)
                beside.replace(folder / FINDINGS)


@click.command()
@options.FOLDER
@click.option(
    "--level", type=click.Choice(LEVELS), default="info", show_default=True, help="This level and graver ones."
)
@click.option("--each", is_flag=True, help="List each finding, in the place of a summary.")
def report(data: Path, level: str, each: bool) -> None:
    """Show what the last load or harvest into a data folder found: how often, and an example of each kind.

    The summary is a table on a terminal, else CSV.  It holds for what was new or changed in that run.
    """
    from converter.errors import SourceError
    from converter.report import Finding

    path = data / FINDINGS
    try:
        file = path.open(encoding="utf-8", newline="")
    except FileNotFoundError:
        stated = f"{data}: no load or harvest has kept findings here; run one, or name another folder with --data"
        raise SourceError(stated) from None
    wanted = LEVELS[: LEVELS.index(level) + 1]
    kinds: dict[tuple[str, str, str], _Kind] = {}
    table = csv.writer(sys.stdout, lineterminator="\n")
    with file:
        rows = csv.reader(file)
        head = next(rows, list(Finding._fields))
        if each:
            table.writerow(head)
        for row in rows:
            finding = Finding(*row)  # type: ignore[arg-type] # as it was written
            if finding.level not in wanted:
                continue
            if each:
                table.writerow(row)
                continue
            key = finding.level, finding.field, _VARIES.sub("…", finding.reason)
            count, first = kinds.get(key, (0, finding))
            kinds[key] = _Kind(count + 1, first)
    if not each:
        _summary([kinds[key] for key in sorted(kinds, key=lambda key: (LEVELS.index(key[0]), -kinds[key].number, key))])


def _summary(kinds: list[_Kind]) -> None:
    """Write a line for each kind, as a table on a terminal, else as CSV."""
    from converter.report import safe_row

    head = ("level", "findings", "field", "reason", "record", "value")
    firsts = ((str(count), first) for count, first in kinds)
    lines = [(one.level, count, one.field, one.reason, one.record, one.value) for count, one in firsts]
    if not sys.stdout.isatty():
        table = csv.writer(sys.stdout, lineterminator="\n")
        table.writerow(head)
        table.writerows(safe_row(line) for line in lines)
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(*head)
    for line in lines:
        drawn.add_row(*(Text(cell if len(cell) <= _CUT else f"{cell[: _CUT - 1]}…") for cell in line))
    Console().print(drawn)


COMMANDS = (report,)
