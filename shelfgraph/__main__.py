"""`python -m shelfgraph` is the command."""

from shelfgraph.start import main

if __name__ == "__main__":
    main()
