"""Triples → JSON-LD: one nested document a record, compact, with the context in it; nothing is ever fetched.

Source: https://www.w3.org/TR/json-ld11/ and https://www.w3.org/TR/json-ld11-framing/.
"""

from __future__ import annotations

import copy
import json
import threading
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

import ontology
from converter.graph import parsed
from converter.node_objects import node_objects

if TYPE_CHECKING:
    from converter.framing import Framer

Node = dict[str, Any]

# PyLD keeps state while it works.
_LOCK = threading.Lock()
_FIRST_KEYS = ("@context", "id", "type", "title", "label", "name")


def expanded(lines: Iterable[str]) -> list[Node]:
    """The triples as expanded JSON-LD, a node object for each subject.

    >>> expanded(['<http://x/1> <http://purl.org/dc/terms/title> "A"@en .'])
    [{'@id': 'http://x/1', 'http://purl.org/dc/terms/title': [{'@value': 'A', '@language': 'en'}]}]
    """
    nodes: dict[str, Node] = {}
    for found in node_objects(parsed(lines)):
        # The lines of one subject may stand apart.
        node = nodes.setdefault(found["@id"], found)
        if node is not found:
            for name, values in found.items():
                node[name] = [*node.get(name, ()), *values] if name != "@id" else values
    return list(nodes.values())


def framed(lines: Iterable[str], item: str, base: str = ontology.PUBLISHED_BASE) -> Node:
    """One nested document for the thing with the address `item`; every triple is in it, authors are in order.

    What the frame does not reach from the thing stands under `@included`.
    """
    nodes = expanded(sorted(lines))
    with _LOCK:
        found = _framer(base).framed(nodes, item)
    found.pop("@context", None)
    return {"@context": _context(base), **_in_order(found)}


def context(base: str = ontology.PUBLISHED_BASE) -> Node:
    """The terms of the profile, for this base."""
    return copy.deepcopy(_context(base))


def document(node: Node, base: str = ontology.PUBLISHED_BASE) -> bytes:
    """The document as UTF-8."""
    rest = {key: value for key, value in node.items() if key != "@context"}
    if node.get("@context") is not _context(base) or not rest:
        return json.dumps(node, ensure_ascii=False, indent=1).encode() + b"\n"
    # The context is half of most documents, and always the same text.
    return _context_text(base) + json.dumps(rest, ensure_ascii=False, indent=1).encode()[1:] + b"\n"


def stream(nodes: Iterable[Node], base: str = ontology.PUBLISHED_BASE) -> Iterator[bytes]:
    """Yield one document for several records: their context once, each record a member of `@graph`."""
    yield b'{\n"@context": ' + json.dumps(context(base), ensure_ascii=False).encode() + b',\n"@graph": [\n'
    for number, node in enumerate(nodes):
        member = {key: value for key, value in node.items() if key != "@context"}
        included = member.pop("@included", [])
        for inner in (member, *included):
            yield (b",\n" if number or inner is not member else b"") + json.dumps(inner, ensure_ascii=False).encode()
    yield b"\n]\n}\n"


@lru_cache(maxsize=8)
def _context(base: str) -> Node:
    return cast("Node", json.loads(ontology.text("context.jsonld", base))["@context"])


@lru_cache(maxsize=8)
def _context_text(base: str) -> bytes:
    return json.dumps({"@context": _context(base)}, ensure_ascii=False, indent=1).encode()[:-2] + b","


@lru_cache(maxsize=8)
def _framer(base: str) -> Framer:
    # PyLD brings an HTTP client and a parser of HTML: a site that starts, and one that frames nothing, need not wait.
    from converter.framing import Framer  # noqa: PLC0415

    return Framer(_context(base), json.loads(ontology.text("frame.jsonld")))


def _in_order(value: Any) -> Any:
    """Roles in the order of their positions, and keys in one that a person expects."""
    if isinstance(value, list):
        return [_in_order(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    node = {key: _in_order(value[key]) for key in sorted(value, key=_key_order)}
    if isinstance(node.get("roles"), list):
        node["roles"] = sorted(node["roles"], key=_position)
        holders = [_holder(role) for role in node["roles"]]
        if isinstance(node.get("creator"), list):
            node["creator"] = sorted(node["creator"], key=lambda agent: _place(holders, agent))
    return node


def _key_order(key: str) -> tuple[int, str]:
    return (_FIRST_KEYS.index(key), "") if key in _FIRST_KEYS else (len(_FIRST_KEYS), key)


def _position(role: Any) -> tuple[str, int]:
    if not isinstance(role, dict):
        return "", 0
    position = role.get("position")
    return str(role.get("role", "")), position if isinstance(position, int) else 0


def _holder(role: Any) -> Any:
    agent = role.get("agent") if isinstance(role, dict) else None
    return agent.get("id") if isinstance(agent, dict) else agent


def _place(holders: list[Any], agent: Any) -> int:
    address = agent.get("id") if isinstance(agent, dict) else agent
    return holders.index(address) if address in holders else len(holders)
