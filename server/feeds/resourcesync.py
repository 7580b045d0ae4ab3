"""The journal → mirrors: which documents there are, and which have come, changed or gone.

The documents are the N-Triples of the records.  Both lists are cut into parts by the numbers of changes: a part never
has more documents than it has changes, and none that is full is ever added to.  Neither digest nor length stands beside
a document, since both would be those of a rendering that is made when it is asked for.

Source: ResourceSync Framework Specification, ANSI/NISO Z39.99-2017, http://www.openarchives.org/rs/1.1/resourcesync.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from flask import Blueprint, Response, abort

from converter.store.reader import ArchiveReader, Held
from server.feeds.xml_text import DECLARATION, begin, element, text
from server.http.validated import etag, sent
from server.settings import Settings
from server.sparql import Endpoint

CHANGES = 1_000
"""Changes, and so at most documents, of one part; the standard allows 50,000."""

_AT_ONCE = 1_000
_NO_CHANGE = "1970-01-01T00:00:00Z"
_XML = "application/xml; charset=utf-8"
_SPACES = {"xmlns": "http://www.sitemaps.org/schemas/sitemap/0.9", "xmlns:rs": "http://www.openarchives.org/rs/terms/"}
_TYPE = "application/n-triples"

_DESCRIPTION = ".well-known/resourcesync"
_CAPABILITIES = "resourcesync/capabilitylist.xml"
_RESOURCES = "resourcesync/resourcelist"
_CHANGES = "resourcesync/changelist"


class Source(NamedTuple):
    """What the lists are made of: `shown` is the archive as far as the site shows it, `whole` all of it."""

    base: str
    shown: ArchiveReader
    whole: ArchiveReader
    size: int

    @property
    def at(self) -> str:
        """The moment that the lists describe."""
        return self.shown.latest_moment() or _NO_CHANGE


class Part(NamedTuple):
    """A part of a list: its number, from 1, and the moments of its first change and of the next part's."""

    number: int
    since: str
    until: str | None


def resourcesync_blueprint(
    endpoint: Endpoint, settings: Settings, archive: ArchiveReader, size: int = CHANGES
) -> Blueprint:
    """The description, the capability list and the two lists; `size` is how many changes a part has."""
    blueprint = Blueprint("resourcesync", __name__)
    whole = archive.whole
    source = Source(settings.base, archive, whole, size)

    def answer(name: str, body: Iterable[str]) -> Response:
        tag = etag(name, settings.base, endpoint.version, archive.latest(), whole.latest(), source.at)
        return sent((piece.encode() for piece in body), _XML, tag, headers={"Vary": "Accept-Encoding"})

    @blueprint.get(f"/{_DESCRIPTION}")
    def description() -> Response:
        return answer("description", _description(source))

    @blueprint.get(f"/{_CAPABILITIES}")
    def capabilities() -> Response:
        return answer("capabilities", _capabilities(source))

    @blueprint.get(f"/{_RESOURCES}.xml")
    def resources() -> Response:
        return answer("resources", _index_or_part(source, _RESOURCES, list(_resource_parts(source))))

    @blueprint.get(f"/{_RESOURCES}-<int(max=1000000000):number>.xml")
    def resources_of(number: int) -> Response:
        return answer(f"resources {number}", _part(source, _RESOURCES, _known(number, _resource_parts(source))))

    @blueprint.get(f"/{_CHANGES}.xml")
    def changes() -> Response:
        return answer("changes", _index_or_part(source, _CHANGES, list(_change_parts(source))))

    @blueprint.get(f"/{_CHANGES}-<int(max=1000000000):number>.xml")
    def changes_of(number: int) -> Response:
        return answer(f"changes {number}", _part(source, _CHANGES, _known(number, _change_parts(source))))

    return blueprint


def _known(number: int, parts: Iterable[Part]) -> Part:
    found = next((part for part in parts if part.number == number), None)
    if found is None:
        abort(404, f"There is no part {number}; the list names those that there are.")
    return found


def _description(source: Source) -> Iterator[str]:
    yield from _document(
        "urlset",
        {"capability": "description"},
        {},
        [_url(source.base + _CAPABILITIES, {"capability": "capabilitylist"})],
    )


def _capabilities(source: Source) -> Iterator[str]:
    lists = ((_RESOURCES, "resourcelist"), (_CHANGES, "changelist"))
    urls = [_url(f"{source.base}{path}.xml", {"capability": name}) for path, name in lists]
    yield from _document("urlset", {"capability": "capabilitylist"}, {"up": source.base + _DESCRIPTION}, urls)


