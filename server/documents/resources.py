"""Things and documents: 303 from a thing to what describes it, and the description in the form that is asked for.

`/item/H` is a work, `/record/H` its description, `/source/H` the original record; `/journal/…`, `/person/…` and the
like are shared things, whose descriptions stand at the same path with a suffix.
"""

from __future__ import annotations

import json
from datetime import datetime
from functools import partial
from typing import NamedTuple
from urllib.parse import urlencode

from flask import Blueprint, Response, request

import ontology
from converter import jsonld, jsonld_schema
from converter.formats import PARAMETERS
from converter.harvest.repositories import underway
from converter.mapping.engine import PROFILE
from converter.store.reader import ArchiveReader
from converter.values.terms import iri
from server.descriptions.paths import known, page_in, raw, respelled
from server.documents.document import Descriptions, Documents, Place, document, offers
from server.documents.figures import CurrentFigures
from server.documents.nearest import nearest
from server.documents.original_record import gone, source_document
from server.documents.profile_page import profile_page
from server.documents.redirects import known_as
from server.documents.renderings import Rendered, Renderings, rendered
from server.documents.selection import Refusal, chosen
from server.documents.vocabulary import vocabulary_blueprint
from server.http.asked_form import parameter
from server.http.headers import VARY
from server.http.languages import language
from server.http.negotiation import choose
from server.http.problems import problem
from server.http.validated import etag, sent
from server.pages.browse import browse_blueprint
from server.pages.crosswalk_page import crosswalk_blueprint
from server.pages.front_page import front_page
from server.pages.help_pages import help_blueprint
from server.pages.records import records_blueprint
from server.pages.search import search_blueprint
from server.representations.registry import LISTS, PAGE, Representation
from server.settings import Settings
from server.sparql import Endpoint, QueryTimeout, QueueFull, WorkerDied

THINGS = ("person", "journal", "org", "subject", "grant", "place", "series", "collection", "field", "scheme", "metric")
"""The folders of shared things."""

PUBLISHED = {
    "profile.ttl": "text/turtle; charset=utf-8",
    "shapes.ttl": "text/turtle; charset=utf-8",
    "store-shapes.ttl": "text/turtle; charset=utf-8",
    "context.jsonld": "application/ld+json",
    jsonld.CONTEXT: "application/ld+json",
    jsonld.SCHEMA: "application/schema+json",
}
PROFILE_FILE, PROFILE_PAGE = "profile.ttl", "index.html"
PUBLISHED_AT = PROFILE
"""The files of the profile, and the path where they stand, which has its version."""

_CALLED = {"item": "record", "record": "record", "source": "record", "org": "organisation"} | {
    folder: folder for folder in THINGS if folder != "org"
}
"""Folder → what stands in it, in a sentence."""
_METHODS = ["GET", "HEAD"]
_FRESH = "public, max-age=0, must-revalidate"


class Reading(NamedTuple):
    """How a path may be read: of which thing it is, in which form, and which page; where it names none, None and 0."""

    path: str
    form: Representation | None
    page: int = 0

    @property
    def ending(self) -> str:
        """What stands in the path behind the thing."""
        return (f"/page/{self.page}" if self.page else "") + (self.form.suffix if self.form else "")


def site_blueprint(
    endpoint: Endpoint, settings: Settings, archive: ArchiveReader | None, figures: CurrentFigures
) -> Blueprint:
    """The pages and documents of the site."""
    blueprint = Blueprint("site", __name__)

    def shown() -> str:
        return endpoint.version

    site = Documents(endpoint, settings.base, archive, Renderings(shown), Descriptions(shown))

    @blueprint.errorhandler(QueryTimeout)
    @blueprint.errorhandler(QueueFull)
    @blueprint.errorhandler(WorkerDied)
    def busy(fault: Exception) -> Response:
        return problem(503, "Service Unavailable", f"{fault}.", {"Retry-After": "5"})

    @blueprint.get("/")
    def front() -> Response:
        # A harvest goes on between two generations.
        harvests = underway(archive.notes("harvest ")) if archive else []
        key = (endpoint.version, "/", repr(harvests), language())
        page = partial(front_page, endpoint, site.base, archive, search=site.search, harvests=harvests)
        return _sent(site.renderings.get(key, lambda: rendered(page(), "/")), PAGE, None)

    blueprint.register_blueprint(records_blueprint(site))
    blueprint.register_blueprint(search_blueprint(site))
    blueprint.register_blueprint(browse_blueprint(site))
    blueprint.register_blueprint(crosswalk_blueprint(site.base))
    blueprint.register_blueprint(help_blueprint(site.base))
    blueprint.register_blueprint(vocabulary_blueprint(site.base, figures))

    @blueprint.get("/item/<path:path>")
    def item(path: str) -> Response:
        return _item(site, raw(path))

    @blueprint.get("/record/<path:path>")
    def record(path: str) -> Response:
        return _record(site, raw(path))

    @blueprint.get("/source/<path:path>")
    def source(path: str) -> Response:
        return source_document(site, raw(path)) or _unknown(site, "source", raw(path))

    @blueprint.get(f"/{PROFILE}")
    def profiles() -> Response:
        is_page = choose(request.headers.get("Accept"), ["text/turtle", "text/html"]) == "text/html"
        return _see_other(f"{site.base}{PROFILE}/{PROFILE_PAGE if is_page else PROFILE_FILE}")

    @blueprint.get(f"/{PROFILE}/{PROFILE_PAGE}")
    def page_of_profile() -> Response:
        page = profile_page()
        return sent(page, "text/html; charset=utf-8", etag(page))

    @blueprint.get(f"/{PROFILE}/<name>")
    def profile(name: str) -> Response:
        if name not in PUBLISHED:
            return _unknown(site, PROFILE, name)
        return _published(site, name, PUBLISHED[name])

    for folder in THINGS:
        blueprint.add_url_rule(
            f"/{folder}/<path:path>",
            endpoint=folder,
            view_func=lambda path, folder=folder: _thing(site, folder, raw(path)),
            methods=_METHODS,
        )
    return blueprint


