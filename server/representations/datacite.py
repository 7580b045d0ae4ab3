"""A work in the DataCite Metadata Schema 4, as XML and as JSON (https://schema.datacite.org/meta/kernel-4/).

A property that the schema demands and the graph does not have says so by its code for unknown information
(https://datacite-metadata-schema.readthedocs.io, appendix 3).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from lxml import etree

from converter.values import agent_kinds
from server.representations.view import Value
from server.representations.work import Agent, Work

KERNEL = "http://datacite.org/schema/kernel-4"
_SCHEMA = "https://schema.datacite.org/meta/kernel-4.7/metadata.xsd"
"""The version that relations and roles are of; general types are those that 4.5 knows, the last with a JSON schema."""
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_XML = "http://www.w3.org/XML/1998/namespace"
_UNKNOWN = ":unav"
_NO_YEAR = "0000"

_CONTRIBUTORS = {
    "editor": "Editor",
    "supervisor": "Supervisor",
    "translator": "Translator",
    "researcher": "Researcher",
    "data-curator": "DataCurator",
    "data-manager": "DataManager",
    "producer": "Producer",
    "sponsor": "Sponsor",
    "project-leader": "ProjectLeader",
    "project-member": "ProjectMember",
    "contact-person": "ContactPerson",
    "rights-holder": "RightsHolder",
    "copyright-owner": "RightsHolder",
}
"""Our roles → contributorType, "Other" for all others; publishers and authors have elements of their own."""
_NAME_IDENTIFIERS = {
    "orcid": ("ORCID", "https://orcid.org/"),
    "ror": ("ROR", "https://ror.org/"),
    "isni": ("ISNI", "https://isni.org/isni/"),
}
"""Our schemes of agents → nameIdentifierScheme, and what stands before the value in an address."""
_PLACES = {"ORCID": "https://orcid.org", "ROR": "https://ror.org", "ISNI": "https://isni.org"}
"""The addresses of the schemes, as DataCite's own service gives them."""
_FUNDER_IDENTIFIERS = {
    "fundref": ("Crossref Funder ID", "https://doi.org/"),
    "ror": ("ROR", "https://ror.org/"),
    "isni": ("ISNI", "https://isni.org/isni/"),
}
"""Our schemes of funders → funderIdentifierType, and what stands before the value in an address."""
_DAY = re.compile(r"\d{4}(?:-\d{2}){0,2}(?:T[\d:.]+(?:Z|[+-]\d{2}:\d{2}))?(?:/\d{4}(?:-\d{2}){0,2})?")
"""A date or a span of dates as the schema takes them; what is unsure or has a season is none."""
_ALTERNATE = {"isbn": "ISBN", "issn": "ISSN", "pmid": "PMID", "arxiv": "arXiv", "ark": "ARK", "urn": "URN"}
"""Our schemes → alternateIdentifierType, where that differs from our own name of them."""


class Part(NamedTuple):
    """An element: its name, text, attributes, and parts."""

    name: str
    text: str = ""
    attributes: tuple[tuple[str, str], ...] = ()
    parts: tuple[Part, ...] = ()


def datacite_xml(work: Work) -> bytes:
    """The work as a `resource` document."""
    root = etree.Element(f"{{{KERNEL}}}resource", nsmap={None: KERNEL, "xsi": _XSI})
    root.set(f"{{{_XSI}}}schemaLocation", f"{KERNEL} {_SCHEMA}")
    for part in parts(work):
        _append(root, part)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def datacite_json(work: Work) -> bytes:
    """The work as the JSON that DataCite's own service gives for a DOI."""
    return json.dumps(_without_empty(_json(work)), ensure_ascii=False, indent=1).encode() + b"\n"


