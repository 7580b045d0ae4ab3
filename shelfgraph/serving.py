"""The command `serve`: records, a data folder or an endpoint as a site."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

import click
import msgspec

from shelfgraph import archiving, configuration, options, remote
from shelfgraph.configuration import Configured

if TYPE_CHECKING:
    from converter.store.data_folder import DataFolder

_DAILY = "1d"
LOGS: tuple[Literal["text", "json", "none"], ...] = ("text", "json", "none")


@click.command(cls=Configured)
@click.pass_context
@options.SOURCES
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), help="The data folder to serve.")
@click.option("--endpoint", default="", metavar="URL", help="A SPARQL endpoint to serve, in the place of a folder.")
@click.option("--graph", default="", metavar="IRI", help="The graph of the endpoint that holds the records.")
@click.option(
    "--harvest-every",
    "every",
    default="",
    metavar="TIME",
    help="Harvest again each 30m, 1h or 1d.  [default: 1d for a SOURCE that is a repository]",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="The port to listen on.")
@options.BASE
@options.KIND
@options.ENCODING
@options.MAX_SIZE
@options.ALLOW_HOST
@options.REPOSITORY
@click.option("--title", default="Shelfgraph", show_default=True, help="What the site is called.")
@click.option("--licence", default="", metavar="URL", help="The licence of the data, for VoID and DCAT.")
@click.option("--description", default="", metavar="TEXT", help="What the dataset is, in a sentence or two.")
@click.option("--publisher", default="", metavar="NAME[ <URL>]", help="Who publishes the dataset.")
@click.option(
    "--keyword", "keywords", multiple=True, type=options.Phrase(), metavar="TEXT", help="What the dataset is about."
)
@click.option(
    "--theme",
    "themes",
    multiple=True,
    metavar="CODE",
    help="What the dataset is about, in the list of the EU: EDUC, TECH …",
)
@click.option("--logo", type=click.Path(dir_okay=False, path_type=Path), help="A square picture for the head of pages.")
@click.option("--accent", default="", metavar="#RRGGBB", help="The colour of links and buttons.")
@click.option("--about", type=click.Path(dir_okay=False, path_type=Path), help="A text about the site, in Markdown.")
@click.option(
    "--redirects",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Addresses that others had, and where they lead, as CSV: from,to.",
)
@click.option(
    "--languages", default="", metavar="TAGS", help="Those of the pages, such as de,en; the first for all others."
)
@click.option("--contact", default="", metavar="E-MAIL", help="Whom to ask about the site; OAI-PMH shows it to all.")
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Queries at one time.")
@click.option("--timeout", default=30.0, show_default=True, type=click.FloatRange(0.1), help="Seconds for a query.")
@click.option("--memory", default="", metavar="SIZE", help="What the data may take in memory: 500M, 2G; 0: disk only.")
@click.option(
    "--memory-limit",
    default="",
    metavar="SIZE",
    help="What the site may take in memory in all.  [default: half of it]",
)
@click.option(
    "--max-bytes", default="1G", show_default=True, metavar="SIZE", help="Of an answer to a query; 0: any number."
)
@click.option(
    "--rate-limit", default=0, type=click.IntRange(0), help="Requests a minute from one address; 0: any number."
)
@click.option(
    "--dumps/--no-dumps", default=True, show_default=True, help="Make the dumps of each generation, for /dumps/."
)
@click.option("--log", default="text", show_default=True, type=click.Choice(LOGS), help="The log on standard error.")
@click.option(
    "--slow-query", "slow", default=1.0, show_default=True, type=click.FloatRange(0), help="Seconds to log a query."
)
def serve(
    ctx: click.Context,
    /,
    sources: tuple[str, ...],
    data: Path | None,
    endpoint: str,
    graph: str,
    every: str,
    host: str,
    port: int,
    base: str | None,
    kind: str | None,
    encoding: str,
    most: str,
    allowed: tuple[str, ...],
    repository: str,
    memory_limit: str,
    dumps: bool,
    **_: object,
) -> None:
    """Serve the records of SOURCE..., of a data folder, or of an endpoint, as a linked-data site with SPARQL.

    A SOURCE that is the address of a repository (its home page, or its endpoint of OAI-PMH or REST) is harvested while
    the site runs, and kept fresh.  A SOURCE may hold RDF already (.ttl, .nt, .nq, .trig, .rdf, .jsonld); its named
    graphs are kept.
    """
    from converter.store.data_folder import DataFolder
    from server import run as site
    from shelfgraph.offering import offered

    address = f"http://{_url_host(host)}:{port}/"
    path: Path | None = None
    with contextlib.ExitStack() as stack:
        if endpoint:
            chosen = remote.base_to_serve(endpoint, graph, base, others=bool(sources or data or every))
        else:
            lasting = data is not None or not sources
            if sources and data is None:
                data = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="shelfgraph-"))) / "data"
            folder = DataFolder(data or Path(options.HOME))
            repositories = _repositories(sources)
            loaded = tuple(source for source in sources if source not in repositories)
            chosen = _taken_in(
                folder, loaded, kind, encoding, most, allowed, repository, base, address, lasting=lasting
            )
            path = folder.path
            if repositories:
                _made_ready(folder, chosen)
            folder.agreed()
            _stated(folder, chosen, changeable(ctx.params))
            if every or repositories:
                from shelfgraph import refreshing

                seconds = refreshing.seconds(every or _DAILY)
                stack.enter_context(refreshing.kept_fresh(path, seconds, repositories, allowed))
        announcement = f"shelfgraph: serving at {address} (addresses begin with {chosen}){_elsewhere(chosen, address)}"

        begin = stack.enter_context(offered(path)) if path and dumps else lambda: None

        def reread(deployment: site.Deployment) -> site.Deployment:
            changed = changeable(configuration.again(ctx).params)
            if path:
                _stated(DataFolder(path), chosen, changed)
            return msgspec.structs.replace(deployment, **changed)

        def announce() -> None:
            click.echo(announcement, err=True)
            begin()

        site.interrupt_quietly()
        with contextlib.suppress(KeyboardInterrupt):
            site.serve(
                site.Deployment(
                    base=chosen,
                    folder=str(path) if path else "",
                    endpoint=endpoint,
                    graph=graph,
                    host=host,
                    port=port,
                    memory_limit=_memory_limit(memory_limit),
                    **changeable(ctx.params),
                ),
                announce,
                reread,
            )


def _elsewhere(base: str, address: str) -> str:
    """What to do where the addresses of a folder are of this machine and lead to another port than the site is at.

    >>> _elsewhere("http://127.0.0.1:8000/", "http://127.0.0.1:8001/")
    '; they lead to port 8000: serve there with --port 8000'
    >>> _elsewhere("http://127.0.0.1:8000/", "http://127.0.0.1:8000/"), _elsewhere("https://x.org/", "http://[::1]:8001/")
    ('', '')
    """
    wanted, found = urlsplit(base), urlsplit(address)
    if wanted.hostname not in {"127.0.0.1", "localhost", "::1"} or wanted.port in {None, found.port}:
        return ""
    return f"; they lead to port {wanted.port}: serve there with --port {wanted.port}"


def _languages(text: str) -> tuple[str, ...]:
    """The languages that are named, all where none is.

    Raises UsageError where one is not known.

    >>> _languages("de, zh-hant")
    ('de', 'zh-Hant')
    """
    from converter.errors import UsageError
    from server.http.languages import LANGUAGES

    known = {tag.lower(): tag for tag in LANGUAGES}
    named = [name.strip().lower() for name in text.split(",") if name.strip()]
    for name in named:
        if name not in known:
            raise UsageError(f"--languages: the pages are not in {name!r}; choose from {', '.join(LANGUAGES)}")
    return tuple(dict.fromkeys(known[name] for name in named)) or tuple(LANGUAGES)


def _repositories(sources: tuple[str, ...]) -> list[str]:
    """Those of the sources that are addresses of repositories."""
    from converter.harvest import is_address

    addresses = [source for source in sources if is_address(source)]
    if addresses:
        from converter.harvest.endpoint import is_repository

        return [address for address in addresses if is_repository(address)]
    return []


def _taken_in(
    folder: DataFolder,
    sources: tuple[str, ...],
    kind: str | None,
    encoding: str,
    most: str,
    allowed: tuple[str, ...],
    repository: str,
    base: str | None,
    address: str,
    *,
    lasting: bool,
) -> str:
    """The base of a folder, into which the sources have been loaded."""
    from shelfgraph import runs

    held = folder.identity()
    chosen = options.base_address(base or (held.base if held else address))
    if sources:
        with runs.reported(None, encoding, most, allowed, folder=folder.path) as run:
            archiving.take_in(folder, sources, kind, repository, chosen, run)
        if not lasting:
            run.again = "run “shelfgraph load” on the same sources, then “shelfgraph report”"
        run.print_summary()
    return chosen


def _made_ready(folder: DataFolder, base: str) -> None:
    """Make the folder and its first generation, so that a site can begin before the first record has come."""
    from converter.store.authority_files import mapper_of
    from converter.store.data_folder import Identity

    if not folder.has_generation():
        mapper = mapper_of(folder.path, base)
        with folder.writing(Identity(base, mapper.digest), mapper.triples) as writer:
            writer.published()


def _stated(folder: DataFolder, base: str, given: Mapping[str, Any]) -> None:
    """Let the data say what the site says of itself: a new generation, where it says something else than before.

    What another crosswalk made is left to the next command that writes, and so is a folder that cannot be written now.
    """
    from converter.dcat import Site
    from converter.errors import StoreError
    from converter.store.authority_files import mapper_of
    from converter.store.description import SITE, site_of
    from converter.store.reader import ArchiveReader

    kept = dict(ArchiveReader(folder.path / "archive.sqlite").notes(SITE)).get(SITE)
    held = folder.identity()
    stated = Site(base, **{name: given[name] for name in Site.__struct_fields__ if name != "base"})
    if held is None or held.base != base or site_of(kept, base) == stated:
        return
    if not os.access(folder.path, os.W_OK) or held.crosswalk != mapper_of(folder.path, base).digest:
        return
    try:
        with archiving.writing(folder.path) as (writer, _):
            writer.keep_site(stated)
    except StoreError as fault:
        click.echo(f"shelfgraph: what the data say of the site stays as it was: {fault}", err=True)


def changeable(given: Mapping[str, Any]) -> dict[str, Any]:
    """What a site says of itself, its log and its limits: what a SIGHUP reads again.

    Raises UsageError where an option is none.
    """
    from server.documents.former_addresses import read_redirects
    from server.pages.appearance import appearance

    appearance(given["logo"], given["accent"], given["about"])
    read_redirects(given["redirects"])
    named = ("title", "contact", "workers", "timeout", "log", "slow", "rate_limit", "accent", "description")
    same = {name: given[name] for name in named}
    return same | {
        "languages": _languages(given["languages"]),
        "publisher": options.publisher(given["publisher"]),
        "keywords": tuple(word for each in given["keywords"] if (word := each.strip())),
        "themes": options.themes(given["themes"]),
        "logo": str(given["logo"] or ""),
        "about": str(given["about"] or ""),
        "redirects": str(given["redirects"] or ""),
        "licence": options.web_address("--licence", given["licence"]),
        "max_bytes": options.size("--max-bytes", given["max_bytes"]),
        "memory": options.size("--memory", given["memory"]) if given["memory"] else None,
    }


def _memory_limit(text: str) -> int:
    """The bytes that the site may take; raises UsageError where no site fits into them."""
    from converter.errors import UsageError
    from server.operations import memory_limit

    limit = options.size("--memory-limit", text) if text else memory_limit.default_limit()
    if 0 < limit < memory_limit.LEAST:
        raise UsageError(f"--memory-limit: a site does not fit into {text}; give it 512M or more")
    return limit


def _url_host(host: str) -> str:
    from server.run import loopback

    reached = loopback(host)
    return f"[{reached}]" if ":" in reached else reached


COMMANDS = (serve,)
