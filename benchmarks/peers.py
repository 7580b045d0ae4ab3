"""The servers that are measured side by side, each with the same data: how they are loaded, started and asked."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode
from urllib.request import urlopen

ROOT = Path(__file__).parents[1]
GRAPH = "https://data.example.org/graph"
"""Where Virtuoso has the data, which has no default graph of its own: all its graphs are one."""

_BLOCK = 1 << 18
_START = 300.0
"""Seconds that a server may take to load its data."""


class Got(NamedTuple):
    """An answer: its status (0: none came), its length in bytes, seconds to the first and to the last of them."""

    status: int
    length: int
    first: float
    last: float


class Peer:
    """A running server, and a connection to it that is kept open.

    The client is as lean as can be: it must not cost more than what is measured.
    """

    def __init__(self, name: str, port: int, path: str, process: int) -> None:
        self.name, self.process = name, process
        self._port, self._path = port, path
        self._socket: socket.socket | None = None
        self._held = b""

    def ask(self, query: str, accept: str = "application/sparql-results+json", timeout: float = 60) -> Got:
        """The answer to a query by POST, read to its end and thrown away."""
        body = urlencode({"query": query})
        head = f"POST {self._path} HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\nAccept: {accept}\r\n"
        form = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
        started = time.perf_counter()
        try:
            if self._socket is None:
                self._socket = socket.create_connection(("127.0.0.1", self._port))
                self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._socket.settimeout(timeout)
            self._socket.sendall((head + form + body).encode())
            stated = self._until(b"\r\n\r\n").lower()
            if not self._held:
                self._more()
            first = time.perf_counter() - started
            length = self._chunks() if b"transfer-encoding: chunked" in stated else self._skip(_length(stated))
        except OSError:
            self.close()
            return Got(0, 0, spent := time.perf_counter() - started, spent)
        last = time.perf_counter() - started
        if b"connection: close" in stated:
            self.close()
        return Got(int(stated.split()[1]), length, first, last)

    def another(self) -> Peer:
        """The same server over a connection of its own."""
        return Peer(self.name, self._port, self._path, self.process)

    def close(self) -> None:
        """Close the connection."""
        if self._socket:
            self._socket.close()
        self._socket, self._held = None, b""

    def _more(self) -> None:
        got = self._socket.recv(_BLOCK) if self._socket else b""
        if not got:
            raise ConnectionResetError("the answer breaks off")
        self._held += got

    def _until(self, mark: bytes) -> bytes:
        while mark not in self._held:
            self._more()
        before, _, self._held = self._held.partition(mark)
        return before

    def _skip(self, length: int) -> int:
        left = length
        while left > len(self._held):
            left -= len(self._held)
            self._held = b""
            self._more()
        self._held = self._held[left:]
        return length

    def _chunks(self) -> int:
        length = 0
        while size := int(self._until(b"\r\n").partition(b";")[0], 16):
            length += self._skip(size)
            self._until(b"\r\n")
        self._until(b"\r\n")
        return length


def _length(head: bytes) -> int:
    (line,) = [line for line in head.split(b"\r\n") if line.startswith(b"content-length:")]
    return int(line.partition(b":")[2])


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def shelfgraph(data: Path, folder: Path) -> Iterator[Peer]:
    """Shelfgraph."""
    port = free_port()
    command = [sys.executable, "-m", "shelfgraph"]
    held = ["--data", str(folder / "shelfgraph")]
    _run([*command, "load", str(data), *held])
    with _started([*command, "serve", *held, "--port", str(port), "--timeout", "120"], folder) as process:
        peer = _answering(Peer("Shelfgraph", port, "/sparql", process))
        wait_resident(port)
        yield peer


@contextlib.contextmanager
def oxigraph(data: Path, folder: Path) -> Iterator[Peer]:
    """Oxigraph's own server, its store compacted as ours is."""
    command = _command("oxigraph")
    port, store = free_port(), ["--location", str(folder / "oxigraph")]
    _run([command, "load", *store, "--file", str(data)])
    _run([command, "optimize", *store])
    with _started([command, "serve-read-only", *store, "--bind", f"127.0.0.1:{port}"], folder) as process:
        yield _answering(Peer("Oxigraph", port, "/query", process))


