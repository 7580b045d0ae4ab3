"""Your repository's records as linked data: the command `shelfgraph`, and the library behind it.

`convert`, `load`, `open_graph`, `Repository` and `Record` are loaded when they are asked for, so that the command
answers at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from converter.record import Record
    from shelfgraph.api import Converted, Loaded, Repository, convert, load, open_graph

__all__ = ["Converted", "Loaded", "Record", "Repository", "convert", "load", "open_graph"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'shelfgraph' has no attribute {name!r}")
    from shelfgraph import module_names

    module_names.check()
    from shelfgraph import api

    return getattr(api, name)
