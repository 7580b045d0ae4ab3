"""The handle and identifier of a record, from the fields that may hold them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable

import msgspec

from converter.record import Field, Record
from converter.report import Finding
from converter.values.resolvable import handle

_OAI = re.compile(r"oai:[^:]+:(\d+(?:\.\d+)*/\S+)")
_DOI = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:)?(10\.\d{4,9}/\S+)", re.IGNORECASE)
_NEXT = re.compile(r"[\s;,|](?=https?://|hdl:)", re.IGNORECASE)
_ADDRESSES = ("dc.identifier.uri", "dc.identifier.handle", "dc.identifier", "dcterms.identifier")


def handle_of(fields: Iterable[Field], identifier: str = "") -> str | None:
    """The bare handle: from the OAI identifier, else from an address among the identifiers.

    >>> handle_of([Field("dc.identifier.uri", "http://hdl.handle.net/10722/1")])
    '10722/1'
    >>> handle_of([], "oai:repo.example.org:12345/6")
    '12345/6'
    >>> handle_of([Field("dc.identifier.uri", "http://hdl.handle.net/1/2;http://hdl.handle.net/1/3")])
    '1/2'
    """
    match = _OAI.fullmatch(identifier)
    if match:
        return match[1]
    if identifier.startswith("hdl:"):
        found = handle(identifier)
        return found.value if found else None
    stated = [(field.name, value.strip(" ;,|")) for field in fields for value in _NEXT.split(field.value)]
    by_name = {name: [value for own, value in stated if own == name] for name in _ADDRESSES}
    for name in _ADDRESSES:
        for value in by_name[name]:
            found = handle(value) if re.match(r"https?:|hdl:", value) or name == "dc.identifier.handle" else None
            if found:
                return found.value
    return None


def doi_of(fields: Iterable[Field]) -> str:
    """The address of the first DOI among the identifiers, empty where there is none.

    >>> doi_of([Field("dc.identifier", "10.5555/A.1")]), doi_of([Field("dc.identifier.doi", "none")])
    ('https://doi.org/10.5555/A.1', '')
    """
    stated = [field.value for field in fields if field.name in {"dc.identifier.doi", "dc.identifier"}]
    return next((f"https://doi.org/{match[1]}" for text in stated if (match := _DOI.fullmatch(text))), "")


def identified(record: Record, note: Callable[[Finding], None]) -> Record:
    """The record with an identifier: its own, else its handle, else one made of its content, which is reported."""
    if record.identifier:
        return record
    if record.handle:
        return msgspec.structs.replace(record, identifier=record.handle)
    # What a reader learns to say of a name must not move the record to another address.
    content = [msgspec.structs.replace(field, name_type=None, identifiers=(), of=0) for field in record.fields]
    digest = hashlib.sha256(msgspec.json.encode(content)).hexdigest()[:12]
    named = msgspec.structs.replace(record, identifier=f"record-{digest}")
    reason = "no handle and no identifier: named by its content, so a changed record is another record"
    note(Finding(named.identifier, "warning", "", "", reason))
    return named
