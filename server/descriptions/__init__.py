"""What documents and pages are made of: what the graph says of a thing, its paths, and the links between its forms."""
