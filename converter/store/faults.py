"""The engine of the store, opened; what it says of broken files is said as a sentence with a remedy."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph

from converter.errors import StoreError


def opened(path: Path) -> pyoxigraph.Store:
    """The writer's store at a path.

    Raises StoreError where it is broken.
    """
    try:
        return pyoxigraph.Store(str(path))
    except OSError as fault:
        raise StoreError(
            f"{path}: the store cannot be opened ({fault}); make it anew from the archive with “shelfgraph rebuild"
            f" --data {path.parent}”"
        ) from None
