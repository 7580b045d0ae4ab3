"""A run over sources: the records of all of them, what went wrong, and the exit code that says so."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from converter.errors import ShelfgraphError, SourceError, SourceUnreachable
from converter.harvest import is_address
from converter.mapping.engine import Mapper
from converter.record import Record
from converter.report import Report
from converter.sources.detection import read
from shelfgraph import options, progress, reporting

if TYPE_CHECKING:
    from converter.mapping.jobs import Said


class Held(NamedTuple):
    """What a data folder holds after a load: works, withdrawn records, and triples, where they are known.

    `came` is how many different records came.
    """

    works: int
    withdrawn: int
    came: int
    triples: int | None = None


@contextlib.contextmanager
def reported(
    report: Path | None,
    encoding: str = "",
    most: str = "",
    allowed: tuple[str, ...] = (),
    *,
    other: str = "",
    folder: Path | None = None,
) -> Iterator[Run]:
    """A run whose findings go to a file, where one is named, and are kept in a data folder, where it has one.

    `encoding` is that of its sources, `most` what each may unpack to, `allowed` the hosts
    that may be asked though they are not public, `other` what goes to standard output.

    Raises UsageError where the file cannot be written.
    """
    with contextlib.ExitStack() as stack:
        outs = [stack.enter_context(reporting.kept_in(folder))] if folder else []
        if report is not None:
            outs.append(stack.enter_context(options.table("--report", report, other=other)))
        run = Run(Report(*outs), stated=report is not None, encoding=encoding, most=most, allowed=allowed)
        if folder:
            named = "" if str(folder) == options.HOME else f" --data {folder}"
            run.again = f"run “shelfgraph report{named}”"
        yield run


class Run:
    """A run over sources: its report, and what went wrong; `stated` says that somebody keeps the findings.

    `encoding` is that of the sources, empty where their content shows it.
    """

    def __init__(
        self,
        report: Report,
        *,
        stated: bool = False,
        encoding: str = "",
        most: str = "",
        allowed: tuple[str, ...] = (),
    ) -> None:
        self.report = report
        self.stated = stated
        self.encoding = encoding
        self.allowed = allowed
        self.most = options.size("--max-size", most) if most else None
        self.faults: list[ShelfgraphError] = []
        self.count = 0
        self.triples = 0
        self.changes: int | None = None
        self.held: Held | None = None
        self.again = "run the same command again with --report findings.csv"

    def records(
        self,
        sources: tuple[str, ...],
        kind: str | None,
        repository: str,
        *,
        hidden: bool = False,
        bar: progress.Bar | None = None,
    ) -> Iterator[Record]:
        """Yield the records of all sources; one that cannot be read is reported, and the others go on.

        `hidden` says that those come too of which nothing is to be published; `bar` is what they are counted on.
        """
        with contextlib.nullcontext(bar) if bar else progress.shown("Reading") as shown:
            yield from self._records(sources, kind, repository, shown, hidden=hidden)
        if self.faults and not self.count:
            # Nothing is written where nothing could be read.
            raise SystemExit(self.exit_code)

    def _records(
        self, sources: tuple[str, ...], kind: str | None, repository: str, bar: progress.Bar, *, hidden: bool
    ) -> Iterator[Record]:
        for place, source in enumerate(sources, 1):
            which = f" ({place} of {len(sources)})" if len(sources) > 1 else ""
            bar.stage(f"Reading {source.rstrip('/').rpartition('/')[2]}{which}")
            try:
                stated = (source, kind, repository, self.report, self.encoding, self.most)
                if is_address(source):
                    from converter.harvest import address

                    found = address.read(*stated, self.allowed)
                else:
                    found = read(*stated)
                for record in found:
                    self.count += 1
                    if hidden or not record.erased:
                        yield record
                    bar.advance()
            except (SourceError, SourceUnreachable) as fault:
                if len(sources) == 1 and not self.count:
                    raise
                self.faults.append(fault)
                click.echo(f"shelfgraph: {fault}", err=True)

    def mapped(self, record: Record, mapper: Mapper, day: str = "") -> list[str]:
        """The lines of a record as it may be shown on a day (today), its findings put into the report."""
        found = mapper.map(record, day)
        self.report.extend(found.findings)
        self.triples += len(found.lines)
        return list(found.lines)

    def taken(self, said: Iterable[Said]) -> Iterator[tuple[Record, list[str]]]:
        """Yield each record and its lines, its findings put into the report."""
        for record, lines, findings in said:
            self.report.extend(findings)
            self.triples += len(lines)
            yield record, lines

    @property
    def exit_code(self) -> int:
        """3 where a source did not answer, 1 where one or a record of one failed, 0 where all went well."""
        failed = 1 if self.report.counts["error"] else 0
        return max((fault.exit_code for fault in self.faults), default=failed)

    def print_summary(self) -> None:
        """Say on standard error what was done, what the folder holds now, and where the findings are."""
        stated = self.report.counts
        changes = "" if self.changes in {None, self.count} else f" ({self.changes} changed)"
        click.echo(
            f"shelfgraph: {_number(self.count, 'record')}{changes}, {_number(self.triples, 'triple')};"
            f" {_number(stated['error'], 'error')}, {_number(stated['warning'], 'warning')},"
            f" {_number(stated['info'], 'note')}",
            err=True,
        )
        if self.held:
            click.echo(f"shelfgraph: {_explained(self.count, self.triples, self.held)}", err=True)
        if not self.stated and (stated["error"] or stated["warning"]):
            click.echo(f"shelfgraph: to see each error and warning with its record and value, {self.again}", err=True)

    def finish(self) -> None:
        """End with the exit code of what went wrong, if anything did; say nothing else."""
        if self.faults:
            raise SystemExit(self.exit_code)

    def end(self) -> None:
        """Say what was done, and end with the exit code of what went wrong."""
        self.print_summary()
        if self.exit_code:
            raise SystemExit(self.exit_code)


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _explained(read: int, made: int, held: Held) -> str:
    """What a folder holds, and why that is another number than the records that were read and the triples made of them.

    >>> _explained(10, 90, Held(works=7, withdrawn=1, came=8, triples=90))
    'the folder holds 7 works and 1 withdrawn record; 2 of the 10 records read came more than once'
    >>> _explained(0, 0, Held(works=7, withdrawn=1, came=8, triples=90))
    'the folder holds 7 works, 1 withdrawn record and 90 triples'
    >>> _explained(2, 95, Held(works=2, withdrawn=0, came=2, triples=90))
    'the folder holds 2 works and 90 triples, each once'
    """
    parts = [_number(held.works, "work")]
    if held.withdrawn:
        parts.append(_number(held.withdrawn, "withdrawn record"))
    if held.triples not in {None, made}:
        # What several records say alike is one triple there; what did not change was not made again.
        parts.append(f"{_number(held.triples or 0, 'triple')}{', each once' if made > (held.triples or 0) else ''}")
    text = f"the folder holds {' and '.join([part for part in (', '.join(parts[:-1]), parts[-1]) if part])}"
    if 0 < held.came < read:
        text += f"; {read - held.came:,} of the {_number(read, 'record')} read came more than once"
    return text
