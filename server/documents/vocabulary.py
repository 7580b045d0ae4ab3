"""Our own terms at `/ns`: the profile as it is kept, and the same triples in the other forms."""

from __future__ import annotations

from functools import lru_cache

import pyoxigraph
from flask import Blueprint, Response

import ontology
from converter import graph, jsonld
from server.http.asked_form import asked_form
from server.http.headers import VARY
from server.http.problems import problem
from server.http.validated import etag, sent

FORMS = {".ttl": "text/turtle", ".jsonld": "application/ld+json"} | {
    f".{name}": graph.FORMATS[name].media_type for name in ("nt", "rdf")
}
"""Suffix → media type; the first is sent to those who like all the same."""


def vocabulary_blueprint(base: str) -> Blueprint:
    """`/ns` by negotiation, and with a suffix in one form."""
    blueprint = Blueprint("vocabulary", __name__)

    @blueprint.get("/ns")
    def terms() -> Response:
        chosen = asked_form(FORMS)
        if chosen is None:
            stated = ", ".join(f"{type_} ({suffix})" for suffix, type_ in FORMS.items())
            return problem(406, "Not Acceptable", f"Our terms have the types {stated}; ask for one of them.")
        return _sent(base, chosen)

    @blueprint.get(f"/ns<any({', '.join(map(repr, FORMS))}):suffix>")
    def document(suffix: str) -> Response:
        return _sent(base, suffix)

    return blueprint


def _sent(base: str, suffix: str) -> Response:
    body = _rendered(base, suffix)
    media_type = FORMS[suffix]
    content_type = f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type
    links = [f'<{base}ns{other}>; rel="alternate"; type="{FORMS[other]}"' for other in FORMS if other != suffix]
    headers = {"Content-Location": f"{base}ns{suffix}", "Link": ", ".join(links), "Vary": VARY}
    return sent(body, content_type, etag(suffix, body), headers=headers)


@lru_cache(maxsize=2 * len(FORMS))
def _rendered(base: str, suffix: str) -> bytes:
    text = ontology.text("profile.ttl", base)
    if suffix == ".ttl":
        return text.encode()
    lines = [f"{quad.triple} ." for quad in pyoxigraph.parse(text, format=pyoxigraph.RdfFormat.TURTLE)]
    if suffix == ".jsonld":
        return jsonld.document(jsonld.framed(lines, f"{base}ns", base))
    return graph.document(lines, suffix[1:], base)
