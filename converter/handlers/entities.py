"""DSpace's entities as other records meet them: a value that comes from a related entity is that entity.

DSpace writes `virtual::901` as the authority of a value that a relationship brings, and the same beside the UUID in the
field of the relationship (https://wiki.lyrasis.org/display/DSDOC7x/Configurable+Entities).  Where the number stands at
the value alone, the order says it: values and relationships have the same.  Which field a relationship brings is
the scheme of its row (DSpace's `virtual-metadata.xml`).
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import NamedTuple

from converter.mapping.context import Item
from converter.record import Field

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_VIRTUAL = "virtual::"


class _Relation(NamedTuple):
    """A relationship: its number, empty where none is stated, the entity, and the field that it brings, if any."""

    number: str
    uuid: str
    brings: str


def entity_of(item: Item, field: Field) -> str:
    """The address of the entity that a value comes from, empty where it comes from none that is known."""
    found = item.once(_entities).get(id(field))
    return f"{item.base}item/uuid/{found.uuid}" if found else ""


def journal_entity(item: Item, field: Field) -> str:
    """The address of the journal that a title comes from; a title may come from the issue, which is no journal."""
    found = item.once(_entities).get(id(field))
    return entity_of(item, field) if found and found.brings == field.name else ""


def is_virtual(field: Field) -> bool:
    """Whether a value comes from a related entity."""
    return (field.authority or "").startswith(_VIRTUAL)


def _entities(item: Item) -> dict[int, _Relation]:
    """The relationship that brings each value, by the identity of its field."""
    relations = [
        _Relation(field.authority or "", field.value.lower(), row.scheme)
        for field, row in item.of_kind("relation")
        if (not field.authority or is_virtual(field)) and _UUID.fullmatch(field.value.lower())
    ]
    numbered: defaultdict[str, dict[str, _Relation]] = defaultdict(dict)
    unnumbered: defaultdict[str, list[_Relation]] = defaultdict(list)
    for one in relations:
        if one.number:
            numbered[one.number].setdefault(one.brings, one)
        else:
            unnumbered[one.brings].append(one)
    found: dict[int, _Relation] = {}
    left: defaultdict[str, list[Field]] = defaultdict(list)
    for field, row in item.rows:
        if row.kind == "relation" or not is_virtual(field):
            continue
        if known := numbered.get(field.authority or ""):
            # The issue brings the journal as well, under one number.
            found[id(field)] = known.get(field.name) or next(iter(known.values()))
        else:
            left[field.name].append(field)
    for name, fields in left.items():
        if len(fields) == len(unnumbered[name]):
            found |= {id(field): one for field, one in zip(fields, unnumbered[name], strict=True)}
        elif unnumbered[name]:
            item.note(fields[0], f"{len(fields)} values of relationships stand against {len(unnumbered[name])} of them")
    return found
