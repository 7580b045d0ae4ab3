"""The application: settings and an endpoint in, a Flask application out; nothing happens at import."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from flask import Flask, Response, g, request, send_from_directory

from converter.errors import QueryError
from converter.sparql_examples import examples
from converter.store.reader import ArchiveReader
from converter.values.languages import language_tag
from converter.values.text import plain
from server.documents.figures import CurrentFigures
from server.documents.former_addresses import former_blueprint, read_redirects
from server.documents.resources import site_blueprint
from server.feeds.api_catalog import api_catalog_blueprint
from server.feeds.atom import atom_blueprint
from server.feeds.dataset import dataset_blueprint
from server.feeds.dataset_schema import dataset_node
from server.feeds.dumps import dumps_blueprint
from server.feeds.ldes import ldes_blueprint
from server.feeds.resourcesync import resourcesync_blueprint
from server.feeds.sitemap import sitemap_blueprint
from server.front.application_link import Link
from server.http.base_path import BasePath, root
from server.http.compression import register_packing
from server.http.headers import PAGE_POLICY, READ, common, fit
from server.http.languages import VARY_OF_PAGES, language, register_languages
from server.http.problems import register_problems
from server.named_queries.llms_text import llms_blueprint
from server.named_queries.parameter_types import Choice
from server.named_queries.query_pages import example_queries
from server.named_queries.routes import questions_blueprint
from server.oai import oai_blueprint
from server.operations import Freshness, Log, register_operations
from server.pages.appearance import appearance, appearance_blueprint
from server.pages.statement_table import statement_table
from server.protocol.query_problems import unanswered
from server.protocol.sparql_routes import METHODS, sparql_blueprint
from server.reconciliation.current_index import Indexes
from server.reconciliation.picking import Picker
from server.reconciliation.service import reconcile_blueprint
from server.representations.schema_org import script
from server.representations.view import called, safe_link
from server.settings import Settings
from server.sparql import Endpoint

_HERE = Path(__file__).parent
_ELSEWHERE = frozenset({301, 302, 303, 307, 308})
"""The answers that lead to another address, whatever the language."""
_NAME, _MOST_ASKED = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,60}"), 20
"""The name of a header field, and how many of them a preflight may ask for."""


def create_app(
    settings: Settings,
    endpoint: Endpoint,
    archive: ArchiveReader | None = None,
    log: Log | None = None,
    link: Link | None = None,
    freshness: Freshness | None = None,
) -> Flask:
    """The site over an endpoint; the archive, where there is one, is what feeds and sources are made of.

    `freshness` is what the site says of the generation that it shows.
    """
    app = Flask(__name__, template_folder=str(_HERE / "pages" / "templates"), static_folder=str(_HERE / "static"))
    app.url_map.strict_slashes = app.url_map.merge_slashes = False
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        site_title=settings.title,
        base=settings.base,
        root=root(settings.base),
        shown_link=safe_link,
        statement_table=statement_table,
        called=partial(called, archive, settings.base),
        has_feeds=archive is not None,
        has_search=archive is not None and archive.catalogue is not None,
        licence=safe_link(settings.licence or "") or "",
        contact=settings.contact,
    )
    register_languages(app, settings.languages)
    app.jinja_env.globals.update(dataset_script=script(dataset_node(settings.site)))
    look = appearance(settings.logo, settings.accent, settings.about)
    app.jinja_env.globals.update(has_logo=bool(look.logo), has_rules=bool(look.rules), has_about=bool(look.about))
    app.register_blueprint(appearance_blueprint(look))
    app.jinja_env.filters["plain"] = plain
    app.jinja_env.filters["lang"] = language_tag
    app.config.update(MAX_BYTES=settings.max_bytes, RATE_LIMIT=settings.rate_limit)
    register_problems(app)
    register_packing(app)
    app.register_error_handler(QueryError, unanswered)
    endpoint, watch = register_operations(app, endpoint, archive, log, link, freshness)
    figures = CurrentFigures(endpoint, settings.base)
    app.jinja_env.globals.update(
        terms=figures.terms,
        example_queries=example_queries(),
        has_editor=(_HERE / "static" / "dist" / "editor.js").is_file(),
    )
    app.register_blueprint(sparql_blueprint(endpoint, settings.base, [*examples(settings.base)]))
    indexes = Indexes(endpoint, settings.base)
    pick = Picker(endpoint, settings.base, indexes)
    app.register_blueprint(
        questions_blueprint(
            endpoint,
            settings,
            lambda text, kinds: [Choice(*found) for found in pick(text, kinds)],
            archive.catalogue if archive else None,
        )
    )
    app.register_blueprint(site_blueprint(endpoint, settings, archive, figures))
    app.register_blueprint(former_blueprint(endpoint, settings.base, archive, read_redirects(settings.redirects)))
    app.register_blueprint(sitemap_blueprint(endpoint, settings, archive))
    app.register_blueprint(dumps_blueprint(endpoint, settings))
    app.register_blueprint(dataset_blueprint(endpoint, settings, archive, figures))
    app.register_blueprint(api_catalog_blueprint(settings))
    app.register_blueprint(llms_blueprint(settings))
    app.register_blueprint(reconcile_blueprint(endpoint, settings, indexes))
    if archive is not None:
        app.register_blueprint(atom_blueprint(endpoint, settings, archive))
        app.register_blueprint(ldes_blueprint(endpoint, settings, archive))
        app.register_blueprint(oai_blueprint(endpoint, settings, archive))
        app.register_blueprint(resourcesync_blueprint(endpoint, settings, archive))
    app.add_url_rule("/favicon.ico", view_func=_favicon)
    app.before_request(_begin)
    app.after_request(partial(_headers, common(settings.base)))
    watched = watch(app.wsgi_app)
    app.wsgi_app = BasePath(watched, settings.base)  # type: ignore[method-assign] # Flask's way
    return app


def _favicon() -> Response:
    """The icon, where browsers look for it when no page has named it."""
    return send_from_directory(_HERE / "static", "icon.svg", max_age=86400)


def _begin() -> Response | None:
    g.started = time.monotonic()
    if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
        return Response(
            status=204,
            headers={
                "Access-Control-Allow-Methods": ", ".join(METHODS),
                "Access-Control-Allow-Headers": ", ".join(_asked_headers()),
                "Access-Control-Max-Age": "86400",
                "Vary": "Access-Control-Request-Headers",
            },
        )
    return None


def _asked_headers() -> list[str]:
    """The header fields that a client may send: those that are read here, and those that it asks for, which are not."""
    asked = (name.strip() for name in request.headers.get("Access-Control-Request-Headers", "").split(","))
    known = {name.lower(): name for name in READ}
    return [*READ, *(name for name in list(asked)[:_MOST_ASKED] if _NAME.fullmatch(name) and name.lower() not in known)]


def _headers(fields: Mapping[str, str], response: Response) -> Response:
    """Add the header fields of every answer, and the policy of a page."""
    if response.mimetype == "text/html":
        response.headers.setdefault("Content-Security-Policy", PAGE_POLICY)
        if response.status_code not in _ELSEWHERE:
            response.headers.setdefault("Content-Language", language())
            response.vary.update(VARY_OF_PAGES)
    for name, value in fields.items():
        response.headers.setdefault(name, value)
    fit(response.headers)
    return response
