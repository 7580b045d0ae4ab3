"""What the graph says of things that are matched: values of their properties, and what distinguishes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from converter.privacy import masked
from converter.values.terms import iri
from server.descriptions.description import rows
from server.reconciliation.match_requests import Extension
from server.reconciliation.model import KINDS, PREFIXES, PROPERTIES, Property, properties_of
from server.reconciliation.name_index import Name
from server.sparql import Endpoint

_SHOWN = 200
"""Values of one property of one thing that are given out, and things that have one."""
_AT_ONCE = 200
"""Things of one query."""
_MOST = 20_000
"""Values of one query."""
_LONG = 300
_COUNTED = 50


class Value(NamedTuple):
    """A value of a property: its text, and the address below the base where it is a thing of ours."""

    text: str
    id: str = ""


class Graph:
    """The dataset, asked about things by their addresses below the base."""

    def __init__(self, endpoint: Endpoint, base: str) -> None:
        self._endpoint, self._base = endpoint, base

    def values(self, property_: Property, addresses: Iterable[str]) -> dict[str, list[Value]]:
        """Address → the values of a property, in their order.

        Raises what the endpoint raises.
        """
        entity = "?e" if property_.of else ""
        found = self._found(f"?s ?v {entity}", property_.pattern, addresses)
        return {address: values[:_SHOWN] for address, values in found.items()}

    def having(self, property_: Property, things: Iterable[str]) -> list[str]:
        """The addresses of what has one of these things as a value of a property.

        Raises what the endpoint raises.
        """
        values = " ".join(term for thing in things if (term := self._term(thing)))
        if not values:
            return []
        query = f"{PREFIXES} SELECT DISTINCT ?s {{ VALUES ?e {{ {values} }} {property_.pattern} }} LIMIT {_SHOWN}"
        return [row["s"].removeprefix(self._base) for row in rows(self._endpoint, query)]

    def descriptions(self, names: Iterable[Name]) -> dict[tuple[str, str], str]:
        """(type, address) → what distinguishes a thing from its namesakes.

        Raises what the endpoint raises.
        """
        by_kind: dict[str, list[str]] = {}
        for name in names:
            by_kind.setdefault(name.kind, []).append(name.address)
        return {
            (kind, address): _told(kind, found)
            for kind, addresses in by_kind.items()
            for address, found in self._found("?s ?v", KINDS[kind].description, addresses).items()
        }

    def is_described(self, address: str) -> bool:
        """Whether anything is said of what has the address."""
        try:
            subject = iri(self._base + address)
        except ValueError:
            return False
        return bool(rows(self._endpoint, f"SELECT ?p {{ {subject} ?p ?o }} LIMIT 1"))

    def _found(self, columns: str, pattern: str, addresses: Iterable[str]) -> dict[str, list[Value]]:
        found: dict[str, dict[Value, None]] = {}
        known = [term for address in dict.fromkeys(addresses) if (term := self._term(address))]
        for start in range(0, len(known), _AT_ONCE):
            subjects = " ".join(known[start : start + _AT_ONCE])
            query = f"{PREFIXES} SELECT DISTINCT {columns} {{ VALUES ?s {{ {subjects} }} {pattern} }} LIMIT {_MOST}"
            for row in rows(self._endpoint, query):
                thing = row.get("e", "")
                ours = thing.removeprefix(self._base) if thing.startswith(self._base) else ""
                value = Value(masked(row.get("v", "")), ours)
                found.setdefault(row["s"].removeprefix(self._base), {})[value] = None
        return {address: sorted(values) for address, values in found.items()}

    def _term(self, address: str) -> str | None:
        try:
            return iri(self._base + address)
        except ValueError:
            return None


def extended(graph: Graph, wanted: Extension) -> dict[str, object]:
    """The values that are wanted, as the protocol writes them; empty for what is not known.

    Raises what the endpoint raises.
    """
    found = {property_.id: graph.values(property_, wanted.ids) for property_ in wanted.properties}
    return {
        "meta": [_meta(property_) for property_ in wanted.properties],
        "rows": {
            address: {name: [_written(value) for value in values.get(address, ())] for name, values in found.items()}
            for address in wanted.ids
        },
    }


def preview(graph: Graph, name: Name) -> list[tuple[str, list[str]]]:
    """The properties of a thing with the first of their values, for a person to read.

    Raises what the endpoint raises.
    """
    stated = []
    for property_ in properties_of(name.kind):
        found = graph.values(property_, [name.address]).get(name.address, [])
        texts = list(dict.fromkeys(value.text for value in found))
        if texts:
            stated.append((property_.name, [_short(text) for text in texts[:5]]))
    return stated


def type_of(kind: str) -> Mapping[str, str]:
    """A type as the protocol writes it."""
    return {"id": kind, "name": KINDS[kind].name}


def _meta(property_: Property) -> dict[str, object]:
    stated: dict[str, object] = {"id": property_.id, "name": PROPERTIES[property_.id].name}
    return {**stated, "type": type_of(property_.of)} if property_.of else stated


def _written(value: Value) -> dict[str, str]:
    return {"id": value.id, "name": value.text} if value.id else {"str": value.text}


def _told(kind: str, values: list[Value]) -> str:
    first, more = _short(values[0].text), len(values) - 1
    if kind != "person":
        return first
    return f"in “{first}”" + (f" and {more} more" if 0 < more < _COUNTED else " and many more" if more else "")


def _short(text: str) -> str:
    return text if len(text) <= _LONG else f"{text[:_LONG]}…"
