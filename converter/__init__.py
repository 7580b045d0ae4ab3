"""Record → graph: what flows in are bytes of a repository, what flows out are triples and the store that holds them.

`open_graph` is loaded when it is asked for, and rdflib with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from converter.opening import open_graph

__all__ = ["open_graph"]


def __getattr__(name: str) -> object:
    if name == "open_graph":
        from converter.opening import open_graph  # noqa: PLC0415 - see above

        return open_graph
    raise AttributeError(name)
