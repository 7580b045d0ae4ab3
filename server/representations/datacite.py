"""A work in the DataCite Metadata Schema 4, as XML and as JSON (https://schema.datacite.org/meta/kernel-4/).

A property that the schema demands and the graph does not have says so by its code for unknown information
(https://datacite-metadata-schema.readthedocs.io, appendix 3).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from lxml import etree

from server.representations.work import Agent, Work

KERNEL = "http://datacite.org/schema/kernel-4"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_XML = "http://www.w3.org/XML/1998/namespace"
_UNKNOWN = ":unav"
_NO_YEAR = "0000"

_CONTRIBUTORS = {
    "editor": "Editor",
    "supervisor": "Supervisor",
    "translator": "Other",
    "illustrator": "Other",
    "affiliate": "Other",
    "contributor": "Other",
    "data-creator": "DataCollector",
    "data-curator": "DataCurator",
    "sponsor": "Sponsor",
    "project-leader": "ProjectLeader",
    "project-member": "ProjectMember",
    "contact-person": "ContactPerson",
    "rights-holder": "RightsHolder",
}
"""Our roles → contributorType; publishers and authors have elements of their own."""
_RELATED = {"isbn": "ISBN", "issn": "ISSN", "pmid": "PMID", "arxiv": "arXiv", "ark": "ARK", "urn": "URN"}
"""Our schemes → relatedIdentifierType; the others are alternate identifiers."""


class Part(NamedTuple):
    """An element: its name, text, attributes, and parts."""

    name: str
    text: str = ""
    attributes: tuple[tuple[str, str], ...] = ()
    parts: tuple[Part, ...] = ()


def datacite_xml(work: Work) -> bytes:
    """The work as a `resource` document."""
    root = etree.Element(f"{{{KERNEL}}}resource", nsmap={None: KERNEL, "xsi": _XSI})
    root.set(f"{{{_XSI}}}schemaLocation", f"{KERNEL} https://schema.datacite.org/meta/kernel-4/metadata.xsd")
    for part in _parts(work):
        _append(root, part)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def datacite_json(work: Work) -> bytes:
    """The work as the JSON that DataCite's own service gives for a DOI."""
    return json.dumps(_without_empty(_json(work)), ensure_ascii=False, indent=1).encode() + b"\n"


def _parts(work: Work) -> Iterator[Part]:
    identifier, kind = (work.doi, "DOI") if work.doi else _own(work)
    yield Part("identifier", identifier, (("identifierType", kind),))
    creators = tuple(_agent("creator", agent) for agent in _creators(work))
    yield Part("creators", parts=creators or (_nobody(),))
    titles = [Part("title", title.text, _language(title.language)) for title in work.titles] or [
        Part("title", _UNKNOWN)
    ]
    others = [
        Part("title", title.text, (("titleType", "AlternativeTitle"), *_language(title.language)))
        for title in work.other_titles
    ]
    yield Part("titles", parts=(*titles, *others))
    yield Part("publisher", work.issuer or _UNKNOWN)
    yield Part("publicationYear", work.year or _NO_YEAR)
    general = (("resourceTypeGeneral", work.kind.datacite),)
    yield Part("resourceType", work.genre or work.kind.schema_org, general)
    subjects = dict.fromkeys(value.text for value in work.subjects)
    yield Part("subjects", parts=tuple(Part("subject", text) for text in subjects))
    yield Part("contributors", parts=tuple(_agent("contributor", agent, kind) for kind, agent in _others(work)))
    yield Part("dates", parts=tuple(Part("date", text, (("dateType", kind),)) for kind, text in _dates(work)))
    yield Part("language", work.language)
    yield Part("alternateIdentifiers", parts=tuple(_alternates(work)))
    yield Part("relatedIdentifiers", parts=tuple(_related(work)))
    sizes = dict.fromkeys(file.size for file in work.files if file.size)
    yield Part("sizes", parts=tuple(Part("size", size) for size in sizes))
    formats = dict.fromkeys(file.media_type for file in work.files if file.media_type)
    yield Part("formats", parts=tuple(Part("format", media_type) for media_type in formats))
    yield Part("version", work.version)
    yield Part("rightsList", parts=tuple(_rights(work)))
    described = (("descriptionType", "Abstract"),)
    yield Part(
        "descriptions",
        parts=(
            *(Part("description", text.text, described + _language(text.language)) for text in work.abstracts),
            *(Part("description", text.text, (("descriptionType", "Other"),)) for text in work.descriptions),
        ),
    )
    yield Part("fundingReferences", parts=tuple(_funding(work)))
    yield Part("relatedItems", parts=tuple(_related_items(work)))