def _item(site: Documents, path: str) -> Response:
    """303 from a work to its description, with a suffix in one form; a withdrawn work is gone, and says so in all."""
    for read in _readings(site, path):
        place = None if read.page else _place(site, "record", read.path)
        form = place and (
            read.form or (_list_of_forms() if _asks_for_all() else chosen(offers(site, place), site.base))
        )
        made = document(site, place, PAGE if isinstance(form, Refusal) else form) if place and form else None
        if place is None or form is None or made is None:
            continue
        if made.status == 410:
            return _refused(site, place, form) if isinstance(form, Refusal) else _sent(made, form, _moment(site, place))
        if not _is_named_in_address():
            return _see_other(place.variant + (read.form.suffix if read.form else ""))
        # The next address has no query string, so that it ends with the form, where there is one.
        return _refused(site, place, form) if isinstance(form, Refusal) else _see_other(place.variant + form.suffix)
    return _unknown(site, "item", path)


def _record(site: Documents, path: str) -> Response:
    """The description of a work: at its own address by negotiation, with a suffix in one form."""
    for read in _readings(site, path):
        place = None if read.page else _place(site, "record", read.path)
        response = _described(site, place, read.form) if place else None
        if response is not None:
            return response
    return _unknown(site, "record", path)


def _thing(site: Documents, folder: str, path: str) -> Response:
    """A shared thing: 303 to its description in the form that is asked for, or that description."""
    for read in _readings(site, path):
        asked = read.page or _asked_page()
        place = _place(site, folder, read.path, asked) if asked else None
        if place is None:
            continue
        described = read.form or _asks_for_all()
        response = _page_moved(site, place, read) or (
            _described(site, place, read.form) if described else _leading(site, place)
        )
        if response is not None:
            return response
    return _unknown(site, folder, path)


def _leading(site: Documents, place: Place) -> Response | None:
    """303 from a thing, or a page of its works, to the form that is asked for; None where nothing is known of it."""
    found = chosen(offers(site, place), site.base)
    if document(site, place, PAGE if isinstance(found, Refusal) else found) is None:
        return None
    return _refused(site, place, found) if isinstance(found, Refusal) else _see_other(place.document + found.suffix)


def _page_moved(site: Documents, place: Place, read: Reading) -> Response | None:
    """301 from a page that is asked for in a query string, and from the first under its number."""
    moved = read.page == 1 or (place.page > 1 and not read.page and read.form is not None)
    if not moved or document(site, place, PAGE) is None:
        return None
    return _moved(place.document + (read.form.suffix if read.form else ""))


def _described(site: Documents, place: Place, form: Representation | None) -> Response | None:
    """The description of a thing, None where nothing is known of it."""
    if _asks_for_all():
        form = _list_of_forms()
    found = form or chosen(offers(site, place), site.base)
    if isinstance(found, Refusal):
        return _refused(site, place, found) if document(site, place, PAGE) else None
    made = document(site, place, found)
    return _sent(made, found, _moment(site, place)) if made else None


def _asked_page() -> int:
    """The page that the query string names, 0 where it names none that can be."""
    number = request.args.get("page", "1")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0


def _place(site: Documents, folder: str, path: str, page: int = 1) -> Place | None:
    """Where a thing and its document are, None where the path can be no address."""
    thing = "item" if folder == "record" else folder
    try:
        iri(f"{site.base}{thing}/{path}")
    except ValueError:
        return None
    return Place(f"{site.base}{thing}/{path}", f"{site.base}{folder}/{path}", page)


