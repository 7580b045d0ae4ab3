"""The commands over a data folder: load, rebuild, log, show, forget, sources."""

from __future__ import annotations

import contextlib
import csv
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from converter.errors import SourceError, StoreError, UsageError
from converter.report import safe_row
from shelfgraph import options
from shelfgraph.progress import followed, shown

if TYPE_CHECKING:
    from converter.mapping.engine import Mapper
    from converter.record import Record
    from converter.store.agreement import Start
    from converter.store.archive import Archive
    from converter.store.data_folder import DataFolder, Identity
    from converter.store.folder_writer import Erased, Writer
    from shelfgraph.runs import Run

PARTS = ("all", "fields", "triples", "history")


@click.command()
@options.SOURCES
@options.FOLDER
@options.KIND
@options.ENCODING
@options.MAX_SIZE
@options.ALLOW_HOST
@options.BASE
@options.REPOSITORY
@options.AUTHORITY
@options.REPORT
@click.option(
    "--new",
    is_flag=True,
    help="Give up all records and foreign RDF of the folder, and begin anew; authority files stay.",
)
def load(
    sources: tuple[str, ...],
    data: Path,
    kind: str | None,
    encoding: str,
    most: str,
    allowed: tuple[str, ...],
    base: str | None,
    repository: str,
    files: tuple[Path, ...],
    report: Path | None,
    new: bool,
) -> None:
    """Load the records of SOURCE... into a data folder, as one new generation.

    What is there already as it comes changes nothing.  Where two files hold different versions of a record, the newer
    datestamp counts; where they have none, the later load, and within one load the first.

    Authority files stay with the folder: they link what they know by an identifier, or by a label that one entry alone
    has, in all records that are there and that come.  “shelfgraph quality --links” lists what is left to decide.
    """
    from converter.store.data_folder import DataFolder
    from shelfgraph import runs

    folder = DataFolder(data)
    held = folder.identity()
    chosen = options.base_address(base or (held.base if held else options.LOCAL_BASE))
    names = options.required(sources)
    _keep(folder, files)
    with runs.reported(report, encoding, most, allowed, folder=data) as run:
        start: Start = "anew" if new else "as it is"
        number = take_in(folder, names, kind, repository, chosen, run, start)
        if base is None and held is None:
            options.tell_base(chosen)
        click.echo(f"shelfgraph: generation {number} of {data}", err=True)
        run.end()


def _keep(folder: DataFolder, files: tuple[Path, ...]) -> None:
    """Take authority files into a data folder."""
    from converter.store.authority_files import keep

    if files:
        with folder.alone():
            keep(folder.path, files)


@click.command()
@options.FOLDER
@options.AUTHORITY
def rebuild(data: Path, files: tuple[Path, ...]) -> None:
    """Make the store anew from the archive that is there, with the crosswalk of now; no repository is asked."""
    from converter.store.data_folder import DataFolder

    folder = DataFolder(data)
    if files:
        _identity(folder)
    _keep(folder, files)
    with (
        shown("Making the store anew", _records_of(data)) as bar,
        writing(data, "from the archive", lambda _: bar.advance()) as (writer, _),
    ):
        bar.stage("Publishing")
        generation = writer.published()
        count = sum(source.records for source in writer.archive.sources())
    click.echo(f"shelfgraph: {count} records, generation {generation.number} of {data}", err=True)


def _records_of(data: Path) -> int | None:
    """How many records an archive has, None where an earlier version wrote it, or there is none."""
    from converter.store.reader import ArchiveReader

    try:
        return ArchiveReader(data / "archive.sqlite").count()
    except StoreError:
        return None


@click.command()
@options.FOLDER
@click.option("--since", default=0, metavar="N", help="Only changes after this number.")
@click.option("--limit", type=click.IntRange(1), help="At most so many lines.")
def log(data: Path, since: int, limit: int | None) -> None:
    """List what changed, as CSV: number, change, record, moment."""
    from converter.store.archive import Archive

    archive = _archive(data, Archive)
    rows = csv.writer(sys.stdout)
    rows.writerow(("number", "change", "record", "moment"))
    try:
        after, left = since, limit
        while entries := archive.journal(after, min(left or 1000, 1000)):
            rows.writerows(safe_row((entry.number, entry.change, entry.address, entry.moment)) for entry in entries)
            after = entries[-1].number
            left = None if left is None else left - len(entries)
            if left == 0:
                break
    finally:
        archive.close()


