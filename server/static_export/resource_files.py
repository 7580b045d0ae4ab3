"""Things and documents as files: each under its own address with its suffix, a page where a browser would see one.

They are rendered by what the application renders them with, and asked of the store once for all their forms.  A
document that was withdrawn is a file too; that it is gone is given by another beside it, which servers look for.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import pyoxigraph
from flask import Flask

from converter.store.reader import ArchiveReader
from server.app import create_app
from server.descriptions.paths import is_raw, known
from server.documents.document import Descriptions, Documents, Place, document, offers
from server.documents.original_record import SUFFIXES, source_body
from server.documents.renderings import Renderings
from server.documents.resources import THINGS
from server.documents.vocabulary import own_terms
from server.feeds.json_lines import StoreEndpoint
from server.process_map import spread
from server.representations.registry import LISTS, PAGE
from server.settings import Settings
from server.static_export.export_files import INDEX, NOTES, Files, names

GONE = f"{NOTES}/gone"
"""Where a file stands for each withdrawn record, under the path of the record and with the suffix of its own."""
MARK = ".gone"

_FOLDERS = frozenset({"record", "source", *THINGS})
_AT_ONCE = 10


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


class Telling:
    """What is written, and what cannot be, distinguished from time to time."""

    def __init__(self, target: Path) -> None:
        self.files = Files(target)
        self.pages = self.gone = 0
        self._failures: list[str] = []

    @contextlib.contextmanager
    def stated(self, path: str) -> Iterator[None]:
        """What fails is given of, and the rest goes on."""
        try:
            yield
        except (OSError, ValueError) as fault:
            reason = fault.strerror if isinstance(fault, OSError) else str(fault)
            self._failures.append(f"/{path}: {reason or fault}")

    def done(self) -> Done:
        """What became of the addresses since this was asked last."""
        done = Done(self.files.taken(), self.pages, self.gone, tuple(self._failures))
        self._failures = []
        self.pages = self.gone = 0
        return done


class Opened(NamedTuple):
    """A source as it is read: what documents are made from, and the application that answers for the rest."""

    site: Documents
    app: Flask
    store: pyoxigraph.Store

    @classmethod
    def of(cls, source: Source) -> Opened:
        """The source, open."""
        store = pyoxigraph.Store.read_only(str(source.store))
        archive = ArchiveReader(source.data / "archive.sqlite", source.journal)
        endpoint = StoreEndpoint(store, source.base, source.version)
        # A plain server of files does not choose a language.
        app = create_app(Settings(source.base, folder=source.data, languages=("en",)), endpoint, archive)

        def shown() -> str:
            return source.version

        site = Documents(endpoint, source.base, archive, Renderings(shown, 0), Descriptions(shown))
        return cls(site, app, store)


class Things:
    """Writes things and documents, each in every form that it has."""

    def __init__(self, opened: Opened, target: Path) -> None:
        self._site, self._app = opened.site, opened.app
        self._telling = Telling(target)
        self._files = self._telling.files

    def write(self, paths: Iterable[str]) -> Done:
        """Write what stands at these paths of the site."""
        with self._app.app_context():
            for path in paths:
                with self._telling.stated(path):
                    self._thing(path)
        return self._telling.done()

    def _thing(self, path: str) -> None:
        folder, _, name = path.partition("/")
        if not is_raw(name):
            # The application finds nothing under such an address.
            return
        self._expect_alone(path)
        if folder == "source":
            self._source(name)
        else:
            base = self._site.base
            self._pages(path, Place(f"{base}{'item' if folder == 'record' else folder}/{name}", base + path))

    def _expect_alone(self, path: str) -> None:
        """Raises ValueError where it can have no file, or where the files of another address have the same names."""
        names(path)
        plain = path.replace("%2F", "/")
        if plain != path and known(self._site.endpoint, [self._site.base + plain]):
            raise ValueError(f"/{path} and /{plain} are the same file to a web server")

    def _pages(self, path: str, place: Place) -> None:
        """A document with every page of it; a thing that is given of in passing has none."""
        described, works = self._site.descriptions.get(self._site, place)
        if described is None:
            return
        for number in range(1, works.last + 1 if works else 2):
            self._document(place._replace(page=number))
        if place.is_work(self._site.base):
            self._files.link(f"{path}.html", f"item/{path.removeprefix('record/')}/{INDEX}")

    def _document(self, place: Place) -> None:
        """One page in every form."""
        path = place.document.removeprefix(self._site.base)
        for form in (*offers(self._site, place), *LISTS):
            with self._telling.stated(path + form.suffix):
                made = document(self._site, place, form)
                if made is None:
                    raise ValueError("nothing is known of it any more")
                self._files.put(path + form.suffix, made.body)
                if form is PAGE:
                    self._page(path, gone=made.status == 410)

    def _page(self, path: str, *, gone: bool) -> None:
        self._files.link(path + PAGE.suffix, f"{path}/{INDEX}")
        if gone:
            self._telling.gone += 1
            self._files.put(f"{GONE}/{path.removeprefix('record/')}{MARK}", b"")
        else:
            self._telling.pages += 1

    def _source(self, name: str) -> None:
        path, held = f"source/{name}", self._site.archive.held(name) if self._site.archive else None
        if held is None or held.deleted:
            return
        for suffix in SUFFIXES:
            body = source_body(self._site, name, suffix)
            if body is None:
                return
            self._files.put(path + suffix, body)
        self._files.link(f"{path}.html", f"{path}/{INDEX}")
        self._telling.pages += 1


def exported(source: Source, target: Path, paths: Iterator[str], processes: int) -> Iterator[tuple[str, Done]]:
    """Yield what became of the things at these paths, so many at a time, each time with the last of the paths."""
    stated = (source, target)
    yield from spread(_things, paths, begin=_open, stated=stated, processes=processes, at_once=_AT_ONCE)


def thing_paths(lines: Iterable[bytes], base: str) -> Iterator[str]:
    """Yield the paths of the things and documents that sorted statements speak of, in the order of the statements."""
    start = f"<{base}".encode()
    for subject, _ in groupby(lines, key=lambda line: line.partition(b" ")[0]):
        path = subject.removeprefix(start)[:-1].decode() if subject.startswith(start) else ""
        folder, slash, _ = path.partition("/")
        if slash and folder in _FOLDERS and "#" not in path:
            yield path


def pointed_at(store: pyoxigraph.Store, base: str) -> Iterator[str]:
    """Yield the paths of the things of which nothing is said, and with which something is."""
    query = (
        f'SELECT DISTINCT ?o {{ ?s ?p ?o FILTER(isIRI(?o) && STRSTARTS(STR(?o), "{base}") && !CONTAINS(STR(?o), "#")) '
        "FILTER NOT EXISTS { ?o ?any ?thing } } ORDER BY ?o"
    )
    found = store.query(query)
    if not isinstance(found, pyoxigraph.QuerySolutions):
        raise TypeError("a SELECT query answers with solutions")
    for row in found:
        path = str(row["o"])[1:-1].removeprefix(base)
        if path.partition("/")[0] in _FOLDERS - {"record", "source"}:
            yield path


def unused_terms(store: pyoxigraph.Store, base: str) -> Iterator[str]:
    """Yield the paths of the terms that the profile defines, and of which and with which no record says anything."""
    records = pyoxigraph.DefaultGraph()
    for term in (term for _, terms in own_terms(base) for term in terms):
        path, node = term.address.removeprefix(base), pyoxigraph.NamedNode(term.address)
        patterns = ((node, None, None, records), (None, None, node, records))
        is_used = any(any(store.quads_for_pattern(*pattern)) for pattern in patterns)
        if path.partition("/")[0] in _FOLDERS and "#" not in path and not is_used:
            yield path


_OPENED: list[Things] = []


def _open(source: Source, target: Path) -> None:
    _OPENED.append(Things(Opened.of(source), target))


def _things(paths: list[str]) -> tuple[str, Done]:
    (things,) = _OPENED
    return paths[-1], things.write(paths)
