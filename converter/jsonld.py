"""Triples → JSON-LD for programmers: one nested document a record, of one shape; nothing is ever fetched.

The context is the table: the order of its terms is that of a document, and the definition of a term says how its
values are written.

| a term with | holds | as |
|---|---|---|
| `"@type": "@id"` | things | objects with `id`, described where they are met first, nearest to the record |
| `"@type": "@vocab"` | names of vocabularies, addresses | strings |
| `"@container": "@language"` | texts | language → texts, those without a language under `none` |
| `"@type": "@none"` | values of several types | objects with `value`, and `type` unless it is text |
| another `@type` | values of this type | strings, or numbers of `xsd:integer` |
| no `@type` | texts without a language | strings |

What `@set` stands at is always an array, and what it stands not at is never one.  A value that no term of its property
holds stands under the name of the property in a vocabulary (`foaf:name`), always in an array.

Source: https://www.w3.org/TR/json-ld11/.
"""

from __future__ import annotations

import copy
import json
import re
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple, cast

import pyoxigraph

import ontology
from converter.graph import parsed
from converter.node_objects import INTEGER, STRING, TYPE, is_native, node_objects

Node = dict[str, Any]
Object = pyoxigraph.NamedNode | pyoxigraph.BlankNode | pyoxigraph.Literal

CONTEXT = "context-2.jsonld"
"""The file of the context, which has its version in its name; the one before is kept for documents that name it."""
SCHEMA = "schema-2.json"
"""What the JSON Schema of documents with this context is called, beside it."""

_ROLES = {
    name: ontology.expand(f"pro:{name}", "jsonld")
    for name in ("isDocumentContextFor", "isHeldBy", "withRole", "author")
}
_INDEX, _LABEL = ontology.expand("co:index", "jsonld"), ontology.expand("rdfs:label", "jsonld")
_DIGITS = re.compile(r"(\d+)")
_LAST = 1 << 30
_NO_AGENT = (True, "~", _LAST)


class Term(NamedTuple):
    """A term of the context: its name and place, what `@type` and `@container` it has, whether it is `@reverse`."""

    name: str
    place: int
    type: str
    is_text: bool
    is_many: bool
    is_reverse: bool


class Terms:
    """The context as a table: the terms of each property, and the short names of addresses."""

    def __init__(self, definitions: Node) -> None:
        named = {name: value for name, value in definitions.items() if isinstance(value, str) and value[0] != "@"}
        self._spaces = {space: prefix for prefix, space in named.items() if space.endswith(("/", "#"))}
        prefixes = {*self._spaces.values()}
        self._names = {self._full(short, named): name for name, short in named.items() if name not in prefixes}
        self.of: dict[str, list[Term]] = defaultdict(list)
        for place, (name, stated) in enumerate(definitions.items()):
            if isinstance(stated, dict):
                type_, container = stated.get("@type", ""), stated.get("@container")
                term = Term(
                    name,
                    place,
                    type_ if type_[:1] == "@" else self._full(type_, named) if type_ else "",
                    container == "@language",
                    container == "@set",
                    "@reverse" in stated,
                )
                self.of[self._full(stated.get("@id") or stated["@reverse"], named)].append(term)

    def place(self, property_: str) -> tuple[int, str]:
        """Where a property stands in a document."""
        terms = self.of.get(property_)
        return terms[0].place if terms else _LAST, property_

    def name(self, address: str) -> str:
        """A class, a role or a term of a vocabulary as documents name it: its short name, or its address.

        >>> Terms({"dcterms": "http://purl.org/dc/terms/"}).name("http://purl.org/dc/terms/valid")
        'dcterms:valid'
        """
        return self._names.get(address) or self.key(address)

    @lru_cache(maxsize=4096)  # noqa: B019 - as many as there are bases
    def key(self, address: str) -> str:
        """A property as a key that no term has: with a prefix, or its address."""
        for end in (address.rfind("#"), address.rfind("/")):
            prefix = self._spaces.get(address[: end + 1])
            if prefix and end + 1 < len(address):
                return f"{prefix}:{address[end + 1 :]}"
        return address

    @staticmethod
    def _full(short: str, named: dict[str, str]) -> str:
        prefix, _, name = short.partition(":")
        return named[prefix] + name


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