@click.command()
@click.argument("record", metavar="RECORD")
@options.FOLDER
@click.option(
    "--part", type=click.Choice(("all", "fields", "triples", "history")), default="all", help="One part alone."
)
def show(record: str, data: Path, part: str) -> None:
    """Show RECORD (a handle, an identifier, or an address): its fields as they came, its triples, its history."""
    from converter import graph
    from converter.store.archive import Archive
    from converter.store.authority_files import mapper_of
    from converter.store.data_folder import DataFolder

    identity = _identity(DataFolder(data))
    archive = _archive(data, Archive)
    try:
        address = _address(archive, record, identity.base)
        held = archive.get(address)
        if part in {"all", "fields"}:
            _heading(part, f"{address}: the fields as they came")
            _show_fields(held)
        if part in {"all", "triples"} and held:
            _heading(part, "the triples")
            sys.stdout.flush()
            mapper = mapper_of(data, identity.base)
            sys.stdout.buffer.write(graph.document(mapper.triples(held), "ttl", identity.base))
            sys.stdout.buffer.flush()
        if part in {"all", "history"}:
            _heading(part, "the history")
            rows = csv.writer(sys.stdout)
            rows.writerow(("number", "change", "moment"))
            rows.writerows((entry.number, entry.change, entry.moment) for entry in archive.history(address))
    finally:
        archive.close()


@click.command()
@click.argument("name", metavar="RECORD|SOURCE")
@options.FOLDER
@click.option("--reason", default="", metavar="TEXT", help="Why; kept with the day, shown when it comes again.")
@click.option("--forgive", is_flag=True, help="Let it come again: the next load or harvest brings it back.")
def forget(name: str, data: Path, reason: str, forgive: bool) -> None:
    """Remove RECORD, or all records of SOURCE (as `shelfgraph sources` names it), and what only they said, for good.

    Their bytes leave the archive, the search index, the store, the generations and the dumps of the folder.  They stay
    away when they are loaded again.  Backups, exports and dumps elsewhere are yours to remove.
    """
    with writing(data) as (writer, _):
        if forgive:
            if not writer.forgive(name):
                raise SourceError(f"“{name}” is not forgotten; name it as it was when it was forgotten")
            click.echo(f"shelfgraph: “{name}” may come again; load or harvest its source", err=True)
            return
        erased = writer.forget(name, reason)
    count = erased.records
    click.echo(f"shelfgraph: {count} record{'' if count == 1 else 's'} of “{name}” forgotten", err=True)
    _tell_left(data, erased)


def _tell_left(data: Path, erased: Erased) -> None:
    """Say what was removed beside, and what a person has to do."""
    from converter.publish.changes import targets

    if erased.dumps:
        removed = ", ".join(path.name for path in erased.dumps)
        click.echo(f"shelfgraph: dumps that held it are removed ({removed}); run “shelfgraph dump” again", err=True)
    for target in targets(data):
        click.echo(f"shelfgraph: {target} holds it until you publish there again (“shelfgraph publish”)", err=True)
    if erased.reads_archive:
        click.echo(
            "shelfgraph: the archive as it was is being read by another process; the next command that writes removes"
            " what lies beside it when that has ended",
            err=True,
        )
    if erased.read:
        numbers = ", ".join(map(str, erased.read))
        click.echo(
            f"shelfgraph: generation {numbers} is being read by another process; the next command that writes removes"
            " it when that has ended",
            err=True,
        )


@click.command()
@options.FOLDER
@click.option("--order", metavar="A,B,...", help="Put these before all others, in this order.")
def sources(data: Path, order: str | None) -> None:
    """List the sources of a data folder, as CSV; where two bring one item, the one that stands before owns it."""
    from converter.store.archive import Archive

    if order is not None:
        with writing(data) as (writer, _):
            known = {source.name for source in writer.archive.sources()}
            names = [name.strip() for name in order.split(",")]
            unknown = [name for name in names if name not in known]
            if unknown:
                raise UsageError(f"--order: no source is called {unknown[0]!r}; there are {', '.join(sorted(known))}")
            writer.archive.order(names)
    archive = _archive(data, Archive)
    rows = csv.writer(sys.stdout)
    rows.writerow(("source", "records"))
    rows.writerows(safe_row((source.name, source.records)) for source in archive.sources())
    archive.close()


