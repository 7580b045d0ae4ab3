"""What a batch changes in the writer's store, and the store copied without what is gone from it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import pyoxigraph


def sides(wanted: Mapping[str, bool]) -> tuple[str, str]:
    """The lines that come and those that go, each as one text."""
    come = "\n".join(line for line, stays in wanted.items() if stays)
    return come, "\n".join(line for line, stays in wanted.items() if not stays)


def apply(store: pyoxigraph.Store, come: str, gone: str) -> None:
    """Put lines into a store and take others out, in one step."""
    if not gone:
        store.bulk_load(come, pyoxigraph.RdfFormat.N_TRIPLES)
    else:
        # The lines are checked terms: they say the same in N-Triples and between the braces of an update.
        store.update(f"DELETE DATA {{\n{gone}\n}} ;\nINSERT DATA {{\n{come}\n}}")


def copy(store: pyoxigraph.Store, path: Path) -> None:
    """Write a store with the same statements at a path.

    The engine keeps the texts of statements that are gone, through every compaction; a copy has none of them.
    """
    shutil.rmtree(path, ignore_errors=True)
    fresh = pyoxigraph.Store(str(path))
    fresh.bulk_extend(store)
    fresh.flush()