@contextlib.contextmanager
def rdflib_endpoint(data: Path, folder: Path) -> Iterator[Peer]:
    """rdflib-endpoint with rdflib's own store."""
    command, port = _command("rdflib-endpoint"), free_port()
    with _started([command, "serve", "--host", "127.0.0.1", "--port", str(port), str(data)], folder) as process:
        yield _answering(Peer("rdflib-endpoint", port, "/", process))


@contextlib.contextmanager
def virtuoso(data: Path, folder: Path) -> Iterator[Peer]:
    """Virtuoso with memory for all of the data."""
    command, isql = _command("virtuoso-t"), _command("isql-vt", "isql-v", "isql")
    port, sql, home = free_port(), free_port(), folder / "virtuoso"
    home.mkdir()
    (home / "virtuoso.ini").write_text(
        f"[Database]\nDatabaseFile={home}/v.db\nErrorLogFile={home}/v.log\nTransactionFile={home}/v.trx\n"
        f"xa_persistent_file={home}/v.pxa\n[TempDatabase]\nDatabaseFile={home}/t.db\nTransactionFile={home}/t.trx\n"
        f"[Parameters]\nServerPort={sql}\nNumberOfBuffers=170000\nMaxDirtyBuffers=130000\n"
        f"DirsAllowed={data.parent}\n[HTTPServer]\nServerPort=127.0.0.1:{port}\nServerRoot={home}\nKeepAliveTimeout=60\n",
        encoding="utf-8",
    )
    with _started([command, "+foreground", "+configfile", str(home / "virtuoso.ini")], home) as process:
        peer = _answering(Peer("Virtuoso", port, "/sparql", process))
        load = f"ld_dir('{data.parent}', '{data.name}', '{GRAPH}'); rdf_loader_run(); checkpoint;"
        _run([isql, f"127.0.0.1:{sql}", "dba", "dba", f"exec={load}"])
        yield peer


PEERS: tuple[Callable[[Path, Path], contextlib.AbstractContextManager[Peer]], ...] = (
    shelfgraph,
    oxigraph,
    virtuoso,
    rdflib_endpoint,
)


def wait_resident(port: int, seconds: float = 60) -> None:
    """Wait until a site of ours has its data in memory, where it is to have them there."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as stated:
            figures = stated.read()
        if b"shelfgraph_workers_resident 1" in figures and b"shelfgraph_lookups_resident 1" in figures:
            return
        time.sleep(0.2)
    raise SystemExit("the data are not taken into memory")


def family(process: int) -> list[int]:
    """A process and all below it."""
    found = [int(one) for path in Path(f"/proc/{process}/task").glob("*/children") for one in path.read_text().split()]
    return [process, *(below for child in found for below in family(child))]


def megabytes(process: int) -> float:
    """The resident memory of a process; nothing of one that has ended."""
    try:
        stated = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0.0
    return int(stated.split("VmRSS:")[1].split()[0]) / 1024 if "VmRSS:" in stated else 0.0


def _command(*names: str) -> str:
    """The first of the commands that is installed; LookupError where none is."""
    for name in names:
        found = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
        if found:
            return found
    raise LookupError(f"{names[0]} is not installed")


def _run(command: list[str]) -> None:
    subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)


@contextlib.contextmanager
def _started(command: list[str], folder: Path) -> Iterator[int]:
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=(folder / "stated").open("ab"))
    try:
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answering(peer: Peer) -> Peer:
    """The server, once it answers."""
    until = time.monotonic() + _START
    while peer.ask("ASK {}").status != 200:
        if time.monotonic() > until or not megabytes(peer.process):
            raise SystemExit(f"{peer.name} does not start")
        time.sleep(0.2)
    return peer
