"""IRI → representation: the documents of records and shared things, and the links between them."""
