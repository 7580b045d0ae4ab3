"""The record as it may be shown: private fields gone, e-mail addresses masked.  The archive keeps the rest."""

from __future__ import annotations

import re

import msgspec

import ontology
from converter.record import Field, File, Record

_EMAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)+")
MASK = "[e-mail address removed]"

SILENT = {"email": "private", "private": "private", "raw": "archived"}
"""The kinds of the crosswalk that make no statement, and what becomes of their values: they stay in the archive."""


def masked(text: str) -> str:
    """The text without e-mail addresses.

    >>> masked("Write to ann@example.org today")
    'Write to [e-mail address removed] today'
    """
    return _EMAIL.sub(MASK, text) if "@" in text else text


def published(record: Record, crosswalk: ontology.Crosswalk) -> bytes:
    """The record as canonical JSON, as `/source/…` shows it, and of which its published SHA-256 is taken.

    A digest of private values could be guessed by trying, so they have no part in it.
    """
    fields = tuple(_shown(field) for field in record.fields if SILENT.get(crosswalk.row(field.name).kind) != "private")
    shown = msgspec.structs.replace(record, fields=fields, files=tuple(_shown_file(file) for file in record.files))
    return msgspec.json.encode(shown, order="deterministic")


def _shown(field: Field) -> Field:
    value = masked(field.value)
    return field if value == field.value else msgspec.structs.replace(field, value=value)


def _shown_file(file: File) -> File:
    return msgspec.structs.replace(
        file, name=masked(file.name), description=masked(file.description) if file.description else None
    )
