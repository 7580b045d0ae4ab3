"""A description → a page for people: records, lists, search, and their templates."""
