"""DataCite's XML (kernel 2 to 4), bare or as repositories wrap it, and OpenAIRE's application profile of it.

Sources: https://schema.datacite.org/, https://openaire-guidelines-for-literature-repository-managers.readthedocs.io/.
"""

from __future__ import annotations

from lxml import etree

from converter.record import File
from converter.sources.builder import Draft, Said, language_of
from converter.sources.elements import Tree, local
from converter.sources.json_formats import datacite
from converter.sources.json_formats.leaves import Object
from ontology.source_tables import fields

_LISTS = {
    "titles/title": ("titles", "title"),
    "subjects/subject": ("subjects", "subject"),
    "dates/date": ("dates", "date"),
    "date": ("dates", "date"),
    "alternateIdentifiers/alternateIdentifier": ("alternateIdentifiers", "alternateIdentifier"),
    "relatedIdentifiers/relatedIdentifier": ("relatedIdentifiers", "relatedIdentifier"),
    "descriptions/description": ("descriptions", "description"),
    "rightsList/rights": ("rightsList", "rights"),
    "rights": ("rightsList", "rights"),
}
"""Path → key of the list in JSON, key of the text in an entry."""
_TEXTS = {
    "sizes/size": "sizes",
    "formats/format": "formats",
    "publicationYear": "publicationYear",
    "version": "version",
}
_TEXTS |= {"language": "language"}
_OPENAIRE = fields("openaire")


def read(metadata: etree._Element, draft: Draft) -> None:
    """Read a resource of DataCite."""
    tree = Tree(metadata, draft, "datacite")
    stated = _attributes(tree)
    for element in tree.each("identifier"):
        if tree.attribute(element, "identifierType").upper() == "DOI" and "doi" not in stated:
            stated["doi"] = tree.take(element)
        else:
            stated.setdefault("identifier", []).append(
                {"identifierType": element.get("identifierType"), "identifier": tree.take(element)}
            )
    types: Object = {}
    for element in tree.each("resourceType"):
        if types:
            draft.unread("datacite.resourceType", tree.take(element), "another type of the work; the first counts")
            continue
        types = {
            "resourceTypeGeneral": tree.attribute(element, "resourceTypeGeneral"),
            "resourceType": tree.take(element),
        }
    stated["types"] = types
    for path, key in _TEXTS.items():
        found = [tree.take(element) for element in tree.each(path)]
        if any(found):
            stated[key] = [text for text in found if text]
    stated["publisher"] = [_entry(tree, element, "name") for element in tree.each("publisher")]
    stated["relatedItems"] = [_item(tree, element) for element in tree.each("relatedItems/relatedItem")]
    identifier = draft.identifier
    datacite.read(stated, draft)
    draft.identifier = identifier or draft.identifier
    tree.rest()


def _item(tree: Tree, element: etree._Element) -> Object:
    """What is said of a related work without looking it up, as JSON writes it."""
    item: Object = {name: tree.attribute(element, name) for name in ("relatedItemType", "relationType")}
    for number in tree.each("relatedItemIdentifier", element):
        kind = tree.attribute(number, "relatedItemIdentifierType")
        item["relatedItemIdentifier"] = {"relatedItemIdentifierType": kind, "relatedItemIdentifier": tree.take(number)}
    item["titles"] = [{"title": tree.take(title)} for title in tree.each("titles/title", element)]
    for number in tree.each("number", element):
        item["number"] = {"numberType": tree.attribute(number, "numberType"), "number": tree.take(number)}
    for inner in element.iterchildren("*"):
        if inner not in tree.taken and (text := tree.take(inner)):
            item.setdefault(local(inner), text)
    return item


def wrapped(metadata: etree._Element, draft: Draft) -> None:
    """Read the resource inside a wrapper; what the wrapper says is about the registry."""
    for element in metadata.iter("*"):
        if local(element) == "resource":
            read(element, draft)
            return
        text = (element.text or "").strip()
        if text:
            draft.unread(f"oai_datacite.{local(element)}", text, "about the registry, not about the work")
    draft.unread("oai_datacite", "", "a wrapper without a resource")


