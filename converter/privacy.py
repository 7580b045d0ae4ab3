"""The record as it may be shown: private fields gone, addresses and redactions masked.  The archive keeps the rest."""

from __future__ import annotations

import msgspec

import ontology
from converter.record import Field, File, Record
from converter.values.mail import without_addresses

MASK = "[e-mail address removed]"

SILENT = {"email": "private", "private": "private", "raw": "archived"}
"""The kinds of the crosswalk that make no statement, and what becomes of their values: they stay in the archive."""


def masked(text: str) -> str:
    """The text without e-mail addresses, in whatever spelling, and without what the table of redactions names.

    >>> masked("Write to ann [at] example.org")
    'Write to [e-mail address removed]'
    >>> masked("Write to ann@example.org today")
    'Write to [e-mail address removed] today'
    """
    text = without_addresses(text, MASK)
    for pattern, mask in ontology.redactions():
        # In what a match is replaced by, a backslash would mean something.
        text = pattern.sub(mask.replace("\\", r"\\"), text)
    return text


def published(record: Record, crosswalk: ontology.Crosswalk) -> bytes:
    """The record as canonical JSON, as `/source/…` shows it, and of which its published SHA-256 is taken.

    A digest of private values could be guessed by trying, so they have no part in it.
    """
    return msgspec.json.encode(shown(record, crosswalk), order="deterministic")


def shown(record: Record, crosswalk: ontology.Crosswalk) -> Record:
    """The record without private fields, and without the e-mail addresses that stand in other values and keys.

    The way on which it came is no part of it: a copy is the same record.

    >>> fields = Field("dc.title", "Of ann@example.org"), Field("dc.description.provenance", "Submitted by Ann")
    >>> [field.value for field in shown(Record("r", fields=fields), ontology.Crosswalk()).fields]
    ['Of [e-mail address removed]']
    """
    fields = tuple(_shown(field) for field in record.fields if SILENT.get(crosswalk.row(field.name).kind) != "private")
    files = tuple(_shown_file(file) for file in record.files)
    sets = tuple(masked(name) for name in record.sets)
    return msgspec.structs.replace(record, fields=fields, files=files, sets=sets, via=None, origins=())


def _shown(field: Field) -> Field:
    value = masked(field.value)
    # A key of which something is cut out would be the key of others.
    authority = field.authority if field.authority == masked(field.authority or "") else None
    if (value, authority) == (field.value, field.authority):
        return field
    return msgspec.structs.replace(field, value=value, authority=authority)


def _shown_file(file: File) -> File:
    return msgspec.structs.replace(
        file,
        name=masked(file.name),
        url=file.url if file.url == masked(file.url or "") else None,
        description=masked(file.description) if file.description else None,
    )
