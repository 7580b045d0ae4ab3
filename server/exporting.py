"""The site as files, for a plain web server: what the application answers, byte for byte.

A document stands under its own address with its suffix; an address without one is a folder whose `index.html` is the
page that a browser would see there.  What is asked with a query string, and what was withdrawn, are no files.
"""

from __future__ import annotations

import contextlib
import filecmp
import os
import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

import pyoxigraph
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from converter.keeping.reading import ArchiveReader
from server.app import create_app
from server.endpoint import Request
from server.feeds.json_lines import StoreEndpoint, Whole
from server.settings import Settings
from server.spreading import spread

_AT_ONCE = 10
_REDIRECTS = 3
_REMEMBERED = 64
_PAGE = "text/html, */*;q=0.1"
_TARGET = re.compile(r'<([^<>]*)>((?:\s*;\s*[\w-]+="[^"]*")*)')
_RELATIONS = ("alternate", "describedby", "linkset")
_FIXED = (
    "",
    "ns",
    "robots.txt",
    "feed.atom",
    "void.ttl",
    "dumps.html",
    "dumps.json",
    *(f"profile/core/1/{name}" for name in ("profile.ttl", "shapes.ttl", "context.jsonld", "frame.jsonld")),
)
"""What a site has once, and what of it is not there is left out."""
_FOLDER = re.compile(r"/([a-z]+)/<path:path>")
_LOCATION = re.compile(rb"<loc>([^<]+)</loc>")


class Source(NamedTuple):
    """What is exported: the folder of the data, the store of a generation, its number and its last change."""

    data: Path
    store: Path
    version: str
    journal: int
    base: str


class Done(NamedTuple):
    """What became of some addresses: the files that there are now, how many are withdrawn, and what failed."""

    files: tuple[str, ...]
    pages: int
    gone: int
    failures: tuple[str, ...]


class _Remembering(StoreEndpoint):
    """The store with its last answers: each form of a document asks the same of it."""

    def __init__(self, store: pyoxigraph.Store, base: str, version: str) -> None:
        super().__init__(store, base, version)
        self._answers: dict[Request, Whole] = {}

    def ask(self, request: Request) -> Whole:
        """The answer, whole."""
        if request not in self._answers:
            if len(self._answers) >= _REMEMBERED:
                self._answers.clear()
            self._answers[request] = super().ask(request)
        return self._answers[request]


