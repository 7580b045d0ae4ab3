"""The Atom feed at `/feed.atom`: the records that changed last, page by page; what is gone is given as gone.

Sources: RFC 4287 (Atom), RFC 5005 section 3 (pages), RFC 6721 (deleted entries).
"""

from __future__ import annotations

from flask import Blueprint, Response, request
from lxml import etree

from converter.store.catalogue_reader import Row
from converter.store.reader import ArchiveReader, Held
from server.http.problems import problem
from server.http.validated import carriable, etag, sent
from server.representations.registry import REPRESENTATIONS
from server.settings import Settings
from server.sparql import Endpoint

PAGE = 50
"""Records on a page."""

_ATOM = "http://www.w3.org/2005/Atom"
_TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"
_NO_CHANGE = "1970-01-01T00:00:00Z"
_DIGITS = 18
"""Digits that the number of a change may have."""
_SUMMARY = 1_000
"""Characters of an abstract that are given."""
_FIRST_WINDOW, _LARGEST_WINDOW = 100, 5_000


def atom_blueprint(endpoint: Endpoint, settings: Settings, archive: ArchiveReader) -> Blueprint:
    """The feed; `/feed/before/N.atom` is what of it stands before the change with that number."""
    blueprint = Blueprint("atom", __name__)

    def answer(before: int) -> Response:
        tag = etag("atom", before, endpoint.version, archive.latest(), archive.latest_moment())
        return sent(_page(settings, archive, before), "application/atom+xml; charset=utf-8", tag)

    @blueprint.get("/feed.atom")
    def feed() -> Response:
        asked = request.args.get("before")
        if asked is None:
            return answer(archive.latest() + 1)
        if not (asked.isascii() and asked.isdecimal() and len(asked) < _DIGITS):
            return problem(400, "Bad Request", f"before={asked!r} is not the number of a change; follow the link next.")
        return Response(status=301, headers={"Location": _address(settings.base, archive, int(asked))})

    @blueprint.get(f"/feed/before/<int(max={10**_DIGITS}):before>.atom")
    def older(before: int) -> Response:
        return answer(before)

    return blueprint


def newest(archive: ArchiveReader, before: int, most: int) -> list[Held]:
    """The records whose last change stands before a number, the last first.

    The journal is read back in windows that grow: a record that has changed again since leaves a gap.
    """
    found: list[Held] = []
    upper, window = min(before - 1, archive.latest()), _FIRST_WINDOW
    while upper > 0 and len(found) < most:
        lower = max(0, upper - window)
        listed = archive.listing(after=lower, limit=upper - lower)
        found += reversed([held for held in listed if held.change <= upper])
        upper, window = lower, min(window * 2, _LARGEST_WINDOW)
    return found[:most]


def _address(base: str, archive: ArchiveReader, before: int) -> str:
    return f"{base}feed.atom" if before > archive.latest() else f"{base}feed/before/{before}.atom"


def _page(settings: Settings, archive: ArchiveReader, before: int) -> bytes:
    base, address = settings.base, f"{settings.base}feed.atom"
    listed = newest(archive, before, PAGE + 1)
    shown = listed[:PAGE]
    listed_as = archive.catalogue.named([held.address for held in shown]) if archive.catalogue else []
    works = {row.path: row for row in listed_as}
    feed = etree.Element(f"{{{_ATOM}}}feed", nsmap={None: _ATOM, "at": _TOMBSTONES})
    _add(feed, "id", address)
    _add(feed, "title", settings.title)
    _add(feed, "updated", shown[0].moment if shown else archive.latest_moment() or _NO_CHANGE)
    _add(etree.SubElement(feed, f"{{{_ATOM}}}author"), "name", settings.title)
    _link(feed, "self", _address(base, archive, before), "application/atom+xml")
    _link(feed, "first", address, "application/atom+xml")
    if len(listed) > PAGE:
        _link(feed, "next", _address(base, archive, shown[-1].change), "application/atom+xml")
    _link(feed, "alternate", base, "text/html")
    for held in shown:
        item = f"{base}item/{held.address}"
        if held.deleted:
            etree.SubElement(feed, f"{{{_TOMBSTONES}}}deleted-entry", {"ref": item, "when": held.moment})
        else:
            _entry(feed, base, held, works.get(held.address) or Row(0, held.address, {}))
    return etree.tostring(feed, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _entry(feed: etree._Element, base: str, held: Held, work: Row) -> None:
    entry = etree.SubElement(feed, f"{{{_ATOM}}}entry")
    _add(entry, "id", f"{base}item/{held.address}")
    _add(entry, "title", work.title)
    _add(entry, "updated", held.moment)
    for name in (agent[1] for agent in work.stated.get("agents", ()) if agent[0] == "author"):
        _add(etree.SubElement(entry, f"{{{_ATOM}}}author"), "name", name)
    # RFC 4287, 4.1.2: no two alternates of one type.
    forms = {form.media_type: form for form in reversed(REPRESENTATIONS)}
    for media_type, form in sorted(forms.items(), key=lambda item: REPRESENTATIONS.index(item[1])):
        _link(entry, "alternate", f"{base}record/{held.address}{form.suffix}", media_type)
    for text, _ in work.stated.get("abstract", ())[:1]:
        _add(entry, "summary", _short(text))


def _add(parent: etree._Element, name: str, text: str) -> None:
    etree.SubElement(parent, f"{{{_ATOM}}}{name}").text = carriable(text)


def _link(parent: etree._Element, relation: str, address: str, media_type: str) -> None:
    etree.SubElement(parent, f"{{{_ATOM}}}link", {"rel": relation, "type": media_type, "href": address})


def _short(text: str) -> str:
    return text if len(text) <= _SUMMARY else text[:_SUMMARY].rsplit(maxsplit=1)[0] + " …"
