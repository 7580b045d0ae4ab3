"""The commands that write what others take away: dump, export."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

import click

from converter.errors import StoreError, UsageError
from shelfgraph import options
from shelfgraph.progress import shown

if TYPE_CHECKING:
    from converter.store.data_folder import DataFolder
    from converter.store.generations import Generation

FORMATS = ("nt", "ttl", "nq", "jsonl", "skg-if", "jelly", "parquet")
PACKINGS = ("zstd", "gzip")


class _Wanted(NamedTuple):
    """What is to be written: its form, its packing, the generation since which it lists changes, the graphs."""

    form: str
    packing: str | None
    since: int | None
    quads: bool


@click.command()
@options.FOLDER
@click.option(
    "-o", "--output", metavar="FILE", help="The file to write, - is standard output; else DIR/dumps/N.nt.zst."
)
@click.option("--format", "format_", type=click.Choice(FORMATS), help="The format; named by the name of FILE, else nt.")
@click.option("--compress", type=click.Choice(PACKINGS), help="The packing; named by the name of FILE.")
@click.option(
    "--since", type=click.IntRange(1), metavar="N", help="Only what changed since generation N, as RDF Patch."
)
@click.option("--keep", default=3, show_default=True, type=click.IntRange(1), help="Generations in DIR/dumps to keep.")
def dump(
    data: Path, output: str | None, format_: str | None, compress: str | None, since: int | None, keep: int
) -> None:
    """Write the current generation as one sorted file: two dumps of the same data are the same bytes.

    A checksum is written beside FILE.  Without FILE the dump goes to DIR/dumps, where the site offers it at /dumps/.
    """
    from converter.publish import dump_files
    from converter.store.data_folder import DataFolder
    from converter.store.generations import reading

    folder = DataFolder(data)
    generation = folder.current()
    if format_ == "parquet":
        _dump_tables(folder, generation, output, compress, since)
        if not output:
            _tell_gone(dump_files.forget(data, keep))
        return
    wanted = _wanted(output, format_, compress, since)
    with reading(generation):
        if output == "-":
            with dump_files.packed(sys.stdout.buffer, wanted.packing) as out:
                _write(folder, generation, wanted, out, None)
            sys.stdout.buffer.flush()
            return
        path = Path(output) if output else _place(data, generation, wanted)
        with dump_files.whole(path, wanted.packing) as out:
            _write(folder, generation, wanted, out, path.parent)
    click.echo(f"shelfgraph: generation {generation.number} in {path}", err=True)
    if not output:
        _tell_gone(dump_files.forget(data, keep))


def _tell_gone(dumps: list[Path]) -> None:
    for gone in dumps:
        click.echo(f"shelfgraph: {gone} removed; --keep keeps more", err=True)


def _dump_tables(
    folder: DataFolder, generation: Generation, output: str | None, compress: str | None, since: int | None
) -> None:
    """Write a generation as tables of Parquet, a file each: into a folder that is named, or beside the other dumps.

    Raises UsageError where the other options do not go with that.
    """
    import shutil
    import tempfile

    from converter.publish import dump_files, parquet
    from converter.store.generations import reading
    from converter.store.leftovers import held
    from server.feeds.tables import table_lines

    if compress or since is not None or output == "-" or (output and Path(output).is_file()):
        raise UsageError("--format parquet writes several files, packed already: -o names a folder, and nothing else")
    identity, home = folder.identity(), Path(output) if output else dump_files.folder_of(folder.path)
    home.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        stack.enter_context(reading(generation))
        beside = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=".sorting-", dir=home)))
        stack.enter_context(held(beside))
        rows = {table: stack.enter_context((beside / table).open("wb")) for table in parquet.tables()}
        with shown("Converting") as bar:
            for found in table_lines(
                generation.path,
                identity.base if identity else "",
                folder=home,
                processes=os.cpu_count() or 1,
                note=bar.advance,
            ):
                for table, lines in found.items():
                    rows[table].write(lines)
        for table, file in rows.items():
            file.close()
            parquet.write(table, beside / table, beside / f"{table}.parquet")
            name = f"{table}.parquet" if output else dump_files.named(generation.number, f"{table}.parquet", None)
            with dump_files.whole(home / name, None) as out, (beside / f"{table}.parquet").open("rb") as made:
                shutil.copyfileobj(made, out)
    click.echo(f"shelfgraph: generation {generation.number} as tables in {home}", err=True)


def _wanted(output: str | None, format_: str | None, compress: str | None, since: int | None) -> _Wanted:
    """What the options and the name of the file say together.

    Raises UsageError where they contradict one another.
    """
    from converter.publish.dump_files import named_by

    if output and output.endswith(".parquet"):
        raise UsageError(f"{output}: tables are several files; say --format parquet -o DIR")
    named_form, named_packing = named_by(Path(output or "").name)
    if since is not None:
        if format_ not in {None, "nt", "nq"}:
            raise UsageError(f"--since lists changes line by line; take --format nt or nq, not {format_}")
        if named_form not in {None, "patch"}:
            raise UsageError(f"{output}: changes since a generation are an RDF Patch; let the name end in .rdfp")
    elif named_form == "patch":
        raise UsageError(f"{output}: a patch lists changes; say since which generation with --since N")
    elif format_ and named_form and format_ != named_form:
        raise UsageError(f"--format {format_}: the name of {output} says {named_form}; change one of them")
    if compress and named_packing and compress != named_packing:
        raise UsageError(f"--compress {compress}: the name of {output} says {named_packing}; change one of them")
    form = "patch" if since is not None else format_ or named_form or "nt"
    packing = compress or named_packing or ("zstd" if output is None else None)
    return _Wanted(form, packing, since, "nq" in {form, format_})


def offer(data: Path, keep: int) -> list[Path]:
    """The dumps that were made: those that a site offers, and that the current generation lacks.

    Of those that were made so before, the newest generations stay, so many.
    """
    from converter.publish import dump_files
    from converter.store.data_folder import DataFolder
    from converter.store.forgotten import Forgotten
    from converter.store.generations import reading

    folder, made = DataFolder(data), []
    generation = folder.current()
    dump_files.sweep_parts(data)
    with reading(generation):
        for form, packing in dump_files.OFFERED:
            wanted = _Wanted(form, packing, None, quads=False)
            path = _place(data, generation, wanted)
            if path in {dump.path for dump in dump_files.kept(data)}:
                continue
            dump_files.note_offered(data, path.name)
            with dump_files.whole(path, packing) as out:
                _write(folder, generation, wanted, out, path.parent, processes=1)
            made.append(path)
            if Forgotten(data).before > generation.number:
                # What is forgotten meanwhile stands in it.
                keep = 0
                break
    numbers = sorted({dump.generation for dump in dump_files.kept(data)}) if keep else []
    dump_files.forget_offered(data, numbers[-keep:][0] if numbers else generation.number + 1)
    return made


def _place(data: Path, generation: Generation, wanted: _Wanted) -> Path:
    from converter.publish import dump_files

    folder = dump_files.folder_of(data)
    folder.mkdir(exist_ok=True)
    return folder / dump_files.named(generation.number, wanted.form, wanted.packing, wanted.since)


def _write(
    folder: DataFolder,
    generation: Generation,
    wanted: _Wanted,
    out: IO[bytes],
    place: Path | None,
    processes: int | None = None,
) -> None:
    """Write a generation, or what leads to it; as many processes share the work as there are processors."""
    import pyoxigraph

    from converter.publish import dump as dumping

    identity = folder.identity()
    base = identity.base if identity else ""
    if wanted.form in {"jsonl", "skg-if"}:
        from server.feeds.json_lines import json_lines

        with shown("Converting") as bar:
            for line in json_lines(
                generation.path,
                base,
                folder=place,
                archive=folder.path / "archive.sqlite",
                form="skg-if" if wanted.form == "skg-if" else "jsonl",
                processes=processes or os.cpu_count() or 1,
                note=bar.advance,
            ):
                out.write(line)
        return
    left = not wanted.quads and _named(generation, base)
    with contextlib.ExitStack() as stack:
        old = stack.enter_context(_old(folder, base, wanted)) if wanted.since else None
        note = stack.enter_context(shown("Writing", what="statements")).advance
        store = pyoxigraph.Store.read_only(str(generation.path))
        lines = dumping.statements(store, base, quads=wanted.quads, folder=place, note=note)
        # Nothing but the lines holds the store: it is closed when they have been read.
        del store
        if old is not None and wanted.since:
            lines = dumping.patch(old, lines, base, (wanted.since, generation.number))
        dumping.write(lines, out, wanted.form, base)
    if left:
        click.echo("shelfgraph: the named graphs are not in this dump; --format nq takes them all", err=True)


def _named(generation: Generation, base: str) -> bool:
    """Whether there are graphs with names, but for what a generation says of itself."""
    import pyoxigraph

    from converter.described_by import graph_of

    own = f"<{graph_of(base)}>"
    return any(str(graph) != own for graph in pyoxigraph.Store.read_only(str(generation.path)).named_graphs())


@contextlib.contextmanager
def _old(folder: DataFolder, base: str, wanted: _Wanted) -> Iterator[Iterator[bytes]]:
    """The sorted lines of the generation since which changes are given: of its store, or of a dump of it.

    Raises StoreError where neither is kept.
    """
    import pyoxigraph

    from converter.publish import dump as dumping
    from converter.publish import dump_files
    from converter.store.generations import reading

    form, since = "nq" if wanted.quads else "nt", wanted.since or 0
    dumps = {dump.generation: dump for dump in dump_files.kept(folder.path) if dump.form.name == form}
    generations = {generation.number: generation for generation in folder.generations()}
    if since in generations:
        with reading(generations[since]) as path:
            yield dumping.statements(pyoxigraph.Store.read_only(str(path)), base, quads=wanted.quads)
    elif since in dumps:
        yield dump_files.lines(dumps[since])
    else:
        known = ", ".join(map(str, sorted({*generations, *dumps})))
        raise StoreError(
            f"{folder.path}: generation {since} is kept no more, neither itself nor as a dump in {form}; there are"
            f" {known}.  Take the whole dump, and dump each generation whose changes will be asked for"
        )


@click.command()
@click.argument("target", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@options.FOLDER
@click.option("--workers", type=click.IntRange(1, 64), help="Processes that share the work; as many as processors.")
@click.pass_context
def export(ctx: click.Context, target: Path, data: Path, workers: int | None) -> None:
    """Write the whole site into DIR as files for a plain web server, each as the server would send it.

    An export that was interrupted goes on where it was; a later one leaves what has not changed, and removes what is
    there no more.  DIR/.shelfgraph has configurations for nginx, DIR/.htaccess is for Apache: they state media types,
    what is withdrawn, and what has moved.  SPARQL, search, OAI-PMH and reconciliation are left to a running site.
    """
    from converter.publish import dump_files
    from converter.store.data_folder import DataFolder
    from converter.store.generations import reading
    from server.static_export.resource_files import Source
    from shelfgraph.exporting import Export

    folder = DataFolder(data)
    generation, identity = folder.agreed(), folder.identity()
    run = Export.begun(target, generation.number, identity.base if identity else "")
    if not any(found.generation == generation.number and found.since is None for found in dump_files.kept(data)):
        ctx.invoke(dump, data=data, output=None, format_=None, compress=None, since=None, keep=3)
    with reading(generation) as store, shown("Writing", what="pages") as bar:
        source = Source(data, store, str(generation.number), generation.journal, run.base)
        run.write(source, workers or os.cpu_count() or 1, bar.advance)
    click.echo(f"shelfgraph: {run.stated()}", err=True)
    if run.failed:
        raise SystemExit(1)


COMMANDS = (dump, export)
