"""A source that is an address: what stands there is read as a file would be."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tests.commands import shelfgraph
from tests.conftest import EXAMPLES, GOLDEN, free_port

PAGES = {
    "/handle/20.500.12345/678": ("text/html", GOLDEN / "lighthouse.html"),
    "/oai": ("text/xml", EXAMPLES / "listrecords-dim.xml"),
}


class Pages(BaseHTTPRequestHandler):
    """A repository with a page and an answer of OAI-PMH; one address leads to another."""

    def do_GET(self) -> None:
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/handle/20.500.12345/678")
            self.end_headers()
            return
        kind, path = PAGES.get(self.path, ("", None))
        self.send_response(200 if path else 404)
        self.send_header("Content-Type", kind or "text/plain")
        self.end_headers()
        if path:
            self.wfile.write(path.read_bytes())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def repository() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("path", ["/handle/20.500.12345/678", "/moved"])
def test_a_page_at_an_address_says_what_the_file_says(repository: str, path: str) -> None:
    by_address = shelfgraph("convert", repository + path, "--to", "nt")
    by_file = shelfgraph("convert", GOLDEN / "lighthouse.html", "--to", "nt")
    assert by_address.returncode == 0
    assert by_address.stdout == by_file.stdout


def test_an_answer_at_an_address_holds_all_its_records(repository: str) -> None:
    done = shelfgraph("convert", f"{repository}/oai", "--to", "nt")
    assert (done.returncode, done.stdout) == (
        0,
        shelfgraph("convert", EXAMPLES / "listrecords-dim.xml", "--to", "nt").stdout,
    )


@pytest.mark.parametrize("what", ["missing", "nobody"])
def test_an_address_without_an_answer_is_named(repository: str, what: str) -> None:
    address = f"{repository}/none" if what == "missing" else f"http://127.0.0.1:{free_port()}/x"
    done = shelfgraph("convert", address)
    assert done.returncode == 3
    assert address in done.stderr.decode()
    assert b"Traceback" not in done.stderr