class Exporter:
    """Writes what the application answers below a folder."""

    def __init__(self, source: Source, target: Path) -> None:
        self._base, self._target = source.base, target
        store = pyoxigraph.Store.read_only(str(source.store))
        archive = ArchiveReader(source.data / "archive.sqlite", source.journal)
        endpoint = _Remembering(store, source.base, source.version)
        self._app = create_app(Settings(source.base, folder=source.data), endpoint, archive)
        self._client: FlaskClient = self._app.test_client()
        self._files: list[str] = []
        self._failures: list[str] = []
        self._pages = self._gone = 0

    def folders(self) -> frozenset[str]:
        """The first parts of the addresses of things and documents."""
        found = {match[1] for rule in self._app.url_map.iter_rules() if (match := _FOLDER.fullmatch(rule.rule))}
        return frozenset(found - {"item"})

    def things(self, paths: Iterable[str]) -> Done:
        """Write things or documents, each in every form that it has."""
        for path in paths:
            with self._told(path):
                self._thing(path)
        return self._done()

    def site(self) -> Done:
        """Write what the site has once: its front page, feeds, dumps, descriptions, and its style."""
        for path in _FIXED:
            with self._told(path):
                self._once(path)
        with self._told("shelf"):
            self._thing("shelf")
        with self._told("sitemap.xml"):
            index = self._once("sitemap.xml")
            for location in _LOCATION.findall(index or b""):
                self._once(location.decode().removeprefix(self._base))
        static = Path(self._app.static_folder or "")
        for file in sorted(static.rglob("*")):
            if file.is_file():
                with self._told(str(file)):
                    self._once(f"static/{file.relative_to(static).as_posix()}")
        with self._told("dumps.json"):
            for dump in (self._client.get("/dumps.json").json or {}).get("dumps", []):
                for end in ("", ".sha256"):
                    self._once(f"dumps/{dump['name']}{end}")
        with self._told("void.ttl"):
            self._link("void.ttl", ".well-known/void")
            self._link("dumps.html", "dumps/index.html")
        return self._done()

    def _thing(self, path: str) -> None:
        """A thing or a document as a browser sees it, and every form that it names."""
        response = self._get(path, _PAGE)
        if response.status_code in {404, 410}:
            # What is described in passing has no document; what was withdrawn has one that is no file.
            self._gone += response.status_code == 410 and path.startswith("record/")
            return
        self._expect(response, path)
        page = response.headers.get("Content-Location", response.request.path[1:]).removeprefix(self._base)
        self._put(page, [response.data])
        self._pages += 1
        self._link(page, f"{path}/index.html")
        if path.startswith("record/"):
            self._link(page, f"item/{path.removeprefix('record/')}/index.html")
        for form in sorted(self._forms(response) - {page}):
            with self._told(form):
                answer = self._get(form, "*/*")
                self._expect(answer, form)
                self._put(form, [answer.data])

    def _once(self, path: str) -> bytes | None:
        """A document that stands alone, None where the site has none."""
        # A dump is larger than memory may be; other documents are not.
        large = path.startswith("dumps/")
        with contextlib.closing(self._get(path, "*/*", whole=not large)) as response:
            if response.status_code == 404:
                return None
            self._expect(response, path)
            if large:
                self._put(path, response.iter_encoded())
                return b""
            body = bytes(response.data)
        self._put(path or "index.html", [body])
        return body

    def _forms(self, response: TestResponse) -> set[str]:
        """The forms that a page names in its header Link."""
        found = set()
        for address, told in _TARGET.findall(response.headers.get("Link", "")):
            if address.startswith(self._base) and any(f'rel="{relation}"' in told for relation in _RELATIONS):
                found.add(address.removeprefix(self._base))
        return {path for path in found if "?" not in path and "#" not in path}

    def _get(self, path: str, accept: str, *, whole: bool = True) -> TestResponse:
        """The answer, where it leads elsewhere on the site that of the other address."""
        for _ in range(_REDIRECTS):
            response = self._client.get(f"/{path}", headers={"Accept": accept}, buffered=whole)
            location = response.headers.get("Location", "")
            if response.status_code not in {301, 302, 303, 307, 308} or not location.startswith(self._base):
                break
            path = location.removeprefix(self._base)
        return response

    def _expect(self, response: TestResponse, path: str) -> None:
        if response.status_code != 200:
            raise ValueError(f"/{path} answers {response.status}")

    def _put(self, path: str, pieces: Iterable[bytes]) -> None:
        """Write a file, which appears whole; one that has these bytes already stays as it is."""
        target = self._file(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(f".{os.getpid()}.part")
        try:
            with beside.open("wb") as file:
                for piece in pieces:
                    file.write(piece)
            if not target.is_file() or not filecmp.cmp(beside, target, shallow=False):
                beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)
        self._files.append(target.relative_to(self._target).as_posix())

    def _link(self, path: str, other: str) -> None:
        """Let another name lead to a file that was written."""
        file, target = self._file(path), self._file(other)
        if not file.exists():
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(f".{os.getpid()}.part")
        beside.unlink(missing_ok=True)
        beside.hardlink_to(file)
        # Replacing a name by another of the same file does nothing, and leaves both.
        beside.replace(target)
        beside.unlink(missing_ok=True)
        self._files.append(target.relative_to(self._target).as_posix())

    def _file(self, path: str) -> Path:
        """Where a path of the site stands, as a web server finds it.

        Raises ValueError where it would stand elsewhere.
        """
        parts = path.split("/")
        names = [unquote(part, errors="strict") for part in parts]
        if any(name in {"", ".", ".."} or "/" in name or not name.isprintable() for name in names):
            raise ValueError(f"/{path} cannot be the name of a file")
        return self._target.joinpath(*names)

    @contextlib.contextmanager
    def _told(self, path: str) -> Iterator[None]:
        """What fails is told of, and the rest goes on."""
        try:
            yield
        except (OSError, ValueError) as fault:
            reason = fault.strerror if isinstance(fault, OSError) else str(fault)
            self._failures.append(f"/{path}: {reason or fault}")

    def _done(self) -> Done:
        done = Done(tuple(self._files), self._pages, self._gone, tuple(self._failures))
        self._files, self._failures = [], []
        self._pages = self._gone = 0
        return done


def exported(source: Source, target: Path, paths: Iterator[str], processes: int) -> Iterator[tuple[str, Done]]:
    """Yield what became of the things at these paths, so many at a time, each time with the last of the paths."""
    told = (source, target)
    yield from spread(_things, paths, begin=_open, told=told, processes=processes, at_once=_AT_ONCE)


def thing_paths(lines: Iterable[bytes], base: str, folders: frozenset[str]) -> Iterator[str]:
    """Yield the paths of the things and documents that sorted statements speak of, in the order of the statements."""
    start = f"<{base}".encode()
    for subject, _ in groupby(lines, key=lambda line: line.partition(b" ")[0]):
        path = subject.removeprefix(start)[:-1].decode() if subject.startswith(start) else ""
        folder, slash, _ = path.partition("/")
        if slash and folder in folders and "#" not in path:
            yield path


_OPENED: list[Exporter] = []


def _open(source: Source, target: Path) -> None:
    _OPENED.append(Exporter(source, target))


def _things(paths: list[str]) -> tuple[str, Done]:
    (exporter,) = _OPENED
    return paths[-1], exporter.things(paths)
