"""A description as a page: what a person looks for first, and every statement at the end."""

from __future__ import annotations

from typing import NamedTuple

from flask import render_template

from converter.mapping import PROFILE
from converter.values.terms import iri
from server.endpoint import Endpoint
from server.site import description
from server.site.representations import REPRESENTATIONS
from server.site.view import Value, View

_SHOWN_WORKS = 100
_LISTED = 20
_PREFIXES = (
    "PREFIX dcterms: <http://purl.org/dc/terms/> PREFIX fabio: <http://purl.org/spar/fabio/> "
    "PREFIX foaf: <http://xmlns.com/foaf/0.1/> PREFIX pro: <http://purl.org/spar/pro/> "
)


class Role(NamedTuple):
    """Somebody in a role of a work."""

    role: str
    position: int
    holder: Value
    sort: tuple[str, int]


def record_page(lines: list[str], base: str, path: str) -> bytes:
    """The page of a record."""
    item = f"{base}item/{path}"
    view = View(lines, base)
    roles = _roles(view, item)
    return render_template(
        "record.html",
        view=view,
        item=item,
        document=f"{base}record/{path}",
        title=view.label(item),
        authors=[role for role in roles if role.role == "author"],
        others=[role for role in roles if role.role not in {"author", "publisher"}],
        subjects=_subjects(view, item),
        journal=next((link for link in view.links(item, "dcterms:isPartOf") if link.text), None),
        forms=REPRESENTATIONS,
        variant=f"{base}record/{path}",
        gone=bool(view.texts(f"{base}record/{path}", "prov:invalidatedAtTime")),
    ).encode()


def thing_page(endpoint: Endpoint, lines: list[str], base: str, address: str) -> bytes:
    """The page of a shared thing, with the works that lead to it."""
    view = View(lines, base)
    return render_template(
        "thing.html",
        view=view,
        item=address,
        title=view.label(address),
        kinds=[link.text for link in view.links(address, "rdf:type")],
        works=_works(endpoint, base, address),
        most=_SHOWN_WORKS,
        forms=REPRESENTATIONS,
        variant=address,
    ).encode()


def front_page(endpoint: Endpoint, base: str) -> bytes:
    """The page that says what is here: how many records, and the newest of them."""
    described = f"?record dcterms:conformsTo {iri(base + PROFILE)}"
    counted = description.rows(endpoint, f"{_PREFIXES} SELECT (COUNT(*) AS ?records) WHERE {{ {described} }}")
    # A few are chosen first and named then: the page costs the same with a hundred thousand records.
    dated = "?item fabio:hasPublicationYear ?y"
    undated = f"{described} ; foaf:primaryTopic ?item . FILTER NOT EXISTS {{ {dated} }}"
    works = _named(endpoint, f"SELECT ?item ?y WHERE {{ {dated} }} ORDER BY DESC(?y) ?item LIMIT {_LISTED}")
    if len(works) < _LISTED:
        works += _named(endpoint, f"SELECT ?item WHERE {{ {undated} }} LIMIT {_LISTED - len(works)}")
    records = int(counted[0]["records"]) if counted else 0
    return render_template("front.html", records=records, works=works, base=base, forms=REPRESENTATIONS).encode()


def _named(endpoint: Endpoint, chosen: str) -> list[dict[str, str]]:
    """The works that a query chooses, each with a title and a year."""
    return description.rows(
        endpoint,
        f"{_PREFIXES} SELECT ?item (MIN(?t) AS ?title) (MIN(?y) AS ?year) WHERE {{ {{ {chosen} }} "
        "OPTIONAL { ?item dcterms:title ?t } OPTIONAL { ?item fabio:hasPublicationYear ?y } } "
        "GROUP BY ?item ORDER BY DESC(?year) ?title",
    )


def _subjects(view: View, item: str) -> list[Value]:
    """The subjects as the indexer assigned them: a heading with a qualifier stands for the heading alone."""
    assigned = view.links(item, "fabio:hasSubjectTerm")
    told = {address for value in assigned if value.address for address in view.nodes(value.address, "skos:broader")}
    told |= {value.address for value in assigned if value.address}
    return assigned + [value for value in view.links(item, "dcterms:subject") if value.address not in told]


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


def _works(endpoint: Endpoint, base: str, address: str) -> list[dict[str, str]]:
    """The works that lead to a thing, straight or over a role."""
    thing = iri(address)
    return description.rows(
        endpoint,
        f"{_PREFIXES} SELECT DISTINCT ?item ?title ?year WHERE {{ "
        f"{{ ?item ?property {thing} }} UNION {{ ?item pro:isDocumentContextFor/pro:isHeldBy {thing} }} "
        f'FILTER(STRSTARTS(STR(?item), "{base}item/") && !CONTAINS(STR(?item), "#")) '
        "OPTIONAL { ?item dcterms:title ?title } OPTIONAL { ?item fabio:hasPublicationYear ?year } } "
        f"ORDER BY ?title LIMIT {_SHOWN_WORKS}",
    )
