"""Which graph describes the dataset."""

from __future__ import annotations


def graph_of(base: str) -> str:
    """The name of the graph that describes the dataset: the address of the document about it."""
    return f"{base}void.ttl"
