"""Things and documents: 303 from a thing to what describes it, and the description in the form that is asked for.

`/item/H` is a work, `/record/H` its description; `/journal/…`, `/person/…` and the like are shared things, whose
descriptions stand at the same path with a suffix.
"""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import quote, unquote

from flask import Blueprint, Response, request

import ontology
from converter.keeping.reading import ArchiveReader
from converter.mapping import PROFILE
from converter.values.terms import iri
from server.endpoint import Endpoint, QueryTimeout, QueueFull, Request, WorkerDied
from server.negotiate import choose
from server.problems import VARY, problem
from server.settings import Settings
from server.site import description, pages
from server.site.representations import BY_SUFFIX, BY_TYPE, REPRESENTATIONS, Rendered, Renderings, Representation

THINGS = ("person", "journal", "org", "subject", "grant", "place", "series", "collection", "field")
"""The folders of shared things."""

PUBLISHED = {
    "profile.ttl": "text/turtle; charset=utf-8",
    "shapes.ttl": "text/turtle; charset=utf-8",
    "context.jsonld": "application/ld+json",
    "frame.jsonld": "application/ld+json",
}
"""The files of the profile, at an address with its version."""

_METHODS = ["GET", "HEAD"]
# Characters that stand unescaped in the paths of our addresses.
_SAFE = "~.-_"


class Site(NamedTuple):
    """What the routes work with."""

    endpoint: Endpoint
    base: str
    renderings: Renderings
    archive: ArchiveReader | None


def site_blueprint(endpoint: Endpoint, settings: Settings, archive: ArchiveReader | None = None) -> Blueprint:
    """The pages and documents of the site."""
    blueprint = Blueprint("site", __name__)
    site = Site(endpoint, settings.base, Renderings(), archive)

    @blueprint.errorhandler(QueryTimeout)
    @blueprint.errorhandler(QueueFull)
    @blueprint.errorhandler(WorkerDied)
    def busy(fault: Exception) -> Response:
        return problem(503, "Service Unavailable", f"{fault}.", {"Retry-After": "5"})

    @blueprint.get("/")
    def front() -> Response:
        rendered = site.renderings.get((endpoint.version, "/", ""), lambda: pages.front_page(endpoint, site.base))
        return _sent(rendered, REPRESENTATIONS[0], {})

    @blueprint.get("/item/<path:path>")
    def item(path: str) -> Response:
        return _see_other(site, f"item/{_raw(path)}", f"record/{_raw(path)}")

    @blueprint.get("/record/<path:path>")
    def record(path: str) -> Response:
        return _document(site, "record", _raw(path))

    @blueprint.get("/ns")
    def own_terms() -> Response:
        return _published(site, "profile.ttl", "text/turtle; charset=utf-8")

    @blueprint.get(f"/{PROFILE}/<name>")
    def profile(name: str) -> Response:
        if name not in PUBLISHED:
            return _unknown(f"{PROFILE}/{name}")
        return _published(site, name, PUBLISHED[name])

    for folder in THINGS:
        blueprint.add_url_rule(
            f"/{folder}/<path:path>",
            endpoint=folder,
            view_func=lambda path, folder=folder: _thing(site, folder, _raw(path)),
            methods=_METHODS,
        )
    return blueprint


def _published(site: Site, name: str, content_type: str) -> Response:
    """A file of the profile, its addresses moved to the base of this site."""
    response = Response(ontology.text(name, site.base), content_type=content_type)
    response.headers["Vary"] = VARY
    response.add_etag()
    response.make_conditional(request)
    return response


def _raw(path: str) -> str:
    """The path as our addresses write it: percent-encoded where it must be."""
    return "/".join(quote(part, safe=_SAFE) if part not in {".", ".."} else "%2E" * len(part) for part in _parts(path))


def _parts(path: str) -> list[str]:
    """The segments as they came: an escaped slash within one is not a separator."""
    raw = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or ""
    bare = raw.partition("?")[0]
    if "%2F" in bare.upper():
        tail = bare.partition("://")[2].partition("/")[2] if "://" in bare else bare.lstrip("/")
        return [unquote(part) for part in tail.split("/")[1:]]
    return path.split("/")


