"""The command `mcp`: a data folder or an endpoint for language models, by the Model Context Protocol."""

from __future__ import annotations

import contextlib
import functools
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from converter.errors import ShelfgraphError, UsageError
from shelfgraph import options, remote

if TYPE_CHECKING:
    from flask import Flask

_HOST = "127.0.0.1"
_INSTRUCTIONS = (
    "Scholarly works of a repository as linked data. Look for works with search_works, read one with get_record and"
    " cite it by the address and the citation that it gives; for figures take a ready-made question (list_queries,"
    " run_query), and where none fits read describe_data and ask in SPARQL. What is not stated is not known."
)


@click.command()
@options.FOLDER
@click.option("--endpoint", default="", metavar="URL", help="A SPARQL endpoint, in the place of a folder.")
@click.option("--graph", default="", metavar="IRI", help="The graph of the endpoint that holds the records.")
@options.BASE
@click.option("--http", is_flag=True, help=f"Listen at http://{_HOST}:PORT/mcp, in the place of standard input.")
@click.option("--port", default=8001, show_default=True, type=click.IntRange(1, 65535), help="The port of --http.")
@click.option("--timeout", default=30.0, show_default=True, type=click.FloatRange(0.1), help="Seconds for a query.")
def mcp(data: Path, endpoint: str, graph: str, base: str | None, port: int, timeout: float, *, http: bool) -> None:
    """Let a language model search works, read them, and ask questions, by the Model Context Protocol.

    It speaks over standard input and output, or by HTTP on this machine.  Nothing can be changed by it.
    """
    held = EndpointSite(endpoint, graph, base, timeout) if endpoint else FolderSite(data, timeout)
    with contextlib.closing(held), contextlib.suppress(KeyboardInterrupt):
        server = server_of(held.site, held.base)
        if http:
            click.echo(f"shelfgraph: serving the Model Context Protocol at http://{_HOST}:{port}/mcp", err=True)
            server.run("streamable-http", host=_HOST, port=port)
        else:
            server.run("stdio")


def server_of(site: Callable[[], Flask], base: str) -> Any:
    """A server of the protocol with the tools over a site.

    Raises UsageError where the library for it is not installed.
    """
    try:
        from mcp.server import MCPServer
        from mcp.server.mcpserver.exceptions import ToolError
        from mcp_types import ToolAnnotations
    except ImportError:
        raise UsageError("the command mcp needs an extra: pip install 'shelfgraph[mcp]'") from None
    from shelfgraph.mcp_tools import Tools

    def refusing(tool: Callable[..., Any]) -> Callable[..., Any]:
        """The tool, whose refusals a model reads."""

        @functools.wraps(tool)
        def call(*arguments: Any, **named: Any) -> Any:
            try:
                return tool(*arguments, **named)
            except ShelfgraphError as fault:
                raise ToolError(str(fault)) from None

        return call

    server = MCPServer("shelfgraph", instructions=_INSTRUCTIONS, log_level="WARNING")
    for tool in Tools(site, base).all():
        # A docstring is indented, and a model reads it as it is.
        said = " ".join((tool.__doc__ or "").split())
        server.add_tool(refusing(tool), description=said, annotations=ToolAnnotations(read_only_hint=True))
    return server


class FolderSite:
    """A data folder as a site: the newest generation, taken up when something is asked of it."""

    def __init__(self, data: Path, timeout: float) -> None:
        """Raises StoreError where nothing has been loaded."""
        from converter.store.data_folder import DataFolder
        from server.operations import memory_limit

        self._folder, self._timeout = DataFolder(data), timeout
        self._folder.current()
        identity = self._folder.identity()
        self.base = identity.base if identity else ""
        self._lock = threading.Lock()
        self._shown: tuple[int, Flask | None] = (0, None)
        self._open: list[contextlib.ExitStack] = []
        limit = memory_limit.default_limit()
        self._of_each = memory_limit.of_each_worker(limit)
        threading.Thread(target=memory_limit.keep_within, args=(limit, os.getpid()), daemon=True).start()

    def site(self) -> Flask:
        """The application over the newest generation; what is under way over the one before goes on."""
        with self._lock:
            number, app = self._shown
            generation = self._folder.current()
            if app is None or number != generation.number:
                app = self._opened()
                self._shown = (generation.number, app)
                while len(self._open) > 2:
                    self._open.pop(0).close()
            return app

    def _opened(self) -> Flask:
        from converter.store.generations import reading
        from converter.store.reader import ArchiveReader
        from server.app import create_app
        from server.settings import Settings
        from server.sparql.answer_cache import Cached
        from server.sparql.pool import Pool

        held, generation = contextlib.ExitStack(), self._folder.current()
        pool = Pool(
            held.enter_context(reading(generation)),
            base=self.base,
            version=str(generation.number),
            journal=generation.journal,
            timeout=self._timeout,
            memory=self._of_each,
        )
        held.callback(pool.close)
        self._open.append(held)
        archive = ArchiveReader(self._folder.path / "archive.sqlite", generation.journal)
        return create_app(Settings(self.base, folder=self._folder.path), Cached(pool), archive)

    def close(self) -> None:
        """End the workers."""
        for held in self._open:
            held.close()


class EndpointSite:
    """A SPARQL endpoint elsewhere as a site; there is no search where there is no catalogue."""

    def __init__(self, endpoint: str, graph: str, base: str | None, timeout: float) -> None:
        """Raises UsageError where nothing says the base, SourceUnreachable where nobody answers."""
        from server.app import create_app
        from server.settings import Settings
        from server.sparql.answer_cache import Cached
        from server.sparql.remote import Remote

        self.base = remote.base_to_serve(endpoint, graph, base, others=False)
        self._remote = Remote(endpoint, graph=graph, timeout=timeout)
        self._app = create_app(Settings(self.base), Cached(self._remote))

    def site(self) -> Flask:
        """The application over the endpoint."""
        return self._app

    def close(self) -> None:
        """End the connections."""
        self._remote.close()


COMMANDS = (mcp,)
