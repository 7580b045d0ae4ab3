"""Record → graph: what flows in are bytes of a repository, what flows out are triples and the store that holds them."""
