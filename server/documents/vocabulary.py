"""Our own terms at `/ns`: a page for people, the profile as it is kept, and the same triples in the other forms."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import NamedTuple

import pyoxigraph
from flask import Blueprint, Response, render_template

import ontology
from converter import graph, jsonld
from converter.formats import SUFFIXES
from converter.mapping.engine import PROFILE
from server.documents.figures import CurrentFigures, Term
from server.http.asked_form import asked_form
from server.http.headers import VARY
from server.http.languages import later
from server.http.problems import problem
from server.http.validated import REVALIDATED, etag, sent

FORMS = {suffix: SUFFIXES[suffix] for suffix in (".ttl", ".jsonld", ".nt", ".rdf")}
"""Suffix → media type; the first is sent to those who like all the same."""


PAGE = ".html"
"""The suffix of the page for people."""
_RDFS, _SKOS = "http://www.w3.org/2000/01/rdf-schema#", "http://www.w3.org/2004/02/skos/core#"
_GROUPS = (
    (later("Identifier schemes of our own"), "scheme/"),
    (later("Measures of our own"), "metric/"),
    (later("Subject schemes of our own"), "subject/"),
    (later("Other terms of our own"), ""),
)


class OwnTerm(NamedTuple):
    """A term that is defined here."""

    address: str
    label: str
    comment: str


def vocabulary_blueprint(base: str, figures: CurrentFigures) -> Blueprint:
    """`/ns` by negotiation, and with a suffix in one form; `/terms.json` for editors of queries."""
    blueprint = Blueprint("vocabulary", __name__)

    @blueprint.get("/ns")
    def terms() -> Response:
        chosen = asked_form({**FORMS, PAGE: "text/html"})
        if chosen == PAGE:
            return _page(base, figures)
        if chosen is None:
            stated = ", ".join(f"{type_} ({suffix})" for suffix, type_ in {**FORMS, PAGE: "text/html"}.items())
            return problem(406, "Not Acceptable", f"Our terms have the types {stated}; ask for one of them.")
        return _sent(base, chosen)

    @blueprint.get(f"/ns<any({', '.join(map(repr, FORMS))}):suffix>")
    def document(suffix: str) -> Response:
        return _sent(base, suffix)

    @blueprint.get("/ns.html")
    def page() -> Response:
        return _page(base, figures)

    @blueprint.get("/terms.json")
    def used() -> Response:
        """The prefixes, and the classes and properties that the data use, each with how often."""
        terms = figures.terms()
        stated = [*terms.classes, *terms.properties] if terms else []
        found = {"prefixes": {**ontology.prefixes_at(base)}, "terms": [_term(one) for one in stated]}
        body = json.dumps(found, ensure_ascii=False).encode() + b"\n"
        # What lacks its figures is out of date in a moment.
        kept = REVALIDATED if terms else "no-store"
        return sent(body, "application/json", etag("terms", body), kept)

    return blueprint


def _term(term: Term) -> dict[str, str | int]:
    return {"kind": term.kind, "name": term.name, "address": term.address, "uses": term.uses}


def _page(base: str, figures: CurrentFigures) -> Response:
    known = figures.terms()
    body = render_template("vocabulary.html", known=known, own=own_terms(base), forms=FORMS, profile=PROFILE).encode()
    links = [f'<{base}ns{other}>; rel="alternate"; type="{media_type}"' for other, media_type in FORMS.items()]
    headers = {"Content-Location": f"{base}ns{PAGE}", "Link": ", ".join(links), "Vary": VARY}
    return sent(body, "text/html; charset=utf-8", etag(body), REVALIDATED if known else "no-store", headers)


@lru_cache(maxsize=2)
def own_terms(base: str) -> list[tuple[str, list[OwnTerm]]]:
    """The terms that the profile defines, group by group."""
    labels: dict[str, str] = {}
    comments: dict[str, str] = {}
    for quad in pyoxigraph.parse(ontology.text("profile.ttl", base), format=pyoxigraph.RdfFormat.TURTLE):
        if isinstance(quad.subject, pyoxigraph.NamedNode) and isinstance(quad.object, pyoxigraph.Literal):
            if quad.predicate.value in {f"{_RDFS}label", f"{_SKOS}prefLabel"}:
                labels.setdefault(quad.subject.value, quad.object.value)
            elif quad.predicate.value == f"{_RDFS}comment":
                comments[quad.subject.value] = quad.object.value
    groups: dict[str, list[OwnTerm]] = {title: [] for title, _ in _GROUPS}
    for address, label in labels.items():
        title = next(title for title, start in _GROUPS if address.removeprefix(base).startswith(start))
        groups[title].append(OwnTerm(address, label, comments.get(address, "")))
    return [(title, terms) for title, terms in groups.items() if terms]


def lines_of_term(base: str, address: str) -> list[str]:
    """What the profile says of a term of our own, as lines; nothing of all else."""
    return list(_lines_by_term(base).get(address, ()))


@lru_cache(maxsize=2)
def _lines_by_term(base: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for quad in pyoxigraph.parse(ontology.text("profile.ttl", base), format=pyoxigraph.RdfFormat.TURTLE):
        if isinstance(quad.subject, pyoxigraph.NamedNode):
            found.setdefault(quad.subject.value, []).append(f"{quad.triple} .")
    return found


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
        return jsonld.document(jsonld.nested(lines, f"{base}ns", base))
    return graph.document(lines, suffix[1:], base)
