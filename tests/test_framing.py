"""Nested documents: made the quick way, they are what PyLD makes of the same nodes, frame and context."""

from __future__ import annotations

import json
from typing import Any

import pyld.jsonld
import pytest

import ontology
from converter import jsonld
from converter.framing import Framer, refuse
from tests.commands import shelfgraph
from tests.conftest import EXAMPLES

BASE = "https://data.example.org/"
OPTIONS = {"documentLoader": refuse, "omitGraph": True, "processingMode": "json-ld-1.1"}


@pytest.fixture(scope="module")
def lines() -> list[str]:
    """The example records as triples."""
    done = shelfgraph("convert", EXAMPLES, "--to", "nt", "--base", BASE)
    return done.stdout.decode().splitlines()


def slowly_framed(nodes: list[jsonld.Node], context: jsonld.Node, frame: jsonld.Node, item: str) -> jsonld.Node:
    """What PyLD makes, asked for each step."""
    document: dict[str, Any] = pyld.jsonld.frame(nodes, {**frame, "@context": context, "id": item}, OPTIONS)
    reached = {node["@id"] for node in pyld.jsonld.flatten(document, None, OPTIONS)}
    left = [node for node in nodes if node["@id"] not in reached]
    if left:
        document["@included"] = pyld.jsonld.compact(left, context, {**OPTIONS, "graph": True})["@graph"]
    return document


@pytest.mark.parametrize(
    "path",
    ["item/20.500.12345/678", "record/20.500.12345/678", "item/20.500.12345/701", "journal/5555-1238", "item/unknown"],
)
def test_a_document_is_that_of_pyld(lines: list[str], path: str) -> None:
    nodes = jsonld.expanded(sorted(lines))
    context = json.loads(ontology.text("context.jsonld", BASE))["@context"]
    frame = json.loads(ontology.text("frame.jsonld"))
    quick = Framer(context, frame).framed(nodes, BASE + path)
    slow = slowly_framed(nodes, context, frame, BASE + path)
    assert json.dumps(quick, sort_keys=True) == json.dumps(slow, sort_keys=True)


def test_a_second_document_knows_nothing_of_the_first(lines: list[str]) -> None:
    nodes = jsonld.expanded(sorted(lines))
    context = json.loads(ontology.text("context.jsonld", BASE))["@context"]
    framer = Framer(context, json.loads(ontology.text("frame.jsonld")))
    item = f"{BASE}item/20.500.12345/678"
    first = json.dumps(framer.framed(nodes, item))
    framer.framed(nodes[:5], f"{BASE}journal/5555-1238")
    assert json.dumps(framer.framed(nodes, item)) == first
