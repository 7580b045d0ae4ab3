"""Theses: ETD-MS of the Networked Digital Library of Theses, and the United Kingdom's UKETD_DC.

Sources: http://www.ndltd.org/standards/metadata/etdms/1.1/ and http://ethostoolkit.cranfield.ac.uk/.
"""

from __future__ import annotations

import re

from lxml import etree

from converter.record import File
from converter.sources.builder import Draft
from converter.sources.elements import Tree, local
from converter.sources.xml_formats.namespaces import UKETD
from converter.sources.xml_formats.qdc import name_of
from ontology.source_tables import field_of, fields

_ETDMS = fields("etdms")
_OR = re.compile(r"[/;|]")
"""What stands between the names of one role in several languages."""
_UKETD = fields("uketd")


def etdms(metadata: etree._Element, draft: Draft) -> None:
    """Read a thesis of ETD-MS 1.0 or 1.1."""
    tree = Tree(metadata, draft, "etdms")
    for element in tree.each("creator"):
        tree.field("dc.contributor.author", element, tree.attribute(element, "resource") or None)
    for element in tree.each("contributor"):
        role = tree.attribute(element, "role")
        name = next(filter(None, (field_of("roles", part) for part in [role, *_OR.split(role)])), "")
        if role and not name:
            draft.unread("etdms.contributor.role", role, f"the role of {''.join(element.itertext()).strip()}")
        tree.field(name or "dc.contributor.other", element, tree.attribute(element, "resource") or None)
    for element in tree.each("publisher"):
        if country := tree.attribute(element, "country"):
            draft.add("dc.publisher.country", country)
    for element in tree.each("description"):
        role = tree.attribute(element, "role")
        tree.field("dc.description.abstract" if role in {"", "abstract"} else "dc.description", element)
    for path, name in _ETDMS.items():
        for element in tree.each(path):
            tree.field(name, element)
    tree.rest()


def uketd(metadata: etree._Element, draft: Draft) -> None:
    """Read a thesis of UKETD_DC; a checksum belongs to the file at the same place."""
    tree = Tree(metadata, draft, "uketdterms")
    files: list[str] = []
    checksums: list[etree._Element] = []
    for element in metadata.iterchildren("*"):
        name = local(element)
        if name == "checksum":
            checksums.append(element)
        elif name in _UKETD:
            tree.field(_UKETD[name], element)
        elif name == "isFormatOf" or (name == "identifier" and _is_file(element)):
            files.append(tree.take(element))
        elif name_of(element).startswith(("dc.", "dcterms.")) and element.nsmap.get(element.prefix) != UKETD:
            tree.field(name_of(element), element)
    for place, address in enumerate(files):
        element_ = checksums[place] if place < len(checksums) else None
        draft.files.append(
            File(
                name=address.rpartition("/")[2] or address,
                url=address,
                checksum=None if element_ is None else tree.take(element_),
                checksum_algorithm=None if element_ is None else tree.attribute(element_, "type") or None,
            )
        )
    tree.rest()


def _is_file(element: etree._Element) -> bool:
    return "bitstream" in "".join(element.itertext())
