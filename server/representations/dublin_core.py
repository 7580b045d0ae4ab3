"""A description as simple Dublin Core, the fifteen elements with literals, and as qualified, all the terms that it has.

Sources: https://www.dublincore.org/specifications/dublin-core/dces/ and …/dcmi-terms/; as DSpace writes the qualified.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from lxml import etree

from converter.values.terms import carriable, iri, literal, triple
from server.representations.view import Value, View

DC = "http://purl.org/dc/elements/1.1/"
OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
TERMS = "http://purl.org/dc/terms/"
QDC = "http://dspace.org/qualifieddc/"
_QDC_SCHEMA = "http://dublincore.org/schemas/xmls/qdc/2006/01/06/"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_XML = "http://www.w3.org/XML/1998/namespace"

ELEMENTS = {
    "title": ("dcterms:title", "dcterms:alternative", "fabio:hasTranslatedTitle", "fabio:hasSubtitle"),
    "creator": ("dc:creator",),
    "contributor": ("dc:contributor",),
    "subject": ("dc:subject",),
    "description": ("dcterms:abstract", "dcterms:description", "dcterms:tableOfContents", "dc:description"),
    "publisher": ("dc:publisher",),
    "date": ("dcterms:issued", "fabio:hasPublicationYear", "dcterms:date"),
    "type": ("dc:type",),
    "format": ("dc:format",),
    "identifier": ("foaf:page", "dcterms:identifier", "dcterms:bibliographicCitation", "prism:isbn"),
    "source": ("dc:source",),
    "language": ("dc:language",),
    "relation": ("prism:publicationName", "dc:relation"),
    "coverage": ("dc:coverage",),
    "rights": ("dcterms:license", "dc:rights"),
}
"""Element → the properties of ours whose values it takes; of dates the first that there is."""


class Statement(NamedTuple):
    """An element with one of its values."""

    element: str
    value: Value


@lru_cache(maxsize=4)
def simple(view: View, address: str) -> list[Statement]:
    """The elements of a work, each value once, creators in their order and each of them."""
    found = []
    for element, properties in ELEMENTS.items():
        values = list(_values(view, address, properties, first_only=element == "date"))
        seen = [
            Value(text, language=language)
            for text, language in dict.fromkeys((value.text, value.language) for value in values)
        ]
        found += [
            Statement(element, value) for value in (_in_order(view, address, seen) if element == "creator" else seen)
        ]
    return found


def simple_lines(view: View, address: str) -> list[str]:
    """The elements as triples of the work."""
    subject = iri(address)
    return list(
        dict.fromkeys(
            triple(subject, iri(DC + element), literal(value.text, language=value.language))
            for element, value in simple(view, address)
        )
    )


def oai_dc(view: View, address: str) -> bytes:
    """The elements as an `oai_dc:dc` document (http://www.openarchives.org/OAI/2.0/oai_dc.xsd)."""
    root = etree.Element(f"{{{OAI_DC}}}dc", nsmap={"oai_dc": OAI_DC, "dc": DC, "xsi": _XSI})
    root.set(f"{{{_XSI}}}schemaLocation", f"{OAI_DC} {OAI_DC.rstrip('/')}.xsd")
    for element, value in simple(view, address):
        node = etree.SubElement(root, f"{{{DC}}}{element}")
        node.text = value.text
        if value.language:
            node.set(f"{{{_XML}}}lang", value.language)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def qualified(view: View, address: str) -> bytes:
    """All that is said of the work in terms of Dublin Core, as a `qdc:qualifieddc` document.

    What leads to another thing of this site is left out: its name stands in an element beside it.
    """
    root = etree.Element(f"{{{QDC}}}qualifieddc", nsmap={"qdc": QDC, "dc": DC, "dcterms": TERMS, "xsi": _XSI})
    root.set(f"{{{_XSI}}}schemaLocation", f"{DC} {_QDC_SCHEMA}dc.xsd {TERMS} {_QDC_SCHEMA}dcterms.xsd")
    creators = [value for element, value in simple(view, address) if element == "creator"]
    said = [(DC + "creator", value) for value in creators]
    for subject, property_, value in view.statements():
        name = property_.address or ""
        if subject.address == address and name.startswith((DC, TERMS)) and name != DC + "creator":
            text = value.text if value.address is None else value.address
            if value.address is None or not value.address.startswith(view.base):
                said.append((name, Value(text, language=value.language)))
    for name, value in dict.fromkeys(said):
        space = DC if name.startswith(DC) else TERMS
        node = etree.SubElement(root, f"{{{space}}}{name.removeprefix(space)}")
        node.text = carriable(value.text)
        if value.language:
            node.set(f"{{{_XML}}}lang", value.language)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _values(view: View, address: str, properties: tuple[str, ...], *, first_only: bool) -> Iterator[Value]:
    for name in properties:
        texts = view.texts(address, name)
        yield from texts
        if first_only and texts:
            return
        yield from (Value(node) for node in view.nodes(address, name) if not node.startswith(view.base))


def _in_order(view: View, address: str, creators: list[Value]) -> list[Value]:
    """The creators as their positions say, a name as often as creators have it; a graph has no order of its own."""
    places: dict[str, list[int]] = {}
    for node in view.nodes(address, "pro:isDocumentContextFor"):
        role = next(iter(view.nodes(node, "pro:withRole")), "")
        if role.endswith("/author"):
            places.setdefault(view.text(node, "rdfs:label"), []).append(int(view.text(node, "co:index") or 0))
    last = sum(map(len, places.values())) + 1
    placed = [(place, value) for value in creators for place in places.get(value.text, [last])]
    return [value for _, value in sorted(placed, key=lambda pair: pair[0])]
