"""What a site has once, as files: its front page and lists, feeds, dumps, descriptions, questions, and its style.

What only a running site answers is given by RUNNING.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from converter.dcat import CROISSANT
from server.documents.resources import PROFILE_PAGE, PUBLISHED, PUBLISHED_AT
from server.documents.vocabulary import FORMS as TERMS
from server.feeds.ldes import SUFFIXES as STREAMED
from server.named_queries.answer_formats import ANSWERS
from server.named_queries.parameters import missing
from server.named_queries.query_list import DOCUMENTS, questions
from server.pages.help_pages import NAMES, pictures
from server.pages.records import listed
from server.static_export.export_files import INDEX
from server.static_export.media_types import ALONE
from server.static_export.resource_files import Done, Opened, Telling

RUNNING = (
    "ldes/latest",
    *("sparql", "graph", "reconcile", "oai"),
    *("search", "suggest", "browse", "name", "crosswalk"),
)
"""What answers questions, and so is no file; no more are addresses with a query string."""

_TRIES = 24
"""How many times a document is asked for whose figures are still being counted; each waits some seconds."""
_ALONE = (
    "robots.txt",
    "ns",
    *(f"ns{suffix}" for suffix in TERMS),
    "ns.html",
    "openapi.json",
    ".well-known/api-catalog",
    "feed.atom",
    "sitemap.xml",
    ".well-known/resourcesync",
    *(f"{PUBLISHED_AT}/{name}" for name in (*PUBLISHED, PROFILE_PAGE)),
)
"""Documents that have one form, each at its own address; what of them is not there is left out."""
_SHELF = ("html", "ttl", "jsonld", "nt", "nq", "trig", "rdf")
_NEXT = re.compile(rb'(?:<loc>|<(?:\w+:)?link rel="next"[^>]* href=")([^<"]+)')
_NODE = re.compile(r"<https://w3id\.org/tree#node> <([^>]+)>")
_FOLLOWED = re.compile(r"sitemap-\d+\.xml|feed/before/\d+\.atom|resourcesync/[\w-]+\.xml")
"""The parts of a list, which its beginning names."""


class Once:
    """Writes what the site has once; the application is asked for it as by a client."""

    def __init__(self, opened: Opened, target: Path) -> None:
        self._opened, self._site, self._app = opened, opened.site, opened.app
        self._base = opened.site.base
        self._client: FlaskClient = self._app.test_client()
        self._telling = Telling(target)
        self._files = self._telling.files

    def write(self) -> Done:
        """Write it all."""
        for write in (self._pages, self._documents, self._records, self._stream, self._questions, self._dumps):
            with self._telling.stated(write.__name__.removeprefix("_")):
                write()
        for path in _static(self._app):
            with self._telling.stated(path):
                self._copy(path)
        return self._telling.done()

    def _pages(self) -> None:
        """The front page, and the description of the dataset with the addresses where VoID is looked for."""
        self._copy("", INDEX)
        for suffix in _SHELF:
            self._copy(f"shelf.{suffix}")
        self._files.link("shelf.html", f"shelf/{INDEX}")
        self._copy("void.ttl")
        self._files.link("void.ttl", ".well-known/void")

    def _documents(self) -> None:
        """What stands alone, and the parts that a list names, each of which may name others."""
        waiting, seen = [*_ALONE], {*_ALONE}
        while waiting:
            path = waiting.pop()
            with self._telling.stated(path):
                for address in _NEXT.findall(self._copy(path) or b""):
                    part = address.decode().removeprefix(self._base)
                    if part not in seen and _FOLLOWED.fullmatch(part):
                        seen.add(part)
                        waiting.append(part)

    def _records(self) -> None:
        """All records, page by page."""
        with self._app.app_context():
            for path, body in listed(self._site):
                self._files.put(path, body)
                if path.endswith(".html"):
                    self._files.link(path, f"{path.removesuffix('.html')}/{INDEX}")

    def _stream(self) -> None:
        """The event stream, from its root to its leaves; at the address of a node stands what is sent to everybody."""
        waiting = ["ldes"]
        while waiting:
            path = waiting.pop()
            for suffix in STREAMED:
                body = self._copy(f"{path}.{suffix}") or b""
                if suffix == "nt":
                    waiting += [found.removeprefix(self._base) for found in {*_NODE.findall(body.decode())}]
            if path != "ldes":
                self._files.link(f"{path}.ttl", path)

    def _questions(self) -> None:
        """The questions, and the answers of those that need not be given anything, whole."""
        for name in ("html", *(name for name, _ in DOCUMENTS.values())):
            self._copy(f"queries.{name}")
        self._files.link("queries.html", f"queries/{INDEX}")
        for name in ("api", "quality", "help", *(f"help/{name}" for name in NAMES)):
            self._copy(name, f"{name}/{INDEX}")
        for name, question in questions().items():
            with self._telling.stated(f"queries/{name}"):
                self._copy(f"queries/{name}", f"queries/{name}/{INDEX}")
                if not missing(question.query, {}):
                    for suffix in sorted(ANSWERS):
                        self._copy(f"queries/{name}.{suffix}")

        for name in pictures():
            self._copy(f"help/{name}")

    def _dumps(self) -> None:
        """The dumps, each with its checksum, and their list."""
        for suffix in ("html", "json"):
            self._copy(f"dumps.{suffix}")
        self._files.link("dumps.html", f"dumps/{INDEX}")
        self._copy(CROISSANT)
        for dump in (self._client.get("/dumps.json").json or {}).get("dumps", []):
            for end in ("", ".sha256"):
                self._large(f"dumps/{dump['name']}{end}")

    def _copy(self, path: str, name: str = "") -> bytes | None:
        """A document that is now a file, None where the site has none."""
        accept = "*/*" if path in ALONE else "text/html, */*;q=0.1"
        for _ in range(_TRIES):
            with contextlib.closing(self._client.get(f"/{path}", headers={"Accept": accept})) as response:
                status, stated, body = response.status_code, response.status, bytes(response.data)
                if response.headers.get("Cache-Control") != "no-store" or status != 200:
                    break
        if status == 404:
            return None
        if status != 200:
            raise ValueError(f"/{path} answers {stated}")
        self._files.put(name or path, body)
        return body

    def _large(self, path: str) -> None:
        """A file that is larger than memory may be."""
        with contextlib.closing(self._client.get(f"/{path}", buffered=False)) as response:
            if response.status_code != 200:
                raise ValueError(f"/{path} answers {response.status}")
            self._files.stream(path, response.iter_encoded())


def _static(app: Flask) -> Iterator[str]:
    """Yield the paths of what pages are dressed with: of the application, and of the parts that have their own."""
    for part in (app, *app.blueprints.values()):
        folder, path = Path(part.static_folder or ""), (part.static_url_path or "").strip("/")
        if part.static_folder:
            yield from (
                f"{path}/{file.relative_to(folder).as_posix()}" for file in sorted(folder.rglob("*")) if file.is_file()
            )
