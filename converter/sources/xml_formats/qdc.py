"""Qualified Dublin Core: the fifteen elements and the terms that refine them."""

from __future__ import annotations

from lxml import etree

import ontology
from converter.sources.builder import Draft
from converter.sources.elements import Tree, local
from converter.sources.xml_formats.oai_dc import ELEMENTS
from ontology.source_tables import fields

NAMESPACE = "http://dspace.org/qualifieddc/"
_NSDL = "http://ns.nsdl.org/"
TERMS = "http://purl.org/dc/terms/"
NAMESPACES = (
    NAMESPACE,
    TERMS,
    "http://epubs.cclrc.ac.uk/xmlns/qdc/",
    "http://worldcat.org/xmlschemas/qdc*",
    "http://www.bl.uk/namespaces/oai_dcq*",
    "http://purl.org/dc/elements/1.1/",
    "http://www.openarchives.org/OAI/2.0/oai_qdc/",
    f"{_NSDL}nsdl_dc_v1.*",
    "",
)

FIFTEEN = frozenset(
    "title creator subject description publisher contributor date type format identifier source language relation"
    " coverage rights".split()
)
_QUALIFIED = fields("qdc")
_ENCODINGS = frozenset({"w3cdtf", "dcmitype", "imt", "iso6392", "iso6393", "rfc1766", "rfc3066", "rfc4646", "rfc5646"})


def read(metadata: etree._Element, draft: Draft) -> None:
    """Read the elements: `dc.element[.qualifier]` for the fifteen, `dcterms.term` for their refinements."""
    tree = Tree(metadata, draft, "dc")
    for element in metadata.iterchildren("*"):
        if len(element) == 0:
            tree.field(name_of(element), element)
    tree.rest()


def name_of(element: etree._Element) -> str:
    """The field of an element of Dublin Core, its qualifier taken from an attribute where that is known.

    >>> name_of(etree.fromstring('<identifier type="issn"/>')), name_of(etree.fromstring("<dateAccepted/>"))
    ('dc.identifier.issn', 'dcterms.dateAccepted')
    """
    name = local(element)
    if str(element.tag).startswith(f"{{{_NSDL}"):
        return f"nsdl.{name}"
    if name not in FIFTEEN:
        return _QUALIFIED.get(name, f"dcterms.{name}")
    qualifier = next((str(value) for key, value in element.attrib.items() if str(key).endswith("type")), "")
    qualifier = qualifier.rpartition(":")[2].strip()
    full = f"dc.{name}.{qualifier.lower()}"
    is_simple = element.nsmap.get(element.prefix) in {ELEMENTS, None, NAMESPACE}
    is_kind = qualifier.isalnum() and qualifier.lower() not in _ENCODINGS
    return full if is_kind and (is_simple or full in ontology.field_names()) else f"dc.{name}"
