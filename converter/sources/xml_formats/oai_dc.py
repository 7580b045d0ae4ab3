"""Simple Dublin Core, the format that every repository offers: fifteen elements without qualifiers."""

from __future__ import annotations

from lxml import etree

from converter.sources.builder import Draft

NAMESPACE = "http://www.openarchives.org/OAI/2.0/oai_dc/"
TERMS = "http://purl.org/dc/terms/"
ELEMENTS = "http://purl.org/dc/elements/1.1/"
_ENVELOPE = ("header", "about")


def read(metadata: etree._Element, draft: Draft) -> None:
    """Read the elements, each as `dc.element`."""
    for element in metadata.iterchildren("*"):
        name = str(element.tag).rpartition("}")[2].rpartition(":")[2]
        if name not in _ENVELOPE:
            is_term = str(element.tag).startswith(f"{{{TERMS}}}")
            draft.add_text(f"dcterms.{name}" if is_term else f"dc.{name}", element)


def within(record: etree._Element) -> bool:
    """Whether elements of Dublin Core stand in the record itself, as some exports put them."""
    return record.find(f"{{{ELEMENTS}}}*") is not None
