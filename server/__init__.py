"""Graph → the world: the web application.

`create_app` is loaded when it is asked for: a query worker is a module of this package and starts without Flask.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from server.app import create_app

__all__ = ["create_app"]


def __getattr__(name: str) -> object:
    if name == "create_app":
        from server.app import create_app  # noqa: PLC0415 - see above

        return create_app
    raise AttributeError(name)
