"""Qualified Dublin Core: the fifteen elements and the terms that refine them."""

from __future__ import annotations

from lxml import etree

import ontology
from converter.record import File
from converter.sources.builder import Draft
from converter.sources.elements import Tree, local
from converter.sources.xml_formats.namespaces import DC, NSDL, QDC
from converter.values.resolvable import handle
from ontology.source_tables import fields

FIFTEEN = frozenset(
    "title creator subject description publisher contributor date type format identifier source language relation"
    " coverage rights".split()
)
_QUALIFIED = fields("qdc")
_IDENTIFIERS = fields("qdc", "identifier")
_ENCODINGS = frozenset({"w3cdtf", "dcmitype", "imt", "iso6392", "iso6393", "rfc1766", "rfc3066", "rfc4646", "rfc5646"})


def read(metadata: etree._Element, draft: Draft) -> None:
    """Read the elements: `dc.element[.qualifier]` for the fifteen, `dcterms.term` for their refinements."""
    tree = Tree(metadata, draft, "dc")
    for element in metadata.iterchildren("*"):
        if local(element) == "file":
            _file(tree, element)
        elif local(element) == "recordID":
            draft.identifier = draft.identifier or tree.take(element)
        elif len(element) == 0:
            name = name_of(element)
            if name == _IDENTIFIERS["resourcehandle"] and (stated := handle("".join(element.itertext()).strip())):
                draft.handle = stated.value
            tree.field(name, element)
    tree.rest()


def _file(tree: Tree, element: etree._Element) -> None:
    """A file of the work, or a page about it."""
    address, bundle = tree.attribute(element, "href"), tree.attribute(element, "bundle")
    name = tree.attribute(element, "name") or tree.take(element) or address.rstrip("/").rpartition("/")[2]
    if address and bundle == "page":
        tree.draft.add("dc.identifier.url", address)
    elif address or name:
        media_type = tree.attribute(element, "type") or None
        tree.draft.files.append(
            File(name=name or address, url=address or None, media_type=media_type, bundle=bundle or None)
        )
    tree.take(element)


def name_of(element: etree._Element) -> str:
    """The field of an element of Dublin Core, its qualifier taken from an attribute where that is known.

    >>> name_of(etree.fromstring('<identifier type="issn"/>')), name_of(etree.fromstring("<dateAccepted/>"))
    ('dc.identifier.issn', 'dcterms.dateAccepted')
    """
    name = local(element)
    if str(element.tag).startswith(f"{{{NSDL}"):
        return f"nsdl.{name}"
    if name not in FIFTEEN:
        return _QUALIFIED.get(name, f"dcterms.{name}")
    qualifier = next((str(value) for key, value in element.attrib.items() if str(key).endswith("type")), "")
    qualifier = qualifier.rpartition(":")[2].strip()
    if name == "identifier" and qualifier.lower() in _IDENTIFIERS:
        return _IDENTIFIERS[qualifier.lower()]
    full = f"dc.{name}.{qualifier.lower()}"
    is_simple = element.nsmap.get(element.prefix) in {DC, None, QDC}
    is_kind = qualifier.isalnum() and qualifier.lower() not in _ENCODINGS
    return full if is_kind and (is_simple or full in ontology.field_names()) else f"dc.{name}"
