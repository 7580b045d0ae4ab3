"""Expanded nodes → one nested document, as PyLD frames it, without what would be the same for every document.

PyLD prepares context and frame for each document anew, and expands what is expanded: that was four fifths of its time.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any, cast

from pyld import ContextResolver
from pyld.jsonld import JsonLdProcessor
from pyld.resolved_context import ResolvedContext

Node = dict[str, Any]

_KNOWN = 20_000
"""Short names that are remembered."""
_REVERSED = "describedBy"
"""The term of the context whose statements are those of the other node."""


class Framer(JsonLdProcessor):  # type: ignore[misc] # PyLD has no types
    """Frames documents with one context and one frame; it keeps state while it works."""

    def __init__(self, context: Node, frame: Node) -> None:
        super().__init__()
        self._context, self._given = context, frame
        self._short: dict[tuple[Any, ...], Any] = {}
        self._resolver = _Resolver(context)
        stated = {"isFrame": True, "keepFreeFloatingNodes": True, **self._options()}
        (self._frame_expanded,) = super().expand({**frame, "@context": context, "id": "x:item"}, stated)

    def framed(self, nodes: list[Node], item: str) -> Node:
        """The document for the thing with the address `item`; what it does not reach stands under `@included`."""
        document = cast(
            "Node", super().frame(nodes, {**self._given, "@context": self._context, "id": item}, self._options())
        )
        reached = {*_told(document)}
        left = [node for node in nodes if self._shortened(node["@id"]) not in reached]
        if left:
            stated = {**self._options(), "graph": True, "skipExpansion": True}
            document["@included"] = super().compact(left, self._context, stated)["@graph"]
        return document

    def expand(self, input_: Any, options: Node) -> list[Node]:
        """The frame as it was expanded once, with the address that is asked for; nodes are expanded already."""
        if not options.get("isFrame"):
            return cast("list[Node]", input_)
        return [{**copy.deepcopy(self._frame_expanded), "@id": [input_["id"]]}]

    def _compact_iri(
        self, active: Any, iri: Any, value: Any = None, vocab: Any = False, base: Any = None, reverse: Any = False
    ) -> Any:
        """The short name; one that depends on no value is looked for once."""
        if value is not None:
            return super()._compact_iri(active, iri, value, vocab, base, reverse)
        key = (active.get("_uuid"), iri, vocab, base, reverse)
        if key not in self._short:
            if len(self._short) >= _KNOWN:
                self._short.clear()
            self._short[key] = super()._compact_iri(active, iri, value, vocab, base, reverse)
        return self._short[key]

    def _shortened(self, address: str) -> Any:
        """The address as it stands in a document."""
        active = self.process_context(self._get_initial_context(self._options()), self._context, self._options())
        return self._compact_iri(active, address, base="")

    def _options(self) -> Node:
        return {
            "base": "",
            "documentLoader": refuse,
            "omitGraph": True,
            "processingMode": "json-ld-1.1",
            "contextResolver": self._resolver,
        }


class _Resolver(ContextResolver):  # type: ignore[misc] # PyLD has no types
    """Knows one context, which PyLD would compare with others by all of its text."""

    def __init__(self, context: Node) -> None:
        super().__init__({}, refuse)
        self._own, self._resolved = context, [ResolvedContext(context)]

    def resolve(self, active: Any, context: Any, base: Any, cycles: Any = None) -> Any:
        """The context as PyLD prepared it once."""
        return self._resolved if context is self._own else super().resolve(active, context, base, cycles)


def refuse(address: str, _: object) -> Node:
    """Raises ValueError: no document is loaded."""
    raise ValueError(f"{address}: nothing is fetched while JSON-LD is made; the context must stand in the document")


def _told(value: Any, *, reversed_: bool = False) -> Iterator[str]:
    """Yield the addresses of the nodes of which a document says something."""
    if isinstance(value, list):
        for inner in value:
            yield from _told(inner, reversed_=reversed_)
    elif isinstance(value, dict):
        if "id" in value and (reversed_ or any(key not in {"id", "@context"} for key in value)):
            yield value["id"]
        for key, inner in value.items():
            if key != "@context":
                yield from _told(inner, reversed_=key == _REVERSED)
    elif reversed_ and isinstance(value, str):
        yield value