def nested(lines: Iterable[str], item: str, base: str = ontology.PUBLISHED_BASE, source: str = "") -> Node:
    """One nested document for the thing with the address `item`; every triple is in it once.

    Agents stand in the order of their positions.  Other values stand in the order in which they appear in `source`,
    the text of the original record, and those that it does not have after them, in the order of their addresses.
    What nothing leads to stands under `included`.
    """
    return {"@context": _context(base), **_Document(parsed(sorted(set(lines))), item, _terms(base), source).node}


def context(base: str = ontology.PUBLISHED_BASE) -> Node:
    """The terms of documents, for this base."""
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
        included = member.pop("included", [])
        for inner in (member, *included):
            yield (b",\n" if number or inner is not member else b"") + json.dumps(inner, ensure_ascii=False).encode()
    yield b"\n]\n}\n"


@lru_cache(maxsize=8)
def _context(base: str) -> Node:
    return cast("Node", json.loads(ontology.text(CONTEXT, base))["@context"])


@lru_cache(maxsize=8)
def _terms(base: str) -> Terms:
    return Terms(_context(base))


@lru_cache(maxsize=8)
def _context_text(base: str) -> bytes:
    return json.dumps({"@context": _context(base)}, ensure_ascii=False, indent=1).encode()[:-2] + b","


