"""Where a record is from, as the `about` part of it: each station on its way here, the last one outside.

Source: XML schema to hold provenance information, http://www.openarchives.org/OAI/2.0/guidelines-provenance.htm.
"""

from __future__ import annotations

import re
from urllib.parse import urljoin

import msgspec

from converter.mapping.engine import Mapper
from converter.privacy import masked, shown
from converter.record import Origin, Record
from converter.store.reader import Held
from converter.values.terms import UNCARRIABLE
from server.feeds.xml_text import element, text
from server.oai.metadata_formats import Format

_NAMESPACE = "http://www.openarchives.org/OAI/2.0/provenance"
_SPACES = {
    "xmlns": _NAMESPACE,
    "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "xsi:schemaLocation": f"{_NAMESPACE} {_NAMESPACE}.xsd",
}
_DATESTAMP = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\dZ)?", re.ASCII)
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s\x00-\x20<>\"{}|\\^`]+")


def about(record: Record, held: Held, format_: Format, mapper: Mapper) -> str:
    """The `about` part of a record in a format, "" where it was never harvested, or where no such part can be made."""
    stations = [*_last(record, held, format_, mapper), *record.origins]
    if not all(_can_be_told(origin) for origin in stations):
        return ""
    inside = ""
    for origin in reversed(stations):
        inside = _description(origin, inside)
    return element("about", element("provenance", inside, _SPACES)) if inside else ""


def _last(record: Record, held: Held, format_: Format, mapper: Mapper) -> list[Origin]:
    """The repository that gave the record, from which it was taken when it last changed here."""
    came = record.listed
    if not came.base_url:
        return []
    altered = not (format_.is_plain and _is_as_it_came(record, came.namespace, format_, mapper))
    return [Origin(came.base_url, came.identifier, came.datestamp or "", came.namespace, held.moment, altered)]


def _can_be_told(origin: Origin) -> bool:
    """Whether the schema has words for an origin, and nobody's e-mail address is among them."""
    stated = (origin.base_url, origin.identifier, origin.namespace)
    return all(_URI.fullmatch(part) and masked(part) == part for part in stated) and bool(
        _DATESTAMP.fullmatch(origin.datestamp)
    )


def _is_as_it_came(record: Record, namespace: str, format_: Format, mapper: Mapper) -> bool:
    """Whether what is sent is what came, value by value."""
    if namespace != urljoin(mapper.base, format_.namespace) or (record.files and not format_.is_whole):
        return False
    plain = msgspec.structs.replace(record, via=None, origins=())
    carried = format_.is_whole or not any(UNCARRIABLE.search(field.value) for field in record.fields)
    return carried and shown(record, mapper.crosswalk) == plain


def _description(origin: Origin, inside: str) -> str:
    stated = {
        "baseURL": origin.base_url,
        "identifier": origin.identifier,
        "datestamp": origin.datestamp,
        "metadataNamespace": origin.namespace,
    }
    parts = "".join(element(name, text(value)) for name, value in stated.items())
    how = {"harvestDate": origin.harvested, "altered": "true" if origin.altered else "false"}
    return element("originDescription", parts + inside, how)
