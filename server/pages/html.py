"""A description as a page: what a person looks for first, and every statement at the end."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from flask import render_template

from converter.mapping.engine import PROFILE
from converter.values.terms import iri
from server.documents import description, signposting
from server.pages import lists
from server.pages.lists import Works
from server.pages.meta_tags import meta_tags
from server.pages.view import Value, View
from server.representations import citation
from server.representations.registry import REPRESENTATIONS, Description, Profile, Representation
from server.representations.schema_org import schema_script
from server.representations.work import Identifier, identifiers_of
from server.sparql import Endpoint

_LISTED = 20
_CAPITAL = re.compile(r"(?<!^)([A-Z])(?=[a-z])")
_SCHEMES = {"other": "Identifier", "local": "Identifier", "handle": "Handle", "arxiv": "arXiv", "wikidata": "Wikidata"}
"""Schemes whose names are not written in capitals."""
_PREFIXES = (
    "PREFIX dcterms: <http://purl.org/dc/terms/> PREFIX fabio: <http://purl.org/spar/fabio/> "
    "PREFIX foaf: <http://xmlns.com/foaf/0.1/> "
)


class Role(NamedTuple):
    """Somebody in a role of a work."""

    role: str
    position: int
    holder: Value
    sort: tuple[str, int]


def record_page(described: Description, variant: str, offers: Sequence[Representation], has_source: bool) -> bytes:
    """The page of a record."""
    view, item = described.view, described.address
    roles = _roles(view, item)
    links = signposting.of_page(described, variant, REPRESENTATIONS)
    return render_template(
        "record.html",
        view=view,
        item=item,
        variant=variant,
        source=variant.replace("/record/", "/source/", 1) if has_source else None,
        title=view.label(item),
        authors=[role for role in roles if role.role == "author"],
        others=_by_role(role for role in roles if role.role not in {"author", "publisher"}),
        year=described.work.year,
        subjects=described.work.subjects,
        journal=next((link for link in view.links(item, "dcterms:isPartOf") if link.text), None),
        forms=offers,
        links=[*links, *signposting.sets(variant)],
        meta=meta_tags(described),
        script=schema_script(view, item),
        citation=citation.html(described.work),
        gone=described.work.withdrawn,
    ).encode()


def thing_page(
    described: Description, variant: str, offers: Sequence[Representation], works: Works, around: Mapping[str, str]
) -> bytes:
    """The page of a shared thing, with the works that lead to it; `around` are the pages beside this one."""
    view, address = described.view, described.address
    return render_template(
        "thing.html",
        view=view,
        item=address,
        title=view.label(address),
        kinds=[in_words(link.text) for link in view.links(address, "rdf:type") if link.text != "fabio:Expression"],
        works=works,
        pages=around,
        size=lists.SIZE,
        forms=offers,
        variant=variant,
        identifiers=_by_scheme(identifiers_of(view, address)),
        script=schema_script(view, address),
    ).encode()


def front_page(endpoint: Endpoint, base: str) -> bytes:
    """The page that says what is here: how many records, and the newest of them."""
    described = f"?record dcterms:conformsTo {iri(base + PROFILE)}"
    counted = description.rows(endpoint, f"{_PREFIXES} SELECT (COUNT(*) AS ?records) WHERE {{ {described} }}")
    # A few are chosen first and named then: the page costs the same with a hundred thousand records.
    # A year that has not come is one of another calendar, and is not the newest.
    latest = datetime.datetime.now(tz=datetime.UTC).year + 1
    dated = f'?item fabio:hasPublicationYear ?y FILTER(STR(?y) <= "{latest}")'
    undated = f"{described} ; foaf:primaryTopic ?item . FILTER NOT EXISTS {{ ?item fabio:hasPublicationYear ?y }}"
    works = description.named(endpoint, f"SELECT ?item ?y WHERE {{ {dated} }} ORDER BY DESC(?y) ?item LIMIT {_LISTED}")
    if len(works) < _LISTED:
        works += description.named(endpoint, f"SELECT ?item WHERE {{ {undated} }} LIMIT {_LISTED - len(works)}")
    works.sort(key=lambda row: row.get("year", ""), reverse=True)
    records = int(counted[0]["records"]) if counted else 0
    return render_template("front.html", records=records, works=works, base=base, forms=REPRESENTATIONS).encode()


def forms_page(variant: str, offers: Sequence[Representation], profiles: Sequence[Profile], base: str) -> bytes:
    """The forms of a document, each with its address, type and profile, for people."""
    return render_template("forms.html", variant=variant, forms=offers, profiles=profiles, base=base).encode()


def forms_told(variant: str, offers: Sequence[Representation], profiles: Sequence[Profile], base: str) -> bytes:
    """The same for programs, as JSON."""
    told = {
        "document": variant,
        "profiles": [{"profile": p.iri(base), "token": p.token, "name": p.name} for p in profiles],
        "representations": [
            {
                "address": variant + form.suffix,
                "name": form.name,
                "type": form.content_type,
                "format": form.token,
                **({"profile": form.profile.iri(base)} if form.profile else {}),
            }
            for form in offers
        ],
    }
    return json.dumps(told, ensure_ascii=False, indent=1).encode() + b"\n"


def in_words(name: str) -> str:
    """The name of a class as people write it.

    >>> in_words("fabio:JournalVolume"), in_words("frapo:FundingAgency"), in_words("rdf:Property")
    ('Journal volume', 'Funding agency', 'Property')
    """
    return _CAPITAL.sub(r" \1", name.rpartition(":")[2]).strip().capitalize()


def _by_role(roles: Iterable[Role]) -> dict[str, list[Value]]:
    """Role, in words → those who hold it."""
    found: dict[str, list[Value]] = {}
    for role in roles:
        found.setdefault(role.role.replace("-", " ").capitalize(), []).append(role.holder)
    return found


def _by_scheme(identifiers: Iterable[Identifier]) -> dict[str, list[Value]]:
    """Scheme → its identifiers; the numbers of serials, which stand for themselves, are left out."""
    found: dict[str, list[Value]] = {}
    for scheme, value in identifiers:
        if scheme not in {"issn", "eissn", "lissn"}:
            found.setdefault(_SCHEMES.get(scheme, scheme.replace("-", " ").upper()), []).append(Value(value))
    return found


def _roles(view: View, item: str) -> list[Role]:
    roles = []
    for node in view.nodes(item, "pro:isDocumentContextFor"):
        kind = next(iter(view.nodes(node, "pro:withRole")), "")
        role = kind.rpartition("/")[2].rpartition("#")[2]
        position = int(view.text(node, "co:index") or 0)
        holder = next(iter(view.links(node, "pro:isHeldBy")), Value(""))
        name = view.text(node, "rdfs:label") or holder.text
        roles.append(Role(role, position, Value(name, holder.address), (role, position)))
    return sorted(roles, key=lambda role: role.sort)
