"""`/llms.txt`: what this site holds and how it is asked, for language models and for whoever writes a program.

Source: https://llmstxt.org/ (a heading, a summary, and lists of links).
"""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, Response, current_app

from converter.mapping.engine import PROFILE
from converter.values.text import plain
from server.http.validated import etag, sent
from server.named_queries.query_list import questions
from server.settings import Settings

PATH = "/llms.txt"
_LINKS = {
    "Find a work": {
        "/search": ("search?q=lighthouse", "works by words, with filters; as data at search.csv, .bib and .json"),
        "/item/<path:path>": (
            "item/HANDLE",
            "a work by its handle, DOI or other identifier, in the form of a suffix",
        ),
        "/reconcile": ("reconcile", "names to addresses: works, persons, organisations, journals, subjects"),
    },
    "Ask for figures and lists": {
        "/sparql": ("sparql", "SPARQL 1.1, read-only, by GET (?query=) or POST; each answer in the form of Accept"),
        f"/{PROFILE}": (PROFILE, "the classes and properties of the data, each with what it says"),
        "/openapi.json": ("openapi.json", "the ready-made queries below with their parameters, as OpenAPI"),
    },
    "Take everything": {
        "/void.ttl": ("void.ttl", "how many there are of what, and where it is"),
        "/dumps/": ("dumps/", "all data as files"),
        "/oai": ("oai?verb=Identify", "records by OAI-PMH"),
        "/ldes": ("ldes", "changes as an event stream"),
        "/feed.atom": ("feed.atom", "what is new"),
    },
}
"""Sections → route → the address below the base, and what is there; what a site has is given by its routes."""


def llms_blueprint(settings: Settings) -> Blueprint:
    """The text, about the interfaces that the site has."""
    blueprint = Blueprint("llms", __name__)

    @blueprint.get(PATH)
    def llms() -> Response:
        paths = {rule.rule for rule in current_app.url_map.iter_rules()}
        body = "".join(f"{line}\n" for line in lines(settings, paths)).encode()
        return sent(body, "text/markdown; charset=utf-8", etag(body))

    return blueprint


def lines(settings: Settings, paths: set[str]) -> Iterator[str]:
    """Yield the lines of the text of a site that answers these paths."""
    base = settings.base
    yield f"# {plain(settings.title)}"
    yield ""
    yield (
        "> Scholarly works as linked data (Dublin Core, FaBiO, FOAF): titles, authors in their order, dates, subjects,"
        " journals, identifiers, funding, files and licences, as their repositories state them."
    )
    yield ""
    yield "A work is had as .ttl, .jsonld, .schema.jsonld, .csl.json, .bib, .ris, .datacite.json or .apa.txt."
    yield "What is not stated is not known: a work without a date has none here. No key is needed."
    if settings.licence:
        yield f"The licence of the data is <{settings.licence}>."
    for section, links in _LINKS.items():
        held = [link for route, link in links.items() if route in paths]
        if held:
            yield f"\n## {section}\n"
        yield from (f"- [{base}{path}]({base}{path}): {said}" for path, said in held)
    yield "\n## Ready-made queries\n"
    for question in questions().values():
        query = question.query
        given = "".join(f"; {parameter.name} ({parameter.type})" for parameter in query.parameters)
        yield f"- [{query.title}]({base}queries/{query.name}.csv): {query.description}{given}"
