"""A description as a page: what a person looks for first, and every statement at the end."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from flask import render_template

from converter.mapping import PROFILE
from converter.values.terms import iri
from server.endpoint import Endpoint
from server.site import description, listing, signposting
from server.site.forms import citation
from server.site.forms.schema_org import schema_script
from server.site.listing import Works
from server.site.meta import meta_tags
from server.site.representations import REPRESENTATIONS, Description, Profile, Representation
from server.site.view import Value, View
from server.site.work import identifiers_of

_LISTED = 20
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
        others=[role for role in roles if role.role not in {"author", "publisher"}],
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
        kinds=[link.text for link in view.links(address, "rdf:type")],
        works=works,
        pages=around,
        size=listing.SIZE,
        forms=offers,
        variant=variant,
        identifiers=identifiers_of(view, address),
        script=schema_script(view, address),
    ).encode()


def front_page(endpoint: Endpoint, base: str) -> bytes:
    """The page that says what is here: how many records, and the newest of them."""
    described = f"?record dcterms:conformsTo {iri(base + PROFILE)}"
    counted = description.rows(endpoint, f"{_PREFIXES} SELECT (COUNT(*) AS ?records) WHERE {{ {described} }}")
    # A few are chosen first and named then: the page costs the same with a hundred thousand records.
    dated = "?item fabio:hasPublicationYear ?y"
    undated = f"{described} ; foaf:primaryTopic ?item . FILTER NOT EXISTS {{ {dated} }}"
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
