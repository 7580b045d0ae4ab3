"""The command `shelfgraph`: arguments, progress, exit codes.  What takes long to import is imported in its command."""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, NoReturn

import click

from converter.errors import QueryError, ShelfgraphError, UsageError
from shelfgraph import (
    archiving,
    configuration,
    harvesting,
    inspecting,
    maintaining,
    mcp,
    options,
    publishing,
    remote,
    reporting,
    serving,
)
from shelfgraph.doctor import command

if TYPE_CHECKING:
    from converter.mapping.engine import Mapper
    from converter.record import Record

FORMATS = ("ttl", "nt", "nq", "trig", "rdf", "jsonld")
ANSWERS = (
    "table",
    *("csv", "tsv", "json", "xml"),
    *("objects", "jsonl", "typed.csv"),
    *("ttl", "nt", "rdf", "jsonld"),
)
"""What `query` writes; the formats are those of `converter/formats.py`, which takes longer to import than to ask."""
INTERRUPTED = 130


class _Group(click.Group):
    """The command, whose faults are one line on standard error and an exit code."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands, each with the whole first sentence of its help."""
        named = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl([(name, _first_sentence(found.help or "")) for name, found in named if found])

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except ShelfgraphError as fault:
            _end(_lines(str(fault)) if isinstance(fault, QueryError) else " ".join(str(fault).split()), fault.exit_code)
        except KeyboardInterrupt:
            _end("interrupted", INTERRUPTED)
        except (sqlite3.Error, OSError) as fault:
            if not isinstance(fault, BrokenPipeError):
                from converter.store.faults import sentence

                _end(" ".join(str(sentence(fault)).split()), 1)
            # The reader of our output has had enough.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise SystemExit(0) from None
        except BaseException as fault:
            # A damaged file makes the engine of the store panic, which is no Exception.
            from converter.store.faults import of_engine

            if not (stated := of_engine(fault)):
                raise
            _end(str(stated), 1)


def _first_sentence(text: str) -> str:
    r"""The first sentence of a help text; three dots end none.

    >>> _first_sentence("Write the records of SOURCE... as RDF.  A folder\\nis read whole.")
    'Write the records of SOURCE... as RDF.'
    """
    words = " ".join(text.split("\n\n", maxsplit=1)[0].split())
    found = re.match(r"(?:[^.]|\.\.\.|\.(?=\S))+\.(?!\S)", words)
    return found[0] if found else words


def _lines(text: str) -> str:
    """A message in lines, of which one points with a caret; other control characters are left out."""
    return "\n".join("".join(sign for sign in line if sign.isprintable()).rstrip() for line in text.split("\n"))


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="shelfgraph")
def main() -> None:
    """Your repository's records as linked data, in one command."""


@main.command()
@options.SOURCES
@click.option("-o", "--output", default="-", metavar="OUT", help="The document to write; - is standard output.")
@click.option("--to", "format_", type=click.Choice(FORMATS), help="The format; named by the name of OUT, else ttl.")
@options.KIND
@options.ENCODING
@options.MAX_SIZE
@options.ALLOW_HOST
@options.BASE
@options.REPOSITORY
@options.AUTHORITY
@options.REPORT
@click.option(
    "--jobs", type=click.IntRange(1, 64), metavar="N", help="How many processes map records; as many as processors."
)
def convert(
    sources: tuple[str, ...],
    output: str,
    format_: str | None,
    kind: str | None,
    encoding: str,
    most: str,
    allowed: tuple[str, ...],
    base: str | None,
    repository: str,
    files: tuple[Path, ...],
    report: Path | None,
    jobs: int | None,
) -> None:
    """Write the records of SOURCE... (files, folders, - for standard input) as RDF."""
    from converter.local_keys import distinct
    from converter.mapping.jobs import mapped, processors
    from shelfgraph import runs

    address = options.base_address(base or options.EXAMPLE_BASE)
    chosen = format_ or _format_of(output)
    other = "the document" if output == "-" else ""
    with runs.reported(report, encoding, most, allowed, other=other) as run, _output(output) as out:
        records = distinct(run.records(options.required(sources), kind, repository), run.report.add)
        said = mapped(records, partial(_mapper, address, repository, files), jobs or processors())
        _write(run.taken(said), address, out, chosen)
    if base is None:
        options.tell_base(options.EXAMPLE_BASE)
    run.end()


