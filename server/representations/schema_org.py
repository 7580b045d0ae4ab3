"""A description in the terms of schema.org, for search engines: triples, and the JSON-LD that stands in a page."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from itertools import count
from typing import Any

import pyoxigraph

from server.representations.view import Value, View
from server.representations.work import Agent, Work, orcid, work

SCHEMA = "http://schema.org/"

_THINGS = {
    "foaf:Person": "Person",
    "frapo:FundingAgency": "FundingAgency",
    "foaf:Organization": "Organization",
    "fabio:Journal": "Periodical",
    "fabio:JournalVolume": "PublicationVolume",
    "fabio:JournalIssue": "PublicationIssue",
    "fabio:BookSeries": "BookSeries",
    "fabio:Series": "CreativeWorkSeries",
    "frapo:Grant": "MonetaryGrant",
    "skos:Concept": "DefinedTerm",
    "skos:ConceptScheme": "DefinedTermSet",
    "dcmitype:Collection": "Collection",
    "rdf:Property": "Property",
}
"""Classes of shared things → their names in schema.org, the most specific first."""


_OWN_ROLES = frozenset({"author", "editor", "translator", "illustrator", "publisher"})
"""Roles that have a property of their own; all others are contributors."""
_SERIALS = frozenset({"Periodical", "Newspaper", "BookSeries", "CreativeWorkSeries"})
_RELATED = {
    "citation": {
        "Cites",
        "References",
        "Retracts",
        "Corrects",
        "Updates",
        "Qualifies",
        "Disputes",
        "Extends",
        "RepliesTo",
        "Discusses",
        "UsesDataFrom",
    },
    "isBasedOn": {"IsDerivedFrom", "IsVersionOf", "IsNewVersionOf"},
    "hasPart": {"HasPart"},
    "translationOfWork": {"IsTranslationOf"},
    "workTranslation": {"HasTranslation"},
    "itemReviewed": {"Reviews"},
}
"""Properties of schema.org → the relations of DataCite that they stand for."""


def schema_json_ld(view: View, address: str) -> bytes:
    """The description as one document of JSON-LD, whose terms need no context but their namespace."""
    return json.dumps(_document(view, address), ensure_ascii=False, indent=1).encode() + b"\n"


def schema_script(view: View, address: str) -> str:
    """The description as it stands in a page: no text within it can end the element that it stands in."""
    return script(schema_node(view, address))


def script(node: dict[str, Any]) -> str:
    """A node object as it stands in a page: no text within it can end the element that it stands in."""
    stated = json.dumps({"@context": "https://schema.org", **node}, ensure_ascii=False)
    return stated.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


@lru_cache(maxsize=4)
def schema_lines(view: View, address: str) -> list[str]:
    """The same description as triples."""
    document = json.dumps(_document(view, address))
    return [f"{quad.triple} ." for quad in pyoxigraph.parse(document, format=pyoxigraph.RdfFormat.JSON_LD)]


@lru_cache(maxsize=4)
def schema_node(view: View, address: str) -> dict[str, Any]:
    """The description as a node object; links stand as `{"@id": …}`."""
    node = _work_node(work(view, address)) if address.startswith(f"{view.base}item/") else _thing_node(view, address)
    kept: dict[str, Any] = pruned(node)
    return kept


def _work_node(made: Work) -> dict[str, Any]:
    pages = "-".join(made.page_range) or made.article_number
    dates = dict(made.dates)
    return {
        "@id": made.address,
        "@type": made.kind.schema_org,
        "name": [tagged(title.text, title.language) for title in _names(made)],
        "alternateName": [
            tagged(title.text, title.language) for title in made.other_titles if title not in made.subtitles
        ],
        "author": [_agent(agent) for agent in made.authors],
        "editor": [_agent(agent) for agent in made.roles.get("editor", ())],
        "translator": [_agent(agent) for agent in made.roles.get("translator", ())],
        "illustrator": [_agent(agent) for agent in made.roles.get("illustrator", ())],
        "contributor": [
            _agent(agent)
            for role, agents in made.roles.items()
            if role not in _OWN_ROLES and agents != made.authors
            for agent in agents
        ],
        "datePublished": "-".join(made.date),
        "dateCreated": dates.get("Created", ""),
        "dateModified": dates.get("Updated", ""),
        "copyrightYear": dates.get("Copyrighted", "")[:4],
        "version": made.version,
        "bookEdition": made.edition if made.kind.schema_org == "Book" else "",
        "isPartOf": _container(made),
        "recordedAt": _event(made),
        "spatialCoverage": list(made.places),
        **{
            name: [{"@id": one.address} for one in made.related if relations & {one.relation, one.note}]
            for name, relations in _RELATED.items()
        },
        "pageStart": made.first_page,
        "pageEnd": made.last_page,
        "pagination": pages,
        "publisher": [_agent(agent) for agent in made.roles.get("publisher", ())]
        or [{"name": name} for name in made.publishers],
        "inLanguage": list(made.languages),
        "abstract": [tagged(text.text, text.language) for text in made.abstracts],
        "description": [tagged(text.text, text.language) for text in made.descriptions],
        "keywords": [value.text for value in made.subjects],
        "about": [{"@id": value.address} for value in made.subjects if value.address],
        "identifier": [
            {"@type": "PropertyValue", "propertyID": scheme, "value": value} for scheme, value in made.identifiers
        ],
        "issn": list(made.issns) if made.kind.schema_org in _SERIALS else "",
        "isbn": [value for value in made.isbns if value not in made.host_isbns],
        "url": made.landing,
        "sameAs": [{"@id": page} for page in made.pages],
        "license": {"@id": made.licence} if made.licence else "",
        "isAccessibleForFree": "" if made.is_open is None else made.is_open,
        "conditionsOfAccess": made.access_name,
        "funder": [{"@type": "Organization", "@id": value.address, "name": value.text} for value in made.funders],
        "funding": [
            {
                "@type": "Grant",
                "identifier": grant.number,
                "name": grant.title,
                "url": grant.page,
                "funder": {"@type": "Organization", "@id": grant.agency.address, "name": grant.agency.text}
                if grant.agency
                else "",
            }
            for grant in made.grants
        ],
        "creditText": made.citation,
        **_files(made),
    }


def _files(made: Work) -> dict[str, Any]:
    """The files: schema.org calls those of a dataset its distribution, and those of any other work its encodings."""
    is_dataset = made.kind.schema_org == "Dataset"
    described = [
        {
            "@type": "DataDownload" if is_dataset else "MediaObject",
            "contentUrl": file.address,
            "encodingFormat": file.media_type,
            "name": file.name,
            "contentSize": file.size,
        }
        for file in made.files
    ]
    return {"distribution" if is_dataset else "encoding": described}


def _container(made: Work) -> Any:
    """The issue in its volume in its journal, as far as they are known, or the book and its series."""
    if not made.journal:
        # Of several series, nothing here says whose number it is.
        issns = made.issns if len(made.all_series) == 1 and made.kind.schema_org not in _SERIALS else ()
        series = [{"@type": "CreativeWorkSeries", "name": one.title, "issn": list(issns)} for one in made.all_series]
        book = {"@type": "Book", "name": made.book, "isbn": list(made.host_isbns), "isPartOf": series}
        return book if made.book else series
    node: dict[str, Any] = {"@type": "Periodical", "name": made.journal, "issn": list(made.issns)}
    if made.volume:
        node = {"@type": "PublicationVolume", "volumeNumber": made.volume, "isPartOf": node}
    if made.issue:
        node = {"@type": "PublicationIssue", "issueNumber": made.issue, "isPartOf": node}
    return node


def _names(made: Work) -> list[Value]:
    """The titles, the main one with its subtitle."""
    return [title._replace(text=made.full_title) for title in made.titles[:1]] + [*made.titles[1:]]


def _event(made: Work) -> Any:
    """The conference at which the work was given."""
    if not made.event.name:
        return ""
    days = ["-".join(day) for day in made.event.span]
    return {
        "@type": "Event",
        "name": made.event.name,
        "location": {"@type": "Place", "name": made.event.place} if made.event.place else "",
        "startDate": next(iter(days), ""),
        "endDate": "".join(days[1:]),
    }


def _agent(agent: Agent) -> dict[str, Any]:
    return {
        "@type": "Organization" if agent.organisation else "Person" if agent.person else "Thing",
        "@id": agent.address,
        "name": agent.name,
        "familyName": agent.family,
        "givenName": agent.given,
        "honorificSuffix": agent.suffix,
        "sameAs": {"@id": f"https://orcid.org/{agent.orcid}"} if agent.orcid else "",
        "affiliation": [{"@type": "Organization", "name": name} for name in agent.affiliations],
    }


def _thing_node(view: View, address: str) -> dict[str, Any]:
    types = {value.text for value in view.links(address, "rdf:type")}
    kind = next((name for class_, name in _THINGS.items() if class_ in types), "Thing")
    stated = orcid(view, address) if kind == "Person" else ""
    pages = [*view.nodes(address, "foaf:page"), *view.nodes(address, "owl:sameAs")]
    text: Callable[[str], str] = lambda name: view.text(address, name)  # noqa: E731 - a short name for a long row
    number = text("fabio:hasSequenceIdentifier")
    return {
        "@id": address,
        "@type": kind,
        "name": view.label(address),
        "familyName": text("foaf:familyName"),
        "givenName": text("foaf:givenName"),
        "issn": [value.text for name in ("prism:issn", "prism:eIssn") for value in view.texts(address, name)],
        "volumeNumber": number if kind == "PublicationVolume" else "",
        "issueNumber": number if kind == "PublicationIssue" else "",
        "identifier": text("frapo:hasGrantNumber"),
        "funder": [{"@id": node} for node in view.nodes(address, "frapo:hasFundingAgency")],
        "isPartOf": [{"@id": node} for node in view.nodes(address, "frbr:partOf")],
        "sameAs": [
            {"@id": page} for page in dict.fromkeys([*([f"https://orcid.org/{stated}"] if stated else []), *pages])
        ],
    }


def tagged(text: str, language: str | None) -> Any:
    """The text, with its language where that is known."""
    return {"@value": text, "@language": language} if language else text


def pruned(value: Any) -> Any:
    """The value without empty members; a list of one is that one."""
    if isinstance(value, dict):
        kept = {key: pruned(inner) for key, inner in value.items()}
        return {key: inner for key, inner in kept.items() if inner not in ("", None, [], {})}
    if isinstance(value, list):
        items = [pruned(inner) for inner in value]
        return items[0] if len(items) == 1 else items
    return value


@lru_cache(maxsize=4)
def _document(view: View, address: str) -> dict[str, Any]:
    """The description in which every part has an address: our graphs have no blank nodes."""
    numbers = count(1)

    def walk(value: Any) -> Any:
        if isinstance(value, list):
            return [walk(inner) for inner in value]
        if not isinstance(value, dict) or "@value" in value:
            return value
        inner = {key: walk(part) for key, part in value.items()}
        return inner if "@id" in inner else {"@id": f"{address}#schema-{next(numbers)}", **inner}

    return {"@context": {"@vocab": SCHEMA}, **walk(schema_node(view, address))}