def _append(parent: etree._Element, part: Part) -> None:
    if not part.text and not part.parts:
        return
    node = etree.SubElement(parent, f"{{{KERNEL}}}{part.name}")
    node.text = part.text or None
    for name, value in part.attributes:
        node.set(f"{{{_XML}}}lang" if name == "lang" else name, value)
    for inner in part.parts:
        _append(node, inner)


def _own(work: Work) -> tuple[str, str]:
    return (work.handle, "Handle") if work.handle else (work.address, "URL")


def _nobody() -> Part:
    return Part("creator", parts=(Part("creatorName", _UNKNOWN),))


def _agent(element: str, agent: Agent, role: str = "") -> Part:
    kind = _name_type(agent)
    inner = [Part(f"{element}Name", agent.name, (("nameType", kind),) if kind else ())]
    if agent.person:
        inner += [Part("givenName", agent.given), Part("familyName", agent.family)]
    if agent.orcid:
        scheme = (("nameIdentifierScheme", "ORCID"), ("schemeURI", "https://orcid.org/"))
        inner.append(Part("nameIdentifier", f"https://orcid.org/{agent.orcid}", scheme))
    inner += [Part("affiliation", name) for name in agent.affiliations]
    return Part(element, "", (("contributorType", role),) if role else (), tuple(inner))


def _name_type(agent: Agent) -> str:
    """The type of the name, empty where nothing shows whether it is a person's."""
    return "Personal" if agent.person else "Organizational" if agent.organisation else ""


def _creators(work: Work) -> Iterable[Agent]:
    """The authors; the editors where there are none."""
    return work.authors or work.roles.get("editor", ())


def _others(work: Work) -> Iterator[tuple[str, Agent]]:
    """Yield those who are no creators, each with the type of contributor."""
    for role, agents in work.roles.items():
        if role in {"author", "publisher"} or (role == "editor" and not work.authors):
            continue
        yield from ((_CONTRIBUTORS.get(role, "Other"), agent) for agent in agents)


def _dates(work: Work) -> Iterator[tuple[str, str]]:
    if work.date:
        yield "Issued", "-".join(work.date)
    if work.available:
        yield "Available", work.available


def _alternates(work: Work) -> Iterator[Part]:
    for scheme, value in work.identifiers:
        if value != work.doi and scheme not in _RELATED and (work.doi or scheme != "handle"):
            yield Part("alternateIdentifier", value, (("alternateIdentifierType", scheme),))


def _related(work: Work) -> Iterator[Part]:
    for scheme, value in work.identifiers:
        if scheme in _RELATED and value != work.issn:
            kind = (("relatedIdentifierType", _RELATED[scheme]), ("relationType", "IsIdenticalTo"))
            yield Part("relatedIdentifier", value, kind)
    if work.issn:
        yield Part(
            "relatedIdentifier", work.issn, (("relatedIdentifierType", "ISSN"), ("relationType", "IsPublishedIn"))
        )


def _rights(work: Work) -> Iterator[Part]:
    if work.licence:
        yield Part("rights", next((text.text for text in work.rights), work.licence), (("rightsURI", work.licence),))
    if work.access:
        yield Part("rights", work.access_name, (("rightsURI", work.access),))
    yield from (Part("rights", text.text) for text in work.rights[1 if work.licence else 0 :])


def _funding(work: Work) -> Iterator[Part]:
    granted = {agency for _, agency in work.grants}
    for number, agency in work.grants:
        yield Part("fundingReference", parts=(Part("funderName", agency or _UNKNOWN), Part("awardNumber", number)))
    for funder in work.funders:
        if funder.text not in granted:
            yield Part("fundingReference", parts=(Part("funderName", funder.text),))


