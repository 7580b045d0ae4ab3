"""Commands that look at a mapping: what became of each field, where each statement comes from, whether shapes hold."""

from __future__ import annotations

import contextlib
import csv
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from converter.report import safe_row
from shelfgraph import options

if TYPE_CHECKING:
    from converter.record import Record
    from converter.validation import ShapeFinding
    from shelfgraph.runs import Run

_EXAMPLES = 2
_SHOWN = 10
"""So many leaves that nothing became of are shown."""
_VIOLATED = 4


@click.command()
@options.SOURCES
@options.KIND
@options.ENCODING
def fields(sources: tuple[str, ...], kind: str | None, encoding: str) -> None:
    """Show what became of all that SOURCE... say, as CSV: of their leaves, and of the values of each field.

    A leaf is a text or attribute of XML, a value of JSON, a subfield of MARC, a value in a cell of CSV, a value of RIS
    or BibTeX, or of the table and head of a page.  The first row counts the leaves of the sources without the readers.
    """
    from converter.accounting.count import OUTCOMES, Count
    from converter.mapping.engine import Mapper
    from shelfgraph.runs import Run

    leaves = Count()
    mapper, run = Mapper(), Run(leaves, encoding=encoding)
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    places: dict[str, str] = {}
    examples: defaultdict[str, list[str]] = defaultdict(list)
    for record in run.records(options.required(sources), kind, "", hidden=True):
        mapped = mapper.map(record)
        leaves.record(record, mapped)
        for field, row, outcome in mapped.outcomes:
            counts[field.name][outcome] += 1
            places[field.name] = row.place
            shown = examples[field.name]
            if outcome != "private" and len(shown) < _EXAMPLES and field.value not in shown:
                shown.append(field.value)
    outcomes = ("mapped", "fallback", "private", "archived", "reported")
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(("field", "values", *OUTCOMES, "crosswalk", "examples"))
    found = leaves.outcomes
    table.writerow(("leaves of the source", found.total(), *(found[outcome] for outcome in OUTCOMES), "", ""))
    for name in sorted(counts):
        stated = counts[name]
        seen = " | ".join(example[:60] for example in examples[name])
        became = (stated[outcome] for outcome in outcomes)
        table.writerow(safe_row((name, stated.total(), *became, 0, places[name], seen)))
    if leaves.refused:
        table.writerow(
            ("documents or parts that were not read", len(leaves.refused), 0, 0, 0, 0, 0, len(leaves.refused), "", "")
        )
    whole = sum(counts.values(), Counter())
    table.writerow(("*", whole.total(), *(whole[outcome] for outcome in outcomes), 0, "", ""))
    for source, leaf in leaves.lost[:_SHOWN]:
        value = f"{source}: {leaf.place} {leaf.text.strip()[:60]!r}"
        click.echo(f"shelfgraph: {value} is in no record and in no line of the report; please report it", err=True)
    for reason in leaves.refused[:_SHOWN]:
        click.echo(f"shelfgraph: {reason}", err=True)
    if leaves.refused:
        raise SystemExit(run.exit_code)
    run.finish()


@click.command()
@options.SOURCES
@options.KIND
@options.ENCODING
@options.BASE
@options.REPOSITORY
@click.option("--subject", metavar="IRI", help="Only statements about this thing.")
@click.option("--field", "field_name", metavar="NAME", help="Only statements that come from this field.")
def explain(
    sources: tuple[str, ...],
    kind: str | None,
    encoding: str,
    base: str | None,
    repository: str,
    subject: str | None,
    field_name: str | None,
) -> None:
    """Show for each statement of SOURCE... the value and the row of the crosswalk (file:line) that it comes from."""
    from converter.graph import ordered
    from converter.mapping.engine import Mapper
    from converter.report import Report
    from shelfgraph.runs import Run

    mapper, run = (
        Mapper(options.base_address(base or options.EXAMPLE_BASE), repository),
        Run(Report(), encoding=encoding),
    )
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(("record", "statement", "field", "value", "crosswalk"))
    for record in run.records(options.required(sources), kind, repository):
        lines = mapper.map(record).lines
        name = record.handle or record.identifier
        for line in ordered(lines, mapper.base):
            if subject and not line.startswith(f"<{subject}> "):
                continue
            for field, row in lines[line]:
                if field_name and (field is None or field.name != field_name):
                    continue
                stated = (field.name, field.value) if field else ("", "")
                table.writerow(safe_row((name, line, *stated, row.place if row else "said of every record")))
    run.finish()


@click.command()
@options.SOURCES
@options.KIND
@options.ENCODING
@options.BASE
@options.DATA
@click.option("--csv", "file", type=click.Path(dir_okay=False, path_type=Path), help="Write the findings there too.")
def validate(
    sources: tuple[str, ...], kind: str | None, encoding: str, base: str | None, data: Path | None, file: Path | None
) -> None:
    """Check the records of SOURCE..., or of a data folder, against the shapes, one by one; 4 where one is violated.

    Of a data folder, what holds of all records together is checked too: one preferred label in a language, one main
    title, one serial for an ISSN, one organisation for an identifier, no agent without a name.  A violation is a fault
    of the mapping; a warning is one of the record.
    """
    from converter.mapping.engine import Mapper
    from converter.report import Report
    from converter.validation import ShapeFinding, Shapes
    from shelfgraph.runs import Run

    mapper, run = Mapper(options.base_address(base or options.EXAMPLE_BASE)), Run(Report(), encoding=encoding)
    shapes = Shapes(mapper.base)
    counts: Counter[str] = Counter()
    chosen = file or Path(os.devnull)
    with options.table("--csv", chosen, other="the findings") as out, _table(ShapeFinding._fields) as row:
        copy = csv.writer(out, lineterminator="\n")
        copy.writerow(ShapeFinding._fields)

        def note(finding: ShapeFinding) -> None:
            copy.writerow(safe_row(finding))
            row(finding)
            counts[finding.severity] += 1

        for record in _records(run, sources, kind, data):
            for finding in shapes.findings(record.handle or record.identifier, mapper.map(record).lines):
                note(finding)
        for finding in _store_findings(data) if data else ():
            note(finding)
    stated = ", ".join(f"{counts[severity]} {severity}s" for severity in ("violation", "warning", "info"))
    click.echo(f"shelfgraph: {run.count} records; {stated}", err=True)
    run.finish()
    if counts["violation"]:
        raise SystemExit(_VIOLATED)


