"""The shapes of the profile as a page: which statements each kind of resource has, how often, with which values."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache
from typing import NamedTuple

import pyoxigraph
from flask import render_template

import ontology
from converter import jsonld
from converter.mapping.engine import PROFILE
from server.representations.view import short

_SHACL = "http://www.w3.org/ns/shacl#"
_LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
_KINDS = {"IRI": "an address", "Literal": "a text", "BlankNodeOrIRI": "a resource"}
_FILES = (
    ("profile.ttl", "terms of our own"),
    ("shapes.ttl", "rules for the output of a conversion"),
    ("store-shapes.ttl", "rules for the whole store"),
    (jsonld.CONTEXT, "context of JSON-LD"),
    (jsonld.SCHEMA, "JSON Schema of JSON-LD"),
    ("context.jsonld", "context of the JSON-LD of earlier versions"),
)

Objects = dict[tuple[str, str], list[pyoxigraph.NamedNode | pyoxigraph.BlankNode | pyoxigraph.Literal]]


class Rule(NamedTuple):
    """A property of a shape: its name, how often it stands, what its values are, and what else is said of it."""

    property: str
    often: str
    values: str
    note: str


class Shape(NamedTuple):
    """A shape: its name, its title, the classes that it is about, its rules."""

    name: str
    title: str
    targets: tuple[str, ...]
    rules: tuple[Rule, ...]


def profile_page() -> bytes:
    """The page of the profile."""
    return render_template("profile.html", shapes=shapes(), profile=PROFILE, files=_FILES).encode()


@lru_cache(maxsize=1)
def shapes() -> tuple[Shape, ...]:
    """The shapes of `shapes.ttl` that have rules, in the order of the file."""
    objects: Objects = defaultdict(list)
    order: dict[str, None] = {}
    for quad in pyoxigraph.parse(ontology.text("shapes.ttl"), format=pyoxigraph.RdfFormat.TURTLE):
        subject, object_ = str(quad.subject), quad.object
        if not isinstance(object_, pyoxigraph.Triple):
            objects[subject, quad.predicate.value].append(object_)
        if isinstance(quad.subject, pyoxigraph.NamedNode):
            order[subject] = None
    found = []
    for subject in order:
        rules = [_rule(objects, str(node)) for node in objects.get((subject, f"{_SHACL}property"), ())]
        if rules:
            name = re.split(r"[#/]", subject.strip("<>"))[-1]
            title = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).capitalize()
            targets = tuple(_names(objects, subject, "targetClass"))
            found.append(Shape(name, _text(objects, subject, _LABEL) or title, targets, tuple(rules)))
    return tuple(found)


def _rule(objects: Objects, node: str) -> Rule:
    least, most = (_text(objects, node, f"{_SHACL}{name}") for name in ("minCount", "maxCount"))
    values = [
        *_names(objects, node, "class"),
        *_names(objects, node, "datatype"),
        *(_KINDS.get(re.split(r"[:#]", kind)[-1], kind) for kind in _names(objects, node, "nodeKind")),
        *(f"has {one}" for one in _names(objects, node, "hasValue")),
        *(f"of the form {one}" for one in _names(objects, node, "pattern")),
    ]
    note = _text(objects, node, f"{_SHACL}message")
    if any(one.endswith("Warning") for one in _names(objects, node, "severity")):
        note = f"should be there: {note}" if note else "should be there"
    path = " / ".join(_path(objects, one) for one in objects.get((node, f"{_SHACL}path"), ()))
    return Rule(path, _often(least, most), ", ".join(values), note)


def _path(objects: Objects, node: pyoxigraph.NamedNode | pyoxigraph.BlankNode | pyoxigraph.Literal) -> str:
    """A path as SPARQL writes it: a property, or the way back along one."""
    if isinstance(node, pyoxigraph.NamedNode):
        return short(node.value, ontology.PUBLISHED_BASE)
    back = _names(objects, str(node), "inversePath")
    return f"^{back[0]}" if back else "a path of several steps"


def _often(least: str, most: str) -> str:
    """How often a statement stands.

    >>> _often("1", "1"), _often("", "1"), _often("1", ""), _often("", "")
    ('once', 'once at the most', 'at least once', 'any number of times')
    """
    match least or "0", most:
        case "1", "1":
            return "once"
        case "0", "1":
            return "once at the most"
        case "0", "0":
            return "never"
        case "0", "":
            return "any number of times"
        case "1", "":
            return "at least once"
    return f"{least} to {most or 'any number of'} times"


def _names(objects: Objects, node: str, name: str) -> list[str]:
    return [
        short(one.value, ontology.PUBLISHED_BASE) if isinstance(one, pyoxigraph.NamedNode) else one.value
        for one in objects.get((node, f"{_SHACL}{name}"), ())
        if not isinstance(one, pyoxigraph.BlankNode)
    ]


def _text(objects: Objects, node: str, address: str) -> str:
    return next((one.value for one in objects.get((node, address), ()) if isinstance(one, pyoxigraph.Literal)), "")
