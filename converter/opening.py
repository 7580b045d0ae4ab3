"""A data folder as an rdflib graph, for notebooks and scripts."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph
from oxrdflib import OxigraphStore
from rdflib import Graph
from rdflib.graph import DATASET_DEFAULT_GRAPH_ID

from converter.graph import prefixes
from converter.store.data_folder import DataFolder


def open_graph(path: str | Path) -> Graph:
    """The current generation of a data folder, read-only, with our prefixes bound.

    `graph.query(text)` is evaluated by the engine when the query is given as text; a prepared query is not.

    Raises StoreError where nothing has been loaded.
    """
    folder = DataFolder(Path(path))
    generation = folder.current()
    identity = folder.identity()
    store = OxigraphStore(store=pyoxigraph.Store.read_only(str(generation.path)))
    graph = Graph(store=store, identifier=DATASET_DEFAULT_GRAPH_ID, bind_namespaces="none")
    if identity:
        for prefix, iri in prefixes(identity.base).items():
            graph.bind(prefix, iri)
    return graph
