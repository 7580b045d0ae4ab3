"""What programs can ask of this site, at `/.well-known/api-catalog`: each interface with its description.

Sources: RFC 9727, and RFC 9264 section 4.2 for the form.
"""

from __future__ import annotations

import json
from typing import NamedTuple

from flask import Blueprint, Response, current_app

from server.http.validated import etag, sent
from server.settings import Settings

PATH = "/.well-known/api-catalog"
TYPE = 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"'


class Interface(NamedTuple):
    """An interface: its path, and where it is described for programs and for people, each with a media type."""

    path: str
    description: tuple[str, str]
    documentation: tuple[str, str] | None = None


INTERFACES = (
    Interface("/sparql", ("/sparql", "text/turtle"), ("/sparql", "text/html")),
    Interface("/graph", ("/sparql", "text/turtle")),
    Interface("/queries", ("/openapi.json", "application/vnd.oai.openapi+json"), ("/queries", "text/html")),
    Interface("/oai", ("/oai?verb=Identify", "text/xml")),
    Interface("/reconcile", ("/reconcile", "application/json")),
    Interface("/ldes", ("/ldes", "text/turtle")),
    Interface("/feed.atom", ("/feed.atom", "application/atom+xml")),
    Interface("/.well-known/resourcesync", ("/.well-known/resourcesync", "application/xml")),
    Interface("/shelf", ("/void.ttl", "text/turtle"), ("/shelf.html", "text/html")),
    Interface("/dumps/", ("/dumps.json", "application/json"), ("/dumps.html", "text/html")),
)
"""What a site may have; what it has is given by its routes."""


def api_catalog_blueprint(settings: Settings) -> Blueprint:
    """The catalogue of the interfaces that the site has."""
    blueprint = Blueprint("api_catalog", __name__)

    @blueprint.get(PATH)
    def catalogue() -> Response:
        paths = {rule.rule for rule in current_app.url_map.iter_rules()}
        body = json.dumps(linkset(paths, settings.base), indent=1).encode() + b"\n"
        link = f'<{settings.base}{PATH[1:]}>; rel="api-catalog"'
        return sent(body, TYPE, etag(body), headers={"Link": link})

    return blueprint


def linkset(paths: set[str], base: str) -> dict[str, object]:
    """The catalogue of a site that answers these paths."""

    def target(stated: tuple[str, str]) -> dict[str, str]:
        return {"href": base + stated[0].removeprefix("/"), "type": stated[1]}

    held = [interface for interface in INTERFACES if interface.path in paths]
    items = [{"href": base + interface.path.removeprefix("/")} for interface in held]
    contexts: list[dict[str, object]] = [{"anchor": base + PATH.removeprefix("/"), "item": items}]
    for interface in held:
        context: dict[str, object] = {"anchor": base + interface.path.removeprefix("/")}
        if interface.description[0].partition("?")[0] in paths:
            context["service-desc"] = [target(interface.description)]
        if interface.documentation:
            context["service-doc"] = [target(interface.documentation)]
        contexts.append(context)
    return {"linkset": contexts}
