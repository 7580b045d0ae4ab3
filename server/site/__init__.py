"""IRI → representation: pages and documents of records."""
