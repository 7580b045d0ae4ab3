"""Counts → charts that need no script, with their numbers as a table or list."""
