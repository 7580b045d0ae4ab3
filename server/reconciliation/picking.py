"""A name that a person writes → the things that may be meant, each with what is known of it."""

from __future__ import annotations

from typing import NamedTuple

from server.reconciliation.current_index import Indexes
from server.reconciliation.match_requests import Question
from server.reconciliation.matching import matched, suggested
from server.reconciliation.model import KINDS
from server.reconciliation.name_index import Name
from server.reconciliation.property_values import Graph
from server.sparql import Endpoint

_MOST = 12


class Found(NamedTuple):
    """A thing that may be meant: its name, its address, what it is, and whether it is surely the one."""

    name: str
    address: str
    description: str
    sure: bool


class Picker:
    """Finds things by their names, by their identifiers, and by how their names begin."""

    def __init__(self, endpoint: Endpoint, base: str, indexes: Indexes) -> None:
        self._graph, self._base, self._indexes = Graph(endpoint, base), base, indexes

    def __call__(self, text: str, kinds: tuple[str, ...]) -> list[Found]:
        """The things of these types that may be meant, the best first; the first is sure only where no other is near.

        Raises QueryError where the names cannot be read.
        """
        index, types = self._indexes.current(), tuple(KINDS[kind] for kind in kinds)
        found = matched(index, self._graph, Question(text, types, _MOST, ()))
        sure = bool(found) and found[0].match
        names: dict[str, Name] = {one.name.address: one.name for one in found}
        for name in suggested(index, list(types), text, _MOST):
            names.setdefault(name.address, name)
        shown = list(names.values())[:_MOST]
        stated = self._graph.descriptions(shown)
        return [
            Found(
                name.name,
                self._base + name.address,
                ", ".join(filter(None, (KINDS[name.kind].name, stated.get((name.kind, name.address))))),
                sure and place == 0,
            )
            for place, name in enumerate(shown)
        ]
