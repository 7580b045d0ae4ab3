"""Journal → the world: what changed, for those who follow; names, for those who match theirs against them."""