def take_in(
    folder: DataFolder,
    names: tuple[str, ...],
    kind: str | None,
    repository: str,
    base: str,
    run: Run,
    start: Start = "as it is",
) -> int:
    """Load sources into a folder; the number of the generation that holds them."""
    from converter.store.authority_files import mapper_of
    from converter.store.data_folder import Identity
    from converter.store.foreign_rdf import RDF_SUFFIXES
    from shelfgraph.runs import Held

    mapper = mapper_of(folder.path, base)
    # Foreign RDF is taken as it is; a kind that is named says that the sources are records.
    rdf = [name for name in names if kind is None and Path(name).suffix.lower() in RDF_SUFFIXES]
    others = tuple(name for name in names if name not in rdf)
    with folder.writing(Identity(base, mapper.digest), mapper.triples, start) as writer:
        number = 0
        if others:
            before = writer.archive.latest()
            lines_of = mapper.triples if run.stated else (lambda record, day: run.mapped(record, mapper, day))
            with shown("Reading") as bar:
                records = run.records(others, kind, repository, hidden=True, bar=bar)
                stated = followed(_told(records, mapper, run) if run.stated else records, bar, "Publishing")
                number = writer.load(stated, lines_of, run.report.add).number
            run.changes = writer.archive.latest() - before
            works, withdrawn = writer.archive.counts()
            run.held = Held(works, withdrawn, writer.archive.brought(), writer.triples)
        for name in rdf:
            number = writer.load_rdf(Path(name)).number
    return number


def _told(records: Iterator[Record], mapper: Mapper, run: Run) -> Iterator[Record]:
    """Yield the records, each reported of, whether or not it has changed."""
    for record in records:
        run.mapped(record, mapper)
        yield record


def _show_fields(held: Record | None) -> None:
    rows = csv.writer(sys.stdout)
    rows.writerow(("place", "field", "value", "language", "authority", "confidence"))
    if held:
        rows.writerows(
            (field.place, field.name, field.value, field.language, field.authority, field.confidence)
            for field in held.fields
        )
        rows.writerows(("", "file", file.name, "", file.url, file.size) for file in held.files)


def _heading(part: str, words: str) -> None:
    if part == "all":
        click.echo(f"# {words}")


def _address(archive: Archive, named: str, base: str) -> str:
    """The address of the record that is called so.

    Raises SourceError where none is.
    """
    from converter.store.addressing import shortened

    short = shortened(named, base)
    found = archive.addresses(named) or archive.addresses(short)
    if not found:
        raise SourceError(f"no record is called {named!r}; name a handle, an identifier, or an address of ours")
    return found[0]


def _identity(folder: DataFolder) -> Identity:
    identity = folder.identity()
    if identity is None:
        # It says what to do.
        folder.current()
        raise SourceError(f"{folder.path}: nothing has been loaded")
    return identity


def _archive(data: Path, open_: type[Archive]) -> Archive:
    from converter.store.data_folder import DataFolder

    DataFolder(data).agreed()
    return open_(data / "archive.sqlite")


@contextlib.contextmanager
def writing(
    data: Path, start: Start = "as it is", note: Callable[[Record], None] = lambda _: None
) -> Iterator[tuple[Writer, Mapper]]:
    """The one writer of a data folder in which something has been loaded, and the crosswalk at work.

    `note` hears of each record that is mapped.
    """
    from converter.store.authority_files import mapper_of
    from converter.store.data_folder import DataFolder, Identity

    folder = DataFolder(data)
    base = _identity(folder).base
    mapper = mapper_of(data, base)

    def lines_of(record: Record, day: str) -> Iterable[str]:
        note(record)
        return mapper.triples(record, day)

    with folder.writing(Identity(base, mapper.digest), lines_of, start) as writer:
        yield writer, mapper


COMMANDS = (load, rebuild, log, show, forget, sources)
