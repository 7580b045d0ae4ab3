"""The site as a process: Granian serves the application, and the query workers are its children."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from flask import Flask
from granian import Granian
from granian.constants import HTTPModes, Interfaces

from converter.embargo import today
from converter.errors import QueryError, ShelfgraphError
from converter.store.archive_snapshot import Snapshots
from converter.store.data_folder import DataFolder
from converter.store.generations import reading
from converter.store.reader import ArchiveReader
from server.app import create_app
from server.front.application_link import Link
from server.front.supervisor import front
from server.http.languages import LANGUAGES
from server.named_queries.first_pages import prepared
from server.operations import Form, Freshness, Log, memory_limit
from server.settings import Settings
from server.sparql import Endpoint
from server.sparql.answer_cache import Cached
from server.sparql.in_memory_store import affordable
from server.sparql.pool import Pool
from server.sparql.remote import Remote

_DEPLOYMENT = "SHELFGRAPH_DEPLOYMENT"
_LOOKING, _LONGEST_WAIT = 0.2, 10.0
"""Seconds between two looks for a new generation, and for which one waits whose archive has changed again."""
_RELEASING = 60.0
"""Seconds between two looks for files whose embargo has ended."""
_LAST = 5
"""Seconds that requests under way have when the site is stopped; then their process is killed."""
_AGAIN = 0.2
"""Seconds until a wish to end is said again."""
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_BACKLOG = 4_096
_THREADS = 320
"""More than the queries that may run and wait, so that a refusal always has a thread to say it."""


_SAID = (
    "base",
    "title",
    "contact",
    "licence",
    "rate_limit",
    "max_bytes",
    "languages",
    "accent",
    "description",
    "publisher",
    "keywords",
    "themes",
)
"""What the application receives of a deployment unchanged."""
_FILES = ("folder", "logo", "about", "redirects")
"""What it receives as the names of files."""


class Deployment(msgspec.Struct, frozen=True, kw_only=True):
    """How a site is run: what it says of itself, what it stands on, where it listens, and its limits.

    It stands on a data `folder`, or on an `endpoint` elsewhere, and there on one `graph` if it is named.  `timeout` and
    `slow` are seconds; `memory` is how many bytes the data may take there, a part of what is free where it is None, and
    `memory_limit` how many the whole site may take.  `rate_limit` is how many requests a client may send in a minute,
    `max_bytes` how many an answer to a query may have; 0 is no limit.  `control` is where the application meets the
    front.
    """

    base: str
    title: str = "Shelfgraph"
    licence: str | None = None
    contact: str = ""
    languages: tuple[str, ...] = tuple(LANGUAGES)
    logo: str = ""
    accent: str = ""
    about: str = ""
    redirects: str = ""
    description: str = ""
    publisher: tuple[str, str] = ("", "")
    keywords: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    folder: str = ""
    endpoint: str = ""
    graph: str = ""
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 2
    timeout: float = 30.0
    memory: int | None = None
    memory_limit: int = 0
    rate_limit: int = 0
    max_bytes: int = 0
    log: Form = "text"
    slow: float = 1.0
    control: str = ""

    @property
    def settings(self) -> Settings:
        """What the application knows of it."""
        same: dict[str, Any] = {name: getattr(self, name) for name in _SAID}
        same |= {name: Path(getattr(self, name)) for name in _FILES if getattr(self, name)}
        return Settings(**same)


def serve(
    deployment: Deployment,
    announce: Callable[[], object] = bool,
    reread: Callable[[Deployment], Deployment] = lambda deployment: deployment,
) -> None:
    """Serve until interrupted; a new generation of the folder is taken up while serving.

    `announce` is called once, when the site accepts connections for the first time.  At a SIGHUP the application is
    started anew, as `reread` says then; where that raises a ShelfgraphError, it is as before.
    Raises UsageError where the port is taken or the host is not this machine's, StoreError where the archive of the
    folder cannot be read.
    """
    if deployment.folder:
        ArchiveReader(_archive(deployment))
    with front(deployment.host, deployment.port, announce) as (application, control):
        deployment = msgspec.structs.replace(deployment, control=str(control))
        os.environ[_DEPLOYMENT] = msgspec.json.encode(deployment).decode()
        if deployment.memory_limit:
            limited = (deployment.memory_limit, os.getpid())
            threading.Thread(target=memory_limit.keep_within, args=limited, daemon=True).start()
        _serve_at(application, lambda: _reload(deployment, reread))


def _reload(deployment: Deployment, reread: Callable[[Deployment], Deployment]) -> None:
    """Let the application that is started next be another one."""
    try:
        os.environ[_DEPLOYMENT] = msgspec.json.encode(reread(deployment)).decode()
    except ShelfgraphError as fault:
        print(f"shelfgraph: the options stay as they were: {fault}", file=sys.stderr)
    else:
        print("shelfgraph: the options have been read again", file=sys.stderr)


def loopback(host: str) -> str:
    """The host at which this machine reaches what listens at `host`.

    >>> loopback("0.0.0.0"), loopback("::"), loopback("192.0.2.7")
    ('127.0.0.1', '::1', '192.0.2.7')
    """
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - named, not listened on


def _serve_at(address: Path, reload: Callable[[], object]) -> None:
    """Serve the application to the front, and to nobody else; `reload` is called before a SIGHUP starts it anew."""
    server = Granian(
        "server.run:application",
        uds=address,
        backlog=_BACKLOG,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=_THREADS,
        http=HTTPModes.http1,
        factory=True,
        log_enabled=False,
        websockets=False,
        workers_kill_timeout=_LAST,
        respawn_failed_workers=True,
        # Both listen at one socket, in which requests wait for the new one.
        respawn_interval=0,
    )

    @server.on_reload
    def prepare() -> None:
        reload()

    def handle(numbers: int) -> None:
        wanted = set[int]()
        while not wanted & {signal.SIGINT, signal.SIGTERM}:
            wanted = {*os.read(numbers, _BACKLOG)}
            if signal.SIGHUP in wanted:
                server.signal_handler_reload()  # type: ignore[no-untyped-call]
        # Who starts anew drops what woke it: a wish to end is said again until it is heard.
        while True:
            server.signal_handler_interrupt()  # type: ignore[no-untyped-call]
            time.sleep(_AGAIN)

    @server.on_startup
    def handle_signals() -> None:
        # Where another thread is given a signal, its handler runs when the main thread wakes, and that waits for it.
        numbers, noted = os.pipe()
        os.set_blocking(noted, False)
        signal.set_wakeup_fd(noted)
        for number in _SIGNALS:
            signal.signal(number, lambda *_: None)
        os.register_at_fork(after_in_child=_default_signals)
        threading.Thread(target=handle, args=(numbers,), daemon=True).start()

    server.serve()


def _default_signals() -> None:
    """What is sent to this process is not for the one that started it."""
    signal.set_wakeup_fd(-1)
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_DFL)


def application() -> Callable[..., Any]:
    """The application of the serving process, with its pool of query workers."""
    deployment = msgspec.json.decode(os.environ[_DEPLOYMENT], type=Deployment)
    log = Log(deployment.log, deployment.slow)
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    if deployment.endpoint:
        service = Remote(deployment.endpoint, graph=deployment.graph, timeout=deployment.timeout)
        link = Link(Path(deployment.control))
        app = create_app(deployment.settings, Cached(service), log=log, link=link)
        link.start()
        return _frozen(app)
    folder = DataFolder(Path(deployment.folder))
    generation = folder.current()
    held = contextlib.ExitStack()
    pool = Pool(
        held.enter_context(reading(generation)),
        base=deployment.base,
        version=str(generation.number),
        journal=generation.journal,
        size=deployment.workers,
        timeout=deployment.timeout,
        memory=memory_limit.of_each_worker(deployment.memory_limit),
        resident=affordable() if deployment.memory is None else deployment.memory,
    )
    snapshots = Snapshots(_archive(deployment))
    snapshots.keep(generation)
    archive = ArchiveReader(_archive(deployment), lambda: pool.shown.journal, lambda: snapshots.get(pool.version))
    # What the front answers by itself would be counted by nobody.
    link = Link(Path(deployment.control), None if deployment.rate_limit else pool)
    freshness, cached = Freshness(), Cached(pool)
    app = create_app(deployment.settings, cached, archive, log, link, freshness)
    following = (folder, pool, held, link, snapshots, freshness)
    threading.Thread(target=_follow, args=following, daemon=True).start()
    threading.Thread(target=_release, args=(folder.path, archive), daemon=True).start()
    threading.Thread(target=_prepare, args=(archive, cached), daemon=True).start()
    link.start()
    return _frozen(app)


def _frozen(app: Flask) -> Flask:
    """The application; what is there already is never looked at again by the collector (50 ms within some request)."""
    gc.collect()
    gc.freeze()
    return app


def _archive(deployment: Deployment) -> Path:
    return Path(deployment.folder) / "archive.sqlite"


def _end_with(parent: int) -> None:
    """End this process with the one that started it, which may be killed without a word."""
    while os.getppid() == parent:
        time.sleep(1.0)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_LAST)
    os._exit(1)


def _follow(
    folder: DataFolder,
    pool: Pool,
    held: contextlib.ExitStack,
    link: Link,
    snapshots: Snapshots,
    freshness: Freshness,
) -> None:
    """Show each new generation as soon as the archive can be read as it was for that one."""
    reported, since = "", time.monotonic()
    while True:
        time.sleep(_LOOKING)
        snapshots.limit()
        fresh = contextlib.ExitStack()
        try:
            generation = folder.current()
            version = str(generation.number)
            if version == pool.version:
                since, freshness.fault = time.monotonic(), ""
                if not snapshots.get(version) and snapshots.take(generation):
                    snapshots.keep(generation)
                continue
            if not snapshots.take(generation) and time.monotonic() < since + _LONGEST_WAIT:
                # A writer has gone on already; the generation that it makes has a state of the archive too.
                continue
            path = fresh.enter_context(reading(generation))
            try:
                pool.use(path, version, generation.journal, link.withhold)
            finally:
                link.show()
        except (OSError, ShelfgraphError) as fault:
            # It may be gone already, or not be there yet; what is shown stays as it is.
            fresh.close()
            freshness.fault = f"the newest generation cannot be shown: {fault}"
            if str(fault) != reported:
                reported = str(fault)
                print(f"shelfgraph: the newest generation cannot be shown: {reported}", file=sys.stderr)
            continue
        snapshots.keep(generation)
        held.close()
        held = fresh


def _prepare(archive: ArchiveReader, endpoint: Endpoint) -> None:
    """Make ready behind the requests what the first of them would wait for, with each generation that is shown."""
    ready = ""
    while True:
        version = endpoint.version
        if version != ready:
            with contextlib.suppress(sqlite3.Error, ShelfgraphError):
                prepare(archive, endpoint)
            ready = version
        time.sleep(_LOOKING)


def prepare(archive: ArchiveReader, endpoint: Endpoint) -> None:
    """Make the sets of large searches, and the first pages of questions that read most works.

    What cannot be made now is made when somebody asks for it; of a version that is shown no more nothing else is made.
    """
    version = endpoint.version
    if archive.searches:
        archive.searches.prepare()
    for request in prepared():
        if endpoint.version != version:
            return
        with contextlib.suppress(QueryError), endpoint.ask(request) as answer:
            b"".join(answer)


def _release(folder: Path, archive: ArchiveReader) -> None:
    """Let the writer publish what was withheld until a day that has come; until it can, it stays withheld."""
    stated = b""
    while True:
        if archive.withholds(today()):
            words = [sys.executable, "-m", "shelfgraph", "release", "--data", str(folder)]
            done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, check=False)  # noqa: S603 - ours
            if done.returncode and done.stderr != stated:
                stated = done.stderr
                print(stated.decode("utf-8", "replace").strip(), file=sys.stderr)
        time.sleep(_RELEASING)


def interrupt_quietly() -> None:
    """Let a terminated server end as an interrupted one does."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