def openaire(metadata: etree._Element, draft: Draft) -> None:
    """Read a resource of OpenAIRE: DataCite's elements beside Dublin Core and OpenAIRE's own."""
    tree = Tree(metadata, draft, "oaire")
    stated = _attributes(tree)
    for element in tree.each("identifier"):
        kind = tree.attribute(element, "identifierType")
        stated.setdefault("identifiers", []).append({"identifierType": kind, "identifier": tree.take(element)})
    for element in tree.each("subject"):
        stated.setdefault("subjects", []).append(_entry(tree, element, "subject"))
    for path, name in _OPENAIRE.items():
        for element in tree.each(path):
            tree.field(name, element)
    addresses = fields("openaire", "uri")
    for path, name in fields("openaire", "text").items():
        for element in tree.each(path):
            uri, since = tree.attribute(element, "uri"), Said(since=tree.attribute(element, "startDate"))
            tree.field(name, element, said=since)
            if uri:
                draft.add(addresses[path], uri, said=since)
    for element in tree.each("file"):
        _file(tree, element)
    datacite.read(stated, draft)
    tree.rest()


def _attributes(tree: Tree) -> Object:
    """The groups that both profiles have, as JSON writes them."""
    stated: Object = {}
    for group, entry in (("creators", "creator"), ("contributors", "contributor")):
        for element in tree.each(f"{group}/{entry}"):
            stated.setdefault(group, []).extend(_agents(tree, element))
    for path, (key, text) in _LISTS.items():
        for element in tree.each(path):
            stated.setdefault(key, []).append(_entry(tree, element, text))
    for element in tree.each("fundingReferences/fundingReference"):
        stated.setdefault("fundingReferences", []).append(_funding(tree, element))
    for element in tree.each("geoLocations/geoLocation"):
        place: Object = {}
        for inner in element.iterchildren("*"):
            place.setdefault(local(inner), []).append(_shape(inner))
            tree.take(inner)
        stated.setdefault("geoLocations", []).append(place)
    return stated


def _shape(element: etree._Element) -> Object | str:
    """A place, or the coordinates of a shape, those of each point together."""
    parts: Object = {}
    for inner in element.iterchildren("*"):
        parts.setdefault(local(inner), []).append(_shape(inner))
    return parts or (element.text or "").strip()


def _entry(tree: Tree, element: etree._Element, key: str) -> Object:
    stated: Object = {str(name).rpartition("}")[2]: str(value) for name, value in element.attrib.items()}
    for name in list(stated):
        tree.attribute(element, name)
    language = language_of(element)
    return stated | {key: tree.take(element)} | ({"lang": language} if language else {})


def _agents(tree: Tree, element: etree._Element) -> list[Object]:
    """The agents of an element: one, but for documents that put several into it."""
    kind = {"contributorType": tree.attribute(element, "contributorType")}
    found: list[Object] = [dict(kind)]
    for inner in element.iterchildren("*"):
        name = local(inner)
        entry = _entry(tree, inner, name)
        if name in {"creatorName", "contributorName"}:
            if "name" in found[-1]:
                found.append(dict(kind))
            found[-1] |= {"name": entry[name], "nameType": entry.get("nameType"), "lang": entry.get("lang")}
        elif name in {"nameIdentifier", "affiliation"}:
            found[-1].setdefault(name, []).append(entry)
        else:
            found[-1][name] = entry[name]
    bare = (element.text or "").strip()
    if bare and "name" not in found[-1]:
        found[-1]["name"] = tree.take(element)
    return found


def _funding(tree: Tree, element: etree._Element) -> Object:
    stated: Object = {}
    for inner in element.iterchildren("*"):
        name = local(inner)
        if name == "awardNumber":
            stated["awardUri"] = tree.attribute(inner, "awardURI")
        elif name == "funderIdentifier":
            stated["funderIdentifierType"] = tree.attribute(inner, "funderIdentifierType")
            tree.attribute(inner, "schemeURI")
        stated[name] = tree.take(inner)
    return stated


def _file(tree: Tree, element: etree._Element) -> None:
    access = tree.attribute(element, "accessRightsURI")
    media_type = tree.attribute(element, "mimeType")
    address = tree.take(element)
    if address:
        name = address.rstrip("/").rpartition("/")[2] or address
        tree.draft.files.append(File(name=name, url=address, media_type=media_type or None, access=access or None))
