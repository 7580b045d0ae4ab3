"""The commands over a store elsewhere: publish, and what `serve --endpoint` must know before it begins."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from converter.errors import SourceUnreachable, UsageError
from shelfgraph import options

if TYPE_CHECKING:
    from converter.publish.changes import Publication
    from converter.publish.credentials import Credentials
    from converter.publish.sparql_update import Sender, Target
    from converter.store.data_folder import DataFolder

PASSWORD = "SHELFGRAPH_PASSWORD"  # noqa: S105 - the name of a variable


@click.command()
@click.argument("url")
@options.FOLDER
@click.option("--graph", default="", metavar="IRI", help="The graph there; else its default graph.")
@click.option("--update", default="", metavar="URL", help="Where updates are taken, should URL not lead to it.")
@click.option("--graph-store", "store", default="", metavar="URL", help="A Graph Store there, quicker for additions.")
@click.option("--full", is_flag=True, help="Add everything again, whatever has been published.")
@click.option("--user", default="", metavar="NAME", help=f"Who publishes; the password is read from {PASSWORD}.")
def publish(url: str, data: Path, graph: str, update: str, store: str, full: bool, user: str) -> None:
    """Bring the triple store at URL to what the data folder holds: what came is added, what went is removed.

    The first run sends everything, a later one what changed since; one that was interrupted is made good by the next.
    Triples in that graph that did not come from this folder are left alone.
    """
    from converter.publish.changes import Publication
    from converter.publish.sparql_update import Sender, Target
    from converter.store.data_folder import DataFolder

    begun = time.monotonic()
    url, update, store = _address(url, "URL"), _address(update, "--update"), _address(store, "--graph-store")
    named = _graph(graph)
    folder = DataFolder(data)
    folder.current()
    sender = Sender(_credentials(user))
    try:
        update = _place(sender, url, update, named, spared=bool(store))
        publication = Publication(folder.path, update or store, named)
        with publication.alone():
            before = publication.state
            _send(folder, publication, Target(sender, update, store), named, full=full)
    finally:
        sender.close()
    state = publication.state
    assert state is not None  # noqa: S101 - something has been published
    added, removed = (0, 0) if state == before else (state.added, state.removed)
    click.echo(
        f"shelfgraph: {added:,} triples added, {removed:,} removed in {time.monotonic() - begun:.1f} s;"
        f" {update or store} holds generation {state.generation} ({state.statements:,} triples)",
        err=True,
    )


def base_to_serve(endpoint: str, graph: str, base: str | None, *, others: bool) -> str:
    """What the addresses of a site over an endpoint begin with: as it is given, else as the records there say.

    Raises UsageError where `others` says that the data are named in another way too, or where nothing says the base;
    SourceUnreachable where the endpoint does not answer.
    """
    from converter.errors import QueryError
    from server.sparql.remote import Remote, base_of

    if others:
        raise UsageError("--endpoint stands in the place of SOURCE, --data and --harvest-every; leave these out")
    chosen = options.base_address(base) if base else None
    remote = Remote(endpoint, graph=graph, timeout=20)
    try:
        found = base_of(remote)
    except QueryError as fault:
        raise SourceUnreachable(f"{endpoint}: {fault}; check the address") from None
    finally:
        remote.close()
    if chosen or found:
        return chosen or options.base_address(str(found))
    where = f"the graph {graph} of {endpoint}" if graph else endpoint
    raise UsageError(f"{where} holds no record of ours that says the base address; name it with --base")


def _send(folder: DataFolder, publication: Publication, target: Target, graph: str, *, full: bool) -> None:
    """Send what the current generation has and the store there may not have, and the other way round."""
    from converter.publish.snapshots import snapshot
    from converter.publish.sparql_update import LARGE, SMALL
    from converter.store.generations import reading
    from shelfgraph.progress import counted

    generation, identity = folder.current(), folder.identity()
    if identity is None or (publication.holds(generation.number) and not full):
        return
    with (
        reading(generation) as path,
        snapshot(path, graph, identity.base, publication.room) as lines,
    ):
        publication.plan(generation.number, lines, full=full)
    for deed in counted(publication.deeds(SMALL, LARGE if target.takes_large else None), "requests", "Sending"):
        target.do(deed)
    publication.finish()


def _place(sender: Sender, url: str, update: str, graph: str, *, spared: bool) -> str:
    """Where updates are taken; empty where nobody says it and a Graph Store has been named.

    Raises SourceUnreachable or RefusedThere.
    """
    from converter.publish.sparql_update import RefusedThere, check, find

    if update:
        check(sender, update, graph)
        return update
    try:
        return find(sender, url, graph)
    except RefusedThere:
        if spared:
            return ""
        raise


def _address(text: str, option: str) -> str:
    from converter.publish.sparql_update import checked_address

    return checked_address(text, option) if text or option == "URL" else ""


def _graph(name: str) -> str:
    """The name of the graph as a term, empty where there is none.

    Raises UsageError where it is no address.
    """
    from converter.values.terms import iri

    try:
        return iri(name) if name else ""
    except ValueError as fault:
        raise UsageError(f"--graph: {fault}") from None


def _credentials(user: str) -> Credentials | None:
    from converter.publish.credentials import Credentials

    if not user:
        return None
    if PASSWORD not in os.environ:
        raise UsageError(f"--user: put the password of {user} into the variable {PASSWORD}")
    return Credentials(user, os.environ[PASSWORD])


COMMANDS = (publish,)
