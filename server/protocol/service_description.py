"""What this service does, as data: the Service Description at a bare `/sparql`.

Source: https://www.w3.org/TR/sparql11-service-description/.
"""

from __future__ import annotations

import json
from urllib.parse import quote

from converter.formats import FORMATS
from ontology import expand
from server.sparql import Endpoint, Request

_SD = "http://www.w3.org/ns/sparql-service-description#"
_VOID = "http://rdfs.org/ns/void#"
_MOST_GRAPHS = 1_000


def service_description(endpoint: Endpoint, base: str) -> list[str]:
    """The description, a triple a line; no federation is named, since there is none."""
    service, dataset = f"<{base}sparql>", f"<{base}sparql#dataset>"
    a = f"<{expand('rdf:type', 'program')}>"
    graphs = graph_names(endpoint)
    return [
        f"{service} {a} <{_SD}Service> .",
        f"{service} <{_SD}endpoint> {service} .",
        f"{service} <{_SD}supportedLanguage> <{_SD}SPARQL10Query> .",
        f"{service} <{_SD}supportedLanguage> <{_SD}SPARQL11Query> .",
        f"{service} <{_SD}defaultEntailmentRegime> <http://www.w3.org/ns/entailment/Simple> .",
        *(f"{service} <{_SD}resultFormat> <{format_.identifier}> ." for format_ in FORMATS.values()),
        f"{service} <{_SD}availableGraphs> {dataset} .",
        f"{service} <{_SD}defaultDataset> {dataset} .",
        f"{dataset} {a} <{_SD}Dataset> .",
        f"{dataset} {a} <{_SD}GraphCollection> .",
        f"{dataset} <{_SD}defaultGraph> <{base}sparql#default-graph> .",
        f"<{base}sparql#default-graph> {a} <{_SD}Graph> .",
        f"{dataset} <{_VOID}sparqlEndpoint> {service} .",
        f"{service} <http://www.w3.org/2000/01/rdf-schema#seeAlso> <{base}.well-known/void> .",
        *(line for graph in graphs for line in _named_graph(base, dataset, graph)),
    ]


def graph_names(endpoint: Endpoint) -> list[str]:
    """The names of the named graphs, at most a thousand."""
    query = f"SELECT DISTINCT ?g {{ GRAPH ?g {{ }} }} LIMIT {_MOST_GRAPHS}"
    with endpoint.ask(Request(query, "json", inside=True)) as answer:
        rows = json.loads(b"".join(answer))["results"]["bindings"]
    return sorted(row["g"]["value"] for row in rows if row.get("g", {}).get("type") == "uri")


def _named_graph(base: str, dataset: str, graph: str) -> list[str]:
    node = f"<{base}sparql#graph={quote(graph, safe='')}>"
    a = f"<{expand('rdf:type', 'program')}>"
    return [
        f"{dataset} <{_SD}namedGraph> {node} .",
        f"{node} {a} <{_SD}NamedGraph> .",
        f"{node} <{_SD}name> <{graph}> .",
    ]
