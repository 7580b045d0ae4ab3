"""The commands that keep a data folder whole: release."""

from __future__ import annotations

from pathlib import Path

import click

from shelfgraph import archiving, options


@click.command()
@options.FOLDER
def release(data: Path) -> None:
    """Publish the files whose embargo has ended; a running site and each command that writes do so by themselves."""
    with archiving.writing(data) as (writer, _):
        generation = writer.published()
    click.echo(f"shelfgraph: generation {generation.number} of {data} withholds nothing that has come free", err=True)


COMMANDS = (release,)