def _index_or_part(source: Source, path: str, parts: list[Part]) -> Iterator[str]:
    """The list itself where one part is all of it, else the list of its parts."""
    if len(parts) < 2:
        part = parts[0] if parts else Part(1, source.at, None)
        return _whole(source, path, part, {"up": source.base + _CAPABILITIES})
    entries = (_entry(source, path, part) for part in parts)
    return _document("sitemapindex", _told(source, path, parts[0].since), {"up": source.base + _CAPABILITIES}, entries)


def _entry(source: Source, path: str, part: Part) -> str:
    moments = {"at": source.at} if path == _RESOURCES else {"from": part.since, "until": part.until}
    location = element("loc", text(f"{source.base}{path}-{part.number}.xml"))
    return element("sitemap", location + element("rs:md", attributes=moments))


def _part(source: Source, path: str, part: Part) -> Iterator[str]:
    links = {"up": source.base + _CAPABILITIES, "index": f"{source.base}{path}.xml"}
    return _whole(source, path, part, links)


def _whole(source: Source, path: str, part: Part, links: dict[str, str]) -> Iterator[str]:
    urls = _resource_urls if path == _RESOURCES else _change_urls
    return _document("urlset", _told(source, path, part.since, part.until), links, urls(source, part.number))


def _told(source: Source, path: str, since: str, until: str | None = None) -> dict[str, str | None]:
    """What the head of a list says of it; a list of changes without an end is still added to."""
    if path == _RESOURCES:
        return {"capability": "resourcelist", "at": source.at}
    return {"capability": "changelist", "from": since, "until": until}


def _resource_parts(source: Source) -> Iterator[Part]:
    """Yield the parts in which records are; where all that changed in one has changed again since, it is gone."""
    after = 0
    while following := source.whole.listing(after=after, limit=1):
        number = (following[0].change - 1) // source.size + 1
        yield Part(number, following[0].moment, None)
        after = number * source.size


def _change_parts(source: Source) -> Iterator[Part]:
    """Yield the parts that the journal has."""
    number, first = 1, source.shown.journal(limit=1)
    while first:
        following = source.shown.journal(after=number * source.size, limit=1)
        yield Part(number, first[0].moment, following[0].moment if following else None)
        number, first = number + 1, following


def _resource_urls(source: Source, number: int) -> Iterator[str]:
    """Yield the documents that stand now under the changes of a part.

    What changed behind the newest generation stands there as before; what came behind it does not yet.
    """
    at = source.at
    come = {entry.address for entry in source.whole.journal(after=source.shown.upto) if entry.change == "created"}
    for held in _held(source, number):
        if not held.deleted and held.address not in come:
            moment = element("lastmod", text(min(held.moment, at)))
            yield _url(
                f"{source.base}record/{held.address}.nt", {"type": _TYPE}, moment, _describes(source, held.address)
            )


def _held(source: Source, number: int) -> Iterator[Held]:
    after, end = (number - 1) * source.size, number * source.size
    while after < end and (page := source.whole.listing(after=after, limit=_AT_ONCE)):
        yield from (held for held in page if held.change <= end)
        after = page[-1].change


def _change_urls(source: Source, number: int) -> Iterator[str]:
    """Yield the changes of a part in their order."""
    after, end = (number - 1) * source.size, number * source.size
    while after < end and (entries := source.shown.journal(after, min(_AT_ONCE, end - after))):
        for entry in entries:
            if entry.number <= end:
                stated = {"change": entry.change, "datetime": entry.moment, "type": _TYPE}
                moment = "" if entry.change == "deleted" else element("lastmod", text(entry.moment))
                link = "" if entry.change == "deleted" else _describes(source, entry.address)
                yield _url(f"{source.base}record/{entry.address}.nt", stated, moment, link)
        after = entries[-1].number


def _describes(source: Source, address: str) -> str:
    return element("rs:ln", attributes={"rel": "describes", "href": f"{source.base}item/{address}"})


def _url(location: str, stated: dict[str, str], moment: str = "", link: str = "") -> str:
    return element("url", element("loc", text(location)) + moment + element("rs:md", attributes=stated) + link)


def _document(root: str, stated: dict[str, str | None], links: dict[str, str], inside: Iterable[str]) -> Iterator[str]:
    """Yield the document piece by piece."""
    yield f"{DECLARATION}{begin(root, _SPACES)}"
    yield "".join(element("rs:ln", attributes={"rel": rel, "href": href}) for rel, href in links.items())
    yield f"{element('rs:md', attributes=stated)}\n"
    for piece in inside:
        yield f"{piece}\n"
    yield f"</{root}>\n"