def parts(work: Work) -> Iterator[Part]:
    """Yield the elements of the document in the order of the schema; those without text and parts are left out."""
    identifier, kind = (work.doi, "DOI") if work.doi else _own(work)
    yield Part("identifier", identifier, (("identifierType", kind),))
    creators = tuple(_agent("creator", agent) for agent in _creators(work))
    yield Part("creators", parts=creators or (_nobody(),))
    titles = [Part("title", title.text, _language(title.language)) for title in work.titles] or [
        Part("title", _UNKNOWN)
    ]
    others = [
        Part("title", title.text, (("titleType", _title_type(work, title)), *_language(title.language)))
        for title in work.other_titles
    ]
    yield Part("titles", parts=(*titles, *others))
    yield Part("publisher", work.issuer or _UNKNOWN)
    yield Part("publicationYear", work.year or _NO_YEAR)
    general = (("resourceTypeGeneral", work.kind.datacite),)
    yield Part("resourceType", work.genre or work.kind.schema_org, general)
    subjects = dict.fromkeys((value.text, value.language) for value in work.subjects)
    yield Part("subjects", parts=tuple(Part("subject", text, _language(tag)) for text, tag in subjects))
    yield Part("contributors", parts=tuple(_agent("contributor", agent, kind) for kind, agent in _others(work)))
    yield Part("dates", parts=tuple(_dates(work)))
    yield Part("language", work.language)
    yield Part("alternateIdentifiers", parts=tuple(_alternates(work)))
    yield Part("relatedIdentifiers", parts=tuple(_related(work)))
    sizes = dict.fromkeys((*(file.size for file in work.files if file.size), *work.extents))
    yield Part("sizes", parts=tuple(Part("size", size) for size in sizes))
    formats = dict.fromkeys((*(file.media_type for file in work.files if file.media_type), *work.formats))
    yield Part("formats", parts=tuple(Part("format", media_type) for media_type in formats))
    yield Part("version", work.version)
    yield Part("rightsList", parts=tuple(_rights(work)))
    described = (("descriptionType", "Abstract"),)
    yield Part(
        "descriptions",
        parts=(
            *(Part("description", text.text, described + _language(text.language)) for text in work.abstracts),
            *(Part("description", text.text, (("descriptionType", "Other"),)) for text in work.descriptions),
            *(
                Part("description", str(series), (("descriptionType", "SeriesInformation"),))
                for series in work.all_series
            ),
        ),
    )
    yield Part(
        "geoLocations", parts=tuple(Part("geoLocation", parts=(Part("geoLocationPlace", p),)) for p in work.places)
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
    said = tuple((key, value) for key, value in _name_said(agent).items() if value)
    inner = [Part(f"{element}Name", _inverted(agent), said)]
    if agent.person:
        inner += [Part("givenName", agent.given), Part("familyName", agent.family)]
    for scheme, place, value in _identifiers(agent):
        attributes = (("nameIdentifierScheme", scheme), ("schemeURI", place))
        inner.append(Part("nameIdentifier", place + value, attributes))
    inner += [Part("affiliation", name) for name in agent.affiliations]
    return Part(element, "", (("contributorType", role),) if role else (), tuple(inner))


def _inverted(agent: Agent) -> str:
    """The name; of a person with a suffix, which has no element of its own, in the order of catalogues."""
    parts = (agent.family, agent.given, agent.suffix)
    return ", ".join(filter(None, parts)) if agent.suffix and agent.family else agent.name


def _identifiers(agent: Agent) -> Iterator[tuple[str, str, str]]:
    """Yield the identifiers of the agent: the name of the scheme, what stands before the value, and the value."""
    stated = {scheme: value for scheme, value in agent.identifiers if scheme in _NAME_IDENTIFIERS}
    stated |= {"orcid": agent.orcid} if agent.orcid else {}
    for scheme, value in stated.items():
        yield (*_NAME_IDENTIFIERS[scheme], value)


def _title_type(work: Work, title: Value) -> str:
    if title in work.translated_titles:
        return "TranslatedTitle"
    return "Subtitle" if title in work.subtitles else "AlternativeTitle"


def _name_said(agent: Agent) -> dict[str, str]:
    """What is said of the name beside it: its type, where it is known whether it is a person's.

    DataCite has no word for an agent that may be either.  A name without a type that looks like a person's is said to
    be in an undetermined language (BCP 47: und), so that its comma is not taken for that between the parts of a name.
    """
    kind = "Personal" if agent.person else "Organizational" if agent.organisation else ""
    return {"nameType": kind, "lang": "und" if not kind and agent_kinds.kind(agent.name) else ""}


def _creators(work: Work) -> Iterable[Agent]:
    """The authors; the editors where there are none."""
    return work.authors or work.roles.get("editor", ())


def _others(work: Work) -> Iterator[tuple[str, Agent]]:
    """Yield those who are no creators, each with the type of contributor."""
    for role, agents in work.roles.items():
        if role in {"author", "publisher"} or agents == work.authors or (role == "editor" and not work.authors):
            continue
        yield from ((_CONTRIBUTORS.get(role, "Other"), agent) for agent in agents)


def _dates(work: Work) -> Iterator[Part]:
    # A year that is known from a copyright only is no date of issue.
    if work.issued.edtf:
        text = "/".join("-".join(day) for day in (work.issued.date, work.issued.end) if day)
        unsure = "circa" if work.issued.edtf.startswith(text) and ".." not in work.issued.edtf else work.issued.edtf
        about = unsure if work.issued.circa and not work.issued.season else work.issued.rest
        about = "" if about == text else about
        yield Part("date", text, (("dateType", "Issued"), *((("dateInformation", about),) if about else ())))
    yield from (Part("date", text, (("dateType", kind),)) for kind, text in work.dates if _DAY.fullmatch(text))
    if work.available:
        yield Part("date", work.available, (("dateType", "Available"),))


def _alternates(work: Work) -> Iterator[Part]:
    for scheme, value in work.identifiers:
        if value != work.doi and (work.doi or scheme != "handle"):
            kind = _ALTERNATE.get(scheme, scheme)
            yield Part("alternateIdentifier", value, (("alternateIdentifierType", kind),))


def _related(work: Work) -> Iterator[Part]:
    own = {value for _, value in work.identifiers}
    stated = [("ISSN", "IsPublishedIn", value, "") for value in work.issns if value not in own]
    stated += [("ISBN", "IsPublishedIn", value, "") for value in work.host_isbns if value not in own]
    stated += [(one.type, one.relation, one.identifier, one.note) for one in work.related]
    for kind, relation, value, note in dict.fromkeys(stated):
        attributes = (("relatedIdentifierType", kind), ("relationType", relation))
        yield Part("relatedIdentifier", value, attributes + ((("relationTypeInformation", note),) if note else ()))


def _rights(work: Work) -> Iterator[Part]:
    texts = [text for text in work.rights if _web(text.text) != _web(work.licence)]
    if work.licence:
        # Only a text that holds the address, or that stands alone, is known to be of the licence.
        named = [text for text in texts if _web(work.licence) in text.text] or (texts if len(texts) == 1 else [])
        texts = [text for text in texts if text not in named[:1]]
        yield Part("rights", named[0].text if named else work.licence, (("rightsURI", work.licence),))
    if work.access:
        yield Part("rights", work.access_name, (("rightsURI", work.access),))
    yield from (Part("rights", text.text) for text in texts)


def _web(address: str) -> str:
    """The address without its protocol, which licences are written with and without an s."""
    return address.partition("://")[2].rstrip("/")


def _funding(work: Work) -> Iterator[Part]:
    granted = {grant.agency for grant in work.grants}
    for grant in work.grants:
        award = (("awardURI", grant.page),) if grant.page else ()
        parts = (Part("awardNumber", grant.number, award), Part("awardTitle", grant.title))
        yield Part("fundingReference", parts=(*_funder(work, grant.agency), *parts))
    for funder in work.funders:
        if funder not in granted:
            yield Part("fundingReference", parts=_funder(work, funder))


def _funder(work: Work, agency: Value | None) -> tuple[Part, ...]:
    name = Part("funderName", agency.text if agency else _UNKNOWN)
    found = work.funder_identifiers.get(agency.address or "") if agency else None
    if found is None or found.scheme not in _FUNDER_IDENTIFIERS:
        return (name,)
    kind, place = _FUNDER_IDENTIFIERS[found.scheme]
    return name, Part("funderIdentifier", place + found.value, (("funderIdentifierType", kind),))


def _related_items(work: Work) -> Iterator[Part]:
    title = work.journal or work.book
    if title:
        kind, number = ("Journal" if work.journal else "Book"), _container_number(work)
        yield Part(
            "relatedItem",
            attributes=(("relatedItemType", kind), ("relationType", "IsPublishedIn")),
            parts=(
                *(
                    Part("relatedItemIdentifier", value, (("relatedItemIdentifierType", type_),))
                    for type_, value in number
                ),
                Part("titles", parts=(Part("title", title),)),
                Part("volume", work.volume),
                Part("issue", work.issue),
                Part("number", work.article_number, (("numberType", "Article"),)),
                Part("firstPage", work.first_page),
                Part("lastPage", work.last_page),
            ),
        )


def _container_number(work: Work) -> list[tuple[str, str]]:
    """The number of the journal or the book around the work, with its type; none where there is none."""
    kind, found = ("ISSN", work.issns) if work.journal else ("ISBN", work.host_isbns)
    return [(kind, value) for value in found[:1]]


def _language(tag: str | None) -> tuple[tuple[str, str], ...]:
    return (("lang", tag),) if tag else ()


def _json(work: Work) -> dict[str, Any]:
    """The same parts under the names of the JSON form, in which lists have no wrappers."""
    made = {part.name: part for part in parts(work)}
    return {
        "id": work.link,
        "doi": work.doi,
        "url": work.landing,
        "schemaVersion": KERNEL,
        "identifiers": [_json_text("identifier", made["identifier"])],
        "types": {
            "resourceTypeGeneral": work.kind.datacite,
            "resourceType": made["resourceType"].text,
            "schemaOrg": work.kind.schema_org,
            "bibtex": work.kind.bibtex,
            "citeproc": work.kind.csl,
            "ris": work.kind.ris,
        },
        "creators": [_json_agent(agent) for agent in _creators(work)] or [{"name": _UNKNOWN}],
        "contributors": [{**_json_agent(agent), "contributorType": kind} for kind, agent in _others(work)],
        "titles": [_json_text("title", part) for part in made["titles"].parts],
        "publisher": made["publisher"].text,
        "publicationYear": int(work.year or _NO_YEAR),
        "subjects": [_json_text("subject", part) for part in made["subjects"].parts],
        "dates": [_json_text("date", part) for part in made["dates"].parts],
        "language": made["language"].text,
        "alternateIdentifiers": [_json_text("alternateIdentifier", p) for p in made["alternateIdentifiers"].parts],
        "relatedIdentifiers": [_json_text("relatedIdentifier", p) for p in made["relatedIdentifiers"].parts],
        "sizes": [part.text for part in made["sizes"].parts],
        "formats": [part.text for part in made["formats"].parts],
        "version": made["version"].text,
        "rightsList": [_json_text("rights", part) for part in made["rightsList"].parts],
        "descriptions": [_json_text("description", part) for part in made["descriptions"].parts],
        "fundingReferences": [
            {key: text for inner in part.parts if inner.text for key, text in _json_text(inner.name, inner).items()}
            for part in made["fundingReferences"].parts
        ],
        "geoLocations": [{inner.name: inner.text for inner in part.parts} for part in made["geoLocations"].parts],
        "container": {
            "type": "Journal" if work.journal else "Book",
            "title": work.journal or work.book,
            "volume": work.volume,
            "issue": work.issue,
            "firstPage": work.first_page,
            "lastPage": work.last_page,
            **{
                name: text
                for type_, value in _container_number(work)
                for name, text in (("identifier", value), ("identifierType", type_))
            },
        }
        if work.journal or work.book
        else None,
    }


def _json_text(name: str, part: Part) -> dict[str, str]:
    return {name: part.text, **{key.replace("URI", "Uri"): value for key, value in part.attributes}}


def _json_agent(agent: Agent) -> dict[str, Any]:
    identifiers = [
        {"nameIdentifier": place + value, "nameIdentifierScheme": scheme, "schemeUri": _PLACES.get(scheme, place)}
        for scheme, place, value in _identifiers(agent)
    ]
    return {
        "name": _inverted(agent),
        **_name_said(agent),
        "givenName": agent.given,
        "familyName": agent.family,
        "affiliation": [{"name": name} for name in agent.affiliations],
        "nameIdentifiers": identifiers,
    }


def _without_empty(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {key: _without_empty(inner) for key, inner in value.items()}
        return {key: inner for key, inner in kept.items() if inner not in ("", None, [], {})}
    if isinstance(value, list):
        return [_without_empty(inner) for inner in value]
    return value
