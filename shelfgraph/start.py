"""Where the command begins: with a look at whose packages are found, before one of them is imported."""

from __future__ import annotations

import sys

from shelfgraph import module_names


def main() -> None:
    """Run the command; exit code 2 where packages of others stand in the places of ours."""
    try:
        module_names.check()
    except ImportError as fault:
        print(f"shelfgraph: {fault}", file=sys.stderr)
        raise SystemExit(2) from None
    from shelfgraph.cli import main as command

    command(prog_name="shelfgraph")
