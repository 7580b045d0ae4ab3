"""Count how many things of each kind lead outside, and where to: `python benchmarks/links.py DATA`.

DATA is a data folder; what is counted is its newest generation.  The table is Markdown, as docs/links.md shows it.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from pathlib import Path
from urllib.parse import urlsplit

import pyoxigraph

import ontology
from converter.store.data_folder import DataFolder

LINKS = ("owl:sameAs", "skos:exactMatch", "foaf:page", "dcterms:language", "dcterms:license", "prov:hadPrimarySource")
KINDS = {
    "works": "fabio:Expression",
    "persons": "foaf:Person",
    "organisations": "foaf:Organization",
    "journals": "fabio:Journal",
    "subjects": "skos:Concept",
    "places": "frbr:Place",
    "funders": "frapo:FundingAgency",
    "grants": "frapo:Grant",
}
TYPE = pyoxigraph.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")


def node(name: str) -> pyoxigraph.NamedNode:
    """The node of an abbreviated name."""
    return pyoxigraph.NamedNode(ontology.expand(name, "benchmarks/links.py"))


def counted(store: pyoxigraph.Store, base: str) -> dict[str, tuple[int, int, Counter[str]]]:
    """Kind → how many there are, how many of them lead outside, and how many to each host."""
    hosts: defaultdict[str, set[str]] = defaultdict(set)
    for name in LINKS:
        for quad in store.quads_for_pattern(None, node(name), None, pyoxigraph.DefaultGraph()):
            if isinstance(quad.object, pyoxigraph.NamedNode) and not quad.object.value.startswith(base):
                hosts[str(quad.subject)].add(urlsplit(quad.object.value).hostname or "")
    found = {}
    for kind, class_ in KINDS.items():
        every = {str(q.subject) for q in store.quads_for_pattern(None, TYPE, node(class_), pyoxigraph.DefaultGraph())}
        led = Counter(host for one in every for host in hosts.get(one, ()))
        found[kind] = (len(every), sum(one in hosts for one in every), led)
    return found


def main() -> None:
    """Print the table."""
    folder = DataFolder(Path(sys.argv[1]))
    identity = folder.identity()
    store = pyoxigraph.Store.read_only(str(folder.current().path))
    print("| kind | there are | lead outside | to |\n|---|---|---|---|")
    for kind, (every, led, hosts) in counted(store, identity.base if identity else "").items():
        shown = ", ".join(f"{host} {count:,}" for host, count in hosts.most_common(8))
        print(f"| {kind} | {every:,} | {led:,} | {shown} |")


if __name__ == "__main__":
    main()
