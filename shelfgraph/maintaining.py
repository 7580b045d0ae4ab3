"""The commands that keep a data folder whole: release, check, backup, restore."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import click

from converter.errors import SourceError
from converter.report import safe_row
from shelfgraph import archiving, options


@click.command()
@options.FOLDER
def release(data: Path) -> None:
    """Publish the files whose embargo has ended; a running site and each command that writes do so by themselves."""
    with archiving.writing(data) as (writer, _):
        generation = writer.published()
    click.echo(f"shelfgraph: generation {generation.number} of {data} withholds nothing that has come free", err=True)


@click.command()
@options.FOLDER
@click.option("--repair", is_flag=True, help="Make anew what is derived: store, claims, index, generation.")
@click.option("--quick", is_flag=True, help="Leave out the comparison of the store with what the archive makes.")
def check(data: Path, repair: bool, quick: bool) -> None:
    """List what is wrong with a data folder, as CSV: place, record, fault, remedy; 1 where something is.

    What cannot be made anew, a damaged archive, stays as it is: its remedy says what to do.
    """
    from converter.store.authority_files import mapper_of
    from converter.store.checking import Fault, faults_of
    from converter.store.data_folder import DataFolder, Identity

    folder = DataFolder(data)
    held = folder.identity()
    if held is None:
        raise SourceError(f"{data}: nothing has been loaded")
    mapper = mapper_of(data, held.base)
    # What another crosswalk made is made anew by the next command that writes.
    deep = not quick and held.crosswalk == mapper.digest
    with folder.alone():
        found = faults_of(folder, deep=deep, triples_of=mapper.triples)
    rows = csv.writer(sys.stdout)
    rows.writerow(Fault._fields)
    rows.writerows(safe_row(fault) for fault in found)
    if repair and found and not any(fault.place == "archive" for fault in found):
        with folder.writing(Identity(held.base, mapper.digest), mapper.triples, "from the archive") as writer:
            generation = writer.published()
        found = faults_of(folder, deep=deep, triples_of=mapper.triples)
        click.echo(f"shelfgraph: made anew as generation {generation.number}; {len(found)} faults are left", err=True)
    if found:
        raise SystemExit(1)


@click.command()
@click.argument("target", metavar="DEST", type=click.Path(file_okay=False, path_type=Path))
@options.FOLDER
def backup(target: Path, data: Path) -> None:
    """Copy a data folder to DEST, while it is served and written; the copy is verified, and can be served as it is."""
    from converter.store.backup import back_up
    from converter.store.data_folder import DataFolder

    back_up(DataFolder(data), target)
    click.echo(f"shelfgraph: {data} is kept in {target}", err=True)


@click.command()
@click.argument("source", metavar="BACKUP", type=click.Path(file_okay=False, path_type=Path))
@options.FOLDER
def restore(source: Path, data: Path) -> None:
    """Bring a data folder back to what BACKUP holds; a site that runs over it is to be started again."""
    from converter.store.backup import restore as brought_back
    from converter.store.data_folder import DataFolder
    from converter.store.forgotten import Forgotten

    folder = DataFolder(data)
    brought_back(source, folder)
    if Forgotten(data).entries:
        # The backup may be older than what was forgotten.
        with archiving.writing(data):
            pass
    generation = folder.current()
    click.echo(f"shelfgraph: {data} holds what {source} holds, as generation {generation.number}", err=True)


COMMANDS = (release, check, backup, restore)