def _store_findings(data: Path) -> Iterator[ShapeFinding]:
    """Yield what the shapes find in the newest generation of a data folder."""
    import pyoxigraph

    from converter import validation_store
    from converter.store.data_folder import DataFolder
    from converter.store.generations import reading

    folder = DataFolder(data)
    identity = folder.identity()
    with reading(folder.current()) as path:
        yield from validation_store.findings(pyoxigraph.Store.read_only(str(path)), identity.base if identity else "")


@click.command()
@options.SOURCES
@options.KIND
@options.ENCODING
@options.DATA
@options.AUTHORITY
@click.option("--repairs", type=click.Path(dir_okay=False, path_type=Path), help="Safe repairs, for batch editing.")
@click.option("--links", is_flag=True, help="List instead what no authority file is joined with, to be decided.")
def quality(
    sources: tuple[str, ...],
    kind: str | None,
    encoding: str,
    data: Path | None,
    files: tuple[Path, ...],
    repairs: Path | None,
    links: bool,
) -> None:
    """Show what is wrong in the records of SOURCE..., or of a data folder, as CSV: a worklist for their repository.

    Repairs that are safe go to a file for DSpace's batch metadata editing (id, collection, field[language]).

    With --links it lists agents and subjects that no entry of an authority file is joined with, each with the entries
    that it may be, and counts those that no entry is like.  Write yes or no into the column decision, and give the file
    to “load --authority”.
    """
    if links:
        _undecided(sources, kind, encoding, data, files)
        return
    from converter.quality import QualityFinding, repaired, worklist
    from converter.report import Report
    from shelfgraph.runs import Run

    run = Run(Report(), encoding=encoding)
    chosen = repairs or Path(os.devnull)
    with options.table("--repairs", chosen, other="the worklist") as out:
        rows = csv.writer(sys.stdout, lineterminator="\n")
        rows.writerow(QualityFinding._fields)
        mended: list[tuple[str, str, dict[str, str]]] = []
        for record, found in worklist(_records(run, sources, kind, data)):
            rows.writerows(map(safe_row, found))
            cells = repaired(record, found) if record and repairs else {}
            if record and cells:
                collection = next(iter(record.values("view.collection")), "")
                mended.append((record.handle or record.identifier, collection, cells))
        columns = sorted({column for _, _, cells in mended for column in cells})
        batch = csv.writer(out, lineterminator="\n")
        batch.writerow(("id", "collection", *columns))
        for name, collection, cells in mended:
            batch.writerow((name, collection, *(cells.get(column, "") for column in columns)))
    run.finish()


def _undecided(
    sources: tuple[str, ...], kind: str | None, encoding: str, data: Path | None, files: tuple[Path, ...]
) -> None:
    """Write what is to be decided as CSV: by the files that are named, else by those of the data folder."""
    from converter.errors import UsageError
    from converter.mapping.authorities import Authorities, Undecided, undecided
    from converter.mapping.engine import Mapper
    from converter.report import Report
    from converter.store.authority_files import authorities
    from converter.store.data_folder import DataFolder
    from shelfgraph.runs import Run

    known = Authorities.of_files(files) if files else authorities(data) if data else None
    if known is None:
        raise UsageError("--links: no authority file is known; name one with --authority, or load it into the folder")
    held = DataFolder(data).identity() if data else None
    mapper, run = Mapper(held.base if held else options.EXAMPLE_BASE), Run(Report(), encoding=encoding)
    rows = csv.writer(sys.stdout, lineterminator="\n")
    rows.writerow(Undecided._fields)
    lines = (list(mapper.map(record).lines) for record in _records(run, sources, kind, data))
    unlike: Counter[str] = Counter()
    rows.writerows(safe_row(tuple(map(str, one))) for one in undecided(lines, known, mapper.base, unlike))
    if unlike:
        counted = ", ".join(f"{kind} {count:,}" for kind, count in sorted(unlike.items()))
        click.echo(f"shelfgraph: not listed, since no entry is like them: {counted}", err=True)
    run.finish()


def _records(run: Run, sources: tuple[str, ...], kind: str | None, data: Path | None) -> Iterator[Record]:
    """Yield the records of the sources, or of the archive of a data folder."""
    if data is None:
        yield from run.records(options.required(sources), kind, "")
        return
    from converter.store.data_folder import DataFolder

    for record in DataFolder(data).records():
        run.count += 1
        yield record


@contextlib.contextmanager
def _table(head: Sequence[str]) -> Iterator[Callable[[Sequence[str]], object]]:
    """What takes the rows of a table: as CSV as they come, or on a terminal all at the end."""
    if not sys.stdout.isatty():
        table = csv.writer(sys.stdout, lineterminator="\n")
        table.writerow(head)
        yield lambda cells: table.writerow(safe_row(cells))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(*head)
    yield lambda cells: drawn.add_row(*(Text(cell) for cell in cells))
    Console().print(drawn)


COMMANDS = (fields, explain, validate, quality)