@main.command()
@click.argument("question", metavar="TEXT|FILE|NAME")
@click.option("--data", default=options.HOME, type=click.Path(file_okay=False, path_type=Path), help="The data folder.")
@click.option("--endpoint", metavar="URL", help="A SPARQL endpoint to ask instead.")
@click.option("--format", "format_", type=click.Choice(ANSWERS), help="table on a terminal, else csv; ttl for graphs.")
@click.option("--param", "parameters", multiple=True, metavar="K=V", help="A parameter of a question by name.")
@click.option("--timeout", default=60.0, show_default=True, type=click.FloatRange(0.1), help="Seconds for the query.")
def query(
    question: str, data: Path, endpoint: str | None, format_: str | None, parameters: tuple[str, ...], timeout: float
) -> None:
    """Ask a question in SPARQL: a text, a file, or the name of one that comes with the program."""
    from server.sparql.lexer import form
    from shelfgraph import querying

    text = querying.text_of(question, dict(options.pair(parameter) for parameter in parameters))
    graph = form(text) in {"construct", "describe"}
    chosen = format_ or ("ttl" if graph else "table" if sys.stdout.isatty() else "csv")
    wanted = "csv" if chosen == "table" else chosen
    ask = querying.remote(endpoint, text, wanted, timeout) if endpoint else querying.local(data, text, wanted, timeout)
    if chosen == "table":
        querying.print_table(ask)
        return
    for chunk in ask:
        sys.stdout.buffer.write(chunk)
    sys.stdout.buffer.flush()


def _mapper(base: str, repository: str, files: tuple[Path, ...]) -> Mapper:
    from converter.mapping.authorities import Authorities
    from converter.mapping.engine import Mapper

    return Mapper(base, repository, authorities=Authorities.of_files(files) if files else None)


def _write(said: Iterator[tuple[Record, list[str]]], base: str, out: IO[bytes], format_: str) -> None:
    from converter import graph
    from converter.mapping.settling import settled

    if format_ == "jsonld":
        _write_json_ld(said, base, out)
    else:
        graph.write(settled(said, base), out, format_, base)


def _write_json_ld(said: Iterator[tuple[Record, list[str]]], base: str, out: IO[bytes]) -> None:
    """One record is a document; several are the members of one."""
    from converter import jsonld
    from converter.mapping.nested import settled_records

    def documents() -> Iterator[jsonld.Node]:
        for address, lines, source in settled_records(said, base):
            yield jsonld.nested(lines, address, base, source)

    made = documents()
    first, second = next(made, None), next(made, None)
    if first is not None and second is None:
        out.write(jsonld.document(first))
        return
    whole = (node for part in ((first, second), made) for node in part if node is not None)
    for chunk in jsonld.stream(whole, base):
        out.write(chunk)


@contextlib.contextmanager
def _output(name: str) -> Iterator[IO[bytes]]:
    """The document, which appears under its name when it is whole."""
    if name == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    from converter.publish.dump_files import is_special

    path = Path(name)
    if is_special(path):
        with path.open("wb") as file:
            yield file
        return
    beside = path.with_name(f".{path.name}.part")
    # The file is opened inside, so that an interruption at any moment finds it gone.
    try:
        try:
            file = beside.open("wb")
        except OSError as fault:
            raise UsageError(f"{path}: {fault.strerror}; name another file with -o") from None
        with file:
            yield file
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _format_of(output: str) -> str:
    from converter.formats import called

    found = called(Path(output).suffix, graph=True)
    return found.name if found else "ttl"


def _end(message: str, code: int) -> NoReturn:
    click.echo(f"shelfgraph: {message}", err=True)
    raise SystemExit(code)


for _command in (
    *archiving.COMMANDS,
    *maintaining.COMMANDS,
    *serving.COMMANDS,
    *harvesting.COMMANDS,
    *inspecting.COMMANDS,
    *reporting.COMMANDS,
    *publishing.COMMANDS,
    *remote.COMMANDS,
    *command.COMMANDS,
    *mcp.COMMANDS,
    *configuration.COMMANDS,
):
    main.add_command(_command)
