"""The metadata files of DSpace's Simple Archive Format: `dcvalue` with element, qualifier and language."""

from __future__ import annotations

from lxml import etree

from converter.sources.builder import Draft, language_of


def read(metadata: etree._Element, draft: Draft) -> None:
    """Read every `dcvalue` under the schema that the document names, `dc` where it names none."""
    schema = metadata.get("schema") or "dc"
    for element in metadata.iter("{*}dcvalue", "dcvalue"):
        parts = (schema, element.get("element") or "", element.get("qualifier") or "")
        name = ".".join(part.strip() for part in parts if part.strip() and part.strip() != "none")
        confidence = element.get("confidence") or ""
        number = int(confidence) if confidence.lstrip("-").isdecimal() else None
        language = language_of(element) or element.get("language")
        draft.add(name, "".join(element.itertext()), language, element.get("authority"), number)
