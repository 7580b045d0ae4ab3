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
from converter.values import iris
from converter.values.resolvable import handle

_UUID = re.compile(r"(?:virtual::)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
_VIRTUAL = "virtual::"


class _Relation(NamedTuple):
    """A relationship: its number, empty where none is stated, the path of the entity, the field that it brings."""

    number: str
    path: str
    brings: str


def entity_of(item: Item, field: Field) -> str:
    """The address of the entity that a value comes from, empty where it comes from none that is known."""
    found = item.once(_entities).get(id(field))
    return f"{item.base}item/{found.path}" if found else ""


def journal_entity(item: Item, field: Field) -> str:
    """The address of the journal that a title comes from; a title may come from the issue, which is no journal."""
    found = item.once(_entities).get(id(field))
    return entity_of(item, field) if found and found.brings == field.name else ""


def is_virtual(field: Field) -> bool:
    """Whether a value comes from a related entity."""
    return (field.authority or "").startswith(_VIRTUAL)


def path_of(field: Field) -> str:
    """The path of the item at the other end of a relationship, by its UUID, or by its handle as packages have it."""
    if found := _UUID.fullmatch(field.value.lower()):
        return f"uuid/{found[1]}"
    named = handle(field.value)
    return iris.item_path(named.value, "") if named else ""


def brings_a_name(item: Item, path: str) -> bool:
    """Whether a value of this record names the entity at a path."""
    return any(one.path == path for one in item.once(_entities).values())


def _entities(item: Item) -> dict[int, _Relation]:
    """The relationship that brings each value, by the identity of its field."""
    relations = [
        _Relation(field.authority or "", path, row.scheme)
        for field, row in item.of_kind("relation")
        if (not field.authority or is_virtual(field)) and (path := path_of(field))
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
