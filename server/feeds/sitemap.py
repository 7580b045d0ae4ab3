"""What search engines ask for: `/robots.txt`, and `/sitemap.xml` with the pages of all records.

A part takes in a fixed stretch of the journal, so that it never has more pages than changes, and only the last parts
change when records do.  Sources: https://www.sitemaps.org/protocol.html and RFC 9309.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort
from markupsafe import escape

from converter.store.reader import ArchiveReader
from server.http.validated import etag, sent
from server.settings import Settings
from server.sparql import Endpoint

CHANGES = 1_000
"""Changes, and so at most pages, of one part."""

AT_ONCE = 1_000
_XML = "application/xml; charset=utf-8"
_SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


class Part(NamedTuple):
    """A part of the sitemap: its number, from 1, and when it changed last."""

    number: int
    moment: str


def sitemap_blueprint(endpoint: Endpoint, settings: Settings, archive: ArchiveReader | None) -> Blueprint:
    """`/robots.txt`, and the sitemap where there is an archive to make it of."""
    blueprint = Blueprint("sitemap", __name__)

    @blueprint.get("/robots.txt")
    def robots() -> Response:
        body = _robots(settings.base, mapped=archive is not None).encode()
        return sent(body, "text/plain; charset=utf-8", etag(body))

    if archive is None:
        return blueprint

    @blueprint.get("/sitemap.xml")
    def index() -> Response:
        tag = etag("index", endpoint.version, archive.latest(), archive.latest_moment())
        return sent(_index(archive, settings.base), _XML, tag)

    @blueprint.get("/sitemap-<int:number>.xml")
    def part(number: int) -> Response:
        if number > _parts(archive) or (number and next(_live(archive, number), None) is None):
            abort(404, "The sitemap has no such part; /sitemap.xml names those it has.")
        tag = etag("part", number, endpoint.version, archive.latest(), archive.latest_moment())
        return sent(_part(archive, settings.base, number), _XML, tag)

    return blueprint


def _robots(base: str, *, mapped: bool) -> str:
    """Who may fetch what: everyone everything but what is worked out for each question.

    >>> print(_robots("http://x.org/data/", mapped=True))
    User-agent: *
    Disallow: /data/sparql?
    Disallow: /data/sparql.*?
    Disallow: /data/reconcile
    Allow: /
    <BLANKLINE>
    Sitemap: http://x.org/data/sitemap.xml
    <BLANKLINE>
    """
    path = urlsplit(base).path
    costly = [f"Disallow: {path}{name}" for name in ("sparql?", "sparql.*?", "reconcile")]
    lines = ["User-agent: *", *costly, "Allow: /", ""]
    return "\n".join([*lines, f"Sitemap: {base}sitemap.xml", ""] if mapped else lines)


def _parts(archive: ArchiveReader) -> int:
    return -(-archive.latest() // CHANGES)


def _index(archive: ArchiveReader, base: str) -> Iterator[bytes]:
    """Yield the index: part 0 has the pages of the site, so that there is always one, each other part a live record."""
    yield _head("sitemapindex")
    yield _entry("sitemap", f"{base}sitemap-0.xml", archive.latest_moment())
    for part in _told(archive):
        yield _entry("sitemap", f"{base}sitemap-{part.number}.xml", part.moment)
    yield b"</sitemapindex>\n"


def _told(archive: ArchiveReader) -> Iterator[Part]:
    latest = archive.latest()
    for number in range(1, _parts(archive) + 1):
        if next(_live(archive, number), None):
            last = min(number * CHANGES, latest)
            yield Part(number, archive.journal(last - 1, 1)[0].moment)


def _part(archive: ArchiveReader, base: str, number: int) -> Iterator[bytes]:
    """Yield the pages of the live records whose last change is in this stretch of the journal."""
    yield _head("urlset")
    if number == 0:
        for address in (base, f"{base}shelf.html"):
            yield _entry("url", address, archive.latest_moment())
    for address, moment in _live(archive, number):
        yield _entry("url", f"{base}record/{address}.html", moment)
    yield b"</urlset>\n"


def _live(archive: ArchiveReader, number: int) -> Iterator[tuple[str, str]]:
    """Yield address and moment of the live records of a part; who wants the first alone causes few rows to be read."""
    after, last, window = (number - 1) * CHANGES, number * CHANGES, 1
    while number:
        found = archive.listing(after=after, limit=window)
        for held in found:
            if held.change > last:
                return
            if not held.deleted:
                yield held.address, held.moment
        if len(found) < window:
            return
        after, window = found[-1].change, min(window * 10, AT_ONCE)


def _head(name: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{name} {_SPACE}>\n'.encode()


def _entry(name: str, address: str, moment: str | None) -> bytes:
    modified = f"<lastmod>{escape(moment)}</lastmod>" if moment else ""
    return f"<{name}><loc>{escape(address)}</loc>{modified}</{name}>\n".encode()
