"""A description → the forms that it is read in: citations, exchange formats, and the table of all forms."""
