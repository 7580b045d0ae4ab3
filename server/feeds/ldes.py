"""The journal as a Linked Data Event Stream at `/ldes`: each change a member that never changes again.

A member says that an item came, changed or went, and when: `dcterms:isVersionOf` names the item, `rdfs:seeAlso` the
document in which its present state stands.  What an item was before its last change is not kept, and so not stated.

The root leads to nodes of a hundred nodes each, down to pages of a hundred changes.  A node that is full is never
changed again, and says so; its address holds the moment at which the journal began, so that a folder that is made anew
has other nodes.

`/ldes/latest` is another view of the stream: of each item the last change alone (a retention policy of LDES), with what
the record says, in a graph that has the name of the member.  Whoever replaces what an item said before by that of its
member has the data that the site has.  Its nodes go on changing, since a member goes where another takes its place.
Sources: https://w3id.org/ldes/specification and https://w3id.org/tree/specification.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import NamedTuple

import pyoxigraph
from flask import Blueprint, Response, abort

from converter import jsonld
from converter.formats import GRAPHS
from converter.formats import SUFFIXES as _FORMS
from converter.graph import FORMATS, parsed
from converter.privacy import shown
from converter.store.journal import Entry
from converter.store.reader import ArchiveReader
from converter.values.terms import XSD, iri, literal, type_
from server.http.asked_form import asked_form
from server.http.headers import VARY
from server.http.problems import problem
from server.http.validated import LASTING, etag, sent
from server.settings import Settings
from server.sparql import Endpoint

FAN = 100
"""Changes of a page, and children of a node."""
SHORT_LIVED = "public, max-age=30"
"""How long what still grows may be kept."""

_NO_GRAPHS: Mapping[str, list[str]] = {}
_PREFIXES = {
    "as": "https://www.w3.org/ns/activitystreams#",
    "dcterms": "http://purl.org/dc/terms/",
    "ldes": "https://w3id.org/ldes#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "http://schema.org/",
    "sh": "http://www.w3.org/ns/shacl#",
    "tree": "https://w3id.org/tree#",
    "xsd": XSD,
}
_TYPES = {"created": "as:Create", "updated": "as:Update", "deleted": "as:Delete"}
_MOMENT, _NUMBER, _OF = "prov:generatedAtTime", "schema:position", "dcterms:isVersionOf"
_STREAM = {
    "ldes:timestampPath": _MOMENT,
    "ldes:sequencePath": _NUMBER,
    "ldes:versionOfPath": _OF,
    "ldes:versionCreateObject": "as:Create",
    "ldes:versionUpdateObject": "as:Update",
    "ldes:versionDeleteObject": "as:Delete",
}
"""What the stream says of its members."""
_SHAPE = {"moment": (_MOMENT, "xsd:dateTime"), "number": (_NUMBER, "xsd:integer"), "item": (_OF, None)}
"""What each member has once: the property, and the datatype of its value where it is no address."""
SUFFIXES = (*GRAPHS,)
"""The forms of the stream and of its nodes."""
_WITH_GRAPHS = {suffix: _FORMS[suffix] for suffix in (".trig", ".nq", ".jsonld")}
"""The forms that can say which member a triple belongs to."""


class Node(NamedTuple):
    """The changes after `start` up to `end`: at level 1 a page of them, above it the nodes of the level below."""

    level: int
    number: int

    @property
    def start(self) -> int:
        """The change before the first."""
        return self.number * _size(self.level)

    @property
    def end(self) -> int:
        """The last change that it will ever have."""
        return self.start + _size(self.level)


def ldes_blueprint(endpoint: Endpoint, settings: Settings, archive: ArchiveReader) -> Blueprint:  # noqa: ARG001 - as all feeds are made
    """The stream, its root and its nodes; every form by Accept and by suffix."""
    blueprint = Blueprint("ldes", __name__)
    stream, last = _Stream(settings, archive), _LastVersions(settings, archive)

    @blueprint.get("/ldes")
    @blueprint.get("/ldes.<suffix>")
    def root(suffix: str = "") -> Response:
        return _answer(stream.root(), stream.address, suffix, SHORT_LIVED)

    @blueprint.get("/ldes/<began>/<int:level>/<int:number>")
    @blueprint.get("/ldes/<began>/<int:level>/<int:number>.<suffix>")
    def node(began: str, level: int, number: int, suffix: str = "") -> Response:
        asked = Node(level, number)
        # The level is looked at first: a power of a large number would take its time.
        if began != stream.began() or not 1 <= level <= 9 or asked.start >= archive.latest():
            abort(404, "The stream has no such node; /ldes leads to those it has.")
        full = asked.end <= archive.latest()
        return _answer(stream.node(asked), stream.of(asked), suffix, LASTING if full else SHORT_LIVED)

    @blueprint.get("/ldes/latest")
    @blueprint.get("/ldes/latest.<suffix>")
    def latest(suffix: str = "") -> Response:
        return _answer(last.root(), last.address, suffix, SHORT_LIVED, forms=_WITH_GRAPHS)

    @blueprint.get("/ldes/latest/<began>/<int:level>/<int:number>")
    @blueprint.get("/ldes/latest/<began>/<int:level>/<int:number>.<suffix>")
    def latest_node(began: str, level: int, number: int, suffix: str = "") -> Response:
        asked = Node(level, number)
        if began != last.began() or not 1 <= level <= 9 or asked.start >= archive.latest():
            abort(404, "The stream has no such node; /ldes/latest leads to those it has.")
        graphs = last.graphs(asked) if level == 1 else {}
        return _answer(last.node(asked), last.of(asked), suffix, SHORT_LIVED, graphs, _WITH_GRAPHS)

    return blueprint


class _Stream:
    """The stream over the journal of an archive, as lines of N-Triples."""

    path, lasts = "ldes", True
    """Where its root is, and whether a node that is full never changes again."""

    def __init__(self, settings: Settings, archive: ArchiveReader) -> None:
        self._archive = archive
        self._base, self._title = settings.base, settings.title
        self.address = f"{settings.base}{self.path}"
        self._iri = iri(f"{settings.base}ldes#stream")

    def began(self) -> str:
        """When the journal began, as it stands in addresses."""
        return (self._archive.earliest() or "").replace("-", "").replace(":", "")

    def of(self, node: Node) -> str:
        """The address of a node."""
        return f"{self.address}/{self.began()}/{node.level}/{node.number}"

    def root(self) -> list[str]:
        """What a client begins with: the stream, its shape, and the nodes of the highest level."""
        latest, level = self._archive.latest(), 1
        while _size(level + 1) < latest:
            level += 1
        children = [Node(level, number) for number in range(-(-latest // _size(level)))]
        return [
            *_about(self._iri, {"a": "ldes:EventStream", **_STREAM}),
            f"{self._iri} {_term('dcterms:title')} {literal(f'Changes of {self._title}')} .",
            f"{self._iri} {_term('tree:view')} {iri(self.address)} .",
            f"{self._iri} {_term('tree:shape')} {iri(f'{self.address}#shape')} .",
            *_about(iri(self.address), {"a": "tree:Node"}),
            *self._relations(self.address, children),
            *_shape(self.address),
        ]

    def node(self, node: Node) -> list[str]:
        """The members of a page, or the children of a node above them."""
        address, latest = self.of(node), self._archive.latest()
        lines = [*_about(iri(address), {"a": "tree:Node"}), f"{iri(address)} {_term('dcterms:isPartOf')} {self._iri} ."]
        if node.end <= latest and self.lasts:
            lines.append(f"{iri(address)} {_term('ldes:immutable')} {literal('true', datatype=f'{XSD}boolean')} .")
        if node.level == 1:
            return [*lines, *(line for entry in self._entries(node) for line in self._member(node, entry))]
        below = range(node.number * FAN, (node.number + 1) * FAN)
        children = [Node(node.level - 1, number) for number in below]
        return [*lines, *self._relations(address, [child for child in children if child.start < latest])]

    def _entries(self, node: Node) -> list[Entry]:
        """The changes that stand on a page."""
        return [entry for entry in self._archive.journal(node.start, FAN) if entry.number <= node.end]

    def _relations(self, address: str, children: list[Node]) -> Iterator[str]:
        """Yield how to get from a node to its children, and between which moments their members are."""
        latest = self._archive.latest()
        for child in children:
            bounds = [("tree:GreaterThanOrEqualToRelation", "from", self._moment(child.start + 1))]
            if child.end <= latest:
                bounds.append(("tree:LessThanOrEqualToRelation", "to", self._moment(child.end)))
            for kind, name, moment in bounds:
                relation = iri(f"{address}#{name}-{child.number}")
                yield f"{iri(address)} {_term('tree:relation')} {relation} ."
                yield from _about(relation, {"a": kind, "tree:path": _MOMENT})
                yield f"{relation} {_term('tree:node')} {iri(self.of(child))} ."
                yield f"{relation} {_term('tree:value')} {_moment(moment)} ."

    def _moment(self, number: int) -> str:
        return self._archive.journal(number - 1, 1)[0].moment

    def _name(self, node: Node, entry: Entry) -> str:
        """The address of a member, which is the same in each view."""
        return f"{self._base}ldes/{self.began()}/{node.level}/{node.number}#{entry.number}"

    def _member(self, node: Node, entry: Entry) -> Iterator[str]:
        member, item = iri(self._name(node, entry)), iri(f"{self._base}item/{entry.address}")
        yield f"{self._iri} {_term('tree:member')} {member} ."
        yield from _about(member, {"a": _TYPES[entry.change]})
        yield f"{member} {_term('as:object')} {item} ."
        yield f"{member} {_term(_OF)} {item} ."
        yield f"{member} {_term(_MOMENT)} {_moment(entry.moment)} ."
        yield f"{member} {_term(_NUMBER)} {literal(str(entry.number), datatype=f'{XSD}integer')} ."
        yield f"{member} {_term('rdfs:seeAlso')} {iri(f'{self._base}record/{entry.address}')} ."


class _LastVersions(_Stream):
    """The view of the last change of each item, with what its record says."""

    path, lasts = "ldes/latest", False

    def root(self) -> list[str]:
        """The root of the view, with its policy; the shape of the members is that of the stream."""
        view, policy = iri(f"{self.address}#view"), iri(f"{self.address}#policy")
        return [
            *super().root(),
            f"{iri(self.address)} {_term('tree:viewDescription')} {view} .",
            *_about(view, {"a": "tree:ViewDescription"}),
            f"{view} {_term('ldes:retentionPolicy')} {policy} .",
            *_about(policy, {"a": "ldes:LatestVersionSubset"}),
            f"{policy} {_term('ldes:amount')} {literal('1', datatype=f'{XSD}integer')} .",
        ]

    def graphs(self, node: Node) -> dict[str, list[str]]:
        """Member → the triples of its record; of one that was erased nothing is left to say."""
        mapper, found = self._archive.mapper(self._base), {}
        for entry in self._entries(node):
            record = self._archive.get(entry.address)
            if record:
                found[self._name(node, entry)] = [*mapper.triples(shown(record, mapper.crosswalk))]
        return found

    def _entries(self, node: Node) -> list[Entry]:
        listed = self._archive.listing(after=node.start, limit=FAN)
        last = {held.change for held in listed}
        return [entry for entry in super()._entries(node) if entry.number in last]


def _size(level: int) -> int:
    """How many changes lie below a node of a level."""
    return int(FAN**level)


def _shape(address: str) -> Iterator[str]:
    """Yield the shape of a member (https://www.w3.org/TR/shacl/)."""
    shape, one = iri(f"{address}#shape"), literal("1", datatype=f"{XSD}integer")
    yield from _about(shape, {"a": "sh:NodeShape"})
    yield from (f"{shape} {_term('sh:property')} {iri(f'{address}#shape-{name}')} ." for name in _SHAPE)
    for name, (path, datatype) in _SHAPE.items():
        property_ = iri(f"{address}#shape-{name}")
        stated = {"sh:datatype": datatype} if datatype else {"sh:nodeKind": "sh:IRI"}
        yield from _about(property_, {"a": "sh:PropertyShape", "sh:path": path, **stated})
        yield f"{property_} {_term('sh:minCount')} {one} ."
        yield f"{property_} {_term('sh:maxCount')} {one} ."


def _about(subject: str, said: dict[str, str]) -> Iterator[str]:
    """Yield what is said of a subject in prefixed names."""
    for name, value in said.items():
        yield f"{subject} {type_ if name == 'a' else _term(name)} {_term(value)} ."


def _term(name: str) -> str:
    prefix, _, local = name.partition(":")
    return iri(_PREFIXES[prefix] + local)


def _moment(text: str) -> str:
    return literal(text, datatype=f"{XSD}dateTime")


def _answer(
    lines: list[str],
    address: str,
    suffix: str,
    cache: str,
    graphs: Mapping[str, list[str]] = _NO_GRAPHS,
    forms: Mapping[str, str] = _FORMS,
) -> Response:
    """The lines in the form that is asked for, and the named graphs beside them."""
    form = asked_form(forms, f".{suffix}" if suffix else "")
    if suffix and form is None:
        abort(404, f"There is no form .{suffix}; there are {', '.join(form[1:] for form in forms)}.")
    if form is None:
        return problem(406, "Not Acceptable", f"The stream has the types {', '.join(forms.values())}.")
    name, chosen = form[1:], forms[form]
    body = _document(lines, graphs, name)
    content_type = f"{chosen}; charset=utf-8" if chosen.startswith("text/") else chosen
    headers = {"Vary": VARY, "Content-Location": f"{address}.{name}"}
    return sent(body, content_type, etag(name, body), cache, headers)


def _document(lines: list[str], graphs: Mapping[str, list[str]], name: str) -> bytes:
    if name == "jsonld":
        named = [{"@id": graph, "@graph": jsonld.expanded(inner)} for graph, inner in graphs.items()]
        return json.dumps([*jsonld.expanded(lines), *named], ensure_ascii=False, indent=1).encode() + b"\n"
    if name in {"nt", "nq"}:
        within = (f"{line.removesuffix('.')}{iri(graph)} ." for graph, inner in graphs.items() for line in inner)
        return "".join(f"{line}\n" for line in (*lines, *within)).encode()
    out, quads = io.BytesIO(), (_in_graph(graph, inner) for graph, inner in graphs.items())
    stated = parsed(lines) if not graphs else chain(_in_graph(None, lines), *quads)
    pyoxigraph.serialize(stated, out, FORMATS[name].engine, prefixes=_PREFIXES)  # type: ignore[arg-type] # a format of graphs
    return out.getvalue()


def _in_graph(graph: str | None, lines: list[str]) -> Iterator[pyoxigraph.Quad]:
    name = pyoxigraph.NamedNode(graph) if graph else pyoxigraph.DefaultGraph()
    return (pyoxigraph.Quad(triple.subject, triple.predicate, triple.object, name) for triple in parsed(lines))