class _Document:
    """A document while it is made: what is said of each thing goes from `_left` into the tree, once."""

    def __init__(self, triples: Iterable[pyoxigraph.Triple], item: str, terms: Terms, source: str) -> None:
        self._terms, self._source = terms, source.casefold()
        self._left: dict[str, dict[str, list[Object]]] = {}
        self._uses = Counter[str]()
        for triple in triples:
            said = self._left.setdefault(_name(triple.subject), {})
            said.setdefault(triple.predicate.value, []).append(cast("Object", triple.object))
            self._uses[_name(triple.object)] += 1
        self._said = dict(self._left)
        self._agents = self._order_of_agents(item)
        self._placed: dict[str, Node] = {}
        self._waiting: deque[tuple[str, Node]] = deque()
        self.node: Node = {"id": item}
        self._grow(item, self.node)
        self._turn_back()
        included = [node for address in self._unreached() if (node := self._grown(address))]
        if included:
            self.node["included"] = included
        for address, node in self._placed.items():
            if address.startswith("_:") and self._uses[address] < 2:
                del node["id"]

    def _grown(self, address: str) -> Node | None:
        if address not in self._left:
            return None
        node: Node = {"id": address}
        self._grow(address, node)
        return node

    def _grow(self, address: str, node: Node) -> None:
        """Write what is said of a thing, and then of what it leads to: those nearest to it first."""
        self._waiting.append((address, node))
        while self._waiting:
            address, node = self._waiting.popleft()
            if address in self._left:
                self._write(node, self._left.pop(address))
                self._placed[address] = node

    def _turn_back(self) -> None:
        """Place what leads to a thing of the tree, and nothing leads to: the documents about it."""
        back = [(property_, term) for property_, terms in self._terms.of.items() for term in terms if term.is_reverse]
        for property_, term in back:
            for address in self._unreached():
                for target in self._left.get(address, {}).get(property_, ()):
                    if place := self._placed.get(_name(target)):
                        self._left[address][property_].remove(target)
                        node: Node = {"id": address}
                        self._grow(address, node)
                        place.setdefault(term.name, []).append(node)
                        break

    def _unreached(self) -> list[str]:
        """What is left, beginning with that which nothing leads to."""
        led = {_name(object_) for said in self._left.values() for values in said.values() for object_ in values}
        return sorted(self._left, key=lambda address: (address in led, _natural(address)))

    def _write(self, node: Node, said: dict[str, list[Object]]) -> None:
        found: list[tuple[int, str, Any]] = []
        for property_ in sorted(said, key=self._terms.place):
            values = said[property_]
            if not values:
                continue
            ordered = sorted(values, key=self._rank) if len(values) > 1 else values
            if property_ == TYPE:
                found.append((-1, "type", [self._terms.name(_name(value)) for value in ordered]))
            else:
                found += self._members(property_, ordered)
        node.update((key, value) for _, key, value in sorted(found, key=lambda member: member[:2]))

    def _members(self, property_: str, values: list[Object]) -> Iterator[tuple[int, str, Any]]:
        """Yield the places, keys and values of a property: under each of its terms what it holds, then the rest."""
        for term in self._terms.of.get(property_, ()):
            if term.is_reverse or not values:
                continue
            held: list[Object] = []
            rest: list[Object] = []
            for value in values:
                fits = (term.is_many or term.is_text or not held) and _fits(term, value)
                (held if fits else rest).append(value)
            if held and term.is_text:
                yield term.place, term.name, _texts(held)
            elif held:
                made = [self._as(term, value) for value in held]
                yield term.place, term.name, made if term.is_many else made[0]
            values = rest
        if values:
            yield _LAST, self._terms.key(property_), [self._freely(value) for value in values]

    def _as(self, term: Term, value: Object) -> Any:
        if not isinstance(value, pyoxigraph.Literal):
            return self._thing(value) if term.type == "@id" else self._terms.name(value.value)
        if term.type != "@none":
            return int(value.value) if term.type == INTEGER else value.value
        return self._typed(value)

    def _freely(self, value: Object) -> Any:
        if not isinstance(value, pyoxigraph.Literal):
            return self._thing(value)
        if value.language:
            return {"value": value.value, "lang": value.language}
        if value.datatype.value == STRING:
            return value.value
        return int(value.value) if is_native(value) else self._typed(value)

    def _typed(self, value: pyoxigraph.Literal) -> Node:
        if value.datatype.value == STRING:
            return {"value": value.value}
        return {"value": value.value, "type": self._terms.name(value.datatype.value)}

    def _thing(self, value: Object) -> Node:
        node: Node = {"id": _name(value)}
        self._waiting.append((node["id"], node))
        return node

    def _rank(self, value: Object) -> tuple[Any, ...]:
        """Where a value stands among others: agents by their roles, the rest as in the source."""
        name = _name(value)
        agent = self._agents.get(name)
        return agent or _NO_AGENT, self._place_in_source(value), _natural(name), str(value)

    def _place_in_source(self, value: Object) -> int:
        if not self._source:
            return 0
        if isinstance(value, pyoxigraph.Literal):
            at = self._source.find(value.value.casefold())
            return at if at >= 0 else _LAST
        said = self._said.get(_name(value), {})
        literals = (one for values in said.values() for one in values if isinstance(one, pyoxigraph.Literal))
        return min((self._place_in_source(one) for one in literals), default=_LAST)

    def _order_of_agents(self, item: str) -> dict[str, tuple[bool, str, int]]:
        """Role and position of the roles of a work, of their holders, and of the names in them; the first counts."""
        found: dict[str, tuple[bool, str, int]] = {}
        roles = []
        for role in self._said.get(item, {}).get(_ROLES["isDocumentContextFor"], ()):
            said = self._said.get(_name(role), {})
            index = next((one.value for one in said.get(_INDEX, ()) if isinstance(one, pyoxigraph.Literal)), "")
            kind = next((_name(one) for one in said.get(_ROLES["withRole"], ())), "")
            place = (kind != _ROLES["author"], kind, int(index) if index.isdecimal() else 0)
            roles.append((place, _name(role), said))
        for place, address, said in sorted(roles, key=lambda role: role[:2]):
            found[address] = place
            for value in (*said.get(_ROLES["isHeldBy"], ()), *said.get(_LABEL, ())):
                found.setdefault(_name(value), place)
        return found


def _fits(term: Term, value: Object) -> bool:
    """Whether a term holds a value, so that the same value is read of it."""
    if not isinstance(value, pyoxigraph.Literal):
        return term.type == "@id" or (term.type == "@vocab" and isinstance(value, pyoxigraph.NamedNode))
    if value.language:
        return term.is_text and value.language != "none"
    datatype = value.datatype.value
    if term.is_text or not term.type:
        return datatype == STRING
    return term.type == "@none" or (datatype == term.type and (datatype != INTEGER or is_native(value)))


def _texts(values: list[Object]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for value in values:
        if isinstance(value, pyoxigraph.Literal):
            found.setdefault(value.language or "none", []).append(value.value)
    return found


def _name(term: object) -> str:
    return term.value if isinstance(term, (pyoxigraph.NamedNode, pyoxigraph.Literal)) else str(term)


def _natural(text: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdecimal() and part.isascii() else (-1, part) for part in _DIGITS.split(text)]
