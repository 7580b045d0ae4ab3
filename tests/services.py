"""Stores of others, started for tests: Oxigraph's server, and Virtuoso where it is installed."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pyoxigraph
import pytest

from converter.errors import QueryError
from converter.publish.changes import Statement
from converter.publish.credentials import Credentials
from converter.publish.sparql_update import Sender, Target
from server.sparql import Request
from server.sparql.remote import Remote
from tests.conftest import free_port
from tests.waiting import until_answered

NAMES = ("oxigraph", "virtuoso")


class Service(NamedTuple):
    """A running store: where it answers, where it takes updates and graphs, who may change it, the graph of ours."""

    address: str
    query: str
    update: str
    store: str
    graph: str = ""
    user: str = ""

    @property
    def target(self) -> Target:
        """What takes large additions there."""
        return Target(Sender(Credentials(self.user, self.user) if self.user else None), self.update, self.store)

    @property
    def options(self) -> list[str]:
        """What the commands must be given beside the address."""
        named = ["--graph", self.graph] if self.graph else []
        return [*named, *(["--user", self.user] if self.user else [])]

    def statement(self, line: str) -> Statement:
        """A line in the graph of ours."""
        return Statement(f"<{self.graph}>" if self.graph else "", line)

    def lines(self, graph: str = "") -> list[str]:
        """What a graph of it holds, sorted; that of ours where none is named."""
        remote = Remote(self.query, graph=graph or self.graph, timeout=20)
        try:
            with remote.ask(Request("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }", "nt")) as answer:
                # Not splitlines: a value may hold what it takes for the end of a line.
                return sorted(b"".join(answer).decode().split("\n")[:-1])
        finally:
            remote.close()


def asked(remote: Remote, query: str, format_: str = "csv") -> bytes:
    """The whole answer."""
    with remote.ask(Request(query, format_)) as answer:
        return b"".join(answer)


def local(generation: Path, graph: pyoxigraph.NamedNode | None = None) -> list[str]:
    """What a generation of a data folder holds, sorted."""
    store = pyoxigraph.Store.read_only(str(generation))
    quads = store.quads_for_pattern(None, None, None, graph or pyoxigraph.DefaultGraph())
    return sorted(f"{quad.triple} ." for quad in quads)


@contextlib.contextmanager
def running(name: str, folder: Path) -> Iterator[Service]:
    """The service of that name, empty; the test is skipped where it is not installed."""
    with {"oxigraph": _oxigraph, "virtuoso": _virtuoso}[name](folder) as service:
        remote = Remote(service.query, timeout=5)
        until_answered(lambda: asked(remote, "ASK {}", "json"), QueryError, seconds=60)
        remote.close()
        yield service


@contextlib.contextmanager
def _oxigraph(_: Path) -> Iterator[Service]:
    found = shutil.which("oxigraph", path=str(Path(sys.executable).parent))
    if not found:
        pytest.skip("the oxigraph command is not installed")
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with _process([found, "serve", "--bind", f"127.0.0.1:{port}"]):
        yield Service(address, f"{address}/query", f"{address}/update", f"{address}/store")


@contextlib.contextmanager
def _virtuoso(folder: Path) -> Iterator[Service]:
    found = shutil.which("virtuoso-t")
    if not found:
        pytest.skip("Virtuoso is not installed")
    port = free_port()
    settings = folder / "virtuoso.ini"
    settings.write_text(
        f"[Database]\nDatabaseFile={folder}/v.db\nErrorLogFile={folder}/v.log\nTransactionFile={folder}/v.trx\n"
        f"xa_persistent_file={folder}/v.pxa\n[TempDatabase]\nDatabaseFile={folder}/t.db\n"
        f"TransactionFile={folder}/t.trx\n[Parameters]\nServerPort={free_port()}\nServerThreads=10\n"
        f"[HTTPServer]\nServerPort=127.0.0.1:{port}\nServerRoot={folder}\nServerThreads=8\n"
    )
    address = f"http://127.0.0.1:{port}"
    with _process([found, "+foreground", "+configfile", str(settings)], folder):
        yield Service(
            address,
            f"{address}/sparql",
            f"{address}/sparql-auth",
            f"{address}/sparql-graph-crud-auth",
            "https://data.example.org/graph",
            "dba",
        )


@contextlib.contextmanager
def _process(command: list[str], folder: Path | None = None) -> Iterator[None]:
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.kill()
        process.wait()
