"""Web servers of others: over an export (nginx, Apache, Python's own), and as a proxy before a site (nginx, Apache)."""

from __future__ import annotations

import contextlib
import functools
import http.server
import itertools
import shutil
import socket
import socketserver
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import pytest

from tests.conftest import ROOT, free_port
from tests.waiting import until_answered

_MODULES = ("mpm_event", "authz_core", "mime", "dir", "rewrite", "headers")


@contextlib.contextmanager
def _nginx(work: Path, configured: Callable[[int], str]) -> Iterator[int]:
    """The port of nginx with what is configured for it in its block `http`."""
    port, places = free_port(), ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "\n".join(f"{place}_temp_path {work / place};" for place in places)
    (work / "nginx.conf").write_text(
        f"daemon off; pid {work / 'pid'}; error_log {work / 'errors'}; worker_processes 1;\nevents {{ }}\n"
        f"http {{ access_log off; {temporary}\n{configured(port)} }}\n",
        encoding="utf-8",
    )
    with _running([_found("nginx"), "-e", str(work / "errors"), "-c", str(work / "nginx.conf")], port):
        yield port


def nginx(root: Path, notes: Path, work: Path) -> contextlib.AbstractContextManager[int]:
    """The port of nginx over `root`, with the configuration of the export in `notes`."""
    inner = f"root {root}; include {notes / 'nginx-server.conf'};"
    return _nginx(
        work, lambda port: f"include {notes / 'nginx-http.conf'};\nserver {{ listen 127.0.0.1:{port}; {inner} }}"
    )


@contextlib.contextmanager
def apache(root: Path, notes: Path, work: Path) -> Iterator[int]:
    """The port of Apache over `root`, which reads the `.htaccess` there."""
    program, port = _found("apache2"), free_port()
    modules = Path("/usr/lib/apache2/modules")
    (work / "apache.conf").write_text(
        "".join(f"LoadModule {name}_module {modules / f'mod_{name}.so'}\n" for name in _MODULES)
        + f"ServerRoot {work}\nServerName localhost\nPidFile {work / 'pid'}\nListen 127.0.0.1:{port}\n"
        f"ErrorLog {work / 'errors'}\nTypesConfig /dev/null\nAllowEncodedSlashes On\nDocumentRoot {root}\n"
        f"<Directory />\nRequire all granted\nAllowOverride FileInfo Indexes Options\n</Directory>\n"
        f"RewriteEngine On\nRewriteMap shelfgraph txt:{notes / 'apache-moved.txt'}\n",
        encoding="utf-8",
    )
    with _running([program, "-f", str(work / "apache.conf"), "-DFOREGROUND"], port):
        yield port


@contextlib.contextmanager
def plain(root: Path, notes: Path, work: Path) -> Iterator[int]:
    """The port of a server that is given nothing."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=str(root))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


SERVERS: dict[str, Callable[[Path, Path, Path], contextlib.AbstractContextManager[int]]] = {
    "nginx": nginx,
    "apache": apache,
    "plain": plain,
}


def nginx_proxy(site: int, work: Path) -> contextlib.AbstractContextManager[int]:
    """The port of nginx before the site on a port, as `deploy/nginx.conf` has it."""
    return _nginx(work, lambda port: _deployed("nginx.conf", site, {"listen 80": f"listen 127.0.0.1:{port}"}))


def bare_nginx_proxy(site: int, work: Path) -> contextlib.AbstractContextManager[int]:
    """The port of nginx before the site on a port, with `proxy_pass` and nothing else: HTTP/1.0 and small buffers."""
    passed = f"location / {{ proxy_pass http://127.0.0.1:{site}; }}"
    return _nginx(work, lambda port: f"server {{ listen 127.0.0.1:{port}; {passed} }}")


@contextlib.contextmanager
def apache_proxy(site: int, work: Path) -> Iterator[int]:
    """The port of Apache before the site on a port, as `deploy/apache.conf` has it."""
    program, port = _found("apache2"), free_port()
    loaded = ("mpm_event", "authz_core", "proxy", "proxy_http")
    (work / "site.conf").write_text(_deployed("apache.conf", site, {"*:80": f"127.0.0.1:{port}"}))
    (work / "apache.conf").write_text(
        "".join(f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n" for name in loaded)
        + f"ServerRoot {work}\nServerName localhost\nPidFile {work / 'pid'}\nListen 127.0.0.1:{port}\n"
        f"ErrorLog {work / 'errors'}\nInclude {work / 'site.conf'}\n",
        encoding="utf-8",
    )
    with _running([program, "-f", str(work / "apache.conf"), "-DFOREGROUND"], port):
        yield port


_ROOM = 4_096
"""Bytes that the strict proxy has for the head of an answer, as nginx has where a page of memory is so large."""


@contextlib.contextmanager
def strict_proxy(site: int, _: Path) -> Iterator[int]:
    """The port of a proxy before the site on a port that asks in HTTP/1.0 and has 4 kB for the head of an answer."""

    class Proxy(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            asked = _head(self.rfile).replace(b"HTTP/1.1\r\n", b"HTTP/1.0\r\nConnection: close\r\n", 1)
            with socket.create_connection(("127.0.0.1", site), 60) as upstream, upstream.makefile("rb") as answer:
                upstream.sendall(asked)
                head = _head(answer)
                if len(head) > _ROOM:
                    self.wfile.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                else:
                    self.wfile.write(head)
                    shutil.copyfileobj(answer, self.wfile)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Proxy) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def _head(stream: BinaryIO) -> bytes:
    """The lines of a request or answer up to the empty one."""
    return b"".join(itertools.takewhile(bytes.strip, iter(stream.readline, b""))) + b"\r\n"


def _deployed(name: str, site: int, changes: dict[str, str]) -> str:
    """A file of `deploy/`, with the ports of a test."""
    text = (ROOT / "deploy" / name).read_text(encoding="utf-8")
    for before, after in {"127.0.0.1:8000": f"127.0.0.1:{site}", **changes}.items():
        assert before in text
        text = text.replace(before, after)
    return text


PROXIES: dict[str, Callable[[int, Path], contextlib.AbstractContextManager[int]]] = {
    "nginx": nginx_proxy,
    "apache": apache_proxy,
    "nginx with nothing but proxy_pass": bare_nginx_proxy,
    "4 kB and HTTP/1.0": strict_proxy,
}
"""Proxies by their names: those that are installed, and one that is as strict as any."""


def _found(program: str) -> str:
    found = shutil.which(program, path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    if not found:
        pytest.skip(f"{program} is not installed here")
    return found


def _connected(process: subprocess.Popen[bytes], port: int) -> None:
    if process.poll() is not None:
        raise RuntimeError(process.communicate()[0].decode())
    socket.create_connection(("127.0.0.1", port), 1).close()


@contextlib.contextmanager
def _running(command: list[str], port: int) -> Iterator[None]:
    """The program, until the end of the block."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        until_answered(lambda: _connected(process, port), OSError)
        yield
    finally:
        process.terminate()
        process.communicate(timeout=100)
