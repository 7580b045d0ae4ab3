"""The names of our packages, which packages of others bear too: whose is found, and what to do about another's."""

from __future__ import annotations

import importlib.util
from pathlib import Path

_OURS = {"converter": "open_graph", "ontology": "crosswalk", "queries": "all_queries", "server": "create_app"}
"""Package → a word that its first file has: another package of this name may have been installed over it."""
_HERE = Path(__file__).resolve().parent.parent


def check(folder: Path = _HERE) -> None:
    """Nothing, where each of our packages is the one that Python finds, which stands in the folder.

    Raises ImportError with the place and the remedy where it is another's.
    """
    for name, word in _OURS.items():
        try:
            found = importlib.util.find_spec(name)
        except ValueError:  # It has been made by hand, and says not whence.
            found = None
        place = Path(found.origin).resolve() if found and found.origin else None
        if place != folder / name / "__init__.py" or word not in place.read_text(encoding="utf-8", errors="replace"):
            raise ImportError(
                f"the package {name!r} that Python finds ({place or 'without a file'}) is not the one of Shelfgraph:"
                " another package has this name. Give Shelfgraph an environment of its own:"
                " pipx install shelfgraph, uv tool install shelfgraph, or python3 -m venv",
                name=name,
            )
