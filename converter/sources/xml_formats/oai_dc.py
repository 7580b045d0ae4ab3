"""Simple Dublin Core, the format that every repository offers: fifteen elements without qualifiers."""

from __future__ import annotations

from lxml import etree

from converter.sources.builder import Draft
from converter.sources.xml_formats.namespaces import TERMS

_ENVELOPE = ("header", "about")


def read(metadata: etree._Element, draft: Draft) -> None:
    """Read the elements, each as `dc.element`."""
    for element in metadata.iterchildren("*"):
        name = str(element.tag).rpartition("}")[2].rpartition(":")[2]
        if name not in _ENVELOPE:
            is_term = str(element.tag).startswith(f"{{{TERMS}}}")
            draft.add_text(f"dcterms.{name}" if is_term else f"dc.{name}", element)
