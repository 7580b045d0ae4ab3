"""Writes the manual page of the command, from the help of its options: python docs/man.py > shelfgraph.1."""

from __future__ import annotations

import importlib.metadata
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

import click

sys.path.insert(0, str(Path(__file__).parents[1]))

from shelfgraph.cli import main

_EXITS = (
    "all went well", "some records failed", "wrong usage", "a source did not answer", "a shape is violated",
    "a query failed or took too long",
)  # fmt: skip
"""What the exit codes say, from 0."""


def page() -> Iterator[str]:
    """Yield the lines of the page, as man(7) describes them."""
    yield f'.TH SHELFGRAPH 1 "" "shelfgraph {importlib.metadata.version("shelfgraph")}" "User Commands"'
    yield ".SH NAME"
    yield r"shelfgraph \- a repository’s records as linked data"
    yield ".SH SYNOPSIS"
    yield r"\fBshelfgraph\fR \fICOMMAND\fR [\fIARGUMENT\fR ...]"
    yield ".SH DESCRIPTION"
    yield from _paragraphs(main)
    yield ".SH COMMANDS"
    context = click.Context(main, info_name="shelfgraph")
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        if command and not command.hidden:
            yield from _command(command, click.Context(command, context, name))
    yield ".SH EXIT STATUS"
    for number, meaning in enumerate(_EXITS):
        yield from (".TP", str(number), _text(f"{meaning}."))
    yield ".SH FILES"
    yield from (".TP", r"\fIshelfgraph.toml\fR", "Options of serve and harvest; beside the data folder.")
    yield ".SH ENVIRONMENT"
    yield from (".TP", r"\fBSHELFGRAPH_\fICOMMAND\fB_\fIOPTION\fR", "The same options, one a variable.")


def _command(command: click.Command, context: click.Context) -> Iterator[str]:
    usage = " ".join(command.collect_usage_pieces(context))
    yield from (f".SS shelfgraph {_text(f'{context.info_name} {usage}')}", *_paragraphs(command))
    for option in command.get_params(context):
        row = option.get_help_record(context)
        if row and row[1]:
            yield from (".TP", rf"\fB{_text(row[0])}\fR", _text(row[1]))


def _paragraphs(command: click.Command) -> Iterator[str]:
    for number, part in enumerate(inspect.cleandoc(command.help or "").partition("\f")[0].split("\n\n")):
        if number:
            yield ".PP"
        yield _text(part.replace("\b", ""))


def _text(text: str) -> str:
    """A text in one line, in which nothing is a command of troff."""
    plain = " ".join(text.split()).replace("\\", r"\e").replace("-", r"\-")
    return rf"\&{plain}" if plain[:1] in {".", "'"} else plain


if __name__ == "__main__":
    sys.stdout.write("".join(f"{line}\n" for line in page()))
