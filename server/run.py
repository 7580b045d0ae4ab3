"""The site as a process: Granian serves the application, and the query workers are its children."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from granian import Granian
from granian.constants import Interfaces

from converter.errors import UsageError
from converter.keeping.folder import DataFolder, reading
from converter.keeping.reading import ArchiveReader
from server.app import create_app
from server.endpoint.cache import Cached
from server.endpoint.remote import Remote
from server.endpoint.workers import Pool
from server.settings import Settings
from server.watching import Form, Log

_SETTINGS = "SHELFGRAPH_SITE"
_THREADS = 320
"""More than the queries that may run and wait, so that a refusal always has a thread to say it."""


def serve(  # noqa: PLR0913 - what a deployment decides, each by its name
    folder: Path | None,
    settings: Settings,
    host: str,
    port: int,
    *,
    workers: int,
    timeout: float,
    log: Form = "text",
    slow: float = 1.0,
    endpoint: str = "",
    graph: str = "",
) -> None:
    """Serve until interrupted; a new generation of the folder is taken up while serving.

    Where an `endpoint` is named the site stands on that, and on its `graph` if it names one, and on no folder.

    Raises UsageError where the port is taken or the host is not this machine's.
    """
    _free(host, port)
    told = {"folder": str(folder), "base": settings.base, "title": settings.title, "workers": workers}
    os.environ[_SETTINGS] = json.dumps(
        {**told, "timeout": timeout, "log": log, "slow": slow, "endpoint": endpoint, "graph": graph}
    )
    server = Granian(
        "server.run:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=_THREADS,
        factory=True,
        log_enabled=False,
        websockets=False,
    )
    server.serve()


def application() -> Callable[..., Any]:
    """The application of the serving process, with its pool of query workers."""
    told = json.loads(os.environ[_SETTINGS])
    if told["endpoint"]:
        return _elsewhere(told)
    folder = DataFolder(Path(told["folder"]))
    generation = folder.current()
    held = contextlib.ExitStack()
    path = held.enter_context(reading(generation))
    pool = Pool(
        path,
        base=told["base"],
        version=str(generation.number),
        size=told["workers"],
        timeout=told["timeout"],
    )
    archive = ArchiveReader(folder.path / "archive.sqlite", generation.journal)
    threading.Thread(target=_follow, args=(folder, pool, archive, held), daemon=True).start()
    settings = Settings(base=told["base"], title=told["title"], folder=folder.path)
    return create_app(settings, Cached(pool), archive, Log(told["log"], told["slow"]))


def _elsewhere(told: dict[str, Any]) -> Callable[..., Any]:
    """The application over a service elsewhere."""
    service = Remote(told["endpoint"], graph=told["graph"], timeout=told["timeout"])
    settings = Settings(base=told["base"], title=told["title"])
    return create_app(settings, Cached(service), log=Log(told["log"], told["slow"]))


def _follow(folder: DataFolder, pool: Pool, archive: ArchiveReader, held: contextlib.ExitStack) -> None:
    """Take up each new generation within a second."""
    stop = threading.Event()
    while not stop.wait(1.0):
        generation = folder.current()
        if str(generation.number) != pool.version:
            fresh = contextlib.ExitStack()
            path = fresh.enter_context(reading(generation))
            pool.use(path, str(generation.number))
            archive.upto = generation.journal
            held.close()
            held = fresh


def _free(host: str, port: int) -> None:
    """Raise UsageError unless the port can be listened on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as fault:
            raise UsageError(f"cannot listen on {host}:{port}: {fault}; name another with --host and --port") from None


def interrupt_quietly() -> None:
    """Let a terminated server end as an interrupted one does."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
