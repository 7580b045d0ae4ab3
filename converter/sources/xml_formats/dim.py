"""DSpace Intermediate Metadata: DSpace's own fields, with language and authority."""

from __future__ import annotations

from lxml import etree

from converter.sources.builder import Draft


def read(metadata: etree._Element, draft: Draft) -> None:
    """Read every `field` with mdschema, element, qualifier, lang, authority, confidence."""
    for element in metadata.iter("{*}field"):
        schema, name = element.get("mdschema"), element.get("element") or ""
        if schema == "others":
            _other(name, element, draft)
            continue
        parts = [schema or "dc", name, element.get("qualifier") or ""]
        full = ".".join(part.strip() for part in parts if part and part != "none")
        if schema is None:
            draft.unread(full, "".join(element.itertext()).strip(), "no mdschema: taken for dc")
        confidence = element.get("confidence") or ""
        draft.add_text(
            full,
            element,
            authority=element.get("authority"),
            confidence=int(confidence) if confidence.lstrip("-").isdecimal() else None,
        )


def _other(name: str, element: etree._Element, draft: Draft) -> None:
    value = "".join(element.itertext()).strip()
    if name == "handle" and value:
        draft.handle = value
    elif name == "lastModifyDate" and value and not draft.datestamp:
        draft.datestamp = value
    elif value:
        draft.unread(f"others.{name}", value, "a technical field of the answer, not of the record")