def _related_items(work: Work) -> Iterator[Part]:
    title = work.journal or work.book
    if title:
        kind = "Journal" if work.journal else "Book"
        yield Part(
            "relatedItem",
            attributes=(("relatedItemType", kind), ("relationType", "IsPublishedIn")),
            parts=(
                Part("titles", parts=(Part("title", title),)),
                Part("volume", work.volume),
                Part("issue", work.issue),
                Part("firstPage", work.first_page),
                Part("lastPage", work.last_page),
            ),
        )


def _language(tag: str | None) -> tuple[tuple[str, str], ...]:
    return (("lang", tag),) if tag else ()


def _json(work: Work) -> dict[str, Any]:
    """The same parts under the names of the JSON form, in which lists have no wrappers."""
    parts = {part.name: part for part in _parts(work)}
    return {
        "id": work.link,
        "doi": work.doi,
        "url": work.landing,
        "schemaVersion": KERNEL,
        "identifiers": [_json_text("identifier", parts["identifier"])],
        "types": {
            "resourceTypeGeneral": work.kind.datacite,
            "resourceType": parts["resourceType"].text,
            "schemaOrg": work.kind.schema_org,
            "bibtex": work.kind.bibtex,
            "citeproc": work.kind.csl,
            "ris": work.kind.ris,
        },
        "creators": [_json_agent(agent) for agent in _creators(work)] or [{"name": _UNKNOWN}],
        "contributors": [{**_json_agent(agent), "contributorType": kind} for kind, agent in _others(work)],
        "titles": [_json_text("title", part) for part in parts["titles"].parts],
        "publisher": parts["publisher"].text,
        "publicationYear": int(work.year or _NO_YEAR),
        "subjects": [_json_text("subject", part) for part in parts["subjects"].parts],
        "dates": [_json_text("date", part) for part in parts["dates"].parts],
        "language": parts["language"].text,
        "alternateIdentifiers": [_json_text("alternateIdentifier", p) for p in parts["alternateIdentifiers"].parts],
        "relatedIdentifiers": [_json_text("relatedIdentifier", p) for p in parts["relatedIdentifiers"].parts],
        "sizes": [part.text for part in parts["sizes"].parts],
        "formats": [part.text for part in parts["formats"].parts],
        "version": parts["version"].text,
        "rightsList": [_json_text("rights", part) for part in parts["rightsList"].parts],
        "descriptions": [_json_text("description", part) for part in parts["descriptions"].parts],
        "fundingReferences": [
            {inner.name: inner.text for inner in part.parts if inner.text} for part in parts["fundingReferences"].parts
        ],
        "container": {
            "type": "Journal" if work.journal else "Book",
            "title": work.journal or work.book,
            "volume": work.volume,
            "issue": work.issue,
            "firstPage": work.first_page,
            "lastPage": work.last_page,
            "identifier": work.issn or work.isbn,
        }
        if work.journal or work.book
        else None,
    }


def _json_text(name: str, part: Part) -> dict[str, str]:
    return {name: part.text, **{key.replace("URI", "Uri"): value for key, value in part.attributes}}


def _json_agent(agent: Agent) -> dict[str, Any]:
    identifier = {
        "nameIdentifier": f"https://orcid.org/{agent.orcid}",
        "nameIdentifierScheme": "ORCID",
        "schemeUri": "https://orcid.org",
    }
    return {
        "name": agent.name,
        "nameType": _name_type(agent),
        "givenName": agent.given,
        "familyName": agent.family,
        "affiliation": [{"name": name} for name in agent.affiliations],
        "nameIdentifiers": [identifier] if agent.orcid else [],
    }


def _without_empty(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {key: _without_empty(inner) for key, inner in value.items()}
        return {key: inner for key, inner in kept.items() if inner not in ("", None, [], {})}
    if isinstance(value, list):
        return [_without_empty(inner) for inner in value]
    return value
