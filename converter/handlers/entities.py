"""DSpace's entities as other records meet them: a value that comes from a related entity is that entity.

DSpace writes `virtual::901` as the authority of a value that a relationship brings, and the same beside the UUID in the
field of the relationship (https://wiki.lyrasis.org/display/DSDOC7x/Configurable+Entities).
"""

from __future__ import annotations

import re

from converter.mapping.context import Item
from converter.record import Field

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_VIRTUAL = "virtual::"
_JOURNALS = frozenset({"relation.isJournalOfPublication", "relation.isJournalOfVolume", "relation.isJournalOfIssue"})


def entity_of(item: Item, field: Field) -> str:
    """The address of the entity that a value comes from, empty where it comes from none that is known."""
    stated = item.once(_related).get(field.authority or "")
    return f"{item.base}item/uuid/{stated[1]}" if stated else ""


def journal_entity(item: Item, field: Field) -> str:
    """The address of the journal that a title comes from; a title may come from the issue, which is no journal."""
    stated = item.once(_related).get(field.authority or "")
    return entity_of(item, field) if stated and stated[0] in _JOURNALS else ""


def is_virtual(field: Field) -> bool:
    """Whether a value comes from a related entity."""
    return (field.authority or "").startswith(_VIRTUAL)


def _related(item: Item) -> dict[str, tuple[str, str]]:
    """The number of a relationship → the field of the relationship and the UUID at its other end."""
    return {
        field.authority: (field.name, field.value.lower())
        for field, _ in item.of_kind("relation")
        if field.authority and is_virtual(field) and _UUID.fullmatch(field.value.lower())
    }
