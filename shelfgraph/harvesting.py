"""The command over the network: harvest."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shelfgraph import options
from shelfgraph.configuration import Configured
from shelfgraph.progress import shown

if TYPE_CHECKING:
    from converter.harvest import Held, Keeper, Options, Summary
    from converter.record import Record
    from shelfgraph.runs import Run


@click.command(cls=Configured)
@click.argument("url")
@click.option("--prefix", default="auto", show_default=True, help="The metadata format; auto takes the richest.")
@click.option("--set", "set_", default="", metavar="SET", help="Only the records of this set.")
@click.option("--since", default="", metavar="DATE", help="Only what changed since this day or moment (UTC).")
@click.option("--full", is_flag=True, help="Everything again, whatever has been harvested.")
@click.option("--delay", default=0.0, type=click.FloatRange(0), help="Seconds between two requests, at the least.")
@click.option("--dry-run", is_flag=True, help="Say what would be harvested and how; keep nothing.")
@click.option("--reconcile", is_flag=True, help="Mark as deleted what the repository no longer lists.")
@options.FOLDER
@options.BASE
@options.REPOSITORY
@options.REPORT
@options.ALLOW_HOST
@click.option("--rest", is_flag=True, help="By the REST interface of DSpace 7 and later.")
def harvest(
    url: str,
    prefix: str,
    set_: str,
    since: str,
    full: bool,
    delay: float,
    dry_run: bool,
    reconcile: bool,
    data: Path,
    base: str | None,
    repository: str,
    report: Path | None,
    allowed: tuple[str, ...],
    rest: bool,
) -> None:
    """Harvest the repository at URL (its home page or its endpoint) into a data folder.

    It goes on by itself where the last run was interrupted; when that was whole, it takes what changed since.
    """
    from converter.errors import UsageError
    from converter.harvest import Options
    from shelfgraph import runs

    if since and full:
        raise UsageError("--since and --full do not fit together; leave one out")
    chosen = Options(
        url=url,
        prefix=prefix,
        set=set_,
        since=since,
        full=full,
        delay=delay,
        dry_run=dry_run,
        reconcile=reconcile,
        source=repository,
        allowed_hosts=allowed,
    )
    kept = None if dry_run else data
    with runs.reported(report, folder=kept) as run, _keeping(data, base, run, dry_run=dry_run) as keeper:
        summary = body(keeper, chosen, run, rest=rest)
    print_summary(summary, dry_run=dry_run)
    if kept and not run.stated and (run.report.counts["error"] or run.report.counts["warning"]):
        click.echo(f"shelfgraph: to see each error and warning with its record and value, {run.again}", err=True)
    if run.report.counts["error"]:
        raise SystemExit(1)


def body(keeper: Keeper, chosen: Options, run: Run, *, rest: bool) -> Summary:
    """What the harvest did, shown while it runs where somebody watches.

    Where there is no endpoint of OAI-PMH, a REST interface is looked for, unless the options are for OAI-PMH alone.
    """
    from converter.errors import NoEndpoint
    from converter.harvest import oai
    from converter.harvest import rest as by_rest

    with shown("Harvesting") as bar:
        progress = bar.at
        if rest:
            return by_rest.harvest(chosen, keeper, run.report, progress)
        try:
            return oai.harvest(chosen, keeper, run.report, progress)
        except NoEndpoint as fault:
            if chosen.set or chosen.reconcile or chosen.prefix != "auto":
                raise
            try:
                return by_rest.harvest(chosen, keeper, run.report, progress)
            except NoEndpoint:
                raise fault from None


def print_summary(summary: Summary, *, dry_run: bool) -> None:
    """Say on standard error what was done."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(show_header=False, box=None)
    ended = "nothing kept (--dry-run)" if dry_run else "yes" if summary.complete else "no: see the report"
    rows = (
        ("endpoint", summary.endpoint),
        ("source", summary.source),
        ("format", f"{summary.format}: {summary.why}"),
        ("records", _count(summary)),
        ("skipped", str(summary.skipped)),
        ("requests", f"{summary.requests}, {summary.retries} of them again"),
        ("seconds", f"{summary.seconds:.1f}, {summary.records / max(summary.seconds, 0.001):,.0f} records/s"),
        ("complete", ended),
    )
    for name, value in rows:
        # What a repository says is text, whatever brackets it has.
        table.add_row(name, Text(value))
    Console(stderr=True).print(table)


def _count(summary: Summary) -> str:
    if summary.total is not None:
        return f"{summary.total} to harvest"
    return f"{summary.records}, {summary.deleted} of them deleted"


@contextlib.contextmanager
def _keeping(data: Path, base: str | None, run: Run, *, dry_run: bool) -> Iterator[Keeper]:
    """What keeps records in a data folder; readers see them at the end, however that comes."""
    from converter.store.authority_files import mapper_of
    from converter.store.data_folder import DataFolder, Identity
    from converter.store.writer import WriterKeeper

    if dry_run:
        yield Nothing()
        return
    folder = DataFolder(data)
    held = folder.identity()
    chosen = options.base_address(base or (held.base if held else options.LOCAL_BASE))
    mapper = mapper_of(data, chosen)
    lines_of = (lambda record, day: run.mapped(record, mapper, day)) if run.stated else None
    with contextlib.ExitStack() as stack:

        def opened() -> WriterKeeper:
            writer = stack.enter_context(folder.writing(Identity(chosen, mapper.digest), mapper.triples))
            keeper = WriterKeeper(writer, lines_of, run.report.add)
            stack.callback(keeper.publish)
            return keeper

        yield Late(opened, new=held is None)
    if base is None and held is None and folder.has_generation():
        options.tell_base(chosen)


class Late:
    """A keeper that is made when it is needed: a repository that never answers leaves no empty folder behind."""

    def __init__(self, opened: Callable[[], Keeper], *, new: bool) -> None:
        self._opened, self._new = opened, new
        self._keeper: Keeper | None = None

    def state(self, name: str) -> str | None:
        """What was kept under a name, None where nothing was."""
        return None if self._is_empty else self._made().state(name)

    def take(self, records: Sequence[Record], state: Mapping[str, str]) -> None:
        """Keep records and how far the harvest is: both or neither."""
        self._made().take(records, state)

    def held(self, source: str) -> Iterator[Held]:
        """Yield what is held of the records of a source."""
        if not self._is_empty:
            yield from self._made().held(source)

    @property
    def _is_empty(self) -> bool:
        return self._new and self._keeper is None

    def _made(self) -> Keeper:
        if self._keeper is None:
            self._keeper = self._opened()
        return self._keeper


class Nothing:
    """Keeps nothing and holds nothing."""

    def state(self, name: str) -> str | None:  # noqa: ARG002 - the protocol of a keeper
        """None."""
        return None

    def take(self, records: Sequence[Record], state: Mapping[str, str]) -> None:
        """Do nothing."""

    def held(self, source: str) -> Iterator[Held]:  # noqa: ARG002 - the protocol of a keeper
        """Yield nothing."""
        yield from ()


COMMANDS = (harvest,)
