"""`python -m shelfgraph` is the command."""

from shelfgraph.cli import main

if __name__ == "__main__":
    main(prog_name="shelfgraph")