def _moment(site: Documents, place: Place) -> str | None:
    """When the thing changed last, as far as the journal says."""
    if site.archive is None:
        return None
    if not place.is_work(site.base):
        return site.archive.latest_moment()
    held = site.archive.held(place.address.removeprefix(f"{site.base}item/"))
    return held.moment if held else site.archive.latest_moment()


def _list_of_forms() -> Representation:
    """The list of all forms, of the type that the request accepts."""
    return LISTS[choose(request.headers.get("Accept"), [each.media_type for each in LISTS]) == LISTS[1].media_type]


def _is_named_in_address() -> bool:
    return bool(parameter() or request.args.get("_profile", "").strip())


def _asks_for_all() -> bool:
    return request.args.get("_profile", "").strip() == "alt"


def _published(site: Documents, name: str, content_type: str) -> Response:
    """A file of the profile, its addresses moved to the base of this site."""
    made = name == jsonld.SCHEMA
    text = json.dumps(jsonld_schema.schema(site.base), indent=1) if made else ontology.text(name, site.base)
    response = Response(text, content_type=content_type)
    response.headers["Vary"] = VARY
    response.add_etag()
    response.make_conditional(request)
    return response


def _readings(site: Documents, path: str) -> list[Reading]:
    """How a path may be read: whole, since a handle may end in anything, then with a suffix, the longest first.

    What ends like a page may be one, where it is nothing else.
    """
    every = (*offers(site, Place(f"{site.base}item/", "")), *LISTS)
    fitting = [form for form in every if path.endswith(form.suffix) and path != form.suffix]
    fitting.sort(key=lambda form: -len(form.suffix))
    whole = [Reading(path, None), *(Reading(path.removesuffix(form.suffix), form) for form in fitting)]
    paged = ((*page_in(read.path), read.form) for read in whole)
    return whole + [Reading(listed, form, number) for listed, number, form in paged if number]


def _see_other(document: str) -> Response:
    response = Response(status=303, headers={"Location": document})
    response.headers["Vary"] = VARY
    return response


def _moved(address: str) -> Response:
    response = Response(status=301, headers={"Location": address})
    response.headers["Vary"] = VARY
    return response


def _form_named() -> str:
    """The part of the address that names a form, for the address that a client is sent to."""
    stated = [(name, value) for name in (*PARAMETERS, "_profile") for value in request.args.getlist(name)[:1]]
    return f"?{urlencode(stated)}" if stated else ""


def _sent(made: Rendered | None, form: Representation, moment: str | None) -> Response:
    if made is None:
        raise TypeError("nothing has been rendered")
    response = Response(made.body, status=made.status, content_type=form.content_type)
    response.headers.update(made.headers)
    response.headers["Vary"] = VARY
    response.headers["Cache-Control"] = _FRESH
    response.set_etag(made.etag)
    if moment:
        response.last_modified = datetime.fromisoformat(moment)
    if made.status == 200:
        response.make_conditional(request)
    return response


def _refused(site: Documents, place: Place, refusal: Refusal) -> Response:
    stated = ", ".join(f"{form.name} ({form.media_type}, {form.suffix})" for form in offers(site, place))
    return problem(refusal.status, "Not Acceptable", f"{refusal.detail} It has these: {stated}.")


def _spelled(site: Documents, folder: str, path: str) -> str | None:
    """The reading of the path, slashes and all, under which something is known; its suffix stays."""
    start = f"{site.base}{'item' if folder == 'record' else folder}/"
    for read in _readings(site, path) if folder in {"item", "record", *THINGS} else ():
        address = known(site.endpoint, [start + other for other in respelled(read.path)])
        if address:
            return address.removeprefix(start) + read.ending
    return None


def _unknown(site: Documents, folder: str, path: str) -> Response:
    """What is there under another reading of the path; 301 where the thing is known by it elsewhere; else 404."""
    spelled = _spelled(site, folder, path)
    if spelled:
        answer = {"item": _item, "record": _record}.get(folder)
        return answer(site, spelled) if answer else _thing(site, folder, spelled)
    for read in _readings(site, path):
        thing = "item" if folder in {"record", "source"} else folder
        other = known_as(site.endpoint, site.archive, site.base, thing, read.path)
        if other:
            if other.startswith("../item/"):
                # The document of an item stands below /record/.
                kind = "record" if read.ending else "item"
                return _moved(f"{site.base}{kind}/{other.removeprefix('../item/')}{read.ending}{_form_named()}")
            return _moved(f"{site.base}{folder}/{other}{read.ending}{_form_named()}")
    if site.archive and folder in {"item", "record"}:
        for read in _readings(site, path):
            held = site.archive.held(read.path)
            if held and held.erased:
                return gone(read.path)
    stated = f"No such {_CALLED.get(folder, 'page')}: nothing here has the address /{folder}/{path}."
    return problem(404, "Not Found", stated, meant=nearest(site, folder, path))