def _see_other(site: Site, thing: str, document: str) -> Response:
    """303 to the description, which is negotiated there; 404 where nothing is known of the thing."""
    try:
        subject = iri(site.base + thing)
    except ValueError:
        return _unknown(thing)
    with site.endpoint.ask(_exists(subject)) as answer:
        known = b"true" in b"".join(answer)
    if not known:
        return _unknown(thing)
    response = Response(status=303, headers={"Location": site.base + document})
    response.headers["Vary"] = VARY
    return response


def _exists(subject: str) -> Request:
    return Request(f"ASK {{ {subject} ?p ?o }}", "json")


def _document(site: Site, folder: str, path: str) -> Response:
    """The description of an item: at its own address by negotiation, with a suffix in one form."""
    for candidate, form in _readings(path):
        response = _described(site, f"{site.base}item/{candidate}", f"{site.base}{folder}/{candidate}", form)
        if response is not None:
            return response
    return _unknown(f"{folder}/{path}")


def _thing(site: Site, folder: str, path: str) -> Response:
    """A shared thing: 303 to its description in the form that is asked for, or that description."""
    for candidate, form in _readings(path):
        address = f"{site.base}{folder}/{candidate}"
        if form is None:
            chosen = _chosen()
            seen = _see_other(site, f"{folder}/{candidate}", f"{folder}/{candidate}{chosen.suffix if chosen else ''}")
            if seen.status_code == 303:
                return seen if chosen else _not_acceptable()
            continue
        response = _described(site, address, address, form)
        if response is not None:
            return response
    return _unknown(f"{folder}/{path}")


def _readings(path: str) -> list[tuple[str, Representation | None]]:
    """How a path may be read: whole, since a handle may end in anything, then with a suffix."""
    readings: list[tuple[str, Representation | None]] = [(path, None)]
    for suffix, form in BY_SUFFIX.items():
        if path.endswith(suffix):
            readings.append((path.removesuffix(suffix), form))
    return readings


def _described(site: Site, address: str, variant: str, form: Representation | None) -> Response | None:
    """The description of what has the address, None where nothing is known of it."""
    chosen = form or _chosen()
    version = site.endpoint.version
    try:
        lines = _lines(site, address)
    except ValueError:
        return None
    if not any(line.startswith(f"<{address}> ") for line in lines):
        return None
    if chosen is None:
        return _not_acceptable()
    rendered = site.renderings.get((version, address, chosen.suffix), lambda: _render(site, chosen, address, lines))
    return _sent(
        rendered, chosen, {"Content-Location": variant + chosen.suffix, "Link": _links(address, variant, chosen)}
    )


def _lines(site: Site, address: str) -> list[str]:
    item = f"{site.base}item/"
    if address.startswith(item):
        return description.of_record(site.endpoint, site.base, address.removeprefix(item))
    return description.of_thing(site.endpoint, site.base, address)


def _render(site: Site, form: Representation, address: str, lines: list[str]) -> bytes:
    if form.writer:
        return form.writer(lines, address, site.base)
    item = f"{site.base}item/"
    if address.startswith(item):
        return pages.record_page(lines, site.base, address.removeprefix(item))
    return pages.thing_page(site.endpoint, lines, site.base, address)


def _chosen() -> Representation | None:
    chosen = choose(request.headers.get("Accept"), list(BY_TYPE))
    return BY_TYPE[chosen] if chosen else None


def _sent(rendered: Rendered, form: Representation, headers: dict[str, str]) -> Response:
    matched = rendered.etag in request.if_none_match
    response = Response(None if matched else rendered.body, status=304 if matched else 200)
    if not matched:
        response.headers["Content-Type"] = form.content_type
    response.headers.update(headers)
    response.headers["Vary"] = VARY
    response.headers["Cache-Control"] = "public, max-age=0, must-revalidate"
    response.set_etag(rendered.etag)
    return response


def _links(address: str, variant: str, chosen: Representation) -> str:
    alternates = [
        f'<{variant}{form.suffix}>; rel="alternate"; type="{form.media_type}"'
        for form in REPRESENTATIONS
        if form is not chosen
    ]
    return ", ".join([f'<{address}>; rel="describes"', *alternates])


def _not_acceptable() -> Response:
    forms = ", ".join(BY_TYPE)
    return problem(406, "Not Acceptable", f"This document has the types {forms}; ask for one of them, or add a suffix.")


def _unknown(path: str) -> Response:
    return problem(404, "Not Found", f"Nothing is known here of /{path}; the list of records begins at the front page.")
