"""A record as RO-Crate 1.2: every node by itself and by its address, the files by reference."""

from __future__ import annotations

import json
from typing import Any

import pytest

from server.representations.registry import Description
from tests.site.test_exports import everything
from tests.site.test_forms import written

THINGS = everything()


def graph(thing: Description) -> dict[str, dict[str, Any]]:
    """The nodes of the crate of a work, by their addresses."""
    document = json.loads(written(".ro-crate.json", thing))
    assert document["@context"] == "https://w3id.org/ro/crate/1.2/context"
    nodes = {node["@id"]: node for node in document["@graph"]}
    assert len(nodes) == len(document["@graph"])
    return nodes


def nested(value: Any) -> bool:
    """Whether a value holds a node that does not stand for itself."""
    values = value if isinstance(value, list) else [value]
    return any(isinstance(one, dict) and {*one} not in ({"@id"}, {"@value", "@language"}) for one in values)


@pytest.mark.parametrize("thing", THINGS, ids=lambda thing: thing.address.rpartition("item/")[2])
def test_a_record_is_a_crate_of_its_files(thing: Description) -> None:
    nodes, work = graph(thing), thing.work
    descriptor = nodes["ro-crate-metadata.json"]
    assert descriptor["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.2"}
    root = nodes[descriptor["about"]["@id"]]
    assert (root["@id"], root["@type"], root["cite-as"]) == (work.document, "Dataset", work.landing)
    assert {"name", "description", "license", "mainEntity"} <= {*root}
    assert [node for node in nodes.values() if any(map(nested, node.values()))] == []
    kind = nodes[root["mainEntity"]["@id"]]["@type"]
    software = "SoftwareApplication" if work.version else "CreativeWork"
    assert kind == {"SoftwareSourceCode": software}.get(work.kind.schema_org, work.kind.schema_org)
    parts = root.get("hasPart", [])
    parts = {part["@id"] for part in (parts if isinstance(parts, list) else [parts])}
    files = {file.address for file in work.files if file.address}
    assert parts == files | ({work.address} if kind == "Dataset" else set())
    assert {nodes[file]["@type"] for file in files} <= {"File"}
    for agent in work.authors:
        assert nodes[agent.address]["name"] == agent.name


def test_some_crates_have_files_and_dates_and_licences() -> None:
    roots = [graph(thing)[thing.work.document] for thing in THINGS]
    assert sum("hasPart" in root for root in roots) > 5
    assert sum("datePublished" in root for root in roots) > 20
    assert {isinstance(root["license"], dict) for root in roots} == {True, False}
